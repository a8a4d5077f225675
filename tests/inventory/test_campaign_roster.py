"""Who owes: adding and removing agencies; recorded; wrong role 403; begun or closed 409; nothing ticked 422."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, Person
from audit.failures import Conflict
from audit.models import Entry
from inventory import services
from inventory.campaign import campaigns
from inventory.models import Campaign, Obligation, ReportKind, Submission
from tests.factories import make_person
from tests.factories_progress import make_campaign, obligation_of, report

ROUTES = ("campaign_roster_add", "campaign_roster_remove")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_campaign(roster=["meishan", "mabu"])


def roster(campaign: Campaign) -> set[str]:
    return set(campaign.obligations.values_list("agency__code", flat=True))


def post(person: Person, route: str, campaign: Campaign, *codes: str) -> int:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    ids = list(Agency.objects.filter(code__in=codes).values_list("pk", flat=True))
    return client.post(reverse(route, args=[campaign.pk]), {"agencies": ids}).status_code


def test_adding(office: Person, campaign: Campaign) -> None:
    assert post(office, "campaign_roster_add", campaign, "technician-school", "meishan") == 302
    assert roster(campaign) == {"meishan", "mabu", "technician-school"}
    assert Entry.objects.get(action="campaign.roster_added").facts == {"agencies": ["technician-school"]}


def test_adding_twice_changes_nothing(office: Person, campaign: Campaign) -> None:
    assert post(office, "campaign_roster_add", campaign, "meishan") == 302
    assert campaign.obligations.count() == 2
    assert not Entry.objects.filter(action="campaign.roster_added").exists()


def test_removing(office: Person, campaign: Campaign) -> None:
    assert post(office, "campaign_roster_remove", campaign, "mabu") == 302
    assert roster(campaign) == {"meishan"}
    assert Entry.objects.get(action="campaign.roster_removed").facts == {"agencies": ["mabu"]}


@pytest.mark.parametrize("state", ["draft", "in_review", "returned", "accepted", "discarded"])
def test_who_has_begun_stays(office: Person, campaign: Campaign, state: str) -> None:
    """And the whole request is refused, with the other unit still owing (T04)."""
    campaigns.add_agencies(office, campaign.pk, [Agency.objects.get(code="nanxi").pk])
    report(obligation_of(campaign, "mabu"), state)
    assert post(office, "campaign_roster_remove", campaign, "meishan", "mabu") == 409
    assert roster(campaign) == {"meishan", "mabu", "nanxi"}


def test_somebody_must_owe(office: Person, campaign: Campaign) -> None:
    assert post(office, "campaign_roster_remove", campaign, "meishan", "mabu") == 409
    assert roster(campaign) == {"meishan", "mabu"}


def test_an_agency_of_another_survey_only_is_no_ones_loss(office: Person, campaign: Campaign) -> None:
    other = make_campaign("别的轮次", roster=["nanxi", "meishan"])
    assert post(office, "campaign_roster_remove", campaign, "nanxi") == 302
    assert roster(other) == {"nanxi", "meishan"}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin", "secadmin", "auditor"]
)
def test_nobody_else_may(who: str, route: str, request: pytest.FixtureRequest, campaign: Campaign) -> None:
    assert post(request.getfixturevalue(who), route, campaign, "mabu", "nanxi") == 403
    assert roster(campaign) == {"meishan", "mabu"}


@pytest.mark.parametrize("route", ROUTES)
def test_a_closed_survey_keeps_its_roster(office: Person, campaign: Campaign, route: str) -> None:
    campaigns.close(office, campaign.pk)
    assert post(office, route, campaign, "mabu", "nanxi") == 409
    assert roster(campaign) == {"meishan", "mabu"}


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_ticked_or_unknown(office: Person, campaign: Campaign, route: str) -> None:
    assert post(office, route, campaign) == 422
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    for wrong in ("999999", "abc", "1 OR 1=1"):
        assert client.post(reverse(route, args=[campaign.pk]), {"agencies": [wrong]}).status_code == 422
    assert roster(campaign) == {"meishan", "mabu"}


def test_an_agency_out_of_use_is_not_added(office: Person, campaign: Campaign) -> None:
    Agency.objects.filter(code="nanxi").update(active=False)
    assert post(office, "campaign_roster_add", campaign, "nanxi") == 422
    assert roster(campaign) == {"meishan", "mabu"}


def test_the_page_offers_a_tick_only_where_nothing_was_begun(office: Person, campaign: Campaign) -> None:
    report(obligation_of(campaign, "mabu"), "discarded")
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(reverse("campaign", args=[campaign.pk])).content.decode()
    assert 'aria-label="选择 梅山镇"' in text
    assert 'aria-label="选择 麻埠镇"' not in text


def test_who_begins_while_being_removed_is_told(real_db: str) -> None:
    """Either the report was begun and the unit stays, or the unit is off the roster and the clerk hears so."""
    office, clerk = make_person("office-1", "office", "office"), make_person("clerk-mabu", "mabu", "clerk")
    for turn in range(5):
        campaign = make_campaign(f"第 {turn} 轮", roster=["meishan", "mabu"])
        obligation, start, outcomes = obligation_of(campaign, "mabu"), threading.Barrier(2), []

        def begin(obligation: Obligation = obligation, start: threading.Barrier = start) -> None:
            try:
                start.wait(10)
                services.start(clerk, obligation.pk, ReportKind.ROWS)
            except Conflict:
                outcomes.append("off the roster")  # noqa: B023
            finally:
                connection.close()

        thread = threading.Thread(target=begin)
        thread.start()
        start.wait(10)
        try:
            campaigns.remove_agencies(office, campaign.pk, [obligation.agency_id])
        except Conflict:
            outcomes.append("begun")
        thread.join(30)
        begun = Submission.objects.filter(obligation__campaign=campaign).exists()
        assert outcomes == (["begun"] if begun else ["off the roster"])
        assert ("mabu" in roster(campaign)) is begun
