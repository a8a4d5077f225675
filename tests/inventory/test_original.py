"""The 原表 of rows entered on screen: the official form, filled; it reads as what was entered."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage

from agencies.models import Person
from cameras.sheet import CAMERA as CAMERA_SHEET
from files.models import StoredFile
from inventory import services, uploads
from inventory.entering.original import blank_summary, filled_form
from inventory.invariants import violations
from inventory.lineage.edits import cells_of
from inventory.models import CameraRow, PlatformRow, SourceFile, Submission, Version
from platforms.sheet import PLATFORM as PLATFORM_SHEET
from sheets.check import check
from sheets.options import Options
from sheets.stage import staged_rows
from tests.inventory import web
from tests.inventory.drafts import DEFAULTS, started, work
from tests.inventory.entering import CAMERA, PLATFORM, add, begin
from tests.inventory.quickly import read_here, stamp, store_in
from tests.reviews.scenes import send_back

pytestmark = pytest.mark.django_db
ODD = {
    "name": '=HYPERLINK("http://x") _x0041_ 路口\u200b',
    "brand": "@某牌",
    "police_station": "/",
    "pole_number": "-1",
    "pole_height": "6.50",
    "vehicle": "'皖N12345",
}


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    store_in(settings, tmp_path)


@pytest.fixture
def entered(meishan_clerk: Person) -> Submission:
    """Three cameras, the second of which went again, and a platform."""
    draft = started(meishan_clerk)
    begin(meishan_clerk, draft, funding="social")
    add(meishan_clerk, draft, "platform", **PLATFORM)
    for number in (1, 2, 3):
        odd = ODD if number == 3 else {}
        add(meishan_clerk, draft, **CAMERA | {"code": f"3415240000132000000{number}"} | odd)
    second = CameraRow.objects.get(code="34152400001320000002")
    web.press(meishan_clerk, "entry_remove", draft.pk, "camera", second.key)
    work()
    return draft


def read(data: bytes, source: SourceFile) -> list[tuple[str, int, str]]:
    """(sheet, row, hash) of each row that the reader finds in the workbook."""
    report = check(data, [PLATFORM_SHEET, CAMERA_SHEET], Options(datum=source.datum, funding=source.funding))
    assert not [finding for finding in report.general if finding.severity == "error"]
    return [(row.sheet, row.row, row.hash) for table in report.tables for row in staged_rows(table)]


def stored_rows(source: SourceFile) -> list[tuple[str, int, str]]:
    found = []
    for model in (PlatformRow, CameraRow):
        rows = model.objects.filter(source_file=source).order_by("row")
        found += list(rows.values_list("sheet", "row", "row_hash"))
    return found


def test_reading_the_form_again_gives_the_same_rows(meishan_clerk: Person, entered: Submission) -> None:
    source = SourceFile.objects.get()
    answer = web.of(meishan_clerk).get(web.url("original", entered.pk, 1, source.slot))
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    rows = read(answer.content, source)
    assert len(rows) == 3
    assert rows == stored_rows(source)
    assert [row for _, row, _ in rows] == [7, 7, 9]


def test_no_cell_is_a_formula_or_a_number(entered: Submission) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled_form(SourceFile.objects.get())))
    sheet = book["摄像机"]
    assert sheet["A1"].value == CAMERA_SHEET.form
    assert "梅山镇人民政府" in sheet["A2"].value
    assert (sheet["B9"].value, sheet["B9"].data_type, sheet["B9"].number_format) == ("34152400001320000003", "s", "@")
    assert sheet["C9"].data_type == "s"
    assert sheet["C9"].value.startswith("=HYPERLINK")
    assert all(cell.data_type in ("s", "n") and cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert [name for name in book.sheetnames if not name.startswith("_")] == ["平台", "摄像机", "填写说明"]


def test_the_summary_of_the_blank_form_is_the_readers(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    begin(meishan_clerk, draft)
    blank = Path(default_storage.path(SourceFile.objects.get().file.path)).read_bytes()
    report = check(blank, [PLATFORM_SHEET, CAMERA_SHEET], Options())
    told = {summary.name: summary for summary in report.sheets if summary.kind}
    for sheet in blank_summary()["sheets"]:
        found = told[sheet["name"]]
        assert (found.kind, found.header_row, found.sample, found.columns) == (
            sheet["kind"], sheet["header_row"], sheet["sample"], sheet["columns"],
        )  # fmt: skip


def test_handing_in_puts_the_filled_form_in_place_of_the_blank_one(meishan_clerk: Person, entered: Submission) -> None:
    blank = SourceFile.objects.get().file
    version = stamp(meishan_clerk, entered)
    services.submit(meishan_clerk, entered.pk, version.hash)
    source = SourceFile.objects.select_related("file").get()
    data = Path(default_storage.path(source.file.path)).read_bytes()
    assert source.file_id != blank.pk
    assert source.file.kind == StoredFile.Kind.WORKBOOK
    assert hashlib.sha256(data).hexdigest() == source.file.sha256
    assert read(data, source) == stored_rows(source)
    assert not violations()
    row = CameraRow.objects.get(code="34152400001320000003")
    book = openpyxl.load_workbook(io.BytesIO(data))
    at = cells_of(row)
    assert book[row.sheet][at["code"]].value == row.code
    assert book[row.sheet][at["longitude"]].value == "115.934366"
    answer = web.of(meishan_clerk).get(web.url("original", entered.pk, 1, 1))
    assert answer.getvalue() == data


def test_what_is_not_handed_in_leaves_the_blank_form(meishan_clerk: Person, entered: Submission) -> None:
    """Refused at the last moment: no file too many on the disk, and the file is still the blank one."""
    blank = SourceFile.objects.get().file_id
    stamp(meishan_clerk, entered)
    files = StoredFile.objects.count()
    assert web.submit(meishan_clerk, entered, "0" * 64).status_code == 409
    add(meishan_clerk, entered, **CAMERA | {"code": "34152400001320000009", "status": ""})
    work()
    assert web.submit(meishan_clerk, entered).status_code == 409
    assert SourceFile.objects.get().file_id == blank
    assert StoredFile.objects.count() == files
    assert not violations("I9")


def test_an_empty_form_cannot_be_handed_in(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    begin(meishan_clerk, draft)
    html = web.page(meishan_clerk, draft)
    assert "在线填写的表里还没有内容" in html
    assert not web.has_form(html, web.url("submission_submit", draft.pk))
    assert web.submit(meishan_clerk, draft).status_code == 409


def test_after_a_return_the_next_version_has_a_form_of_its_own(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, entered: Submission
) -> None:
    version = stamp(meishan_clerk, entered)
    services.submit(meishan_clerk, entered.pk, version.hash)
    first = SourceFile.objects.get()
    send_back(entered, data_reviewer, police_reviewer)
    add(meishan_clerk, entered, **CAMERA | {"code": "34152400001320000005", "name": "新加的路口"})
    work()
    again = stamp(meishan_clerk, entered)
    services.submit(meishan_clerk, entered.pk, again.hash)
    second = SourceFile.objects.select_related("file").get(version=again)
    assert Version.objects.count() == 2
    assert SourceFile.objects.get(pk=first.pk).file_id == first.file_id != second.file_id
    data = Path(default_storage.path(second.file.path)).read_bytes()
    assert read(data, second) == stored_rows(second)
    assert len(stored_rows(second)) == len(stored_rows(first)) + 1
    assert not violations()


def test_a_stranger_finds_nothing(mabu_clerk: Person, entered: Submission) -> None:
    assert web.of(mabu_clerk).get(web.url("original", entered.pk, 1, 1)).status_code == 404
    assert web.of(entered.created_by).get(web.url("original", entered.pk, 1, 2)).status_code == 404


def test_the_form_mended_in_excel_takes_the_place_of_what_was_entered(
    meishan_clerk: Person, entered: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloaded, one cell changed, uploaded in its place: the same rows with the same identities."""
    read_here(monkeypatch)
    source = SourceFile.objects.get()
    before = dict(CameraRow.objects.values_list("code", "key"))
    book = openpyxl.load_workbook(io.BytesIO(filled_form(source)))
    book["摄像机"]["E7"].value = "大华"
    out = io.BytesIO()
    book.save(out)
    uploads.upload_workbook(meishan_clerk, entered.pk, out.getvalue(), "改好的.xlsx", DEFAULTS, source.pk)
    work()
    now = SourceFile.objects.get()
    assert (now.origin, now.slot) == (SourceFile.Origin.UPLOAD, source.slot)
    assert dict(CameraRow.objects.values_list("code", "key")) == before
    assert CameraRow.objects.get(row=7).brand == "大华"
