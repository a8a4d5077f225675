"""Facts of an .xls: its records are walked once. Source: [MS-XLS] 2.4 (ROW, COLINFO, BOOLERR, FORMULA, XF, FORMAT)."""

from __future__ import annotations

import re
import struct

from sheets.findings import Refused
from sheets.forensics import ERRORS, LIMIT, TWO_DECIMALS, Broken, Facts, formatted, shows_two_decimals
from sheets.gate_ole import OleFile

_BOF = 0x0809
_BOUNDSHEET, _FORMAT, _XF = 0x0085, 0x041E, 0x00E0
_ROW, _COLINFO, _BOOLERR, _FORMULA, _NUMBER, _RK, _MULRK = 0x0208, 0x007D, 0x0205, 0x0006, 0x0203, 0x027E, 0x00BD
_DRAWINGS = {0x005D, 0x00EC}

#: Records that tell nothing here: LABELSST, BLANK, and rows that are not hidden.
_DULL = re.compile(
    rb"(?:\xfd\x00\x0a\x00.{10}|\x01\x02\x06\x00.{6}"
    rb"|\x08\x02\x10\x00.{12}[\x00-\x1f\x40-\x5f\x80-\x9f\xc0-\xdf].{3})++",
    re.DOTALL,
)


def xls_facts(data: bytes) -> list[Facts]:
    """The facts of each sheet in the order of the workbook; what cannot be read is left to the parser to say."""
    try:
        ole = OleFile(data)
        book = ole.find("Workbook", "Book")
        return _Walk(bytes(ole.stream(book))).run() if book is not None else []
    except (Refused, struct.error, IndexError, ValueError):
        return []


class _Walk:
    """One workbook stream being walked."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.sheets: dict[int, Facts] = {}
        self.order: list[Facts] = []
        self.formats: dict[int, bool] = {}
        self.styles: list[int] = []

    def run(self) -> list[Facts]:
        stream, size, at = self.stream, len(self.stream), 0
        facts: Facts | None = None
        while at + 4 <= size:
            if run := _DULL.match(stream, at):
                at = run.end()
                continue
            kind, length = struct.unpack_from("<HH", stream, at)
            if kind == _BOF:
                # A chart inside a sheet begins with one too; what follows still belongs to the sheet.
                facts = self.sheets.get(at, facts)
            elif facts is None:
                self._globals(kind, stream[at + 4 : at + 4 + length])
            elif len(facts.cells) <= LIMIT:
                self._record(kind, stream[at + 4 : at + 4 + length], facts)
            at += 4 + length
        return self.order

    def _globals(self, kind: int, body: bytes) -> None:
        if kind == _BOUNDSHEET:
            facts = Facts()
            self.sheets[struct.unpack_from("<L", body)[0]] = facts
            self.order.append(facts)
        elif kind == _FORMAT:
            number, length, wide = struct.unpack_from("<HHB", body)
            text = body[5 : 5 + 2 * length].decode("utf-16-le") if wide & 1 else body[5 : 5 + length].decode("latin-1")
            self.formats[number] = shows_two_decimals(text)
        elif kind == _XF:
            self.styles.append(struct.unpack_from("<H", body, 2)[0])

    def _record(self, kind: int, body: bytes, facts: Facts) -> None:
        if kind == _ROW:
            if body[12] & 0x20:
                facts.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO:
            first, last, _, _, options = struct.unpack_from("<5H", body)
            if options & 1:
                facts.hidden_columns.append((first, last))
        elif kind == _BOOLERR:
            if body[7]:
                facts.cells[struct.unpack_from("<HH", body)] = _error(body[6])
        elif kind == _FORMULA:
            row, column, style = struct.unpack_from("<3H", body)
            if body[12:14] != b"\xff\xff":
                self._number(facts, row, column, style, struct.unpack_from("<d", body, 6)[0])
            elif body[6] == 2:
                facts.cells[row, column] = _error(body[8])
        elif kind == _NUMBER:
            self._number(facts, *struct.unpack_from("<3Hd", body))
        elif kind == _RK:
            row, column, style, packed = struct.unpack_from("<3HL", body)
            self._number(facts, row, column, style, unpacked(packed))
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for place, (style, packed) in enumerate(struct.iter_unpack("<HL", body[4:-2])):
                self._number(facts, row, first + place, style, unpacked(packed))
        elif kind in _DRAWINGS:
            facts.pictures = True

    def _number(self, facts: Facts, row: int, column: int, style: int, number: float) -> None:
        if not 1900 <= number < 2100:
            return
        code = self.styles[style] if style < len(self.styles) else 0
        shown = formatted(number, self.formats.get(code, code in TWO_DECIMALS))
        if shown != number:
            facts.cells[row, column] = shown


def unpacked(packed: int) -> float:
    """The number of an RK value ([MS-XLS] 2.5.217): thirty bits of a double or a whole number, perhaps hundredths."""
    if packed & 2:
        whole = packed >> 2
        number = float(whole - (1 << 30) if whole & (1 << 29) else whole)
    else:
        (number,) = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<L", packed & 0xFFFFFFFC))
    return number / 100 if packed & 1 else number


def _error(number: int) -> Broken:
    return Broken("excel_error", ERRORS.get(number, "#ERROR"))
