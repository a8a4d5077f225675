"""The annotated workbook: sound, the user's own in everything but the marks, and read again as what it was."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets import gate
from sheets.annotate.comments import AUTHOR, OPENS
from sheets.annotate.official import Form, official
from sheets.annotate.order import Mark, Order
from sheets.annotate.patch import patch
from sheets.annotate.xml import NotUnderstood
from tests.sheets.annotating import (
    GREY,
    ODD,
    RED,
    WORKBOOKS,
    YELLOW,
    _letters,
    by_hand,
    by_openpyxl,
    by_xlsxwriter,
    calamine_values,
    format_ids,
    formats,
    formulas,
    marks_of,
    opened,
    openpyxl_values,
    ordered,
    rows,
    unsound,
)
from tests.workbooks.builder import Typed, camera_row, checked, filled


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
