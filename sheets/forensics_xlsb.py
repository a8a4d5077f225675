"""Facts of an .xlsb, whose merges the parser does not know either. Source: [MS-XLSB] 2.4.

The parser also leaves a date as its serial where the file keeps it as a small whole number; here it becomes a date.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from sheets.forensics import (
    ERRORS,
    LIMIT,
    TWO_DECIMALS,
    Broken,
    Facts,
    excel_date,
    formatted,
    shows_two_decimals,
)
from sheets.forensics_xls import unpacked
from sheets.gate_xlsb import header

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_FORMAT, _XF, _COLUMN, _BOOK, _BUNDLE, _MERGE, _DRAWING = 44, 47, 60, 153, 156, 176, 550
_BEGIN_STYLES, _END_STYLES = 617, 618

#: Texts and blanks, which tell nothing here.
_DULL = re.compile(rb"(?:\x01\x08.{8}|\x07\x0c.{12})++", re.DOTALL)
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ID = re.compile(rb"""\bId\s*=\s*["']([^"']*)["']""")
_PATH = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
#: Built-in date formats (ECMA-376 part 1, 18.8.30), those of Chinese systems among them; times alone are none.
_DATES = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


_UNREADABLE = (
    BadZipFile,
    LookupError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    zlib.error,
    struct.error,
)


def xlsb_facts(data: bytes) -> list[Facts]:
    """The facts of each sheet in the order of the workbook; what cannot be read is left to the parser to say."""
    found: list[Facts] = []
    try:
        with ZipFile(BytesIO(data)) as archive:
            book = _Book(archive)
            for path in book.paths:
                found.append(facts := Facts())
                if path in archive.namelist():
                    book.search(archive.read(path), facts)
    except _UNREADABLE:
        return found
    return found


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while True:
        if run := _DULL.match(part, at):
            at = run.end()
        head = header(part, at)
        if head is None:
            return
        kind, length, body = head
        yield kind, part[body : body + length]
        at = body + length


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    (length,) = struct.unpack_from("<L", body, at)
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


class _Book:
    """What the workbook says: where its sheets are, how styles show numbers, which date system it counts in."""

    def __init__(self, archive: ZipFile) -> None:
        targets: dict[str, str] = {}
        for tag in _RELATION.findall(archive.read("xl/_rels/workbook.bin.rels")):
            identity, target = _ID.search(tag), _PATH.search(tag)
            if identity and target:
                targets[identity[1].decode()] = unescape(target[1].decode("utf-8", "replace"))
        self.paths: list[str] = []
        self.is_1904 = False
        for kind, body in _records(archive.read("xl/workbook.bin")):
            if kind == _BOOK:
                self.is_1904 = bool(body[0] & 1)
            elif kind == _BUNDLE:
                self.paths.append(f"xl/{targets.get(_wide(body, 8)[0], '')}")
        self.two: list[bool] = []
        self.date: list[bool] = []
        if "xl/styles.bin" in archive.namelist():
            self._styles(archive.read("xl/styles.bin"))

    def _styles(self, part: bytes) -> None:
        codes: dict[int, str] = {}
        inside = False
        for kind, body in _records(part):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0]
            elif kind in {_BEGIN_STYLES, _END_STYLES}:
                inside = kind == _BEGIN_STYLES
            elif kind == _XF and inside:
                number = struct.unpack_from("<H", body, 2)[0]
                code = codes.get(number)
                self.two.append(number in TWO_DECIMALS if code is None else shows_two_decimals(code))
                self.date.append(number in _DATES if code is None else _is_date(code))

    def search(self, part: bytes, facts: Facts) -> None:
        """Note what stands in a sheet's part."""
        row = 0
        facts.merges = merges = []
        for kind, body in _records(part):
            if kind == _ROW:
                (row,) = struct.unpack_from("<L", body)
                if body[11] & 0x10:
                    facts.hidden_rows.add(row)
            elif kind in {_ERROR, _FORMULA_ERROR}:
                facts.cells[row, struct.unpack_from("<L", body)[0]] = Broken(
                    "excel_error", ERRORS.get(body[8], "#ERROR")
                )
            elif kind in {_REAL, _FORMULA_NUMBER}:
                self._number(facts, row, body, struct.unpack_from("<d", body, 8)[0])
            elif kind == _RK:
                self._number(facts, row, body, unpacked(struct.unpack_from("<L", body, 8)[0]))
            elif kind == _COLUMN:
                first, last, _, _, options = struct.unpack_from("<4LH", body)
                if options & 1:
                    facts.hidden_columns.append((first, last))
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<4L", body)
                merges.append((top, left, bottom, right))
            elif kind == _DRAWING:
                facts.pictures = True
            if len(facts.cells) > LIMIT:
                return

    def _number(self, facts: Facts, row: int, body: bytes, number: float) -> None:
        column, style = struct.unpack_from("<LL", body)
        style &= 0xFFFFFF
        if style >= len(self.two):
            return
        if self.date[style] and number.is_integer():
            if (day := excel_date(int(number), self.is_1904)) is not None:
                facts.cells[row, column] = day
        elif self.two[style] and (shown := formatted(number, True)) != number:
            facts.cells[row, column] = shown


def _is_date(code: str) -> bool:
    shown = _NOT_SHOWN.sub("", code.split(";", maxsplit=1)[0]).lower()
    return "y" in shown or "d" in shown
