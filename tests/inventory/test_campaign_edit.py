"""Changing a survey: recorded with old and new; wrong role 403; closed 409; bad input 422."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from audit.models import Entry
from inventory.campaign import campaigns
from inventory.models import Campaign
from tests.factories_progress import make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(roster=["meishan"])


def form(campaign: Campaign, **changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": campaign.name,
        "scope": campaign.scope,
        "opens_on": f"{campaign.opens_on:%Y-%m-%d}",
        "due_at": f"{timezone.localtime(campaign.due_at):%Y-%m-%dT%H:%M}",
    }
    return told | changed


def edit(person: Person, campaign: Campaign, **changed: Any) -> Any:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("campaign_edit", args=[campaign.pk]), form(campaign, **changed))


def whole_minutes(campaign: Campaign) -> None:
    """A due time as the form shows it, so that sending the form back changes nothing."""
    campaign.due_at = campaign.due_at.replace(second=0, microsecond=0)
    campaign.save()


def test_the_office_moves_the_due_date(office: Person, campaign: Campaign) -> None:
    whole_minutes(campaign)
    later = timezone.localtime(campaign.due_at) + dt.timedelta(days=7)
    assert edit(office, campaign, due_at=f"{later:%Y-%m-%dT%H:%M}").status_code == 302
    campaign.refresh_from_db()
    assert campaign.due_at == later
    facts = Entry.objects.get(action="campaign.changed").facts["changed"]
    assert list(facts) == ["due_at"]
    assert dt.datetime.fromisoformat(facts["due_at"][1]) == later


def test_nothing_changed_is_not_recorded(office: Person, campaign: Campaign) -> None:
    whole_minutes(campaign)
    assert edit(office, campaign).status_code == 302
    assert not Entry.objects.filter(action="campaign.changed").exists()


def test_a_survey_past_its_due_time_may_be_renamed(office: Person) -> None:
    late = make_campaign("旧名", due_in=-2, roster=["meishan"])
    whole_minutes(late)
    assert edit(office, late, name="新名称").status_code == 302
    late.refresh_from_db()
    assert late.name == "新名称"


@pytest.mark.parametrize(
    "who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin", "secadmin", "auditor"]
)
def test_nobody_else_may(who: str, request: pytest.FixtureRequest, campaign: Campaign) -> None:
    assert edit(request.getfixturevalue(who), campaign, name="别的名称").status_code == 403
    campaign.refresh_from_db()
    assert campaign.name != "别的名称"


def test_a_closed_one_is_not_changed(office: Person, campaign: Campaign) -> None:
    campaigns.close(office, campaign.pk)
    assert edit(office, campaign, name="别的名称").status_code == 409
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("campaign_edit", args=[campaign.pk])).status_code == 409


def test_one_that_is_not_there(office: Person, campaign: Campaign) -> None:
    client = Client()
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("campaign", "campaign_edit"):
        assert client.get(reverse(name, args=[campaign.pk + 1])).status_code == 404
    for name in ("campaign_close", "campaign_reopen", "campaign_roster_add", "campaign_roster_remove"):
        assert client.post(reverse(name, args=[campaign.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": " "}, "轮次名称"),
        ({"due_at": "2022-08-22T18:00", "opens_on": "2022-08-01"}, "截止时间已经过去"),
        ({"opens_on": "2090-01-01"}, "早于开始日期"),
    ],
)
def test_bad_input(office: Person, campaign: Campaign, changed: dict[str, str], says: str) -> None:
    before = (campaign.name, campaign.opens_on, campaign.due_at)
    response = edit(office, campaign, **changed)
    assert response.status_code == 422
    assert says in response.content.decode()
    campaign.refresh_from_db()
    assert (campaign.name, campaign.opens_on, campaign.due_at) == before


def test_a_name_that_is_taken(office: Person, campaign: Campaign) -> None:
    make_campaign("2023年梳理", roster=["mabu"])
    response = edit(office, campaign, name="2023年梳理")
    assert response.status_code == 422
    assert "已有一个轮次叫" in response.content.decode()


def test_fields_that_are_not_offered_are_ignored(office: Person, campaign: Campaign) -> None:
    """T06: what a survey is judged by is not for the form."""
    edit(office, campaign, name="新名称", rule_version="9", template_version="9", closed_at="2022-08-01")
    campaign.refresh_from_db()
    assert (campaign.rule_version, campaign.template_version, campaign.closed_at) == ("2022.1-00000000", "2022.1", None)
