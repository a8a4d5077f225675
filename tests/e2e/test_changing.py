"""In a real browser: a clerk corrects a camera with the map, both sides decide, the registry and its history say it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from cameras.models import Camera
from inventory.models import ChangeRequest
from reviews.models import Case
from tests.e2e.browser import assert_sound, launch
from tests.e2e.people import at_work
from tests.factories_inventory import scan_picture
from tests.inventory.registering import registered

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def photo(page: Page, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"changing-{name}.png"))


def decide(page: Page, case: Case, name: str) -> None:
    """Pass the only item and close."""
    page.goto(f"/reviews/{case.pk}/")
    expect(page.locator("#bench-item")).to_contain_text("大华")
    assert_sound(page)
    photo(page, name)
    page.locator("[data-mark=pass]").click()
    close = page.get_by_role("button", name="办结本方审核")
    expect(close).to_be_enabled()
    close.click()
    page.get_by_role("dialog").get_by_role("button", name="办结").click()
    expect(page.get_by_text("本方已办结").first).to_be_visible()


def test_a_camera_is_corrected(
    browser: Browser,
    site: str,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
) -> None:
    registered(cameras=[{"name": "江店路路口东南角", "code": "34152400001320900001"}, {"name": "江店路二号"}])
    camera = Camera.objects.get(code="34152400001320900001")
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(f"/cameras/{camera.pk}/")
        assert_sound(page)
        photo(page, "camera")
        page.get_by_role("link", name="申请更正", exact=True).click()
        page.locator("[data-place-map] .leaflet-container, [data-place-map].leaflet-container").first.wait_for()
        assert_sound(page)
        photo(page, "form")
        page.get_by_label("经度").fill("117.2")
        page.get_by_role("button", name="核对改动").last.click()
        expect(page.locator(".error-summary")).to_contain_text("错误，改好才能提交")
        assert_sound(page, expect_console=("status of 422",))
        photo(page, "wrong")
        page.get_by_label("经度").fill("115.934366")
        page.get_by_label("经度").blur()
        holder = page.locator("[data-place-map]")
        box = holder.bounding_box()
        assert box is not None
        holder.click(position={"x": box["width"] / 2 + 40, "y": box["height"] / 2 + 30})
        expect(page.locator("[data-place-said]")).to_contain_text("已取")
        page.get_by_label("品牌").fill("大华")
        page.get_by_role("button", name="核对改动").last.click()
        expect(page.locator("#check-title")).to_contain_text("核对：改动 3 项")
        page.get_by_label("为什么要更正").fill("设备上个月更换，位置重新测量")
        page.locator("#id_evidence").set_input_files(
            {"name": "铭牌.png", "mimeType": "image/png", "buffer": scan_picture("铭牌")}
        )
        assert_sound(page)
        photo(page, "check")
        page.get_by_role("button", name="提交审核").click()
        expect(page.locator("h1")).to_contain_text(f"更正 {camera.number}")
        assert_sound(page)
        photo(page, "request")
        page.goto("/changes/")
        assert_sound(page)
        photo(page, "list")
        page.goto("/")
        expect(page.locator("main")).to_contain_text("审核中")
    request = ChangeRequest.objects.get()
    case = Case.objects.get(kind="change", subject_id=request.pk)
    for person, name in ((data_reviewer, "bench-data"), (police_reviewer, "bench-police")):
        with at_work(browser, site, person) as page:
            decide(page, case, name)
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(f"/changes/{request.pk}/")
        expect(page.locator("main")).to_contain_text("台账已按此登记")
        assert_sound(page)
        photo(page, "accepted")
        page.goto(f"/cameras/{camera.pk}/")
        expect(page.locator("main")).to_contain_text("更正")
        assert_sound(page)
        photo(page, "history")
        page.goto(f"/changes/camera/{camera.pk}/ask/?retire=1")
        assert_sound(page)
        photo(page, "retire")
    camera.refresh_from_db()
    assert (camera.brand, camera.version_number) == ("大华", 2)
    assert camera.longitude is not None and str(camera.longitude) != "115.93436600"
