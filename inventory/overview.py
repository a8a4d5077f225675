"""What the pages of a submission show: where it stands, its files, its findings grouped by rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from . import standing
from .leftout import mark_items
from .leftout.missing import Tally
from .models import CameraRow, PlatformRow, ReportKind, RowFinding, SourceFile, Submission, Version
from .paper import codes
from .reading import Progress, progress_of
from .waiving.waivable import may_be_waived
from .workbook import compare

CHIPS = 24
"""Cells shown of each rule before "show all"."""


@dataclass(frozen=True)
class Group:
    """All findings of one rule in one file; `cells` are the first of them."""

    code: str
    severity: str
    message: str
    fix: str
    count: int
    cells: tuple[RowFinding, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.cells)

    @property
    def waivable(self) -> bool:
        """Whether the unit may ask that an error of this rule be set aside; a warning blocks nothing."""
        return self.severity == "error" and may_be_waived(self.code)


@dataclass(frozen=True)
class FileView:
    """One workbook as its page shows it. The numbers add up: read = good + wrong + ignored + removed on screen.

    `waived`: findings set aside, which are in none of the groups. `fixed`: it holds rows that stand accepted.
    """

    source: SourceFile
    good: int
    wrong: int
    errors: tuple[Group, ...]
    warnings: tuple[Group, ...]
    progress: Progress
    waived: int = 0
    fixed: bool = False

    @property
    def rows(self) -> int:
        return self.good + self.wrong + self.source.rows_ignored + self.source.rows_removed

    @property
    def is_reading(self) -> bool:
        return self.source.state == SourceFile.State.READING

    @property
    def compared_parts(self) -> list[tuple[str, str]]:
        """What a mended file changed, as (list, words); see `compare`."""
        return compare.parts(self.source.summary["compared"])

    @property
    def compared_asides(self) -> list[str]:
        return compare.asides(self.source.summary["compared"])

    @property
    def refusal(self) -> dict[str, str] | None:
        """The finding of a file that could not be read."""
        refused: dict[str, str] | None = self.source.summary.get("refused")
        return refused


def files_of(version: Version) -> list[FileView]:
    """The version's files with their numbers and grouped findings, in a constant number of queries."""
    sources = list(
        version.files.select_related("file", "place_kind", "replaces").order_by(F("slot").asc(nulls_last=True))
    )
    ids = [source.pk for source in sources]
    wrong: dict[int, int] = defaultdict(int)
    good: dict[int, int] = defaultdict(int)
    for model in (CameraRow, PlatformRow):
        counts = (
            model.objects.filter(source_file__in=ids)
            .values("source_file")
            .annotate(bad=Count("pk", filter=Q(errors__gt=0)), fine=Count("pk", filter=Q(errors=0)))
        )
        for row in counts:
            wrong[row["source_file"]] += row["bad"]
            good[row["source_file"]] += row["fine"]
    groups = _groups(ids)
    waived = (
        RowFinding.objects.filter(source_file__in=ids, waived=True).values_list("source_file").annotate(Count("pk"))
    )
    set_aside = dict(waived.order_by())
    returned = version.submission.state == Submission.State.RETURNED
    fixed = standing.holding_locked(version) if returned else set()
    progress = progress_of(source.pk for source in sources if source.state == SourceFile.State.READING)
    return [
        FileView(
            source=source,
            good=good[source.pk],
            wrong=wrong[source.pk],
            errors=tuple(group for group in groups[source.pk] if group.severity == "error"),
            warnings=tuple(group for group in groups[source.pk] if group.severity != "error"),
            progress=progress.get(source.pk, Progress()),
            waived=set_aside.get(source.pk, 0),
            fixed=source.pk in fixed,
        )
        for source in sources
    ]


