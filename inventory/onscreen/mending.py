"""Mending many cells at once: replace in a column, the safe fixes of a rule; both are shown before they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q

from agencies.models import Person
from audit.failures import Conflict, Invalid
from sheets.stage import raw_text

from .. import standing
from ..models import ChangeSet, RowFinding, Version
from ..registering.checks import DECLARATIONS
from .changes import Applied, Cell, change
from .restaging import BY_KIND, Sources

SAMPLE = 20
MOST = 20_000
"""Cells of one act."""


@dataclass(frozen=True)
class Replace:
    """Replace `find` by `text` in a column: the whole cell ("" finds blank ones) or every part; all rows or only those
    with findings."""

    column: str
    find: str
    text: str
    whole: bool = False
    only_findings: bool = False


class Planned(NamedTuple):
    """A cell that would be set."""

    key: int
    row: int
    column: str
    before: str
    after: str


@dataclass
class Plan:
    """The cells that would be set, in reading order, and how many rows were left out because they stand accepted."""

    cells: list[Planned]
    locked: int = 0


def preview(plan: Plan) -> dict[str, Any]:
    """How many cells, the first of them, and how many rows are read-only."""
    planned = plan.cells
    sample = [
        {"key": each.key, "row": each.row, "column": each.column, "before": each.before, "after": each.after}
        for each in planned[:SAMPLE]
    ]
    return {"count": len(planned), "sample": sample, "locked": plan.locked}


def _but_locked(submission_id: int, planned: Sequence[Planned], hashes: Mapping[int, str]) -> Plan:
    """Without the cells of rows that stand accepted; `hashes`: row key -> content of each row concerned."""
    fixed = standing.locked(submission_id, [(key, hashes[key]) for key in {each.key for each in planned}])
    return Plan([each for each in planned if each.key not in fixed], len(fixed))


def to_replace(submission_id: int, kind: str, asked: Replace) -> Plan:
    """The cells that a replacement would change, in reading order."""
    target, sheet = BY_KIND[kind], DECLARATIONS[kind]
    if asked.column not in sheet.by_key:
        raise Invalid("这张表没有这一列。请刷新页面后再改。")
    if not asked.find and not asked.whole:
        raise Invalid("请填写要查找的内容；要填写空白单元格，请勾选“整个单元格”。")
    rows = target.row._default_manager.filter(source_file__in=_sources(submission_id).files)
    if asked.only_findings:
        rows = rows.filter(Q(errors__gt=0) | Q(warnings__gt=0))
    place = sheet.index[asked.column]
    cells = rows.order_by("source_file__slot", "sheet", "row").values_list("key", "row", "row_hash", f"raw__{place}")
    planned, hashes = [], {}
    for key, row, row_hash, raw in cells.iterator(chunk_size=10_000):
        before = raw_text("" if raw is None else raw)
        if asked.whole:
            after = asked.text if before.strip() == asked.find.strip() else before
        else:
            after = before.replace(asked.find, asked.text)
        if after != before:
            planned.append(Planned(key, row, asked.column, before, after))
            hashes[key] = row_hash
    return _but_locked(submission_id, planned, hashes)


def replace(by: Person, submission_id: int, kind: str, asked: Replace, count: int | None) -> Applied:
    """Do it; Conflict when it would not be the `count` cells that the preview told of."""
    return _do(by, submission_id, kind, to_replace(submission_id, kind, asked), count, ChangeSet.Way.REPLACE)


def to_fix(submission_id: int, kind: str, code: str, keys: Sequence[int] | None) -> Plan:
    """The cells that the safe fixes of a rule would set: in the rows with these keys, or wherever it was broken."""
    target, sheet = BY_KIND[kind], DECLARATIONS[kind]
    sources = _sources(submission_id)
    found = RowFinding.objects.filter(source_file__in=sources.files, kind=kind, code=code, waived=False)
    found = found.exclude(fixes={})
    fields = ("key", "row", "raw", "row_hash", "source_file_id", "sheet")
    rows = target.row._default_manager.filter(source_file__in=sources.files)
    if keys is not None:
        at = {(row.source_file_id, row.sheet, row.row): row for row in rows.filter(key__in=keys).only(*fields)}
        found = found.filter(row__in={number for _, _, number in at})
    else:
        numbers = found.values("row")
        at = {(row.source_file_id, row.sheet, row.row): row for row in rows.filter(row__in=numbers).only(*fields)}
    planned: dict[tuple[int, str], Planned] = {}
    hashes: dict[int, str] = {}
    for finding in found.order_by("source_file__slot", "sheet", "row", "pk"):
        row = at.get((finding.source_file_id, finding.sheet, finding.row))
        if row is None:
            continue
        for column in sorted(finding.fixes.keys() & sheet.index, key=sheet.index.__getitem__):
            place = sheet.index[column]
            before = raw_text(row.raw[place]) if place < len(row.raw) else ""
            planned[row.key, column] = Planned(row.key, row.row, column, before, finding.fixes[column])
            hashes[row.key] = row.row_hash
    return _but_locked(submission_id, list(planned.values()), hashes)


def fix(by: Person, submission_id: int, kind: str, code: str, keys: Sequence[int] | None, count: int | None) -> Applied:
    """Set the cells to what the rule proposes; Conflict when there is nothing (any more) to set."""
    return _do(by, submission_id, kind, to_fix(submission_id, kind, code, keys), count, ChangeSet.Way.FIX)


def _do(by: Person, submission_id: int, kind: str, plan: Plan, count: int | None, way: ChangeSet.Way) -> Applied:
    planned = plan.cells
    if count is not None and count != len(planned):
        raise Conflict(f"表格刚有改动，现在符合的是 {len(planned)} 处，不是 {count} 处，没有修改。请重新预览。")
    if not planned:
        also = f"；另有 {plan.locked} 行{standing.WORD}，不能在线修改" if plan.locked else ""
        raise Conflict(f"没有符合的单元格，可能刚改过{also}。请刷新页面。")
    if len(planned) > MOST:
        raise Invalid(f"一次最多改 {MOST} 个单元格，这次有 {len(planned)} 个。请在 Excel 里改好后重新上传。")
    cells = [Cell(each.key, each.column, each.after, each.before) for each in planned]
    return change(by, submission_id, kind, cells, way)


def _sources(submission_id: int) -> Sources:
    return Sources(Version.objects.filter(submission=submission_id).order_by("-number")[0])
