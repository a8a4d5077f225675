"""What the parser does not tell of a workbook: broken cells, shown digits, what is hidden or merged, pictures.

The parser shows an Excel error, or a formula saved without a result, as an empty cell; and 2020.1 formatted as 0.00 is
2020.1 to it though everybody reads 2020.10. Each container has a module of its own that looks for such things; here is
what they have in common. All of them search bytes beside the parser, which leaves Python's lock alone while it works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sheets.cells import Cell, Shown
from sheets.sniff import container_kind

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; 0-based."""

#: Beyond so many odd cells in one sheet the rest is left as the parser gives it: a date column of a large .xlsb fits.
LIMIT = 500_000

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Error values by their number in .xls and .xlsb ([MS-XLS] 2.5.10)."""

#: Number formats by their number that stand in no file (ECMA-376 part 1, 18.8.30), as far as they show two decimals.
TWO_DECIMALS = frozenset({2, 4, 7, 8, 39, 40})

_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a usable value: an Excel error ("#N/A"), a formula without a result, a picture."""

    issue: Literal["excel_error", "no_result", "picture"]
    text: str = ""

    def __str__(self) -> str:
        return self.text


RawCell = Cell | Broken


@dataclass(slots=True)
class Facts:
    """What is known of one sheet beside its values. Rows and columns are 0-based and true to the sheet.

    `cells` replace those that the parser gives; `hidden_columns` are (first, last); `merges` is None where the parser
    knows them; `pictures`: there is a drawing.
    """

    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] | None = None
    pictures: bool = False


def sheet_facts(data: bytes) -> list[Facts]:
    """The facts of each sheet in workbook order; an empty list where nothing can be learnt."""
    kind = container_kind(data)
    if kind == "xlsx":
        from sheets.forensics_xlsx import xlsx_facts

        return xlsx_facts(data)
    if kind == "xls":
        from sheets.forensics_xls import xls_facts

        return xls_facts(data)
    if kind == "xlsb":
        from sheets.forensics_xlsb import xlsb_facts

        return xlsb_facts(data)
    return []


def is_year_and_one(number: float) -> bool:
    """Whether a number is a year with one decimal that is a 1: January or October."""
    year = int(number) if 1900 <= number < 2100 else 0
    return year > 0 and f"{number:.15g}" == f"{year}.1"


def as_shown(number: float, text: str) -> float:
    """The number, with what its cell shows where that says more: 2020.1 shown as 2020.10."""
    if is_year_and_one(number) and text.strip() == f"{int(number)}.10":
        return Shown(number, text.strip())
    return number


def formatted(number: float, two_decimals: bool) -> float:
    """The same where only the cell's number format is known."""
    return Shown(number, f"{int(number)}.10") if two_decimals and is_year_and_one(number) else number


def shows_two_decimals(code: str) -> bool:
    """Whether a custom number format shows a number with two decimals, neither more nor fewer."""
    positive = _NOT_SHOWN.sub("", code.split(";", maxsplit=1)[0])
    return re.fullmatch(r"[#0?,]*[0#]\.00[^0#?%EeyYmMdDhHsS]*", positive.strip()) is not None


def excel_date(serial: int, is_1904: bool) -> date | None:
    """The day of a date serial; None for what is none."""
    if not 61 <= serial <= 2_958_465:
        return None
    return date.fromordinal(serial + (date(1904, 1, 1) if is_1904 else date(1899, 12, 30)).toordinal())
