"""The plan's words on what is to be done: cameras by measure, and what that saves, with how it was reckoned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..saving import METHODS, SPREAD, WITHOUT, Saving, Total
from .figures import Figures
from .paper import Block, Column, Numbering, Paragraph, Table, fixed
from .situation import kept

NOTHING_TO_DO: Final = ("保留", "none")


def to_do(told: Figures) -> int:
    """Cameras with which something is to be done."""
    return sum(each["cameras"] for each in told["measures"] if each["key"] not in NOTHING_TO_DO)


def measures(told: Figures, numbering: Numbering, whose: str) -> Iterator[Block]:
    yield numbering.section("整合措施")
    cameras = told["stock"]["cameras"]
    blank = next(each["cameras"] for each in told["measures"] if each["key"] == "none")
    yield Paragraph(
        f"{whose} {cameras:,} 台摄像机中，需要整合的 {to_do(told):,} 台，保留的 {kept(told):,} 台，"
        f"还没有填整合方式的 {blank:,} 台。"
    )
    rows = []
    for each in told["measures"]:
        if each["cameras"]:
            found = Saving.unpacked(each["saving"])
            rows.append((each["name"], f"{each['cameras']:,}", *_sums(found)))
    if not rows:
        return
    yield Table(
        "表：按措施统计",
        (
            Column("计划整合方式", 32),
            Column("摄像机（台）", 24, figure=True),
            Column("一次性节约（万元）", 26, figure=True),
            Column("可测算／应测算", 24, figure=True),
            Column("每年节约（万元/年）", 26, figure=True),
            Column("可测算／应测算", 24, figure=True),
        ),
        fixed(rows),
        ("合计", f"{cameras:,}", *_sums(Saving.unpacked(told["saving"]))),
    )


def savings(told: Figures, numbering: Numbering, *, units: bool) -> Iterator[Block]:
    found = Saving.unpacked(told["saving"])
    yield numbering.section("节约测算")
    yield numbering.part("测算结果")
    yield Paragraph(f"一次性节约{_amount(found.once, '万元')}：{found.once.says}。")
    yield Paragraph(f"每年节约{_amount(found.yearly, '万元/年')}：{found.yearly.says}。")
    yield Paragraph("缺少费用的不计入，负数表示支出。")
    if units and told["units"]:
        yield Table(
            "表：各单位节约测算",
            (
                Column("单位", 44),
                Column("一次性节约（万元）", 30, figure=True),
                Column("可测算／应测算", 26, figure=True),
                Column("每年节约（万元/年）", 30, figure=True),
                Column("可测算／应测算", 26, figure=True),
            ),
            fixed([(unit["name"], *_sums(Saving.unpacked(unit["saving"]))) for unit in told["units"]]),
            ("合计", *_sums(found)),
        )
    yield numbering.part("测算方法")
    yield Paragraph(f"费用取自调研表（平台）。{SPREAD}{WITHOUT}")
    for measure, method in METHODS.items():
        yield Paragraph(f"{measure}：{method}")
    yield Table(
        "表：测算参数",
        (Column("参数", 58), Column("取值", 22, figure=True), Column("单位", 24), Column("用于", 52)),
        fixed([(title, value or "未填", unit, used) for title, value, unit, used in told["assumed"]]),
    )


def _sums(found: Saving) -> list[str]:
    return [*_sum(found.once), *_sum(found.yearly)]


def _sum(total: Total) -> tuple[str, str]:
    """The figure and of how many it is; dashes where nothing is to be reckoned."""
    return (total.text, f"{total.known:,}／{total.of:,}") if total.of else ("–", "–")


def _amount(total: Total, unit: str) -> str:
    return f" {total.text} {unit}" if total.known else "没有测算结果"
