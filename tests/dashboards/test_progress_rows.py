"""The reports in review behind a count of rows."""

from __future__ import annotations

import pytest
from django.urls import reverse

from agencies.models import Person
from inventory.models import Campaign
from tests.dashboards.pages import browse
from tests.factories_progress import make_campaign, obligation_of, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(roster=["meishan", "mabu", "nanxi", "zone"])
    report(obligation_of(campaign, "meishan"), "in_review", days=2, rows=3, place_kind="school")
    report(obligation_of(campaign, "mabu"), "in_review", days=5, rows=2, place_kind="school", version=2)
    report(obligation_of(campaign, "nanxi"), "in_review", rows=4, place_kind="")
    report(obligation_of(campaign, "zone"), "returned", rows=7, place_kind="school")
    other = make_campaign("别的轮次", roster=["meishan"], closed=True)
    report(obligation_of(other, "meishan"), "in_review", rows=9, place_kind="school")
    return campaign


def told(person: Person, query: str) -> list[tuple[str, int, int]]:
    response = browse(person).get(f"{reverse('progress_rows')}?{query}")
    assert response.status_code == 200
    return [(report.agency, report.version, report.rows) for report in response.context["reports"]]


def test_the_longest_waiting_first(leader: Person, campaign: Campaign) -> None:
    assert told(leader, "kind=school") == [("麻埠镇", 2, 2), ("梅山镇", 1, 3)]
    assert told(leader, "kind=none") == [("南溪镇", 1, 4)]
    assert told(leader, "") == [("麻埠镇", 2, 2), ("梅山镇", 1, 3), ("南溪镇", 1, 4)]
    assert told(leader, "kind=road") == []


def test_a_clerk_finds_its_own_only(meishan_clerk: Person, campaign: Campaign) -> None:
    assert told(meishan_clerk, "") == [("梅山镇", 1, 3)]


@pytest.mark.parametrize("query", ["kind=bank", "kind=school&agency=1", "campaign=0x1"])
def test_unknown_questions_are_refused(leader: Person, campaign: Campaign, query: str) -> None:
    assert browse(leader).get(f"{reverse('progress_rows')}?{query}").status_code == 400
