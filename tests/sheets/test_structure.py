"""What is wrong with a workbook as a whole."""

from __future__ import annotations

from io import BytesIO

import pytest
import xlsxwriter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import MARK_SHEET
from sheets.findings import Refused
from sheets.structure import STRUCTURE
from tests.hostile import workbooks as hand
from tests.sheets.typed import HEADERS, by_hand, values
from tests.workbooks.builder import (
    blank,
    camera_row,
    checked,
    fill,
    filled,
    opened,
    places,
    saved,
)


def test_a_workbook_without_the_form() -> None:
    report = checked(by_hand([["姓名", "电话"], ["甲", 1]]))
    assert places(report) == [("S001", "")]
    assert report.sheets[0].state == "other"
    assert "“Sheet1”" in report.findings[0].message


def test_an_empty_workbook() -> None:
    report = checked(by_hand([]))
    assert places(report) == [("S001", "")]
    assert report.sheets[0].state == "empty"


def test_the_blank_template_has_no_data() -> None:
    report = checked(blank(CAMERA))
    assert places(report) == [("S002", "")]
    summary = report.sheets[0]
    assert (summary.rows_read, summary.rows, summary.sample, summary.sample_rows) == (1, 0, 1, [6])
    assert summary.note == "读到 1 行：数据 0 行，样例 1 行（第 6 行，已跳过）"


def test_one_form_may_be_empty_when_the_other_is_filled() -> None:
    def add_platforms(book: Workbook, page: Worksheet) -> None:
        other = book.create_sheet("平台")
        other.append([column.header for column in PLATFORM.official])

    report = checked(filled(CAMERA, [camera_row()], add_platforms))
    # The mark of the camera template does not speak of platforms, so that form is of no known version.
    assert places(report) == [("S006", "")]
    assert report.findings[0].sheet == "平台"
    assert report.rows == 1


def test_a_column_that_is_missing() -> None:
    at = HEADERS.index("状态")
    rows = [[cell for number, cell in enumerate(row) if number != at] for row in (HEADERS, values())]
    report = checked(by_hand(rows))
    assert places(report) == [("S003", "")]
    (found,) = report.findings
    assert (found.column, found.key, found.row) == ("状态", "status", 1)


def test_a_column_that_nobody_knows() -> None:
    report = checked(by_hand([[*HEADERS, "备注说明"], [*values(), "甲"]]))
    assert places(report) == [("S004", "T1")]
    assert report.findings[0].value == "备注说明"


def test_a_column_that_is_filled_in_without_a_header() -> None:
    report = checked(by_hand([HEADERS, [*values(), None, "甲"]]))
    assert places(report) == [("S004", "U1")]
    assert report.findings[0].value == "（U列，没有表头）"


def test_a_header_that_stands_twice() -> None:
    report = checked(by_hand([[*HEADERS, "品牌"], [*values(), "大华"]]))
    assert places(report) == [("S005", "T1")]
    (row,) = report.staged(CAMERA)
    assert row.clean[CAMERA.clean_columns.index("brand")] == "海康威视"


def test_another_version_of_the_template() -> None:
    def older(book: Workbook, page: Worksheet) -> None:
        book[MARK_SHEET]["B2"].value = "2021.9"

    report = checked(filled(CAMERA, [camera_row()], older))
    assert places(report) == [("S006", "")]
    assert report.findings[0].message == "这个文件用的模板是 2021.9 版，现在的模板是 2022.1 版"
    assert report.sheets[0].template == "2021.9"


def test_a_form_that_never_was_our_template_is_welcome() -> None:
    assert places(checked(by_hand([HEADERS, values()]))) == []


def test_another_unit_on_the_form() -> None:
    book, page = opened(CAMERA, "麻埠镇")
    fill(page, "camera", [camera_row()])
    data = saved(book)
    assert places(checked(data, unit="梅山镇")) == [("S007", "")]
    assert places(checked(data, unit="麻埠镇")) == []
    assert places(checked(data, unit="麻埠镇人民政府")) == []
    assert places(checked(data)) == []
    assert checked(data).sheets[0].unit == "麻埠镇"


