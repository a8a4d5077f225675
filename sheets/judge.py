"""Judging columns: each distinct raw value once, findings only where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from sheets.cells import LONGEST_BLANK, Cell, cell_text, shorten, trim
from sheets.declare import Column, Need, Sheet
from sheets.forensics import Broken
from sheets.kinds.base import Kind, Plain, Values
from sheets.options import Options
from sheets.rules import Hit

RawCell = Cell | Broken
Problem = tuple[str, Mapping[str, Any]]

_SIGNS = frozenset({"#", "="})
_ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


@dataclass(slots=True)
class Judged:
    """A batch of one column: a value list for each field (on demand), hits, rows whose cell says "there is none"."""

    fields: list[Values]
    hits: list[Hit]
    erased: list[int]


class ColumnJudge:
    """Judges one column of one file, batch by batch; remembers every distinct value it has seen."""

    def __init__(self, sheet: Sheet, column: Column, options: Options) -> None:
        self.column = column
        self._place = sheet.index[column.key]
        self._common = sheet.common
        self._options = options
        self._many = len(column.fields) > 1
        self._blank: Any = tuple(entry.blank for entry in column.fields) if self._many else column.fields[0].blank
        self._clean: dict[RawCell, Any] = {}
        self._bad: dict[RawCell, list[Problem]] = {}
        self._erasing: set[RawCell] = set()
        self._problems: list[Problem] = []

    def judge(self, cells: Sequence[RawCell], first: int) -> Judged:
        """Judge a batch; `first` is the number of its first row among the data rows."""
        plain = self.column.kind.plain(cells)  # type: ignore[arg-type]
        if plain:
            hits = self._missing(cells, first) if plain is Plain.GAPS else []
            return Judged(self.column.kind.spread(self.column.key, cells), hits, [])  # type: ignore[arg-type]
        doubtful = self.column.kind.doubtful(cells)  # type: ignore[arg-type]
        looked_at = set(doubtful)
        if (True in looked_at or False in looked_at) and bool in set(map(type, cells)):
            # 1 == 1.0 == True as a key; only the reader's Booleans must stay apart.
            cells = [cell_text(cell) if isinstance(cell, bool) else cell for cell in cells]
            doubtful = self.column.kind.doubtful(cells)  # type: ignore[arg-type]
            looked_at = set(doubtful)
        for value in looked_at.difference(self._clean):
            self._learn(value)
        hits = []
        for row, cell in _among(cells, first, self._bad.keys() & looked_at):
            value = shorten(raw_text(cell))
            hits += [Hit(row, self._place, code, value, details) for code, details in self._bad[cell]]
        erased = [row for row, _ in _among(cells, first, self._erasing & looked_at)]
        values = _mapped(cells, self._clean, None if doubtful is cells else self.column.kind.take, looked_at)
        if self._many:
            return Judged([_part(values, part) for part in range(len(self.column.fields))], hits, erased)
        return Judged([values], hits, erased)

    def _learn(self, cell: RawCell) -> None:
        """Judge a value not seen before."""
        self._problems = []
        self._clean[cell] = self._judge_one(cell)
        if self._problems:
            self._bad[cell] = self._problems

    def _judge_one(self, cell: RawCell) -> Any:
        column = self.column
        if isinstance(cell, Broken):
            self._problems.append((self._common[cell.issue], {}))
            return self._blank
        if isinstance(cell, str):
            text = trim(cell)
            if not text:
                if "missing" in column.codes:
                    self._flag("missing")
                return self._blank
            if len(text) <= LONGEST_BLANK and {text, normalize("NFKC", text)} & column.kind.blanks:
                self._erasing.add(cell)
                if column.need is Need.REQUIRED:
                    self._flag("missing")
                return self._blank
            if text[0] in _SIGNS and (issue := _common_issue(text)):
                self._problems.append((self._common[issue], {}))
                return self._blank
        return column.kind.judge(cell, self._flag, self._options)

    def _flag(self, issue: str, **details: Any) -> None:
        if "clean" in details:
            details.setdefault("fixes", {self.column.key: details["clean"]})
        self._problems.append((self.column.codes[issue], details))

    def _missing(self, cells: Sequence[RawCell], first: int) -> list[Hit]:
        code = self.column.codes.get("missing")
        if code is None:
            return []
        return [Hit(row, self._place, code, "", {}) for row, cell in enumerate(cells, first) if cell == ""]


def _common_issue(text: str) -> str:
    """The common issue of a text that is no content: an error value, or an in-cell picture of WPS."""
    if text.upper() in _ERRORS:
        return "excel_error"
    return "picture" if text.upper().startswith(("=DISPIMG(", "=_XLFN.DISPIMG(")) else ""


def raw_text(cell: RawCell) -> str:
    """What a finding quotes of the cell."""
    return cell.text if isinstance(cell, Broken) else cell_text(cell)


def _among(cells: Sequence[RawCell], first: int, wanted: Set[RawCell]) -> list[tuple[int, RawCell]]:
    """The cells that are among the wanted, with their rows."""
    return [(row, cell) for row, cell in enumerate(cells, first) if cell in wanted] if wanted else []


def _mapped(
    cells: Sequence[Any], clean: Mapping[Any, Any], take: Callable[[Any], Any] | None, looked_at: Set[Any]
) -> Values:
    if take is None:
        return lambda: list(map(clean.__getitem__, cells))
    if getattr(take, "__func__", None) is not Kind.take:
        return lambda: [clean[cell] if cell in looked_at else take(cell) for cell in cells]

    def values() -> list[Any]:
        found = list(cells)  # what was left out is its own value
        for row, cell in _among(cells, 0, looked_at):
            found[row] = clean[cell]
        return found

    return values


def _part(values: Values, part: int) -> Values:
    return lambda: [value[part] for value in values()]
