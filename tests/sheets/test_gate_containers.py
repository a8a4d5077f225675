"""Binary, OpenDocument and text tables: whatever the bytes, there is an answer; and how far cells may reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.findings import Refused
from sheets.forensics import sheet_facts
from sheets.gate import Limits, examine
from sheets.gate_codes import GATE
from sheets.odsfile import ods_sheets
from sheets.reader import Workbook
from sheets.sniff import container_kind
from sheets.structure import STRUCTURE
from sheets.textfile import text_rows
from tests.hostile.gate import code, passes
from tests.odd import xlsb
from tests.odd.make import CAMERA_HEADERS, camera, csv_text, open_document, rows_xml, xls, xlsx

ROWS = [CAMERA_HEADERS, camera(1)]


def table(rows: str) -> bytes:
    return open_document(f'<table:table table:name="表">{rows}</table:table>')


def mutated(seed: bytes) -> st.SearchStrategy[bytes]:
    def change(edits: list[tuple[int, int]]) -> bytes:
        data = bytearray(seed)
        for at, value in edits:
            data[at % len(data)] = value
        return bytes(data)

    return st.lists(st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255)), min_size=1, max_size=12).map(change)


SEEDS = (xlsb.book(ROWS), table(rows_xml(ROWS)), csv_text(ROWS).encode("gb18030"))


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(*map(mutated, SEEDS)))
def test_whatever_the_bytes_there_is_an_answer(data: bytes) -> None:
    try:
        examine(data, "清单.xlsx")
    except Refused as refused:
        assert refused.finding.code in GATE
    sheet_facts(data)
    if container_kind(data) in {"ods", "csv"}:  # the parser of the others runs in the confined child only
        try:
            for sheet in Workbook(data).sheets():
                assert all(len({*map(len, batch)}) == 1 for batch in sheet.batches)
        except Refused as refused:
            assert refused.finding.code in GATE.keys() | STRUCTURE.keys()


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    body=st.binary(max_size=300),
    part=st.sampled_from(["xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/styles.bin"]),
)
def test_whatever_stands_in_a_part_of_records(body: bytes, part: str) -> None:
    data = xlsb.book(ROWS, parts={part: body})
    try:
        examine(data, "清单.xlsb")
    except Refused as refused:
        assert refused.finding.code in GATE
    sheet_facts(data)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.binary(max_size=400))
def test_whatever_stands_in_the_records_of_an_xls(body: bytes) -> None:
    data = bytearray(xls(ROWS))
    place = data.find(b"\x09\x08") + 400
    data[place : place + len(body)] = body
    sheet_facts(bytes(data))


def near(row: int, column: int, limits: Limits) -> bool:
    return row <= limits.max_rows and column <= limits.max_columns and row * column <= limits.max_area


PLACES = {
    "row": st.integers(1, 1_048_576) | st.sampled_from([65_536, 65_537, 249_999, 250_000, 250_001]),
    "column": st.integers(1, 16_384) | st.sampled_from([51, 52, 53, 67, 68, 256, 257]),
}


@settings(deadline=None, derandomize=True, max_examples=150)
@given(**PLACES)
def test_a_cell_of_a_binary_workbook_is_held_against_the_budget(row: int, column: int) -> None:
    limits = Limits()
    data = xlsb.book([["a"]], tail=xlsb.row_header(row - 1) + xlsb.real(column - 1, 1.0))
    # A cell in columns A to AZ counts as AZ.
    if near(row, max(column, 52), limits):
        assert passes(data, "a.xlsb") == "xlsb"
    elif not near(row, column, limits):
        assert code(data, "a.xlsb") == "G033"


@settings(deadline=None, derandomize=True, max_examples=150)
@given(**PLACES, filled=st.booleans())
def test_a_repeated_cell_of_an_open_document_is_held_against_the_budget(row: int, column: int, filled: bool) -> None:
    inside = 'office:value-type="float" office:value="1"><text:p>1</text:p>' if filled else ">"
    cell = f'<table:table-cell table:number-columns-repeated="{column}" {inside}</table:table-cell>'
    data = table(f'<table:table-row table:number-rows-repeated="{row}">{cell}</table:table-row>')
    small = dataclasses.replace(Limits(), max_rows=300, max_columns=200, max_area=20_000)
    if near(row, column, small) or not filled:
        assert passes(data, "a.ods", small) == "ods"
        (sheet,) = ods_sheets(data, small)
        assert (len(sheet.rows), len(sheet.rows[0]) if sheet.rows else 0) == ((row, column) if filled else (0, 0))
    else:
        assert code(data, "a.ods", small) == "G033"
        with pytest.raises(Refused, match="G033"):
            list(ods_sheets(data, small))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<table:table-row table:number-rows-repeated="99999999999"/>', "G033"),
        ('<table:table-row table:number-rows-repeated="x"/>', "G033"),
        ("<table:table-row/>" + '<table:table-row table:number-rows-repeated="1048576"/>' * 3, "G033"),
        (
            '<table:table-row><table:table-cell table:number-rows-spanned="1048576" '
            'table:number-columns-spanned="16384"/></table:table-row>',
            "G034",
        ),
        ("<table:table-row " + "x" * 9000, "G035"),
    ],
    ids=["digits", "letters", "rows", "span", "tag"],
)
def test_numbers_of_an_open_document_that_are_out_of_the_question(content: str, expected: str) -> None:
    assert code(table(content), "a.ods") == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (xlsb.record(176, b"\0\0\0\0\xff\xff\x0f\0\0\0\0\0\xff\x3f\0\0"), "G034"),
        (xlsb.record(5, b"\0\0"), "G037"),
        (xlsb.record(355), "G015"),
        (xlsb.row_header(2_000_000), "G033"),
        (b"\x05\xff\xff\xff\x7f", "G037"),
    ],
    ids=["merge", "short", "link", "row", "length"],
)
def test_records_that_are_out_of_the_question(records: bytes, expected: str) -> None:
    sheet_facts(xlsb.book(ROWS, tail=xlsb.record(0, b"\0" * 6) + records))
    assert code(xlsb.book(ROWS, tail=records), "a.xlsb") == expected


@pytest.mark.parametrize(
    "encode", [lambda t: t.encode("utf-8-sig"), lambda t: t.encode("gb18030"), lambda t: t.encode("utf-16")]
)
def test_text_rows_keep_every_character(encode: Callable[[str], bytes]) -> None:
    cells = ["编号", 'a"b', "一,二", "三\n四", " 115.934366 ", "㐂𠮷"]
    data = encode(csv_text([cells, [], ["1", "2"]]))
    assert list(text_rows(data)) == [cells, [], ["1", "2"]]


def test_a_workbook_is_read_by_what_it_is_whatever_it_is_called() -> None:
    kinds = {container_kind(data): data for data in (*SEEDS, xls(ROWS), xlsx(ROWS))}
    assert set(kinds) == {"xlsb", "ods", "csv", "xls", "xlsx"}
    for kind, data in kinds.items():
        for ending in ("xlsx", "xls", "et", "csv"):
            assert examine(data, f"清单.{ending}").kind == kind


@pytest.mark.parametrize(
    "data",
    [b"1," * 5_000_000, b"1,2\r\n" + b'"\n",' * 2_000_000, b"1,2\r\n" + b"x" * 10_000_000],
    ids=["columns", "columns over many lines", "letters"],
)
def test_a_row_without_end_costs_little(data: bytes) -> None:
    assert code(data, "a.csv") == "G033"
