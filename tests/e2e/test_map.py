"""A planner's walk over the map: filters, picks a cluster, a rectangle, opens the list; and the same by keyboard."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from agencies.models import Person
from dashboards.map import clusters
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.factories_registry import register_camera

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]


@pytest.fixture
def county(real_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dense places of two kinds, a few single cameras, one without a position."""
    monkeypatch.setattr(clusters, "MOST_SINGLE", 8)
    for at in range(12):
        east, north = Decimal("115.934366") + at * Decimal("0.00031"), Decimal("31.401234") + at * Decimal("0.00031")
        road, school = f"梅山镇新城路{at + 1}号杆", f"麻埠镇中心学校{at + 1}号门"
        register_camera("meishan", longitude=east, latitude=Decimal("31.727178"), place_kind="road", name=road)
        register_camera("mabu", longitude=Decimal("115.701234"), latitude=north, place_kind="school", name=school)
    register_camera("gubei", longitude=Decimal("115.601234"), latitude=Decimal("31.501231"), name="古碑镇河堤")
    register_camera("mabu", longitude=None, latitude=None, name="没有坐标的")
    connection.close()


def photo(page: Page, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "photos" / "map"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def drawn(page: Page, shape: str) -> None:
    expect(page.locator(f"[data-county-map][data-shown={shape}]")).to_be_visible()


def test_a_planner_filters_picks_a_cluster_and_opens_the_list(county: None, site: str, office: Person) -> None:
    with real.launch() as chromium, at_work(chromium, site, office) as page:
        page.get_by_role("link", name="地图").click()
        drawn(page, "clusters")
        expect(page.locator("[data-map-said]")).to_have_text("画面里 25 台。")
        expect(page.locator(".map-counts").first).to_contain_text("没有坐标 1 台")
        photo(page, "county")
        real.assert_sound(page)

        # Filters stand in the address, and the legend narrows to them.
        page.select_option("select[name=kind]", "school")
        page.get_by_role("button", name="查询").click()
        page.wait_for_url("**/map/?*kind=school*")
        drawn(page, "clusters")
        expect(page.locator("[data-map-said]")).to_have_text("画面里 12 台。")

        # A cluster, by keyboard: its cameras are listed beside the map.
        cluster = page.locator(".map-cluster")
        expect(cluster).to_have_count(1)
        expect(cluster).to_have_attribute("aria-label", re.compile("12 台：麻埠镇 12"))
        cluster.focus()
        page.keyboard.press("Enter")
        picked = page.locator("#map-picked")
        expect(picked).to_contain_text("共 12 台")
        photo(page, "picked")
        real.assert_sound(page)
        page.get_by_role("button", name="放大到这里").click()

        # Its own page: ticked, and on to a proposal.
        picked.get_by_role("link", name="逐台勾选").click()
        expect(page.locator("[data-tick]:checked")).to_have_count(12)
        photo(page, "ticks")
        real.assert_sound(page)
        page.get_by_role("button", name="合并提出方案").click()
        expect(page.locator("[name=numbers]")).to_have_value(re.compile("(JZ-C-\\d+\\s*){12}"))
        page.go_back()
        page.get_by_role("link", name="回到地图").click()

        # The list with the same condition is the map's equal.
        page.get_by_role("link", name="看清单", exact=True).click()
        page.wait_for_url("**/cameras/?kind=school")
        expect(page.locator("main")).to_contain_text("共 12 台")


def test_single_cameras_and_rectangles(county: None, site: str, leader: Person) -> None:
    with real.launch() as chromium, at_work(chromium, site, leader) as page:
        page.goto("/map/?agency=gubei&by=status")
        drawn(page, "points")
        page.locator(".map-point").click()
        popup = page.locator(".map-popup a")
        expect(popup).to_have_text("古碑镇河堤")
        photo(page, "point")
        popup.click()
        page.wait_for_url("**/cameras/*/")

        page.goto("/map/")
        page.get_by_role("button", name="看全县").click()
        drawn(page, "clusters")
        page.get_by_role("button", name="框选").click()
        box = page.locator("[data-county-map]").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 5, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 60, box["y"] + box["height"] - 60, steps=4)
        page.mouse.up()
        expect(page.locator("#map-picked")).to_contain_text("共 25 台")
        page.get_by_role("button", name="列出画面里的").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#map-picked")).to_contain_text("共 25 台")
        assert not real.troubles(page)
