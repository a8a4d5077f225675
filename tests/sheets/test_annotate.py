"""The annotated workbook: sound, the user's own in everything but the marks, and read again as what it was."""

from __future__ import annotations

import io
import json
import posixpath
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine as calamine
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets import confined, gate
from sheets.annotate.comments import AUTHOR, OPENS
from sheets.annotate.listing import listing
from sheets.annotate.official import NOTE, Form, official
from sheets.annotate.order import Mark, Order, write_lines
from sheets.annotate.patch import patch
from sheets.annotate.xml import NotUnderstood
from tests.workbooks.builder import Typed, camera_row, checked, filled, platform_row

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


@pytest.fixture(params=WORKBOOKS)
def original(request: pytest.FixtureRequest) -> bytes:
    return WORKBOOKS[request.param]()


def changed_cells(order: Order) -> set[str]:
    return {f"{_letters(column)}{row}" for edits in order.edits.values() for row, column in edits}


def test_it_is_the_users_own_but_for_what_was_ordered(original: bytes) -> None:
    order = ordered(original)
    made = patch(original, order)
    assert unsound(made) == []
    assert unsound(original) == []
    gate.examine(made, "调研表.xlsx")
    assert sorted(formulas(made)) == formulas(original)
    (sheet,) = order.edits
    changed = {(sheet, _letters(column) + str(row)): value for (row, column), value in order.edits[sheet].items()}
    for values in (openpyxl_values, calamine_values):
        before, after = values(original), values(made)
        after = {place: value for place, value in after.items() if place[0] != "问题清单"}
        assert after == before | changed, values.__name__
    before_ids, after_ids = format_ids(original), format_ids(made)
    known, grown = formats(original), formats(made)
    assert grown[: len(known)] == known
    touched = {place for place, number in before_ids.items() if after_ids[place] != number}
    marked = {mark.cell for mark in order.marks if mark.cell} | changed_cells(order)
    (row,) = order.removed[sheet]
    assert {cell for _, cell in touched} <= marked | {
        cell for _, cell in before_ids if re.sub(r"\D", "", cell) == str(row)
    }
    assert all(grown[after_ids[place]] == known[before_ids[place]] for place in touched), "only the fill is another"
    assert patch(original, order) == made, "the same order gives the same bytes"


def test_each_finding_is_red_or_yellow_and_says_so(original: bytes) -> None:
    order = ordered(original)
    book = opened(patch(original, order))
    colours: dict[tuple[str, str], str] = {}
    for mark in sorted(order.marks, key=lambda mark: mark.is_error):
        if mark.cell:
            colours[mark.sheet, mark.cell] = RED if mark.is_error else YELLOW
    assert {RED, YELLOW} <= set(colours.values())
    blank = [place for place, colour in colours.items() if openpyxl_values(original).get(place) is None]
    assert blank, "blank required cells are among them"
    for (sheet, cell), colour in colours.items():
        found = book[sheet][cell]
        assert found.fill.fgColor.rgb == colour, cell
        for mark in order.marks:
            if (mark.sheet, mark.cell) == (sheet, cell):
                assert f"{mark.code} {mark.message}\n{mark.fix}" in found.comment.text
    (sheet,) = order.removed
    (row,) = order.removed[sheet]
    assert {cell.fill.fgColor.rgb for cell in book[sheet][row] if cell.value is not None} == {GREY}
    others = [
        cell.coordinate
        for line in book[sheet].iter_rows()
        for cell in line
        if cell.row != row and (sheet, cell.coordinate) not in colours and cell.fill.fgColor.rgb in (RED, YELLOW, GREY)
    ]
    assert others == []


