"""The lines of the trend: running totals by day, drawn inside their frame."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from agencies.models import Person
from dashboards import stats, trend
from inventory.models import Campaign
from tests.factories_progress import make_campaign, obligation_of, report

pytestmark = pytest.mark.django_db


def shown_of(campaign: Campaign) -> stats.Shown:
    (shown,) = [one for one in stats.campaigns() if one.pk == campaign.pk]
    return shown


def test_running_totals(leader: Person) -> None:
    campaign = make_campaign(opened=4, roster=["meishan", "mabu", "nanxi", "zone", "police"])
    report(obligation_of(campaign, "meishan"), "in_review", days=3)
    report(obligation_of(campaign, "mabu"), "accepted", days=1)
    report(obligation_of(campaign, "nanxi"), "returned", days=1, version=2)
    report(obligation_of(campaign, "zone"), "draft")
    report(obligation_of(campaign, "police"), "discarded")
    days = trend.days(leader, shown_of(campaign))
    assert [day.on - days[0].on for day in days] == [dt.timedelta(days=number) for number in range(5)]
    assert [day.reported for day in days] == [0, 1, 1, 3, 3]
    assert [day.accepted for day in days] == [0, 0, 0, 1, 1]


def test_a_supplement_counts_once(leader: Person) -> None:
    campaign = make_campaign(opened=4, roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "accepted", days=3)
    report(obligation_of(campaign, "meishan"), "accepted", days=1)
    last = trend.days(leader, shown_of(campaign))[-1]
    assert (last.reported, last.accepted) == (1, 1)


def test_what_came_before_the_first_day_counts_from_then(leader: Person) -> None:
    campaign = make_campaign(opened=2, roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "accepted", days=30)
    assert [day.accepted for day in trend.days(leader, shown_of(campaign))] == [1, 1, 1]


def test_a_clerk_counts_its_own_unit(meishan_clerk: Person) -> None:
    campaign = make_campaign(opened=1, roster=["meishan", "mabu"])
    report(obligation_of(campaign, "mabu"), "accepted")
    assert trend.days(meishan_clerk, shown_of(campaign))[-1].accepted == 0


@pytest.mark.parametrize(("opened", "due_in"), [(1, 5), (10, -4), (300, -200)])
def test_the_drawing_stays_in_its_frame(leader: Person, opened: int, due_in: int) -> None:
    campaign = make_campaign(opened=opened, due_in=due_in, roster=["meishan", "mabu", "nanxi"])
    report(obligation_of(campaign, "meishan"), "accepted")
    shown = shown_of(campaign)
    drawn = trend.draw(trend.days(leader, shown), shown, 3)
    assert drawn is not None
    points = [tuple(map(int, point.split(","))) for point in f"{drawn.reported} {drawn.accepted}".split()]
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)
    assert (drawn.due_x is None) is (due_in > 0)
    heights = [drawn.total_y, drawn.reported_y, drawn.accepted_y]
    assert all(lower - upper >= trend.APART for upper, lower in itertools.pairwise(heights))
    assert heights[-1] <= drawn.height


def test_nothing_to_draw_on_the_first_day_or_before(leader: Person) -> None:
    for opened in (0, -2):
        campaign = make_campaign(f"{opened}", opened=opened, due_in=9, roster=["meishan"])
        shown = shown_of(campaign)
        assert trend.draw(trend.days(leader, shown), shown, 1) is None
