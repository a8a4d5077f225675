"""From the map to the county's plan: the office picks a cluster, finds and opens the proposal about it and asks; the
owners accept, both sides pass; the cameras' measures change, their history leads back to the proposal, and the plan's
document tells it with the lists' own figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from subprocess import Popen

import docx
import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from cameras.models import Camera
from dashboards.map import clusters
from planning.models import Proposal
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
    real_db: str,
    monkeypatch: pytest.MonkeyPatch,
    meishan_clerk: Person,
    office: Person,
    data_reviewer: Person,
    police_reviewer: Person,
) -> tuple[Camera, Camera]:
    """One junction, 19 metres apart, two units; and elsewhere cameras that nothing is to be done about."""
    monkeypatch.setattr(clusters, "MOST_SINGLE", 1)
    far = {"longitude": Decimal("115.701234"), "latitude": Decimal("31.501235"), "name": "麻埠中心学校大门"}
    for agency, code, told in (
        ("meishan", "34152400001320900001", {"longitude": Decimal("115.934366")}),
        ("urban-management", "34152400001320900002", {"longitude": Decimal("115.934566")}),
        ("mabu", "34152400001320900003", {**far, "place_kind": "school", "township": "341524101"}),
    ):
        row = {**ROAD, "latitude": Decimal("31.727178"), "name": "江店路与新城路路口", **told, "code": code}
        registered(
            agency,
            cameras=[{**row, "wgs_longitude": float(row["longitude"]), "wgs_latitude": float(row["latitude"])}],  # type: ignore[arg-type]
        )
    first, second, _ = Camera.objects.order_by("code")
    return first, second


def press(page: Page, name: str, verb: str = "") -> None:
    """A button that asks once more, and its yes; it asks only when the scripts have run."""
    page.wait_for_load_state("load")
    page.get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=verb or name).click()


def pick_the_junction(page: Page) -> None:
    """From the navigation to the map, narrowed to roads; its one cluster, by keyboard."""
    page.get_by_role("link", name="地图", exact=True).click()
    page.wait_for_url("**/map/")
    page.select_option("select[name=kind]", "road")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**/map/?*kind=road*")
    expect(page.locator("[data-county-map][data-shown=clusters]")).to_be_visible()
    expect(page.locator("[data-map-said]")).to_have_text("画面里 2 台。")
    page.locator(".map-cluster").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-picked")).to_contain_text("共 2 台")


def search(page: Page) -> None:
    """From the pick that no proposal knows to the search for them."""
    page.locator("#map-picked").get_by_role("link", name="查找").click()
    page.get_by_role("button", name="开始查找").click()
    expect(page.locator("#past-title ~ .data-wrap tbody td").last).to_contain_text("已完成", timeout=60_000)


def accept(page: Page) -> None:
    """The owner opens the notice, and accepts."""
    page.goto("/notices/")
    page.get_by_role("button", name="去答复").first.click()
    expect(page.get_by_role("heading", name="本单位的意见")).to_be_visible()
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_text("已答复，谢谢。")).to_be_visible()


def passes(page: Page) -> None:
    """A side passes every item and closes."""
    page.goto("/reviews/")
    page.get_by_role("link", name="审核最急的一件").click()
    expect(page.locator(".item")).to_contain_text("计划整合方式")
    page.wait_for_load_state("load")  # keys are heard only when the scripts have run
    while page.locator("[data-tally=open]").first.inner_text() != "0":
        before = page.locator("[data-tally=pass]").first.inner_text()
        page.keyboard.press("a")
        expect(page.locator("[data-tally=pass]").first).not_to_have_text(before)
    press(page, "办结本方审核", "办结")
    expect(page.get_by_text("本方已办结").first).to_be_visible()


def issue(page: Page, folder: Path) -> Path:
    """The office makes the plan's first issue and downloads it."""
    page.goto("/planning/document/")
    page.get_by_role("button", name="生成新一版").click()
    download = page.get_by_role("link", name=re.compile("下载.*第 1 版"))
    expect(download).to_be_visible(timeout=60_000)
    with page.expect_download() as handed:
        download.click()
    path = folder / "plan.docx"
    handed.value.save_as(path)
    return path


def tables(path: Path) -> dict[tuple[str, ...], list[list[str]]]:
    """The rows under each table's head."""
    read = [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(str(path)).tables]
    return {tuple(rows[0]): rows[1:] for rows in read}


def listed(page: Page, address: str) -> str:
    """How many cameras the list says that it holds."""
    page.goto(address)
    told = page.get_by_text(re.compile(r"^\s*共 [\d,]+ 台")).first.inner_text()
    return re.sub(r"[^\d,]", "", told.split("台")[0])


def test_from_the_map_to_the_countys_plan(
    site: str,
    worker: Callable[..., Popen[bytes]],
    chromium: Browser,
    junction: tuple[Camera, Camera],
    office: Person,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    tmp_path: Path,
) -> None:
    other = clerk_of("urban-management")
    worker()
    with at_work(chromium, site, office) as page:
        pick_the_junction(page)
        expect(page.locator("#map-picked")).to_contain_text("没有正在办的方案涉及这些摄像机")
        search(page)
        pick_the_junction(page)
        expect(page.locator("#map-picked")).to_contain_text("正在办 1 件方案")
        real.assert_sound(page)
        page.locator("#map-picked").get_by_role("link", name="重复点位").click()
        expect(page.get_by_text("分属 2 个单位").first).to_be_visible()
        real.assert_sound(page)
        for select in page.locator(".members select").all():
            if not select.input_value():
                select.select_option("一机多用")
        page.get_by_role("button", name="保存建议").click()
        expect(page.get_by_text("建议已保存。")).to_be_visible()
        press(page, "征求意见")
        expect(page.get_by_text("已通知各权属单位答复")).to_be_visible()
        address = page.url.split("#")[0]
    for owner in (meishan_clerk, other):
        with at_work(chromium, site, owner) as page:
            accept(page)
    with at_work(chromium, site, office) as page:
        page.goto(address)
        press(page, "送审")
        expect(page.get_by_text("已送数据局和公安局审定")).to_be_visible()
    for reviewer in (data_reviewer, police_reviewer):
        with at_work(chromium, site, reviewer) as page:
            passes(page)
    decided = {camera.number: camera.measure for camera in Camera.objects.filter(place_kind="road")}
    assert "保留" not in decided.values(), "both sides have decided otherwise"
    with at_work(chromium, site, office) as page:
        page.goto(address)
        expect(page.locator(".page-head")).to_contain_text("已确定")
        page.locator(".members th a").last.click()
        page.locator("#source").get_by_role("link", name="整合方案").click()
        expect(page).to_have_url(address)
        plan = tables(issue(page, tmp_path))
        told = {row[0]: row[1] for head, rows in plan.items() if head[0] == "计划整合方式" for row in rows}
        for measure in {*decided.values(), "保留"}:
            assert told[measure] == listed(page, f"/cameras/?measure={measure}"), measure
        assert told["合计"] == listed(page, "/cameras/") == "3"
        proposal = Proposal.objects.get(state=Proposal.State.SETTLED).number
        (settled,) = [rows for head, rows in plan.items() if head[0] == "方案"]
        assert {row[1]: row[4] for row in settled} == decided, "and both of one proposal"
        assert {row[0] for row in settled} == {proposal}
        (to_do,) = [rows for head, rows in plan.items() if head[:2] == ("序号", "登记编号")]
        assert {row[1]: row[5] for row in to_do} == decided
    with at_work(chromium, site, other) as page:
        expect(page.get_by_text("待落实").first).to_be_visible()
        real.assert_sound(page)
