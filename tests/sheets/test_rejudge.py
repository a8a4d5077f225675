"""A row judged again from its kept cells is what reading it was: clean values, hash, counts, findings, raw cells."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.cells import Shown
from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.forensics import Broken
from sheets.headers import Header
from sheets.judge import RawCell
from sheets.merges import Merges
from sheets.options import Options
from sheets.rejudge import Judged, Kept, Places, Row, judge_row, judge_rows, raw_row
from sheets.stage import StagedRow, raw_cell, raw_text, raw_value, staged_rows
from sheets.table import Table
from tests.workbooks.builder import FIRST, GOOD, TODAY, camera_row, checked, filled

ODD: list[RawCell] = [
    "", " ", "/", "无", "—", "不详", "0", "=1+1", "#N/A", '=DISPIMG("ID_1",1)', "\u200b34152400001320000001",
    "３４１５２４", "3.41524E+19", "115.93,31.73", "115°56′03″", "一个月", "≥30天", "125000元", "移动", "GCJ-02",
    "学校", "社会投资", "字" * 120, "金寨县麻埠镇", "第一行\n第二行", "是", "JZ-C-000001", "2020年3月", "\ud7ff",
    "'34152400001320000001", 0.0, 1.0, -3.5, 6.5, 2020.1, 44000.0, 115.934366, 31.727178, 31.7271, 3.41524000013200e19,
    1e15, 12345678901234.5, True, False, date(2020, 3, 1), datetime(2020, 3, 1, 10, 30), date(1905, 7, 12),  # noqa: DTZ001
    time(8, 30), timedelta(hours=25, seconds=1), Broken("excel_error", "#N/A"), Broken("no_result"),
    Shown(2020.1, "2020.10"), Shown(2020.1, "2020.1"), math.inf, -math.inf, math.nan, 1e308,
]  # fmt: skip


def through_the_database(raw: Any) -> Any:
    """A kept raw row as jsonb gives it back: a large whole number without its point."""

    def bare(value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return [bare(value) for value in json.loads(json.dumps(list(raw)))]


def read(sheet: Sheet, rows: list[dict[str, RawCell]], places: Places, merges: Any, options: Options) -> Table:
    """The rows as `sheets.check` has them judged, from row 7 on."""
    header = Header(sheet, 5, dict(places.columns))
    numbers = range(6, 6 + len(rows))
    cells = {key: [row.get(key, "") for row in rows] for key in places.columns}
    into, groups = Merges(header, merges).fill(numbers, cells)
    table = Table(places.name, header, options)
    table.add([number + 1 for number in numbers], cells, into, groups)
    return table


def again(sheet: Sheet, staged: list[StagedRow], places: Places, options: Options) -> list[Judged]:
    """Each row judged by itself, from what is kept of it."""
    group = sheet.clean_columns.index("merge_group")
    return [
        judge_rows(
            sheet, [Row(row.row, raw_row(sheet, through_the_database(row.raw)), row.clean[group])], options, places
        )[0]
        for row in staged
    ]


def alike(sheet: Sheet, table: Table, staged: list[StagedRow], judged: list[Judged]) -> None:
    for row, told in zip(staged, judged, strict=True):
        assert (told.number, told.raw, told.row_hash) == (row.row, list(row.raw), row.hash)
        assert (told.errors, told.warnings) == (row.errors, row.warnings)
        for key, value in zip(sheet.clean_columns, row.clean, strict=True):
            if isinstance(value, float):
                assert told.clean[key] == pytest.approx(value, abs=1e-9), key
            elif key != "merge_group":
                assert told.clean[key] == value, key
        assert list(told.findings) == [finding for finding in table.findings() if finding.row == row.row]


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Sheet, list[dict[str, RawCell]], Places, list[tuple[int, int, int, int]], Options]:
    """A sheet with some columns missing, good and odd cells, merged blocks."""
    sheet = draw(st.sampled_from([CAMERA, PLATFORM]))
    keys = [key for key in sheet.by_key if draw(st.integers(0, 9)) != 0]
    places = Places("表", {key: place for place, key in enumerate(keys)})
    good = {key: float(value) if type(value) is int else value for key, value in GOOD[sheet.key].items()}
    cell = st.sampled_from(ODD) | st.text(max_size=12).map(lambda text: text.replace("\0", ""))
    rows = []
    for number in range(draw(st.integers(1, 4))):
        row: dict[str, RawCell] = {
            key: float(good[key]) if type(good.get(key)) is int else good.get(key, "") for key in keys
        }
        row |= {"seq": float(number + 1)} if "seq" in keys else {}
        row |= draw(st.dictionaries(st.sampled_from(keys), cell, max_size=6)) if keys else {}
        rows.append(row)
    merges = [
        (6, places.columns[key], 6 + len(rows) - 1, places.columns[key])
        for key in keys
        if sheet.by_key[key].merged and len(rows) > 1 and draw(st.booleans())
    ]
    for _, place, _, _ in merges:
        for row in rows[1:]:
            row[keys[place]] = ""
    options = Options(
        datum=draw(st.sampled_from(["wgs84", "gcj02", "bd09"])),
        place_kind=draw(st.sampled_from(["", "road"])),
        funding="government",
        mobility=draw(st.sampled_from(["fixed", "mobile"])),
        today=TODAY,
    )
    return sheet, rows, places, merges, options


@settings(max_examples=150, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(sheets())
def test_a_row_judged_again_is_what_it_was(told: Any) -> None:
    sheet, rows, places, merges, options = told
    if not places.columns:
        return
    table = read(sheet, rows, places, merges, options)
    staged = list(staged_rows(table))
    alike(sheet, table, staged, again(sheet, staged, places, options))


@pytest.mark.parametrize("cell", ODD, ids=repr)
@pytest.mark.parametrize("sheet", [CAMERA, PLATFORM], ids=lambda sheet: sheet.key)
def test_every_odd_cell_in_every_column(sheet: Sheet, cell: RawCell) -> None:
    places = Places("表", {key: place for place, key in enumerate(sheet.by_key)})
    rows: list[dict[str, RawCell]] = [dict(GOOD[sheet.key]) | {key: cell} for key in sheet.by_key]
    table = read(sheet, rows, places, (), Options(today=TODAY))
    staged = list(staged_rows(table))
    alike(sheet, table, staged, again(sheet, staged, places, Options(today=TODAY)))


@given(st.sampled_from(ODD) | st.text() | st.floats(allow_nan=False, allow_infinity=False, width=32) | st.dates())
@example(Shown(2020.1, "2020.10"))
def test_a_raw_cell_comes_back(cell: RawCell) -> None:
    (kept,) = through_the_database([raw_value(cell)])
    back = raw_cell(kept)
    assert type(back) is type(cell)
    if isinstance(cell, float) and not isinstance(cell, Shown):
        assert isinstance(back, float) and (math.isnan(cell) or float(f"{back:.15g}") == float(f"{cell:.15g}"))
    else:
        assert back == (cell.replace("\0", "") if isinstance(cell, str) else cell)
    assert raw_value(back) == raw_value(cell)


def test_what_people_see_of_a_raw_cell() -> None:
    shown = {
        "2020-03-01": {"date": "2020-03-01"},
        "2020-03-01 10:30:00": {"date": "2020-03-01T10:30:00"},
        "08:30:00": {"time": "08:30:00"},
        "#N/A": {"error": "#N/A"},
        "": {"formula": ""},
        "2020.10": {"number": 2020.1, "shown": "2020.10"},
        "2020.1": 2020.1,
        "7": 7,
        "TRUE": True,
        "3.41524E+19": 34152400001320000000,
        "文字": "文字",
    }
    assert {raw_text(value): value for value in shown.values()} == shown


def test_a_workbook_with_merged_cells_dates_and_errors() -> None:
    """From a real file: what is kept of each row of a merged pole is enough to judge it by itself."""

    def merge(book: Workbook, page: Worksheet) -> None:
        for letter in "DFOPQRS":
            page.merge_cells(f"{letter}{FIRST}:{letter}{FIRST + 1}")

    rows = [
        camera_row(1, built=date(2020, 3, 1), pole_height="六米"),
        camera_row(2, brand="#N/A", name=None),
        camera_row(3, longitude=31.727178, latitude=115.934366),
    ]
    report = checked(filled(CAMERA, rows, merge))
    (table,) = report.tables
    staged = list(report.staged(CAMERA))
    place = CAMERA.index["pole_number"]
    assert [row.raw[place] for row in staged] == ["MS-001", "MS-001", "MS-003"], "the merged value is in both rows"
    assert staged[0].raw[CAMERA.index["built"]] == {"date": "2020-03-01"}
    summary = next(sheet for sheet in report.sheets if sheet.kind == "camera").as_dict()
    options = Options(today=TODAY)
    alike(CAMERA, table, staged, again(CAMERA, staged, Places.of(summary), options))
    assert {finding.code for finding in table.findings()} >= {"C161", "C201", "C111"}


def test_a_column_that_the_sheet_has_not_is_judged_where_it_is_filled_on_screen() -> None:
    places = Places("表", {key: place for place, key in enumerate(CAMERA.by_key) if CAMERA.by_key[key].official})
    cells: dict[str, RawCell] = {
        key: value for key, value in GOOD["camera"].items() if key not in ("longitude", "latitude")
    }
    options = Options(today=TODAY)
    missing = judge_row(CAMERA, cells, options, places, 9)
    assert [finding.code for finding in missing.findings] == ["C131", "C131"]
    mobile = judge_row(CAMERA, cells | {"mobility": "移动"}, options, places, 9)
    assert [(finding.code, finding.row) for finding in mobile.findings] == [("C204", 9)]
    assert judge_row(CAMERA, cells | {"mobility": "移动", "vehicle": "3路"}, options, places, 9).findings == ()


def test_file_rules_over_kept_values_say_what_they_said() -> None:
    rows: list[dict[str, RawCell]] = [
        dict(GOOD["camera"]) | {"seq": 1.0, "pole_height": 6.0},
        dict(GOOD["camera"]) | {"seq": 2.0, "code": "", "pole_height": 7.0},
        dict(GOOD["camera"]) | {"seq": 3.0, "pole_number": "MS-002", "built": ""},
    ]
    places = Places("表", {key: place for place, key in enumerate(CAMERA.by_key)})
    options = Options(today=TODAY)
    table = read(CAMERA, rows, places, (), options)
    staged = list(staged_rows(table))
    own = {(finding.row, finding.code) for finding in table.findings()}
    apply_file_rules([table])
    wide = [finding for finding in table.findings() if (finding.row, finding.code) not in own]
    assert {finding.code for finding in wide} >= {"C301", "C302"}
    values = {key: table.values(key) for rule in CAMERA.file_rules for key in rule.reads}
    raws = [row.raw for row in staged]
    kept = Kept(
        CAMERA, places, options, values, [row.row for row in staged],
        lambda key: [raw[CAMERA.index[key]] for raw in raws],
    )  # fmt: skip
    apply_file_rules([kept])
    assert list(kept.findings()) == wide
