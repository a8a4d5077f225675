"""A clerk with three cameras and no workbook: one typed, one picked on the map, one mended; the papers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from demo.paper import stamped
from inventory.campaign import campaigns
from inventory.models import CameraRow, ChangeSet, SourceFile, Submission, Version
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.inventory.drafts import work
from tests.inventory.entering import CAMERA

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]
CHOICES = {"township", "leased"}


@pytest.fixture
def campaign(office: Person) -> None:
    today = timezone.localdate()
    terms = campaigns.Terms("2026年第一次梳理", "全县", today - timedelta(days=3), timezone.now() + timedelta(days=5))
    campaigns.create(office, terms, [agency.pk for agency in campaigns.default_roster()])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser


def fill(page: Page, cells: dict[str, str]) -> None:
    for key, text in cells.items():
        if key in CHOICES:
            page.select_option(f"#id_{key}", text)
        else:
            page.fill(f"#id_{key}", text)


def photo(page: Page, name: str) -> None:
    folder = Path(settings.VAR_DIR) / "photos" / "entry"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


@pytest.mark.usefixtures("campaign")
def test_three_cameras_without_a_workbook(site: str, chromium: Browser, meishan_clerk: Person, tmp_path: Path) -> None:
    with at_work(chromium, site, meishan_clerk) as page:
        page.goto("/submissions/")
        page.get_by_role("button", name="开始填报").first.click()
        real.assert_sound(page)
        page.get_by_role("button", name="在线填写").click()
        expect(page.get_by_role("heading", name="在线填写", level=1)).to_be_visible()
        real.assert_sound(page)
        photo(page, "empty")

        # The first one is typed, and the next one begins with what stays the same.
        page.get_by_role("link", name="加一台摄像机").click()
        photo(page, "form")
        real.assert_sound(page)
        fill(page, CAMERA)
        page.get_by_role("button", name="保存并再填一台").click()
        expect(page.locator(".notice.is-good")).to_contain_text("已保存")
        expect(page.locator("#id_platform_name")).to_have_value(CAMERA["platform_name"])

        # The second one is picked on the map: nearer with each click, then the position; and with the keyboard.
        fill(page, {"name": "示例路口西北角", "code": "34152400001320000002"})
        where = page.locator("[data-place-map]")
        said = page.locator("[data-place-said]")
        for _ in range(5):
            where.click(position={"x": 150, "y": 120})
            if "已取" in said.inner_text():
                break
        expect(said).to_contain_text("地图点选")
        picked = [page.input_value("#id_longitude"), page.input_value("#id_latitude")]
        assert all(len(text.split(".")[1]) == 6 and text[-1] != "0" for text in picked)
        photo(page, "picked")
        where.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(400)
        page.keyboard.press("Enter")
        moved = [page.input_value("#id_longitude"), page.input_value("#id_latitude")]
        assert float(moved[0]) > float(picked[0])
        page.get_by_role("button", name="保存", exact=True).last.click()
        expect(page.locator(".data tbody tr")).to_have_count(2)
        row = CameraRow.objects.get(name="示例路口西北角")
        assert [f"{row.longitude:.6f}", f"{row.latitude:.6f}"] == moved
        assert ChangeSet.objects.latest("pk").way == "map"

        # The third one has mistakes, which stand at their fields until they are mended.
        page.locator("tr", has_text="示例路口西北角").get_by_role("link", name="复制").click()
        fill(page, {"name": "", "code": "341524", "longitude": "115.93"})
        page.get_by_role("button", name="保存", exact=True).last.click()
        expect(page.locator(".error-summary")).to_contain_text("3 处错误")
        expect(page.locator("#div_id_code")).to_contain_text("C102")
        real.assert_sound(page)
        photo(page, "wrong")
        page.locator(".error-summary a").first.click()
        fill(page, {"name": "示例路口南侧", "code": "34152400001320000003", "longitude": "115.935371"})
        page.get_by_role("button", name="保存", exact=True).last.click()
        expect(page.locator(".data tbody tr")).to_have_count(3)
        expect(page.locator(".data tbody .is-bad")).to_have_count(0)
        expect(page.locator("[data-polling]")).to_contain_text("重新计算中")
        work()
        expect(page.locator("[data-polling]")).to_have_count(0)
        real.assert_sound(page)
        photo(page, "list")

        # The form filled, the page to be stamped, its scan, and in.
        with page.expect_download() as download:
            page.get_by_role("link", name="下载原表").click()
        form = tmp_path / "form.xlsx"
        download.value.save_as(form)
        sheet = openpyxl.load_workbook(form)["摄像机"]
        assert [sheet.cell(number, 3).value for number in (7, 8, 9)] == [
            "示例路口东南角", "示例路口西北角", "示例路口南侧",
        ]  # fmt: skip
        page.get_by_role("link", name="打印盖章页").click()
        real.assert_sound(page)
        photo(page, "stamp")
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
        text = "".join(document[0].get_textpage().get_text_range().split())
        assert len(document) == 1
        for words in ("示例路口南侧", "填报单位：金寨县梅山镇人民政府", "填报单位盖章", "内容校验值"):
            assert words in text, words
        document[0].render(scale=1.5).to_pil().save(Path(settings.VAR_DIR) / "photos" / "entry" / "paper.png")
        page.get_by_role("link", name="返回报送").click()
        page.set_input_files(
            "input[name=scan]", {"name": "盖章.png", "mimeType": "image/png", "buffer": stamped(Version.objects.get())}
        )
        page.get_by_role("button", name="上传扫描件").click()
        page.get_by_role("button", name="提交审核").click()
        expect(page.locator(".page-head")).to_contain_text("待审")
        assert Submission.objects.get().state == "in_review"
        with page.expect_download() as download:
            page.get_by_role("link", name="下载原表").click()
        kept = tmp_path / "kept.xlsx"
        download.value.save_as(kept)
        assert len(kept.read_bytes()) == SourceFile.objects.select_related("file").get().file.size
        assert openpyxl.load_workbook(io.BytesIO(kept.read_bytes()))["摄像机"]["B9"].value == "34152400001320000003"
