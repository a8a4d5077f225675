"""Binary workbooks (.xlsb) written by hand, record by record; no library at hand writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests.hostile.workbooks import PACKAGE, relations
from tests.hostile.zips import Entry, build

_TYPES = (
    f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>'
    '<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>'
)
STYLES = ("General", "0.00", 14, 27, 'yyyy"年"m"月"')
"""Number formats of the styles 0, 1, 2 and so on: a code, or the number of a built-in one."""


class Styled:
    """A value with one of the `STYLES`; `packed` numbers are written as Excel packs small ones."""

    def __init__(self, value: float, style: int, *, packed: bool = False) -> None:
        self.value = value
        self.style = style
        self.packed = packed


class Error:
    """An error value by its number: 42 is #N/A."""

    def __init__(self, number: int) -> None:
        self.number = number


def record(kind: int, body: bytes = b"") -> bytes:
    """A record with its type and length in groups of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, said = len(body), b""
    while True:
        length, low = length >> 7, length & 0x7F
        said += bytes([low | (0x80 if length else 0)])
        if not length:
            return head + said + body


def wide(text: str) -> bytes:
    """A text with its length before it."""
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def book(
    rows: Sequence[Sequence[Any]],
    *,
    name: str = "摄像机",
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    is_1904: bool = False,
    tail: bytes = b"",
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """A workbook of one sheet; rows and (first row, last row, first column, last column) of merges are 0-based.

    `tail` are further records behind the last row.
    """
    made = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": relations("officeDocument|xl/workbook.bin"),
        "xl/workbook.bin": _workbook(name, is_1904),
        "xl/_rels/workbook.bin.rels": relations("worksheet|worksheets/sheet1.bin", "styles|styles.bin"),
        "xl/worksheets/sheet1.bin": _sheet(rows, merges, set(hidden_rows), tail),
        "xl/styles.bin": _styles(),
    }
    return build([Entry(name, data) for name, data in (made | dict(parts or {})).items()])


def row_header(row: int, *, hidden: bool = False) -> bytes:
    """The record that begins a row."""
    return record(0, struct.pack("<LLHBBBL", row, 0, 0x12C, 0, 0x10 if hidden else 0, 0, 0))


def real(column: int, value: float, style: int = 0) -> bytes:
    """A number as a double."""
    return record(5, struct.pack("<LLd", column, style, value))


def _workbook(name: str, is_1904: bool) -> bytes:
    sheet = struct.pack("<LL", 0, 1) + wide("rId1") + wide(name)
    properties = struct.pack("<LL", 0x20 | is_1904, 0) + wide("")
    return b"".join((record(131), record(153, properties), record(143), record(156, sheet), record(144), record(132)))


def _sheet(
    rows: Sequence[Sequence[Any]], merges: Sequence[tuple[int, int, int, int]], hidden: set[int], tail: bytes
) -> bytes:
    width = max(map(len, rows), default=1)
    out = [record(129), record(148, struct.pack("<4L", 0, len(rows) - 1, 0, width - 1)), record(145)]
    for number, cells in enumerate(rows):
        out.append(row_header(number, hidden=number in hidden))
        out += [_cell(column, value) for column, value in enumerate(cells) if value is not None]
    out += [tail, record(146)]
    if merges:
        out.append(record(177, struct.pack("<L", len(merges))))
        out += [record(176, struct.pack("<4L", *merge)) for merge in merges]
        out.append(record(178))
    out.append(record(130))
    return b"".join(out)


def _cell(column: int, value: Any) -> bytes:
    style = value.style if isinstance(value, Styled) else 0
    head = struct.pack("<LL", column, style)
    if isinstance(value, Error):
        return record(3, head + bytes([value.number]))
    if isinstance(value, Styled):
        if value.packed:
            return record(2, head + struct.pack("<L", int(value.value) << 2 | 2))
        return record(5, head + struct.pack("<d", value.value))
    if isinstance(value, bool):
        return record(4, head + bytes([value]))
    if isinstance(value, (int, float)):
        return record(5, head + struct.pack("<d", value))
    return record(6, head + wide(str(value)))


def _styles() -> bytes:
    codes = {164 + place: code for place, code in enumerate(STYLES) if isinstance(code, str) and code != "General"}
    out = [record(278), record(615, struct.pack("<L", len(codes)))]
    out += [record(44, struct.pack("<H", number) + wide(code)) for number, code in codes.items()]
    out += [record(616), record(617, struct.pack("<L", len(STYLES)))]
    for place, code in enumerate(STYLES):
        number = code if isinstance(code, int) else 0 if code == "General" else 164 + place
        out.append(record(47, struct.pack("<HH", 0xFFFF, number) + bytes(12)))
    out += [record(618), record(279)]
    return b"".join(out)
