"""The two documents in order, the county's plan and a unit's part: from an issue's figures, for .docx and page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from agencies.models import Agency

from .annexes import annex, measures_by_unit, settled, to_change, unit_cameras, unit_platforms
from .issued import Issued
from .measures import measures, savings
from .paper import Block, Numbering, Paper, Paragraph
from .progress import carrying, changed, sections
from .situation import keeping, places, stock, unit_table, where

TITLE: Final = "金寨县公共场所视频监控资源整合方案"
BASIS: Final = (
    "根据《金寨县人民政府办公室印发关于深化全县公共场所视频监控资源整合共享工作的实施方案的通知》"
    "（金政办秘〔2022〕62号），对场景、功能重复的前端监控设备，通过一机多用、以迁代拆、以租代建、杆塔复用、"
    "算法升级等方式，优化点位布局，做到应整尽整。"
)
ADDRESSED: Final = "各乡镇人民政府，安徽金寨经济开发区（金寨现代产业园区）管委，县政府各有关部门："
SIGNED: Final = "金寨县公共场所视频监控资源整合共享工作领导小组办公室"


def county(issued: Issued) -> Paper:
    """The county's plan. It holds no position of any camera."""
    annexes = (
        "各单位整合措施一览表",
        "需要整合的点位清单（按措施）",
        "已确定的整合方案清单",
    )
    return Paper(
        title=TITLE,
        subtitle=f"（第 {issued.number} 版，以 {issued.minute} 台账为准）",
        addressed=ADDRESSED,
        blocks=lambda: _county(issued, annexes),
        annexes=annexes,
        signed=SIGNED,
        dated=issued.day,
        made=issued.as_of,
    )


def part(issued: Issued, agency: Agency) -> Paper:
    """A unit's part: its own figures, and all of its own cameras and platforms."""
    annexes = ("本单位摄像机整合清单（按措施）", "本单位平台清单", "涉及本单位的已确定整合方案")
    return Paper(
        title=TITLE,
        subtitle=f"（{agency.short_name}部分，第 {issued.number} 版，以 {issued.minute} 台账为准）",
        addressed=f"{agency.name}：",
        blocks=lambda: _part(issued, agency, annexes),
        annexes=annexes,
        signed=SIGNED,
        dated=issued.day,
        made=issued.as_of,
    )


def _county(issued: Issued, annexes: Sequence[str]) -> Iterator[Block]:
    told, numbering = issued.figures, Numbering()
    yield Paragraph(f"{BASIS}现将全县整合方案印发给你们，请结合实际，认真组织实施。")
    yield numbering.section("现状")
    yield numbering.part("总体情况")
    yield Paragraph(f"全县在册{stock(told)}，涉及 {len(told['units'])} 个单位、{places(told)} 类场所。")
    yield numbering.part("按单位")
    yield unit_table(told)
    yield from where(told, numbering)
    yield from measures(told, numbering, "全县")
    yield from savings(told, numbering, units=True)
    yield from sections(told, numbering)
    yield from keeping(told, numbering)
    yield from carrying(told, numbering)
    yield from changed(issued, numbering)
    yield from annex(1, annexes)
    yield measures_by_unit(told)
    yield from annex(2, annexes)
    yield from to_change(issued)
    yield from annex(3, annexes)
    yield from settled(told)


def _part(issued: Issued, agency: Agency, annexes: Sequence[str]) -> Iterator[Block]:
    told, numbering = issued.figures, Numbering()
    yield Paragraph(f"{BASIS}现将涉及你单位的部分印发给你们，请按措施落实。")
    yield numbering.section("现状")
    yield numbering.part("总体情况")
    yield Paragraph(f"{agency.short_name}在册{stock(told)}。")
    yield from where(told, numbering)
    yield from measures(told, numbering, "本单位")
    yield from savings(told, numbering, units=False)
    yield from sections(told, numbering)
    yield from keeping(told, numbering)
    yield from carrying(told, numbering)
    yield from changed(issued, numbering)
    yield from annex(1, annexes)
    yield from unit_cameras(issued, agency)
    yield from annex(2, annexes)
    yield from unit_platforms(issued, agency)
    yield from annex(3, annexes)
    yield from settled(told)
