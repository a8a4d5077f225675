"""What is in view, as columns of numbers: single cameras where they are few, else clusters; never more than a screen.

A position is told as exactly as the person may know it, and a cluster that holds a rounded one as roughly as that one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from cameras.mapcells import MILLIONTHS
from cameras.models import Camera
from registry.masking import conceal

from .grid import Box
from .sources import Source, Spot

MOST_SINGLE = 150
"""Cameras in view up to which each is shown by itself."""
EXACT, ROUGH = 6, 2
"""Decimals of a position, and of one that the person may only know roughly."""

Columns = dict[str, list[Any]]


@dataclass
class _Cluster:
    n: int = 0
    east: int = 0
    north: int = 0
    rough: bool = False
    values: Counter[str] = field(default_factory=Counter)


def in_view(source: Source, box: Box) -> dict[str, Any]:
    """`total` cameras in the box, and columns of `points` or of `clusters` (the other is None).

    `keys` are the values of the colouring that clusters and points name by their place in it. A cluster's `parts` are
    such a place and a count in turns; it lies in column `x` and row `y` of the zoom.
    """
    spots = source.spots(box)
    total = sum(spot.n for spot in spots)
    keys: dict[str, int] = {}
    told: dict[str, Any] = {"total": total, "points": None, "clusters": None}
    if total <= MOST_SINGLE:
        told["points"] = _points(source, box, keys) if total else _points_columns()
    else:
        told["clusters"] = _clusters(spots, keys)
    return told | {"keys": list(keys)}


def _clusters(spots: list[Spot], keys: dict[str, int]) -> Columns:
    found: dict[tuple[int, int], _Cluster] = defaultdict(_Cluster)
    for spot in spots:
        one = found[spot.x, spot.y]
        one.n += spot.n
        one.east += spot.east
        one.north += spot.north
        one.rough |= spot.rough
        one.values[spot.value] += spot.n
    columns: Columns = {name: [] for name in ("x", "y", "n", "lon", "lat", "parts")}
    for (x, y), one in sorted(found.items()):
        decimals = ROUGH if one.rough else EXACT
        told = (x, y, one.n, *(round(total / one.n / MILLIONTHS, decimals) for total in (one.east, one.north)))
        for name, value in zip(columns, told, strict=False):
            columns[name].append(value)
        parts = one.values.most_common()
        columns["parts"].append([number for value, n in parts for number in (keys.setdefault(value, len(keys)), n)])
    return columns


def _points_columns() -> Columns:
    return {name: [] for name in ("id", "name", "who", "lon", "lat", "key", "rough")}


def _points(source: Source, box: Box, keys: dict[str, int]) -> Columns:
    columns = _points_columns()
    for one in cameras(source, box, few=True):
        value = source.value_of(one)
        columns["id"].append(one.pk)
        columns["name"].append(one.name or one.number)
        columns["who"].append(source.names.agency(one.owner_id))
        columns["lon"].append(shown(one.wgs_longitude))
        columns["lat"].append(shown(one.wgs_latitude))
        columns["key"].append(keys.setdefault(value, len(keys)))
        columns["rough"].append(int(one.is_masked))  # type: ignore[attr-defined]
    return columns


def cameras(source: Source, box: Box, *, few: bool, most: int | None = None) -> list[Camera]:
    """The cameras in the box, by id, positions concealed; at most so many."""
    found = [conceal(row) for rows in source.cameras(box, few=few) for row in rows.order_by("pk")[slice(most)]]
    return sorted(found, key=lambda row: row.pk)[:most]


def shown(degrees: Any) -> float:
    """A coordinate as shown, already concealed where it must be."""
    return round(float(degrees), EXACT)
