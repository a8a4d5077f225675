"""Tables out of the system, as .xlsx and as CSV: written row by row, and nothing in them can run (T49).

An .xlsx cell is a number or an inline string, never a formula nor a hyperlink, so its text may begin with anything;
text cells carry the text format and Excel's quote mark, so that typing in them later makes no formula either. CSV has
no types: a text that a spreadsheet might run gets an apostrophe in front; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

from sheets.cells import letters

Value = str | int | float | Decimal | None
BOM = "\ufeff"
STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32767
"""Characters that Excel keeps in one cell."""
_TEXT, _NUMBER, _HEAD = 1, 0, 2


def write_csv(stream: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write UTF-8 with BOM and CRLF; return the number of rows. Blank for None."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([inert(header) for header in headers])
    count = 0
    for row in rows:
        writer.writerow([inert(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def inert(value: Value) -> str:
    """The CSV text of a value that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return _number(value)
    text = value.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(STARTS_A_FORMULA) else text


def write_xlsx(
    stream: IO[bytes], title: str, headers: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[float]
) -> int:
    """Write one worksheet with a frozen header row; return the number of data rows. `widths` in characters."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, part in _fixed_parts(title).items():
            book.writestr(name, part)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            return _write_sheet(sheet, headers, rows, widths)


def _write_sheet(
    sheet: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Value]], widths: Sequence[float]
) -> int:
    columns = [letters(place) for place in range(len(headers))]
    sheet.write(_sheet_head(columns, widths).encode())
    head = [_text_cell(f"{column}1", header, _HEAD) for column, header in zip(columns, headers, strict=True)]
    sheet.write(f'<row r="1">{"".join(head)}</row>'.encode())
    count, pending = 0, []
    for row in rows:
        count += 1
        pending.append(_row(count + 1, columns, row))
        if len(pending) == 500:
            sheet.write("".join(pending).encode())
            pending.clear()
    last = f"A1:{columns[-1]}{count + 1}"
    sheet.write(f'{"".join(pending)}</sheetData><autoFilter ref="{last}"/></worksheet>'.encode())
    return count


def _row(number: int, columns: Sequence[str], values: Sequence[Value]) -> str:
    cells = []
    for column, value in zip(columns, values, strict=True):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            cells.append(_text_cell(f"{column}{number}", value, _TEXT))
        else:
            cells.append(f'<c r="{column}{number}" s="{_NUMBER}"><v>{_number(value)}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text_cell(address: str, text: str, style: int) -> str:
    clean = escape(_LOOKS_ESCAPED.sub("_x005F_", _NOT_XML.sub("", text[:_LONGEST])))
    return f'<c r="{address}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'


def _number(value: float | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)


def _sheet_head(columns: Sequence[str], widths: Sequence[float]) -> str:
    cols = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(widths, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_MAIN}">'
        '<sheetViews><sheetView workbookViewId="0" tabSelected="1">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
        "</sheetView></sheetViews>"
        f"<cols>{cols}</cols><sheetData>"
    )


def _fixed_parts(title: str) -> dict[str, Any]:
    """Everything but the cells."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": (
            f'{head}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{spreadsheet}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{spreadsheet}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{spreadsheet}.styles+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'{head}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{head}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f'<sheets><sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{head}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
    }


_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFEEF2F6"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" '
    'applyFont="1" applyFill="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
