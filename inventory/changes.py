"""Changes on screen: cells set, rows added or removed, and all of it taken back again.

Every change is judged by the rules that read the workbook, saved at once with who and when, and opens the way for the
recheck of what looks at more than one row. A returned submission is forked first. The journal is written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max, QuerySet

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid
from sheets.cells import shorten
from sheets.declare import Sheet
from sheets.stage import raw_text

from . import recheck, waivers
from .checks import DECLARATIONS
from .models import Change, ChangeSet, ReportKind, SourceFile, StagedRow, Submission, Version
from .restaging import BY_KIND, Sources, delete, insert, restage
from .services import draft_version, locked
from .targets import Target

LONGEST = 32_000
"""Characters of one cell; Excel itself takes 32,767."""
MOST_ROWS = 5_000
"""Rows added, removed or brought back by one act."""
EXPLICIT = frozenset({ChangeSet.Way.EDIT, ChangeSet.Way.FIX, ChangeSet.Way.SETTLE})
"""Ways in which a text is meant even where the cell shows that very text already: it was a number or a date."""

GONE = "这一行已不在表里，可能刚被删除。请刷新页面。"


class Cell(NamedTuple):
    """A cell to be set: row key, column key, the text; `was` is the text that the user saw (None: don't compare)."""

    key: int
    column: str
    value: str
    was: str | None = None


@dataclass(frozen=True)
class Applied:
    """What a change came to. `change_set` is None where every cell said so already; `keys` are the rows concerned."""

    change_set: ChangeSet | None
    version: Version
    kind: str
    keys: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()


class _Act:
    """One change under way: the submission locked, its draft version, and what is to be written about it."""

    def __init__(self, by: Person, submission_id: int, kind: str, way: ChangeSet.Way) -> None:
        self.by = by
        self.way = way
        self.target: Target = BY_KIND[kind]
        self.sheet: Sheet = DECLARATIONS[kind]
        self.submission: Submission = locked(by, submission_id, ReportKind.ROWS)
        self.version: Version = draft_version(by, self.submission)
        self.sources = Sources(self.version)
        self.changes: list[Change] = []

    def rows(self, keys: Iterable[int]) -> dict[int, StagedRow]:
        """The rows with these keys; Invalid when one is not there."""
        wanted = set(keys)
        found = self.sources.rows(self.target, wanted)
        if len(found) < len(wanted):
            raise Invalid(GONE)
        return found

    def note(self, row: StagedRow, column: str, before: Any, after: Any) -> None:
        """A change of one cell, or with column '' of a whole row."""
        self.changes.append(
            Change(
                kind=self.target.kind,
                row_key=row.key,
                file_id=self.sources.files[row.source_file_id].file_id,
                sheet=row.sheet,
                row=row.row,
                column_key=column,
                before=before,
                after=after,
            )
        )

    def conclude(self, action: str, *, undoes: ChangeSet | None = None, **facts: Any) -> ChangeSet:
        """Write down what was done: the version's edition, the recheck, the change set, the journal."""
        rows = {change.row_key for change in self.changes}
        waivers.apply(self.version.pk, sorted(rows))
        touch(self.version, self.by)
        made = ChangeSet.objects.create(version=self.version, way=self.way, person=self.by, undoes=undoes)
        for change in self.changes:
            change.change_set = made
        Change.objects.bulk_create(self.changes, batch_size=2000)
        journal.record(
            self.by,
            action,
            self.submission,
            agency_id=self.submission.obligation.agency_id,
            version=self.version.number,
            rows=len(rows),
            digest=_digest(self.changes),
            **facts,
        )
        return made


def touch(version: Version, by: Person) -> None:
    """The version's content has changed: its hash is to be worked out anew, and so is what looks at the whole file."""
    version.edition += 1
    version.hash = ""
    version.save(update_fields=["edition", "hash"])
    recheck.enqueue(version, by)


def change(by: Person, submission_id: int, kind: str, cells: Sequence[Cell], way: ChangeSet.Way) -> Applied:
    """Set these cells to these texts. Conflict where `was` is no longer so, Invalid for unknown rows or columns."""
    wanted = checked(DECLARATIONS[kind], cells)
    with transaction.atomic():
        act = _Act(by, submission_id, kind, way)
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


def _merged_with(act: _Act, cells: Sequence[Cell], rows: dict[int, StagedRow]) -> list[Cell]:
    """The cells that a vertically merged pole's cell stands for besides: they are one, as in Excel, while alike.

    Adds their rows to `rows`.
    """
    columns = {column.key for column in act.sheet.columns if column.merge_group}
    asked = [cell for cell in cells if cell.column in columns and rows[cell.key].merge_group is not None]
    if not asked:
        return []
    together: dict[tuple[int, str, int | None], list[StagedRow]] = {}
    for row in act.sources.merged(act.target, {rows[cell.key].merge_group for cell in asked}):
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


def mark_edited(sources: Sources, kind: str, changes: Sequence[Change], rows: Mapping[int, StagedRow]) -> None:
    """Set `edited` on the rows for these changes: the columns that say something else than the file said.

    What the file said is what the first change of the cell since found there.
    """
    again = [change for change in changes if change.column_key in rows[change.row_key].edited]
    first = _first_said(kind, again)
    for made in changes:
        row = rows[made.row_key]
        edited = [column for column in row.edited if column != made.column_key]
        said = first.get((made.row_key, made.column_key, made.file_id), made.before)
        on_screen = sources.files[row.source_file_id].origin == SourceFile.Origin.SCREEN
        row.edited = edited if said == made.after and not on_screen else [*edited, made.column_key]


def _first_said(kind: str, changes: Sequence[Change]) -> dict[tuple[int, str, UUID], Any]:
    """(row key, column, file) -> the cell before its first change in that file."""
    if not changes:
        return {}
    found = (
        Change.objects.filter(
            kind=kind,
            row_key__in={change.row_key for change in changes},
            column_key__in={change.column_key for change in changes},
        )
        .order_by("row_key", "column_key", "file_id", "id")
        .distinct("row_key", "column_key", "file_id")
    )
    return {(each.row_key, each.column_key, each.file_id): each.before for each in found}


def _overtaken(act: _Act, row: StagedRow, column: str, shown: str) -> str:
    """In words: somebody else has changed the cell meanwhile."""
    last = _last_change(act.target.kind, row.key, (column,))
    who = f"刚被{last.change_set.person}改成" if last is not None else "现在是"
    label = act.sheet.by_key[column].label
    return f"{row.sheet} 第{row.row}行的“{label}”{who}“{shorten(shown, 40)}”，您的修改没有保存。请核对后再改。"


def _last_change(kind: str, key: int, columns: Sequence[str]) -> Change | None:
    changes: QuerySet[Change] = Change.objects.filter(kind=kind, row_key=key, column_key__in=columns)
    return changes.select_related("change_set__person").order_by("-id").first()


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
        act = _Act(by, submission_id, kind, way)
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
        act = _Act(by, submission_id, kind, way)
        rows = list(act.rows(keys).values())
        for row in rows:
            act.note(row, "", _remembered(row), None)
        _take_out(act, rows)
        made = act.conclude("submission.rows_removed", way=way.value)
    gone = tuple(row.key for row in rows)
    return Applied(made, act.version, kind, gone, removed=gone)


def _take_out(act: _Act, rows: Sequence[StagedRow], *, entered: bool = False) -> None:
    """Delete rows; `entered`: they had been added on screen and count as never read."""
    delete(act.target, rows)
    _move_rows(rows, "rows_read" if entered else "rows_removed", -1 if entered else 1)


def _move_rows(rows: Sequence[StagedRow], counter: str, step: int) -> None:
    for source_id in {row.source_file_id for row in rows}:
        moved = sum(row.source_file_id == source_id for row in rows) * step
        SourceFile.objects.filter(pk=source_id).update(**{counter: F(counter) + moved})


def _remembered(row: StagedRow) -> list[Any]:
    """The raw cells of a row that goes; behind them, where it stood on a merged pole, that pole's first row."""
    return [*row.raw, {"merge_group": row.merge_group}] if row.merge_group is not None else list(row.raw)


def last_own_set(version: Version, by: Person) -> ChangeSet | None:
    """What `undo` would take back: the person's last act on this version that was not undone."""
    own = ChangeSet.objects.filter(version=version, person=by, undone_by__isnull=True)
    return own.exclude(way__in=[ChangeSet.Way.UNDO, ChangeSet.Way.KEEP, ChangeSet.Way.SETTLE]).order_by("-id").first()


def undo(by: Person, submission_id: int) -> Applied:
    """Take back one's own last act on the draft version. Conflict when there is none, or its cells changed since."""
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        draft = submission.versions.filter(submitted_at__isnull=True).first()
        last = last_own_set(draft, by) if draft is not None else None
        if last is None:
            raise Conflict("没有可以撤销的修改。")
        taken = list(last.changes.order_by("id"))
        act = _Act(by, submission_id, taken[0].kind, ChangeSet.Way.UNDO)
        keys, removed, restored = _take_back(act, taken)
        made = act.conclude("submission.change_undone", undoes=last, way=last.way, count=len(taken))
    return Applied(made, act.version, act.target.kind, keys, removed, restored)


def _take_back(act: _Act, taken: Sequence[Change]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Undo these changes; (keys of all rows concerned, of those that went, of those that came back)."""
    rows = act.sources.rows(act.target, {each.row_key for each in taken})
    changed: dict[int, StagedRow] = {}
    gone: list[StagedRow] = []
    back: list[Change] = []
    for each in taken:
        row = rows.get(each.row_key)
        if not each.column_key and each.after is None:
            if row is not None:
                raise Conflict(f"{each.sheet} 第{each.row}行已经在表里了，不能撤销。")
            back.append(each)
            continue
        now = _now(act, row, each)
        if row is None or now != each.after:
            raise Conflict(_changed_since(act, each))
        if each.column_key:
            act.note(row, each.column_key, now, each.before)
            row.raw[act.sheet.index[each.column_key]] = each.before
            changed[row.key] = row
        else:
            act.note(row, "", now, None)
            gone.append(row)
    if changed:
        mark_edited(act.sources, act.target.kind, act.changes, changed)
        restage(act.target, act.sources, list(changed.values()))
    if gone:
        _take_out(act, gone, entered=True)
    restored = _bring_back(act, back) if back else ()
    removed = tuple(row.key for row in gone)
    return (*changed, *removed, *restored), removed, restored


def _now(act: _Act, row: StagedRow | None, each: Change) -> Any:
    """What stands now where the change was made."""
    if row is None:
        return None
    if not each.column_key:
        return row.raw
    place = act.sheet.index.get(each.column_key, len(row.raw))
    return row.raw[place] if place < len(row.raw) else None


def _changed_since(act: _Act, each: Change) -> str:
    columns = (each.column_key, "") if each.column_key else ("", *act.sheet.by_key)
    later = _last_change(act.target.kind, each.row_key, columns)
    by = later.change_set.person if later is not None and later.pk > each.pk else None
    label = f"的“{act.sheet.by_key[each.column_key].label}”" if each.column_key in act.sheet.by_key else ""
    who = f"又被{by}改过" if by is not None else "已经变了（重新上传了表格）"
    return f"{each.sheet} 第{each.row}行{label}在您修改之后{who}，不能撤销。请直接改这个单元格。"


def _bring_back(act: _Act, taken: Sequence[Change]) -> tuple[int, ...]:
    """Removed rows as they were, with their keys."""
    by_file = {source.file_id: source for source in act.sources.files.values()}
    rows = []
    for each in taken:
        source = by_file.get(each.file_id)
        if source is None:
            raise Conflict(f"{each.sheet} 第{each.row}行所在的表格已经移除或重新上传，不能撤销。")
        before: list[Any] = each.before or []
        raw = [value for value in before if not _is_group(value)]
        group = next((value["merge_group"] for value in before if _is_group(value)), None)
        rows.append(
            act.target.row(
                source_file=source, key=each.row_key, sheet=each.sheet, row=each.row, raw=raw, merge_group=group
            )
        )
    said: dict[int, set[str]] = {}
    earlier = Change.objects.filter(kind=act.target.kind, row_key__in=[row.key for row in rows]).exclude(column_key="")
    firsts = earlier.order_by("row_key", "column_key", "file_id", "id").distinct("row_key", "column_key", "file_id")
    first = {(each.row_key, each.column_key, each.file_id): each.before for each in firsts}
    for (key, column, file_id), value in first.items():
        row = next(row for row in rows if row.key == key)
        if by_file.get(file_id) == row.source_file and row.raw[act.sheet.index[column]] != value:
            said.setdefault(key, set()).add(column)
    for row in rows:
        on_screen = row.source_file.origin == SourceFile.Origin.SCREEN
        row.edited = [
            column
            for place, column in enumerate(act.sheet.by_key)
            if column in said.get(row.key, ()) or (on_screen and row.raw[place] != "")
        ]
    insert(act.target, act.sources, rows)
    _move_rows(rows, "rows_removed", -1)
    for row in rows:
        act.note(row, "", None, row.raw)
    return tuple(row.key for row in rows)


def _is_group(value: Any) -> bool:
    return isinstance(value, dict) and "merge_group" in value


def _digest(changes: Sequence[Change]) -> str:
    """SHA-256 (hex) over what was changed, cell by cell."""
    told = [[each.kind, each.row_key, each.column_key, each.before, each.after] for each in changes]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
