"""How complete a registered thing is: which of the columns that the form asks for hold a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sheets.declare import Column, Need, Sheet


@dataclass(frozen=True)
class Completeness:
    """Filled and asked for: of the columns that must be filled, and of those that are only asked for."""

    must: int
    must_filled: int
    wanted: int
    wanted_filled: int
    missing: Sequence[str]
    """Titles of what is blank, those first that must be filled."""

    @property
    def percent(self) -> int:
        """Of all columns asked for; 100 only when none is blank."""
        return (self.must_filled + self.wanted_filled) * 100 // (self.must + self.wanted)


def completeness(row: Any, sheet: Sheet) -> Completeness:
    """What the declaration asks of this row: a mobile camera, say, is asked for no position."""
    asked = [column for column in sheet.columns if column.official and not _not_asked(column, row)]
    must = [column for column in asked if column.need is Need.REQUIRED]
    wanted = [column for column in asked if column.need is Need.WANTED]
    blank = [column for column in (*must, *wanted) if getattr(row, column.fields[0].key) in (None, "")]
    return Completeness(
        len(must),
        sum(column not in blank for column in must),
        len(wanted),
        sum(column not in blank for column in wanted),
        [column.label for column in blank],
    )


def _not_asked(column: Column, row: Any) -> bool:
    if column.not_when is None:
        return False
    name, value = column.not_when
    return bool(getattr(row, name) == value)
