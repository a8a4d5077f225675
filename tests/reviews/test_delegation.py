"""Power lent for a time to a colleague: what it is good for, and in whose name."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from agencies.models import Person, PersonRole
from notices.models import Notice
from reviews import permissions, services
from reviews.delegations import today
from reviews.models import Closing, Decision, Motion, Participation, Verdict
from tests.factories import make_person
from tests.factories_inventory import submitted
from tests.reviews.loans import (
    DATA,
    DAY,
    POLICE,
    TWO,
    WHY,
    lend,
    run,
)
from tests.reviews.scenes import entries, keys_of, latest, stamp
from tests.reviews.toys import Toy, finish, say


def test_the_deputy_acts_in_the_delegators_name(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, deputy: Person
) -> None:
    round_ = toy.open(TWO)
    lend(data_reviewer, deputy)
    assert permissions.sides_of(deputy) == [DATA]
    assert permissions.may_act_for(deputy, DATA) and not permissions.may_act_for(deputy, POLICE)
    assert permissions.power(deputy, DATA) == data_reviewer
    finish(deputy, round_, DATA)
    said = set(Verdict.objects.values_list("person", "for_person"))
    assert said == {(deputy.pk, data_reviewer.pk)}
    closing = Closing.objects.get()
    assert (closing.person, closing.for_person) == (deputy, data_reviewer)
    parts = dict(Participation.objects.exclude(part="author").values_list("person__username", "part"))
    assert parts == {"deputy": "data", "data-1": "data"}, "both have joined"
    assert entries("review.marked")[0] == (
        "deputy",
        "review.marked",
        {"round": 1, "side": "data", "decision": "pass", "rows": 2, "for": "data-1"},
    )
    assert finish(police_reviewer, round_, POLICE).outcome == "accepted"


def test_it_works_over_http_and_the_deputy_sees_what_is_to_be_judged(
    client: Client, data_reviewer: Person, deputy: Person
) -> None:
    submission = submitted("meishan", rows=2)
    round_ = latest(submission)
    client.force_login(deputy)
    page = reverse("review", args=[round_.case_id])
    assert client.get(page).status_code == 403
    lend(data_reviewer, deputy)
    assert client.get(page).status_code == 200
    assert client.get(reverse("submission", args=[submission.pk])).status_code == 200
    assert (
        client.post(
            reverse("review_pass", args=[round_.case_id]), stamp(round_, DATA, keys=keys_of(round_))
        ).status_code
        == 302
    )
    assert client.post(reverse("review_close", args=[round_.case_id]), stamp(round_, DATA)).status_code == 302
    assert Closing.objects.get().for_person == data_reviewer


def test_a_deputy_moves_and_answers(toy: Toy, data_reviewer: Person, police_reviewer: Person, deputy: Person) -> None:
    round_ = toy.open(TWO)
    finish(data_reviewer, round_, DATA)
    finish(police_reviewer, round_, POLICE)
    lend(data_reviewer, deputy)
    motion = services.move(deputy, round_.pk, Motion.Kind.UNDO, "重复入库")
    assert (motion.side, motion.for_person) == ("data", data_reviewer)
    services.take_back(deputy, motion.pk)
    motion = services.move(police_reviewer, round_.pk, Motion.Kind.UNDO, "重复入库")
    motion = services.answer_motion(deputy, motion.pk, True)
    assert (motion.answered_by, motion.answered_for) == (deputy, data_reviewer)


def test_it_is_recorded_and_the_deputy_told(data_reviewer: Person, deputy: Person) -> None:
    delegation = lend(data_reviewer, deputy, days=3)
    last = today() + 2 * DAY
    assert entries("review.delegated") == [
        (
            "data-1",
            "review.delegated",
            {
                "side": "data",
                "deputy": "deputy",
                "since": today().isoformat(),
                "until": last.isoformat(),
                "reason": WHY,
            },
        )
    ]
    notice = Notice.objects.get(kind="delegated")
    assert notice.person == deputy and f"{last:%Y-%m-%d}" in notice.text
    services.revoke_delegation(data_reviewer, delegation.pk)
    notice.refresh_from_db()
    assert notice.settled_at is not None
    assert [action for _, action, _ in entries("review.")] == ["review.delegated", "review.delegation_revoked"]


def test_reviewers_of_a_side_include_deputies(data_reviewer: Person, data_reviewer2: Person, deputy: Person) -> None:
    assert set(permissions.reviewers(DATA)) == {data_reviewer, data_reviewer2}
    lend(data_reviewer, deputy)
    lend(data_reviewer2, deputy, start=1)
    assert sorted(permissions.reviewers(DATA).values_list("username", flat=True)) == ["data-1", "data-2", "deputy"]
    assert not permissions.reviewers(POLICE).exists()


def test_a_deputy_of_two_uses_the_power_that_may_be_used_here(toy: Toy, data_reviewer2: Person, deputy: Person) -> None:
    author = make_person("both", "data-bureau", "clerk", "data_reviewer")
    round_ = toy.open(TWO, [author])
    lend(author, deputy)
    with pytest.raises(PermissionDenied, match="委托您的人参与了本件的填报"):
        say(deputy, round_, DATA, Decision.PASS)
    lend(data_reviewer2, deputy)
    say(deputy, round_, DATA, Decision.PASS)
    assert set(Verdict.objects.values_list("for_person", flat=True)) == {data_reviewer2.pk}


def test_an_own_role_goes_before_a_loan(toy: Toy, data_reviewer: Person, deputy: Person) -> None:
    round_ = toy.open(TWO)
    lend(data_reviewer, deputy)
    PersonRole.objects.create(person=deputy, role="data_reviewer")
    say(deputy, round_, DATA, Decision.PASS)
    assert set(Verdict.objects.values_list("for_person", flat=True)) == {None}


def test_waivers_are_not_decided_with_lent_power(client: Client, data_reviewer: Person, deputy: Person) -> None:
    """A waiver's record has no place for whose power it was."""
    lend(data_reviewer, deputy)
    assert permissions.own_sides_of(deputy) == []
    client.force_login(deputy)
    page = client.get(reverse("waivers"))
    assert page.status_code == 200 and page.context["decides"] is False


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reviews_delegation SET ends_on = ends_on + 300",
        "UPDATE reviews_delegation SET deputy_id = delegator_id",
        "UPDATE reviews_delegation SET revoked_at = now(), revoked_by_id = deputy_id, ends_on = ends_on + 1",
        "DELETE FROM reviews_delegation",
    ],
)
def test_the_database_keeps_a_loan_as_it_was_made(data_reviewer: Person, deputy: Person, sql: str) -> None:
    lend(data_reviewer, deputy)
    with pytest.raises(IntegrityError, match="only ever revoked"):
        run(sql, [])
