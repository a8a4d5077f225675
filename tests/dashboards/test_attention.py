"""需要关注: who comes first, who is left alone, and the one sentence about each."""

from __future__ import annotations

import pytest

from agencies.models import Person
from dashboards import stats
from dashboards.attention import WORST, Worry, worst
from inventory.models import Campaign, Obligation
from reviews.models import Side
from tests.factories_progress import close, make_campaign, obligation_of, open_round, report

pytestmark = pytest.mark.django_db
FIVE = ["meishan", "mabu", "nanxi", "zone", "police"]


def told(person: Person, campaign: Campaign, most: int = WORST) -> list[Worry]:
    (shown,) = [one for one in stats.campaigns() if one.pk == campaign.pk]
    return worst(stats.units(person, [shown])[campaign.pk], shown, most)


def reasons(person: Person, campaign: Campaign) -> dict[str, str]:
    return {worry.unit.agency_code: worry.reason for worry in told(person, campaign)}


def test_past_the_due_time_the_least_advanced_come_first(leader: Person) -> None:
    campaign = make_campaign(due_in=-2.1, roster=[*FIVE, "technician-school"])
    report(obligation_of(campaign, "meishan"), "in_review", days=9)
    report(obligation_of(campaign, "mabu"), "returned", days=1)
    report(obligation_of(campaign, "nanxi"), "returned", days=6)
    report(obligation_of(campaign, "police"), "accepted", days=90)
    report(obligation_of(campaign, "zone"), "draft")
    assert list(reasons(leader, campaign)) == ["technician-school", "zone", "nanxi", "mabu", "meishan"]
    late = reasons(leader, campaign)
    assert late["technician-school"].endswith("，还没有开始填报")
    assert late["zone"].endswith("，填了草稿还没有提交")
    assert late["nanxi"].endswith("，退回 6 天还没有改好")
    assert late["meishan"].endswith("，待审 9 天，数据局、公安局未办结")
    assert all(reason.startswith("逾期 ") for reason in late.values())


def test_before_it_what_has_been_lying_longest(leader: Person) -> None:
    campaign = make_campaign(due_in=20, roster=FIVE)
    report(obligation_of(campaign, "meishan"), "returned", days=4)
    report(obligation_of(campaign, "mabu"), "zero_in_review", days=7)
    report(obligation_of(campaign, "nanxi"), "returned", days=2)
    report(obligation_of(campaign, "zone"), "in_review", days=4)
    assert reasons(leader, campaign) == {
        "mabu": "待审 7 天，数据局、公安局未办结",
        "meishan": "退回 4 天还没有改好",
    }


def test_near_the_due_time_who_has_not_handed_in(leader: Person) -> None:
    campaign = make_campaign(due_in=2, roster=["meishan", "mabu"])
    report(obligation_of(campaign, "mabu"), "draft", days=1)
    assert reasons(leader, campaign) == {
        "meishan": "距截止 2 天，还没有开始填报",
        "mabu": "距截止 2 天，填了草稿还没有提交",
    }


def test_only_the_side_still_at_work_is_named(leader: Person) -> None:
    campaign = make_campaign(due_in=20, roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", days=7, version=2)
    close(open_round(submission), Side.POLICE)
    assert reasons(leader, campaign) == {"meishan": "待审 7 天，数据局未办结"}


def test_no_more_than_five_and_nobody_who_is_done(leader: Person) -> None:
    campaign = make_campaign(due_in=-2)
    assert len(told(leader, campaign)) == WORST
    for obligation in Obligation.objects.filter(campaign=campaign):
        report(obligation, "zero_accepted")
    assert told(leader, campaign) == []


def test_on_the_last_day(leader: Person) -> None:
    """Past by minutes is late, though no day has passed."""
    campaign = make_campaign(due_in=-1 / 1440, roster=["meishan"])
    (reason,) = reasons(leader, campaign).values()
    assert reason in ("逾期 不到 1 天，还没有开始填报", "逾期 1 天，还没有开始填报")
