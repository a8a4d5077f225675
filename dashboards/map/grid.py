"""The grid that the map counts in: columns and rows of a zoom, and the boxes of them that the browser asks about.

A cell of zoom 13 is 0.01 degrees wide and high, about 60 pixels on the screen, and so is a cell of every other zoom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import BadRequest

from cameras.mapcells import COARSEST, FINEST, ROUNDED

NEAREST, FARTHEST = 22, 8
"""Zooms that may be asked about; the browser shows up to 20, and picks by finer cells than it shows."""
MOST_CELLS = 2_000
"""Cells of one answer: several screens full."""
MOST_LISTED = 400
"""Cells of the finest kept level that a query names one by one; a larger box is asked as a range."""
_BOX = re.compile(r"(\d{1,8}),(\d{1,8}),(\d{1,8}),(\d{1,8})")
_SHIFT = 0.005
"""Half a cell of zoom 13: the middle of a cell is the position rounded to two decimals."""


def side(zoom: int) -> float:
    """Degrees that a cell of this zoom is wide and high."""
    return float(0.01 * 2.0 ** (ROUNDED - zoom))


@dataclass(frozen=True)
class Box:
    """Columns and rows of a zoom, the first and the last one included."""

    zoom: int
    west: int
    south: int
    east: int
    north: int

    @property
    def cells(self) -> int:
        return (self.east - self.west + 1) * (self.north - self.south + 1)

    def at(self, zoom: int) -> Box:
        """The cells of another zoom that this box consists of, or that it touches."""
        by = zoom - self.zoom
        if by <= 0:
            return Box(zoom, self.west >> -by, self.south >> -by, self.east >> -by, self.north >> -by)
        last = (1 << by) - 1
        return Box(zoom, self.west << by, self.south << by, (self.east << by) + last, (self.north << by) + last)

    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north; the eastern and the northern edge belong to the next cell."""
        wide = side(self.zoom)
        return (
            self.west * wide - _SHIFT,
            self.south * wide - _SHIFT,
            (self.east + 1) * wide - _SHIFT,
            (self.north + 1) * wide - _SHIFT,
        )

    def holds_rounded(self, column: int, row: int) -> bool:
        """Whether the rounded position in this column and row of zoom 13 lies in the box."""
        x, y = rounded_at(column, self.zoom), rounded_at(row, self.zoom)
        return self.west <= x <= self.east and self.south <= y <= self.north


def rounded_at(column: int, zoom: int) -> int:
    """The column (or row) of a zoom that the rounded position of this column of zoom 13 lies in."""
    if zoom <= ROUNDED:
        return column >> (ROUNDED - zoom)
    return (2 * column + 1) << (zoom - ROUNDED - 1)


def kept_level(zoom: int, *, rounded: bool) -> int | None:
    """The kept level whose cells make up those of a zoom; None where they are finer than any kept one."""
    if rounded:
        return max(COARSEST, min(zoom, ROUNDED))
    return max(COARSEST, zoom) if zoom <= FINEST else None


def asked_box(zoom: str, box: str) -> Box:
    """What the address asks about. BadRequest (400) for what is no box."""
    found = _BOX.fullmatch(box)
    if not (zoom.isascii() and zoom.isdigit() and len(zoom) <= 2 and FARTHEST <= int(zoom) <= NEAREST and found):
        raise BadRequest("no box of the map")
    west, south, east, north = (int(part) for part in found.groups())
    most = int(360 / side(int(zoom)))
    if not (west <= east <= most and south <= north <= most):
        raise BadRequest("no box of the map")
    return Box(int(zoom), west, south, east, north)
