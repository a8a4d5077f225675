"""Rows entered on screen: a unit with three cameras fills a form for each instead of a workbook.

What is entered are the cells of the official form; `changes` judges and keeps them like those of a file. This module
begins such a file and knows what its pages show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from agencies.models import Person, PlaceKind
from audit import journal
from audit.failures import Conflict
from files import services as files
from sheets.declare import Sheet
from sheets.stage import raw_text

from .. import standing
from ..models import (
    CameraRow,
    ChangeSet,
    Datum,
    Funding,
    Mobility,
    PlatformRow,
    ReportKind,
    RowFinding,
    SourceFile,
    StagedRow,
    Submission,
    Version,
)
from ..onscreen import changes
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target
from ..services import draft_version, locked
from ..uploads import MOST_FILES
from .original import blank_form, blank_summary

MOST_ROWS = 500
"""Rows of one sheet entered on screen; whoever has more has a list already."""
MOST_SAID = 50
"""Words offered again of each column."""
KEPT = {
    "camera": (
        "platform_name", "brand", "township", "police_station", "built", "leased", "status", "measure", "place_kind",
        "funding", "datum", "mobility",
    ),
    "platform": ("address", "network", "place_kind", "funding"),
}  # fmt: skip
"""What the next row most likely says too."""
OWN = frozenset({"seq", "code", "registry_number"})
"""What no second row may say: left out of a copy."""


@dataclass(frozen=True)
class Terms:
    """What holds for all rows unless a row says otherwise. Positions are WGS-84: that is what the map gives."""

    funding: Funding
    place_kind: PlaceKind | None


def begin(by: Person, submission_id: int, terms: Terms) -> SourceFile:
    """Open the file of rows entered on screen, on a blank official form; or return the one that is there."""
    with files.keeping(), transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        version = draft_version(by, submission)
        if (open_one := screen_of(version)) is not None:
            return open_one
        if version.files.count() >= MOST_FILES:
            raise Conflict(f"一次报送最多 {MOST_FILES} 份表格。请先移除不用的，再在线填写。")
        source = SourceFile.objects.create(
            version=version,
            slot=_next_slot(submission),
            origin=SourceFile.Origin.SCREEN,
            file=blank_form(by, submission.obligation.agency),
            state=SourceFile.State.READ,
            datum=Datum.WGS84,
            funding=terms.funding,
            mobility=Mobility.FIXED,
            place_kind=terms.place_kind,
            summary=blank_summary(),
        )
        journal.record(
            by,
            "submission.entry_begun",
            submission,
            agency_id=submission.obligation.agency_id,
            version=version.number,
            file=source.file.name,
            sha256=source.file.sha256,
        )
    return source


def _next_slot(submission: Submission) -> int:
    last = SourceFile.objects.filter(version__submission=submission).aggregate(last=Max("slot"))["last"]
    return (last or 0) + 1


def screen_of(version: Version) -> SourceFile | None:
    """The version's file of rows entered on screen, if there is one."""
    return version.files.filter(origin=SourceFile.Origin.SCREEN).select_related("file", "place_kind", "version").first()


@dataclass(frozen=True)
class EnteredRow:
    """A row as the list shows it: its number in its sheet, and the text of each cell by column key."""

    row: StagedRow
    place: int
    cells: Mapping[str, str]
    locked: bool = False
    """It stands accepted: read-only."""


@dataclass(frozen=True)
class EnteredSheet:
    """The entered rows of one kind."""

    sheet: Sheet
    rows: tuple[EnteredRow, ...]

    @property
    def kind(self) -> str:
        return self.sheet.key

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


def entered(source: SourceFile | None) -> list[EnteredSheet]:
    """What was entered, cameras first; empty sheets where nothing was."""
    found = []
    for target in reversed(TARGETS):
        rows = list(target.row._default_manager.filter(source_file=source).order_by("row")) if source else []
        fixed = standing.locked_keys(source.version.submission_id, rows) if source else set()
        shown = tuple(
            EnteredRow(row, place, cells_of(target.kind, row), row.key in fixed) for place, row in enumerate(rows, 1)
        )
        found.append(EnteredSheet(DECLARATIONS[target.kind], shown))
    return found


