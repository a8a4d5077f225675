"""Every rule by its own workbook, and all together: exactly these codes at these cells, written down by hand."""

from __future__ import annotations

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from tests.workbooks import camera_cases, platform_cases, together
from tests.workbooks.builder import camera_row, checked, filled, places
from tests.workbooks.camera_cases import Case


@pytest.mark.parametrize("case", camera_cases.CASES, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_camera_workbook_with_one_mistake(case: Case) -> None:
    _, _, rows, found, options = case
    assert places(checked(filled(CAMERA, rows), **options)) == sorted(found)


@pytest.mark.parametrize("case", platform_cases.CASES, ids=lambda case: f"{case[0]} {case[1]}")
def test_a_platform_workbook_with_one_mistake(case: Case) -> None:
    _, _, rows, found, options = case
    assert places(checked(filled(PLATFORM, rows), **options)) == sorted(found)


@pytest.mark.parametrize(
    ("sheet", "rows", "found"),
    [
        (CAMERA, together.CAMERAS, together.CAMERAS_FOUND),
        (PLATFORM, together.PLATFORMS, together.PLATFORMS_FOUND),
    ],
    ids=["cameras", "platforms"],
)
def test_all_rules_together(sheet: Sheet, rows: list[dict[str, object]], found: list[tuple[str, str]]) -> None:
    report = checked(filled(sheet, rows))
    assert places(report) == sorted(found)
    assert (report.rows, report.errors + report.warnings) == (len(rows), len(found))


def test_every_rule_has_its_workbook() -> None:
    for sheet, cases in ((CAMERA, camera_cases.CASES), (PLATFORM, platform_cases.CASES)):
        assert {case[0] for case in cases} - {""} == set(sheet.rules)
        for code, what, _, found, _ in cases:
            assert code in {hit for hit, _ in found} or not found, f"{code} {what}"


def test_the_workbooks_with_everything_leave_nothing_out() -> None:
    for sheet, found, apart in (
        (CAMERA, together.CAMERAS_FOUND, together.CAMERAS_APART),
        (PLATFORM, together.PLATFORMS_FOUND, together.PLATFORMS_APART),
    ):
        assert {code for code, _ in found} | apart == set(sheet.rules)


def test_a_finding_says_what_is_wrong_and_what_to_press() -> None:
    (found,) = checked(filled(CAMERA, [camera_row(longitude=115.93436)])).findings
    assert found.code == "C134"
    assert found.message == (
        "“经度（保留后六位）”是 115.93436，只有 5 位小数（或末位的 0 已丢失）；表格要求至少 6 位小数且第 6 位不为 0"
    )
    assert found.fix == "请从平台重新导出坐标或重新测量，不要自己补数字。"
    assert (found.sheet, found.cell, found.column) == ("摄像机", "H7", "经度（保留后六位）")
    assert (found.row, found.key, found.value) == (7, "longitude", "115.93436")


def test_duplicates_name_each_other() -> None:
    rows = [camera_row(1), camera_row(2, code="34152400001320000001")]
    first, second = checked(filled(CAMERA, rows)).findings
    assert (first.cell, first.related) == ("B7", ("B8",))
    assert (second.cell, second.related) == ("B8", ("B7",))
    assert first.message == "编码在表里出现了 2 次，还有 B8"


def test_no_wording_leaves_a_gap() -> None:
    for sheet, rows in ((CAMERA, together.CAMERAS), (PLATFORM, together.PLATFORMS)):
        for found in checked(filled(sheet, rows)).findings:
            assert "…" not in found.message.replace(found.value, ""), found
            assert "…" not in found.fix, found
            assert "{" not in found.message + found.fix, found


def test_the_severity_of_the_sixth_decimal_is_a_setting() -> None:
    from sheets.findings import Severity

    data = filled(CAMERA, [camera_row(longitude=115.93436)])
    report = checked(data, severities={"C134": Severity.WARNING, "C111": Severity.WARNING})
    assert (report.errors, report.warnings) == (0, 1)
    unnamed = filled(CAMERA, [camera_row(name=None)])
    assert checked(unnamed, severities={"C111": Severity.WARNING}).errors == 1
