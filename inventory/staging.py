"""The reading job: a workbook in the confined reader, its rows and findings staged by COPY in one transaction.

Nothing of a file is stored before all of it is: a worker killed in between leaves the file "reading", and the sweep
gives the job to another, which starts afresh.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from operator import lt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Max

from audit import journal
from jobs.models import Job
from jobs.services import LeaseLost, Run
from sheets import confined
from sheets.findings import Finding, Refused, Severity

from .fence import fence_arguments
from .models import CameraRow, RowFinding, SourceFile, Submission, Version
from .registering.checks import DECLARATIONS, check_registry
from .registering.matching import carry_keys
from .registering.targets import TARGETS, Target
from .services import drop_file
from .uploads import ROWS_STORED
from .versions import rehash
from .workbook import compare, keeping

FINDINGS_KEPT = 50_000
"""Findings shown of one file; a file with more is broken as a whole, and its counts still tell how much."""
SHEETS = {"camera": "cameras.sheet:CAMERA", "platform": "platforms.sheet:PLATFORM"}
IMPORTS = (
    "runpy",
    "sheets.check",
    "sheets.pieces",
    "sheets.stage",
    *(name.partition(":")[0] for name in SHEETS.values()),
)
"""What the reader of the next file has imported before it is told of it."""
_LOOK_SECONDS = 0.3
BLOCK = 1 << 16
"""Bytes handed to COPY at once: the server works on some while the next are being prepared."""
STORED_AS = {"row_number": "row", "error_count": "errors", "warning_count": "warnings"}


def read_source_file(run: Run) -> None:
    """Handler of the reading job. Idempotent: a file that is gone or no longer being read is left alone."""
    source = (
        SourceFile.objects.select_related("file", "version__submission__obligation")
        .filter(pk=run.job.subject_id)
        .first()
    )
    if source is None or not _still_wanted(source):
        with run.commit():
            return
    folder = Path(settings.WORK_DIR) / f"{run.job.pk}-{run.token}"
    folder.mkdir(parents=True)
    try:
        result = _read(source, folder, run)
        _refuse_odd_sheets(result)
    except Refused as refused:
        with run.commit():
            _fail(_locked(source), run.job, refused.finding)
        return
    else:
        run.beat(phase="store", rows=0, of=result["rows"], backend=_backend())
        with run.commit():
            _store(_locked(source), run.job, folder, result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def get_ready() -> None:
    """Let a reader wait for this worker's first file, as it does for every later one."""
    confined.prepare(IMPORTS)


def gave_up(job: Job) -> None:
    """The job failed for good: say so on the file, so that nobody waits for it."""
    source = SourceFile.objects.select_related("version__submission__obligation").filter(pk=job.subject_id).first()
    if source is not None:
        finding = Finding(
            code="G060",
            severity=Severity.ERROR,
            message="这份表格处理多次都没有完成",
            fix="文件已保存。请点“重新上传”再试一次；如仍不行，请联系系统管理员。",
        )
        _fail(_locked(source), job, finding)


def _read(source: SourceFile, folder: Path, run: Run) -> dict[str, Any]:
    args = ["sheets.child", "--file", default_storage.path(source.file.path), "--out", str(folder)]
    for name in SHEETS.values():
        args += ["--sheet", name]
    args += ["--datum", source.datum, "--funding", source.funding, "--mobility", source.mobility]
    if source.place_kind_id:
        args += ["--place-kind", source.place_kind_id]
    args += fence_arguments()
    heart = _Heart(run, source.pk)
    done = confined.run(
        args, cwd=folder, on_progress=lambda told: run.beat(**_progress(told)), cancelled=heart.beats, imports=IMPORTS
    )
    return done.result


class _Heart:
    """Keeps the lease of a reader that says nothing for long, and notices when nobody wants its file any more.

    Asked often; beats a few times in a lease, and looks a few times a second.
    """

    def __init__(self, run: Run, source_file_id: int) -> None:
        self._run = run
        self._source = SourceFile.objects.filter(pk=source_file_id)
        self._last_beat = self._last_look = time.monotonic()

    def beats(self) -> bool:
        """Whether to stop because the file was taken out. Raises LeaseLost, also when the job was cancelled."""
        now = time.monotonic()
        if now - self._last_beat > settings.JOB_LEASE_SECONDS / 4:
            self._run.beat()
            self._last_beat = now
        if now - self._last_look < _LOOK_SECONDS:
            return False
        self._last_look = now
        if not self._run.is_mine():
            raise LeaseLost
        return not self._source.exists()


