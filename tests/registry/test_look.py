"""The registry's pages in a real browser at 1366x768: nothing clipped, nothing sideways, nothing for axe."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from agencies.models import Person
from cameras.models import Camera
from tests.e2e.browser import assert_sound, launch, new_context, new_page
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform, register_pole
from tests.registry.reading import as_person

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]

PHOTOS = settings.VAR_DIR / "photos" / "lists"
LONG = "金寨县梅山镇江店路与梅山路交叉口东南角人行天桥下方朝向新城区政务中心正门公交站台" * 2


@pytest.fixture
def county(real_db: str, data_reviewer: Person) -> Camera:
    """Two pages of cameras with everything that makes a row long, short or odd."""
    platform = register_platform("meishan", name="梅山镇平安乡村视频平台", gbt28181="partial", gbt28181_remark="2011版")
    pole = register_pole("meishan", pole_number="MS-001")
    register_pole("education", place_kind="school", pole_number="")
    batch = accepted_batch("meishan")
    for number in range(52):
        register_camera("meishan", batch=batch, code=f"3415240100132{number:07d}", place_kind="road")
    register_camera("meishan", name=LONG[:100], brand="长" * 50, platform_name=LONG[:100], pole_condition="完整")
    register_camera("meishan", mobility="mobile", vehicle="3路公交 皖N12345", place_kind="transport", life="retired")
    register_camera("mabu", place_kind="school", longitude=Decimal("115.871234"))
    camera = register_camera("meishan", name="江店路口", platform=platform, pole=pole, pole_number="MS-001", code=None)
    return record_change(camera, accepted_batch("meishan"), status="停用", label=LONG[:100], brand="宇视", measure="")


def key_of(person: Person) -> str:
    """A session of this person. Asked for before the browser starts: under its event loop the test has another
    connection to the database, which would outlive it."""
    return as_person(person).cookies["sessionid"].value


def browse(page: Page, site: str, key: str, path: str) -> Page:
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
    page.goto(site + path)
    return page


def test_every_page_is_sound(site: str, county: Camera, data_reviewer: Person, education_clerk: Person) -> None:
    pole, platform = county.pole, county.platform
    assert pole is not None
    assert platform is not None
    paths = [
        "/cameras/",
        "/cameras/?view=place&at=last",
        "/cameras/?view=build&sort=name",
        f"/cameras/?q={quote('口')}&agency=meishan&status={quote('停用')}&gap=code&kind=road&life=all",
        f"/cameras/?q={quote('没有')}",
        f"/cameras/{county.pk}/",
        f"/cameras/{county.pk - 3}/?life=all",
        f"/cameras/{county.pk}/?version=1",
        "/cameras/?col=code&col=name&col=leased&col=vehicle",
        "/poles/",
        "/poles/?view=place",
        f"/poles/{pole.pk}/",
        "/platforms/",
        "/platforms/?view=build",
        "/platforms/?view=access",
        f"/platforms/{platform.pk}/",
    ]
    reviewer, department = key_of(data_reviewer), key_of(education_clerk)
    seen_by_department = ["/cameras/?view=place", "/poles/", "/platforms/"]
    with launch() as browser:
        for key, own in ((reviewer, paths), (department, seen_by_department)):
            page = new_page(new_context(browser))
            for path in own:
                assert_sound(browse(page, site, key, path))
        page = browse(new_page(new_context(browser)), site, department, f"/cameras/{county.pk - 1}/")
        expect(page.get_by_text("位置已模糊到约 1 公里")).to_be_visible()
        assert_sound(page)


def test_finding_a_camera_by_filters_and_coming_back(site: str, county: Camera, data_reviewer: Person) -> None:
    key = key_of(data_reviewer)
    with launch() as browser:
        page = browse(new_page(new_context(browser)), site, key, "/cameras/")
        page.get_by_role("combobox", name="状态").select_option("停用")
        page.get_by_role("searchbox", name="关键词").fill("江店")
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_text("共 1 台", exact=True)).to_be_visible()
        assert page.url == f"{site}/cameras/?q={quote('江店')}&status={quote('停用')}"
        page.get_by_role("link", name="江店路口").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("江店路口")
        page.get_by_role("link", name="返回列表").click()
        page.get_by_role("link", name=re.compile("状态.*停用.*去掉")).click()
        assert page.url == f"{site}/cameras/?q={quote('江店')}"
        page.get_by_role("link", name=re.compile("搜索.*江店.*去掉")).click()
        expect(page.get_by_text("共 55 台在册")).to_be_visible()
        page.get_by_role("link", name="下一页").click()
        expect(page.get_by_role("navigation", name="分页")).to_contain_text("共 55 台，本页 5 台")
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 Excel").click()
        assert download.value.suggested_filename.startswith("摄像机台账_")
        assert download.value.suggested_filename.endswith(".xlsx")


def test_more_conditions_open_by_keyboard(site: str, county: Camera, data_reviewer: Person) -> None:
    key = key_of(data_reviewer)
    with launch() as browser:
        page = browse(new_page(new_context(browser)), site, key, "/cameras/")
        more = page.get_by_text("更多条件")
        more.focus()
        page.keyboard.press("Enter")
        assert_sound(page)
        page.get_by_role("combobox", name="在册状态").select_option("已注销")
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_text("共 1 台", exact=True)).to_be_visible()
        assert page.url.endswith("?life=retired")


def test_columns_views_and_ticks(site: str, county: Camera, meishan_clerk: Person) -> None:
    key = key_of(meishan_clerk)
    with launch() as browser:
        page = browse(new_page(new_context(browser)), site, key, "/cameras/?sort=name")
        page.get_by_text("选列").click()
        page.get_by_role("checkbox", name="品牌", exact=True).check()
        page.get_by_role("checkbox", name="场所类别", exact=True).uncheck()
        assert_sound(page)
        page.screenshot(path=str(PHOTOS / "list-columns.png"))
        page.get_by_role("button", name="只显示勾选的列").click()
        expect(page.get_by_role("columnheader", name="品牌")).to_be_visible()
        expect(page.get_by_role("columnheader", name="场所类别")).to_have_count(0)
        page.get_by_text("我的视图").click()
        page.get_by_label("把现在的条件、列和排序保存为").fill("按品牌看")
        assert_sound(page)
        page.screenshot(path=str(PHOTOS / "list-save-view.png"))
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.get_by_role("link", name="按品牌看")).to_have_attribute("aria-current", "true")
        expect(page.get_by_role("button", name="勾选的导出 CSV")).to_be_disabled()
        page.get_by_role("checkbox", name=f"勾选 {county.number}").check()
        expect(page.get_by_text("已选 1 条")).to_be_visible()
        assert_sound(page)
        page.screenshot(path=str(PHOTOS / "list-ticked.png"))
        with page.expect_download() as download:
            page.get_by_role("button", name="勾选的导出 CSV").click()
        assert download.value.path().read_text(encoding="utf-8-sig").count("JZ-C-") == 1


def test_what_lies_around_on_a_small_map(site: str, county: Camera, meishan_clerk: Person) -> None:
    key = key_of(meishan_clerk)
    with launch() as browser:
        page = browse(new_page(new_context(browser)), site, key, f"/cameras/{county.pk}/")
        expect(page.locator(".thing-map.leaflet-container")).to_be_visible()
        expect(page.get_by_text("只列出最近的 20 台")).to_be_visible()
        page.screenshot(path=str(PHOTOS / "camera-detail.png"))
        page.screenshot(path=str(PHOTOS / "camera-detail-whole.png"), full_page=True)
        assert_sound(page)
