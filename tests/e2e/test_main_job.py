"""The main job, as four people do it: fill, mend, submit, review twice, register; and the zero report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import openpyxl
import pytest
from django.utils import timezone
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from audit import journal
from cameras.models import Camera, CameraVersion, Pole
from inventory.campaign import campaigns
from inventory.models import CameraRow
from tests.e2e import browser as real
from tests.e2e.people import at_work, attach_scan, progress_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def campaign(office: Person) -> None:
    terms = campaigns.Terms(
        "2026年第一次梳理", "全县", timezone.localdate() - timedelta(days=3), timezone.now() + timedelta(days=5)
    )
    campaigns.create(office, terms, [agency.pk for agency in campaigns.default_roster()])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser


GOOD: list[dict[str, str]] = [
    {
        "序号": str(number),
        "20位编码": f"3415240000132000000{number}",
        "位置名称": f"示例路口{number}",
        "管理平台名称": "梅山镇视频平台",
        "品牌": "海康威视",
        "所在县（市、区）、乡镇（街道）": "梅山镇",
        "经度（保留后六位）": f"115.90345{number}",
        "纬度（保留后六位）": f"31.70345{number}",
        "建设时间": "2020.03",
        "是否以租代建": "否",
        "状态": "在用",
        "计划整合方式": "保留",
    }
    for number in range(1, 7)
]
MISTAKES = {
    (1, "20位编码"): "3415240000132",
    (2, "位置名称"): "",
    (3, "经度（保留后六位）"): "115.9034",
    (4, "所在县（市、区）、乡镇（街道）"): "不存在镇",
    (5, "是否以租代建"): "也许",
}


def fill(template: Path, out: Path, rows: list[dict[str, str]]) -> dict[tuple[int, str], str]:
    """Fill the downloaded form as a clerk would; return the A1 address of every cell written, by (row, header)."""
    book = openpyxl.load_workbook(template)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    header = next(row for row in sheet.iter_rows() if str(row[0].value).strip() == "序号")
    titles: dict[str, int] = {}
    for cell in header:
        titles.setdefault("".join(str(cell.value or "").split()), int(cell.column or 0))
    sample = next(cell for column in sheet.iter_cols(max_col=1) for cell in column if cell.value == "样例")
    written = {}
    for number, row in enumerate(rows):
        for title, value in row.items():
            cell = sheet.cell(int(sample.row or 0) + 1 + number, titles[title])
            cell.value = value or None
            written[number, title] = cell.coordinate
    book.save(out)
    return written


def upload(page: Page, path: Path) -> None:
    page.set_input_files("input[name=workbook]", path)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("article.file", has_text=path.name)).to_contain_text("读到", timeout=60_000)
    settled(page)


def settled(page: Page) -> None:
    """Nothing is being worked out any more: the page will not come back by itself."""
    expect(page.locator("[data-polling]")).to_have_count(0, timeout=30_000)


@pytest.mark.usefixtures("campaign")
def test_from_the_downloaded_form_to_the_registry(
    site: str,
    worker: Callable[..., Popen[bytes]],
    chromium: Browser,
    tmp_path: Path,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    leader: Person,
) -> None:
    worker()
    with (
        at_work(chromium, site, meishan_clerk) as clerk,
        at_work(chromium, site, data_reviewer) as data,
        at_work(chromium, site, police_reviewer) as police,
        at_work(chromium, site, leader) as boss,
    ):
        assert "未报" in progress_of(boss, "梅山镇")

        # The clerk downloads the form, fills it with five different mistakes, and sees all five at their cells.
        clerk.goto("/submissions/")
        with clerk.expect_download() as download:
            clerk.get_by_role("link", name="下载摄像机表").click()
        form = tmp_path / "form.xlsx"
        download.value.save_as(form)
        wrong = [
            row | {title: value for (at, title), value in MISTAKES.items() if at == n} for n, row in enumerate(GOOD)
        ]
        cells = fill(form, tmp_path / "wrong.xlsx", wrong)
        clerk.get_by_role("button", name="开始填报").click()
        clerk.wait_for_url("**/submissions/*/")
        assert "草稿" in progress_of(boss, "梅山镇")
        upload(clerk, tmp_path / "wrong.xlsx")
        shown = set(clerk.locator(".finding.is-bad .chip").all_inner_texts())
        assert shown == {cells[place] for place in MISTAKES}
        real.assert_sound(clerk)
        assert clerk.get_by_role("button", name="提交审核").count() == 0

        # The mended file takes the other's place; scan; submit.
        fill(form, tmp_path / "mended.xlsx", GOOD)
        upload(clerk, tmp_path / "mended.xlsx")
        expect(clerk.locator(".finding.is-bad")).to_have_count(0)
        attach_scan(clerk)
        press(clerk, "提交审核")
        expect(clerk.locator(".page-head .state")).to_have_text("待审")
        assert "待审" in progress_of(boss, "梅山镇")

        # The data bureau passes; the police return one row with a reason.
        decide(data)
        return_rows(police, "示例路口2", "名称与现场标注不一致")
        assert "退回" in progress_of(boss, "梅山镇")

        # The clerk reads the reason, mends the row, and hands in the second version.
        clerk.reload()
        expect(clerk.get_by_text("名称与现场标注不一致")).to_be_visible()
        renamed = [row | ({"位置名称": "示例路口2号"} if n == 1 else {}) for n, row in enumerate(GOOD)]
        places = fill(form, tmp_path / "second.xlsx", renamed)
        upload(clerk, tmp_path / "second.xlsx")
        attach_scan(clerk)
        press(clerk, "提交审核")
        decide(data)
        decide(police)
        assert "通过" in progress_of(boss, "梅山镇")

        # The cameras stand in the registry, and the second leads back to its cell.
        boss.goto("/cameras/")
        expect(boss.get_by_text("示例路口2号")).to_be_visible()
        boss.get_by_role("link", name="示例路口2号").first.click()
        expect(boss.get_by_text("second.xlsx").first).to_be_visible()
        expect(boss.get_by_text(places[1, "位置名称"], exact=True).first).to_be_visible()
        real.assert_sound(boss)

    assert Camera.objects.live().count() == 6
    assert Pole.objects.count() == 0
    version = CameraVersion.objects.get(name="示例路口2号")
    row = CameraRow.objects.get(pk=version.source_row_id or 0)
    assert (row.sheet, f"C{row.row}") == (version_sheet(row), places[1, "位置名称"])
    assert row.source_file.version.number == 2
    checked, fault = journal.verify()
    assert fault is None
    assert checked > 20


def version_sheet(row: CameraRow) -> str:
    return str(row.source_file.summary["sheets"][0]["name"])


def open_case(page: Page) -> None:
    page.goto("/reviews/")
    page.locator("tr", has_text="梅山镇").get_by_role("link").first.click()


def decide(page: Page) -> None:
    """Pass whatever is not decided yet, and close one's own side."""
    open_case(page)
    pass_the_rest_and_close(page)


