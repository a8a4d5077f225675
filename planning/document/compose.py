"""The plan in words: from the figures that an issue keeps, the same for the .docx and for the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from agencies.models import Agency, Person
from registry.names import Names

from ..models import Proposal
from ..saving import METHODS, SPREAD, WITHOUT, Saving, Total
from . import lists
from .changes import Change
from .figures import MEASURE_WORDS, MOST_SETTLED, TASKS, Figures
from .paper import Block, Column, Heading, Numbering, Paper, Paragraph, Row, Table, fixed

TITLE: Final = "金寨县公共场所视频监控资源整合方案"
BASIS: Final = (
    "根据《金寨县人民政府办公室印发关于深化全县公共场所视频监控资源整合共享工作的实施方案的通知》"
    "（金政办秘〔2022〕62号），对场景、功能重复的前端监控设备，通过一机多用、以迁代拆、以租代建、杆塔复用、"
    "算法升级等方式，优化点位布局，做到应整尽整。"
)
ADDRESSED: Final = "各乡镇人民政府，安徽金寨经济开发区（金寨现代产业园区）管委，县政府各有关部门："
SIGNED: Final = "金寨县公共场所视频监控资源整合共享工作领导小组办公室"
MOST_LISTED: Final = 500
"""Cameras that the county's document lists; each unit's part lists all of its own."""
NOTHING_TO_DO: Final = ("保留", "none")


@dataclass(frozen=True)
class Issued:
    """What a document is made for: which issue, its moment, who reads the lists, and what changed since the last.

    `strict`: a list must have as many rows as its figure says (lists.Moved).
    """

    number: int
    as_of: datetime
    reader: Person
    names: Names
    changes: Sequence[Change] = ()
    before: int | None = None
    figures: Figures = field(default_factory=dict)
    strict: bool = True

    @property
    def day(self) -> str:
        day = timezone.localtime(self.as_of)
        return f"{day.year}年{day.month}月{day.day}日"

    @property
    def minute(self) -> str:
        return f"{self.day}{timezone.localtime(self.as_of):%H:%M}"


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


# --- the two documents ------------------------------------------------------------------------------------------------
def _county(issued: Issued, annexes: Sequence[str]) -> Iterator[Block]:
    told, numbering = issued.figures, Numbering()
    yield Paragraph(f"{BASIS}现将全县整合方案印发给你们，请结合实际，认真组织实施。")
    yield numbering.section("现状")
    yield numbering.part("总体情况")
    yield Paragraph(f"全县在册{_stock(told)}，涉及 {len(told['units'])} 个单位、{_places(told)} 类场所。")
    yield numbering.part("按单位")
    yield _unit_table(told)
    yield from _where(told, numbering)
    yield from _measures(told, numbering, "全县")
    yield from _savings(told, numbering, units=True)
    yield from _sections(told, numbering)
    yield from _keeping(told, numbering)
    yield from _carrying(told, numbering)
    yield from _changes(issued, numbering)
    yield from _annex(1, annexes)
    yield _measures_by_unit(told)
    yield from _annex(2, annexes)
    yield from _to_change(issued)
    yield from _annex(3, annexes)
    yield from _settled(told)


def _part(issued: Issued, agency: Agency, annexes: Sequence[str]) -> Iterator[Block]:
    told, numbering = issued.figures, Numbering()
    yield Paragraph(f"{BASIS}现将涉及你单位的部分印发给你们，请按措施落实。")
    yield numbering.section("现状")
    yield numbering.part("总体情况")
    yield Paragraph(f"{agency.short_name}在册{_stock(told)}。")
    yield from _where(told, numbering)
    yield from _measures(told, numbering, "本单位")
    yield from _savings(told, numbering, units=False)
    yield from _sections(told, numbering)
    yield from _keeping(told, numbering)
    yield from _carrying(told, numbering)
    yield from _changes(issued, numbering)
    yield from _annex(1, annexes)
    total = told["stock"]["cameras"]
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
    yield from _annex(2, annexes)
    total = told["stock"]["platforms"]
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
    yield from _annex(3, annexes)
    yield from _settled(told)


# --- sections ---------------------------------------------------------------------------------------------------------
def _stock(told: Figures) -> str:
    stock = told["stock"]
    return f"摄像机 {stock['cameras']:,} 台、杆件 {stock['poles']:,} 根、平台 {stock['platforms']:,} 个"


def _places(told: Figures) -> int:
    return sum(code != "none" for code, *_ in told["places"])


def _unit_table(told: Figures) -> Table:
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


def _where(told: Figures, numbering: Numbering) -> Iterator[Block]:
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


def _measures(told: Figures, numbering: Numbering, whose: str) -> Iterator[Block]:
    yield numbering.section("整合措施")
    cameras = told["stock"]["cameras"]
    to_do = sum(each["cameras"] for each in told["measures"] if each["key"] not in NOTHING_TO_DO)
    blank = next(each["cameras"] for each in told["measures"] if each["key"] == "none")
    yield Paragraph(
        f"{whose} {cameras:,} 台摄像机中，需要整合的 {to_do:,} 台，保留的 {_kept(told):,} 台，"
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


def _sums(found: Saving) -> list[str]:
    return [*_sum(found.once), *_sum(found.yearly)]


def _sum(total: Total) -> tuple[str, str]:
    """The figure and of how many it is; dashes where nothing is to be reckoned."""
    return (total.text, f"{total.known:,}／{total.of:,}") if total.of else ("–", "–")


def _savings(told: Figures, numbering: Numbering, *, units: bool) -> Iterator[Block]:
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


def _amount(total: Total, unit: str) -> str:
    return f" {total.text} {unit}" if total.known else "没有测算结果"


def _sections(told: Figures, numbering: Numbering) -> Iterator[Block]:
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


def _kept(told: Figures) -> int:
    return int(next(each["cameras"] for each in told["measures"] if each["key"] == "保留"))


def _keeping(told: Figures, numbering: Numbering) -> Iterator[Block]:
    yield numbering.section("新建与保留")
    yield Paragraph(f"保留继续使用的摄像机 {_kept(told):,} 台，在建的摄像机 {told['building']:,} 台。")
    yield Paragraph("新建公共场所视频监控项目按“五统一”立项审批，未经批准的不得建设。")
    built = [unit for unit in told.get("units", ()) if unit["building"] or unit["measures"].get("保留")]
    if built:
        yield Table(
            "表：各单位保留与在建",
            (Column("单位", 76), Column("保留（台）", 40, figure=True), Column("在建（台）", 40, figure=True)),
            fixed([(unit["name"], f"{unit['measures'].get('保留', 0):,}", f"{unit['building']:,}") for unit in built]),
            ("合计", f"{_kept(told):,}", f"{told['building']:,}"),
        )


def _carrying(told: Figures, numbering: Numbering) -> Iterator[Block]:
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


def _changes(issued: Issued, numbering: Numbering) -> Iterator[Block]:
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


# --- annexes ----------------------------------------------------------------------------------------------------------
def _annex(number: int, annexes: Sequence[str]) -> Iterable[Block]:
    yield Heading(f"附件{number}", 0)
    yield Heading(annexes[number - 1], 3)


def _measures_by_unit(told: Figures) -> Table:
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


def _to_change(issued: Issued) -> Iterator[Block]:
    told = issued.figures
    count = sum(each["cameras"] for each in told["measures"] if each["key"] not in NOTHING_TO_DO)
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


def _settled(told: Figures) -> Iterator[Block]:
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
