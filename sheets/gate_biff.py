"""The workbook stream of an .xls (BIFF), record by record: passwords, macros, links, and how far cells reach.

Source: [MS-XLS] 2.3 (record enumeration). A sheet must begin at a record that the walk itself met, so that none can
hide inside another record's data.
"""

from __future__ import annotations

import re
import struct

from sheets.gate_codes import refused
from sheets.gate_limits import XLS_MAX_COLUMNS, XLS_MAX_ROWS, Limits
from sheets.gate_reach import Reach, Tally, column_letters

_BOF = {0x0809, 0x0409, 0x0209, 0x0009}
_FILEPASS = 0x002F
_BOUNDSHEET = 0x0085
_DIMENSIONS = 0x0200
_SST = 0x00FC
_SUPBOOK = 0x01AE
_MERGED = 0x00E5
_MUL_RK = 0x00BD
_CELLS = {0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x0006, 0x0003, 0x0004, 0x0005, 0x0206, 0x0406}
"""NUMBER, LABEL, BOOLERR, RK, LABELSST, FORMULA and their older numbers: row and column are the first two words."""

_NEAR_CELLS = re.compile(
    rb"(?:\xfd\x00\x0a\x00...\x00.{6}"  # LABELSST
    rb"|\x03\x02\x0e\x00...\x00.{10}"  # NUMBER
    rb"|\x7e\x02\x0a\x00...\x00.{6}"  # RK
    rb"|\x01\x02\x06\x00.{6}"  # BLANK
    rb"|\x08\x02\x10\x00.{16}"  # ROW
    rb")*+",
    re.DOTALL,
)
"""A run of the usual records with columns below 256; where the budget is the format's own, none needs a look."""

_MAX_SHEETS = 256
_INTERNAL_BOOKS = {b"\x01\x04", b"\x01\x3a"}
"""SUPBOOK of the file itself, and of add-in functions."""


def scan_workbook(stream: memoryview, limits: Limits) -> None:
    """Raise Refused for what the stream may not hold. `stream` is the whole Workbook (or Book) stream."""
    if len(stream) < 8 or struct.unpack_from("<H", stream, 0)[0] not in _BOF:
        raise refused("G040", "工作簿流的开头不对")
    _Walk(stream, limits).run()


class _Walk:
    def __init__(self, stream: memoryview, limits: Limits) -> None:
        self.stream = stream
        self.limits = limits
        self.tally = Tally(limits)
        self.reach = Reach(limits)
        self.begins: set[int] = set()
        self.sheets: list[int] = []
        self.watched = {
            _FILEPASS: self.file_pass,
            _BOUNDSHEET: self.bound_sheet,
            _DIMENSIONS: self.dimensions,
            _SST: self.strings,
            _SUPBOOK: self.book_link,
            _MERGED: self.merged,
            _MUL_RK: self.many_numbers,
        }

    def run(self) -> None:
        stream, size, at = self.stream, len(self.stream), 0
        two_words = struct.Struct("<HH").unpack_from
        rows, columns = 0, 0
        limits = self.limits
        whole = limits.max_rows >= XLS_MAX_ROWS and limits.max_columns >= XLS_MAX_COLUMNS
        in_runs = whole and limits.max_area >= XLS_MAX_ROWS * XLS_MAX_COLUMNS
        while at + 4 <= size:
            if in_runs and (run := _NEAR_CELLS.match(stream, at)) and run.end() > at:
                at = run.end()
                continue
            kind, length = two_words(stream, at)
            body = at + 4
            if body + length > size:
                if self.sheets and self.begins.issuperset(self.sheets):
                    break
                raise refused("G040", "记录不完整")
            if kind in _CELLS:
                if length < 4:
                    raise refused("G040", "单元格记录不完整")
                row, column = two_words(stream, body)
                if row >= rows or column >= columns:
                    self.cell(row, column)
                    rows, columns = self.reach.rows, self.reach.columns
            elif kind in _BOF:
                self.begins.add(at)
                self.reach = Reach(self.limits)
                rows, columns = 0, 0
            elif kind in self.watched:
                self.watched[kind](bytes(stream[body : body + length]))
                rows, columns = self.reach.rows, self.reach.columns
            at = body + length
        if not self.sheets:
            raise refused("G040", "没有工作表")
        if not self.begins.issuperset(self.sheets):
            raise refused("G040", "工作表的位置不对")

    def cell(self, row: int, column: int) -> None:
        if column >= XLS_MAX_COLUMNS:
            raise refused("G033", f"{column_letters(column + 1)}{row + 1} 有内容，.xls 最多 {XLS_MAX_COLUMNS} 列")
        self.reach.add(row, column)

    def file_pass(self, _body: bytes) -> None:
        raise refused("G013")

    def bound_sheet(self, body: bytes) -> None:
        if len(body) < 8:
            raise refused("G040", "工作表登记不完整")
        if body[5] == 1:
            raise refused("G014", "Excel 4.0 宏表")
        if body[5] == 6:
            raise refused("G014", "VBA 宏")
        (at,) = struct.unpack_from("<L", body, 0)
        if at in self.sheets:
            raise refused("G040", "两个工作表在同一处")
        self.sheets.append(at)
        if len(self.sheets) > _MAX_SHEETS:
            raise refused("G021", f"超过 {_MAX_SHEETS} 个工作表")

    def dimensions(self, body: bytes) -> None:
        """The reader reserves the whole box at once, so it may not be larger than a sheet of this format can be."""
        if len(body) == 14:
            first_row, last_row, first_column, last_column = struct.unpack_from("<LLHH", body, 0)
        elif len(body) == 10:
            first_row, last_row, first_column, last_column = struct.unpack_from("<HHHH", body, 0)
        else:
            raise refused("G040", "范围记录不完整")
        if last_row > XLS_MAX_ROWS or last_column > XLS_MAX_COLUMNS:
            raise refused("G033", f"表格声明有 {last_row} 行、{last_column} 列")
        if last_row and last_column and (first_row >= last_row or first_column >= last_column):
            raise refused("G040", "范围记录不对")

    def strings(self, body: bytes) -> None:
        """Each string takes three bytes at least; the reader reserves room for the number that stands here."""
        if len(body) < 8 or struct.unpack_from("<L", body, 4)[0] > len(self.stream) // 3 + 1:
            raise refused("G042", "字符串表")

    def book_link(self, body: bytes) -> None:
        if body[2:4] not in _INTERNAL_BOOKS:
            raise refused("G015", "外部链接")

    def merged(self, body: bytes) -> None:
        count = int.from_bytes(body[:2], "little")
        if len(body) < 2 + 8 * count:
            raise refused("G040", "合并区域记录不完整")
        for first_row, last_row, first_column, last_column in struct.iter_unpack("<4H", body[2 : 2 + 8 * count]):
            ref = f"{column_letters(first_column + 1)}{first_row + 1}:{column_letters(last_column + 1)}{last_row + 1}"
            self.tally.add_merge((first_row, first_column), (last_row, last_column), ref)

    def many_numbers(self, body: bytes) -> None:
        if len(body) < 6:
            raise refused("G040", "单元格记录不完整")
        row, first = struct.unpack_from("<HH", body, 0)
        (last,) = struct.unpack_from("<H", body, len(body) - 2)
        if last < first or len(body) != 6 + 6 * (last - first + 1):
            raise refused("G040", "单元格记录不完整")
        self.cell(row, last)
