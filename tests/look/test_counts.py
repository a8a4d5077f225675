"""A count of the navigation is the number of lines that its page lists, whatever the county's reports are like."""

from __future__ import annotations

import random

import pytest
from django.test import RequestFactory

from agencies.models import Person
from dashboards import context
from dashboards.home import home_of
from inventory.models import Campaign, Obligation, Submission
from reviews import queries as reviews
from reviews.models import Case, Round, Side
from tests.factories_inventory import drafted
from tests.factories_progress import STATES, close, make_campaign, open_round, report
from tests.inventory.changing import asked_change, round_of
from tests.inventory.waiving import asked, faulty
from tests.reviews.scenes import close_side, return_first

pytestmark = pytest.mark.django_db


def counts(person: Person) -> dict[str, int | None]:
    request = RequestFactory().get("/")
    request.user = Person.objects.get(pk=person.pk)
    return {item.name: item.count for item in context.build(request).nav}


def county(seed: int, reviewer: Person) -> None:
    """Three campaigns with reports in every state, supplements, closings, and reports that a reviewer has filed."""
    chance = random.Random(seed)
    campaigns = [
        make_campaign("正在进行的", due_in=chance.choice([-3, 2, 30])),
        make_campaign("关闭的", closed=True, due_in=-20, opened=60),
        make_campaign("还没有开始的", opened=-3, due_in=40),
    ]
    for campaign in campaigns:
        for obligation in Obligation.objects.filter(campaign=campaign):
            state = chance.choice([*STATES, "missing", "missing", "discarded"])
            if state == "missing":
                continue
            report(obligation, state, by=reviewer if chance.random() < 0.2 else None)
            if state in ("accepted", "discarded") and chance.random() < 0.5:
                report(obligation, chance.choice(["draft", "in_review", "returned"]))
    for submission_round in Round.objects.filter(ended_at=None).order_by("pk"):
        if chance.random() < 0.3:
            close(submission_round, chance.choice([Side.DATA, Side.POLICE]))


@pytest.mark.parametrize("seed", range(4))
def test_counts_agree_with_the_pages(
    seed: int, meishan_clerk: Person, education_clerk: Person, data_reviewer: Person, police_reviewer: Person,
    office: Person, leader: Person,
) -> None:  # fmt: skip
    county(seed, data_reviewer)
    for person in (meishan_clerk, education_clerk, data_reviewer, police_reviewer, office):
        assert (counts(person)["home"] or 0) == len(home_of(Person.objects.get(pk=person.pk)).todos), person.username
    for person in (data_reviewer, police_reviewer):
        assert (counts(person)["review_queue"] or 0) == reviews.queue(person, reviews.WAITING).count()
    assert set(counts(leader).values()) == {None}


def test_the_scenes_have_something_to_count(data_reviewer: Person) -> None:
    county(0, data_reviewer)
    assert (counts(data_reviewer)["home"] or 0) < (counts(data_reviewer)["review_queue"] or 0)
    assert Case.objects.filter(state="open").exists()


def test_a_clerks_turn(meishan_clerk: Person, mabu_clerk: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu"])
    assert (counts(meishan_clerk)["home"], counts(meishan_clerk)["submissions"]) == (1, None)
    own = report(_own(campaign, meishan_clerk), "draft")
    assert (counts(meishan_clerk)["home"], counts(meishan_clerk)["submissions"]) == (1, 1)
    Submission.objects.filter(pk=own.pk).update(state=Submission.State.IN_REVIEW)
    assert (counts(meishan_clerk)["home"], counts(meishan_clerk)["submissions"]) == (None, None)
    assert counts(mabu_clerk)["home"] == 1


def test_a_reviewers_turn(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = report(_own(make_campaign(roster=["meishan"]), meishan_clerk), "in_review", rows=3)
    assert counts(data_reviewer)["review_queue"] == counts(police_reviewer)["review_queue"] == 1
    close(open_round(submission), Side.DATA)
    assert counts(data_reviewer)["review_queue"] is None
    assert counts(police_reviewer)["review_queue"] == 1


def _own(campaign: Campaign, person: Person) -> Obligation:
    return Obligation.objects.get(campaign=campaign, agency=person.agency)


def test_what_else_a_reviewer_finds_at_home(meishan_clerk: Person, data_reviewer: Person) -> None:
    """Two requests to set a rule aside are one line."""
    draft = drafted("meishan", rows=2, by=meishan_clerk)
    for row in (5, 6):
        asked(meishan_clerk, draft, faulty(draft, row))
    assert (counts(data_reviewer)["home"], len(home_of(data_reviewer).todos)) == (1, 1)


def test_a_request_for_a_change_that_came_back(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    request = asked_change("meishan", by=meishan_clerk)
    assert counts(meishan_clerk)["home"] is None
    round_ = round_of(request)
    for person, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        return_first(person, round_, side)
        close_side(person, round_, side)
    assert (counts(meishan_clerk)["home"], len(home_of(meishan_clerk).todos)) == (1, 1)
