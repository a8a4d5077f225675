"""`near_10k`, `near_100k`, `near_1m`: all pairs within 30 m against a bare cKDTree over the same points.

The floor builds the tree and asks it, on a plane and with nothing to check; what is measured starts from degrees,
throws out what has no place, tells heaps, and measures each pair at its own latitude. Beside it, what finding
duplicates by name takes in all (names of the invented county, strewn anywhere).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from cameras.neighbours import METRES, pairs_within
from cameras.sheet import COUNTY_BOX
from demo.invented import invent
from planning.finding.duplicates import duplicates
from planning.finding.rows import CameraFacts

RADIUS = 30
SIZES = (("near_10k", 10_000, 15), ("near_100k", 100_000, 9), ("near_1m", 1_000_000, 5))


def measure() -> Iterator[dict[str, Any]]:
    """One line a size; floor and measured in turns, compared by medians."""
    named = invent(1).cameras
    for name, count, turns in SIZES:
        lon, lat = _points(count)
        floors, took, pairs, bare = [], [], 0, 0
        for _ in range(turns):
            started = time.perf_counter()
            bare = _floor(lon, lat)
            between = time.perf_counter()
            pairs = len(pairs_within(lon, lat, RADIUS))
            took.append(time.perf_counter() - between)
            floors.append(between - started)
        if abs(pairs - bare) > max(5, bare // 50):
            raise RuntimeError(f"{name}: {pairs} pairs, {bare} by the bare tree")
        yield {
            "name": name,
            "ratio": round(median(took) / median(floors), 2),
            "aim": "<= 2",
            "points": count,
            "pairs": pairs,
            "seconds": round(median(took), 3),
            "floor_seconds": round(median(floors), 3),
            "with_names_seconds": round(_with_names(named, lon, lat), 2),
        }


def _points(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points all over the county."""
    draw = np.random.default_rng(count)
    west, south, east, north = COUNTY_BOX
    return draw.uniform(west, east, count), draw.uniform(south, north, count)


def _floor(lon: np.ndarray, lat: np.ndarray) -> int:
    """Pairs by a bare tree, on a plane that fits the county's middle."""
    middle = np.radians((COUNTY_BOX[1] + COUNTY_BOX[3]) / 2)
    tree = cKDTree(np.column_stack((lon * (METRES * np.cos(middle)), lat * METRES)))
    return len(tree.query_pairs(RADIUS, output_type="ndarray"))


def _with_names(named: list[CameraFacts], lon: np.ndarray, lat: np.ndarray) -> float:
    """Seconds of finding the duplicates among cameras at these points."""
    places = zip(range(len(lon)), lon.tolist(), lat.tolist(), strict=True)
    rows = [named[at % len(named)]._replace(id=at + 1, longitude=x, latitude=y) for at, x, y in places]
    started = time.perf_counter()
    duplicates(rows, RADIUS)
    return time.perf_counter() - started
