"""Changes on screen: cells set, rows added or removed.

Every change is judged by the rules that read the workbook, saved at once with who and when, and opens the way for the
recheck of what looks at more than one row. A returned submission is forked first. The journal is written last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models import F, Max

from agencies.models import Person
from audit.failures import Conflict, Invalid
from sheets.cells import shorten
from sheets.declare import Sheet
from sheets.stage import raw_text

from ..models import Change, ChangeSet, SourceFile, StagedRow
from ..registering.checks import DECLARATIONS
from ..registering.targets import Target
from .acts import Act, Applied, Cell, last_change, mark_edited, take_out
from .restaging import insert, restage
from .undoing import last_own_set, remembered, undo

__all__ = [
    "LONGEST", "MOST_ROWS", "Applied", "Cell", "add_rows", "change", "last_own_set", "next_keys", "remove_rows", "undo",
]  # fmt: skip

LONGEST = 32_000
"""Characters of one cell; Excel itself takes 32,767."""
MOST_ROWS = 5_000
"""Rows added, removed or brought back by one act."""
EXPLICIT = frozenset({ChangeSet.Way.EDIT, ChangeSet.Way.FIX, ChangeSet.Way.SETTLE})
"""Ways in which a text is meant even where the cell shows that very text already: it was a number or a date."""


def change(by: Person, submission_id: int, kind: str, cells: Sequence[Cell], way: ChangeSet.Way) -> Applied:
    """Set these cells to these texts. Conflict where `was` is no longer so, Invalid for unknown rows or columns."""
    wanted = checked(DECLARATIONS[kind], cells)
    with transaction.atomic():
        act = Act(by, submission_id, kind, way)
        rows = act.rows(cell.key for cell in wanted)
        wanted += _merged_with(act, wanted, rows)
        index = act.sheet.index
        changed: dict[int, StagedRow] = {}
        for cell in wanted:
            row = rows[cell.key]
            place = index[cell.column]
            raw = row.raw = list(row.raw) + [""] * (len(index) - len(row.raw))
            shown = raw_text(raw[place])
            if cell.was is not None and cell.was != shown:
                raise Conflict(_overtaken(act, row, cell.column, shown))
            if shown == cell.value and (way not in EXPLICIT or isinstance(raw[place], str)):
                continue
            act.note(row, cell.column, raw[place], cell.value)
            raw[place] = cell.value
            changed[row.key] = row
        act.refuse_locked(changed.values())
        if not changed:
            # Not even a fork of a returned version, nor a hand in it: nothing was done.
            transaction.set_rollback(True)
        else:
            mark_edited(act.sources, kind, act.changes, changed)
            restage(act.target, act.sources, list(changed.values()))
            made = act.conclude("submission.rows_changed", way=way.value, count=len(act.changes))
    if not changed:
        return Applied(None, act.submission.versions.order_by("-number")[0], kind)
    return Applied(made, act.version, kind, tuple(changed))


def checked(sheet: Sheet, cells: Sequence[Cell]) -> list[Cell]:
    """The cells as they may be stored, the last word on each; Invalid for what no cell can hold."""
    found: dict[tuple[int, str], Cell] = {}
    for cell in cells:
        column = sheet.by_key.get(cell.column)
        if column is None:
            raise Invalid("这张表没有这一列。请刷新页面后再改。")
        if len(cell.value) > LONGEST:
            raise Invalid(
                f"“{column.label}”的内容有 {len(cell.value)} 个字，一个单元格最多 {LONGEST} 个字。请缩短后再填。"
            )
        found[cell.key, cell.column] = cell._replace(value=storable(cell.value))
    return list(found.values())


def storable(text: str) -> str:
    """The text without what no database keeps."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _merged_with(act: Act, cells: Sequence[Cell], rows: dict[int, StagedRow]) -> list[Cell]:
    """The cells that a vertically merged pole's cell stands for besides: they are one, as in Excel, while alike.

    Adds their rows to `rows`. Rows that stand accepted are left as they are.
    """
    columns = {column.key for column in act.sheet.columns if column.merge_group}
    asked = [cell for cell in cells if cell.column in columns and rows[cell.key].merge_group is not None]
    if not asked:
        return []
    together: dict[tuple[int, str, int | None], list[StagedRow]] = {}
    merged = list(act.sources.merged(act.target, {rows[cell.key].merge_group for cell in asked}))
    fixed = act.locked_among(merged)
    for row in merged:
        if row.key in fixed and row.key not in rows:
            continue
        held = rows.setdefault(row.key, row)
        together.setdefault((held.source_file_id, held.sheet, held.merge_group), []).append(held)
    named = {(cell.key, cell.column) for cell in cells}
    found: dict[tuple[int, str], Cell] = {}
    for cell in asked:
        row, place = rows[cell.key], act.sheet.index[cell.column]
        for other in together[row.source_file_id, row.sheet, row.merge_group]:
            if (other.key, cell.column) not in named and other.raw[place] == row.raw[place]:
                found[other.key, cell.column] = Cell(other.key, cell.column, cell.value)
    return list(found.values())


