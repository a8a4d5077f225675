"""The binary parts of an .xlsb: record by record, how far cells and merges reach, and lengths that fit the part.

Source: [MS-XLSB] 2.1.4 (records: a type of one or two bytes, a length of up to four, seven bits each), 2.4.
"""

from __future__ import annotations

import re
import struct

from sheets.gate_codes import refused
from sheets.gate_limits import SHEET_MAX_COLUMNS, SHEET_MAX_ROWS
from sheets.gate_reach import Reach, Tally, column_letters
from sheets.gate_xml import Chunks

ROW_HEADER, BLANK = 0, 1
#: BrtCellRk to BrtFmlaError: all begin with the column and three bytes of style.
VALUES = range(2, 12)
BUNDLE_SHEET, BEGIN_SHEET, MERGE_CELL, EXTERNAL_BOOK = 156, 129, 176, 355
_LONGEST = 8 * 1024 * 1024
_MOST_SHEETS = 256
_WIDTH = 52

#: A run of the usual cells in columns A to AZ; `_Walk` counts the first of its row as reaching to AZ.
_NEAR_CELLS = re.compile(
    rb"(?:\x01\x08[\x00-\x33]\x00\x00\x00.{4}|[\x02\x07]\x0c[\x00-\x33]\x00\x00\x00.{8}"
    rb"|\x05\x10[\x00-\x33]\x00\x00\x00.{12})++",
    re.DOTALL,
)


def is_record_part(name: str) -> bool:
    """Whether the reader may take a part for a stream of records."""
    low = name.replace("\\", "/").lower()
    if low.endswith((".rels", ".xml")):
        return False
    return low.startswith("xl/worksheets/") or low in {"xl/workbook.bin", "xl/sharedstrings.bin", "xl/styles.bin"}


def scan_records(name: str, chunks: Chunks, tally: Tally) -> None:
    """Raise Refused for what may not stand in a part of records."""
    walk = _Walk(name, tally)
    carry = b""
    for chunk in chunks():
        carry = walk.take(carry + chunk)
        if len(carry) > _LONGEST:
            raise refused("G037", name)
    if carry:
        raise refused("G037", name)


class _Walk:
    """One part being walked."""

    def __init__(self, name: str, tally: Tally) -> None:
        self.name = name
        self.tally = tally
        self.reach = Reach(tally.limits)
        self.row = 0
        self.sheets = 0
        self.near = tally.limits.max_columns >= _WIDTH

    def take(self, data: bytes) -> bytes:
        """Look at all whole records; what is left of the data."""
        at = 0
        while True:
            if self.near and (run := _NEAR_CELLS.match(data, at)):
                self.cell(_WIDTH - 1)
                at = run.end()
            head = header(data, at)
            if head is None:
                return data[at:]
            kind, length, body = head
            if length > _LONGEST:
                raise refused("G037", self.name)
            if body + length > len(data):
                return data[at:]
            self.record(kind, data[body : body + min(length, 64)])
            at = body + length

    def record(self, kind: int, body: bytes) -> None:
        """One record; `body` its first bytes."""
        if kind == ROW_HEADER:
            self.row = self._words(body, 1)[0]
            if self.row >= SHEET_MAX_ROWS:
                raise refused("G033", f"{self.name} 的第 {self.row + 1} 行超出 Excel 范围")
        elif kind in VALUES:
            (column,) = self._words(body, 1)
            if len(body) < 9 or column >= SHEET_MAX_COLUMNS:
                raise refused("G037", self.name)
            self.cell(column)
        elif kind == MERGE_CELL:
            first_row, last_row, first, last = self._words(body, 4)
            if last_row >= SHEET_MAX_ROWS or last >= SHEET_MAX_COLUMNS:
                raise refused("G034", f"{self.name} 的合并区域超出 Excel 范围")
            ref = f"{column_letters(first + 1)}{first_row + 1}:{column_letters(last + 1)}{last_row + 1}"
            self.tally.add_merge((first_row, first), (last_row, last), ref)
        elif kind == BUNDLE_SHEET:
            self.sheets += 1
            if self.sheets > _MOST_SHEETS:
                raise refused("G021", f"超过 {_MOST_SHEETS} 个工作表")
        elif kind == BEGIN_SHEET:
            self.reach, self.row = Reach(self.tally.limits), 0
        elif kind == EXTERNAL_BOOK:
            raise refused("G015", "外部链接")

    def cell(self, column: int) -> None:
        self.reach.add(self.row, column)

    def _words(self, body: bytes, count: int) -> tuple[int, ...]:
        if len(body) < 4 * count:
            raise refused("G037", self.name)
        return struct.unpack_from(f"<{count}L", body, 0)


def header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """(type, length, place of the body) of the record at `at`; None when its header is not whole."""
    size = len(data)
    if at >= size:
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        if at >= size:
            return None
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    length = 0
    for shift in (0, 7, 14, 21):
        if at >= size:
            return None
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, length, at
