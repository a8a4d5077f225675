"""A file's annotated workbook: the unit's own table with its findings at the cells, values as they now are.

An .xlsx of up to `PATCHED_ROWS` rows is the user's own package with marks; anything else, and what is not understood,
is the official form made of the staged rows. Both are made in the confined child. Beyond `AT_ONCE` rows that takes
seconds, so a job does it and the page says when it is ready.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from agencies.models import Person
from audit import journal
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run
from sheets import confined
from sheets.gate_limits import MIB
from sheets.report import columns_at

from ..models import Change, SourceFile
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS
from ..staging import SHEETS

JOB_KIND = "annotate_source_file"
PATCHED_ROWS = 20_000
AT_ONCE = 20_000
"""Up to so many rows the workbook is made while the person waits: a second or two."""
LIMITS = confined.ChildLimits(memory=2048 * MIB)
_JSON_LINES = "WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
"""JSON text holds no control character, so nothing is ever quoted: each line is the text itself."""


def is_large(source: SourceFile) -> bool:
    """Whether a job makes the workbook."""
    return source.rows_read > AT_ONCE


def make(source: SourceFile, folder: Path, run: Run | None = None) -> Path:
    """Make the annotated workbook in this folder; returns its path. Raises Refused when the child was given up."""
    whole = _write_order(source, folder / "order.jsonl")
    _write_rows(source, folder / "rows.jsonl")
    out = folder / "annotated.xlsx"
    args = ["sheets.annotate.child", "--order", str(folder / "order.jsonl"), "--rows", str(folder / "rows.jsonl")]
    args += ["--out", str(out), "--unit", source.version.submission.obligation.agency.name]
    for name in SHEETS.values():
        args += ["--sheet", name]
    if whole and _is_own_package(source):
        args += ["--file", default_storage.path(source.file.path)]
    confined.run(args, cwd=folder, limits=LIMITS, cancelled=_beats(run))
    return out


def _beats(run: Run | None) -> Any:
    """Keeps the job's lease while the child works."""
    if run is None:
        return None

    last = time.monotonic()

    def beat() -> bool:
        nonlocal last
        if time.monotonic() - last > settings.JOB_LEASE_SECONDS / 4:
            run.beat()
            last = time.monotonic()
        return False

    return beat


def _is_own_package(source: SourceFile) -> bool:
    return (
        source.origin == SourceFile.Origin.UPLOAD
        and source.file.path.endswith(".xlsx")
        and source.rows_read <= PATCHED_ROWS
    )


def _write_order(source: SourceFile, path: Path) -> bool:
    """Write findings, changed cells and removed rows; False when a changed cell has no column in the user's file."""
    with path.open("wb") as out, connection.cursor() as cursor:
        cursor.copy_expert(
            cursor.mogrify(
                """COPY (SELECT json_build_object('mark', json_build_object('code', code, 'severity', severity,
                     'message', message, 'fix', fix, 'sheet', sheet, 'cell', cell, 'row', row,
                     'column', column_title, 'value', value, 'key', column_key))
                   FROM inventory_rowfinding WHERE source_file_id = %s AND NOT waived
                   ORDER BY severity <> 'error', sheet, row, id) TO STDOUT """
                + _JSON_LINES,
                [source.pk],
            ).decode(),
            out,
        )
        return _write_edits(source, out)


def _write_edits(source: SourceFile, out: IO[bytes]) -> bool:
    summaries = {(sheet["name"], sheet["kind"]): sheet for sheet in source.summary.get("sheets", ())}
    whole = True
    for target in TARGETS:
        index = DECLARATIONS[target.kind].index
        rows = target.row._default_manager.filter(source_file=source).exclude(edited=[]).order_by("sheet", "row")
        for sheet, row, edited, raw in rows.values_list("sheet", "row", "edited", "raw").iterator():
            for column in edited:
                summary = summaries.get((sheet, target.kind))
                letter = columns_at(summary, row).get(column) if summary else None
                if letter is None:
                    whole = False
                else:
                    _line(out, {"edit": [sheet, row, letter, raw[index[column]]]})
    for sheet, row in removed_rows(source):
        _line(out, {"removed": [sheet, row]})
    return whole


