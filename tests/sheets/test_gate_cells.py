"""T51, T52, T55: how far cells and merges reach, and what declarations the parts carry."""

from __future__ import annotations

import dataclasses
import struct

import pytest

from sheets.gate import Limits, examine
from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.gate import code, passes, refusal

ORDINARY = '<row r="1"><c r="A1"><v>1</v></c></row>'


FAR = {
    "plain": '<c r="XFD1048576"><v>1</v></c>',
    "lower case": '<c r="xfd1048576"><v>1</v></c>',
    "single quotes": "<c r='XFD1048576'><v>1</v></c>",
    "spaces": '<c r = "XFD1048576"><v>1</v></c>',
    "tab": '<c\tr="XFD1048576"><v>1</v></c>',
    "later attribute": '<c s="1" r="XFD1048576"><v>1</v></c>',
    "no space between": '<c s="1"r="XFD1048576"><v>1</v></c>',
    "prefix": '<x:c r="XFD1048576"><v>1</v></x:c>',
    "inline text": '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>',
    "formula": '<c r="XFD1048576"><f>1+1</f></c>',
    "no address": "<c><v>1</v></c>",
    "column only": '<c r="XFD1"><v>1</v></c>',
    "row only": '<c r="A1048576"><v>1</v></c>',
    "just over in rows": '<c r="A250001"><v>1</v></c>',
    "just over in columns": '<c r="IW2"><v>1</v></c>',
    "beyond the format": '<c r="A9999999"><v>1</v></c>',
    "beyond the format, empty": '<c r="XFE1"/>',
    "hidden by a quoted bracket": '<c a="<" r="XFD1048576"><v>1</v></c>',
    "hidden by quotes": '<c r="A2"><v>1</v></c><c a=\'"\' r="XFD1048576"><v>1</v></c>',
    "area": '<c r="IV200000"><v>1</v></c>',
}


@pytest.mark.parametrize("trick", FAR)
def test_a_far_value_is_turned_away_however_it_is_written(trick: str) -> None:
    finding = refusal(wb.far_cell(FAR[trick]))
    assert finding.code == "G033"
    assert "表格范围超限" in finding.message


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" r="XFD1048576"><v>1</v></c>',
        '<!-- <c a=" --><c r="XFD1048576"><v>1</v></c><!-- "> -->',
        '<t a=\' <c b=" \'/><c r="XFD1048576"><v>1</v></c>',
        '<![CDATA[ <c a=" ]]><c r="XFD1048576"><v>1</v></c>',
        '<? <c a=" ?><c r="XFD1048576"><v>1</v></c>',
        '</v "><c r="XFD1048576"><v>1</v></c>',
        '<c r="&#88;FD1048576"><v>1</v></c>',
    ],
)
def test_a_far_value_behind_odd_markup_is_turned_away(cell: str) -> None:
    assert code(wb.far_cell(cell)) in {"G033", "G035"}


@pytest.mark.parametrize("padding", [0, 262_100, 262_120, 262_143, 262_144, 270_300, 600_000])
@pytest.mark.parametrize("filler", ["ordinary", "text"])
def test_a_far_value_is_found_wherever_the_pieces_are_cut(padding: int, filler: str) -> None:
    """Parts are inflated in pieces of 256 KB; a reference may lie across the cut."""
    unit = '<c r="B1"><v>1</v></c>' if filler == "ordinary" else " "
    row = f'<row r="1">{unit * (padding // len(unit))}</row>'
    for shift in range(0, 40, 3):
        data = wb.with_rows(f'{row}{" " * shift}<row r="2"><c r="XFD1048576"><v>1</v></c></row>')
        assert code(data, limits=dataclasses.replace(Limits(), max_ratio=10_000)) == "G033"


def test_values_without_addresses_past_the_last_column_are_turned_away() -> None:
    assert code(wb.with_rows("<row>" + "<c><v>1</v></c>" * 257 + "</row>")) == "G033"


def test_a_sheet_of_cells_written_oddly_is_bounded_in_work() -> None:
    limits = dataclasses.replace(Limits(), max_odd_cells=1000)
    assert code(wb.with_rows("<row>" + "<c/>" * 200 + "</row>" + "<row><c/></row>" * 600), limits=limits) == "G033"


def test_a_sheet_hidden_in_a_picture_is_turned_away() -> None:
    hidden = b"\x89PNG" + wb.far_sheet()
    rels = wb.relations("worksheet|media/image1.png")
    assert code(wb.book({"xl/media/image1.png": hidden, "xl/_rels/workbook.xml.rels": rels})) == "G035"