def _refuse_odd_sheets(result: dict[str, Any]) -> None:
    """Raise Refused for sheets whose names Excel itself would not allow: a cell could not be named by them."""
    # A sheet that holds both forms is listed once for each.
    names = [str(sheet["name"]) for sheet in result["sheets"]]
    listed = [(sheet["name"], sheet["kind"]) for sheet in result["sheets"]]
    longest = CameraRow._meta.get_field("sheet").max_length or 0
    twice = [name for place, name in enumerate(names) if listed[place] in listed[:place]]
    odd = next((name for name in names if len(name) > longest or name in twice), None)
    if odd is not None:
        raise Refused(
            Finding(
                code="G061",
                severity=Severity.ERROR,
                message=f"工作表名称“{odd[:20]}”过长，或者与另一个工作表重名",
                fix="请用 Excel 或 WPS 打开，把工作表改成不超过 31 个字、互不相同的名称，保存后重新上传。",
            )
        )


def _progress(told: dict[str, Any]) -> dict[str, Any]:
    """Only what the page shows, whatever the child says."""
    return {"phase": str(told.get("phase", ""))[:20], "rows": int(told.get("rows", 0)), "of": int(told.get("of", 0))}


def _backend() -> int:
    """The number of this connection's server process: how far its COPY is, others may see (`reading.progress_of`)."""
    connection.ensure_connection()
    return int(connection.connection.get_backend_pid())


def _locked(source: SourceFile) -> SourceFile:
    Submission.objects.select_for_update().get(pk=source.version.submission_id)
    return source


def _still_wanted(source: SourceFile) -> bool:
    """The file is still being read for a draft version; otherwise its rows have nowhere to go."""
    return SourceFile.objects.filter(
        pk=source.pk,
        state=SourceFile.State.READING,
        version__submitted_at__isnull=True,
        version__submission__state__in=[Submission.State.DRAFT, Submission.State.RETURNED],
    ).exists()


def _fail(source: SourceFile, job: Job, finding: Finding) -> None:
    if not _still_wanted(source):
        return
    SourceFile.objects.filter(pk=source.pk).update(
        state=SourceFile.State.FAILED, errors=1, summary={"refused": finding.as_dict()}
    )
    _record(source, job, "submission.file_failed", code=finding.code)


def _store(source: SourceFile, job: Job, folder: Path, result: dict[str, Any]) -> None:
    if not _still_wanted(source):
        return
    version = source.version
    agency_id = version.submission.obligation.agency_id
    contents = Contents()
    for target in TARGETS:
        copy_rows(target, source.pk, folder / f"{target.kind}.tsv", contents)
    copy_findings(source.pk, folder / "findings.jsonl")
    SourceFile.objects.filter(pk=source.pk).update(
        state=SourceFile.State.READ,
        rows_read=sum(sheet["rows"] for sheet in result["sheets"]),
        rows_ignored=sum(sheet["ignored"] for sheet in result["sheets"]),
        errors=result["errors"],
        warnings=result["warnings"],
        summary={"sheets": result["sheets"]},
    )
    source.refresh_from_db(fields=["replaces"])
    replaced = source.replaces
    earlier = _forebear(version, source, replaced)
    if earlier is not None:
        carry_keys(source.pk, earlier.pk)
        compare.remember(earlier)
    held = keeping.hold(replaced) if replaced is not None else keeping.Held()
    slot = replaced.slot if replaced is not None else _next_slot(version)
    if replaced is not None:
        drop_file(replaced)
    SourceFile.objects.filter(pk=source.pk).update(slot=slot)
    check_registry(version.pk, agency_id, fresh=not version.files.exclude(pk=source.pk).exists())
    digest = rehash(version, contents.digest())
    _record(source, job, "submission.file_read", rows=result["rows"], digest=digest)
    if earlier is not None:
        kept = keeping.keep(job.created_by, SourceFile.objects.get(pk=source.pk), held)
        told = compare.compared(source) | {"with": earlier.file.name, "kept": asdict(kept)}
        SourceFile.objects.filter(pk=source.pk).update(summary={"sheets": result["sheets"], "compared": told})


def _forebear(version: Version, source: SourceFile, replaced: SourceFile | None) -> SourceFile | None:
    """The file whose rows this one's are, if they are the same: the one it replaces, when that had any.

    Otherwise (a wrong file was in between, or everything was removed and uploaded anew) one of an earlier version: the
    one in the same slot, or the first.
    """
    if replaced is not None and replaced.rows_read:
        return replaced
    before = SourceFile.objects.filter(
        version__submission=version.submission_id, version__number__lt=version.number, state=SourceFile.State.READ
    ).order_by("-version__number", "slot")
    if replaced is not None:
        return before.filter(slot=replaced.slot, rows_read__gt=0).first()
    taken = version.files.filter(state=SourceFile.State.READ).exclude(pk=source.pk)
    return before.first() if not taken.exists() else None


def _next_slot(version: Version) -> int:
    last = SourceFile.objects.filter(version__submission=version.submission_id).aggregate(last=Max("slot"))["last"]
    return (last or 0) + 1


