"""What was changed on screen, carried over to the mended file that takes the old one's place.

For each cell changed on screen there are three values: what the old file said, what the screen says, what the new file
says. Where the new file says what the old one did, the change is made again; where it says what the screen says, there
is nothing to do; where it says something else, the unit is asked (`Clash`). Rows removed on screen are removed again as
long as the file repeats them as they were.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agencies.models import Person
from audit.failures import Conflict, Invalid
from sheets.stage import raw_text

from ..models import Change, ChangeSet, Clash, SourceFile
from ..onscreen import changes
from ..onscreen.changes import Cell
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target


@dataclass(frozen=True)
class Edited:
    """A cell that says something else on screen than in the file. `asked`: an unsettled clash already."""

    kind: str
    key: int
    column: str
    said: Any
    now: Any
    asked: bool = False


@dataclass(frozen=True)
class Removed:
    """A row taken out on screen, with the raw cells it had."""

    kind: str
    sheet: str
    row: int
    raw: Sequence[Any]


@dataclass
class Held:
    """Everything changed on screen in one file, taken down before the file goes."""

    cells: list[Edited] = field(default_factory=list)
    rows: list[Removed] = field(default_factory=list)
    keys: dict[str, set[int]] = field(default_factory=dict)
    """Of the old rows, by kind; only where rows were removed."""


@dataclass(frozen=True)
class Kept:
    """What came of it: cells changed again, rows removed again, cells to be asked about."""

    cells: int = 0
    rows: int = 0
    clashes: int = 0


def hold(source: SourceFile) -> Held:
    """What was changed on screen in this file. Rows entered on screen have no file behind them: nothing."""
    held = Held()
    if source.origin != SourceFile.Origin.UPLOAD:
        return held
    for target in TARGETS:
        held.cells += _edited(source, target)
    pending = source.clashes.filter(choice="")
    known = {(each.kind, each.key, each.column) for each in held.cells}
    held.cells += [
        Edited(each.kind, each.row_key, each.column_key, each.in_new_file, each.on_screen, asked=True)
        for each in pending
        if (each.kind, each.row_key, each.column_key) not in known
    ]
    held.rows = list(_removed(source))
    for kind in {each.kind for each in held.rows}:
        target = next(target for target in TARGETS if target.kind == kind)
        held.keys[kind] = set(target.row._default_manager.filter(source_file=source).values_list("key", flat=True))
    return held


def _edited(source: SourceFile, target: Target) -> Iterator[Edited]:
    rows = target.row._default_manager.filter(source_file=source).exclude(edited=[]).order_by("sheet", "row")
    found = list(rows.values_list("key", "edited", "raw"))
    firsts = (
        Change.objects.filter(file=source.file_id, kind=target.kind, row_key__in=[key for key, _, _ in found])
        .exclude(column_key="")
        .order_by("row_key", "column_key", "id")
        .distinct("row_key", "column_key")
    )
    said = {(each.row_key, each.column_key): each.before for each in firsts}
    index = DECLARATIONS[target.kind].index
    for key, columns, raw in found:
        for column in columns:
            yield Edited(target.kind, key, column, said.get((key, column)), _at(raw, index[column]))


def _removed(source: SourceFile) -> Iterator[Removed]:
    last = (
        Change.objects.filter(file=source.file_id, column_key="")
        .order_by("kind", "row_key", "-id")
        .distinct("kind", "row_key")
    )
    for each in last:
        if each.after is None and each.before is not None:
            yield Removed(each.kind, each.sheet, each.row, each.before)


def keep(by: Person, source: SourceFile, held: Held) -> Kept:
    """Carry over to this file, which has been read and has its rows' keys, what was held of the one before.

    Who uploaded the file does it; where that person may no longer change the report, everything is asked instead.
    """
    again: dict[str, list[Cell]] = defaultdict(list)
    asked: list[Clash] = []
    for target in TARGETS:
        cells = [each for each in held.cells if each.kind == target.kind]
        raws = _raws(source, target, {each.key for each in cells})
        index = DECLARATIONS[target.kind].index
        for each in cells:
            if each.key not in raws:
                continue
            new = _at(raws[each.key], index[each.column])
            if _text(new) == _text(each.now):
                continue
            if not each.asked and _text(new) == _text(each.said):
                again[each.kind].append(Cell(each.key, each.column, _text(each.now)))
            else:
                asked.append(_clash(source, each, new))
    gone = _to_remove(source, held)
    submission_id = source.version.submission_id
    try:
        with transaction.atomic():
            for kind, wanted in again.items():
                changes.change(by, submission_id, kind, wanted, ChangeSet.Way.KEEP)
            for kind, keys in gone.items():
                for at in range(0, len(keys), changes.MOST_ROWS):
                    some = keys[at : at + changes.MOST_ROWS]
                    changes.remove_rows(by, submission_id, kind, some, ChangeSet.Way.KEEP)
    except (PermissionDenied, Conflict, Invalid):
        repeated = {(cell.key, cell.column) for wanted in again.values() for cell in wanted}
        asked += [_clash(source, each, each.said) for each in held.cells if (each.key, each.column) in repeated]
        again, gone = {}, {}
    Clash.objects.bulk_create(asked)
    return Kept(sum(map(len, again.values())), sum(map(len, gone.values())), len(asked))


def _clash(source: SourceFile, each: Edited, new: Any) -> Clash:
    return Clash(
        source_file=source,
        kind=each.kind,
        row_key=each.key,
        column_key=each.column,
        in_old_file=each.said,
        in_new_file=new,
        on_screen=each.now,
    )


def _raws(source: SourceFile, target: Target, keys: set[int]) -> dict[int, Any]:
    rows = target.row._default_manager.filter(source_file=source, key__in=keys)
    return dict(rows.values_list("key", "raw"))


def _to_remove(source: SourceFile, held: Held) -> dict[str, list[int]]:
    """By kind, the keys of new rows that repeat a removed one and are no other row of the old file."""
    found: dict[str, list[int]] = {}
    for target in TARGETS:
        wanted = [each for each in held.rows if each.kind == target.kind]
        if not wanted:
            continue
        fresh = target.row._default_manager.filter(source_file=source).order_by("sheet", "row")
        alike: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
        for key, sheet, row, raw in fresh.values_list("key", "sheet", "row", "raw").iterator():
            if key not in held.keys[target.kind]:
                alike[_content(target, raw)][sheet, row] = key
        keys = []
        for each in wanted:
            there = alike.get(_content(target, each.raw))
            if there:
                place = (each.sheet, each.row) if (each.sheet, each.row) in there else next(iter(there))
                keys.append(there.pop(place))
        if keys:
            found[target.kind] = keys
    return found


def _content(target: Target, raw: Sequence[Any]) -> str:
    """A row's words, but for its running number."""
    sheet = DECLARATIONS[target.kind]
    texts = [_text(_at(raw, place)) for key, place in sheet.index.items() if key != "seq"]
    return json.dumps(texts, ensure_ascii=False)


def _at(raw: Sequence[Any], place: int) -> Any:
    return raw[place] if place < len(raw) else ""


def _text(value: Any) -> str:
    return "" if value is None else raw_text(value)