def removed_rows(source: SourceFile) -> list[tuple[str, int]]:
    """Where the rows stand in the file that were taken out on screen."""
    last = (
        Change.objects.filter(file=source.file_id, column_key="")
        .order_by("kind", "row_key", "-id")
        .distinct("kind", "row_key")
    )
    return sorted((each.sheet, each.row) for each in last if each.after is None)


def _write_rows(source: SourceFile, path: Path) -> None:
    """Write the rows as they now are, sheet by sheet in the file's order."""
    names = [(sheet["name"], sheet["kind"]) for sheet in source.summary.get("sheets", ()) if sheet["kind"]]
    tables = {target.kind: target.rows for target in TARGETS}
    with path.open("wb") as out, connection.cursor() as cursor:
        for name, kind in names:
            _line(out, {"sheet": name, "kind": kind})
            query = f"""COPY (SELECT json_build_array(row, raw) FROM {tables[kind]}
                        WHERE source_file_id = %s AND sheet = %s ORDER BY row) TO STDOUT {_JSON_LINES}"""
            cursor.copy_expert(cursor.mogrify(query, [source.pk, name]).decode(), out)


def _line(out: IO[bytes], told: dict[str, Any]) -> None:
    out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


# --- at once ------------------------------------------------------------------------------------------------------
@contextmanager
def made_at_once(source: SourceFile) -> Iterator[Path]:
    """The workbook in a folder that goes again."""
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="annotated-") as folder:
        yield make(source, Path(folder))


# --- by a job -----------------------------------------------------------------------------------------------------
def _folder(source: SourceFile) -> Path:
    """Where the ready workbook of a file as it now is lies, for an hour (`jobs.scratch`)."""
    version = source.version
    stamp = f"{version.edition}-{version.checked_edition}-{source.errors}-{source.warnings}"
    return Path(settings.WORK_DIR) / f"annotated-{source.pk}-{stamp}"


def ready(source: SourceFile) -> Path | None:
    """The workbook that a job has made of the file as it now is; None when there is none (any more)."""
    path = _folder(source) / "annotated.xlsx"
    return path if path.exists() else None


def is_coming(source: SourceFile) -> bool:
    """Whether a job is on its way."""
    live = [Job.State.QUEUED, Job.State.RUNNING]
    return Job.objects.filter(kind=JOB_KIND, subject_id=source.pk, state__in=live).exists()


def ask_for(source: SourceFile, by: Person) -> None:
    """Have the workbook made, unless a job is at it already."""
    with transaction.atomic():
        SourceFile.objects.select_for_update().get(pk=source.pk)
        if not is_coming(source):
            jobs.enqueue(JOB_KIND, source.pk, by)


def annotate_source_file(run: Run) -> None:
    """Handler of the job. The result appears all at once; a file that is gone is left alone."""
    source = (
        SourceFile.objects.select_related("file", "version__submission__obligation__agency")
        .filter(pk=run.job.subject_id, state=SourceFile.State.READ)
        .first()
    )
    if source is not None:
        ready_at = _folder(source)
        work = Path(settings.WORK_DIR) / f"{run.job.pk}-{run.token}"
        work.mkdir(parents=True)
        try:
            made = make(source, work, run)
            for other in made.parent.iterdir():
                if other != made:
                    other.unlink()
            if not ready_at.exists():
                work.rename(ready_at)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    with run.commit():
        return


def gave_up(job: Job) -> None:
    """Nothing waits but a page, which asks again when it is opened again."""
    del job


def note_download(source: SourceFile, by: Person) -> None:
    """The journal's word of it."""
    submission = source.version.submission
    with transaction.atomic():
        journal.record(
            by,
            "submission.file_annotated",
            submission,
            agency_id=submission.obligation.agency_id,
            version=source.version.number,
            file=str(source.file_id),
        )
