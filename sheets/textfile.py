"""Tables of text (.csv, tab separated): encoding, separator, and rows at the addresses where Excel would show them.

Every cell is text, so nothing that the file holds is lost. Exports guard long numbers by writing ="3415…" or a leading
tab; both are taken off here.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice

from sheets.gate_codes import refused
from sheets.gate_limits import Limits
from sheets.gate_reach import Reach
from sheets.sniff import decode

SEPARATORS = (",", "\t", ";", "|", "，")
#: Excel holds no more characters in a cell; a longer field is a quotation mark that was never closed.
MOST_CHARACTERS = 32_767
_LOOKED_AT = 20
_GUARDED = re.compile(r'=\s*"((?:[^"]|"")*)"\s*')


def text_rows(data: bytes, limits: Limits | None = None) -> Iterator[list[str]]:
    """The rows of the file, blank lines among them, one list of texts each, of different lengths.

    Raises Refused G070-G072 for what is no table of text, G033 for one beyond the limits; lazily, as rows are taken.
    """
    text = decode(data)
    if text is None:
        raise refused("G070")
    separator = _separator(text)
    if not separator:
        raise refused("G071")
    reach = Reach(limits or Limits())
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    csv.field_size_limit(MOST_CHARACTERS)
    row: list[str] = []
    try:
        for number, row in enumerate(rows):
            if row:
                reach.add(number, len(row) - 1)
            elif number >= reach.limits.max_rows:
                reach.add(number, 0)
            yield [_unguarded(cell) if cell[:1] == "=" else cell for cell in row]
    except csv.Error as problem:
        raise refused("G072", f"第 {rows.line_num} 行") from problem
    if text.count('"') % 2 and any("\n" in cell for cell in row):
        # The last mark was never closed: whatever follows it would be one cell.
        raise refused("G072", "最后一行")


def _unguarded(cell: str) -> str:
    """What stands in ="…", the way exports keep a long number from becoming one; other formulas stay as they are."""
    found = _GUARDED.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell


def _separator(text: str) -> str:
    """The character that divides the first lines into most columns; "" when none does."""
    head = list(islice(StringIO(text, newline=None), _LOOKED_AT))
    return max(SEPARATORS, key=lambda sign: _columns(head, sign)) if any(_columns(head, s) for s in SEPARATORS) else ""


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
