"""Figures as pages show them: each with its denominator, its tone and the list that it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, Q, QuerySet

from agencies.models import Person
from inventory.campaign.obligations import ACCEPTED_STATES, REPORTED_STATES, ObligationState
from inventory.campaign.roster import GROUP_BY_KEY

from .badges import badge_for
from .links import registry_url, rows_url, units_url
from .stats import Kinds, Shown, Tally, Unit

OVERDUE: Final = "overdue"


@dataclass(frozen=True)
class Figure:
    """A number that opens a list; `url` is "" where there is nothing to open. `of`: its denominator, if it has one."""

    label: str
    count: int
    url: str = ""
    of: int | None = None
    tone: str = ""


def top_row(shown: Shown, counted: Tally) -> list[Figure]:
    """应报, 已报, 通过, 逾期."""
    total = counted.total
    return [
        Figure("应报单位", total, units_url(shown.pk)),
        Figure("已报", counted.reported, units_url(shown.pk, states=REPORTED_STATES), total),
        Figure("通过", counted.accepted, units_url(shown.pk, states=ACCEPTED_STATES), total, "tone-good"),
        Figure(
            "逾期", counted.overdue, units_url(shown.pk, overdue=True), total, "tone-bad" if counted.overdue else ""
        ),
    ]


# --- the heat table ---------------------------------------------------------------------------------------------------
COLUMNS: Final = tuple((state.value, state.label, badge_for(state.value).tone) for state in ObligationState)
"""(state, word, tone) in the order of the table."""
STEPS: Final = 4
PATIENCE: Final = (2, 5, 10)
"""Days in a state after which its cell grows hotter."""


@dataclass(frozen=True)
class Cell:
    """A figure with its word. `heat` 0 (nothing) to STEPS; `tone` the state's."""

    word: str
    count: int
    url: str = ""
    tone: str = ""
    heat: int = 0


@dataclass(frozen=True)
class GroupRow:
    """A group of the roster by state. The cells without the last (overdue) add up to the total."""

    label: str
    total: Cell
    cells: Sequence[Cell]
    overdue: Cell


def group_rows(shown: Shown, groups: Sequence[tuple[str, str, Tally]], whole: Tally) -> list[GroupRow]:
    """Each group, and last the whole roster."""
    return [_group_row(shown, *group) for group in groups] + [_group_row(shown, "", "合计", whole)]


def _group_row(shown: Shown, key: str, label: str, counted: Tally) -> GroupRow:
    def cell(word: str, count: int, tone: str = "", **narrowed: object) -> Cell:
        url = units_url(shown.pk, group=key, **narrowed) if count else ""  # type: ignore[arg-type]
        return Cell(word, count, url, tone, _share(count, counted.total) if tone else 0)

    return GroupRow(
        label,
        cell("应报", counted.total),
        [cell(word, counted.counts[state], tone, states=[state]) for state, word, tone in COLUMNS],
        cell("逾期", counted.overdue, badge_for(OVERDUE).tone, overdue=True),
    )


def _share(count: int, total: int) -> int:
    """1 for up to a quarter of the group, 4 for more than three quarters."""
    return min(STEPS, -(-count * STEPS // total)) if count else 0


@dataclass(frozen=True)
class UnitRow:
    """A unit's line in the matrix: `cells` follow COLUMNS, None but for the state it is in."""

    unit: Unit
    cells: Sequence[Cell | None]
    cameras: int
    cameras_url: str


def by_group(rows: Sequence[UnitRow]) -> list[tuple[str, list[UnitRow]]]:
    """(label, rows) of each group with a unit in it, in the order given."""
    found: dict[str, list[UnitRow]] = {}
    for row in rows:
        found.setdefault(row.unit.group, []).append(row)
    return [(GROUP_BY_KEY[key].label, members) for key, members in found.items()]


def unit_rows(counted: Sequence[Unit], cameras: Mapping[int, int], submission_url: str) -> list[UnitRow]:
    """Every unit of a roster. `submission_url` is the address of a report with 0 for its id."""
    rows = []
    for unit in counted:
        url = submission_url.replace("0", str(unit.shown_id)) if unit.shown_id else ""
        cells = [
            Cell(word, unit.days, url, tone, _patience(unit)) if unit.state == state else None
            for state, word, tone in COLUMNS
        ]
        found = cameras.get(unit.agency_id, 0)
        rows.append(UnitRow(unit, cells, found, registry_url("cameras", agency=unit.agency_code) if found else ""))
    return rows


def _patience(unit: Unit) -> int:
    """How hot a cell is: what is done stays calm, what waits grows with the days."""
    if unit.is_accepted:
        return 2
    return 1 + sum(unit.days > days for days in PATIENCE)


# --- by kind of place -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class KindRow:
    """A kind of place as the table shows it."""

    name: str
    duty: str
    unit: Unit | None
    url: str
    cameras: Cell
    in_review: Cell


@dataclass(frozen=True)
class KindTable:
    rows: Sequence[KindRow] = field(default_factory=list)
    total: KindRow | None = None


def kind_table(shown: Shown, found: Kinds, submission_url: str, *, whole: bool) -> KindTable:
    """All kinds; `whole` adds what states no kind, and the totals."""
    lines = [*found.lines, found.rest] if whole else found.lines
    rows = [
        KindRow(
            line.name,
            line.duty,
            line.unit,
            submission_url.replace("0", str(line.unit.shown_id)) if line.unit and line.unit.shown_id else "",
            _linked("台", line.cameras, registry_url("cameras", kind=line.code or "none")),
            _linked("行", line.in_review, rows_url(shown.pk, line.code or "none")),
        )
        for line in lines
    ]
    total = KindRow(
        "合计",
        "",
        None,
        "",
        _linked("台", found.cameras, registry_url("cameras")),
        _linked("行", found.in_review, rows_url(shown.pk, "")),
    )
    return KindTable(rows, total if whole else None)


def _linked(word: str, count: int, url: str) -> Cell:
    return Cell(word, count, url if count else "")


# --- the administrators' figures --------------------------------------------------------------------------------------
def accounts(found: QuerySet[Person], locked: set[str], url: str) -> list[Figure]:
    """Accounts in use, disabled, locked."""
    counts = found.aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        disabled=Count("pk", filter=Q(is_active=False)),
        locked=Count("pk", filter=Q(username__in=locked)),
    )
    return [
        Figure("启用", counts["active"], f"{url}?state=active"),
        Figure("停用", counts["disabled"], f"{url}?state=disabled"),
        Figure("已锁定", counts["locked"], f"{url}?state=locked", tone="tone-bad" if counts["locked"] else ""),
    ]


def journal(total: int, verified: int, url: str) -> list[Figure]:
    """All entries, and those written since the chain was last verified."""
    return [Figure("全部记录", total, url), Figure("上次核对以后新增", max(0, total - verified))]
