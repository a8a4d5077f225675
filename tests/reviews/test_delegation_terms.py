"""From when and until when lent power is there: its days, its revocation, and what it rests on."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from agencies.models import Agency, Person, PersonRole
from audit.failures import Conflict, Invalid
from reviews import permissions, services
from reviews.models import Decision, Delegation, Verdict
from tests.reviews.loans import (
    DATA,
    TWO,
    insert_closing,
    insert_motion,
    insert_verdict,
    join,
    lend,
    shift,
)
from tests.reviews.toys import Toy, say


@pytest.mark.parametrize(
    ("start", "days", "why"),
    [
        (-1, 5, "不能早于今天"),
        (0, 0, "结束日期不能早于"),
        (0, settings.DELEGATION_MAX_DAYS + 1, "最长 30 天"),
        (0, 36500, "最长 30 天"),
        (36500, 1, "开始日期最晚"),
    ],
)
def test_a_term_that_cannot_be(data_reviewer: Person, deputy: Person, start: int, days: int, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        lend(data_reviewer, deputy, start=start, days=days)
    assert not Delegation.objects.exists()


def test_the_longest_term(data_reviewer: Person, deputy: Person) -> None:
    lend(data_reviewer, deputy, days=settings.DELEGATION_MAX_DAYS)
    assert permissions.may_act_for(deputy, DATA)


def test_a_loan_needs_a_reason(data_reviewer: Person, deputy: Person) -> None:
    with pytest.raises(Invalid, match="事由"):
        lend(data_reviewer, deputy, reason=" 。")


def test_the_same_loan_twice(data_reviewer: Person, deputy: Person) -> None:
    lend(data_reviewer, deputy)
    with pytest.raises(Conflict, match="不用重复"):
        lend(data_reviewer, deputy, start=4)
    lend(data_reviewer, deputy, start=5)


@pytest.mark.parametrize(("days", "good"), [(-5, False), (-4, True), (0, True), (1, False)])
def test_power_is_there_from_the_first_to_the_last_day(
    toy: Toy, data_reviewer: Person, deputy: Person, days: int, good: bool
) -> None:
    """Five days from today, moved: ended yesterday, ends today, begins today, begins tomorrow."""
    round_ = toy.open(TWO)
    shift(lend(data_reviewer, deputy, days=5), days)
    assert permissions.may_act_for(deputy, DATA) == good
    if good:
        assert say(deputy, round_, DATA, Decision.PASS) == 2
        return
    with pytest.raises(PermissionDenied):
        say(deputy, round_, DATA, Decision.PASS)
    join(round_, deputy, data_reviewer)
    with pytest.raises(IntegrityError, match="not lent today"):
        insert_verdict(round_, deputy, data_reviewer)


def test_a_revoked_loan_ends_at_once(toy: Toy, data_reviewer: Person, deputy: Person) -> None:
    round_ = toy.open(TWO)
    delegation = lend(data_reviewer, deputy)
    say(deputy, round_, DATA, Decision.PASS, 1)
    services.revoke_delegation(data_reviewer, delegation.pk)
    with pytest.raises(PermissionDenied):
        say(deputy, round_, DATA, Decision.PASS, 2)
    for sql in ("verdict", "closing", "motion"):
        with pytest.raises(IntegrityError, match="not lent today"):
            {"verdict": insert_verdict, "closing": insert_closing, "motion": insert_motion}[sql](
                round_, deputy, data_reviewer
            )
    assert Verdict.objects.count() == 1, "what was said while it held stays"
    with pytest.raises(Conflict, match="已经收回"):
        services.revoke_delegation(deputy, delegation.pk)


def test_the_deputy_may_give_it_back_and_nobody_else_ends_it(
    data_reviewer: Person, data_reviewer2: Person, office: Person, secadmin: Person, deputy: Person
) -> None:
    delegation = lend(data_reviewer, deputy)
    for person in (data_reviewer2, office, secadmin):
        with pytest.raises(PermissionDenied):
            services.revoke_delegation(person, delegation.pk)
    assert services.revoke_delegation(deputy, delegation.pk).revoked_by == deputy


def test_an_expired_loan_is_not_revoked(data_reviewer: Person, deputy: Person) -> None:
    delegation = lend(data_reviewer, deputy, days=1)
    shift(delegation, -1)
    with pytest.raises(Conflict, match="已经到期"):
        services.revoke_delegation(data_reviewer, delegation.pk)


@pytest.mark.parametrize("how", ["role", "account", "agency", "deputy's account", "deputy's agency"])
def test_it_ends_with_what_it_rests_on(toy: Toy, data_reviewer: Person, deputy: Person, how: str) -> None:
    round_ = toy.open(TWO)
    lend(data_reviewer, deputy)
    assert permissions.may_act_for(deputy, DATA)
    who = deputy if how.startswith("deputy") else data_reviewer
    if how == "role":
        PersonRole.objects.filter(person=who).delete()
    elif how.endswith("account"):
        Person.objects.filter(pk=who.pk).update(is_active=False)
    else:
        Person.objects.filter(pk=who.pk).update(agency=Agency.objects.get(code="mabu"))
    with pytest.raises(PermissionDenied):
        say(deputy, round_, DATA, Decision.PASS)
    assert not Verdict.objects.exists()
