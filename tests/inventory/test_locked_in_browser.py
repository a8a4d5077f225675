"""已入库 on screen in a real browser: what is read-only looks so, says why, and takes neither keys nor a paste."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from inventory.models import ChangeSet, Submission
from reviews.models import Motion
from tests.e2e.browser import assert_sound, launch
from tests.e2e.people import at_work
from tests.e2e.test_grid import paste
from tests.factories_inventory import hand_in, stamp, started
from tests.inventory import entering
from tests.inventory.grids import camera, on_screen, rows_of, work
from tests.inventory.judging import agreed, judged
from tests.reviews.scenes import latest

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]
ROWS = [camera(1), camera(2), camera(3, code=None), *(camera(number) for number in range(4, 30))]


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def photo(page: Page, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"locked-{name}.png"))


def judged_in_part(submission: Submission, by: Person, *back: int) -> None:
    stamp(submission, by)
    hand_in(submission, by)
    keys = [row.key for row in rows_of(submission)]
    judged(submission, [keys[place] for place in back])


def test_the_grid(browser: Browser, site: str, meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, ROWS)
    judged_in_part(submission, meishan_clerk, 1, 4)
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(f"/submissions/{submission.pk}/")
        assert_sound(page)
        photo(page, "submission")
        page.goto(f"/submissions/{submission.pk}/grid/?all=1")
        rows = page.locator("#grid-table .tabulator-row")
        expect(rows.first).to_have_class(re.compile(r"\bis-locked\b"))
        expect(rows.first.locator(".is-place")).to_contain_text("已入库")
        expect(rows.nth(1).locator(".is-place")).not_to_contain_text("已入库")
        assert_sound(page)
        photo(page, "grid")
        heights = [box["height"] for place in (0, 1) if (box := rows.nth(place).bounding_box())]
        assert heights[0] == heights[1], "a row that is read-only is as high as the others"
        cell = rows.first.locator("[tabulator-field=brand]")
        cell.click()
        expect(page.locator("#grid-cell")).to_contain_text("这一行已入库，不能在线修改")
        photo(page, "grid-cell")
        page.keyboard.press("A")
        expect(page.locator("#alerts")).to_contain_text("这一行已入库，不能在线修改")
        assert_sound(page)
        photo(page, "grid-refused")
        cell.click()
        page.keyboard.press("Delete")
        paste(page, "大华\n大华")
        expect(page.locator("#alerts")).to_contain_text("1 行已入库")
        expect(rows.nth(1).locator("[tabulator-field=brand]")).to_have_text("大华")
        expect(page.locator("#grid-saved")).to_have_text("已保存")
        expect(rows.first.locator("[tabulator-field=brand]")).to_have_text("海康威视")
        page.get_by_role("button", name="替换").click()
        page.locator("#replace-dialog [name=column]").select_option("brand")
        page.locator("#replace-dialog [name=find]").fill("海康威视")
        page.locator("#replace-dialog [name=with]").fill("宇视")
        page.get_by_role("button", name="预览").click()
        expect(page.locator("#replace-dialog")).to_contain_text("另有")
        expect(page.locator("#replace-dialog")).to_contain_text("已入库，不能在线修改，不在其中")
        photo(page, "grid-replace")
    assert ChangeSet.objects.count() == 1
    assert [row.brand for row in rows_of(submission)][:2] == ["海康威视", "大华"]


def test_the_form_and_the_list(browser: Browser, site: str, meishan_clerk: Person) -> None:
    submission = started("meishan", by=meishan_clerk)
    entering.begin(meishan_clerk, submission)
    entering.add(meishan_clerk, submission, **entering.CAMERA)
    second = {"code": "34152400001320000002", "name": "示例路口西北角", "longitude": "115.944367"}
    entering.add(meishan_clerk, submission, **(entering.CAMERA | second))
    work()
    judged_in_part(submission, meishan_clerk, 1)
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(f"/submissions/{submission.pk}/entry/")
        assert_sound(page)
        photo(page, "list")
        page.locator("td.acts a", has_text="查看").click()
        expect(page.get_by_text("这一行已入库，只能查看。")).to_be_visible()
        assert_sound(page)
        photo(page, "form")
        expect(page.get_by_label("品牌")).to_be_disabled()
        page.get_by_role("link", name="返回", exact=True).click()
        page.locator("td.acts a", has_text="修改").click()
        expect(page.get_by_label("品牌")).to_be_enabled()


def test_reopened_by_mistake(browser: Browser, site: str, meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, ROWS[:3])
    judged_in_part(submission, meishan_clerk)
    agreed(latest(submission), Motion.Kind.REOPEN)
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(f"/submissions/{submission.pk}/grid/?all=1")
        rows = page.locator("#grid-table .tabulator-row")
        expect(rows.first.locator(".is-place")).not_to_contain_text("已入库")
        page.goto(f"/submissions/{submission.pk}/")
        expect(page.get_by_role("link", name="原样提交")).to_be_visible()
        assert_sound(page)
        photo(page, "reopened")
        page.get_by_role("button", name="原样提交审核").scroll_into_view_if_needed()
        photo(page, "reopened-submit")
        page.get_by_role("button", name="原样提交审核").click()
        expect(page.locator(".page-head .state")).to_have_text("待审")
    assert latest(submission).item_count == 0
