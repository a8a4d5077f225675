"""Taking back one's own last change on screen; the original never changed, and the journal keeps both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from agencies.models import Person
from audit.failures import Conflict

from ..models import Change, ChangeSet, ReportKind, SourceFile, StagedRow, Version
from ..services import locked
from .acts import Act, Applied, first_said, last_change, mark_edited, move_rows, take_out
from .restaging import insert, restage


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
        act = Act(by, submission_id, taken[0].kind, ChangeSet.Way.UNDO)
        keys, removed, restored = _take_back(act, taken)
        made = act.conclude("submission.change_undone", undoes=last, way=last.way, count=len(taken))
    return Applied(made, act.version, act.target.kind, keys, removed, restored)


def _take_back(act: Act, taken: Sequence[Change]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Undo these changes; (keys of all rows concerned, of those that went, of those that came back)."""
    rows = act.sources.rows(act.target, {each.row_key for each in taken})
    act.refuse_locked(rows.values())
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
        take_out(act, gone, entered=True)
    restored = _bring_back(act, back) if back else ()
    removed = tuple(row.key for row in gone)
    return (*changed, *removed, *restored), removed, restored


def _now(act: Act, row: StagedRow | None, each: Change) -> Any:
    """What stands now where the change was made."""
    if row is None:
        return None
    if not each.column_key:
        return row.raw
    place = act.sheet.index.get(each.column_key, len(row.raw))
    return row.raw[place] if place < len(row.raw) else None


def _changed_since(act: Act, each: Change) -> str:
    columns = (each.column_key, "") if each.column_key else ("", *act.sheet.by_key)
    later = last_change(act.target.kind, each.row_key, columns)
    by = later.change_set.person if later is not None and later.pk > each.pk else None
    label = f"的“{act.sheet.by_key[each.column_key].label}”" if each.column_key in act.sheet.by_key else ""
    who = f"又被{by}改过" if by is not None else "已经变了（重新上传了表格）"
    return f"{each.sheet} 第{each.row}行{label}在您修改之后{who}，不能撤销。请直接改这个单元格。"


def _bring_back(act: Act, taken: Sequence[Change]) -> tuple[int, ...]:
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
    _mark_as_before(act, rows)
    insert(act.target, act.sources, rows)
    move_rows(rows, "rows_removed", -1)
    for row in rows:
        act.note(row, "", None, row.raw)
    return tuple(row.key for row in rows)


def _mark_as_before(act: Act, rows: Sequence[StagedRow]) -> None:
    """Set `edited` on rows that come back: where they say something else than the file did, or all that was entered."""
    by_key = {row.key: row for row in rows}
    earlier = Change.objects.filter(kind=act.target.kind, row_key__in=by_key).exclude(column_key="")
    edited: dict[int, set[str]] = {key: set() for key in by_key}
    for (key, column, file_id), said in first_said(earlier).items():
        row, place = by_key[key], act.sheet.index.get(column)
        if place is not None and row.source_file.file_id == file_id and row.raw[place] != said:
            edited[key].add(column)
    for row in rows:
        on_screen = row.source_file.origin == SourceFile.Origin.SCREEN
        row.edited = [
            column
            for column, cell in zip(act.sheet.by_key, row.raw, strict=False)
            if column in edited[row.key] or (on_screen and cell != "")
        ]


def remembered(row: StagedRow) -> list[Any]:
    """The raw cells of a row that goes; behind them, where it stood on a merged pole, that pole's first row."""
    return [*row.raw, {"merge_group": row.merge_group}] if row.merge_group is not None else list(row.raw)


def _is_group(value: Any) -> bool:
    return isinstance(value, dict) and "merge_group" in value
