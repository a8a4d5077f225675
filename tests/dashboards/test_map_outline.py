"""The county's outline: what maps draw, clear words for a file that is none of it, and the demo's sketch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cameras.sheet import COUNTY_BOX
from demo import outline
from registry.ground import MOST_BYTES, ground, read_outline
from sheets.datum import wgs84_to_gcj02
from sheets.fence import OutlineError

RING = [[115.4, 31.2], [116.1, 31.2], [116.1, 31.75], [115.4, 31.75], [115.4, 31.2]]
Written = Callable[[Any], Path]


def polygon(ring: Any = RING, **more: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring], **more}


def moved(east: float, north: float) -> list[list[float]]:
    return [[x + east, y + north] for x, y in RING]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(told: Any) -> Path:
        path = tmp_path / "outline.geojson"
        path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
        return path

    return write


def crs(name: str) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": name}}}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "不是有效的 GeoJSON"),
        ({"type": "Point", "coordinates": [115.7, 31.5]}, "没有面"),
        (polygon(moved(1.5, 0)), "画的不是金寨县：中心在 117.25, 31.48"),
        (polygon([[y, x] for x, y in RING]), "不是中国境内的经纬度"),
        (polygon([[x * 1e5, y * 1e5] for x, y in RING]), "不是中国境内的经纬度"),
        (polygon([[113, 28], [119, 28], [119, 35], [113, 35], [113, 28]]), "范围太大"),
        (polygon(**crs("urn:ogc:def:crs:EPSG::3857")), "写明的坐标系是 urn:ogc:def:crs:EPSG::3857"),
        (polygon(**crs("GCJ-02")), "写明的坐标系是 GCJ-02"),
        (json.dumps(polygon()) + " " * MOST_BYTES, "太大，超过 20 MB"),
    ],
)
def test_a_file_that_is_no_outline_of_the_county_is_told_in_words(
    told: Any, says: str, written: Written, settings: Any
) -> None:
    path = written(told)
    with pytest.raises(OutlineError, match="县界文件") as error:
        read_outline(path, COUNTY_BOX)
    assert says in str(error.value)
    settings.COUNTY_OUTLINE = str(path)
    shown = ground(COUNTY_BOX)
    assert shown["outline"] is None
    assert says in shown["trouble"]
    assert str(path.parent) not in shown["trouble"]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4490", "CGCS2000"])
def test_its_own_datums_may_be_named(name: str, written: Written) -> None:
    assert read_outline(written(polygon(**crs(name))), COUNTY_BOX).area > 0


def test_a_site_does_not_start_with_an_outline_of_another_county(written: Written, settings: Any) -> None:
    from inventory.fence import outline_can_be_used

    settings.COUNTY_OUTLINE = str(written(polygon(moved(1.5, 0))))
    assert ["画的不是金寨县" in str(error.msg) for error in outline_can_be_used()] == [True]


def test_a_sketch_is_drawn_and_judges_nothing(written: Written, settings: Any) -> None:
    from inventory.fence import county_fence

    settings.MAP_OUTLINE = str(written(polygon()))
    assert ground(COUNTY_BOX)["outline"]["type"] == "Polygon"
    assert county_fence() is None


def test_the_demos_sketch_is_moved_to_wgs84(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"type": "MultiPolygon", "coordinates": [[[list(wgs84_to_gcj02(x, y)) for x, y in RING]]]}
    source = tmp_path / "source.geojson"
    source.write_text(json.dumps(told))
    monkeypatch.setattr(outline, "installed", lambda: source)
    path = outline.prepare(tmp_path / "var")
    assert path is not None
    back = json.loads(path.read_text())["coordinates"][0][0]
    assert [pytest.approx(point, abs=2e-6) for point in RING] == back
    read_outline(path, COUNTY_BOX)


def test_without_the_package_there_is_no_sketch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "installed", lambda: None)
    assert outline.prepare(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