def test_a_hidden_form_is_not_read() -> None:
    def hide(book: Workbook, page: Worksheet) -> None:
        other = book.create_sheet("旧表")
        other.append(HEADERS)
        other.append(values(number=2))
        other.sheet_state = "hidden"

    report = checked(filled(CAMERA, [camera_row()], hide))
    assert places(report) == [("S008", "")]
    assert {sheet.name: sheet.state for sheet in report.sheets}["旧表"] == "hidden"
    assert report.rows == 1


def test_the_form_that_was_asked_for_is_not_there() -> None:
    data = filled(CAMERA, [camera_row()])
    assert places(checked(data, kind="platform")) == [("S009", "")]
    assert places(checked(data, kind="camera")) == []


@pytest.mark.parametrize("data", [b"PK\x03\x04 no workbook", b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_bytes_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        checked(data)
    assert refused.value.finding.code == "S010"


def test_half_a_workbook_cannot_be_read() -> None:
    data = filled(CAMERA, [camera_row()])
    with pytest.raises(Refused) as refused:
        checked(data[: len(data) // 2])
    assert refused.value.finding.code == "S010"


def test_a_panic_of_the_reader_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    class PanicException(BaseException):
        pass

    class Panicking:
        @staticmethod
        def from_filelike(stream: object) -> object:
            raise PanicException

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Panicking)
    with pytest.raises(Refused) as refused:
        checked(b"PK\x03\x04")
    assert refused.value.finding.code == "S010"


def test_a_password_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    class Locked:
        @staticmethod
        def from_filelike(stream: object) -> object:
            raise python_calamine.PasswordError

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Locked)
    with pytest.raises(Refused) as refused:
        checked(b"PK\x03\x04")
    assert refused.value.finding.code == "S011"


def test_more_rows_than_one_file_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    import sheets.pages

    monkeypatch.setattr(sheets.pages, "MOST_ROWS", 1)
    report = checked(filled(CAMERA, [camera_row(1), camera_row(2)]))
    assert places(report) == [("S012", "")]
    assert "请按乡镇（或场所）分成几个文件，每个不超过 1 行" in report.findings[0].fix


def test_hidden_rows_and_columns_are_read_and_named() -> None:
    def hide(book: Workbook, page: Worksheet) -> None:
        page.row_dimensions[8].hidden = True
        page.column_dimensions["H"].hidden = True

    report = checked(filled(CAMERA, [camera_row(1), camera_row(2)], hide))
    assert places(report) == [("S013", "A8"), ("S014", "H5")]
    assert report.rows == 2
    assert "第 8 行" in report.findings[0].message


def test_a_header_that_is_nearly_right_is_proposed() -> None:
    headers = ["位置名字" if header == "位置名称" else header for header in HEADERS]
    report = checked(by_hand([headers, values()]))
    assert places(report) == [("S003", ""), ("S015", "C1")]
    assert "“位置名称”" in report.findings[1].message


def test_a_sheet_of_pictures() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("扫描").insert_textbox(1, 1, "一张照片")
    book.close()
    report = checked(out.getvalue())
    assert places(report) == [("S016", "")]


def test_a_sheet_of_formulas_without_results() -> None:
    sheet = hand.sheet('<row r="1"><c r="A1"><f>B1</f></c><c r="C1"><f>D1</f><v></v></c></row>')
    report = checked(hand.book({hand.SHEET: sheet}))
    assert places(report) == [("S018", "")]
    assert "2 个公式" in report.findings[0].message


def test_a_further_sheet_without_the_header_is_named() -> None:
    def more(book: Workbook, page: Worksheet) -> None:
        book.create_sheet("续表").append(values(number=2))

    report = checked(filled(CAMERA, [camera_row(1)], more))
    assert places(report) == [("S017", "")]
    assert "1 行" in report.findings[0].message


def test_every_structure_rule_is_tested_above() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8")
    assert {code for code in STRUCTURE if f'"{code}"' not in text} == set()
