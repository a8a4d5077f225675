"""Rows judged again, one or a few, by the very machinery that judged them when their workbook was read.

A row's raw cells say all that its own judgement needs: the value of a merged cell stands in each of its rows. What
concerns more than one row (`Sheet.file_rules`) is not looked at here; `Kept` lets those rules work on stored values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheets.cells import address
from sheets.declare import Sheet
from sheets.findings import Finding
from sheets.headers import Header
from sheets.judge import RawCell
from sheets.options import Options
from sheets.stage import raw_cell, raw_text, staged_rows
from sheets.table import Table


@dataclass(frozen=True, slots=True)
class Places:
    """Where a sheet's columns stand: its name, and column key -> 0-based column.

    `later` are (1-based header row, columns) where a header further down puts them otherwise.
    """

    name: str
    columns: Mapping[str, int]
    later: Sequence[tuple[int, Mapping[str, int]]] = ()

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> Places:
        """From a sheet's summary as it is kept: `name`, and `columns` key -> letters."""
        later = [(header["row"], _numbers(header["columns"])) for header in summary.get("later", ())]
        return cls(summary["name"], _numbers(summary["columns"]), later)

    def at(self, row: int) -> Places:
        """Where they stand in a 1-based row."""
        columns = self.columns
        for header, others in self.later:
            if header < row:
                columns = others
        return Places(self.name, columns)


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be judged: its 1-based number, raw cells in declared order, first row of its merged pole (or None)."""

    number: int
    cells: Sequence[RawCell]
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What reading the row would stage: raw (as kept) and clean values by key, findings in order, hash, counts."""

    number: int
    raw: list[Any]
    clean: Mapping[str, Any]
    findings: tuple[Finding, ...]
    row_hash: str
    errors: int
    warnings: int


def _numbers(columns: Mapping[str, str]) -> dict[str, int]:
    return {key: column_number(letters) for key, letters in columns.items()}


def column_number(letters: str) -> int:
    """0-based column of its letters: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def judge_row(
    sheet: Sheet, cells: Mapping[str, RawCell], options: Options, places: Places, number: int, group: int | None = None
) -> Judged:
    """Judge one row given by its cells; columns that are not named are blank."""
    (judged,) = judge_rows(sheet, [Row(number, [cells.get(key, "") for key in sheet.by_key], group)], options, places)
    return judged


def judge_rows(sheet: Sheet, rows: Sequence[Row], options: Options, places: Places) -> list[Judged]:
    """Judge rows of one sheet, in the order given.

    A column that the sheet has not is judged in those rows that fill it all the same: on screen every column is there.
    """
    if places.later:
        return [judge_rows(sheet, [row], options, places.at(row.number))[0] for row in rows]
    at = {column.key: place for place, column in enumerate(sheet.columns)}
    absent = [key for key in at if key not in places.columns]
    alike: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(rows):
        alike.setdefault(tuple(key for key in absent if row.cells[at[key]] != ""), []).append(index)
    found: dict[int, Judged] = {}
    for added, indices in alike.items():
        keys = [key for key in at if key in places.columns or key in added]
        part = [rows[index] for index in indices]
        found.update(zip(indices, _judge(sheet, part, keys, options, places), strict=True))
    return [found[index] for index in range(len(rows))]


def _judge(sheet: Sheet, rows: Sequence[Row], keys: Sequence[str], options: Options, places: Places) -> list[Judged]:
    table = Table(places.name, Header(sheet, 0, dict(places.columns)), options)
    poles = [sheet.index[column.key] for column in sheet.columns if column.merge_group]
    groups = [row.group if any(row.cells[place] != "" for place in poles) else None for row in rows]
    cells = {key: [row.cells[sheet.index[key]] for row in rows] for key in keys}
    table.add([row.number for row in rows], cells, {}, groups)
    findings: dict[int, list[Finding]] = {}
    for finding in table.findings():
        findings.setdefault(finding.row, []).append(finding)
    return [
        Judged(
            number=staged.row,
            raw=list(staged.raw),
            clean=dict(zip(sheet.clean_columns, staged.clean, strict=True)),
            findings=tuple(findings.get(staged.row, ())),
            row_hash=staged.hash,
            errors=staged.errors,
            warnings=staged.warnings,
        )
        for staged in staged_rows(table)
    ]


def raw_row(sheet: Sheet, raw: Sequence[Any]) -> list[RawCell]:
    """The cells of a kept raw row; one kept when the form had fewer columns is blank in the others."""
    cells = [raw_cell(value) for value in raw[: len(sheet.columns)]]
    return cells + [""] * (len(sheet.columns) - len(cells))


class Kept(Table):
    """Rows of one sheet as they are stored, for the rules over the whole file.

    `values` by field are as rules see them (coordinates as floats); `raw_column(key)` fetches a column's raw cells as
    kept, which only findings ask for.
    """

    def __init__(
        self,
        sheet: Sheet,
        places: Places,
        options: Options,
        values: Mapping[str, Sequence[Any]],
        numbers: Sequence[int],
        raw_column: Callable[[str], Sequence[Any]],
    ) -> None:
        super().__init__(places.name, Header(sheet, 0, dict(places.columns)), options)
        self.finish()
        self._places = places
        self._kept = values
        self._numbers = numbers
        self._raw_column = raw_column
        self._raws: dict[str, Sequence[Any]] = {}
        self.rows = len(numbers)

    def values(self, field: str) -> Sequence[Any]:
        return self._kept[field]

    def number(self, row: int) -> int:
        return self._numbers[row]

    def cell(self, row: int, column: int) -> str:
        number = self.number(row)
        return address(number, self._places.at(number).columns.get(self.sheet.columns[column].key, 0))

    def text(self, row: int, key: str) -> str:
        if key not in self._raws:
            self._raws[key] = self._raw_column(key)
        return raw_text(self._raws[key][row])
