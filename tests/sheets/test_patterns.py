"""Patterns over a whole file: what each one counts, and that honest files show none."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cameras.filerules import row, rows
from cameras.sheet import CAMERA
from sheets import patterns
from sheets.findings import Finding
from sheets.interiors import hints_at_interior, no_interior
from tests.sheets.test_examples import judged

POINT = {"longitude": "115.934366", "latitude": "31.727178"}


def found(changes: list[dict[str, Any]]) -> Finding:
    (finding,) = judged(CAMERA, changes)
    return finding


def test_an_honest_file_shows_nothing() -> None:
    """A township's five hundred cameras: three brands, ten years, up to four on one pole."""
    draw = random.Random(7)
    told: list[dict[str, Any]] = []
    while len(told) < 500:
        east, north = (
            f"115.{draw.randrange(45000, 99999)}{draw.randrange(1, 10)}",
            f"31.{draw.randrange(20000, 75000)}7",
        )
        pole = f"P{len(told)}"
        for _ in range(draw.choice((1, 1, 2, 4))):
            number = len(told) + 1
            place = {"longitude": east, "latitude": north, "pole_number": pole, "police_station": "梅山派出所"}
            told.append(row(number, built=f"{draw.randrange(2012, 2022)}.{draw.randrange(1, 13):02d}", **place))
    assert judged(CAMERA, told) == []


def test_a_pile_is_told_once_with_its_figures() -> None:
    finding = found([row(n, police_station="", **POINT) for n in range(1, 41)] + [row(41), row(42)])
    assert (finding.code, finding.row, finding.key, len(finding.related)) == ("C307", 2, "longitude", 20)
    assert finding.message.startswith("有 40 台摄像机的经纬度完全相同（横臂最多 1 根）")


def test_a_station_s_point_is_no_pile_as_well() -> None:
    elsewhere = row(30, police_station="梅山派出所")
    finding = found([row(n, police_station="金寨县公安局梅山派出所", **POINT) for n in range(1, 20)] + [elsewhere])
    assert finding.code == "C309"
    assert "“梅山派出所”的 20 台摄像机有 19 台在同一个点上" in finding.message


def test_a_station_with_positions_of_its_own_is_not_told_of() -> None:
    mixed = [row(n, police_station="梅山派出所", **(POINT if n < 8 else {})) for n in range(1, 15)]
    assert judged(CAMERA, mixed) == []


def test_the_longest_run_tells_of_all() -> None:
    def run(first: int, count: int, start: float) -> list[dict[str, Any]]:
        return [
            row(first + n, longitude=f"{start + n * 0.00012:.6f}", latitude=f"{31.500001 + n * 0.00003:.6f}")
            for n in range(count)
        ]

    finding = found([row(1), row(2), *run(3, 16, 115.600001), row(50), *run(60, 40, 115.700001)])
    assert (finding.code, finding.row) == ("C308", 2 + 2 + 16 + 1)
    assert "连续 40 行的经度每行相差 +0.000120、纬度每行相差 +0.000030" in finding.message
    assert "全表共 56 行" in finding.message


def test_steps_are_seen_beside_rows_without_a_position() -> None:
    east: list[float | None] = [None, *(115.600001 + n * 0.00001 for n in range(15)), None]
    north: list[float | None] = [None, *([31.500001] * 15), None]
    (seen,) = patterns.evenly_stepped(east, north)
    assert seen.rows == range(1, 16)
    assert not list(patterns.evenly_stepped([115.600001] * 100, [31.500001] * 100)), "standing still is no step"
    assert not list(patterns.evenly_stepped([None] * 100, [None] * 100))


def test_one_month_in_most_rows() -> None:
    told = [row(n, built="2017.10") for n in range(1, 299)] + [row(n) for n in range(299, 313)]
    finding = found(told)
    assert (finding.code, finding.row, finding.message) == ("C310", 2, "312 行中有 298 行的建设时间都是 2017.10")
    assert judged(CAMERA, [row(n, built="2017.10") for n in range(1, 90)] + [row(n) for n in range(90, 112)]) == []


def test_a_brand_in_all_rows_but_one() -> None:
    assert judged(CAMERA, [*rows(200, brand="大华"), row(201, brand="宇视")]) == []
    assert found(list(rows(201, brand="浙江大华"))).message == "201 行的品牌全是“大华”"


def test_the_odd_one_out_of_a_pole() -> None:
    near = {"longitude": "115.934466", "latitude": "31.727178"}
    far = {"longitude": "115.954366", "latitude": "31.727178"}
    at = [POINT, near, far]
    finding = found([row(n, pole_number="MS-1", **position) for n, position in enumerate(at, 1)])
    assert (finding.code, finding.row) == ("C306", 4)
    assert "杆件编号 MS-1 上有 3 台摄像机，这一台和别的相距 1.9 公里" in finding.message


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("一楼女厕所", "厕所"),
        ("三楼男卫生间内", "卫生间"),
        ("8201客房", "客房"),
        ("二楼包厢", "包厢"),
        ("浴室", "浴室"),
        ("学生宿舍302", "宿舍"),
        ("1号宿舍楼302室", "宿舍"),
        ("职工宿舍内", "宿舍"),
        ("女更衣室", "更衣"),
        ("商场三楼母婴室", "母婴室"),
        ("服装店试衣间", "试衣"),
        ("厕所外", ""),
        ("公厕旁路口", ""),
        ("卫生间门口", ""),
        ("二楼卫生间外走廊", ""),
        ("老浴室路口", ""),
        ("客房部走廊", ""),
        ("学生宿舍", ""),
        ("学生宿舍楼大门", ""),
        ("学生宿舍一楼大厅", ""),
        ("更衣室门前", ""),
        ("母婴用品店", ""),
        ("卫生院大厅", ""),
        ("梅山镇江店路与梅山路交叉口东南角", ""),
    ],
)
def test_rooms_where_no_camera_may_be(name: str, room: str) -> None:
    assert hints_at_interior(name) == room
    assert not (room and no_interior([name, "路口"])), "the look at the whole column misses none"


def test_both_numbers_in_one_cell_fill_the_other_only_where_it_is_free() -> None:
    both = "115.934366，31.727178"
    for other, fixes in (("", True), (both, True), ("31.727178", True), ("31.5", False)):
        findings = judged(CAMERA, [{"longitude": both, "latitude": other}])
        (pair,) = (finding for finding in findings if finding.key == "longitude")
        assert pair.code == "C125"
        assert dict(pair.fixes) == ({"longitude": "115.934366", "latitude": "31.727178"} if fixes else {})


def test_exchanged_coordinates_are_exchanged_back() -> None:
    first, second = judged(CAMERA, [{"longitude": "31.727178", "latitude": "115.934366"}])
    assert dict(first.fixes) == dict(second.fixes) == {"longitude": "115.934366", "latitude": "31.727178"}
