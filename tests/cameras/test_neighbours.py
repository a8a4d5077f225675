"""Pairs of near points: as many as by measuring each against each, and never a figure for what is no distance."""

from __future__ import annotations

import numpy as np
import pytest

from audit.failures import Invalid
from cameras.neighbours import CROWD, METRES, pairs_within

EAST, NORTH = 115.9, 31.7


def _points(count: int, side: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Points in a square of so many metres."""
    draw = np.random.default_rng(seed)
    return EAST + draw.uniform(0, side, count) / METRES, NORTH + draw.uniform(0, side, count) / METRES


def _each_against_each(lon: np.ndarray, lat: np.ndarray, metres: float) -> set[tuple[int, int]]:
    one, other = np.triu_indices(len(lon), 1)
    across = (lon[one] - lon[other]) * np.cos(np.radians((lat[one] + lat[other]) / 2))
    near = METRES * np.hypot(across, lat[one] - lat[other]) <= metres
    return set(zip(one[near].tolist(), other[near].tolist(), strict=True))


@pytest.mark.parametrize("metres", [0.5, 5, 30, 200])
def test_all_pairs_and_no_others(metres: float) -> None:
    lon, lat = _points(1500, 3000)
    near = pairs_within(lon, lat, metres)
    assert set(zip(near.first.tolist(), near.second.tolist(), strict=True)) == _each_against_each(lon, lat, metres)
    assert near.metres.max(initial=0.0) <= metres
    assert near.crowds == []


def test_the_whole_county_is_measured_at_its_own_latitude() -> None:
    """At the southern edge a degree of longitude is wider than at the northern one."""
    for latitude in (31.10, 31.82):
        wide = METRES * np.cos(np.radians(latitude))
        for metres, pairs in ((29.99, 1), (30.01, 0)):
            assert len(pairs_within([EAST, EAST + metres / wide], [latitude, latitude], 30)) == pairs


def test_pairs_are_in_order_and_say_how_far() -> None:
    near = pairs_within([EAST, EAST, EAST], [NORTH + 20 / METRES, NORTH, NORTH + 10 / METRES], 15)
    assert near.first.tolist() == [0, 1]
    assert near.second.tolist() == [2, 2]
    assert near.metres.round(3).tolist() == [10, 10]


def test_points_without_a_usable_position_are_counted_and_never_paired() -> None:
    """No position, half of one, exchanged coordinates, zeros: four unplaced, however near they are to each other."""
    lon = [None, None, EAST, NORTH, NORTH, 0.0, EAST]
    lat = [None, None, None, EAST, EAST, 0.0, NORTH]
    near = pairs_within(lon, lat, 30)
    assert len(near) == 0
    assert near.unplaced == 6


def test_nothing_at_all() -> None:
    near = pairs_within([], [], 30)
    assert (len(near), near.unplaced, near.crowds) == (0, 0, [])


def test_a_heap_is_told_and_not_paired() -> None:
    """Ten thousand on one point would be fifty million pairs."""
    lon, lat = [EAST] * 10_000 + [EAST + 0.01, EAST + 0.01], [NORTH] * 10_000 + [NORTH, NORTH]
    near = pairs_within(lon, lat, 30)
    assert [len(crowd) for crowd in near.crowds] == [10_000]
    assert near.first.tolist() == [10_000]
    few = pairs_within([EAST] * CROWD, [NORTH] * CROWD, 30)
    assert few.crowds == []
    assert len(few) == CROWD * (CROWD - 1) // 2


def test_more_pairs_than_anybody_can_use_are_refused() -> None:
    lon, lat = _points(60_000, 3000)
    with pytest.raises(Invalid, match="距离改小"):
        pairs_within(lon, lat, 300)


@pytest.mark.parametrize("metres", [0, -30, float("nan"), float("inf"), 10_000])
def test_what_is_no_distance_is_refused(metres: float) -> None:
    with pytest.raises(Invalid, match="米"):
        pairs_within([EAST], [NORTH], metres)
