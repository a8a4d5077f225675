"""Files coming in: a workbook or a stamped scan, past the gate, kept as handed in, and on to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Semaphore

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from agencies.models import Person, PlaceKind
from audit import journal
from audit.failures import Conflict, TooMuch
from files import services as files
from files.models import StoredFile
from jobs import services as jobs
from sheets import gate
from sheets.findings import Refused

from .models import Datum, Funding, Mobility, ReportKind, SourceFile, Submission, Version
from .paper import codes
from .services import attach_scan, draft_version, drop_file, locked

JOB_KIND = "read_source_file"
ROWS_STORED = "rows stored"
"""Said by the connection that stores a file, where others see it before the transaction ends (pg_stat_activity)."""
MOST_FILES = 50
"""Workbooks of one version: a township with one for each village and each department has enough."""


_AT_THE_GATE = Semaphore(1)
"""One file at a time in each web process: it is work, and the pages of everybody else come from the same process."""


@dataclass(frozen=True)
class Defaults:
    """What the clerk says of the whole file; a row may say otherwise in the optional columns."""

    datum: Datum
    funding: Funding
    mobility: Mobility
    place_kind: PlaceKind | None


def upload_workbook(
    by: Person, submission_id: int, data: bytes, name: str, defaults: Defaults, replaces_id: int | None = None
) -> SourceFile:
    """Take a workbook in: gate, original, source file, reading job. The rows appear when the job is done.

    Raises Refused (with its finding) when the gate turns the file away, Conflict when the same file is already there,
    TooMuch when the unit has enough waiting or has sent enough today.
    """
    # Asked before the gate, which is work too, and again under the lock.
    _within_quota(Submission.objects.select_related("obligation").get(pk=submission_id).obligation.agency_id, len(data))
    try:
        with _AT_THE_GATE:
            container = gate.examine(data, name, gate.Limits(max_bytes=settings.UPLOAD_MAX_BYTES))
    except Refused as refused:
        note_refusal(by, submission_id, refused, name)
        raise
    with files.keeping(), transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        _within_quota(submission.obligation.agency_id, len(data))
        version = draft_version(by, submission)
        replaced = _same_slot(version, replaces_id)
        _refuse_same(version, container.sha256, defaults, replaced)
        _make_way(version, container.name, replaced)
        if version.files.count() >= MOST_FILES + (replaced is not None):
            raise Conflict(f"一次报送最多 {MOST_FILES} 份表格。请合并后再上传，或先移除不用的。")
        original = files.store(
            [data],
            kind=StoredFile.Kind.WORKBOOK,
            name=container.name,
            suffix=container.kind,
            agency_id=submission.obligation.agency_id,
            by=by,
        )
        source = SourceFile.objects.create(
            version=version,
            file=original,
            replaces=replaced,
            datum=defaults.datum,
            funding=defaults.funding,
            mobility=defaults.mobility,
            place_kind=defaults.place_kind,
        )
        jobs.enqueue(JOB_KIND, source.pk, by, lane=submission.obligation.agency_id)
        journal.record(
            by,
            "submission.file_uploaded",
            submission,
            agency_id=submission.obligation.agency_id,
            version=version.number,
            file=container.name,
            sha256=container.sha256,
            bytes=container.size,
        )
    return source


def _within_quota(agency_id: int, size: int) -> None:
    """Raise TooMuch when one more file of this many bytes is more than a unit may send at once or in a day."""
    most = settings.INTAKE_WAITING_FILES
    if jobs.waiting(JOB_KIND, agency_id) >= most:
        raise TooMuch(
            f"本单位已有 {most} 份表格在排队读取，这一份没有收下。"
            "请等前面的读完（通常几分钟）再上传；传错的可以先取消。"
        )
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    sent = StoredFile.objects.filter(agency_id=agency_id, uploaded_at__gte=today).aggregate(sent=Sum("size"))["sent"]
    if (sent or 0) + size > settings.INTAKE_BYTES_PER_DAY:
        most_size = filesizeformat(settings.INTAKE_BYTES_PER_DAY)
        raise TooMuch(
            f"本单位今天上传的文件已接近每天 {most_size} 的上限，这一份（{filesizeformat(size)}）没有收下。"
            "请明天再上传；确实着急的，请联系领导小组办公室。"
        )


def _refuse_same(version: Version, sha256: str, defaults: Defaults, replaced: SourceFile | None) -> None:
    """The same bytes twice in one version are not read again, unless they replace themselves to be read otherwise."""
    same = (
        version.files.filter(file__sha256=sha256).exclude(state=SourceFile.State.FAILED).select_related("file").first()
    )
    if same is None:
        return
    when = timezone.localtime(same.file.uploaded_at)
    already = f"这份文件已经上传过（{when:%m月%d日 %H:%M}，“{same.file.name}”），内容完全相同，没有重复读取。"
    read_as = Defaults(Datum(same.datum), Funding(same.funding), Mobility(same.mobility), same.place_kind)
    if read_as == defaults:
        raise Conflict(already + "如已修改，请确认修改后的文件已经保存，再上传。")
    if replaced != same:
        raise Conflict(already + f"如要改坐标系等选项，请在“作为”里选“重新上传‘{same.file.name}’”。")


def _make_way(version: Version, name: str, replaced: SourceFile | None) -> None:
    """Drop what the new upload stands in for: one still being read for the same place, one that could not be read."""
    failed = version.files.filter(state=SourceFile.State.FAILED)
    if replaced is not None:
        pending = version.files.filter(replaces=replaced).exclude(state=SourceFile.State.READ)
        failed = failed.filter(Q(replaces=replaced) | Q(file__name=name))
    else:
        pending, failed = version.files.none(), failed.filter(file__name=name)
    for source in {*pending, *failed}:
        drop_file(source)


def _same_slot(version: Version, source_file_id: int | None) -> SourceFile | None:
    """The file of this version that the new one replaces; the id may be of an earlier version's same slot."""
    if source_file_id is None:
        return None
    named = SourceFile.objects.filter(version__submission=version.submission_id, pk=source_file_id).first()
    held = version.files.filter(slot=named.slot).first() if named is not None and named.slot is not None else None
    if held is None:
        raise Conflict("要替换的文件已不在本次报送中，请刷新页面。")
    return held