def cells_of(kind: str, row: StagedRow) -> dict[str, str]:
    """Column key -> the text of the row's cell."""
    columns = DECLARATIONS[kind].columns
    raw = [*row.raw, *[""] * (len(columns) - len(row.raw))]  # kept when the form had fewer columns
    return {column.key: raw_text(value) for column, value in zip(columns, raw, strict=True)}


def findings_of(kind: str, row: StagedRow) -> list[RowFinding]:
    """What is wrong in this row, errors first, in the order of the columns."""
    order = DECLARATIONS[kind].index
    found = RowFinding.objects.filter(source_file=row.source_file_id, kind=kind, sheet=row.sheet, row=row.row)
    return sorted(found, key=lambda one: (one.severity != "error", order.get(one.column_key, 99), one.code))


def suggestions(kind: str, version: Version) -> dict[str, list[str]]:
    """What the unit wrote in this report already, for columns in which the same words come again and again."""
    if kind != "camera":
        return {}
    rows = CameraRow.objects.filter(source_file__version=version)
    said = {key: set(_distinct(rows, key)) for key in ("platform_name", "police_station", "pole_number")}
    said["platform_name"].update(_distinct(PlatformRow.objects.filter(source_file__version=version), "name"))
    return {key: sorted(words - {""}) for key, words in said.items()}


def _distinct(rows: QuerySet[Any], key: str) -> Iterator[str]:
    return iter(rows.order_by(key).values_list(key, flat=True).distinct()[:MOST_SAID])


def next_seq(source: SourceFile, kind: str) -> str:
    """The running number of the next row."""
    last = _target(kind).row._default_manager.filter(source_file=source).aggregate(last=Max("seq"))["last"]
    return str((last or 0) + 1)


def defaults_for_next(kind: str, row: StagedRow | None) -> dict[str, str]:
    """What the form of the next row begins with, after this one."""
    cells = cells_of(kind, row) if row is not None else {}
    return {key: cells[key] for key in KEPT[kind] if key in cells}


def copied(kind: str, row: StagedRow) -> dict[str, str]:
    """The cells of a copy of this row."""
    return {key: text for key, text in cells_of(kind, row).items() if key not in OWN}


def row_of(version: Version, kind: str, key: int) -> StagedRow | None:
    """A row of the version by its identity."""
    target = next((each for each in TARGETS if each.kind == kind), None)
    if target is None:
        return None
    return (
        target.row._default_manager.filter(source_file__version=version, key=key).select_related("source_file").first()
    )


def _target(kind: str) -> Target:
    return next(each for each in TARGETS if each.kind == kind)


def changed_cells(seen: Mapping[str, str], posted: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(column, new text, text the person saw) for each cell that was changed."""
    for key, text in posted.items():
        was = seen.get(key, "")
        if text != was:
            yield key, text, was


def add(by: Person, submission_id: int, kind: str, cells: Mapping[str, str], way: ChangeSet.Way) -> StagedRow:
    """Keep a new row, at the end of its sheet. Raises Conflict where the sheet is full or the entry has gone."""
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        source = screen_of(draft_version(by, submission))
        if source is None:
            raise Conflict("在线填写的表已不在本次报送中。请回到报送页，重新开始在线填写。")
        if _target(kind).row._default_manager.filter(source_file=source).count() >= MOST_ROWS:
            raise Conflict(f"在线填写一张表最多 {MOST_ROWS} 行。更多的请下载表格填写，再上传。")
        told = {"seq": next_seq(source, kind), **cells}
        applied = changes.add_rows(by, submission_id, kind, source.slot or 0, [told], way)
        row = row_of(applied.version, kind, applied.keys[0])
    if row is None:
        raise Conflict("这一行已被删除。")
    return row


def name_of(row: StagedRow) -> str:
    """What the page calls a row."""
    return getattr(row, "name", "") or "没有填名称的一行"


def fixes_of(kind: str, row: StagedRow, finding: str) -> dict[str, str]:
    """Column key -> text of the safe fix of this finding (its id), {} where there is none."""
    if not (finding.isascii() and finding.isdigit()):
        return {}
    found = next((one for one in findings_of(kind, row) if one.pk == int(finding)), None)
    return {str(key): str(text) for key, text in found.fixes.items()} if found else {}