def test_far_values_in_old_workbooks_are_turned_away() -> None:
    far = struct.pack("<HHHHHHH", 0, 255, 0, 0, 0, 0, 256)
    for cells in (
        ole.dimensions(1, 1) + ole.number(0, 0) + ole.number(65_535, 65_535),
        ole.dimensions(1, 1) + ole.number(0, 300),
        ole.record(0x00FD, struct.pack("<HHHL", 0, 40_000, 0, 0)),
        ole.record(0x0006, struct.pack("<HH", 0, 999) + bytes(18)),
        ole.record(0x00BD, struct.pack("<HH", 0, 256) + bytes(6) + struct.pack("<H", 256)),
    ):
        assert code(ole.xls(cells), "清单.xls") == "G033", far
    assert code(ole.xls(ole.record(0x00BD, far[:-2] + struct.pack("<H", 3))), "清单.xls") == "G040"


@pytest.mark.parametrize(
    "data",
    [
        wb.merge_bomb(),
        wb.merge_bomb("A1:A1048576"),
        wb.merge_bomb("$A$1:$XFD$1048576"),
        wb.merge_bomb("S9:A1"),
        wb.merge_bomb("A1:ZZZZ9"),
        wb.merge_bomb("A1:B2:C3"),
        wb.merge_bomb("A1:J50000", 11),
        wb.with_rows(ORDINARY, after="<mergeCells><x:mergeCell a='>' ref='A1:XFD1048576'/></mergeCells>"),
        wb.with_rows(ORDINARY, after="<mergeCells><mergeCell ref='A1:XFD1048576' " + " " * 9000 + "/></mergeCells>"),
    ],
)
def test_absurd_merges_are_turned_away(data: bytes) -> None:
    assert code(data) == "G034"


def test_the_number_of_merges_is_bounded() -> None:
    limits = dataclasses.replace(Limits(), max_merges=100)
    assert code(wb.merge_bomb("A1:A2", 101), limits=limits) == "G034"
    assert examine(wb.merge_bomb("A1:A2", 100), "清单.xlsx", limits).kind == "xlsx"


def test_merges_are_counted_once_across_the_cuts() -> None:
    count = 20_000
    limits = dataclasses.replace(Limits(), max_merges=count, max_merged_cells=2 * count, max_ratio=10_000)
    assert examine(wb.merge_bomb("A1:A2", count), "清单.xlsx", limits).kind == "xlsx"


def test_old_workbooks_may_be_as_large_as_their_format_or_the_budget_says() -> None:
    corners = ole.dimensions(65_536, 256) + ole.number(0, 0) + ole.number(65_535, 255)
    assert passes(ole.xls(corners), "清单.xls") == "xls"
    for limits in (
        dataclasses.replace(Limits(), max_rows=65_535),
        dataclasses.replace(Limits(), max_columns=255),
        dataclasses.replace(Limits(), max_area=65_536 * 256 - 1),
    ):
        assert code(ole.xls(corners), "清单.xls", limits) == "G033"


def test_absurd_merges_in_old_workbooks_are_turned_away() -> None:
    assert code(ole.xls(ole.number(0, 0) + ole.merged((0, 65_535, 0, 255))), "清单.xls") == "G034"
    assert passes(ole.xls(ole.number(0, 0) + ole.merged((0, 0, 0, 18), (4, 9, 3, 3))), "清单.xls") == "xls"


@pytest.mark.parametrize("dtd", [wb.BILLION_LAUGHS, wb.QUADRATIC, wb.EXTERNAL, "<!doctype a>", "<!ENTITY a 'b'>"])
@pytest.mark.parametrize(
    "part",
    [
        wb.SHEET,
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "docProps/core.xml",
    ],
)
def test_document_types_are_turned_away_in_every_part(part: str, dtd: str) -> None:
    assert code(wb.with_dtd(part, dtd)) == "G031"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", None),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-8"),
        ("utf-32", None),
        ("utf-7", "UTF-7"),
        ("utf-8", "UTF-7"),
        ("utf-8", "UTF-16"),
        ("cp500", "cp500"),
        ("gbk", "GBK"),
    ],
)
def test_other_encodings_are_turned_away(encoding: str, declared: str | None) -> None:
    assert code(wb.encoded(encoding, declared)) in {"G032", "G033"}
    assert (
        code(wb.book({wb.SHEET: wb.sheet().decode().replace("UTF-8", declared or encoding).encode(encoding)})) == "G032"
    )


def test_a_byte_order_mark_of_utf_8_passes() -> None:
    assert passes(wb.book({wb.SHEET: b"\xef\xbb\xbf" + wb.sheet()})) == "xlsx"


def test_positions_go_on_counting_after_rows_taken_in_one_step() -> None:
    usual = '<row r="249998" spans="1:1"><c r="A249998" s="1" t="n"><v>1</v></c></row>'
    implied = "<row><c><v>1</v></c></row>"
    assert passes(wb.with_rows(usual + implied * 2)) == "xlsx"
    assert code(wb.with_rows(usual + implied * 3)) == "G033"


def test_usual_rows_count_towards_the_area() -> None:
    wide = '<row r="1"><c r="IV1"><v>1</v></c></row>'
    deep = '<row r="100000"><c r="A100000"{}</row>'
    assert code(wb.with_rows(wide + deep.format("><v>1</v></c>"))) == "G033"
    assert passes(wb.with_rows(wide + deep.format("/>"))) == "xlsx"
