"""Forty mistakes in five hundred rows mended in the marked workbook and uploaded again; the counts add up each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from agencies.models import Person
from inventory.models import CameraRow, ChangeSet, SourceFile, Submission
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from tests.e2e.browser import assert_sound, launch
from tests.e2e.people import at_work
from tests.inventory.drafts import camera_row, stamped, started, work, workbook
from tests.inventory.quickly import read_here

pytestmark = pytest.mark.e2e
SHOTS = os.environ.get("SHOTS")
FIRST = 7
"""The sheet's first row of data."""
SHORT, MENDED = 115.9, "115.934367"


@pytest.fixture
def browser(site: str) -> Iterator[Any]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def upload(page: Page, path: Path, address: str) -> None:
    """Choose the file, press the button, let the worker read it, look again."""
    page.set_input_files("input[name=workbook]", path)
    page.locator("#upload").get_by_role("button", name="上传").click()
    page.wait_for_url(f"**{address}*")
    work()
    page.goto(address)


def say(page: Page, good: int, wrong: int) -> None:
    """The three numbers that add up: 500 rows and the sample row."""
    words = f"读到 501 行 = 可提交 {good} + 有错 {wrong} + 忽略 1"
    expect(page.get_by_text(words).first).to_be_visible()


def mend(path: Path, rows: range, **cells: Any) -> None:
    """What a clerk does in Excel: some red cells mended in the marked workbook, saved."""
    book: Any = openpyxl.load_workbook(path)
    for row in rows:
        assert book["摄像机"][f"H{row}"].fill.fgColor.rgb == "FFFFC7CD"
        book["摄像机"][f"H{row}"] = MENDED
    for cell, value in cells.items():
        book["摄像机"][cell] = value
    book.save(path)


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载标注后的表格").click()
    assert downloading.value.suggested_filename == "调研表（标注）.xlsx"
    path = folder / "调研表.xlsx"
    downloading.value.save_as(path)
    return path


def test_forty_mistakes_mended_by_file(
    browser: Any, site: str, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read_here(monkeypatch)
    submission = started(meishan_clerk)
    address = f"/submissions/{submission.pk}/"
    original = tmp_path / "调研表.xlsx"
    original.write_bytes(workbook([_row(n) for n in range(1, 501)]))
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(address)
        upload(page, original, address)
        say(page, 460, 40)
        on_screen(meishan_clerk, submission)
        page.goto(address)
        say(page, 462, 38)
        path = download(page, tmp_path)
        # 30 mended, one of the two changed on screen to something else, a new mistake, and a row deleted and one added.
        mend(path, range(FIRST + 2, FIRST + 32), H7="115.934399", H500=115.8)
        upload(page, path, address)
        say(page, 491, 9)
        expect(page.get_by_role("link", name="30 处已改好")).to_be_visible()
        expect(page.get_by_role("link", name="1 处新出现")).to_be_visible()
        expect(page.get_by_role("link", name="8 处仍有错")).to_be_visible()
        expect(page.get_by_role("heading", name="1 处在线修改与重新上传的表格不一致")).to_be_visible()
        assert_sound(page)
        shoot(page, "reupload")
        page.get_by_role("link", name="30 处已改好").click()
        expect(page.get_by_text("错误 30 处")).to_be_visible()
        assert_sound(page)
        shoot(page, "compared")
        page.goto(address)
        page.get_by_role("button", name="以在线修改为准").click()
        expect(page.get_by_text("1 处已以在线修改为准。")).to_be_visible()
        expect(page.get_by_role("heading", name="处在线修改与重新上传的表格不一致")).to_have_count(0)
        work()
        page.goto(address)
        path = download(page, tmp_path)
        mend(path, range(FIRST + 32, FIRST + 40), H500="115.934398")
        upload(page, path, address)
        say(page, 500, 0)
        expect(page.get_by_role("link", name="9 处已改好")).to_be_visible()
        stamped(meishan_clerk, submission)
        page.goto(address)
        page.get_by_role("button", name="提交审核").click()
        expect(page.get_by_text("待审").first).to_be_visible()
    kept = CameraRow.objects.filter(source_file__version__submission=submission, row__in=[FIRST, FIRST + 1])
    assert [str(row.longitude) for row in kept.order_by("row")] == ["115.93436100", "115.93436200"]
    assert Submission.objects.get(pk=submission.pk).state == "in_review"
    assert SourceFile.objects.get(version__submission=submission).rows_read == 500


def _row(number: int) -> dict[str, Any]:
    """The first forty have a longitude that is too short."""
    row = camera_row(number) | {"code": f"34152400001320{number:06d}", "longitude": f"115.{900000 + number * 10 + 1}"}
    row["latitude"] = f"31.{700000 + number * 20 + 1}"
    return row | ({"longitude": SHORT} if number <= 40 else {})


def on_screen(clerk: Person, submission: Submission) -> None:
    """The first two mended in the grid."""
    rows = CameraRow.objects.filter(source_file__version__submission=submission).order_by("row")[:2]
    cells = [Cell(row.key, "longitude", f"115.93436{place}") for place, row in enumerate(rows, 1)]
    changes.change(clerk, submission.pk, "camera", cells, ChangeSet.Way.EDIT)
    work()
