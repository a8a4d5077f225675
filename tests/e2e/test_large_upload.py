"""A large workbook in the browser: bytes received, leaving and coming back, giving up, a refusal in its own words."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect

from agencies.models import Person
from inventory.models import SourceFile
from jobs.models import Job
from jobs.services import claim
from tests.e2e import browser as real
from tests.factories import PASSWORD
from tests.inventory.drafts import camera_row, started, workbook

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]
PAD = 3 * 1024 * 1024


def padded(data: bytes) -> bytes:
    """The same workbook with a picture of some megabytes in it."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as book:
        book.writestr("xl/media/image1.jpeg", random.Random(1).randbytes(PAD))
    return out.getvalue()


def choose(page: Page, name: str, data: bytes) -> None:
    page.set_input_files("#upload input[type=file]", {"name": name, "mimeType": "", "buffer": data})
    page.locator("#upload form [type=submit]").first.click()


@pytest.fixture
def log_in(site: str, meishan_clerk: Person) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.goto("/login/")
        page.fill("[name=username]", meishan_clerk.username)
        page.fill("[name=password]", PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")

    return press


def test_a_large_file(site: str, meishan_clerk: Person, log_in: Callable[[Page], None]) -> None:
    submission = started(meishan_clerk)
    connection.close()
    where = f"/submissions/{submission.pk}/"
    with real.launch() as chromium:
        page = real.new_page(real.new_context(chromium, base_url=site))
        log_in(page)
        page.goto(where)
        page.evaluate(
            """() => new MutationObserver(() => {
                const line = document.querySelector("[data-upload-progress]");
                if (line) window.seen = (window.seen || "") + line.textContent + "|";
            }).observe(document.querySelector("#upload"), { childList: true, subtree: true, characterData: true })"""
        )
        choose(page, "坏表.xlsx", b"PK\x03\x04" + random.Random(2).randbytes(PAD))
        expect(page.locator("[data-upload-progress]")).to_contain_text("G0")
        assert re.search(r"已上传 [0-9.]+ / 3\.[0-9] MB|已全部上传", str(page.evaluate("window.seen")))
        assert page.locator("#upload form [type=submit]").first.is_enabled(), "it can be tried again"
        real.troubles(page)

        choose(page, "大表.xlsx", padded(workbook([camera_row(1)])))
        expect(page.locator("article.file h3")).to_contain_text("大表.xlsx")
        expect(page.locator("[id^=reading-]")).to_contain_text("正在排队")
        page.goto("/guide/")
        job = Job.objects.get()
        claim(str(job.pk))
        Job.objects.update(progress={"phase": "read", "rows": 4000, "of": 10000})
        page.goto(where)
        expect(page.locator("[id^=reading-]")).to_contain_text("已读取并核对 4,000 / 10,000 行")
        Job.objects.update(progress={"phase": "read", "rows": 8000, "of": 10000})
        expect(page.locator("[id^=reading-]")).to_contain_text("8,000 / 10,000 行")
        connection.close()
        photo = Path(settings.VAR_DIR) / "photos" / "reading.png"
        photo.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=photo)
        real.assert_sound(page)
        page.get_by_role("button", name="取消读取").click()
        expect(page.locator("body")).to_contain_text("已取消读取“大表.xlsx”")
        assert not SourceFile.objects.exists() and Job.objects.get().state == "cancelled"
        connection.close()
