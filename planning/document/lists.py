"""The long lists of a document, read in lots, so that a list of any length takes no more memory than a short one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, QuerySet, Value, When

from agencies.models import Person
from cameras.lists import CAMERAS
from cameras.lists import WORDS as CAMERA_WORDS
from platforms.lists import PLATFORMS
from platforms.lists import WORDS as PLATFORM_WORDS
from registry.filters import BLANK_LABEL
from registry.masking import conceal
from registry.names import Names
from sheets.vocabulary import MEASURES

from .paper import Row
from .stock import Moved, live

LOT: Final = 2000
IN_ORDER: Final = {word: place for place, word in enumerate(MEASURES)}
UNCHANGED: Final = ("", "保留")
"""Measures for which nothing is to be done."""


def cameras(
    person: Person, moment: datetime, names: Names, agency: int, expected: int | None = None
) -> Callable[[], Iterable[Row]]:
    """A unit's cameras, by measure: number, name, township, position, state, measure. Raises Moved."""
    return lambda: _counted(_cameras(person, moment, names, agency), expected)


def _cameras(person: Person, moment: datetime, names: Names, agency: int) -> Iterator[Row]:
    found = _by_measure(live(CAMERAS, person, moment, names).filter(reporting_agency=agency))
    for place, row in enumerate(_each(found), 1):
        yield (
            str(place),
            row.number,
            row.name or "",
            names.township(row.township),
            _position(row),
            _said(CAMERA_WORDS, row, "status"),
            row.measure or BLANK_LABEL,
        )


def to_change(person: Person, moment: datetime, names: Names, most: int) -> Callable[[], Iterable[Row]]:
    """Cameras of the county with which something is to be done, by measure and unit, the first `most` of them.

    Number, name, unit, township, measure; no positions.
    """
    return lambda: _to_change(person, moment, names, most)


def _to_change(person: Person, moment: datetime, names: Names, most: int) -> Iterator[Row]:
    found = live(CAMERAS, person, moment, names).exclude(measure__in=UNCHANGED)
    found = _by_measure(found.order_by(), "reporting_agency__position")[:most]
    for place, row in enumerate(_each(found), 1):
        yield (
            str(place),
            row.number,
            row.name or "",
            names.agency(row.reporting_agency_id),
            names.township(row.township),
            row.measure,
        )


def platforms(
    person: Person, moment: datetime, names: Names, agency: int, expected: int | None = None
) -> Callable[[], Iterable[Row]]:
    """A unit's platforms: number, name, vendor, whether connected, costs. Raises Moved."""
    return lambda: _counted(_platforms(person, moment, names, agency), expected)


def _platforms(person: Person, moment: datetime, names: Names, agency: int) -> Iterator[Row]:
    found = live(PLATFORMS, person, moment, names).filter(reporting_agency=agency).order_by("id")
    for place, row in enumerate(_each(found), 1):
        yield (
            str(place),
            row.number,
            row.name or "",
            row.vendor,
            _said(PLATFORM_WORDS, row, "connected"),
            _figure(row.cost),
            _figure(row.upkeep),
        )


def _by_measure(found: QuerySet[Any], *then: str) -> QuerySet[Any]:
    whens = [When(measure=word, then=Value(place)) for word, place in IN_ORDER.items()]
    order = Case(*whens, When(measure="", then=Value(len(IN_ORDER) + 1)), default=Value(len(IN_ORDER)))
    return found.order_by(order, *then, "measure", "id")


def _each(found: QuerySet[Any]) -> Iterator[Any]:
    return (conceal(row) for row in found.iterator(LOT))


def _counted(rows: Iterable[Row], expected: int | None) -> Iterator[Row]:
    count = 0
    for row in rows:
        count += 1
        yield row
    if expected is not None and count != expected:
        raise Moved(f"{count} rows where the figure says {expected}")


def _said(words: Any, row: Any, key: str) -> str:
    value = getattr(row, key)
    return "" if value in (None, "") else str(words[key](value)) if key in words else str(value)


def _figure(value: Any) -> str:
    return "未填" if value is None else f"{value.normalize():f}"


def _position(row: Any) -> str:
    """Decimal degrees as the registry may show them to whom it is for."""
    if row.longitude is None or row.latitude is None:
        return "–"
    places = 2 if row.is_masked else 6
    return f"{row.longitude:.{places}f}, {row.latitude:.{places}f}"
