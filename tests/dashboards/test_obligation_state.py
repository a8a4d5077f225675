"""The state of an obligation: every state, what decides, what does not; overdue by the database's clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from dashboards.badges import BADGES
from inventory.campaign.obligations import ObligationState
from inventory.models import Campaign, Obligation, Submission
from tests.factories_progress import STATES, make_campaign, obligation_of, report

pytestmark = pytest.mark.django_db


def told(obligation: Obligation) -> dict[str, Any]:
    """What `with_state` says of one obligation."""
    return vars(Obligation.objects.with_state().get(pk=obligation.pk))


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(roster=["meishan", "mabu"])


@pytest.fixture
def obligation(campaign: Campaign) -> Obligation:
    return obligation_of(campaign, "meishan")


def test_nothing_begun_is_missing(obligation: Obligation) -> None:
    seen = told(obligation)
    assert (seen["state"], seen["since"], seen["shown_id"], seen["open_id"]) == ("missing", None, None, None)


@pytest.mark.parametrize("state", STATES)
def test_a_submission_brings_its_state(obligation: Obligation, state: str) -> None:
    submission = report(obligation, state)
    seen = told(obligation)
    assert (seen["state"], seen["shown_id"]) == (state, submission.pk)
    assert seen["since"] == Submission.objects.get(pk=submission.pk).state_since


@pytest.mark.parametrize(("state", "expected"), [("draft", "draft"), ("returned", "returned")])
def test_a_zero_report_in_the_units_hands_is_draft_or_returned(
    obligation: Obligation, state: str, expected: str
) -> None:
    submission = report(obligation, "zero_in_review")
    Submission.objects.filter(pk=submission.pk).update(state=state)
    assert told(obligation)["state"] == expected


def test_a_discarded_submission_does_not_count(obligation: Obligation) -> None:
    report(obligation, "discarded")
    assert told(obligation)["state"] == "missing"


@pytest.mark.parametrize("later", ["draft", "in_review", "returned"])
def test_a_later_report_stands_beside_an_accepted_one(obligation: Obligation, later: str) -> None:
    first = report(obligation, "accepted", days=4)
    second = report(obligation, later)
    seen = told(obligation)
    assert (seen["state"], seen["shown_id"]) == ("accepted", first.pk)
    assert (seen["open_id"], seen["open_state"]) == (second.pk, later)
    assert seen["since"] == Submission.objects.get(pk=first.pk).state_since


def test_two_accepted_reports_are_one_obligation(campaign: Campaign, obligation: Obligation) -> None:
    first = report(obligation, "accepted", days=4)
    report(obligation, "accepted")
    report(obligation, "draft")
    assert told(obligation)["shown_id"] == first.pk
    assert Obligation.objects.with_state().filter(campaign=campaign).count() == 2


@pytest.mark.parametrize("state", ["", *STATES])
def test_overdue_is_a_flag_on_all_but_the_accepted(obligation: Obligation, state: str) -> None:
    if state:
        report(obligation, state)
    Campaign.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
    assert told(obligation)["is_overdue"] is (state not in ("accepted", "zero_accepted"))
    Campaign.objects.update(due_at=timezone.now() + dt.timedelta(minutes=1))
    assert told(obligation)["is_overdue"] is False


def test_overdue_goes_by_the_databases_clock(obligation: Obligation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose own clock is a year slow, or fast, changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_campaign SET due_at = clock_timestamp() - interval '1 second'")
    for shift in (-365, 365):
        moment = dt.datetime.now(dt.UTC) + dt.timedelta(days=shift)
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert told(obligation)["is_overdue"] is True
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_campaign SET due_at = clock_timestamp() + interval '1 hour'")
    for shift in (-365, 365):
        moment = dt.datetime.now(dt.UTC) + dt.timedelta(days=shift)
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert told(obligation)["is_overdue"] is False


def test_states_are_worded_once() -> None:
    """The badges of the pages and the states of the model say the same."""
    assert {state.value: BADGES[state.value].word for state in ObligationState} == dict(ObligationState.choices)
