"""The watch that stands over the walk through every page notices a request that leaves the origin."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from tests.e2e import browser as real
from tests.e2e.walk import watched

pytestmark = pytest.mark.e2e
HERE, ELSEWHERE = "http://here.invalid", "http://tiles.invalid/8/1/2.png"


def test_a_picture_from_elsewhere_is_noticed_and_ones_own_is_not() -> None:
    def answer(route: Route) -> None:
        pictures = f'<img alt="" src="/own.png"><img alt="" src="data:,"><img alt="" src="{ELSEWHERE}">'
        own = route.request.url == f"{HERE}/"
        route.fulfill(status=200, body=pictures if own else "", content_type="text/html" if own else "image/png")

    with real.launch() as chromium:
        context = real.new_context(chromium)
        context.route("**/*", answer)
        page = real.new_page(context)
        with watched(page, HERE) as elsewhere:
            page.goto(f"{HERE}/")
            page.wait_for_load_state("load")
        assert elsewhere == [ELSEWHERE]
        context.close()
