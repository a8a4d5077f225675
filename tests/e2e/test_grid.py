"""Forty mistakes in five hundred rows, mended on screen by keyboard and one paste, then submitted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from demo.paper import stamped
from inventory.models import CameraRow, ChangeSet, Submission, Version
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.e2e.test_main_job import campaign as campaign  # noqa: PLC0414 - a fixture
from tests.e2e.test_main_job import fill, press, upload

pytestmark = pytest.mark.e2e

ROWS = 500
FIRST = 40  # a data row in the middle; below, mistakes stand at fixed distances
NAME, LONGITUDE, LATITUDE, LEASED = "位置名称", "经度（保留后六位）", "纬度（保留后六位）", "是否以租代建"
BY_PASTE = range(100, 110)


def good(number: int) -> dict[str, str]:
    """A sound row; places far enough apart and uneven, as real ones are."""
    return {
        "序号": str(number + 1),
        "20位编码": f"341524000013200{number + 1:05d}",
        NAME: f"示例村{number + 1}组路口",
        "管理平台名称": "梅山镇视频平台",
        "品牌": ("海康威视", "大华", "宇视")[number % 3],
        "所在县（市、区）、乡镇（街道）": "梅山镇",
        LONGITUDE: f"{115.80 + (number * 7919 % 1000) / 5000:.5f}{number % 9 + 1}",
        LATITUDE: f"{31.60 + (number * 104729 % 1000) / 10000:.5f}{number % 8 + 1}",
        "建设时间": f"20{15 + number % 7}.{number % 12 + 1:02d}",
        LEASED: "否",
        "状态": "在用",
        "计划整合方式": "保留",
    }


def mistakes() -> dict[tuple[int, str], str]:
    """Twenty to be typed over one by one, and a block of twenty coordinates to be pasted over."""
    found = {(FIRST + number, LEASED): "也许" for number in range(10)}
    found |= {(200 + number * 3, NAME): "" for number in range(10)}
    for number in BY_PASTE:
        found |= {(number, LONGITUDE): "115.8034", (number, LATITUDE): "31.6034"}
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser


def begin(page: Page, tmp_path: Path) -> tuple[Path, dict[tuple[int, str], str]]:
    """Download the form, fill it with the mistakes, upload it; returns the empty form and the cells written."""
    page.goto("/submissions/")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载摄像机表").click()
    form = tmp_path / "form.xlsx"
    download.value.save_as(form)
    rows = [good(number) for number in range(ROWS)]
    for (at, title), value in mistakes().items():
        rows[at][title] = value
    cells = fill(form, tmp_path / "wrong.xlsx", rows)
    page.get_by_role("button", name="开始填报").click()
    page.wait_for_url("**/submissions/*/")
    upload(page, tmp_path / "wrong.xlsx")
    return form, cells


def sums_up(text: str) -> tuple[int, int, int]:
    """(read, good, wrong) of a sentence whose numbers must add up."""
    found = re.search(r"读到 ([\d,]+) 行 = 可提交 ([\d,]+) \+ 有错 ([\d,]+) \+ 忽略 ([\d,]+)", text)
    assert found, text
    read, fine, wrong, ignored = (int(part.replace(",", "")) for part in found.groups())
    assert read == fine + wrong + ignored
    return read - ignored, fine, wrong


def type_over(page: Page, text: str) -> None:
    """With a Chinese input method: the key goes to the method, which composes and then hands over the words."""
    driver = page.context.new_cdp_session(page)
    driver.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Process", "windowsVirtualKeyCode": 229})
    driver.send("Input.imeSetComposition", {"text": "pin'yin", "selectionStart": 0, "selectionEnd": 7})
    driver.send("Input.insertText", {"text": text})
    driver.detach()
    page.keyboard.press("Enter")
    expect(page.locator("#grid-saved")).to_have_text("已保存")


def paste(page: Page, block: str) -> None:
    """As Ctrl+V with this on the clipboard, which a test browser does not lend."""
    page.evaluate(
        """(text) => {
          const carried = new DataTransfer();
          carried.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        }""",
        block,
    )


def hand_in(page: Page, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(stamped(Version.objects.get(submitted_at=None)))
    page.set_input_files("input[name=scan]", scan)
    press(page, "上传扫描件")
    press(page, "提交审核")
    expect(page.locator(".page-head .state")).to_have_text("待审")


@pytest.mark.usefixtures("campaign")
def test_mended_in_the_grid(
    site: str, worker: Callable[..., Popen[bytes]], chromium: Browser, tmp_path: Path, meishan_clerk: Person
) -> None:
    worker()
    with at_work(chromium, site, meishan_clerk) as page:
        begin(page, tmp_path)
        assert sums_up(page.locator("article.file").inner_text()) == (ROWS, ROWS - 30, 30)
        page.get_by_role("link", name="在线修改").first.click()
        expect(page.locator("#grid-sum")).to_contain_text("错误 40 处")
        real.assert_sound(page)

        # Twenty by keyboard: to the next one, type, Enter.
        left = 30
        for title, text in ((LEASED, "否"), (NAME, "补写的位置名称")):
            for number in range(10):
                go_to_next(page, title)
                type_over(page, text if title == LEASED else f"{text}{number + 1}")
                left -= 1
                expect(page.locator("#grid-sum")).to_contain_text(f"有错 {left}")
                assert sums_up(page.locator("#grid-sum").inner_text()) == (ROWS, ROWS - left, left)

        # Faster than the server: three cells of a row, one after the other, and then back.
        page.get_by_role("button", name="全部行").click()
        expect(page.locator("#grid-more")).to_contain_text(f"/ {ROWS} 行")
        page.locator(".tabulator-tableholder").focus()
        page.keyboard.press("Control+ArrowUp")
        page.locator(".tabulator-row", has_text="示例村3组路口").locator("[tabulator-field=platform_name]").click()
        for word, key in (("One", "Tab"), ("Two", "Tab"), ("Three", "Enter")):
            page.keyboard.type(word)
            page.keyboard.press(key)
        expect(page.locator("#grid-saved")).to_have_text("已保存")
        row = page.locator(".tabulator-row", has_text="示例村3组路口")
        for column, word in (("platform_name", "One"), ("brand", "Two"), ("township", "Three")):
            expect(row.locator(f"[tabulator-field={column}]")).to_have_text(word)
        for _ in range(3):
            page.keyboard.press("Control+z")
        expect(page.locator("[data-do=undo]")).to_be_enabled()
        page.get_by_role("button", name="有问题的行").click()

        # One paste mends the last twenty.
        go_to_next(page, LONGITUDE)
        paste(page, "\n".join("\t".join(good(number)[title] for title in (LONGITUDE, LATITUDE)) for number in BY_PASTE))
        expect(page.locator("#grid-sum")).to_contain_text("错误 0 处")
        assert sums_up(page.locator("#grid-sum").inner_text()) == (ROWS, ROWS, 0)
        expect(page.locator("#grid-stale")).to_be_hidden(timeout=30_000)
        real.assert_sound(page)

        page.get_by_role("link", name="改好了，返回核对").click()
        assert sums_up(page.locator("article.file").inner_text()) == (ROWS, ROWS, 0)
        hand_in(page, tmp_path)

    submission = Submission.objects.get()
    assert submission.state == Submission.State.IN_REVIEW
    assert ChangeSet.objects.filter(way="paste").count() == 1
    assert ChangeSet.objects.filter(way="edit", undone_by__isnull=True).count() == 20
    assert ChangeSet.objects.filter(way="undo").count() == 3
    undone = CameraRow.objects.get(name="示例村3组路口")
    assert (undone.platform_name, undone.brand) == ("梅山镇视频平台", "宇视")
    mended = CameraRow.objects.exclude(edited=[])
    assert mended.count() in (30, 31)  # a cell that was put back may still be marked
    assert set(mended.filter(name__startswith="补写").values_list("errors", flat=True)) == {0}


def go_to_next(page: Page, title: str) -> None:
    """F8 until the cell at hand is in this column and has a mistake."""
    for _ in range(60):
        head = page.locator("#grid-cell .grid-cell-head b")
        if (
            head.count()
            and title.partition("（")[0] in head.inner_text()
            and page.locator("#grid-cell .is-error").count()
        ):
            return
        page.keyboard.press("F8")
    raise AssertionError(f"no mistake left in {title}")
