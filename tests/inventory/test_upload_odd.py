"""Odd workbooks all the way: uploaded, read, staged; the page adds up, and rows are judged again where they stand."""

from __future__ import annotations

from collections import Counter

import pytest

from agencies.models import Person
from inventory.models import CameraRow, ChangeSet, PlatformRow, RowFinding, SourceFile
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from sheets.report import columns_at
from tests.inventory import web
from tests.inventory.drafts import started, work
from tests.inventory.quickly import read_here
from tests.odd import containers, shapes
from tests.odd.case import CASES

pytestmark = pytest.mark.django_db

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
}


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.mark.parametrize(
    "build",
    [
        containers.et_of_old,
        containers.binary_with_everything,
        containers.open_spreadsheet_repeating,
        containers.text_with_shapes,
        shapes.platforms_below,
        shapes.footers,
    ],
    ids=lambda build: build.__name__,
)
def test_an_odd_workbook_is_staged_as_it_was_read(meishan_clerk: Person, build: object) -> None:
    case = next(case for case in CASES if case.build is build)
    draft = started(meishan_clerk)
    assert web.send(meishan_clerk, draft, case.build(), case.file).status_code == 302
    work()
    source = SourceFile.objects.get()
    assert (source.state, source.rows_read, source.rows_ignored) == ("read", case.rows, case.ignored)
    assert source.file.media_type == MEDIA[case.kind] and source.file.path.endswith(f".{case.kind}")
    assert CameraRow.objects.count() + PlatformRow.objects.count() == case.rows
    found = RowFinding.objects.filter(code__regex="^([CP][123]|S)").values_list("code", "cell")
    assert Counter(found) == Counter(case.found)
    wrong = sum(row.errors > 0 for model in (CameraRow, PlatformRow) for row in model.objects.all())
    html = web.page(meishan_clerk, draft)
    told = f"读到 {case.rows + case.ignored} 行 = 可提交 {case.rows - wrong} + 有错 {wrong} + 忽略 {case.ignored}"
    assert told in html
    for sheet in source.summary["sheets"]:
        assert sheet["note"] in html


def test_rows_of_both_forms_in_one_sheet_are_judged_again_at_their_own_columns(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    web.send(meishan_clerk, draft, shapes.platforms_below(), "混合.xlsx")
    work()
    camera, platform = CameraRow.objects.get(row=3), PlatformRow.objects.get(row=9)
    assert set(RowFinding.objects.values_list("kind", "code", "cell")) >= {
        ("camera", "C152", "L3"),
        ("platform", "P125", "I9"),
    }
    for kind, row, column in (("camera", camera, "status"), ("platform", platform, "connected")):
        changes.change(meishan_clerk, draft.pk, kind, [Cell(row.key, column, "")], ChangeSet.Way.EDIT)
    work()
    found = RowFinding.objects.filter(code__in=["C153", "P128"]).values_list("kind", "code", "cell", "row")
    assert set(found) == {("camera", "C153", "M3", 3), ("platform", "P128", "M9", 9)}


def test_rows_under_a_header_in_another_order_are_judged_again_at_their_own_columns(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    web.send(meishan_clerk, draft, shapes.other_columns_below(), "两段.xlsx")
    work()
    above, below = CameraRow.objects.get(row=2), CameraRow.objects.get(row=5)
    for number, row in enumerate((above, below)):
        texts = {"status": "", "code": "34152400001320000009", "platform_name": f"第{number}个平台"}
        cells = [Cell(row.key, column, text) for column, text in texts.items()]
        changes.change(meishan_clerk, draft.pk, "camera", cells, ChangeSet.Way.EDIT)
    work()
    found = set(RowFinding.objects.values_list("code", "cell"))
    assert {("C153", "M2"), ("C153", "G5"), ("C301", "B2"), ("C301", "R5")} <= found
    # What the registry says: there is no platform of that name.
    assert {("C406", "D2"), ("C406", "P5")} <= found
    assert columns_at(SourceFile.objects.get().summary["sheets"][0], 5)["brand"] == "O"
