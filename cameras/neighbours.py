"""Pairs of places that lie within some metres of each other, among up to a million points.

The county is small enough for a plane: a degree of longitude counts as at its northern edge, so that distances there
come out a little short and none is missed; what the k-d tree finds is then measured at its own latitude.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from audit.failures import Invalid

from .rules import COUNTY_BOX

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

METRES = 111_195.0
"""Metres of one degree of latitude, and of longitude at the equator."""
FARTHEST = 300
"""Metres up to which two points may be called neighbours."""
AROUND = 0.2
"""Degrees around the county's box; what lies farther out was not measured here."""
CROWD, CROWDED = 200, 30
"""More than so many points in a square of so many metres are no neighbours but a heap: they are told, not paired."""
MOST_PAIRS = 10_000_000
"""Expected pairs beyond which nobody could use the answer, and memory might not hold it."""
_NARROWEST = math.cos(math.radians(COUNTY_BOX[3] + AROUND))


@dataclass(frozen=True, slots=True)
class Near:
    """`first[i]` and `second[i]` (indices of the points, first < second) lie `metres[i]` apart.

    `crowds`: heaps of points that were left out of the pairs, each as its indices. `unplaced`: points without a
    position, or with one far outside the county.
    """

    first: Ints
    second: Ints
    metres: Floats
    crowds: list[Ints]
    unplaced: int

    def __len__(self) -> int:
        return len(self.first)


def pairs_within(
    longitudes: Sequence[float | None] | Floats, latitudes: Sequence[float | None] | Floats, metres: float
) -> Near:
    """All pairs of WGS-84 points (decimal degrees, None or NaN for none) at most `metres` apart, by first and second.

    Invalid for a distance that is no distance, or so far that the points would pair without end.
    """
    reach = checked_metres(metres)
    lon, lat = np.asarray(longitudes, dtype=np.float64), np.asarray(latitudes, dtype=np.float64)
    placed = np.flatnonzero(_in_the_county(lon, lat))
    x, y = lon[placed] * (METRES * _NARROWEST), lat[placed] * METRES
    cells, order = _cells(x, y, reach)
    starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]]) if len(cells) else np.empty(0, dtype=np.intp)
    counts = np.diff(np.r_[starts, len(cells)])
    crowded = counts > CROWD * max(1.0, (reach / CROWDED) ** 2)
    crowds = [np.sort(placed[order[at : at + n]]) for at, n in zip(starts[crowded], counts[crowded], strict=True)]
    if crowds:
        order = order[~np.repeat(crowded, counts)]
    if float((counts[~crowded].astype(np.float64) ** 2).sum()) * math.pi / 2 > MOST_PAIRS:
        raise Invalid(f"在 {metres:g} 米内相邻的点位太多，列不出来。请把距离改小再查。")
    # Points that lie together stand together: the tree is built and asked about twice as fast.
    found = cKDTree(np.column_stack((x[order], y[order])), balanced_tree=False).query_pairs(
        reach, output_type="ndarray"
    )
    ends = placed[order[found]]
    first, second = ends.min(axis=1), ends.max(axis=1)
    middle = np.radians((lat[first] + lat[second]) / 2)
    apart = METRES * np.hypot((lon[first] - lon[second]) * np.cos(middle), lat[first] - lat[second])
    near = np.flatnonzero(apart <= reach)
    near = near[np.lexsort((second[near], first[near]))]
    return Near(first[near], second[near], apart[near], crowds, len(lon) - len(placed))


def checked_metres(metres: float) -> float:
    """The distance itself; Invalid unless it lies between nothing and `FARTHEST`."""
    if not math.isfinite(metres) or metres <= 0:
        raise Invalid("距离要大于 0 米。请填一个米数，例如 30。")
    if metres > FARTHEST:
        raise Invalid(f"距离 {metres:g} 米太远，最多 {FARTHEST} 米：再远就说不上是同一处。请改小，例如 30。")
    return float(metres)


def _in_the_county(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = COUNTY_BOX
    inside: npt.NDArray[np.bool_] = (
        (lon >= west - AROUND) & (lon <= east + AROUND) & (lat >= south - AROUND) & (lat <= north + AROUND)
    )
    return inside


def _cells(x: Floats, y: Floats, side: float) -> tuple[npt.NDArray[np.int64], Ints]:
    """The square of each point as one number, in order, and the points' order by it."""
    if not len(x):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.intp)
    columns = ((x - x.min()) // side).astype(np.int64)
    rows = ((y - y.min()) // side).astype(np.int64)
    cells = columns * (rows.max() + 1) + rows
    order = np.argsort(cells, kind="stable")
    return cells[order], order
