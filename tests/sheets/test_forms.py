"""Several official forms in one workbook, filled with raw cells at their rows: what is read is what was written."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import check
from sheets.options import Options
from sheets.rejudge import Places, judge_row
from sheets.stage import staged_rows
from sheets.template import FIRST_ROW, Form, letters_of, write_forms

ROW = {
    "name": "示例路口",
    "township": "梅山镇",
    "longitude": "115.934366",
    "latitude": "31.727178",
    "leased": "否",
    "status": "在用",
}
FREE = (
    "name",
    "platform_name",
    "brand",
    "police_station",
    "label",
    "measure",
    "pole_number",
    "vehicle",
    "built",
    "code",
)
TEXTS = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"/\\|<>&_x0041 \t\r\n\v\x00\x1f\ufeff\u200b\u3000０１２３无—"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


def written(rows: dict[int, dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    write_forms(out, [Form(PLATFORM, "梅山镇人民政府"), Form(CAMERA, "梅山镇人民政府", cells=rows)])
    return out.getvalue()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.dictionaries(st.sampled_from(FREE), TEXTS, max_size=6), min_size=1, max_size=8), st.data())
def test_any_text_reads_as_it_was_judged_on_screen(rows: list[dict[str, str]], data: st.DataObject) -> None:
    """Formulas, escapes, controls and blanks: same place, same clean values as judged before they were written."""
    gaps = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    numbers = [FIRST_ROW + place + sum(gaps[: place + 1]) for place in range(len(rows))]
    cells = {number: ROW | {"pole_number": "1"} | row for number, row in zip(numbers, rows, strict=True)}
    cells = {number: row | {"name": f"示例{row['name']}"} for number, row in cells.items()}
    report = check(written(cells), [PLATFORM, CAMERA], Options())
    read = [row for table in report.tables for row in staged_rows(table)]
    places = Places.of({"name": CAMERA.title, "columns": letters_of(CAMERA)})
    judged = [judge_row(CAMERA, row, Options(), places, number) for number, row in cells.items()]
    assert [row.row for row in read] == numbers
    assert [row.hash for row in read] == [row.row_hash for row in judged]


def test_a_workbook_of_both_forms_is_a_template_of_both() -> None:
    report = check(written({FIRST_ROW: ROW}), [PLATFORM, CAMERA], Options())
    told = {summary.name: summary for summary in report.sheets}
    assert [name for name in told if told[name].kind] == [PLATFORM.title, CAMERA.title]
    assert {told[PLATFORM.title].template, told[CAMERA.title].template} == {PLATFORM.version}
    assert told[CAMERA.title].columns == letters_of(CAMERA)
    assert not report.general
    guide = openpyxl.load_workbook(io.BytesIO(written({})))["填写说明"]
    said = [cell.value for cell in guide["A"] if cell.value]
    assert f"{PLATFORM.form} 填写说明" in said
    assert f"{CAMERA.form} 填写说明" in said
