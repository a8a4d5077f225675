"""The pages of 接入 in a real browser at 1366x768: nothing clipped, no console error, axe finds nothing; photographed.

And as a unit does it: tick, say, see it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from agencies.models import Person
from cameras.models import Camera
from connecting import capacity, filings, services
from tests.connecting.things import in_days
from tests.dashboards.test_in_browser import at_desk, session_of
from tests.e2e import browser as real
from tests.factories_registry import register_camera, register_platform

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]
PHOTOS = Path(settings.VAR_DIR) / "photos" / "connecting"


def look(page: Page, address: str, photo: str) -> None:
    page.goto(address)
    PHOTOS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PHOTOS / f"{photo}.png", full_page=True)
    real.assert_sound(page)


@pytest.fixture
def county(meishan_clerk: Person, police_reviewer: Person, office: Person) -> list[int]:
    """A platform and cameras in every state, the county platform nearly full; the ids of some cameras."""
    amounts = capacity.Amounts(100, 96, 60, 20, Decimal(500), Decimal("312.5"))
    capacity.state_capacity(police_reviewer, dt.date(2026, 8, 1), amounts, "县公安局科信部门统计")
    capacity.state_province_link(police_reviewer, "connected", dt.date(2022, 12, 20), "按 GB/T 28181 与省平台级联")
    platform = register_platform("meishan", connected="no")
    filings.file(
        meishan_clerk, "platform", [platform.pk], 0, filed_on=dt.date(2025, 6, 20), number="金公备〔2025〕12号"
    )
    cameras = [register_camera("meishan", platform=platform, name=f"望山路口东南角{n:02d}") for n in range(6)]
    ids = [camera.pk for camera in cameras]
    register_camera("meishan", funding="social", place_kind="school", built="")
    told = {"cost": Decimal("12.5"), "gain": "补上路口盲区", "text": "模拟摄像机，没有编码器"}
    services.state(meishan_clerk, "camera", ids[:2], 0, state="not_ready", **told)  # type: ignore[arg-type]
    services.state(meishan_clerk, "camera", ids[2:3], 0, state="planned", by_date=in_days(3))
    services.sign(meishan_clerk, "camera", ids[:1], 0, state="missing", by_date=in_days(3))
    return ids


def test_every_page(
    site: str, county: list[int], leader: Person, office: Person, police_reviewer: Person, mabu_clerk: Person
) -> None:
    people = {"leader": leader, "office": office, "police": police_reviewer, "mabu": mabu_clerk}
    sessions = {name: session_of(one) for name, one in people.items()}
    with real.launch() as browser:
        with at_desk(browser, site, sessions["leader"]) as page:
            look(page, "/connecting/", "overview")
            look(page, "/connecting/?by=place", "overview-place")
            look(page, "/connecting/camera/", "cameras")
            look(page, f"/connecting/camera/{county[0]}/", "camera")
            look(page, "/connecting/platform/?view=filing&filing=confirmed", "none")
            look(page, f"/cameras/{county[0]}/", "camera-panel")
            look(page, f"/platforms/{Camera.objects.get(pk=county[0]).platform_id}/", "platform-panel")
        with at_desk(browser, site, sessions["office"], size="3") as page:
            look(page, "/connecting/", "overview-large")
            look(page, "/connecting/camera/?view=filing", "filings-large")
            look(page, f"/connecting/camera/decide/?id={county[0]}&id={county[1]}", "decide-large")
            look(page, f"/cameras/{county[0]}/", "camera-panel-large")
        with at_desk(browser, site, sessions["mabu"]) as page:
            look(page, "/connecting/", "overview-without-cameras")
        with at_desk(browser, site, sessions["police"]) as page:
            look(page, "/connecting/platform/?view=filing&filing=stated", "filings")
            look(page, "/connecting/county/", "county")


def test_a_unit_ticks_says_and_sees_it(site: str, county: list[int], meishan_clerk: Person) -> None:
    session = session_of(meishan_clerk)
    with real.launch() as browser, at_desk(browser, site, session) as page:
        page.goto("/connecting/camera/?access=unplanned")
        button = page.get_by_role("button", name="说明接入情况")
        assert button.is_disabled()
        page.get_by_label("勾选本页可办理的").check()
        assert page.locator("[data-tick-count]").text_content() == "已选 3 条（本页 3 条）"
        button.click()
        page.wait_for_selector("text=对 3 台摄像机说明接入情况")
        page.get_by_label("计划接入", exact=True).check()
        page.get_by_role("button", name="说明接入情况（3 台摄像机）").click()
        page.wait_for_selector("text=请填写计划接入的日期")
        page.screenshot(path=PHOTOS / "state-refused.png", full_page=True)
        real.assert_sound(page, expect_console=("422",))
        page.get_by_label("计划接入日期").fill(in_days(9).isoformat())
        page.get_by_role("button", name="说明接入情况（3 台摄像机）").click()
        page.wait_for_selector("text=已登记接入情况：3 台摄像机")
        assert page.get_by_text("没有符合条件的记录").is_visible()
        page.goto("/connecting/camera/?access=planned")
        assert page.get_by_text("共 4 台摄像机").is_visible()
