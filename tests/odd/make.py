"""Ways to make a workbook: rows of the official form, written by different programs and by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt
from xlsxwriter.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from tests.hostile import workbooks as hand
from tests.hostile.zips import Entry, build
from tests.workbooks.builder import camera_row, platform_row

Line = list[Any]
Edit = Callable[[xlsxwriter.Workbook, Worksheet], object]

CAMERA_HEADERS: Line = [column.header for column in CAMERA.official]
PLATFORM_HEADERS: Line = [column.header for column in PLATFORM.official]


class Formatted:
    """A value with a number format: a code, or the number of one that stands in no file."""

    def __init__(self, value: float | date, code: str | int) -> None:
        self.value = value
        self.code = code


def camera(number: int = 1, **cells: Any) -> Line:
    """A good camera in the official columns; `cells` replace some of its cells."""
    return _line(CAMERA, camera_row(number, **cells))


def platform(number: int = 1, **cells: Any) -> Line:
    """A good platform in the official columns."""
    return _line(PLATFORM, platform_row(number, **cells))


def _line(sheet: Sheet, row: Mapping[str, Any]) -> Line:
    return [row.get(column.key) for column in sheet.official]


def only(*cells: Any, width: int = 19) -> Line:
    """A line with a few cells at its left."""
    return [*cells, *[None] * (width - len(cells))]


def at(line: Line, **cells: Any) -> Line:
    """The camera line with some cells replaced after all."""
    keys = [column.key for column in CAMERA.official]
    return [cells.get(key, value) for key, value in zip(keys, line, strict=True)]


def xlsx(
    rows: Sequence[Line],
    edit: Edit | None = None,
    *,
    name: str = "摄像机",
    start: tuple[int, int] = (0, 0),
    more: Mapping[str, Sequence[Line]] | None = None,
) -> bytes:
    """Written by XlsxWriter; `more` are further sheets, `start` the 0-based place of the first cell."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(name)
    _write(book, sheet, rows, start)
    for title, lines in (more or {}).items():
        _write(book, book.add_worksheet(title), lines, (0, 0))
    if edit is not None:
        edit(book, sheet)
    book.close()
    return out.getvalue()


def _write(book: xlsxwriter.Workbook, sheet: Worksheet, rows: Sequence[Line], start: tuple[int, int]) -> None:
    for row, cells in enumerate(rows, start[0]):
        for column, value in enumerate(cells, start[1]):
            if isinstance(value, Formatted):
                style = book.add_format({"num_format": value.code})
                if isinstance(value.value, date):
                    sheet.write_datetime(row, column, value.value, style)
                else:
                    sheet.write_number(row, column, value.value, style)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write(row, column, value)


def xls(rows: Sequence[Line], edit: Callable[[xlwt.Workbook, xlwt.Worksheet], object] | None = None) -> bytes:
    """Written by xlwt, in the format of Excel 97."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("摄像机")
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, Formatted):
                style = xlwt.XFStyle()
                style.num_format_str = str(value.code)
                sheet.write(row, column, value.value, style)
            elif value is not None:
                sheet.write(row, column, value)
    if edit is not None:
        edit(book, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def csv_text(rows: Sequence[Line], separator: str = ",") -> str:
    """Text as programs export it: quotation marks only where needed."""
    return "".join(separator.join(_field(cell, separator) for cell in row) + "\r\n" for row in rows)


def _field(cell: Any, separator: str) -> str:
    text = "" if cell is None else str(cell)
    return '"' + text.replace('"', '""') + '"' if re.search(rf'["\r\n{separator}]', text) else text


def cells_xml(rows: Sequence[Line], instead: Mapping[str, str] | None = None, first: int = 1) -> str:
    """Rows of sheet XML, texts inline; `instead` replaces whole cells by their address."""
    instead = dict(instead or {})
    out = []
    for number, cells in enumerate(rows, first):
        line = "".join(
            instead.get(place, _cell_xml(place, value))
            for column, value in enumerate(cells)
            for place in [f"{chr(65 + column)}{number}"]
        )
        out.append(f'<row r="{number}">{line}</row>')
    return "".join(out)


def _cell_xml(place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value, quote=False)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def by_hand(
    rows: Sequence[Line],
    instead: Mapping[str, str] | None = None,
    *,
    before: str = "",
    after: str = "",
    change: Callable[[str], str] = str,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """An .xlsx whose sheet is written by hand; `change` rewrites its XML, `parts` are further parts."""
    text = change(hand.sheet(cells_xml(rows, instead), before, after).decode())
    return hand.book({hand.SHEET: text.encode(), **(parts or {})})


def styles(*formats: str | int) -> dict[str, bytes]:
    """The styles part: style 0 is General, 1 and on these number formats."""
    own = {164 + place: code for place, code in enumerate(formats) if isinstance(code, str)}
    codes = "".join(f'<numFmt numFmtId="{n}" formatCode="{escape(code)}"/>' for n, code in own.items())
    xfs = "".join(
        f'<xf numFmtId="{code if isinstance(code, int) else 164 + place}" applyNumberFormat="1"/>'
        for place, code in enumerate(formats)
    )
    text = (
        f'<styleSheet xmlns="{hand.MAIN}"><numFmts count="{len(own)}">{codes}</numFmts>'
        f'<cellXfs count="{len(formats) + 1}"><xf numFmtId="0"/>{xfs}</cellXfs></styleSheet>'
    )
    relations = hand.relations("worksheet|worksheets/sheet1.xml", "styles|styles.xml")
    return {"xl/styles.xml": text.encode(), "xl/_rels/workbook.xml.rels": relations}


def open_document(content: str, *, manifest: str = "", mime: str = "spreadsheet", more: Sequence[Entry] = ()) -> bytes:
    """An OpenDocument file around the tables given as XML."""
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    named = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    whole = f'<?xml version="1.0"?><office:document-content {named}>{body}</office:document-content>'
    entry = f'<manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry>'
    files = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entry}'
    return build(
        [
            Entry("mimetype", f"application/vnd.oasis.opendocument.{mime}".encode(), method=0),
            Entry("content.xml", whole.encode()),
            Entry("META-INF/manifest.xml", f"{files}</manifest:manifest>".encode()),
            *more,
        ]
    )


def rows_xml(rows: Sequence[Line]) -> str:
    """Rows of an OpenDocument table, all texts."""
    return "".join(
        "<table:table-row>"
        + "".join(
            "<table:table-cell/>"
            if cell is None
            else f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
