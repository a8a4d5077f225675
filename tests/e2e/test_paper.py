"""Paper in a real browser: each kind of sheet printed to PDF, looked at as pictures, and its codes read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Page

from agencies.models import Person
from files.scans import examine_scan, read_codes
from inventory.models import CameraRow, Submission, Version
from inventory.paper import codes
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.factories_inventory import drafted, hand_in, mended, stamp, submitted, submitted_zero
from tests.reviews.scenes import accept, send_back

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser


@pytest.fixture
def clerk(chromium: Browser, site: str, meishan_clerk: Person) -> Iterator[Page]:
    with at_work(chromium, site, meishan_clerk) as page:
        yield page


def printed(page: Page, version: Version, name: str) -> tuple[bytes, list[Image.Image]]:
    """The version's page as PDF, and its pages at 200 dpi, kept to be looked at."""
    page.goto(f"/submissions/{version.submission_id}/versions/{version.number}/stamp/")
    real.assert_sound(page)
    folder = Path(settings.VAR_DIR) / "photos" / "paper"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    data = page.pdf(prefer_css_page_size=True)
    (folder / f"{name}.pdf").write_bytes(data)
    pictures = [sheet.render(scale=200 / 72).to_pil() for sheet in pypdfium2.PdfDocument(data)]
    for number, picture in enumerate(pictures, 1):
        picture.save(folder / f"{name}-{number}.png")
    return data, pictures


def read(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def assert_bound(data: bytes, pictures: list[Image.Image], version: Version, tmp_path: Path) -> None:
    """Every sheet carries the code of exactly this content, legible at 150 dpi too; and our own reader finds it."""
    expected = f"JZ1:{version.submission_id}:{version.number}:{version.hash.upper()}"
    for number, picture in enumerate(pictures, 1):
        assert read(picture) == {expected}, number
        smaller = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
        assert read(smaller) == {expected}, number
    path = tmp_path / "scan"
    path.write_bytes(data)
    assert examine_scan(path, "盖章.pdf").pages == len(pictures)
    assert read_codes(path, codes.PREFIX) == (expected,)


def words(data: bytes) -> str:
    """Everything on the paper without spaces."""
    document = pypdfium2.PdfDocument(data)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def test_a_short_list(clerk: Page, meishan_clerk: Person, tmp_path: Path) -> None:
    drafted("meishan", rows=12, platforms=[{}], by=meishan_clerk)
    version = Version.objects.get()
    data, pictures = printed(clerk, version, "short")
    assert_bound(data, pictures, version, tmp_path)
    said = words(data)
    for told in (
        version.hash[:16],
        codes.number_of(version.submission_id),
        "第1次，第1版",
        "整表",
        "共13行",
        "第1页共",
    ):
        assert told in said, told


def test_a_long_list_has_its_code_on_every_page(clerk: Page, meishan_clerk: Person, tmp_path: Path) -> None:
    drafted(
        "meishan",
        values=[{"name": f"示例村{n}组与新城路交叉口东南角" * (1 + n % 3)} for n in range(300)],
        by=meishan_clerk,
    )
    version = Version.objects.get()
    data, pictures = printed(clerk, version, "long")
    assert_bound(data, pictures, version, tmp_path)
    assert len(pictures) > 5
    assert f"第{len(pictures)}页共{len(pictures)}页" in words(data)


def test_a_zero_report(chromium: Browser, site: str, mabu_clerk: Person, tmp_path: Path) -> None:
    submitted_zero("mabu", by=mabu_clerk)
    version = Version.objects.get()
    with at_work(chromium, site, mabu_clerk) as page:
        data, pictures = printed(page, version, "zero")
    assert_bound(data, pictures, version, tmp_path)
    assert len(pictures) == 1


def test_a_supplement_lists_what_changed(
    clerk: Page, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, tmp_path: Path
) -> None:
    accept(submitted("meishan", rows=2, by=meishan_clerk), data_reviewer, police_reviewer)
    sent = submitted("meishan", rows=40, by=meishan_clerk)
    send_back(sent, data_reviewer, police_reviewer)
    keys = list(
        CameraRow.objects.filter(source_file__version__submission=sent).order_by("row").values_list("key", flat=True)
    )
    version = mended(
        sent,
        {
            keys[0]: {"name": "梅山镇江店路与史河大道交叉口东南角", "brand": "大华", "status": "停用"},
            keys[1]: {"brand": ""},
        },
        by=meishan_clerk,
        removed=keys[2:4],
        added=[{"name": "新补的一台"}],
    )
    data, pictures = printed(clerk, version, "supplement")
    assert_bound(data, pictures, version, tmp_path)
    said = words(data)
    for told in (
        "补正表",
        "第1版已盖章报送",
        "改动2行，新增1行，删除2行",
        "海康威视",
        "大华",
        "新补的一台",
        "改动后共39行",
    ):
        assert told in said, told
    assert "江店路路口9号杆" not in said


def test_the_paper_of_an_earlier_version_is_told_in_red(
    clerk: Page, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    sent = submitted("meishan", rows=3, by=meishan_clerk)
    data, _ = printed(clerk, Version.objects.get(), "first")
    send_back(sent, data_reviewer, police_reviewer)
    key = CameraRow.objects.filter(source_file__version__submission=sent).values_list("key", flat=True)[0]
    mended(sent, {key: {"brand": "大华"}}, by=meishan_clerk)
    clerk.goto(f"/submissions/{sent.pk}/")
    clerk.set_input_files("input[name=scan]", {"name": "盖章.pdf", "mimeType": "application/pdf", "buffer": data})
    clerk.get_by_role("button", name="上传扫描件").click()
    told = clerk.locator("#scan .notice.is-bad")
    told.wait_for()
    assert "扫描件是第 1 版的，现在要交的是第 2 版" in told.inner_text()
    clerk.goto(f"/submissions/{sent.pk}/")
    real.assert_sound(clerk)
    clerk.screenshot(path=Path(settings.VAR_DIR) / "photos" / "paper" / "another.png", full_page=True)
    assert clerk.get_by_role("button", name="提交审核").count() == 0
    assert Submission.objects.get(pk=sent.pk).state == "returned"


def test_a_reviewer_compares_a_scan_without_a_code(
    chromium: Browser, site: str, meishan_clerk: Person, data_reviewer: Person
) -> None:
    draft = drafted("meishan", rows=8, by=meishan_clerk, picture=True)
    stamp(draft, meishan_clerk, picture=True, coded=False)
    hand_in(draft, meishan_clerk)
    with at_work(chromium, site, data_reviewer) as page:
        page.goto("/reviews/")
        page.locator("tr", has_text="梅山镇").get_by_role("link").first.click()
        check = page.locator("#scan-check")
        assert "没有读到二维码" in check.inner_text()
        real.assert_sound(page)
        page.screenshot(path=Path(settings.VAR_DIR) / "photos" / "paper" / "tick.png", full_page=True)
        check.get_by_text("加说明").click()
        check.get_by_label("核对说明").fill("与原件逐页核对")
        check.get_by_role("button", name="已核对").click()
        page.get_by_text("已记下：数据局核对过盖章扫描件").wait_for()
        assert "与原件逐页核对" in check.inner_text()
        real.assert_sound(page)
        page.screenshot(path=Path(settings.VAR_DIR) / "photos" / "paper" / "ticked.png", full_page=True)
