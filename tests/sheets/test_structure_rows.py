"""What is tolerated in a workbook: where the form and its rows may stand, and what is no data."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import MARK_SHEET
from tests.sheets.typed import HEADERS, by_hand, values
from tests.workbooks.builder import (
    FIRST,
    LETTERS,
    camera_row,
    checked,
    fill,
    filled,
    opened,
    places,
    platform_row,
    saved,
)

# What is tolerated


def test_rows_add_up_and_footers_are_left_out() -> None:
    def footers(book: Workbook, page: Worksheet) -> None:
        page["A9"].value = "合计"
        page["C9"].value = "2 台"
        page["A11"].value = "填表人：甲"
        page["F11"].value = "审核人：乙"
        page["A12"].value = "填写说明：1、20位编码及名称由视频监控平台导出；"
        page["A13"].value = "2、经度、维度小数点后不少于6位，第6位不为0。"
        page["A14"].value = 3

    report = checked(filled(CAMERA, [camera_row(1), camera_row(2)], footers))
    summary = report.sheets[0]
    assert places(report) == []
    assert (summary.rows, summary.sample, summary.footer) == (2, 1, 4)
    assert summary.rows_read == summary.rows + summary.sample + summary.blank + summary.footer == 9


def test_a_place_called_after_a_footer_word_is_data() -> None:
    rows = [camera_row(1, name="合计路与说明路交叉口", seq=None), camera_row(2, name="备注桥")]
    assert checked(filled(CAMERA, rows)).rows == 2


@pytest.mark.parametrize(
    "row",
    [
        camera_row(seq="样例"),
        camera_row(seq="样例1"),
        camera_row(seq=1, code="34012341001320175079"),
        camera_row(seq=1, code="34012341002000175079"),
    ],
    ids=["named so", "numbered", "the camera's sample code", "the platform's sample code"],
)
def test_a_sample_row_is_skipped_and_said_so(row: dict[str, Any]) -> None:
    report = checked(filled(CAMERA, [camera_row(9), row]))
    assert places(report) == []
    assert (report.rows, report.sheets[0].sample, report.sheets[0].sample_rows) == (1, 2, [6, 8])
    assert "样例 2 行（第 6、8 行，已跳过）" in report.sheets[0].note


def test_a_header_repeated_on_each_page_is_no_data() -> None:
    rows = [HEADERS, values(number=1), HEADERS, values(number=2)]
    report = checked(by_hand(rows))
    assert places(report) == []
    assert (report.rows, report.sheets[0].repeated, report.sheets[0].ignored) == (2, 1, 1)


def test_blank_rows_in_between_keep_the_addresses_true() -> None:
    book, page = opened(CAMERA)
    fill(page, "camera", [camera_row(1)])
    fill(page, "camera", [camera_row(2, longitude=115.9)], first=12)
    report = checked(saved(book))
    assert places(report) == [("C133", "H12")]
    assert [row.row for row in report.staged(CAMERA)] == [7, 12]


def test_a_form_that_starts_further_down_and_right() -> None:
    report = checked(by_hand([HEADERS, values(longitude=115.9)], start=(5, 3)))
    assert places(report) == [("C133", "K7")]
    assert report.sheets[0].header_row == 6
    assert report.sheets[0].columns["longitude"] == "K"


def test_columns_in_another_order() -> None:
    order = [7, 0, 12, 2, 11, 1, 9, 8, 5, 3, 4, 6, 10, 13, 14, 15, 16, 17, 18]
    report = checked(by_hand([[row[at] for at in order] for row in (HEADERS, values(longitude=115.9))]))
    assert places(report) == [("C133", "A2")]
    (row,) = report.staged(CAMERA)
    assert dict(zip(CAMERA.clean_columns, row.clean, strict=True))["pole_built"] == "2020.03"


def test_headers_with_breaks_spaces_and_other_brackets() -> None:
    written = {
        "20位编码": "20位\n编 码",
        "经度（保留后六位）": "经度(保留后六位)",
        "纬度（保留后六位）": "纬度",
        "所在县（市、区）、乡镇（街道）": "所在县 (市、区)、\r\n乡镇 (街道)",
        "高度（米）": "高度\n(米)",
        "横臂数量": "横臂\r\n数量",
    }
    assert places(checked(by_hand([[written.get(text, text) for text in HEADERS], values()]))) == []


def test_the_two_building_times_are_told_apart_by_their_group() -> None:
    groups: list[Any] = ["摄像机", *[None] * 13, "杆件（自建）", *[None] * 4]
    poles = [14, 15, 16, 17, 18]
    order = poles + list(range(14))
    row = values(built="2019.05", pole_built="2018.04")
    told: list[list[Any]] = [
        ["杆件（自建）", *[None] * 4, "摄像机", *[None] * 13],
        [HEADERS[at] for at in order],
        [row[at] for at in order],
    ]
    for data in (by_hand(told), by_hand(told[1:]), by_hand([groups, HEADERS, row]), by_hand([HEADERS, row])):
        (staged,) = checked(data).staged(CAMERA)
        clean = dict(zip(CAMERA.clean_columns, staged.clean, strict=True))
        assert (clean["built"], clean["pole_built"]) == ("2019.05", "2018.04")


def test_headers_in_two_rows_merged_downwards() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for number, text in enumerate(HEADERS, 1):
        if number <= 14:
            page.cell(2, number).value = text
            page.merge_cells(start_row=2, end_row=3, start_column=number, end_column=number)
        else:
            page.cell(3, number).value = text
    page.cell(2, 15).value = "杆件（自建）"
    page.merge_cells(start_row=2, end_row=2, start_column=15, end_column=19)
    for number, value in enumerate(values(), 1):
        page.cell(4, number).value = value
    report = checked(saved(book))
    assert places(report) == []
    assert (report.rows, report.sheets[0].header_row) == (1, 3)


def test_both_forms_in_one_workbook_and_others_listed() -> None:
    def add(book: Workbook, page: Worksheet) -> None:
        other = book.create_sheet("视频平台")
        other.append([column.header for column in PLATFORM.official])
        row = platform_row()
        other.append([row.get(column.key) for column in PLATFORM.official])
        book.create_sheet("通讯录").append(["姓名", "电话"])
        del book[MARK_SHEET]

    report = checked(filled(CAMERA, [camera_row()], add))
    assert places(report) == []
    assert [(sheet.name, sheet.kind, sheet.state, sheet.rows) for sheet in report.sheets] == [
        ("摄像机", "camera", "read", 1),
        ("填写说明", "", "other", 0),
        ("视频平台", "platform", "read", 1),
        ("通讯录", "", "other", 0),
    ]


def test_a_code_on_two_sheets_of_the_same_form() -> None:
    def add(book: Workbook, page: Worksheet) -> None:
        other = book.create_sheet("续表")
        other.append(HEADERS)
        other.append(values(number=2))
        other.append(values(number=1, pole_number="MS-009"))

    report = checked(filled(CAMERA, [camera_row(1)], add))
    assert [(found.code, found.sheet, found.cell, found.related) for found in report.findings] == [
        ("C301", "摄像机", "B7", ("续表!B3",)),
        ("C301", "续表", "B3", ("摄像机!B7",)),
    ]
    assert report.findings[0].message == "编码在表里出现了 2 次，还有 续表!B3"
    assert [(row.sheet, row.row, row.errors) for row in report.staged(CAMERA)] == [
        ("摄像机", 7, 1),
        ("续表", 2, 0),
        ("续表", 3, 1),
    ]


def test_a_merged_pole_and_township_hold_for_all_their_rows() -> None:
    def merge(book: Workbook, page: Worksheet) -> None:
        for key in ("pole_built", "pole_height", "pole_arms", "pole_condition", "township"):
            letter = LETTERS["camera"][key]
            page.merge_cells(f"{letter}{FIRST}:{letter}{FIRST + 1}")

    rows = [camera_row(number, pole_number=None) for number in (1, 2, 3)]
    report = checked(filled(CAMERA, rows, merge))
    assert places(report) == []
    clean = [dict(zip(CAMERA.clean_columns, row.clean, strict=True)) for row in report.staged(CAMERA)]
    assert [row["township"] for row in clean] == ["341524100"] * 3
    assert [row["merge_group"] for row in clean] == [7, 7, None]
    assert [row["pole_condition"] for row in clean] == ["完整"] * 3


def test_a_merged_name_is_not_repeated() -> None:
    def merge(book: Workbook, page: Worksheet) -> None:
        page.merge_cells("C7:C8")

    assert places(checked(filled(CAMERA, [camera_row(1), camera_row(2)], merge))) == [("C111", "C8")]


def test_progress_is_told() -> None:
    heard: list[tuple[str, int]] = []
    from sheets.check import check

    check(filled(CAMERA, [camera_row()]), [CAMERA], on_progress=lambda phase, rows: heard.append((phase, rows)))
    assert heard == [("read", 7)]
