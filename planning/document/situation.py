"""The plan's words on what there is: stock by unit, township and kind of place; what stays and what is being built."""

from __future__ import annotations

from collections.abc import Iterator

from .figures import Figures
from .paper import Block, Column, Numbering, Paragraph, Table, fixed


def stock(told: Figures) -> str:
    stock = told["stock"]
    return f"摄像机 {stock['cameras']:,} 台、杆件 {stock['poles']:,} 根、平台 {stock['platforms']:,} 个"


def places(told: Figures) -> int:
    return sum(code != "none" for code, *_ in told["places"])


def unit_table(told: Figures) -> Table:
    return Table(
        "表：各单位在册资源",
        (
            Column("单位", 60),
            Column("摄像机（台）", 32, figure=True),
            Column("杆件（根）", 32, figure=True),
            Column("平台（个）", 32, figure=True),
        ),
        fixed(
            [
                (unit["name"], f"{unit['cameras']:,}", f"{unit['poles']:,}", f"{unit['platforms']:,}")
                for unit in told["units"]
            ]
        ),
        ("合计", *(f"{told['stock'][key]:,}" for key in ("cameras", "poles", "platforms"))),
    )


def where(told: Figures, numbering: Numbering) -> Iterator[Block]:
    for key, title, head, second, unit in (
        ("townships", "按乡镇", "乡镇", "poles", "杆件（根）"),
        ("places", "按场所类别", "场所类别", "platforms", "平台（个）"),
    ):
        yield numbering.part(title)
        if not told[key]:
            yield Paragraph("台账里还没有在册的设备。")
            continue
        yield Table(
            f"表：{title}统计",
            (Column(head, 76), Column("摄像机（台）", 40, figure=True), Column(unit, 40, figure=True)),
            fixed([(name, f"{first:,}", f"{other:,}") for _, name, first, other in told[key]]),
            ("合计", f"{told['stock']['cameras']:,}", f"{told['stock'][second]:,}"),
        )
    if told["stock"]["platforms"]:
        yield Paragraph("调研表的平台没有乡镇一栏，按乡镇不统计平台；按场所类别不统计杆件。")


def kept(told: Figures) -> int:
    return int(next(each["cameras"] for each in told["measures"] if each["key"] == "保留"))


def keeping(told: Figures, numbering: Numbering) -> Iterator[Block]:
    yield numbering.section("新建与保留")
    yield Paragraph(f"保留继续使用的摄像机 {kept(told):,} 台，在建的摄像机 {told['building']:,} 台。")
    yield Paragraph("新建公共场所视频监控项目按“五统一”立项审批，未经批准的不得建设。")
    built = [unit for unit in told.get("units", ()) if unit["building"] or unit["measures"].get("保留")]
    if built:
        yield Table(
            "表：各单位保留与在建",
            (Column("单位", 76), Column("保留（台）", 40, figure=True), Column("在建（台）", 40, figure=True)),
            fixed([(unit["name"], f"{unit['measures'].get('保留', 0):,}", f"{unit['building']:,}") for unit in built]),
            ("合计", f"{kept(told):,}", f"{told['building']:,}"),
        )
