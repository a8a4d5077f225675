"""Workbooks to be annotated, by several writers, and what an annotated one must be."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import openpyxl
import python_calamine as calamine
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName

from cameras.sheet import CAMERA
from sheets.annotate.order import Mark, Order
from tests.workbooks.builder import camera_row, checked, filled

RED, YELLOW, GREY = "FFFFC7CD", "FFFFEB9B", "FFD9D9DA"
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ODD = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1", "{=1}", "http://x", "_x0041_<&>\"'", "  空格 ")
"""What a cell may hold that some program would take for something else (formulas, links, escapes)."""


# --- workbooks ----------------------------------------------------------------------------------------------------
def rows() -> list[dict[str, Any]]:
    """Ten cameras: two without a brand, two with a longitude that is too short."""
    found = [camera_row(n) for n in range(1, 11)]
    found[1]["brand"] = found[5]["brand"] = None
    found[2]["longitude"] = found[5]["longitude"] = 115.9
    return found


def by_openpyxl() -> bytes:
    """With the user's own comments, colours, conditional formats, names, a merged pole, formulas, a second sheet."""

    def edit(book: Any, page: Any) -> None:
        page["C7"].comment = Comment("我的批注", "张三")
        page["H9"].comment = Comment("这里待定", "张三")
        page["E12"].fill = PatternFill("solid", start_color="FF00B0F0")
        page["A12"].font = openpyxl.styles.Font(bold=True, color="FF7030A0")
        page["AB7"] = "=A7+1"
        rule: Any = CellIsRule
        page.conditional_formatting.add("A7:A20", rule(operator="lessThan", formula=["3"]))
        page.merge_cells("P7:P8")
        page.auto_filter.ref = "A5:Y20"
        other = book.create_sheet("我的统计")
        other["A1"] = "=SUM(摄像机!A7:A16)"
        book.defined_names["台数"] = DefinedName("台数", attr_text="我的统计!$A$1")
        book.active = 0

    return filled(CAMERA, rows(), edit)