def test_the_list_in_front_leads_to_each_cell(original: bytes) -> None:
    order = ordered(original)
    made = patch(original, order)
    book = opened(made)
    assert book.sheetnames == ["问题清单", *opened(original).sheetnames]
    page = book["问题清单"]
    listed = [tuple(cell.value or "" for cell in row[1:9]) for row in page.iter_rows(min_row=5)]
    assert listed == [
        (
            "错误" if mark.is_error else "提醒", mark.code, mark.sheet,
            mark.cell or (f"第 {mark.row} 行" if mark.row else "整张"),
            mark.column, mark.value, mark.message, mark.fix,
        )
        for mark in order.marks
    ]  # fmt: skip
    links = {cell.coordinate: cell.hyperlink for cell in page["E"] if cell.hyperlink}
    for number, mark in enumerate(order.marks, 5):
        if mark.cell:
            assert links[f"E{number}"].location == f"'{mark.sheet.replace(chr(39), chr(39) * 2)}'!{mark.cell}"
    assert all(link.id is None and link.target is None for link in links.values()), "nothing leads out of the workbook"


def test_what_points_at_sheets_by_number_still_points_at_the_same() -> None:
    for data in (by_openpyxl(), by_xlsxwriter()):
        before, after = (opened(each) for each in (data, patch(data, ordered(data))))
        assert after.active.title == before.active.title
        assert [sheet.title for sheet in after if sheet.sheet_view.tabSelected] == [
            sheet.title for sheet in before if sheet.sheet_view.tabSelected
        ]
        for sheet in before:
            assert after[sheet.title].print_title_rows == sheet.print_title_rows
            assert after[sheet.title].print_area == sheet.print_area
            assert after[sheet.title].sheet_state == sheet.sheet_state
        assert {name: each.attr_text for name, each in after.defined_names.items()} == {
            name: each.attr_text for name, each in before.defined_names.items()
        }


def test_the_users_own_comments_stay_and_share_their_cells() -> None:
    data = by_openpyxl()
    page = opened(patch(data, ordered(data)))["摄像机"]
    assert (page["C7"].comment.text, page["C7"].comment.author) == ("我的批注", "张三")
    assert page["H9"].comment.text.startswith(f"这里待定\n{OPENS}C133")
    assert page["H9"].comment.author == "张三"
    assert page["H12"].comment.author == AUTHOR


def test_read_again_it_is_what_it_was(original: bytes) -> None:
    """The list is left out with a note, colours and comments disturb nothing; findings are the same."""
    order = Order(marks=marks_of(original))
    before, after = checked(original), checked(patch(original, order))
    assert after.sheets[0].note == "系统生成的问题清单，不读入"
    places = [(found.code, found.sheet, found.cell, found.value) for found in before.findings]
    assert [(found.code, found.sheet, found.cell, found.value) for found in after.findings] == places
    for declaration in (CAMERA, PLATFORM):
        assert list(after.staged(declaration)) == list(before.staged(declaration))


def test_marked_again_only_the_new_marks_are_there(original: bytes) -> None:
    order = ordered(original)
    once = patch(original, order)
    twice = patch(once, Order(marks=order.marks[:1]))
    clean = opened(patch(twice, Order()))
    assert unsound(twice) == []
    book = opened(twice)
    assert book.sheetnames.count("问题清单") == 1
    assert book["问题清单"].max_row == 5
    coloured = [
        cell.coordinate
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in (RED, YELLOW, GREY)
    ]
    assert coloured == [order.marks[0].cell]
    own = opened(original)
    for sheet in own:
        for line in sheet.iter_rows():
            for cell in line:
                was = cell.comment.text if cell.comment else None
                now = clean[sheet.title][cell.coordinate].comment
                assert (now.text if now else None) == was, cell.coordinate