def upload_scan(by: Person, submission_id: int, data: bytes, name: str) -> Version:
    """Check a stamped scan, keep it with a preview of its first page, and bind it to the content as it is now.

    Raises Refused with its finding when it is no sound PDF, JPEG or PNG.
    """
    from files import scans

    with TemporaryDirectory(dir=_scratch()) as folder:
        raw, picture = Path(folder) / "scan", Path(folder) / "preview.png"
        raw.write_bytes(data)
        try:
            info = scans.examine_scan(raw, name, scans.ScanLimits(max_bytes=settings.SCAN_MAX_BYTES))
            scans.render_preview(raw, picture)
            texts = scans.read_codes(raw, codes.PREFIX)
        except Refused as refused:
            note_refusal(by, submission_id, refused, name)
            raise
        with files.keeping(), transaction.atomic():
            submission = locked(by, submission_id)
            original = files.store(
                [data],
                kind=StoredFile.Kind.SCAN,
                name=gate.safe_name(name),
                suffix=info.kind,
                agency_id=submission.obligation.agency_id,
                by=by,
            )
            preview = Path(default_storage.path(original.path)).with_suffix(".preview.png")
            files.keep_too(preview)
            preview.write_bytes(picture.read_bytes())
            StoredFile.objects.filter(pk=original.pk).update(preview=str(preview.relative_to(default_storage.path(""))))
            return attach_scan(by, submission_id, original, texts)


def _scratch() -> Path:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.WORK_DIR)


def note_refusal(by: Person, submission_id: int, refused: Refused, name: str) -> None:
    """A file turned away leaves its trace too."""
    with transaction.atomic():
        submission = Submission.objects.select_related("obligation").get(pk=submission_id)
        journal.record(
            by,
            "submission.file_refused",
            submission,
            agency_id=submission.obligation.agency_id,
            file=gate.safe_name(name),
            code=refused.finding.code,
        )
