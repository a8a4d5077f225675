"""The plan's annexes: tables and long lists behind its words; positions in a unit's own list only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from agencies.models import Agency

from . import lists
from .figures import MEASURE_WORDS, MOST_SETTLED, Figures
from .issued import Issued
from .measures import to_do
from .paper import Block, Column, Heading, Paragraph, Row, Table, fixed

MOST_LISTED: Final = 500
"""Cameras that the county's document lists; each unit's part lists all of its own."""


def annex(number: int, annexes: Sequence[str]) -> Iterable[Block]:
    yield Heading(f"附件{number}", 0)
    yield Heading(annexes[number - 1], 3)


def measures_by_unit(told: Figures) -> Table:
    width = (156 - 34) / (len(MEASURE_WORDS) + 1)

    def row(name: str, counts: Mapping[str, int], total: int) -> Row:
        return (name, *(f"{counts.get(key, 0):,}" for key in MEASURE_WORDS), f"{total:,}")

    whole = {each["key"]: each["cameras"] for each in told["measures"]}
    return Table(
        "单位：台",
        (
            Column("单位", 34),
            *(Column(word, width, figure=True) for word in MEASURE_WORDS.values()),
            Column("合计", width, figure=True),
        ),
        fixed([row(unit["name"], unit["measures"], unit["cameras"]) for unit in told["units"]]),
        row("合计", whole, told["stock"]["cameras"]),
        small=True,
    )


def to_change(issued: Issued) -> Iterator[Block]:
    count = to_do(issued.figures)
    if not count:
        yield Paragraph("没有需要整合的点位。", flush=True)
        return
    said = f"共 {count:,} 台，按措施、单位排列。"
    if count > MOST_LISTED:
        said += f"这里只列前 {MOST_LISTED} 台，全部点位见各单位部分的附件1。"
    yield Paragraph(said, flush=True)
    yield Table(
        "",
        (
            Column("序号", 12, figure=True),
            Column("登记编号", 26),
            Column("位置名称", 50),
            Column("单位", 30),
            Column("乡镇", 20),
            Column("整合方式", 18),
        ),
        lists.to_change(issued.reader, issued.as_of, issued.names, MOST_LISTED),
        small=True,
    )


def unit_cameras(issued: Issued, agency: Agency) -> Iterator[Block]:
    """All cameras of the unit, each with its position."""
    total = issued.figures["stock"]["cameras"]
    expected = total if issued.strict else None
    yield Paragraph(f"共 {total:,} 台，全部列出，按整合方式排列。坐标只列在本单位的清单里，请妥善保管。", flush=True)
    if total:
        yield Table(
            "",
            (
                Column("序号", 11, figure=True),
                Column("登记编号", 24),
                Column("位置名称", 35),
                Column("乡镇", 18),
                Column("经度, 纬度", 41),
                Column("状态", 11),
                Column("整合方式", 16),
            ),
            lists.cameras(issued.reader, issued.as_of, issued.names, agency.pk, expected),
            small=True,
        )


def unit_platforms(issued: Issued, agency: Agency) -> Iterator[Block]:
    """All platforms of the unit with their costs."""
    total = issued.figures["stock"]["platforms"]
    expected = total if issued.strict else None
    yield Paragraph(f"共 {total:,} 个，全部列出。费用单位：建设费用万元，运维费用万元/年。", flush=True)
    if total:
        yield Table(
            "",
            (
                Column("序号", 11, figure=True),
                Column("登记编号", 24),
                Column("项目名称", 45),
                Column("厂家", 24),
                Column("对接雪亮", 16),
                Column("建设费用", 18, figure=True),
                Column("运维费用", 18, figure=True),
            ),
            lists.platforms(issued.reader, issued.as_of, issued.names, agency.pk, expected),
            small=True,
        )


def settled(told: Figures) -> Iterator[Block]:
    rows, more = told["settled"], told["settled_more"]
    if not rows:
        yield Paragraph("还没有双方审定的整合方案。", flush=True)
        return
    said = f"共 {len(rows) + more:,} 项，按确定的措施、单位排列。"
    if more:
        said += f"这里只列前 {MOST_SETTLED} 项，全部事项见各单位部分的附件3。"
    yield Paragraph(said, flush=True)
    yield Table(
        "",
        (
            Column("方案", 24),
            Column("登记编号", 24),
            Column("名称", 44),
            Column("单位", 28),
            Column("确定的措施", 20),
            Column("落实", 16),
        ),
        fixed(rows),
        small=True,
    )
