"""The fence: the county's box, or its own outline with two kilometres to spare, measured in metres."""

from __future__ import annotations

import json
from math import cos, radians
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from cameras.rules import COUNTY
from cameras.sheet import CAMERA
from inventory.fence import fence_arguments, outline_can_be_used
from sheets.cli import check_file
from sheets.fence import Outline, OutlineError, from_plane, to_plane
from tests.sheets.test_examples import judged
from tests.workbooks.builder import camera_row, filled

WEST, SOUTH, EAST, NORTH = 115.4, 31.2, 116.1, 31.75
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]


def written(tmp_path: Path, told: Any) -> Path:
    path = tmp_path / "outline.geojson"
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return path


@pytest.fixture
def county(tmp_path: Path) -> Outline:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [RING]}}
    return Outline(written(tmp_path, {"type": "FeatureCollection", "features": [feature]}))


def test_the_plane_is_metres() -> None:
    # One degree of the meridian between 31 and 32 north is 110.87 km on the ellipsoid, along it and beside it.
    for away in (0.0, 0.4):
        south, north = (to_plane(115.8 + away, latitude, 115.8)[1] for latitude in (31.0, 32.0))
        assert north - south == pytest.approx(110_875, abs=5)
    east = to_plane(116.2, 31.4, 115.8)[0]
    assert east == pytest.approx(0.4 * 111_412.84 * cos(radians(31.4)) * 0.9991, rel=1e-3)
    longitude, latitude = from_plane(*to_plane(116.2, 31.4, 115.8), 115.8)
    assert longitude == pytest.approx(116.2, abs=1e-8)
    assert latitude == pytest.approx(31.4, abs=1e-8)


def test_two_kilometres_beyond_the_outline_are_inside(county: Outline) -> None:
    degree = 111_412.84 * cos(radians(31.45))
    for metres, inside in ((1950, True), (2050, False)):
        assert county.holds(EAST + metres / degree, 31.45) is inside
        assert county.holds(WEST - metres / degree, 31.45) is inside
        assert county.holds(115.8, NORTH + metres / 110_870) is inside
        assert county.holds(115.8, SOUTH - metres / 110_870) is inside
    # Past a corner the two kilometres are a quarter circle.
    assert not county.holds(EAST + 1900 / degree, NORTH + 1900 / 110_870)
    assert county.holds_all([115.5, 115.6], [31.3, 31.4])
    assert not county.holds_all([115.5, 116.2], [31.3, 31.4])
    assert not county.holds_all([115.5, None], [31.3, None])


def test_each_fence_is_named_in_its_finding(county: Outline) -> None:
    north_east = {"longitude": "116.190001", "latitude": "31.790001"}
    assert COUNTY.holds(116.190001, 31.790001)
    assert judged(CAMERA, [north_east]) == []
    found, _ = judged(CAMERA, [north_east], {"fence": county})
    assert (found.code, found.message) == ("C203", "坐标不在金寨县范围内（按金寨县县界向外 2 公里核对）")
    found, _ = judged(CAMERA, [{"longitude": "117.266573", "latitude": "31.870837"}])
    assert found.message == "坐标不在金寨县范围内（经度 115.34 到 116.22，纬度 31.09 到 31.83）"


def test_the_confined_reader_is_told_of_it(tmp_path: Path, county: Outline) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(filled(CAMERA, [camera_row(1, longitude=116.190001, latitude=31.790001), camera_row(2)]))
    sheets = ["cameras.sheet:CAMERA", "platforms.sheet:PLATFORM"]
    with override_settings(COUNTY_OUTLINE=str(tmp_path / "outline.geojson")):
        outcome = check_file(book, sheets, fence_arguments())
    assert [(found.code, found.cell) for found in outcome.findings] == [("C203", "H7"), ("C203", "I7")]
    assert check_file(book, sheets, fence_arguments()).findings == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("不是 JSON", "不是有效的 JSON"),
        ([1, 2], "不是有效的 GeoJSON"),
        ({"type": "Polygon", "coordinates": [[[115, 31]]]}, "不是有效的 GeoJSON"),
        ({"type": "Point", "coordinates": [115.9, 31.7]}, "没有面"),
        ({"type": "FeatureCollection", "features": []}, "没有面"),
        ({"type": "Polygon", "coordinates": [[[y, x] for x, y in RING]]}, "先经度后纬度"),
        ({"type": "Polygon", "coordinates": [[[x * 1e5, y * 1e5] for x, y in RING]]}, "先经度后纬度"),
        ({"type": "Polygon", "coordinates": [[[100, 20], [120, 20], [120, 40], [100, 20]]]}, "不像一个县"),
    ],
)
def test_what_is_no_outline_is_said_at_the_start(told: Any, why: str, tmp_path: Path) -> None:
    path = written(tmp_path, told)
    with pytest.raises(OutlineError, match=why):
        Outline(path)
    with override_settings(COUNTY_OUTLINE=str(path)):
        (error,) = outline_can_be_used()
    assert why in error.msg
    assert "COUNTY_OUTLINE" in (error.hint or "")


def test_no_outline_is_no_error() -> None:
    assert list(outline_can_be_used()) == []
    with override_settings(COUNTY_OUTLINE="/nowhere/outline.geojson"):
        (error,) = outline_can_be_used()
    assert error.msg.endswith("没有这个文件")
