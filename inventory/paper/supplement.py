"""补正表: what a later version changed against the last one that was stamped and handed in, row by row.

Rows are the same by their key, and changed when their hash is another. The paper of a first version is the full sheet;
that of a later one lists only what changed, so that nobody reads three thousand rows again for the sake of five.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from registry.names import Names
from registry.words import Words, say, words_of
from sheets.declare import Column, Sheet

from ..leftout.mark_items import things_of
from ..models import MissingMark, ReportKind, StagedRow, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target
from . import stamp
from .codes import handed_in_before

ERASED = "（清空）"
NOTHING = "（没有）"
OTHERWISE = "其他内容"


@dataclass(frozen=True)
class Line:
    """One column of a changed row."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Changed:
    """A row that is in both versions and reads differently."""

    place: str
    code: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """What changed in the rows of one kind; added and removed rows as the full sheet lists them."""

    sheet: Sheet
    changed: tuple[Changed, ...]
    added: stamp.Listed
    removed: stamp.Listed


@dataclass(frozen=True)
class Said:
    """What is said of a registered thing that the list leaves out, where that changed; "（没有）" for no word."""

    kind: str
    number: str
    name: str
    code: str
    old: str
    new: str


@dataclass(frozen=True)
class Counts:
    changed: int = 0
    added: int = 0
    removed: int = 0
    said: int = 0

    @property
    def all(self) -> int:
        return self.changed + self.added + self.removed + self.said


@dataclass(frozen=True)
class Supplement:
    """What is to be stamped beside what was stamped for `before`."""

    before: Version
    counts: Counts
    parts: tuple[Part, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Choice:
    """Which paper a version gets, and why, as its page says: `supplement` is None for the full sheet."""

    supplement: Supplement | None
    why: str


def choose(version: Version) -> Choice:
    """The full sheet of a first version and of one that changed too much, else the supplement."""
    before = handed_in_before(version).first()
    if before is None:
        return Choice(None, "本份报送第一次盖章，列出全部内容。")
    if version.submission.kind == ReportKind.ZERO:
        return Choice(None, f"零报告只有一页，改动后整份重新盖章（上次盖章报送的是第 {before.number} 版）。")
    if not version.hash or before.hash == version.hash:
        return Choice(None, f"内容与第 {before.number} 版相同，列出全部内容。")
    pairs = {target.kind: _pairs(target, before, version) for target in TARGETS}
    said = _said(before, version)
    counts = Counts(
        changed=sum(1 for found in pairs.values() for old, new in found if old and new),
        added=sum(1 for found in pairs.values() for old, new in found if not old),
        removed=sum(1 for found in pairs.values() for old, new in found if not new),
        said=len(said),
    )
    if counts.all > stamp.IN_APPENDIX:
        return Choice(None, f"比第 {before.number} 版改动了 {counts.all:,} 处，改动太多，整表重新盖章。")
    names = Names()
    parts = tuple(_part(target, pairs[target.kind], names) for target in TARGETS if pairs[target.kind])
    return Choice(Supplement(before, counts, parts, said), "")


def _pairs(target: Target, before: Version, version: Version) -> list[tuple[int | None, int | None]]:
    """(old id, new id) of the rows that differ, in the order of the new version, those that are gone last."""
    rows = f"""SELECT r.id, r.key, r.row_hash, f.slot, r.sheet, r.row FROM {target.rows} r
               JOIN inventory_sourcefile f ON f.id = r.source_file_id WHERE f.version_id = """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id, n.id FROM ({rows} %(before)s) o FULL JOIN ({rows} %(version)s) n ON n.key = o.key
                WHERE n.row_hash IS DISTINCT FROM o.row_hash
                ORDER BY n.id IS NULL, n.slot, n.sheet, n.row, o.slot, o.sheet, o.row""",
            {"before": before.pk, "version": version.pk},
        )
        return list(cursor.fetchall())


def _part(target: Target, pairs: Sequence[tuple[int | None, int | None]], names: Names) -> Part:
    both = [(old, new) for old, new in pairs if old and new]
    held: Mapping[int, Any] = target.row._default_manager.in_bulk([pk for pair in both for pk in pair])
    sheet = DECLARATIONS[target.kind]
    words = words_of(sheet)
    changed = tuple(_changed(sheet, words, names, held[old], held[new]) for old, new in both)
    added = [new for old, new in pairs if new and not old]
    removed = [old for old, new in pairs if old and not new]
    return Part(sheet, changed, stamp.these(target, added), stamp.these(target, removed))


def _changed(sheet: Sheet, words: Words, names: Names, old: Any, new: Any) -> Changed:
    lines = []
    for column in sheet.columns:
        if not any(entry.hashed for entry in column.fields):
            continue
        was, now = _reads(column, old, words, names), _reads(column, new, words, names)
        if was != now:
            lines.append(Line(column.label, was, now))
    return Changed(_place(new), new.code or "", new.name or "", tuple(lines) or (Line(OTHERWISE, "", "见原表"),))


def _place(row: StagedRow) -> str:
    return f"{row.sheet} 第{row.row}行"


def _reads(column: Column, row: Any, words: Words, names: Names) -> str:
    """The column as a person reads it, what belongs to it in brackets."""
    first, *more = (say(entry.key, getattr(row, entry.key), words, names) for entry in column.fields)
    if not first and column.fields[0].key in row.erased:
        return ERASED
    beside = "，".join(filter(None, more))
    return f"{first}（{beside}）" if first and beside else first or beside


def _said(before: Version, version: Version) -> tuple[Said, ...]:
    then, now = _marks(before), _marks(version)
    differing = sorted(key for key in then | now if _hash(then.get(key)) != _hash(now.get(key)))
    marks = {key: now.get(key) or then[key] for key in differing}
    things = things_of(list(marks.values()))
    found = []
    for key, mark in marks.items():
        old, new = (each.sentence if each else NOTHING for each in (then.get(key), now.get(key)))
        found.append(Said(*stamp.named(mark, things[key]), old, new))
    return tuple(found)


def _marks(version: Version) -> dict[tuple[str, int], MissingMark]:
    marks = MissingMark.objects.filter(version=version).select_related("to_agency")
    return {(mark.kind, mark.thing_id): mark for mark in marks}


def _hash(mark: MissingMark | None) -> str:
    return mark.row_hash if mark else ""