# --- text stays text ----------------------------------------------------------------------------------------------
def test_no_text_becomes_a_formula_a_link_or_something_else() -> None:
    data = filled(CAMERA, [camera_row(n, name=Typed(text)) for n, text in enumerate(ODD, 1) if n != 5] + rows())
    order = ordered(data)
    order.edits["摄像机"] = {(number, 2): text for number, text in enumerate(ODD, 7)}
    order.marks += [
        Mark("C999", "error", text, text, "摄像机", f"D{n}", n, "列", text) for n, text in enumerate(ODD, 7)
    ]
    raws = [
        ["" if value is None else value for value in [n, None, text, *[None] * 22]] for n, text in enumerate(ODD, 1)
    ]
    forms = [Form("表", CAMERA, range(3, 3 + len(ODD)), raws)]
    for made, sheet in ((patch(data, order), "摄像机"), (official(forms, Order()), "表")):
        assert formulas(made) == []
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
        assert b"<f>" not in text
        assert b"<f " not in text
        assert re.findall(rb'TargetMode="External"', text) == []
        found = [calamine_values(made)[sheet, f"C{number}"] for number in range(7, 7 + len(ODD))]
        assert [each.replace("_x005F_", "_") for each in found] == list(ODD)
        page = opened(made)[sheet]
        assert [page[f"C{n}"].quotePrefix for n, text in enumerate(ODD, 7) if text[0] in "=+-@\t"] == [True] * 5


def test_control_characters_of_a_cell_break_nothing() -> None:
    marks = [Mark("C999", "error", "\x00\x0b坏\ud800", "\uffff", "摄像机", "C7", 7, "\x01", "\x1f")]
    assert unsound(patch(by_openpyxl(), Order(marks=marks))) == []


def test_a_package_without_formats_gets_some() -> None:
    data = by_hand("")
    made = patch(data, Order(marks=[_mark("E3")]))
    assert unsound(made) == unsound(data) == []
    assert opened(made)["摄像机"]["E3"].fill.fgColor.rgb == RED
    assert calamine_values(data).items() <= calamine_values(made).items()


# --- formulas that give way ---------------------------------------------------------------------------------------
def test_a_formula_replaced_on_screen_takes_the_calculation_chain_with_it() -> None:
    data = by_xlsxwriter()
    chain = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="AA4" i="2"/></calcChain>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "[Content_Types].xml":
                kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
                part = part.replace(
                    b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="' + kind + b'"/></Types>'
                )
            if name == "xl/_rels/workbook.xml.rels":
                kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
                line = b'<Relationship Id="rId99" Type="' + kind + b'" Target="calcChain.xml"/></Relationships>'
                part = part.replace(b"</Relationships>", line)
            new.writestr(name, part)
        new.writestr("xl/calcChain.xml", chain)
    data = out.getvalue()
    assert unsound(data) == []
    kept = patch(data, Order(edits={"摄像机'甲'表": {(4, 2): "改名"}}))
    gone = patch(data, Order(edits={"摄像机'甲'表": {(4, 26): "3"}}))
    assert unsound(kept) == unsound(gone) == []
    assert "xl/calcChain.xml" in zipfile.ZipFile(io.BytesIO(kept)).namelist()
    assert "xl/calcChain.xml" not in zipfile.ZipFile(io.BytesIO(gone)).namelist()
    assert len(formulas(kept)) == 2
    assert len(formulas(gone)) == 1


# --- merged cells -------------------------------------------------------------------------------------------------
def test_a_mark_within_a_merge_is_seen_and_a_change_dissolves_it() -> None:
    data = by_openpyxl()
    page = opened(patch(data, Order(marks=[_mark("P8")])))["摄像机"]
    assert page["P7"].fill.fgColor.rgb == RED
    assert [str(each) for each in page.merged_cells.ranges if each.min_row == 7] == ["P7:P8"]
    made = patch(data, Order(edits={"摄像机": {(8, 15): "MS-9"}}))
    page = opened(made)["摄像机"]
    assert [str(each) for each in page.merged_cells.ranges if each.min_row == 7] == []
    assert (page["P7"].value, page["P8"].value) == ("MS-001", "MS-9")
    made = patch(data, Order(edits={"摄像机": {(7, 15): "MS-9"}}))
    page = opened(made)["摄像机"]
    assert (page["P7"].value, page["P8"].value) == ("MS-9", "MS-001"), "the other row stands for what it stood for"


