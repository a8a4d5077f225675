"""What the registry's figures say of the whole county: where cameras are missing, cannot be placed, or are rented.

Rows are chosen as the lists choose them, so that every figure is the count of the list that its address opens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from agencies.models import Person
from cameras.lists import CAMERAS, PLACED
from registry.filters import BLANK, BLANK_LABEL
from registry.names import Names
from sheets.kinds.places import place_kinds, townships

from .document.stock import live
from .finding.coverage import WORKING, gaps
from .finding.groups import Gap

MOBILE: Final = "mobile"


def cameras_url(*pairs: tuple[str, str]) -> str:
    """The list of live cameras under these filters."""
    return reverse("cameras") + (f"?{urlencode(pairs)}" if pairs else "")


@dataclass(frozen=True)
class Figure:
    """A count and the list that it counts, "" where there is nothing to open. `tone`, `word`: what is wrong with it."""

    count: int
    url: str
    tone: str = ""
    word: str = ""


def _figure(count: int, *pairs: tuple[str, str], gap: Gap | None = None) -> Figure:
    url = cameras_url(*pairs) if count else ""
    if gap is None:
        return Figure(count, url)
    return Figure(count, url, "is-bad" if gap.sure else "is-attention", _word(gap))


def _word(gap: Gap) -> str:
    """缺: none; 少: far fewer; 核: whether there is such a place at all is to be seen first."""
    return "核" if not gap.sure else "少" if gap.cameras else "缺"


# --- coverage ---------------------------------------------------------------------------------------------------------
WORKING_PAIRS: Final = tuple(("status", word or BLANK) for word in WORKING)


@dataclass(frozen=True)
class Line:
    """A township's cameras by kind of place, and all of them."""

    name: str
    cells: Sequence[Figure]
    total: Figure


@dataclass(frozen=True)
class Missing:
    """A gap with its names, and the list of the few that there are."""

    gap: Gap
    township: str
    kind: str
    figure: Figure


class Coverage:
    """Working cameras by township and kind of place; one query."""

    def __init__(self, person: Person, names: Names) -> None:
        rows = live(CAMERAS, person, None, names).filter(status__in=WORKING)
        self.counts: Counter[tuple[str, str]] = Counter()
        for township, kind, count in rows.values_list("township", "place_kind").annotate(n=Count("pk")):
            known = township if township in townships() else "", kind if kind in place_kinds() else ""
            self.counts[known] += count
        self.found: list[Gap] = gaps(self.counts)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """(code, name) of the columns; what states no kind of place comes last, where there is any."""
        blank = [("", BLANK_LABEL)] if any(not kind for _, kind in self.counts) else []
        return [*place_kinds().items(), *blank]

    def lines(self) -> list[Line]:
        blank = [("", BLANK_LABEL)] if any(not township for township, _ in self.counts) else []
        return [self._line(code, name) for code, name in [*townships().items(), *blank]]

    def totals(self) -> Line:
        cells = [_figure(self._sum(kind=code), *WORKING_PAIRS, ("kind", code or BLANK)) for code, _ in self.kinds]
        return Line("合计", cells, _figure(self.total, *WORKING_PAIRS))

    def _line(self, code: str, name: str) -> Line:
        where = ("township", code or BLANK)
        missing = {gap.place_kind: gap for gap in self.found if gap.township == code}
        cells = [
            _figure(self.counts[code, kind], *WORKING_PAIRS, where, ("kind", kind or BLANK), gap=missing.get(kind))
            for kind, _ in self.kinds
        ]
        return Line(name, cells, _figure(self._sum(township=code), *WORKING_PAIRS, where))

    def _sum(self, township: str | None = None, kind: str | None = None) -> int:
        return sum(count for at, count in self.counts.items() if township in (None, at[0]) and kind in (None, at[1]))

    def missing(self) -> list[Missing]:
        """The surest first, then by kind of place and township."""
        order = {code: place for place, code in enumerate(place_kinds())}
        found = sorted(self.found, key=lambda gap: (not gap.sure, order[gap.place_kind], gap.cameras))
        return [self._missing(gap) for gap in found]

    def _missing(self, gap: Gap) -> Missing:
        where = ("township", gap.township), ("kind", gap.place_kind)
        figure = _figure(gap.cameras, *WORKING_PAIRS, *where, gap=gap)
        return Missing(gap, townships()[gap.township], place_kinds()[gap.place_kind], figure)

    def blanks(self) -> list[tuple[str, Figure]]:
        """What no cell of a township or kind of place can count, for it says none; only where there is any."""
        told = (
            ("没有填乡镇", _figure(self._sum(township=""), *WORKING_PAIRS, ("township", BLANK))),
            ("没有填场所类别", _figure(self._sum(kind=""), *WORKING_PAIRS, ("kind", BLANK))),
        )
        return [(words, figure) for words, figure in told if figure.count]


# --- units ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Unit:
    """An agency's figures, the first of them all of its cameras."""

    name: str
    figures: Sequence[Figure]

    @property
    def percent(self) -> str:
        """Share of the second figure in all of its cameras, as the pages write it."""
        of, some = self.figures[0].count, self.figures[1].count
        return f"{some * 100 / of:.1f}%" if of else "–"


def without_position(person: Person, names: Names) -> Figure:
    """Cameras that should have a position and have none, which nothing can be compared with. One query."""
    found = live(CAMERAS, person, None, names).filter(PLACED.condition(("no",), names))
    return _figure(found.count(), ("placed", "no"))


def unplaced(person: Person, names: Names) -> tuple[list[Unit], Unit]:
    """Units: all cameras, those without a position that should have one, mobile ones; most without first. One query.

    Only units that lack some; the total is of all.
    """
    without = PLACED.condition(("no",), names)
    return _units(
        live(CAMERAS, person, None, names).values_list("reporting_agency_id"),
        "agency",
        names,
        (("placed", "no"), without),
        (("mobility", MOBILE), Q(mobility=MOBILE)),
    )


def leased(person: Person, names: Names) -> tuple[list[Unit], Unit]:
    """Owners: all cameras, leased ones, own ones, those of which nobody said; most leased first. One query.

    Only owners with something leased or not stated; the total is of all.
    """
    return _units(
        live(CAMERAS, person, None, names).values_list("owner_id"),
        "owner",
        names,
        (("leased", "yes"), Q(leased=True)),
        (("leased", "no"), Q(leased=False)),
        (("leased", BLANK), Q(leased=None)),
        shown=(1, 3),
    )


def _units(
    rows: Any, key: str, names: Names, *asked: tuple[tuple[str, str], Q], shown: Sequence[int] = (1,)
) -> tuple[list[Unit], Unit]:
    counted = {f"n{place}": Count("pk", filter=condition) for place, (_, condition) in enumerate(asked, 1)}
    counts = {pk: numbers for pk, *numbers in rows.annotate(n0=Count("pk"), **counted)}
    pairs = [(), *((pair,) for pair, _ in asked)]
    whole = [sum(numbers[place] for numbers in counts.values()) for place in range(len(pairs))]
    order = sorted(counts, key=lambda pk: ([-counts[pk][place] for place in shown], names.agency_code(pk)))
    units = [
        Unit(
            names.agency(pk),
            [
                _figure(count, (key, names.agency_code(pk)), *pair)
                for count, pair in zip(counts[pk], pairs, strict=True)
            ],
        )
        for pk in order
        if any(counts[pk][place] for place in shown)
    ]
    return units, Unit("合计", [_figure(count, *pair) for count, pair in zip(whole, pairs, strict=True)])
