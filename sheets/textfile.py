"""Tables of text (.csv, tab separated): encoding, separator, and rows at the addresses where Excel would show them.

Every cell is text, so nothing that the file holds is lost. Exports guard long numbers by writing ="3415…" or a leading
tab; both are taken off here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper

from sheets.gate_codes import refused
from sheets.gate_limits import Limits
from sheets.gate_reach import Reach
from sheets.sniff import encoding_of

SEPARATORS = (",", "\t", ";", "|", "，")
#: Excel holds no more characters in a cell; a longer field is a quotation mark that was never closed.
MOST_CHARACTERS = 32_767
_LOOKED_AT = 20
_HEAD = 64 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
#: Far beyond any budget of columns, and little enough for one row to be held.
_MOST_SEPARATORS = 100_000
_GUARDED = re.compile(r'=\s*"((?:[^"]|"")*)"\s*')


def text_rows(data: bytes, limits: Limits | None = None) -> Iterator[list[str]]:
    """The rows of the file, blank lines among them, one list of texts each, of different lengths.

    Raises Refused G070-G072 for what is no table of text, G033 for one beyond the limits; lazily, as rows are taken.
    """
    encoding = encoding_of(data)
    if encoding is None:
        raise refused("G070")
    separator = _separator(_opened(data, encoding).read(_HEAD))
    if not separator:
        raise refused("G071")
    reach = Reach(limits or Limits())
    lines = _Lines(_opened(data, encoding), separator)
    rows = csv.reader(lines, delimiter=separator)
    csv.field_size_limit(MOST_CHARACTERS)
    row: list[str] = []
    try:
        for number, row in enumerate(rows):
            if row:
                reach.add(number, len(row) - 1)
            elif number >= reach.limits.max_rows:
                reach.add(number, 0)
            lines.separators = 0
            yield [_unguarded(cell) if cell[:1] == "=" else cell for cell in row]
    except csv.Error as problem:
        raise refused("G072", f"第 {rows.line_num} 行") from problem
    if lines.quotes % 2 and any("\n" in cell for cell in row):
        # The last mark was never closed: whatever follows it would be one cell.
        raise refused("G072", "最后一行")


def _opened(data: bytes, encoding: str) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), encoding=encoding, newline="")


class _Lines:
    """The lines of a text one by one, none so long, nor a row of so many columns, that it could fill the memory.

    `separators` counts those seen since it was last set to 0, `quotes` all quotation marks.
    """

    def __init__(self, stream: TextIOWrapper, separator: str) -> None:
        self.separators = 0
        self.quotes = 0
        self._stream = stream
        self._separator = separator

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.separators += line.count(self._separator)
        self.quotes += line.count('"')
        if self.separators > _MOST_SEPARATORS or len(line) >= _LONGEST_LINE:
            raise refused("G033", "有一行特别长")
        return line


def _unguarded(cell: str) -> str:
    """What stands in ="…", the way exports keep a long number from becoming one; other formulas stay as they are."""
    found = _GUARDED.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell


def _separator(head: str) -> str:
    """The character that divides the first lines into most columns; "" when none does."""
    lines = head.splitlines(keepends=True)[:_LOOKED_AT]
    most, sign = max((_columns(lines, sign), sign) for sign in SEPARATORS)
    return sign if most else ""


def _columns(lines: Sequence[str], sign: str) -> int:
    """How many separators the fullest of the lines holds outside quotation marks."""
    most = 0
    quoted = False
    for line in lines:
        count = 0
        for ch in line:
            if ch == '"':
                quoted = not quoted
            elif ch == sign and not quoted:
                count += 1
        most = max(most, count)
    return most
