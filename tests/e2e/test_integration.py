"""From a search to a camera's new measure: the office finds and asks, the owner accepts, both sides pass, and the
camera's history leads back to the proposal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from subprocess import Popen

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from cameras.models import Camera
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.factories_inventory import clerk_of
from tests.inventory.registering import registered

pytestmark = pytest.mark.e2e
ROAD = {"measure": "保留", "place_kind": "road", "township": "341524100"}


@pytest.fixture
def chromium(site: str) -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser
        connection.close()


@pytest.fixture
def junction(
    real_db: str, meishan_clerk: Person, office: Person, data_reviewer: Person, police_reviewer: Person
) -> tuple[Camera, Camera]:
    """One junction, 19 metres apart, two units."""
    for agency, code, longitude in (
        ("meishan", "34152400001320900001", Decimal("115.934366")),
        ("urban-management", "34152400001320900002", Decimal("115.934566")),
    ):
        latitude = Decimal("31.727178")
        place = {"longitude": longitude, "latitude": latitude, "name": "江店路与新城路路口"}
        registered(agency, cameras=[{**ROAD, **place, "code": code,
                                     "wgs_longitude": float(longitude), "wgs_latitude": float(latitude)}])  # fmt: skip
    first, second = Camera.objects.order_by("code")
    return first, second


def confirm(page: Page, verb: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=verb).click()


def accept(page: Page) -> None:
    """The owner opens the notice, and accepts."""
    page.goto("/notices/")
    page.get_by_role("button", name="去答复").first.click()
    expect(page.get_by_role("heading", name="本单位的意见")).to_be_visible()
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")  # the anchor has scrolled the head under the bar
    real.assert_sound(page)
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_text("已答复，谢谢。")).to_be_visible()


def passes(page: Page) -> None:
    """A side passes every item and closes."""
    page.goto("/reviews/")
    page.get_by_role("link", name="审核最急的一件").click()
    expect(page.locator(".item")).to_contain_text("计划整合方式")
    real.assert_sound(page)
    while page.locator("[data-tally=open]").first.inner_text() != "0":
        before = page.locator("[data-tally=pass]").first.inner_text()
        page.keyboard.press("a")
        expect(page.locator("[data-tally=pass]").first).not_to_have_text(before)
    page.get_by_role("button", name="办结本方审核").click()
    confirm(page, "办结")
    expect(page.get_by_text("已办结").first).to_be_visible()


def test_from_the_search_to_the_cameras_history(
    site: str,
    worker: Callable[..., Popen[bytes]],
    chromium: Browser,
    junction: tuple[Camera, Camera],
    office: Person,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
) -> None:
    other = clerk_of("urban-management")
    worker()
    with at_work(chromium, site, office) as page:
        page.goto("/planning/search/")
        page.get_by_role("button", name="开始查找").click()
        expect(page.get_by_role("heading", name="正在查找")).to_be_hidden(timeout=60_000)
        page.goto("/planning/?kind=duplicate")
        page.locator(".proposal-name a").click()
        expect(page.get_by_text("分属 2 个单位").first).to_be_visible()
        real.assert_sound(page)
        for select in page.locator(".members select").all():
            if not select.input_value():
                select.select_option("一机多用")
        page.get_by_role("button", name="保存建议").click()
        page.get_by_role("button", name="征求意见").click()
        confirm(page, "征求意见")
        expect(page.get_by_text("已通知各权属单位答复")).to_be_visible()
        address = page.url.split("#")[0]
    for owner in (meishan_clerk, other):
        with at_work(chromium, site, owner) as page:
            accept(page)
    with at_work(chromium, site, office) as page:
        page.goto(address)
        page.get_by_role("button", name="送审").click()
        confirm(page, "送审")
        expect(page.get_by_text("已送数据局和公安局审定")).to_be_visible()
    for reviewer in (data_reviewer, police_reviewer):
        with at_work(chromium, site, reviewer) as page:
            passes(page)
    with at_work(chromium, site, office) as page:
        page.goto(address)
        expect(page.locator(".page-head")).to_contain_text("已确定")
        page.locator(".members th a").last.click()
        history = page.locator("#source")
        history.get_by_role("link", name="整合方案").click()
        expect(page).to_have_url(address)
        page.goto("/")
    decided = {camera.measure for camera in Camera.objects.all()}
    assert decided != {"保留"}, "both sides have decided otherwise"
    with at_work(chromium, site, other) as page:
        expect(page.get_by_text("待落实").first).to_be_visible()
