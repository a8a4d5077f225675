"""Closing and reopening a survey; what a closed one still allows."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from inventory import services
from inventory.campaign import campaigns
from inventory.models import Campaign, ReportKind, Submission
from tests.factories import make_person
from tests.factories_progress import make_campaign, obligation_of, report


def post(person: Person, route: str, campaign: Campaign) -> int:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse(route, args=[campaign.pk])).status_code


@pytest.fixture
def campaign(_stage: None) -> Campaign:
    return make_campaign(roster=["meishan", "mabu"])


def test_closing(office: Person, campaign: Campaign) -> None:
    report(obligation_of(campaign, "mabu"), "returned")
    assert post(office, "campaign_close", campaign) == 302
    campaign.refresh_from_db()
    assert campaign.closed_at is not None
    assert Entry.objects.get(action="campaign.closed").facts == {"under_way": 1}


def test_a_closed_survey_lets_nobody_begin(office: Person, meishan_clerk: Person, campaign: Campaign) -> None:
    campaigns.close(office, campaign.pk)
    with pytest.raises(Conflict, match="已经关闭"):
        services.start(meishan_clerk, obligation_of(campaign, "meishan").pk, ReportKind.ROWS)
    campaigns.reopen(office, campaign.pk)
    assert services.start(meishan_clerk, obligation_of(campaign, "meishan").pk, ReportKind.ROWS).number == 1
    assert [entry.action for entry in Entry.objects.filter(action__startswith="campaign.").order_by("seq")] == [
        "campaign.closed",
        "campaign.reopened",
    ]


def test_what_is_under_way_goes_on(office: Person, mabu_clerk: Person, campaign: Campaign) -> None:
    draft = report(obligation_of(campaign, "mabu"), "draft", by=mabu_clerk)
    campaigns.close(office, campaign.pk)
    services.discard(mabu_clerk, draft.pk)
    draft.refresh_from_db()
    assert draft.state == Submission.State.DISCARDED


@pytest.mark.parametrize("route", ["campaign_close", "campaign_reopen"])
@pytest.mark.parametrize(
    "who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin", "secadmin", "auditor"]
)
def test_nobody_else_may(who: str, route: str, request: pytest.FixtureRequest, campaign: Campaign) -> None:
    if route == "campaign_reopen":
        Campaign.objects.update(closed_at=campaign.due_at)
    assert post(request.getfixturevalue(who), route, campaign) == 403
    assert Campaign.objects.get(pk=campaign.pk).closed_at == (campaign.due_at if route == "campaign_reopen" else None)


def test_twice(office: Person, campaign: Campaign) -> None:
    assert post(office, "campaign_close", campaign) == 302
    assert post(office, "campaign_close", campaign) == 409
    assert post(office, "campaign_reopen", campaign) == 302
    assert post(office, "campaign_reopen", campaign) == 409


def test_closing_waits_for_who_is_just_beginning(real_db: str) -> None:
    """Either the report was begun and is counted as under way, or it was refused: never begun in a closed survey."""
    office = make_person("office-1", "office", "office")
    clerks = {code: make_person(f"clerk-{code}", code, "clerk") for code in ("meishan", "mabu", "nanxi")}
    for turn in range(5):
        campaign = make_campaign(f"第 {turn} 轮", roster=list(clerks))
        start, outcomes = threading.Barrier(len(clerks) + 1), []

        def begin(code: str, campaign: Campaign = campaign, start: threading.Barrier = start) -> None:
            try:
                start.wait(10)
                services.start(clerks[code], obligation_of(campaign, code).pk, ReportKind.ROWS)
            except Conflict:
                outcomes.append("refused")  # noqa: B023
            finally:
                connection.close()

        threads = [threading.Thread(target=begin, args=(code,)) for code in clerks]
        for thread in threads:
            thread.start()
        start.wait(10)
        campaigns.close(office, campaign.pk)
        for thread in threads:
            thread.join(30)
        begun = Submission.objects.filter(obligation__campaign=campaign).count()
        told = Entry.objects.get(action="campaign.closed", object_id=str(campaign.pk)).facts["under_way"]
        assert begun == told == len(clerks) - len(outcomes)