def pass_the_rest_and_close(page: Page) -> None:
    page.get_by_role("link", name="通过其余的").click()
    page.get_by_role("button", name="通过这").click()
    page.get_by_text("标为通过").first.wait_for()
    press(page, "办结本方审核")


def return_rows(page: Page, name: str, reason: str) -> None:
    open_case(page)
    page.locator(".queue-row", has_text=name).get_by_role("checkbox").check()
    page.fill("[name=reason]", reason)
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator(".queue-row", has_text=name).locator("[data-said]")).to_contain_text("退回")
    pass_the_rest_and_close(page)


def press(page: Page, name: str) -> None:
    """Press a button, answer the page's question when it asks one, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()
        question = page.locator("dialog[open] .btn-danger")
        if question.count():
            question.click()


@pytest.mark.nightly
@pytest.mark.usefixtures("campaign")
def test_a_zero_report(
    site: str,
    chromium: Browser,
    mabu_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    leader: Person,
) -> None:
    with (
        at_work(chromium, site, mabu_clerk) as clerk,
        at_work(chromium, site, data_reviewer) as data,
        at_work(chromium, site, police_reviewer) as police,
        at_work(chromium, site, leader) as boss,
    ):
        clerk.goto("/submissions/")
        clerk.get_by_role("button", name="零报告").first.click()
        clerk.wait_for_url("**/submissions/*/")
        clerk.fill("[name=reason]", "无")
        press(clerk, "保存理由")
        expect(clerk.get_by_text("不少于 10 个字").first).to_be_visible()
        clerk.fill("[name=reason]", "经逐村核查，本镇没有自建的公共场所视频监控。")
        press(clerk, "保存理由")
        attach_scan(clerk)
        real.assert_sound(clerk, expect_console=("status of 422",))
        press(clerk, "提交审核")
        assert "零报告待审" in progress_of(boss, "麻埠镇")
        for reviewer in (data, police):
            reviewer.goto("/reviews/")
            reviewer.locator("tr", has_text="麻埠镇").get_by_role("link").first.click()
            press(reviewer, "通过")
            press(reviewer, "办结本方审核")
        assert "零报告通过" in progress_of(boss, "麻埠镇")
    assert Camera.objects.count() == 0