def _mark(cell: str) -> Mark:
    return Mark("C999", "error", "错", "改", "摄像机", cell, int(re.sub(r"\D", "", cell)), "列", "")


# --- what is not understood ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData><!-- rows -->"),
        ("xl/worksheets/sheet1.xml", b'<row r="8"', b'<row r="3"'),
        ("xl/worksheets/sheet1.xml", b'r="C9"', b'r="A9"'),
        ("xl/worksheets/sheet1.xml", b'<row r="9"', b"<row"),
        ("xl/worksheets/sheet1.xml", b"<worksheet ", b"<worksheet "),
        ("xl/workbook.xml", b"spreadsheetml/2006/main", b"spreadsheetml/strict"),
        ("xl/styles.xml", b"<cellXfs", b"<cellOther"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b""),
    ],
)
def test_what_is_not_understood_is_left_alone(part: str, old: bytes, new: bytes) -> None:
    data = by_openpyxl()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old in content
            after.writestr(name, content.replace(old, new) if name == part else content)
    order = Order(marks=[_mark("C9"), _mark("C8")])
    if old == new:
        assert patch(out.getvalue(), order)
    else:
        with pytest.raises(NotUnderstood):
            patch(out.getvalue(), order)


# --- the official layout ------------------------------------------------------------------------------------------
def test_the_official_form_holds_the_same_rows_in_the_same_order() -> None:
    """As of an .xls or .csv with moved columns: two camera sheets and one of platforms, read again as the same."""
    data = filled(CAMERA, rows())
    report = checked(data)
    staged = list(report.staged(CAMERA))
    platform = list(checked(filled(PLATFORM, [platform_row(1, cost=None)])).staged(PLATFORM))
    forms = [
        Form("甲/乙", CAMERA, [row.row + 90 for row in staged[:6]], [row.raw for row in staged[:6]]),
        Form("丙", CAMERA, [row.row for row in staged[6:]], [row.raw for row in staged[6:]]),
        Form("台", PLATFORM, [3], [platform[0].raw]),
    ]
    mark = Mark("C133", "error", "短", "补", "甲/乙", "Q99", 99, "经度", "115.9", "longitude")
    made = official(forms, Order(marks=[mark, Mark("S004", "warning", "多", "删", "丙", "Z1", 1)]), "梅山镇人民政府")
    assert unsound(made) == []
    book = opened(made)
    assert book.sheetnames[:4] == ["问题清单", "甲乙", "丙", "台"]
    page = book["问题清单"]
    assert NOTE in page["A2"].value
    assert [cell.value for cell in page[5]][3:5] == ["甲乙", "H9"]
    assert page["J5"].value == "甲/乙!Q99"
    assert (page["E6"].value, page["J6"].value) == ("整张", "丙!Z1")
    assert book["甲乙"]["H9"].fill.fgColor.rgb == RED
    assert book["甲乙"]["H9"].comment.text == f"{OPENS}C133 短\n补"
    again = checked(made)
    assert [row.hash for row in again.staged(CAMERA)] == [row.hash for row in staged]
    assert [row.hash for row in again.staged(PLATFORM)] == [row.hash for row in platform]
    assert [found.code for found in again.findings if found.sheet == "甲乙"] == [
        found.code for found in report.findings if found.row <= staged[5].row
    ]


def test_raw_values_of_every_kind_are_written_as_what_people_saw() -> None:
    values = [
        True,
        115.5,
        7,
        {"date": "2020-03-01"},
        {"error": "#N/A"},
        {"number": 2020.1, "shown": "2020.10"},
        3.41524e19,
    ]
    raw = [*values, *[""] * (len(CAMERA.columns) - len(values))]
    page = opened(official([Form("表", CAMERA, [4], [raw])], Order()))["表"]
    found = [page.cell(7, place + 1) for place in range(len(values))]
    assert [cell.value for cell in found] == [True, 115.5, 7, "2020-03-01", "#N/A", "2020.10", 3.41524e19]
    assert [cell.data_type for cell in found] == ["b", "n", "n", "s", "e", "s", "n"]


