"""What was changed on screen in the rows that versions came from, and what their files' cells said before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from registry.lineage import CellEdit
from sheets.report import columns_at
from sheets.stage import raw_text

from ..models import CameraRow, Change, SourceFile, StagedRow
from ..registering.checks import DECLARATIONS


def kind_of(row: StagedRow) -> str:
    return "camera" if isinstance(row, CameraRow) else "platform"


def letters_of(row: StagedRow) -> Mapping[str, str]:
    """Column key -> the letters of the column in the row's sheet."""
    kind = kind_of(row)
    sheets = row.source_file.summary.get("sheets", [])
    own = (sheet for sheet in sheets if sheet["name"] == row.sheet and sheet.get("kind", kind) == kind)
    return next((columns_at(sheet, row.row) for sheet in own), {})


def cells_of(row: StagedRow) -> dict[str, str]:
    """Column key -> A1 address of every cell of the row that said something."""
    columns = DECLARATIONS[kind_of(row)].columns
    said = {column.key for column, cell in zip(columns, row.raw, strict=False) if cell not in ("", None)}
    return {key: f"{letter}{row.row}" for key, letter in letters_of(row).items() if key in said}


def changes_of(rows: Collection[StagedRow]) -> dict[int, list[Change]]:
    """By row id: every change of the row's cells in its version or an earlier one, since its file was read; one query.

    What was changed in a file that has been replaced since says nothing of this one. Rows entered on screen have no
    file until they are handed in, so all of their changes count.
    """
    by_row: dict[int, list[Change]] = defaultdict(list)
    if not rows:
        return by_row
    known = Change.objects.filter(kind=kind_of(next(iter(rows))), row_key__in={row.key for row in rows})
    made = known.select_related("change_set__version", "change_set__person__agency", "change_set__undone_by")
    by_key: dict[int, list[Change]] = defaultdict(list)
    for change in made.order_by("pk"):
        by_key[change.row_key].append(change)
    for row in rows:
        version, on_screen = row.source_file.version, row.source_file.origin == SourceFile.Origin.SCREEN
        by_row[row.pk] = [
            change
            for change in by_key[row.key]
            if change.change_set.version.submission_id == version.submission_id
            and change.change_set.version.number <= version.number
            and (on_screen or change.file_id == row.source_file.file_id)
        ]
    return by_row


def raw_of(row: StagedRow, changes: Collection[Change]) -> dict[str, str]:
    """Column key -> what the file's own cell said, before anything was changed on screen."""
    columns = DECLARATIONS[kind_of(row)].columns
    raw = {column.key: raw_text(cell) for column, cell in zip(columns, row.raw, strict=False)}
    for change in reversed(list(changes)):
        if change.column_key:
            raw[change.column_key] = raw_text(change.before)
    return raw


def told(row: StagedRow, changes: Collection[Change]) -> list[CellEdit]:
    """The changes as a person reads them, in the order they were made."""
    letters, titles = letters_of(row), DECLARATIONS[kind_of(row)].by_key
    found = []
    for change in changes:
        key, act = change.column_key, change.change_set
        before, after = (_whole(value) if not key else raw_text(value) for value in (change.before, change.after))
        found.append(
            CellEdit(
                column=key,
                title=titles[key].header if key in titles else "整行",
                cell=f"{letters[key]}{change.row}" if key in letters else f"第 {change.row} 行",
                before=before,
                after=after,
                way=act.get_way_display(),
                person=act.person.label,
                at=act.made_at,
                undone=hasattr(act, "undone_by"),
            )
        )
    return found


def _whole(cells: Any) -> str:
    return "没有这一行" if cells is None else "整行"