def _groups(file_ids: list[int]) -> dict[int, list[Group]]:
    """Findings grouped by rule, most frequent first, with the first cells of each."""
    counts = (
        RowFinding.objects.filter(source_file__in=file_ids, waived=False)
        .values("source_file", "code", "severity")
        .annotate(count=Count("pk"))
        .order_by("source_file", "-count", "code")
    )
    firsts: dict[tuple[int, str], list[RowFinding]] = defaultdict(list)
    ranked = RowFinding.objects.filter(source_file__in=file_ids, waived=False).annotate(
        place=Window(RowNumber(), partition_by=["source_file", "code"], order_by="pk")
    )
    for finding in ranked.filter(place__lte=CHIPS).order_by("pk"):
        firsts[finding.source_file_id, finding.code].append(finding)
    groups: dict[int, list[Group]] = defaultdict(list)
    for row in counts:
        cells = firsts[row["source_file"], row["code"]]
        groups[row["source_file"]].append(
            Group(row["code"], row["severity"], cells[0].message, cells[0].fix, row["count"], tuple(cells))
        )
    return groups


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next: a sentence, and where the primary button leads (an anchor on the page), if any."""

    sentence: str
    label: str = ""
    anchor: str = ""


def next_step(
    submission: Submission,
    version: Version,
    files: list[FileView],
    left_out: Sequence[Tally] = (),
    returned: bool = True,
) -> NextStep:
    """What the unit does next with this submission; `left_out`: what its rows do not mention (`missing.tallies`);
    `returned`: there are reasons of a return to be read."""
    if submission.state == Submission.State.IN_REVIEW:
        return NextStep("数据局和公安局正在审核，结果会显示在这里。")
    if submission.state == Submission.State.ACCEPTED:
        return NextStep("双方均已通过。")
    if submission.state == Submission.State.DISCARDED:
        return NextStep("这份填报已作废。")
    if submission.state == Submission.State.RETURNED and version.submitted_at is not None:
        if not returned:
            return NextStep("改好需要更正的内容，再次提交。", "查看表格", "findings")
        return NextStep("按退回意见在线修改，或改好表格后重新上传。", "查看退回意见", "returned")
    if version.submitted_at is not None:
        return NextStep("已撤回。可以修改，也可以原样再次提交。", "去提交", "submit")
    if submission.kind == ReportKind.ZERO:
        if not version.zero_reason:
            return NextStep("填写零报告理由。", "填写理由", "zero")
    elif not files and not any(tally.marked for tally in left_out):
        return NextStep("上传填好的调研表。", "上传表格", "upload")
    elif any(view.is_reading for view in files):
        return NextStep("表格正在读取，请稍候。")
    elif any(view.source.origin == SourceFile.Origin.SCREEN for view in files) and not any(v.rows for v in files):
        return NextStep("在线填写第一台摄像机，或者上传表格。", "继续填写", "findings")
    elif any(view.refusal for view in files):
        return NextStep("有表格没能读取，请按提示处理后重新上传。", "查看原因", "findings")
    elif any(view.errors for view in files):
        return NextStep("在线改好错误，或改好表格后重新上传。", "查看错误", "findings")
    if version.is_stale:
        return NextStep("重新计算中，请稍候。")
    if any(tally.open for tally in left_out):
        return NextStep("说明没有填进表里的设备。", "去说明", "missing")
    if not codes.stamped(version):
        return NextStep("打印盖章，上传盖章扫描件。", "上传扫描件", "scan")
    return NextStep("核对无误后提交。", "去提交", "submit")


def step_key(submission: Submission, version: Version, files: list[FileView], left_out: Sequence[Tally] = ()) -> str:
    """Which step of a report is under way: upload, check, scan, submit, review or registered."""
    if submission.state == Submission.State.ACCEPTED:
        return "registered"
    if submission.state == Submission.State.IN_REVIEW:
        return "review"
    stamped = "submit" if codes.stamped(version) else "scan"
    if submission.kind == ReportKind.ZERO:
        return stamped if version.zero_reason and version.submitted_at is None else "upload"
    if version.submitted_at is not None:
        return "check"
    if not (files or any(tally.marked for tally in left_out)) or any(view.is_reading for view in files):
        return "upload"
    if any(tally.open for tally in left_out):
        return "check"
    return "check" if version.is_stale or any(view.errors or view.refusal for view in files) else stamped


@dataclass(frozen=True)
class Place:
    """A returned row with its place in the unit's own sheet, and what leads to it in the grid ('' and 0: no row)."""

    file: str
    sheet: str
    row: int
    name: str
    reasons: tuple[str, ...]
    kind: str = ""
    key: int = 0


def with_places(version: Version, returned: list[tuple[int, str, str]]) -> list[Place]:
    """Lead returned items (key, side label, reason) back to the rows of the version; a zero report has no row."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for key, side, reason in returned:
        reasons[key].append(f"{side}：{reason}")
    places = []
    for kind, model in (("platform", PlatformRow), ("camera", CameraRow)):
        rows = model.objects.filter(source_file__version=version, key__in=reasons).select_related("source_file__file")
        places += [
            Place(
                row.source_file.file.name,
                row.sheet,
                row.row,
                row.name or "",
                tuple(reasons.pop(row.key)),
                kind,
                row.key,
            )
            for row in rows.order_by("source_file__slot", "sheet", "row")
        ]
    for key, told in mark_items.places(version, list(reasons)).items():
        places.append(Place("", "", 0, told, tuple(reasons.pop(key))))
    places += [Place("", "", 0, "零报告", tuple(told)) for told in reasons.values()]
    return places
