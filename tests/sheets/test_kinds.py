"""How each kind of column reads what people write; every expectation by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from sheets.judge import ColumnJudge
from sheets.kinds.places import find_township, townships
from sheets.options import Options

TODAY = date(2022, 8, 20)


def read(sheet: Sheet, key: str, cell: Any) -> tuple[Any, list[str]]:
    """The clean value of a cell (a tuple where the column yields several) and the codes found."""
    column = sheet.by_key[key]
    judged = ColumnJudge(sheet, column, Options(today=TODAY)).judge([cell], 0)
    values = [made()[0] for made in judged.fields]
    if column.kind.export is not None:
        values[0] = column.kind.export(values[0])
    return (values[0] if len(values) == 1 else tuple(values)), [hit.code for hit in judged.hits]


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        ("34152400001320000001", "34152400001320000001", []),
        ("  34152400001320000001  ", "34152400001320000001", []),
        ("  34152400001320000001\u200b", "34152400001320000001", ["C195"]),
        ("34152400001320000001\n", "34152400001320000001", ["C195"]),
        ("3415240000\xa01320000001", "34152400001320000001", ["C195"]),
        ("\t34152400001320000001", "34152400001320000001", []),
        ("'34152400001320000001", "34152400001320000001", []),
        ("３４１５２４００００１３２０００００１", None, ["C172"]),
        ("３４１５２４００００１３２０００００１０", "34152400001320000010", ["C196"]),
        ('="34152400001320000001"', "34152400001320000001", []),
        ("3415 2400 0013 2000 0001", "34152400001320000001", []),
        (3.415240000132e19, None, ["C101"]),
        (34152400001320001536, None, ["C101"]),
        (12.0, None, ["C110"]),
        (341524000013200.0, None, ["C110"]),
        (date(2020, 3, 1), None, ["C110"]),
        ("3415240000132000", None, ["C172"]),
        ("341524000013200", None, ["C102"]),
        ("341524000013200000011", None, ["C173"]),
        ("3415240000132000000O", None, ["C174"]),
        ("34l52400001320000001", None, ["C174"]),
        ("34152400001320000001A", None, ["C174"]),
        ("NVR-2号通道", None, ["C102"]),
        ("34152400441320000001", "34152400441320000001", ["C175"]),
        ("34152400401320000001", "34152400401320000001", []),
        ("34152400561320000001", "34152400561320000001", []),
        (True, None, ["C102"]),
        ("3.41524E+19", None, ["C109"]),
        ("3.415240000132e19", None, ["C109"]),
        ("34152400001320000001\n34152400001320000002", None, ["C102"]),
        ("/", None, []),
        ("无", None, []),
        ("", None, ["C103"]),
        ("   ", None, ["C103"]),
        ("34012300001320000001", "34012300001320000001", ["C104"]),
        ("34012300201119000000", "34012300201119000000", ["C104", "C105", "C106", "C107", "C108"]),
    ],
)
def test_codes(cell: Any, value: Any, codes: list[str]) -> None:
    assert read(CAMERA, "code", cell) == (value, codes)


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        (115.934366, Decimal("115.934366"), []),
        ("115.934366", Decimal("115.934366"), []),
        ("115.934366°", Decimal("115.934366"), []),
        ("１１５．９３４３６６", Decimal("115.934366"), ["C196"]),
        ("115.934366\u200b", Decimal("115.934366"), ["C195"]),
        ("\xa0115.934366", Decimal("115.934366"), ["C195"]),
        (" 115.934366 ", Decimal("115.934366"), []),
        (115.93436600000001, Decimal("115.934366"), []),
        (115.9343664321, Decimal("115.93436643"), []),
        ("115.9343660", Decimal("115.934366"), []),
        (115.93436, Decimal("115.93436"), ["C134"]),
        ("115.934360", Decimal("115.93436"), ["C134"]),
        (115.9343604, Decimal("115.9343604"), ["C134"]),
        (115.9344, Decimal("115.9344"), ["C133"]),
        (116.0, Decimal(116), ["C133"]),
        (116, Decimal(116), ["C133"]),
        (0.0, None, ["C136"]),
        ("0", None, ["C136"]),
        (11593.4366, None, ["C128"]),
        (115934366.0, None, ["C128"]),
        ("11593", None, ["C128"]),
        (11555.8046, None, ["C127"]),
        (250.934366, None, ["C135"]),
        (-193.5, None, ["C135"]),
        ("115，934366", None, ["C126"]),
        ("115。934366", None, ["C126"]),
        ("E115.934366", None, ["C124"]),
        ("115.934366E", None, ["C124"]),
        ("115°55′48″", None, ["C123"]),
        ("115度55分48.25秒", None, ["C123"]),
        ("115:55:48.25", None, ["C123"]),
        ("115°55.8046′", None, ["C123"]),
        ("115°75′48″", None, ["C132"]),
        ("115.934366,31.727178", None, ["C125"]),
        ("31.727178 115.934366", None, ["C125"]),
        ("1.5,2.5", None, ["C132"]),
        ("东经115.934366", None, ["C124"]),
        ("不知道", None, ["C132"]),
        (date(2020, 3, 1), None, ["C132"]),
        (True, None, ["C132"]),
        ("", None, ["C131"]),
        ("/", None, ["C131"]),
    ],
)
def test_longitudes(cell: Any, value: Any, codes: list[str]) -> None:
    assert read(CAMERA, "longitude", cell) == (value, codes)


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        ("2020.03", "2020.03", []),
        ("2020.3", "2020.03", []),
        ("2020.10", "2020.10", []),
        ("2020.1", "2020.01", []),
        (2020.03, "2020.03", []),
        (2020.12, "2020.12", []),
        (2020.2, "2020.02", []),
        (2020.1, "2020", ["C144"]),
        (2020.0, "2020", []),
        (2020, "2020", []),
        ("2020", "2020", []),
        ("2020年", "2020", []),
        ("2020年3月", "2020.03", []),
        ("2020年03月15日", "2020.03", []),
        ("２０２０年３月", "2020.03", []),
        ("2020/3", "2020.03", []),
        ("2020-03", "2020.03", []),
        ("2020-03-00", "2020.03", []),
        ("2020.03.01", "2020.03", []),
        ("2020-03-01 00:00:00", "2020.03", []),
        ("202003", "2020.03", []),
        (20200301.0, "2020.03", []),
        (date(2020, 3, 1), "2020.03", []),
        (datetime(2020, 3, 1, 8, 30), "2020.03", []),  # noqa: DTZ001 - a cell has no zone
        (43891.0, "2020.03", ["C145"]),
        (date(1905, 7, 12), "2020", ["C146"]),
        ("2022.08", "2022.08", []),
        ("2022.09", "", ["C143"]),
        ("2022", "2022", []),
        (2023, "", ["C143"]),
        ("2020.13", "", ["C142"]),
        ("2020.00", "2020", []),
        ("20.3", "", ["C142"]),
        ("2019-2020", "", ["C142"]),
        ("1949.10", "", ["C142"]),
        ("前年", "", ["C142"]),
        (3.5, "", ["C142"]),
        (True, "", ["C142"]),
        ("不详", "", []),
        ("", "", ["C141"]),
    ],
)
def test_months(cell: Any, value: str, codes: list[str]) -> None:
    assert read(CAMERA, "built", cell) == (value, codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("梅山镇", "341524100"),
        ("梅山", "341524100"),
        ("金寨县梅山镇", "341524100"),
        ("六安市金寨县梅山镇", "341524100"),
        ("安徽省六安市金寨县 梅山镇", "341524100"),
        ("金寨 梅山", "341524100"),
        ("金寨县、梅山镇", "341524100"),
        ("梅山镇江店社区", "341524100"),
        ("流波䃥镇", "341524112"),
        ("流波石旦镇", "341524112"),
        ("流波(石旦)镇", "341524112"),
        ("流波（石旦）镇", "341524112"),
        ("流波疃镇", "341524112"),
        ("流波?镇", "341524112"),
        ("流波？镇", "341524112"),
        ("金寨县流波镇", "341524112"),
        ("张冲乡", "341524112"),
        ("开发区", "341524400"),
        ("金寨县经济开发区", "341524400"),
        ("现代产业园", "341524400"),
        ("安徽金寨经济开发区（金寨现代产业园区）", "341524400"),
        ("油坊店乡", "341524202"),
        ("班竹园镇", "341524107"),
        ("金寨县", ""),
        ("城关", ""),
        ("霍邱县城关镇", ""),
        ("霍山县梅山镇", ""),
        ("梅", ""),
        ("", ""),
    ],
)
def test_townships(text: str, code: str) -> None:
    assert find_township(text) == code


def test_every_official_township_is_found_under_its_name_and_choice() -> None:
    assert len(townships()) == 24
    kind = CAMERA.by_key["township"].kind
    for (code, name), choice in zip(townships().items(), kind.choices, strict=True):
        assert (find_township(name), find_township(choice)) == (code, code)


@pytest.mark.parametrize(
    ("sheet", "key", "cell", "value", "codes"),
    [
        (CAMERA, "leased", "是", True, []),
        (CAMERA, "leased", "否", False, []),
        (CAMERA, "leased", "自建", False, []),
        (CAMERA, "leased", "租赁", True, []),
        (CAMERA, "leased", True, True, []),
        (CAMERA, "leased", 0.0, False, []),
        (CAMERA, "leased", "×", False, []),
        (CAMERA, "leased", "无", None, ["C152"]),
        (CAMERA, "leased", "/", None, ["C151"]),
        (CAMERA, "status", "正常", "在用", []),
        (CAMERA, "status", "在 用", "在用", []),
        (CAMERA, "status", "待定", "待定", ["C154"]),
        (CAMERA, "brand", "HIKVISION", "海康威视", []),
        (CAMERA, "brand", "海康", "海康威视", []),
        (CAMERA, "brand", "小牌子", "小牌子", []),
        (CAMERA, "brand", "暂无", "", []),
        (CAMERA, "measure", "杆件复用", "杆塔复用", []),
        (CAMERA, "measure", "另行安排", "另行安排", []),
        (CAMERA, "pole_condition", "良好", "完整", []),
        (CAMERA, "label", "梅山路口", ("梅山路口", "yes"), []),
        (CAMERA, "label", "无", ("无", "no"), []),
        (CAMERA, "label", "未标注", ("未标注", "no"), []),
        (CAMERA, "label", "已标注", ("已标注", "yes"), []),
        (CAMERA, "label", "", ("", "unknown"), []),
        (CAMERA, "label", "不详", ("", "unknown"), []),
        (CAMERA, "seq", 3.0, 3, []),
        (CAMERA, "seq", "12", 12, []),
        (CAMERA, "seq", -1.0, None, ["C171"]),
        (CAMERA, "pole_height", "6.5米", Decimal("6.5"), []),
        (CAMERA, "pole_height", "6 m", Decimal(6), []),
        (CAMERA, "pole_height", 0.5, Decimal("0.5"), ["C162"]),
        (CAMERA, "pole_height", 6.567, Decimal("6.57"), []),
        (CAMERA, "pole_height", 100000.0, None, ["C161"]),
        (CAMERA, "pole_height", "６.５", Decimal("6.5"), ["C196"]),
        (CAMERA, "pole_height", "6,5", None, ["C161"]),
        (CAMERA, "pole_height", "50%", None, ["C197"]),
        (CAMERA, "pole_arms", "双臂", 2, []),
        (CAMERA, "pole_arms", "2根", 2, []),
        (CAMERA, "pole_arms", "两个", 2, []),
        (CAMERA, "pole_arms", 0.0, 0, []),
        (CAMERA, "funding", "财政资金", "government", []),
        (CAMERA, "datum", "CGCS2000", "wgs84", []),
        (CAMERA, "datum", "GCJ-02", "gcj02", []),
        (CAMERA, "datum", "百度坐标", "bd09", []),
        (CAMERA, "mobility", "车载", "mobile", []),
        (CAMERA, "place_kind", "学校", "school", []),
        (CAMERA, "registry_number", "jz-c-000123", "JZ-C-000123", []),
        (CAMERA, "name", "梅山镇\n路口  东侧", "梅山镇 路口 东侧", []),
        (CAMERA, "name", "\u3000梅山路口\xa0", "梅山路口", []),
        (CAMERA, "name", 110.0, "110", []),
        (CAMERA, "police_station", "\ufeff梅山派出所", "梅山派出所", []),
        (CAMERA, "police_station", "金寨县公安局梅山派出所", "梅山派出所", []),
        (CAMERA, "police_station", "梅山镇派出所", "梅山派出所", []),
        (CAMERA, "police_station", "流波石旦派出所", "流波䃥派出所", []),
        (CAMERA, "police_station", "张冲派出所", "张冲派出所", []),
        (CAMERA, "police_station", "县公安局交警大队", "县公安局交警大队", []),
        (CAMERA, "brand", "杭州海康威视数字技术股份有限公司", "海康威视", []),
        (PLATFORM, "gbt28181", "是", ("yes", ""), []),
        (PLATFORM, "gbt28181", "是，2016版", ("yes", "2016版"), []),
        (PLATFORM, "gbt28181", "不符合", ("no", ""), []),
        (PLATFORM, "gbt28181", "部分符合（仅前端）", ("partial", "仅前端"), []),
        (PLATFORM, "gbt28181", "符合GB/T 28181-2016", ("yes", "GB/T 28181-2016"), []),
        (PLATFORM, "gbt28181", "是否符合", ("", ""), ["P122"]),
        (PLATFORM, "gbt28181", "无", ("", ""), ["P122"]),
        (PLATFORM, "connected", "已对接", "yes", []),
        (PLATFORM, "connected", "未接入", "no", []),
        (PLATFORM, "connected", "部分对接", "partial", []),
        (PLATFORM, "connected", "是", "yes", []),
        (PLATFORM, "network", "局域网/互联网", "局域网、互联网", []),
        (PLATFORM, "network", "专线，公安视频专网", "专线、视频专网", []),
        (PLATFORM, "network", "对讲机", "对讲机", ["P124"]),
        (PLATFORM, "network", "局域网\n局域网", "局域网", []),
        (PLATFORM, "retention", "30天", 30, []),
        (PLATFORM, "retention", 90.0, 90, []),
        (PLATFORM, "retention", "一个月", 30, ["P132"]),
        (PLATFORM, "retention", "3个月", 90, ["P132"]),
        (PLATFORM, "retention", "半年", 180, ["P132"]),
        (PLATFORM, "retention", "≥30", 30, ["P133"]),
        (PLATFORM, "retention", ">=90天", 90, ["P133"]),
        (PLATFORM, "retention", "30天以上", 30, ["P133"]),
        (PLATFORM, "retention", "不少于90日", 90, ["P133"]),
        (PLATFORM, "retention", "30-90天", 30, ["P133"]),
        (PLATFORM, "retention", "720小时", 30, ["P132"]),
        (PLATFORM, "retention", "十五天", 15, ["P127"]),
        (PLATFORM, "retention", "两周", 14, ["P127"]),
        (PLATFORM, "retention", "1年", 365, ["P132"]),
        (PLATFORM, "retention", "30个自然日", 30, []),
        (PLATFORM, "retention", "50%", None, ["P197"]),
        (PLATFORM, "retention", "长期", None, ["P126"]),
        (PLATFORM, "retention", "无", None, ["P126"]),
        (PLATFORM, "cost", 12.5, Decimal("12.5"), []),
        (PLATFORM, "cost", "12.5万元", Decimal("12.5"), ["P163"]),
        (PLATFORM, "cost", "125000元", Decimal("12.5"), ["P164"]),
        (PLATFORM, "cost", "约50", Decimal(50), []),
        (PLATFORM, "cost", "1,200.00", Decimal("1200.00"), ["P165"]),
        (PLATFORM, "cost", 0.0, Decimal(0), []),
        (PLATFORM, "cost", "1.2亿", Decimal("12000"), ["P163"]),
        (PLATFORM, "cost", 1255000.0, Decimal(1255000), ["P162"]),
        (PLATFORM, "cost", "12,5", None, ["P161"]),
        (PLATFORM, "cost", "1,255,000元", Decimal("125.5"), ["P164"]),
        (PLATFORM, "cost", "8%", None, ["P197"]),
        (PLATFORM, "cost", "12.5\u200b", Decimal("12.5"), ["P195"]),
        (PLATFORM, "cost", "面议", None, ["P161"]),
        (PLATFORM, "cost", "-5", None, ["P161"]),
        (PLATFORM, "cost", "/", None, []),
        (PLATFORM, "upkeep", "8.6万元/年", Decimal("8.6"), ["P163"]),
        (PLATFORM, "upkeep", "500元/月", None, ["P161"]),
        (PLATFORM, "cascade", "未开展", "未级联", []),
        (PLATFORM, "gat1400", "1.视图库\r\n2.解析算法", "1.视图库\n2.解析算法", []),
    ],
)
def test_other_columns(sheet: Sheet, key: str, cell: Any, value: Any, codes: list[str]) -> None:
    assert read(sheet, key, cell) == (value, codes)


def test_true_is_not_the_number_one() -> None:
    column = CAMERA.by_key["pole_arms"]
    judged = ColumnJudge(CAMERA, column, Options(today=TODAY)).judge([1.0, True, 0.0, False], 0)
    assert list(judged.fields[0]()) == [1, None, 0, None]
    assert [(hit.row, hit.code) for hit in judged.hits] == [(1, "C163"), (3, "C163")]


def test_a_distinct_value_is_judged_once() -> None:
    column = CAMERA.by_key["status"]
    judge = ColumnJudge(CAMERA, column, Options(today=TODAY))
    calls = []
    judge_one = column.kind.judge

    def counted(cell: Any, flag: Any, options: Any) -> Any:
        calls.append(cell)
        return judge_one(cell, flag, options)

    column.kind.judge = counted  # type: ignore[method-assign]
    try:
        first = judge.judge(["待定", "正常"] * 500, 0)
        second = judge.judge(["待定"] * 10, 1000)
    finally:
        del column.kind.judge
    assert sorted(calls) == ["待定", "正常"]
    assert (len(first.hits), len(second.hits), second.hits[0].row) == (500, 10, 1000)


@pytest.mark.parametrize(
    ("sheet", "key", "cell", "fixes"),
    [
        (CAMERA, "code", "34152400\u200b001320000001", {"code": "34152400001320000001"}),
        (CAMERA, "code", 3.415240000132e19, {}),
        (CAMERA, "code", "3415240000132000000O", {}),
        (CAMERA, "code", "3415240000132000001", {}),
        (CAMERA, "longitude", "E115.934366°", {"longitude": "115.934366"}),
        (CAMERA, "longitude", "115，934366", {"longitude": "115.934366"}),
        (CAMERA, "longitude", 115934366.0, {"longitude": "115.934366"}),
        # No more decimals than the cell is good for: a second is thirty metres, its hundredth thirty centimetres.
        (CAMERA, "longitude", "115°55′48.25″", {"longitude": "115.930069"}),
        (CAMERA, "longitude", "115°55′48″", {"longitude": "115.9300"}),
        (CAMERA, "longitude", "115°55.8046′", {"longitude": "115.930077"}),
        (CAMERA, "longitude", 11555.8046, {"longitude": "115.930077"}),
        (CAMERA, "latitude", "31°43′38.123″N", {"latitude": "31.7272564"}),
        (CAMERA, "latitude", "31.727178,115.934366", {"longitude": "115.934366", "latitude": "31.727178"}),
        (CAMERA, "latitude", "31.7271，115.93", {"longitude": "115.93", "latitude": "31.7271"}),
        (PLATFORM, "cost", "125000元", {"cost": "12.5"}),
        (PLATFORM, "cost", "1,200.50", {"cost": "1200.5"}),
        (PLATFORM, "cost", 1255000.0, {}),
        (PLATFORM, "retention", "三个月", {"retention": "90天"}),
        (PLATFORM, "retention", "≥30", {"retention": "30天"}),
    ],
)
def test_safe_fixes(sheet: Sheet, key: str, cell: Any, fixes: dict[str, str]) -> None:
    judged = ColumnJudge(sheet, sheet.by_key[key], Options(today=TODAY)).judge([cell], 0)
    (hit,) = judged.hits
    assert hit.details.get("fixes", {}) == fixes