def _overtaken(act: Act, row: StagedRow, column: str, shown: str) -> str:
    """In words: somebody else has changed the cell meanwhile."""
    last = last_change(act.target.kind, row.key, (column,))
    who = f"刚被{last.change_set.person}改成" if last is not None else "现在是"
    label = act.sheet.by_key[column].label
    return f"{row.sheet} 第{row.row}行的“{label}”{who}“{shorten(shown, 40)}”，您的修改没有保存。请核对后再改。"


def add_rows(
    by: Person,
    submission_id: int,
    kind: str,
    slot: int,
    rows: Sequence[Mapping[str, str]],
    way: ChangeSet.Way = ChangeSet.Way.ENTRY,
) -> Applied:
    """Add rows, given by column key -> text, at the end of the file in this slot, which was made on screen."""
    if not rows or len(rows) > MOST_ROWS:
        raise Invalid(f"一次可以增加 1 到 {MOST_ROWS} 行。")
    sheet = DECLARATIONS[kind]
    told = [
        {cell.column: cell.value for cell in checked(sheet, [Cell(0, column, text) for column, text in row.items()])}
        for row in rows
    ]
    if any(not any(text.strip() for text in row.values()) for row in told):
        raise Invalid("这一行什么都没有填。请至少填写一项。")
    with transaction.atomic():
        act = Act(by, submission_id, kind, way)
        source = next((each for each in act.sources.files.values() if each.slot == slot), None)
        if source is None or source.origin != SourceFile.Origin.SCREEN:
            raise Invalid("只能在“在线填写”的表里增加行。")
        name, number = _end(source, act.target)
        made = [
            act.target.row(
                source_file=source,
                key=key,
                sheet=name,
                row=at,
                raw=[row.get(column, "") for column in sheet.by_key],
                edited=[column for column in sheet.by_key if row.get(column)],
            )
            for at, (row, key) in enumerate(zip(told, next_keys(len(told)), strict=True), start=number)
        ]
        insert(act.target, act.sources, made)
        SourceFile.objects.filter(pk=source.pk).update(rows_read=F("rows_read") + len(made))
        for row in made:
            act.note(row, "", None, row.raw)
        done = act.conclude("submission.rows_added", way=way.value)
    return Applied(done, act.version, kind, tuple(row.key for row in made))


def _end(source: SourceFile, target: Target) -> tuple[str, int]:
    """Name of the sheet, and the row number that comes next: one that no row, not even a removed one, has had."""
    summary = next((each for each in source.summary.get("sheets", ()) if each["kind"] == target.kind), None)
    if summary is None:
        raise Invalid("这份在线填写的表里没有这一类。")
    last = target.row._default_manager.filter(source_file=source, sheet=summary["name"]).aggregate(last=Max("row"))
    ever = Change.objects.filter(file=source.file_id, sheet=summary["name"], column_key="").aggregate(last=Max("row"))
    above = summary["header_row"] + summary["sample"]
    return summary["name"], max(above, last["last"] or 0, ever["last"] or 0) + 1


def next_keys(count: int) -> list[int]:
    """The next identities of staged rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('inventory_row_key') FROM generate_series(1, %s)", [count])
        return [key for (key,) in cursor.fetchall()]


def remove_rows(
    by: Person, submission_id: int, kind: str, keys: Sequence[int], way: ChangeSet.Way = ChangeSet.Way.REMOVE
) -> Applied:
    """Take rows out of the draft version; the original keeps them, and `undo` brings them back."""
    if not keys or len(set(keys)) > MOST_ROWS:
        raise Invalid(f"请选择要删除的行，一次最多 {MOST_ROWS} 行。")
    with transaction.atomic():
        act = Act(by, submission_id, kind, way)
        rows = list(act.rows(keys).values())
        act.refuse_locked(rows)
        for row in rows:
            act.note(row, "", remembered(row), None)
        take_out(act, rows)
        made = act.conclude("submission.rows_removed", way=way.value)
    gone = tuple(row.key for row in rows)
    return Applied(made, act.version, kind, gone, removed=gone)
