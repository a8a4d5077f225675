"""I10: every figure of the progress page is the count of the list that it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import resolve

from agencies.models import Person, Role
from cameras.lists import CAMERAS
from inventory.models import Obligation
from registry.names import Names

from . import asked, figures, stats


def reader() -> Person:
    """Somebody who sees all business, whoever works here: made for the reading, never saved."""
    person = Person(username="invariants")
    person.role_set = frozenset([Role.LEADER])
    return person


def figures_are_counts() -> Iterator[str]:
    """What a figure says against what its link leads to, in every campaign; and the roster against what is owed."""
    person = reader()
    for shown in stats.campaigns():
        counted = stats.units(person, [shown])[shown.pk]
        owed = Obligation.objects.filter(campaign=shown.pk).count()
        if len(counted) != owed:
            yield f"{shown.name}：进度页有 {len(counted)} 个应报单位，实有 {owed} 个。"
        for label, count, url in _figures(person, shown, counted):
            listed = _listed(person, shown, counted, url)
            if listed != count:
                yield f"{shown.name}：“{label}”是 {count}，打开的清单（{url}）有 {listed}。"


def _figures(person: Person, shown: stats.Shown, counted: list[stats.Unit]) -> Iterator[tuple[str, int, str]]:
    """(label, count, address) of every figure that opens a list."""
    whole = stats.tally(counted)
    found = stats.kinds(person, shown.pk, counted)
    for figure in figures.top_row(shown, whole):
        yield figure.label, figure.count, figure.url
    for group in figures.group_rows(shown, stats.tallies(counted), whole):
        for cell in (group.total, *group.cells, group.overdue):
            yield f"{group.label} {cell.word}", cell.count, cell.url
    table = figures.kind_table(shown, found, "", whole=True)
    for row in (*table.rows, *([table.total] if table.total else [])):
        for cell in (row.cameras, row.in_review):
            yield f"{row.name} {cell.word}", cell.count, cell.url
    for unit in figures.unit_rows(counted, found.by_agency, ""):
        yield f"{unit.unit.agency} 入库", unit.cameras, unit.cameras_url


def _listed(person: Person, shown: stats.Shown, counted: list[stats.Unit], url: str) -> int:
    """How many the list at this address holds; a figure without an address is nothing."""
    if not url:
        return 0
    parts = urlsplit(url)
    return _LISTS[resolve(parts.path).view_name](person, shown, counted, QueryDict(parts.query))


def _units(person: Person, shown: stats.Shown, counted: list[stats.Unit], params: QueryDict) -> int:
    return len(asked.wanted(params).chosen(counted))


def _rows(person: Person, shown: stats.Shown, counted: list[stats.Unit], params: QueryDict) -> int:
    return sum(report.rows for report in stats.reports_in_review(person, shown.pk, asked.kind(params)))


def _cameras(person: Person, shown: stats.Shown, counted: list[stats.Unit], params: QueryDict) -> int:
    names = Names()
    return CAMERAS.rows(person, CAMERAS.parse(params, names), names).count()


_LISTS: dict[str, Callable[[Person, stats.Shown, list[stats.Unit], QueryDict], int]] = {
    "progress_units": _units,
    "progress_rows": _rows,
    "cameras": _cameras,
}
