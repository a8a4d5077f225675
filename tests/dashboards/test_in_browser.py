"""The pages of figures in a real browser: nothing overflows or is clipped, no console error, axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from agencies.models import Person
from inventory.models import Campaign, Obligation
from tests.e2e import browser as real
from tests.factories import make_person
from tests.factories_progress import STATES, make_campaign, report
from tests.factories_registry import register_camera

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]
ROLES = ("clerk", "data_reviewer", "police_reviewer", "office", "leader", "sysadmin", "secadmin", "auditor")
AGENCY = {"clerk": "education", "police_reviewer": "police", "office": "office", "leader": "government-office"}


def session_of(person: Person) -> str:
    """A session of this person. Made before the browser is launched: its driver keeps an event loop in this thread, in
    which Django would open a connection of its own."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@contextmanager
def at_desk(browser: Browser, site: str, session: str, size: str = "1") -> Iterator[Page]:
    """A browser with this session, at a size of letters."""
    context = real.new_context(browser, base_url=site)
    cookies = {"sessionid": session, "size": size}
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
    try:
        yield real.new_page(context)
    finally:
        context.close()


@pytest.fixture
def sessions(site: str) -> dict[str, str]:
    """Everybody's, by role."""
    return {role: session_of(make_person(role, AGENCY.get(role, "data-bureau"), role)) for role in ROLES}


def fill(campaign: Campaign) -> None:
    """Every state of the roster, in turn."""
    states = ["missing", *STATES]
    for place, obligation in enumerate(Obligation.objects.filter(campaign=campaign).order_by("agency__position")):
        state = states[place % len(states)]
        if state != "missing":
            report(obligation, state, days=place % 14, rows=0 if state.startswith("zero") else 2)
        if state == "accepted":
            report(obligation, "draft")


def sound(page: Page, address: str) -> None:
    page.goto(address)
    real.assert_sound(page)


def test_with_nothing_there(site: str, sessions: dict[str, str]) -> None:
    with real.launch() as browser:
        for role, session in sessions.items():
            with at_desk(browser, site, session) as page:
                sound(page, "/")
                if role == "leader":
                    sound(page, "/progress/")
                if role == "office":
                    sound(page, "/campaigns/")
                    sound(page, "/campaigns/add/")


def test_with_a_county_that_is_late(site: str, sessions: dict[str, str]) -> None:
    """The office and the leader read at the largest size."""
    campaign = make_campaign(due_in=-2.5)
    fill(campaign)
    register_camera("meishan", place_kind="school")
    with real.launch() as browser:
        for role, session in sessions.items():
            with at_desk(browser, site, session, size="3" if role in ("office", "leader") else "1") as page:
                sound(page, "/")
                if role in ("clerk", "leader"):
                    sound(page, f"/progress/?campaign={campaign.pk}")
                if role == "leader":
                    sound(page, f"/progress/units/?campaign={campaign.pk}&overdue=1")
                    sound(page, f"/progress/rows/?campaign={campaign.pk}")
                if role in ("office", "data_reviewer"):
                    sound(page, f"/campaigns/{campaign.pk}/")
                if role == "office":
                    sound(page, f"/campaigns/{campaign.pk}/edit/")


def test_a_figure_is_opened_and_a_unit_taken_off(site: str, sessions: dict[str, str]) -> None:
    """As the leader clicks through, and as the office ticks a unit, is asked, and confirms."""
    campaign = make_campaign(due_in=-1, roster=["meishan", "mabu", "education"])
    with real.launch() as browser:
        with at_desk(browser, site, sessions["leader"]) as page:
            page.goto("/")
            page.click("a.figure:has-text('逾期')")
            assert page.locator("tr[data-unit]").count() == 3
            assert page.locator("text=共 3 个单位").is_visible()
        with at_desk(browser, site, sessions["office"]) as page:
            page.goto(f"/campaigns/{campaign.pk}/")
            button = page.locator("button:has-text('移出所选单位')")
            assert button.is_disabled()
            page.check("input[aria-label='选择 麻埠镇']")
            button.click()
            page.locator("dialog button:has-text('移出名单')").click()
            page.wait_for_selector("text=已移出 1 个单位")
            real.assert_sound(page)
    assert set(campaign.obligations.values_list("agency__code", flat=True)) == {"meishan", "education"}
