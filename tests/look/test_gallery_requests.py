"""Requests that a page makes by itself, and what it says when one is refused."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browser as real

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("look")]


def test_only_a_timer_calls_itself_a_poll(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    expect(page.locator("#poll #echo")).to_have_text("|1")
    page.locator("#ask").click()
    expect(page.locator("#answer #echo")).to_have_text("|")


def test_a_refused_request_is_said(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.locator("#conflict").click()
    notice = page.locator("#alerts .notice")
    expect(notice).to_contain_text("这一版已由公安局退回，您看到的是旧页面。")
    expect(page.locator("#answer")).to_be_empty()
    real.assert_sound(page, expect_console=("status of 409", "Response Status Error Code 409"))
    notice.get_by_role("button", name="知道了").click()
    expect(notice).to_have_count(0)


def test_a_broken_network_is_said_and_the_next_success_clears_it(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.route("**/look/refuse/409", lambda route: route.abort())
    page.locator("#conflict").click()
    expect(page.locator("#alerts")).to_contain_text("网络不通，这一步没有完成。")
    page.locator("#ask").click()
    expect(page.locator("#alerts")).to_be_empty()


def test_without_a_session_the_page_leaves_for_the_login(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.locator("#expired").click()
    page.wait_for_url("**/look/empty")


def test_a_form_with_errors_is_shown_where_it_belongs(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.locator("#wrong").click()
    expect(page.locator("#answer #mend")).to_have_text("经度只有 5 位小数。")
    expect(page.locator("#alerts")).to_be_empty()


def test_a_server_error_is_said_without_its_page(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.locator("#broken").click()
    expect(page.locator("#alerts .notice")).to_have_count(1)
    expect(page.locator("#answer")).to_be_empty()


def test_htmx_asks_in_our_words(gallery: str, page: Page) -> None:
    page.goto(gallery + "live")
    page.locator("#delete").click()
    page.get_by_role("dialog", name="作废 3 行？").get_by_role("button", name="取消").click()
    expect(page.locator("#answer")).to_be_empty()
    page.locator("#delete").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.locator("#answer #echo")).to_be_visible()