# --- other programs -----------------------------------------------------------------------------------------------
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.office
@pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is NOT installed: that it reads annotated files was NOT tested"
)
def test_libreoffice_reads_the_same_and_its_own_is_marked_as_well(tmp_path: Path) -> None:
    """One run over originals and annotated ones; then what it saved is annotated, sound and read again."""
    for name, make in WORKBOOKS.items():
        data = make()
        (tmp_path / f"{name}.xlsx").write_bytes(data)
        (tmp_path / f"{name}-marked.xlsx").write_bytes(patch(data, Order(marks=marks_of(data))))
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    out = tmp_path / "out"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, *map(str, sorted(tmp_path.glob("*.xlsx")))], check=True, capture_output=True, timeout=180)
    for name, make in WORKBOOKS.items():
        plain, marked = (out / f"{name}.xlsx").read_bytes(), (out / f"{name}-marked.xlsx").read_bytes()
        before = openpyxl_values(plain)
        after = {place: value for place, value in openpyxl_values(marked).items() if place[0] != "问题清单"}
        assert after == before, name
        book = opened(marked)
        assert book["问题清单"]["A1"].value == "问题清单（系统生成）"
        notes = [
            cell.coordinate
            for sheet in book.worksheets[1:]
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment
        ]
        assert set(notes) >= {mark.cell for mark in marks_of(make()) if mark.cell}
        again = patch(marked, Order(marks=marks_of(marked)))
        assert unsound(again) == []
        assert opened(again).sheetnames == book.sheetnames, "the list is known again"
        assert checked(again).sheets[0].note == "系统生成的问题清单，不读入"
        clean = opened(patch(marked, Order()))
        left = [
            cell.comment.text
            for sheet in clean.worksheets[1:]
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment and OPENS in cell.comment.text
        ]
        assert left == []


def test_a_list_without_findings_says_so() -> None:
    made = patch(by_openpyxl(), Order())
    assert opened(made)["问题清单"]["A2"].value == "没有发现问题。"
    assert callable(listing)


# --- in the child -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("strict", "way"), [(False, "patched"), (True, "official")])
def test_the_confined_child_takes_the_second_way_where_the_first_is_not_understood(
    strict: bool, way: str, tmp_path: Path
) -> None:
    data = by_hand()
    if strict:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
            for name in before.namelist():
                part = before.read(name).replace(
                    b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml"
                )
                after.writestr(name, part)
        data = out.getvalue()
    (tmp_path / "book.xlsx").write_bytes(data)
    report = checked(by_hand())
    lines: list[Any] = [{"sheet": "摄像机", "kind": "camera"}]
    lines += [[row.row, list(row.raw)] for row in report.staged(CAMERA)]
    (tmp_path / "rows").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    write_lines(tmp_path / "order", [{"mark": asdict(mark)} for mark in marks_of(by_hand())])
    args = ["sheets.annotate.child", "--sheet", "cameras.sheet:CAMERA", "--sheet", "platforms.sheet:PLATFORM"]
    for word, name in (("file", "book.xlsx"), ("rows", "rows"), ("order", "order"), ("out", "made.xlsx")):
        args += [f"--{word}", str(tmp_path / name)]
    done = confined.run(args, cwd=tmp_path)
    assert done.result["way"] == way, done.result
    made = (tmp_path / "made.xlsx").read_bytes()
    assert unsound(made) == []
    assert [row.hash for row in checked(made).staged(CAMERA)] == [row.hash for row in report.staged(CAMERA)]