def by_xlsxwriter() -> bytes:
    """Shared strings, a picture-free drawing of comments, hidden columns, a table of formulas, print titles."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    cover = book.add_worksheet("封面")
    cover.write("A1", "金寨县")
    page = book.add_worksheet("摄像机'甲'表")
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"})
    for place, column in enumerate(CAMERA.official):
        page.write(2, place, column.header, bold)
    for number, row in enumerate(rows(), 3):
        for place, column in enumerate(CAMERA.official):
            value = row.get(column.key)
            if value is not None:
                page.write(number, place, value)
    page.write_comment("B4", "编码已核", {"author": "李四"})
    page.write_formula("AA4", "=A4*2", None, 2)
    page.write_formula("AA5", "=A5*2", None, 4)
    page.repeat_rows(2)
    page.print_area("A1:S20")
    page.set_column("G:G", None, None, {"hidden": True})
    page.activate()
    book.close()
    return out.getvalue()


HAND_STYLES = (
    '<fonts><font/></fonts><fills><fill><patternFill patternType="none"/></fill></fills><borders><border/></borders>'
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf xfId="0"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
)


def by_hand(styles: str = HAND_STYLES) -> bytes:
    """The smallest package that is read: no counts, a BOM, another prefix, a row without cells."""
    header = "".join(
        f'<c r="{_letters(place)}1" t="inlineStr"><is><t>{column.header}</t></is></c>'
        for place, column in enumerate(CAMERA.official)
    )
    body = ""
    for number, row in enumerate(rows(), 2):
        cells = ""
        for place, column in enumerate(CAMERA.official):
            value = row.get(column.key)
            at = f"{_letters(place)}{number}"
            if isinstance(value, str):
                cells += f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
            elif value is not None:
                cells += f'<c r="{at}"><v>{value}</v></c>'
        body += f'<row r="{number}" spans="1:19">{cells}</row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'\ufeff<workbook xmlns="{main}" xmlns:q="{relations}"><sheets>'
        '<sheet name="摄像机" sheetId="7" q:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="a" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="b" Type="{relations}/styles" Target="/xl/styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1">{header}</row>{body}'
        '<row r="40"/></sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            if styles:
                archive.writestr(name, text)
            elif name != "xl/styles.xml":
                archive.writestr(name, re.sub(r"<(?:Override|Relationship) [^>]*styles[^>]*>", "", text))
    return out.getvalue()


def _letters(place: int) -> str:
    return openpyxl.utils.get_column_letter(place + 1)


WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "openpyxl": by_openpyxl,
    "xlsxwriter": by_xlsxwriter,
    "hand": by_hand,
}


def marks_of(data: bytes) -> list[Mark]:
    """What the check finds, as the intake would order it marked."""
    return [
        Mark(
            found.code, found.severity.value, found.message, found.fix, found.sheet, found.cell, found.row,
            found.column, found.value, found.key,
        )
        for found in checked(data).findings
    ]  # fmt: skip


def ordered(data: bytes) -> Order:
    """All findings, three cells changed on screen (one of them blank so far), one row removed."""
    sheet = next(each for each in checked(data).sheets if each.kind)
    first = sheet.header_row + (2 if sheet.sample else 1)
    return Order(
        marks=marks_of(data),
        edits={sheet.name: {(first + 3, 2): ODD[0], (first + 1, 4): "大华", (first + 4, 7): 115.123456}},
        removed={sheet.name: {first + 7}},
    )


# --- what it must be ----------------------------------------------------------------------------------------------
def unsound(data: bytes) -> list[str]:
    """Parts without a content type, relations that lead nowhere, parts that are no XML; looked at independently."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
        endings = {each.get("Extension", "").lower() for each in types if each.tag.endswith("Default")}
        own = {each.get("PartName", "")[1:] for each in types if each.tag.endswith("Override")}
        found += [f"type for {name}, not there" for name in own - names]
        for name in names - {"[Content_Types].xml"}:
            if name not in own and name.rsplit(".", 1)[-1].lower() not in endings:
                found.append(f"no type for {name}")
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(archive.read(name))
            if name.endswith(".rels"):
                source = posixpath.dirname(posixpath.dirname(name))
                identities = []
                for each in ElementTree.fromstring(archive.read(name)):
                    identities.append(each.get("Id"))
                    target = each.get("Target", "")
                    path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(source, target))
                    if each.get("TargetMode") != "External" and path not in names:
                        found.append(f"{name}: {target}")
                if len(identities) != len(set(identities)):
                    found.append(f"{name}: an id twice")
    return found


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def formulas(data: bytes) -> list[tuple[str, str, Any]]:
    book = opened(data)
    return sorted(
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    )


def openpyxl_values(data: bytes) -> dict[tuple[str, str], Any]:
    book = opened(data)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def calamine_values(data: bytes) -> dict[tuple[str, str], Any]:
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    found = {}
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        for row, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
            for place, value in enumerate(cells):
                if value != "":
                    found[name, f"{_letters(place)}{row}"] = value
    return found


Format = tuple[frozenset[tuple[str, str]], tuple[bytes, ...]]


def formats(data: bytes) -> list[Format]:
    """The cell formats by number: attributes but for the fill and the mark of typed text, and what is inside."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    return [
        (
            frozenset((k, v) for k, v in xf.attrib.items() if k not in {"fillId", "applyFill", "quotePrefix"}),
            tuple(ElementTree.tostring(child) for child in xf),
        )
        for xf in root.find(f"{SPREADSHEET}cellXfs") or ()
    ]


def format_ids(data: bytes) -> dict[tuple[str, str], int]:
    """The format number of each cell, by (sheet part's first cell that is no list, address)."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                for cell in ElementTree.fromstring(archive.read(name)).iter(f"{SPREADSHEET}c"):
                    found[name, cell.get("r", "")] = int(cell.get("s", "0"))
    return found
