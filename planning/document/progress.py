"""The plan's words on how far it is: sections of other apps, what was settled and carried out, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..models import Proposal
from .figures import TASKS, Figures
from .issued import Issued
from .paper import Block, Column, Numbering, Paragraph, Row, Table, fixed


def sections(told: Figures, numbering: Numbering) -> Iterator[Block]:
    for section in told["sections"]:
        yield numbering.section(section["title"])
        yield from (Paragraph(text) for text in section["paragraphs"])
        for grid in section["grids"]:
            yield _grid(grid)


def _grid(grid: Mapping[str, Any]) -> Table:
    figures = [all(isinstance(row[place], int) for row in grid["rows"]) for place in range(len(grid["head"]))]
    rest = 156 - 44
    width = rest / max(len(grid["head"]) - 1, 1)
    return Table(
        f"表：{grid['caption']}",
        [
            Column(title, width if place else 44, figure)
            for place, (title, figure) in enumerate(zip(grid["head"], figures, strict=True))
        ],
        fixed([[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in grid["rows"]]),
    )


def carrying(told: Figures, numbering: Numbering) -> Iterator[Block]:
    yield numbering.section("落实进度")
    states = "，".join(
        f"{label} {told['proposals'].get(str(value), 0):,} 件" for value, label in Proposal.State.choices
    )
    yield Paragraph(f"整合方案共 {told['proposals'].get('all', 0):,} 件：{states}。")
    total = sum(told["tasks"].values())
    if not total:
        yield Paragraph("还没有要落实的事项。")
        return
    done = told["tasks"]["confirmed"]
    steps = "，".join(f"{word} {told['tasks'][state]:,} 项" for state, word in TASKS)
    yield Paragraph(f"审定后要落实的 {total:,} 项，已落实 {done:,} 项（{done * 100 / total:.1f}%）：{steps}。")
    units = [unit for unit in told.get("units", ()) if any(unit["tasks"].values())]
    if units:
        yield Table(
            "表：各单位落实进度（项）",
            (
                Column("单位", 46),
                *(Column(word, 22, figure=True) for _, word in TASKS),
                Column("合计", 22, figure=True),
            ),
            fixed([_task_row(unit["name"], unit["tasks"]) for unit in units]),
            _task_row("合计", told["tasks"]),
        )


def _task_row(name: str, tasks: Mapping[str, int]) -> Row:
    return (name, *(f"{tasks[state]:,}" for state, _ in TASKS), f"{sum(tasks.values()):,}")


def changed(issued: Issued, numbering: Numbering) -> Iterator[Block]:
    yield numbering.section("与上一版相比")
    if issued.before is None:
        yield Paragraph("这是第一版，没有可比较的上一版。")
    elif not issued.changes:
        yield Paragraph(f"与第 {issued.before} 版相比，各项数字没有变化。")
    else:
        yield Paragraph(f"与第 {issued.before} 版相比，有 {len(issued.changes):,} 项数字变动：")
        yield Table(
            f"表：与第 {issued.before} 版相比的变动",
            (
                Column("类别", 28),
                Column("项目", 56),
                Column("上一版", 24, figure=True),
                Column("这一版", 24, figure=True),
                Column("增减", 24, figure=True),
            ),
            fixed([(one.group, one.label, one.was, one.now, one.step) for one in issued.changes]),
        )
