"""Where the map's counts come from: the kept cells where they know what is asked, else the cameras themselves.

What a person sees of the cameras is of two parts: those with their exact position, and those with a rounded one
(registry/masking.py). Each part is counted by the positions that the person may know, and by no others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, Count, F, FloatField, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Floor

from agencies import access
from agencies.models import Person
from cameras.lists import CAMERAS
from cameras.mapcells import (
    DIMS,
    EVERYBODY,
    FINEST,
    MILLIONTHS,
    MOBILE,
    PLACED,
    ROUNDED,
    UNPLACED,
    CellOf,
    MapCell,
    cell_number,
)
from cameras.models import Camera
from registry.asked import Asked
from registry.filters import OTHER
from registry.names import Names

from .colours import Colouring
from .grid import MOST_LISTED, Box, kept_level, rounded_at, side

KEPT_FIELDS = frozenset({"reporting_agency", "owner", "township", *DIMS})
_OF_ROUNDED = MILLIONTHS // 100


class Spot(NamedTuple):
    """A cell with cameras in it, in columns and rows of the zoom asked about; sums of positions in millionths."""

    x: int
    y: int
    value: str
    n: int
    east: int
    north: int
    rough: bool


@dataclass(frozen=True)
class Part:
    """Cameras seen in one way: all conditions on them, and whether their positions are rounded."""

    condition: Q
    rounded: bool
    dim: str | None
    """Which counts know the fields of the condition and of the colouring; None where none does."""


@dataclass
class Source:
    """The cameras that a person asks about, coloured in one way."""

    person: Person
    asked: Asked
    colouring: Colouring
    names: Names = field(default_factory=Names)

    @cached_property
    def parts(self) -> list[Part]:
        seen = access.sight(Camera, self.person)
        narrowed = Q()
        for entry in CAMERAS.filters:
            if values := self.asked.chosen.get(entry.key, ()):
                narrowed &= entry.condition(values, self.names)
        plain = not (self.asked.q or self.asked.as_of)
        return [
            Part(condition, rounded, self._dim(condition) if plain else None)
            for condition, rounded in ((seen.full & narrowed, False), (seen.masked & ~seen.full & narrowed, True))
            if not rounded or fields_of(seen.masked) != frozenset()
        ]

    def _dim(self, condition: Q) -> str | None:
        fields = fields_of(condition)
        if fields is None or not (fields := fields | {self.colouring.field}) <= KEPT_FIELDS:
            return None
        dims = [dim for dim in DIMS if dim in fields]
        return None if len(dims) > 1 else (dims or ["status"])[0]

    # --- everybody -------------------------------------------------------------------------------------------------
    def totals(self) -> tuple[Counter[str], Counter[int]]:
        """Cameras by the filter's value of their colour; and by whether they have a position. One query a part."""
        by_value, by_place = Counter[str](), Counter[int]()
        for part in self.parts:
            for value, placed, n in self._everybody(part):
                by_value[self._value(value)] += n
                by_place[placed] += n
        return by_value, by_place

    def _everybody(self, part: Part) -> Iterator[tuple[Any, int, int]]:
        if part.dim is not None:
            kept = MapCell.objects.filter(part.condition, level=EVERYBODY, dim=part.dim)
            yield from kept.values_list(self.colouring.field, "x").annotate(count=Sum("n")).filter(count__gt=0)
            return
        placed = Case(
            When(wgs_longitude__isnull=False, wgs_latitude__isnull=False, then=Value(PLACED)),
            When(mobility="mobile", then=Value(MOBILE)),
            default=Value(UNPLACED),
            output_field=IntegerField(),
        )
        rows = self._rows(part).annotate(placed=placed).order_by()
        yield from rows.values_list(self.colouring.field, "placed").annotate(count=Count("pk"))

    # --- cells -----------------------------------------------------------------------------------------------------
    def spots(self, box: Box) -> list[Spot]:
        """The cells of the box with cameras in them, one for each colour, rounded ones apart. One query a part."""
        found: list[Spot] = []
        for part in self.parts:
            level = kept_level(box.zoom, rounded=part.rounded)
            if part.dim is not None and level is not None:
                found += self._kept(part, box, level)
            else:
                found += self._counted(part, box)
        return found

    def _kept(self, part: Part, box: Box, level: int) -> Iterator[Spot]:
        sums = ("rounded_x", "rounded_y") if part.rounded else ("east", "north")
        scale = _OF_ROUNDED if part.rounded else 1
        found = self._cells(part, box, level).values_list("x", "y", self.colouring.field)
        east, north = (Cast(Sum(name), BigIntegerField()) for name in sums)
        counted = found.annotate(count=Sum("n"), to_east=east, to_north=north).filter(count__gt=0)
        values, finer = self._values, level - box.zoom
        for x, y, value, n, to_east, to_north in counted:
            if finer >= 0:
                at = x >> finer, y >> finer
            elif box.holds_rounded(x, y):  # rounded positions, which no finer cell is known of
                at = rounded_at(x, box.zoom), rounded_at(y, box.zoom)
            else:
                continue
            yield Spot(*at, values.get(value, OTHER), n, to_east * scale, to_north * scale, part.rounded)

    @staticmethod
    def _cells(part: Part, box: Box, level: int) -> QuerySet[MapCell]:
        """The counts of a kept level in the box."""
        at = box.at(level)
        kept = MapCell.objects.filter(part.condition, level=level, dim=part.dim)
        return kept.filter(x__range=(at.west, at.east), y__range=(at.south, at.north)).order_by()

    def _counted(self, part: Part, box: Box) -> Iterator[Spot]:
        zoom = min(box.zoom, ROUNDED) if part.rounded else box.zoom
        rows = self._within(part, box).annotate(x=_column("wgs_longitude", zoom), y=_column("wgs_latitude", zoom))
        shown: tuple[Combinable, Combinable] = (F("wgs_longitude"), F("wgs_latitude"))
        if part.rounded:
            shown = (_rounded("wgs_longitude"), _rounded("wgs_latitude"))
        found = rows.order_by().values_list("x", "y", self.colouring.field)
        counted = found.annotate(count=Count("*"), to_east=Sum(shown[0]), to_north=Sum(shown[1]))
        values = self._values
        for x, y, value, n, to_east, to_north in counted:
            east, north = round(to_east * MILLIONTHS), round(to_north * MILLIONTHS)
            at = (x, y)
            if zoom < box.zoom:
                at = rounded_at(x, box.zoom), rounded_at(y, box.zoom)
            yield Spot(*at, values.get(value, OTHER), n, east, north, part.rounded)

    def count(self, box: Box) -> int:
        """How many cameras there are in the box. One query a part."""
        total = 0
        for part in self.parts:
            level = kept_level(box.zoom, rounded=part.rounded)
            if part.dim is not None and level is not None and level >= box.zoom:
                total += self._cells(part, box, level).aggregate(total=Sum("n"))["total"] or 0
            else:
                total += self._within(part, box).count()
        return total

    # --- cameras ---------------------------------------------------------------------------------------------------
    def cameras(self, box: Box, *, few: bool) -> list[QuerySet[Camera]]:
        """The cameras whose shown position lies in the box, a queryset a part. `few`: it is known that they are."""
        return [self._within(part, box, few=few) for part in self.parts]

    def _within(self, part: Part, box: Box, *, few: bool = False) -> QuerySet[Camera]:
        """The rows of a part in the box, by the index on the finest cells wherever it can lead there."""
        rows = self._rows(part)
        if part.rounded:
            # Whatever rounds to a position lies in one cell of its own: a box is the cells whose middle it holds.
            at = box.at(ROUNDED)
            columns = [x for x in range(at.west, at.east + 1) if box.west <= rounded_at(x, box.zoom) <= box.east]
            lines = [y for y in range(at.south, at.north + 1) if box.south <= rounded_at(y, box.zoom) <= box.north]
            if not (columns and lines):
                return rows.none()
            box = Box(ROUNDED, columns[0], lines[0], columns[-1], lines[-1])
        west, south, east, north = box.degrees()
        rows = rows.filter(
            wgs_longitude__gte=west, wgs_longitude__lt=east, wgs_latitude__gte=south, wgs_latitude__lt=north
        )
        finest = box.at(FINEST)
        if self.asked.as_of is not None or not ((few and part.dim) or finest.cells <= MOST_LISTED):
            return rows
        if finest.cells <= MOST_LISTED:
            cells = product(range(finest.west, finest.east + 1), range(finest.south, finest.north + 1))
            numbers = [cell_number(x, y) for x, y in cells]
        else:
            kept = self._cells(part, finest, FINEST).filter(n__gt=0).values_list("x", "y").distinct()
            numbers = [cell_number(x, y) for x, y in kept]
        return rows.annotate(cell=CellOf("wgs_longitude", "wgs_latitude")).filter(cell__in=numbers)

    def _rows(self, part: Part) -> QuerySet[Camera]:
        rows: QuerySet[Camera] = CAMERAS.rows(self.person, self.asked, self.names).filter(is_masked=part.rounded)
        return rows

    def value_of(self, camera: Camera) -> str:
        """The filter's value of the camera's colour."""
        name = "owner_id" if self.colouring.field == "owner" else self.colouring.field
        return self._value(getattr(camera, name))

    def _value(self, held: Any) -> str:
        """The filter's value for what a camera's field holds."""
        return self._values.get(held, OTHER)

    @cached_property
    def _values(self) -> dict[Any, str]:
        return dict(self.colouring.values(self.names))


def fields_of(condition: Q) -> frozenset[str] | None:
    """Names of the fields that a condition asks about; None where it asks something that is no field of the row.

    A choice among no values asks about nothing: it holds for no row.
    """
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            inner = fields_of(child)
            if inner is None:
                return None
            found |= inner
        elif isinstance(child, tuple):
            name, value = child
            path, _, lookup = name.partition("__")
            if lookup == "in" and not value:
                continue
            found.add(path.removesuffix("_id"))
        else:
            return None
    return frozenset(found)


def _column(name: str, zoom: int) -> Any:
    """The column of a zoom that a coordinate lies in; as map_cell and the kept counts have it."""
    shifted = F(name) + Value(0.005, FloatField())
    return Cast(Floor(shifted * Value(1 / side(zoom), FloatField())), IntegerField())


def _rounded(name: str) -> Any:
    """The coordinate to two decimals: the middle of its cell of zoom 13."""
    return Cast(_column(name, ROUNDED), FloatField()) / Value(100.0, FloatField())
