"""The list that the unit's video platform exports, handed in beside the survey (附件4 填写说明1; optional).

A new list replaces the earlier one once it has been read; what it says against the survey are findings (C411-C413,
P411) of the draft version, looked for wherever `checks.check_registry` runs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from files import services as files
from files.models import StoredFile
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run
from sheets import confined, gate
from sheets.findings import Finding, Refused, Severity

from ..models import ExportedDevice, PlatformExport, ReportKind, SourceFile, Submission, Version
from ..registering.checks import check_registry
from ..services import locked
from ..staging import Prefixed
from ..uploads import note_refusal
from ..versions import rehash
from .export_rules import MISSING

JOB_KIND = "read_platform_export"
SUBJECT = "平台导出清单"


def upload_export(by: Person, submission_id: int, data: bytes, name: str) -> PlatformExport:
    """Take the list in: gate, original, reading job. Raises Refused (with its finding) when the gate turns it away."""
    try:
        container = gate.examine(data, name, gate.Limits(max_bytes=settings.UPLOAD_MAX_BYTES))
    except Refused as refused:
        note_refusal(by, submission_id, refused, name)
        raise
    with files.keeping(), transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        held = submission.platform_exports.exclude(state=PlatformExport.State.FAILED)
        if held.filter(file__sha256=container.sha256).exists():
            raise Conflict("这份清单已经上传过，内容完全相同，没有重复读取。如已重新导出，请选择新导出的文件。")
        # One that is still being read, or could not be, gives way at once; one that has been read, when the new one is.
        submission.platform_exports.exclude(state=PlatformExport.State.READ).delete()
        original = files.store(
            [data],
            kind=StoredFile.Kind.WORKBOOK,
            name=container.name,
            suffix=container.kind,
            agency_id=submission.obligation.agency_id,
            by=by,
        )
        export = PlatformExport.objects.create(submission=submission, file=original, uploaded_by=by)
        jobs.enqueue(JOB_KIND, export.pk, by)
        _record(by, "submission.export_uploaded", submission, file=container.name, sha256=container.sha256)
    return export


def remove_export(by: Person, submission_id: int, export_id: int) -> None:
    """Take the list out again, and with it what it said against the survey; the original itself is kept."""
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        export = submission.platform_exports.select_related("file").filter(pk=export_id).first()
        if export is None:
            raise Conflict("这份清单已经移除，请刷新页面。")
        export.delete()
        _recheck(submission)
        _record(by, "submission.export_removed", submission, file=export.file.name, sha256=export.file.sha256)


def read_export(run: Run) -> None:
    """Handler of the reading job: the confined child finds the list, its devices come in by COPY."""
    export = _wanted(run.job)
    if export is None:
        with run.commit():
            return
    folder = Path(settings.WORK_DIR) / f"{run.job.pk}-{run.token}"
    folder.mkdir(parents=True)
    try:
        args = ["sheets.export_child", "--file", default_storage.path(export.file.path), "--out", str(folder)]
        done = confined.run(args, cwd=folder, cancelled=_Heart(run).beats, subject=SUBJECT)
    except Refused as refused:
        with run.commit():
            _fail(run.job, refused.finding)
    else:
        with run.commit():
            _store(run.job, folder, done.result)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def gave_up(job: Job) -> None:
    """The job failed for good: say so, so that nobody waits for it."""
    _fail(
        job,
        Finding(
            code="G060",
            severity=Severity.ERROR,
            message="这份清单处理多次都没有完成",
            fix="请再上传一次；如仍不行，请联系系统管理员。清单是选填的，可以先移除它，继续报送。",
        ),
    )


class _Heart:
    """Keeps the lease of a reader that says nothing; asked often, beats a few times in a lease."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._last = time.monotonic()

    def beats(self) -> bool:
        """Beat when it is time; never asks to stop by itself. Raises LeaseLost."""
        if time.monotonic() - self._last > settings.JOB_LEASE_SECONDS / 4:
            self._run.beat()
            self._last = time.monotonic()
        return False


def _wanted(job: Job) -> PlatformExport | None:
    """The export while its report is with the unit; otherwise there is nothing to hold it against."""
    editable = (Submission.State.DRAFT, Submission.State.RETURNED)
    return (
        PlatformExport.objects.select_related("file", "submission__obligation")
        .filter(pk=job.subject_id, state=PlatformExport.State.READING, submission__state__in=editable)
        .first()
    )


