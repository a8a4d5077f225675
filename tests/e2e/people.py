"""Four people at four browsers: log in, and the few moves that several walks share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from tests.e2e import browser as real
from tests.factories import PASSWORD


@contextmanager
def at_work(browser: Browser, site: str, person: Person) -> Iterator[Page]:
    """This person, logged in, at a browser of their own."""
    context = real.new_context(browser, base_url=site, accept_downloads=True)
    page = real.new_page(context)
    page.goto("/login/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/")
    try:
        yield page
    finally:
        context.close()


def attach_scan(page: Page) -> None:
    """From a report's page: print the page to be stamped, and hand that very paper in as its scan."""
    page.get_by_role("link", name="打印盖章页").click()
    page.wait_for_url("**/stamp/")
    paper = page.pdf(prefer_css_page_size=True)
    page.get_by_role("link", name="返回报送").click()
    page.set_input_files("input[name=scan]", {"name": "盖章.pdf", "mimeType": "application/pdf", "buffer": paper})
    page.get_by_role("button", name="上传扫描件").click()
    expect(page.locator("#scan")).to_contain_text("与这一版一致")


def progress_of(page: Page, unit: str) -> str:
    """What the leaders' page says of a unit: its row of the unit list."""
    page.goto("/progress/units/")
    return page.locator("tr", has_text=unit).first.inner_text()
