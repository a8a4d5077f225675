"""Every page that a role can reach in the demo county, at 1366x768: nothing clipped, no console error, axe clean."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from demo import people, story
from tests.e2e import browser as real
from tests.e2e.walk import Limits, walk

pytestmark = pytest.mark.e2e
PASSWORD = "Shan-shui 7 lantern"

REACHED = {
    "clerk-meishan": {
        "home",
        "submissions",
        "submission",
        "entry",
        "entry_add",
        "entry_row",
        "cameras",
        "poles",
        "platforms",
        "progress",
        "guide",
        "guide_rules",
    },
    "clerk-education": {"home", "notices", "submissions", "submission", "grid", "guide_sheet"},
    "data-1": {
        "home",
        "review_queue",
        "review",
        "waivers",
        "waiver",
        "submission",
        "campaigns",
        "progress_units",
        "camera",
        "pole",
        "platform",
    },
    "police-1": {"home", "review_queue", "review", "camera"},
    "office-1": {"home", "campaigns", "campaign", "campaign_add", "campaign_edit", "submissions", "progress"},
    "leader": {
        "home",
        "progress",
        "progress_units",
        "progress_rows",
        "cameras",
        "camera",
        "submission",
        "planning_gaps",
        "planning_unplaced",
        "planning_leased",
    },
    "sysadmin": {"home", "people", "person", "person_add", "password_change"},
    "secadmin": {"home", "people", "person"},
    "auditor": {"home", "journal", "journal_heads", "journal_verify"},
}
"""Pages that each must come to by following links alone; what the demo lacks would otherwise go unseen."""


@pytest.fixture
def county(real_db: str) -> None:
    people.make_cast(PASSWORD)
    story.tell()
    connection.close()


def test_every_page_of_every_role(county: None, site: str, request: pytest.FixtureRequest) -> None:
    limits = Limits(3, 100) if request.config.getoption("--nightly") else Limits()
    judged = Counter[str]()
    photos = Path(settings.VAR_DIR) / "photos"
    complaints = []
    with real.launch() as chromium:
        for username, expected in REACHED.items():
            context = real.new_context(chromium, base_url=site)
            page = real.new_page(context)
            page.goto("/login/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url("**/")
            routes, found = walk(page, photos / username, judged, limits)
            complaints += [f"{username} {line}" for line in found]
            complaints += [f"{username} never came to {name}" for name in sorted(expected - set(routes))]
            context.close()
    assert not complaints, "\n".join(complaints)