def _locked(job: Job) -> PlatformExport | None:
    export = PlatformExport.objects.filter(pk=job.subject_id).first()
    if export is not None:
        Submission.objects.select_for_update().get(pk=export.submission_id)
    return _wanted(job)


def _fail(job: Job, finding: Finding) -> None:
    export = _locked(job)
    if export is None:
        return
    PlatformExport.objects.filter(pk=export.pk).update(
        state=PlatformExport.State.FAILED, summary={"refused": finding.as_dict()}
    )
    _record(
        job.created_by,
        "submission.export_failed",
        export.submission,
        file=export.file.name,
        sha256=export.file.sha256,
        code=finding.code,
    )


def _store(job: Job, folder: Path, result: dict[str, Any]) -> None:
    export = _locked(job)
    if export is None:
        return
    devices = _copy(export.pk, folder / "devices.tsv")
    PlatformExport.objects.filter(pk=export.pk).update(
        state=PlatformExport.State.READ, devices=devices, summary=_told(result)
    )
    PlatformExport.objects.filter(submission=export.submission_id, pk__lt=export.pk).delete()
    _recheck(export.submission)
    _record(
        job.created_by,
        "submission.export_read",
        export.submission,
        file=export.file.name,
        sha256=export.file.sha256,
        devices=devices,
    )


def _told(result: dict[str, Any]) -> dict[str, Any]:
    """Only what the page shows, whatever the child says."""
    columns = result.get("columns", {})
    return {
        "sheet": str(result.get("sheet", ""))[:64],
        "rows": int(result.get("rows", 0)),
        "passed_over": int(result.get("passed_over", 0)),
        "named": bool(result.get("named")),
        "columns": {key: str(columns.get(key, ""))[:4] for key in ("code", "name")},
    }


def _copy(export_id: int, path: Path) -> int:
    """COPY the child's lines behind the export's id; returns how many."""
    with path.open("rb") as lines, connection.cursor() as cursor:
        prefixed = Prefixed(lines, f"{export_id}\t".encode(), tabs=1)
        cursor.copy_expert("COPY inventory_exporteddevice (export_id, code, name) FROM STDIN", prefixed, size=1 << 20)
        return prefixed.count


def _recheck(submission: Submission) -> None:
    """Hold the draft against the registry and the lists as they are now; a submitted version is never touched."""
    draft = submission.versions.filter(submitted_at__isnull=True).first()
    if draft is not None and draft.files.filter(state=SourceFile.State.READ).exists():
        voided = check_registry(draft.pk, submission.obligation.agency_id)
        if voided and not draft.is_stale:
            rehash(draft)


def _record(by: Person, action: str, submission: Submission, **facts: Any) -> None:
    journal.record(by, action, submission, agency_id=submission.obligation.agency_id, **facts)


# --- told -----------------------------------------------------------------------------------------------------------
def export_of(submission: Submission) -> PlatformExport | None:
    """The newest list of the report, whatever became of it."""
    return submission.platform_exports.select_related("file").order_by("-pk").first()


def in_force(submission: Submission) -> PlatformExport | None:
    """The newest list that has been read."""
    read = submission.platform_exports.filter(state=PlatformExport.State.READ)
    return read.select_related("file").order_by("-pk").first()


def missing(
    version: Version, export: PlatformExport, limit: int | None = None, offset: int = 0
) -> list[ExportedDevice]:
    """The export's cameras that no row of the version reports, by code, each once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT ON (d.code) d.id, d.code, d.name {MISSING} ORDER BY d.code, d.id
                LIMIT %(limit)s OFFSET %(offset)s""",
            {"version": version.pk, "export": export.pk, "limit": limit, "offset": offset},
        )
        return [ExportedDevice(pk=pk, export=export, code=code, name=name) for pk, code, name in cursor.fetchall()]


def count_missing(version: Version, export: PlatformExport) -> int:
    """How many `missing` has in all."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT d.code) {MISSING}", {"version": version.pk, "export": export.pk})
        found: int = cursor.fetchone()[0]
    return found


def missing_lines(version: Version, export: PlatformExport) -> Iterator[tuple[str, str]]:
    """Code and name of every missing camera, for a download."""
    for device in missing(version, export):
        yield device.code, device.name
