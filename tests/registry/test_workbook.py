"""The two writers: what they write is what was given, and none of it runs."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from registry.workbook import Value, inert, write_csv, write_xlsx

HEADERS = ["编号", "名称", "经度"]


def xlsx(*rows: list[Value]) -> bytes:
    stream = io.BytesIO()
    assert write_xlsx(stream, "台账", HEADERS, rows, [10, 20.5, 12]) == len(rows)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ("＠1", "'＠1"),
        ("  =1", "'  =1"),
        ("\u3000=1", "'\u3000=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
        (Decimal("-115.934366"), "-115.934366"),
        (Decimal("1E+3"), "1000"),
        (-3, "-3"),
        (2.5, "2.5"),
    ],
)
def test_csv_text_that_would_run_gets_an_apostrophe(value: Value, written: str) -> None:
    assert inert(value) == written


def test_csv_quotes_separators_and_breaks() -> None:
    stream = io.BytesIO()
    assert write_csv(stream, HEADERS, [["1", 'a,"b"\nc', None]]) == 1
    assert stream.getvalue().decode() == '\ufeff编号,名称,经度\r\n1,"a,""b""\nc",\r\n'


def test_xlsx_cells_are_text_or_numbers_and_never_formulas() -> None:
    data = xlsx(["34152401001320000001", "=SUM(A1)", Decimal("-115.934366")], ["#N/A", "http://x", None])
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["台账"].iter_rows(min_row=2))
    assert [(cell.value, cell.data_type) for cell in rows[0]] == [
        ("34152401001320000001", "s"), ("=SUM(A1)", "s"), (-115.934366, "n")]  # fmt: skip
    assert rows[0][0].number_format == "@"
    assert rows[0][1].quotePrefix
    assert [cell.value for cell in rows[1]] == ["#N/A", "http://x", None]


def test_xlsx_text_comes_back_as_given() -> None:
    odd = 'a & b < c > "d" \' 换\n行 _x000D_ 🙂 ]]>'
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(xlsx(["1", odd, None]))).get_sheet_by_index(0)
    assert sheet.to_python()[1][1] == odd


def test_xlsx_drops_what_xml_cannot_hold() -> None:
    data = xlsx(["\x00\x01a\ud800b\uffff", "x" * 40000, None])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert sheet["A2"].value == "ab"
    assert len(str(sheet["B2"].value)) == 32767


def test_xlsx_parts_are_well_formed_and_the_title_is_escaped() -> None:
    stream = io.BytesIO()
    write_xlsx(stream, "a & b", HEADERS, [], [10, 10, 10])
    book = zipfile.ZipFile(stream)
    for name in book.namelist():
        ElementTree.fromstring(book.read(name))
    assert openpyxl.load_workbook(stream).sheetnames == ["a & b"]


def test_the_rows_are_never_gathered() -> None:
    def rows(count: int) -> Iterator[list[Value]]:
        for number in range(count):
            yield [str(number), "梅山镇江店路与梅山路交叉口东南角" * 3, Decimal("115.934366")]

    def peak(count: int) -> int:
        with Path(os.devnull).open("wb") as nowhere:
            tracemalloc.start()
            write_csv(nowhere, HEADERS, rows(count))
            write_xlsx(nowhere, "台账", HEADERS, rows(count), [10, 10, 10])
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    assert peak(20_000) < peak(2_000) * 1.5
