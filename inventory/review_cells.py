"""A staged row beside what is registered: its fields as the workbench shows them, and which of them it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model, Q

from registry.names import Names
from registry.words import LABEL_STATES, Words, say, words_of
from reviews.presenting import Field, Note
from sheets.declare import Sheet

from .registering.checks import DECLARATIONS
from .registering.targets import Target, states

ERASED = "（清空）"


@dataclass(frozen=True)
class Shown:
    """A column of the form as the workbench shows it, over the fields it yields."""

    key: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Sheetlike:
    """The columns of a declaration that are registered, in the official order, ours to the right."""

    title: str
    columns: Sequence[Shown]
    words: Words
    names: Names

    def compare(self, row: Any, before: Model | None, notes: Mapping[str, Sequence[Note]]) -> list[Field]:
        """The row's fields beside those of `before` (None: nothing to compare with), each with its notes by column.

        A blank cell states nothing, so what is registered stays; one that says "/" erases (model.md, Second campaign).
        """
        fields = []
        for column in self.columns:
            new, stated = self._said(column, lambda name: getattr(row, name)), states(row, column.fields[0])
            old = self._said(column, lambda name: getattr(before, name)) if before is not None else None
            kept = old is not None and not stated
            if kept:
                new = old or ""
            elif old and not new:
                new = ERASED
            kind = "code" if column.key == "code" else ""
            fields.append(Field(column.title, new, old, kind, kept, notes.get(column.key, ())))
        return fields

    def _said(self, column: Shown, value_of: Callable[[str], Any]) -> str:
        """The column as a person reads it; a remark stands in brackets, a label's state where no label is."""
        first, *more = column.fields
        text = say(first, value_of(first), self.words, self.names)
        for name in more:
            told = say(name, value_of(name), self.words, self.names)
            if name == "label_state":
                text = text or (told if told in (LABEL_STATES["no"], LABEL_STATES["unknown"]) else "")
            elif told:
                text = f"{text}（{told}）"
        return text


@cache
def _columns(kind: str, known: tuple[str, ...]) -> tuple[Shown, ...]:
    sheet: Sheet = DECLARATIONS[kind]
    found = []
    for column in sheet.columns:
        fields = tuple(entry.key for entry in column.fields if entry.key in known)
        if fields:
            found.append(Shown(column.key, column.label, fields))
    return tuple(found)


def sheetlike(target: Target, names: Names | None = None) -> Sheetlike:
    """The table of one kind of staged rows."""
    sheet = DECLARATIONS[target.kind]
    return Sheetlike(sheet.title, _columns(target.kind, target.columns), words_of(sheet), names or Names())


class Registered:
    """What these staged rows met in the registry: as it stands now, or as it stood before an accepted batch entered."""

    def __init__(self, target: Target, rows: Sequence[Any], *, accepted: bool) -> None:
        self._target = target
        self._found = self._before(rows) if accepted else self._now(rows)

    def of(self, row: Any) -> Model | None:
        return self._found.get(row.pk)

    def _now(self, rows: Sequence[Any]) -> dict[int, Model]:
        wanted = {row.pk: row.match_id for row in rows if row.match_id is not None}
        things = self._target.identity._default_manager.in_bulk(set(wanted.values()))
        return {pk: things[match] for pk, match in wanted.items() if match in things}

    def _before(self, rows: Sequence[Any]) -> dict[int, Model]:
        """The version before the one that each row became; a row that became none changed nothing."""
        thing = self._target.thing_id
        versions: Any = self._target.version._default_manager
        became = versions.filter(source_row_id__in=[row.pk for row in rows], number__gt=1)
        wanted = {(getattr(each, thing), each.number - 1): each.source_row_id for each in became}
        if not wanted:
            return {}
        pairs = Q()
        for thing_id, number in wanted:
            pairs |= Q(**{thing: thing_id, "number": number})
        return {wanted[getattr(each, thing), each.number]: each for each in versions.filter(pairs)}
