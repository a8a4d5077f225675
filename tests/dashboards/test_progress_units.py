"""The list behind a figure: filters in the address, unknown ones refused, as many rows as it says."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Agency, Person
from inventory.models import Campaign, Obligation
from tests.dashboards.pages import browse, links
from tests.factories_progress import make_campaign, obligation_of, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(due_in=-1, roster=["meishan", "mabu", "zone", "police", "technician-school"])
    report(obligation_of(campaign, "meishan"), "returned", days=3)
    report(obligation_of(campaign, "zone"), "returned")
    report(obligation_of(campaign, "police"), "accepted")
    report(obligation_of(campaign, "police"), "draft")
    report(obligation_of(campaign, "technician-school"), "zero_accepted")
    return campaign


def listed(person: Person, query: str) -> list[str]:
    response = browse(person).get(f"{reverse('progress_units')}?{query}")
    assert response.status_code == 200
    return [unit.agency_code for unit in response.context["page"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["meishan", "mabu", "zone", "police", "technician-school"]),
        ("state=returned", ["meishan", "zone"]),
        ("state=returned&state=missing", ["meishan", "mabu", "zone"]),
        ("state=accepted&state=zero_accepted", ["police", "technician-school"]),
        ("group=township", ["meishan", "mabu"]),
        ("group=department", ["police"]),
        ("group=other&state=zero_accepted", ["technician-school"]),
        ("overdue=1", ["meishan", "mabu", "zone"]),
        ("overdue=1&state=returned&group=zone", ["zone"]),
        ("state=draft", []),
        ("state=&group=&overdue=", ["meishan", "mabu", "zone", "police", "technician-school"]),
    ],
)
def test_filters(leader: Person, campaign: Campaign, query: str, expected: list[str]) -> None:
    assert listed(leader, query) == expected


@pytest.mark.parametrize(
    "query", ["state=open", "group=school", "overdue=yes", "agency__name__startswith=梅", "q=1", "campaign=a"]
)
def test_unknown_filters_are_refused(leader: Person, campaign: Campaign, query: str) -> None:
    assert browse(leader).get(f"{reverse('progress_units')}?{query}").status_code == 400


def test_a_report_still_open_stands_beside_the_accepted_one(leader: Person, campaign: Campaign) -> None:
    response = browse(leader).get(f"{reverse('progress_units')}?group=department")
    (unit,) = response.context["page"]
    accepted, supplement = obligation_of(campaign, "police").submissions.order_by("number")
    assert (unit.state, unit.shown_id, unit.supplement_state, unit.open_id) == (
        "accepted",
        accepted.pk,
        "draft",
        supplement.pk,
    )
    hrefs = [link.href for link in links(response.content)]
    assert reverse("submission", args=[accepted.pk]) in hrefs
    assert reverse("submission", args=[supplement.pk]) in hrefs


def test_an_empty_list_says_how_to_widen_it(leader: Person, campaign: Campaign) -> None:
    text = browse(leader).get(f"{reverse('progress_units')}?state=draft").content.decode()
    assert "没有这样的单位" in text
    assert "清除筛选" in text


def test_a_roster_of_more_than_a_page(leader: Person, campaign: Campaign) -> None:
    more = Agency.objects.bulk_create(
        Agency(code=f"more-{n}", name=f"某单位{n}", short_name=f"某{n}", kind="other", position=200 + n)
        for n in range(120)
    )
    Obligation.objects.bulk_create(Obligation(campaign=campaign, agency=agency) for agency in more)
    client = browse(leader)
    seen: list[str] = []
    for page in (1, 2):
        response = client.get(reverse("progress_units"), {"page": page})
        assert response.context["page"].paginator.count == 125
        seen += [unit.agency_code for unit in response.context["page"]]
    assert len(seen) == len(set(seen)) == 125


def test_queries_do_not_grow(leader: Person, campaign: Campaign) -> None:
    client = browse(leader)

    def count() -> int:
        client.get(reverse("progress_units"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("progress_units"))
        return len(queries)

    few = count()
    for agency in Agency.objects.filter(kind="department"):
        report(Obligation.objects.create(campaign=campaign, agency=agency), "in_review", rows=2)
    assert count() == few