class Contents:
    """The hash over rows on their way into the tables, form by form, as `versions.contents` makes it of those there.

    Unknown where a form's rows are of several sheets or out of order: then they have to be sorted first.
    """

    def __init__(self) -> None:
        self._content = sha256()
        self._rows = 0
        self._sound = True
        self._sheet: bytes | None = None
        self._last = 0

    def begin(self) -> None:
        """Rows of another form follow."""
        self._sheet = None

    def add(self, lines: Sequence[bytes]) -> None:
        """Lines of COPY text: sheet, row, raw cells, hash, and more."""
        if not self._sound:
            return
        sheets, rows, _, hashes, _ = zip(*[line.split(b"\t", 4) for line in lines], strict=True)
        numbers = [0 if self._sheet is None else self._last, *map(int, rows)]
        content = b"".join(hashes)
        self._sound = (
            sheets.count(sheets[0] if self._sheet is None else self._sheet) == len(lines)
            and all(map(lt, numbers, numbers[1:]))
            and len(content) == 64 * len(lines)
        )
        self._sheet, self._last = sheets[0], numbers[-1]
        self._content.update(content)
        self._rows += len(lines)

    def digest(self) -> str | None:
        """The hash; None where it is unknown, or no row came."""
        return self._content.hexdigest() if self._sound and self._rows else None


def copy_rows(target: Target, source_file_id: int, path: Path, contents: Contents) -> int:
    """COPY the child's lines into the staged table, each behind the id of its file; returns the number of rows.

    Lines of another shape than the declaration's are refused: the child is not trusted with columns of its own.
    """
    columns = [STORED_AS.get(name, name) for name in DECLARATIONS[target.kind].copy_columns]
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with path.open("rb") as lines, connection.cursor() as cursor:
        contents.begin()
        prefixed = Prefixed(lines, f"{source_file_id}\t".encode(), len(columns) - 1, contents)
        cursor.copy_expert(
            f"COPY {target.rows} (source_file_id, {', '.join(columns)}) FROM STDIN", prefixed, size=BLOCK
        )
        return prefixed.count


class Prefixed(io.RawIOBase):
    """The lines of a COPY text file, each with a prefix; reads in large blocks.

    That each line by itself has the declared columns is seen by COPY, which has to be fed fast.
    """

    def __init__(self, lines: io.BufferedReader, prefix: bytes, tabs: int, contents: Contents | None = None) -> None:
        super().__init__()
        self._lines = lines
        self._prefix = prefix
        self._tabs = tabs
        self._contents = contents
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._lines.read(size if size > 0 else BLOCK)
        block += self._lines.readline()
        if not block:
            return b""
        lines = block.split(b"\n")
        if lines.pop() or block.count(b"\t") != len(lines) * self._tabs:
            raise ValueError(f"rows of other than the {self._tabs} tabs that were declared")
        self.count += len(lines)
        if self._contents is not None:
            self._contents.add(lines)
        return self._prefix + (b"\n" + self._prefix).join(lines) + b"\n"


def copy_findings(source_file_id: int, path: Path) -> None:
    """COPY the child's findings (JSON, one a line), the first `FINDINGS_KEPT` of them; the rows stand by now."""
    with path.open(encoding="utf-8") as lines, connection.cursor() as cursor:
        cursor.execute("SET LOCAL application_name = %s", [ROWS_STORED])
        kept = itertools.islice(lines, FINDINGS_KEPT)
        while batch := list(itertools.islice(kept, 5000)):
            block = io.StringIO()
            table = csv.writer(block, quoting=csv.QUOTE_ALL)
            table.writerows([source_file_id, *_finding(json.loads(line))] for line in batch)
            block.seek(0)
            columns = ", ".join(("source_file_id", *FINDING_COLUMNS))
            cursor.copy_expert(f"COPY {RowFinding._meta.db_table} ({columns}) FROM STDIN WITH (FORMAT csv)", block)


FINDING_COLUMNS = (
    "kind", "sheet", "row", "cell", "column_key", "column_title", "code", "severity", "value", "message", "fix",
    "related", "fixes",
)  # fmt: skip


def _finding(told: dict[str, Any]) -> list[Any]:
    """The values of `FINDING_COLUMNS`."""
    return [
        str(told.get("kind", ""))[:10],
        told["sheet"][:64],
        int(told["row"]),
        told["cell"],
        told["key"],
        told["column"],
        told["code"],
        Severity(told["severity"]).value,
        told["value"],
        told["message"],
        told["fix"],
        json.dumps(told["related"], ensure_ascii=False),
        json.dumps(told["fixes"], ensure_ascii=False),
    ]


def _record(source: SourceFile, job: Job, action: str, **facts: Any) -> None:
    submission = source.version.submission
    journal.record(
        job.created_by,
        action,
        submission,
        agency_id=submission.obligation.agency_id,
        version=source.version.number,
        file=str(source.file_id),
        **facts,
    )
