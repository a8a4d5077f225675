"""Rules over the whole file: all sheets that hold the same form are judged together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

from sheets.cells import shorten
from sheets.declare import FileHit
from sheets.rules import Hit
from sheets.table import Table


def apply_file_rules(tables: Sequence[Table]) -> None:
    """Add the hits of the file rules to these tables of one form, in workbook order."""
    if not tables:
        return
    rows = _Rows(tables)
    sheet = tables[0].sheet
    present = {
        field.key for column in sheet.columns for field in column.fields for table in tables
        if column.key in table.header.columns
    }  # fmt: skip
    for rule in sheet.file_rules:
        if not present.isdisjoint(rule.reads):
            for found in rule.test(*map(rows.values, rule.reads)):
                rows.add(found.code or rule.code, found)


class _Rows:
    """The data rows of several tables, numbered through."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables
        self.starts = [0, *accumulate(map(len, tables))]
        self._values: dict[str, Sequence[Any]] = {}

    def values(self, field: str) -> Sequence[Any]:
        """The values of a field in all rows."""
        if field not in self._values:
            columns = [table.values(field) for table in self.tables]
            self._values[field] = columns[0] if len(columns) == 1 else list(chain.from_iterable(columns))
        return self._values[field]

    def add(self, code: str, found: FileHit) -> None:
        """Note a hit at its table; related cells of another sheet are named with it."""
        table, row = self._place(found.row)
        related: list[tuple[int, int] | str] = []
        for other, key in found.related:
            there, number = self._place(other)
            column = there.sheet.index[key]
            related.append((number, column) if there is table else f"{there.name}!{there.cell(number, column)}")
        value = shorten(table.text(row, found.key))
        place = table.sheet.index[found.key]
        table.hits.append(Hit(row, place, code, value, found.details, tuple(related)))

    def _place(self, row: int) -> tuple[Table, int]:
        for table, start in zip(reversed(self.tables), reversed(self.starts[:-1]), strict=True):
            if row >= start:
                return table, row - start
        raise IndexError(row)
