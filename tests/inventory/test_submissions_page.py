"""The list of reports: one's own or all, by campaign, page by page."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Agency, Person
from inventory import views
from inventory.models import Campaign, Obligation
from tests.factories_inventory import make_campaign

pytestmark = pytest.mark.django_db
URL = "/submissions/"


def owed_by_all(name: str = "") -> Campaign:
    campaign = make_campaign(name)
    Obligation.objects.bulk_create(Obligation(campaign=campaign, agency=agency) for agency in Agency.objects.all())
    return campaign


def rows(client: Client, query: str = "") -> int:
    return len(client.get(URL + query).context["obligations"])


def test_one_campaign_at_a_time(client: Client, meishan_clerk: Person) -> None:
    client.force_login(meishan_clerk)
    first, second = owed_by_all("2022年第一次"), owed_by_all("2022年第二次")
    assert (rows(client), rows(client, f"?campaign={first.pk}"), rows(client, f"?campaign={second.pk}")) == (2, 1, 1)
    assert rows(client, "?campaign=999999") == rows(client, "?campaign=x") == 0


def test_page_by_page(client: Client, office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "OBLIGATIONS_SHOWN", 20)
    client.force_login(office)
    owed = owed_by_all().obligations.count()
    answer = client.get(URL)
    assert (len(answer.context["obligations"]), answer.context["page"].paginator.count) == (20, owed)
    assert len(client.get(f"{URL}?page=2").context["obligations"]) == min(20, owed - 20)
