"""The list of surveys and the page of one: who reads, what it says, how many queries it takes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from inventory.campaign import campaigns
from inventory.models import Obligation
from tests.factories_progress import make_campaign, obligation_of, report

pytestmark = pytest.mark.django_db


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("who", ["office", "data_reviewer"])
def test_office_and_data_bureau_read(who: str, request: pytest.FixtureRequest) -> None:
    campaign = make_campaign()
    report(obligation_of(campaign, "meishan"), "accepted")
    report(obligation_of(campaign, "meishan"), "accepted")
    report(obligation_of(campaign, "mabu"), "zero_accepted")
    client = browse(request.getfixturevalue(who))
    (row,) = client.get(reverse("campaigns")).context["campaigns"]
    assert (row.owed, row.accepted) == (36, 2)
    page = client.get(reverse("campaign", args=[campaign.pk]))
    assert page.status_code == 200
    assert len(page.context["roster"]) == 36
    assert page.context["edits"] is (who == "office")
    assert ("移出所选单位" in page.content.decode()) is (who == "office")
    assert ("关闭轮次" in page.content.decode()) is (who == "office")


@pytest.mark.parametrize("who", ["meishan_clerk", "police_reviewer", "leader", "sysadmin", "secadmin", "auditor"])
def test_others_do_not(who: str, request: pytest.FixtureRequest) -> None:
    campaign = make_campaign(roster=["meishan"])
    client = browse(request.getfixturevalue(who))
    assert client.get(reverse("campaigns")).status_code == 403
    assert client.get(reverse("campaign", args=[campaign.pk])).status_code == 403


def test_an_empty_list_says_what_comes_next(office: Person, data_reviewer: Person) -> None:
    assert "新建一个轮次" in browse(office).get(reverse("campaigns")).content.decode()
    assert "由领导小组办公室新建" in browse(data_reviewer).get(reverse("campaigns")).content.decode()


def test_a_closed_one_offers_reopening_only(office: Person) -> None:
    campaign = make_campaign(roster=["meishan"])
    campaigns.close(office, campaign.pk)
    text = browse(office).get(reverse("campaign", args=[campaign.pk])).content.decode()
    assert "重新开放" in text
    assert "移出所选单位" not in text
    assert "加入名单" not in text


def test_closing_tells_how_much_is_under_way(office: Person) -> None:
    campaign = make_campaign()
    for code, state in (("meishan", "draft"), ("mabu", "returned"), ("nanxi", "accepted")):
        report(obligation_of(campaign, code), state)
    assert "2 份报送可以继续办完" in browse(office).get(reverse("campaign", args=[campaign.pk])).content.decode()


def test_queries_do_not_grow(office: Person) -> None:
    campaign = make_campaign()
    client = browse(office)

    def count(name: str, *args: int) -> int:
        client.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(queries)

    few = count("campaigns"), count("campaign", campaign.pk)
    for obligation in Obligation.objects.filter(campaign=campaign):
        report(obligation, "returned")
    make_campaign("第二轮")
    make_campaign("第三轮")
    assert (count("campaigns"), count("campaign", campaign.pk)) == few
