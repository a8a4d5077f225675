"""GCJ-02 and BD-09 back to WGS-84, against points computed elsewhere."""

from __future__ import annotations

from math import cos, radians, sqrt

import pytest

from sheets.datum import columns_to_wgs84, gcj02_to_bd09, to_wgs84, wgs84_to_gcj02

Point = tuple[float, float]

#: (WGS-84, GCJ-02, BD-09) at six decimals, on which two independent libraries agree.
TABLE: list[tuple[Point, Point, Point]] = [
    ((115.93, 31.73), (115.935098, 31.727817), (115.941543, 31.734065)),
    ((115.70, 31.40), (115.705307, 31.397914), (115.711769, 31.403994)),
    ((116.10, 31.60), (116.105426, 31.598178), (116.112034, 31.603849)),
    ((115.50, 31.15), (115.505382, 31.147852), (115.511964, 31.153517)),
]


def metres(left: Point, right: Point) -> float:
    east = (left[0] - right[0]) * 111_320 * cos(radians(31.5))
    north = (left[1] - right[1]) * 110_900
    return sqrt(east * east + north * north)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), TABLE)
def test_known_points(wgs: Point, gcj: Point, bd: Point) -> None:
    assert metres(wgs84_to_gcj02(*wgs), gcj) < 0.1
    assert metres(gcj02_to_bd09(*gcj), bd) < 0.15
    assert metres(to_wgs84(*gcj, "gcj02"), wgs) < 0.1
    assert metres(to_wgs84(*bd, "bd09"), wgs) < 0.1
    assert to_wgs84(*wgs, "wgs84") == wgs


def test_there_and_back_all_over_the_county() -> None:
    worst = 0.0
    for across in range(53):
        for up in range(44):
            wgs = (115.34 + across * 0.017, 31.09 + up * 0.017)
            gcj = wgs84_to_gcj02(*wgs)
            worst = max(worst, metres(to_wgs84(*gcj, "gcj02"), wgs))
            worst = max(worst, metres(to_wgs84(*gcj02_to_bd09(*gcj), "bd09"), wgs))
    assert worst < 0.05


def test_elsewhere_in_the_country() -> None:
    for wgs in ((87.6, 43.8), (121.47, 31.23), (110.35, 20.02), (126.6, 45.75)):
        assert metres(to_wgs84(*wgs84_to_gcj02(*wgs), "gcj02"), wgs) < 0.01


def test_whole_columns() -> None:
    (wgs, gcj, bd) = TABLE[0]
    east, north = columns_to_wgs84(
        [wgs[0], gcj[0], bd[0], None, 115.9],
        [wgs[1], gcj[1], bd[1], 31.7, None],
        ["wgs84", "gcj02", "bd09", "wgs84", "wgs84"],
    )
    assert [value is None for value in east] == [False, False, False, True, True]
    assert [value is None for value in north] == [False, False, False, True, True]
    for at in range(3):
        assert metres((east[at] or 0, north[at] or 0), wgs) < 0.1


def test_wgs84_columns_keep_their_numbers() -> None:
    longitudes, latitudes = [115.93, 115.7], [31.73, 31.4]
    east, north = columns_to_wgs84(longitudes, latitudes, ["wgs84", "wgs84"])
    assert (list(east), list(north)) == (longitudes, latitudes)
    assert columns_to_wgs84([None], [None], ["wgs84"]) == ([None], [None])
