"""The gallery behind a socket, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e import browser as real


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The gallery behind a socket; no database is allowed, so none of it needs one."""
    with override_settings(ROOT_URLCONF="tests.look.urls"):
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait(30)
        assert thread.error is None
        try:
            yield f"http://127.0.0.1:{thread.port}/look/"
        finally:
            thread.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser


@pytest.fixture(scope="module")
def shared(chromium: Browser) -> BrowserContext:
    return real.new_context(chromium)


@pytest.fixture
def visitor(shared: BrowserContext) -> BrowserContext:
    """A visitor whose cache is warm and who has no cookie."""
    shared.clear_cookies()
    return shared


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    page = real.new_page(visitor)
    yield page
    page.close()
