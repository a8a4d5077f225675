"""Power lent for a term to a colleague, never twice; what it must not be good for (T22)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, Person, PersonRole
from audit.failures import Conflict, Invalid
from notices.models import Notice
from reviews import permissions, services
from reviews.delegations import today
from reviews.models import Closing, Decision, Delegation, Motion, Participation, Round, Side, Verdict
from tests.factories import make_person
from tests.factories_inventory import submitted
from tests.reviews.scenes import entries, keys_of, latest, stamp
from tests.reviews.toys import Toy, finish, say

DATA, POLICE = Side.DATA, Side.POLICE
TWO = {1: "a", 2: "b"}
WHY = "赴省里培训"
DAY = dt.timedelta(days=1)


@pytest.fixture
def deputy(_stage: None) -> Person:
    """Somebody at the data bureau without a role."""
    return make_person("deputy", "data-bureau")


def lend(
    by: Person, deputy: Person, side: Side = DATA, *, start: int = 0, days: int = 5, reason: str = WHY
) -> Delegation:
    begin = today() + start * DAY
    return services.delegate(by, deputy, side, begin, begin + (days - 1) * DAY, reason)


def shift(delegation: Delegation, days: int) -> None:
    """Move its term, past the trigger that keeps delegations as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE reviews_delegation SET starts_on = starts_on + %s, ends_on = ends_on + %s WHERE id = %s",
            [days, days, delegation.pk],
        )
        cursor.execute("SET session_replication_role = origin")


# --- what it is good for ---------------------------------------------------------------------------------------------
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


# --- four eyes cannot be borrowed (T22) -------------------------------------------------------------------------------
def test_an_author_cannot_lend_the_power_to_judge_the_own_report(toy: Toy, deputy: Person) -> None:
    """A -> B, B judges A's report: A would have judged it by another's hand."""
    author = make_person("both", "data-bureau", "clerk", "data_reviewer")
    round_ = toy.open(TWO, [author])
    lend(author, deputy)
    with pytest.raises(PermissionDenied, match="委托您的人参与了本件的填报"):
        say(deputy, round_, DATA, Decision.PASS)
    assert not Verdict.objects.exists()
    with pytest.raises(IntegrityError, match="verdict_for_a_reviewer_of_the_side"):
        insert_verdict(round_, deputy, author)


def test_an_author_cannot_be_the_deputy(toy: Toy, data_reviewer: Person) -> None:
    author = make_person("author", "data-bureau", "clerk")
    round_ = toy.open(TWO, [author])
    lend(data_reviewer, author)
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        say(author, round_, DATA, Decision.PASS)
    assert not Verdict.objects.exists()


def test_lent_power_is_not_lent_on_nor_back(data_reviewer: Person, deputy: Person) -> None:
    """A -> B -> A, A -> B -> C: one level, in the service and in the database."""
    third = make_person("third", "data-bureau")
    lend(data_reviewer, deputy)
    for to in (data_reviewer, third):
        with pytest.raises(PermissionDenied, match="只有本方的审核员"):
            lend(deputy, to)
    PersonRole.objects.create(person=deputy, role="data_reviewer")
    with pytest.raises(Conflict, match="您自己受他人委托"):
        lend(Person.objects.get(pk=deputy.pk), third)
    with pytest.raises(IntegrityError, match="never delegated on"):
        insert(deputy, third)
    PersonRole.objects.filter(person=data_reviewer).delete()
    with pytest.raises(IntegrityError, match="never delegated on"):
        insert(deputy, data_reviewer)


def test_who_lends_the_own_power_does_not_borrow_in_these_days(
    data_reviewer: Person, data_reviewer2: Person, deputy: Person
) -> None:
    lend(data_reviewer2, deputy, start=2)
    PersonRole.objects.filter(person=data_reviewer2).delete()
    with pytest.raises(Conflict, match="已把自己的审核权委托给他人"):
        lend(data_reviewer, data_reviewer2, days=3)
    with pytest.raises(IntegrityError, match="never delegated on"):
        insert(data_reviewer, data_reviewer2)
    lend(data_reviewer, Person.objects.get(pk=data_reviewer2.pk), days=2)


def test_nobody_is_the_own_deputy(data_reviewer: Person) -> None:
    with pytest.raises(Invalid, match="不能委托给自己"):
        lend(data_reviewer, data_reviewer)
    with pytest.raises(IntegrityError, match=r"deputy_is_another|a colleague who has none"):
        insert(data_reviewer, data_reviewer)


def test_a_deputy_of_both_sides_speaks_for_one(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, deputy: Person
) -> None:
    """Moved to the police in the meantime: the part in the case stays what it was."""
    round_ = toy.open(TWO)
    lend(data_reviewer, deputy)
    say(deputy, round_, DATA, Decision.PASS)
    Person.objects.filter(pk=deputy.pk).update(agency=Agency.objects.get(code="police"))
    deputy = Person.objects.get(pk=deputy.pk)
    assert permissions.sides_of(deputy) == [], "the first loan died with the move"
    with pytest.raises(Conflict, match="已有对这位同事的委托"):
        lend(police_reviewer, deputy, POLICE)
    services.revoke_delegation(data_reviewer, Delegation.objects.get().pk)
    lend(police_reviewer, deputy, POLICE)
    assert permissions.sides_of(deputy) == [POLICE]
    with pytest.raises(PermissionDenied, match="同一人不能同时代表"):
        say(deputy, round_, POLICE, Decision.PASS)


@pytest.mark.parametrize("who", ["police_reviewer", "mabu_clerk", "office", "leader"])
def test_a_deputy_is_of_the_same_agency(request: pytest.FixtureRequest, who: str, data_reviewer: Person) -> None:
    stranger = request.getfixturevalue(who)
    with pytest.raises(Invalid, match="本单位的同事"):
        lend(data_reviewer, stranger)
    with pytest.raises(IntegrityError, match="a colleague who has none"):
        insert(data_reviewer, stranger)


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_an_administrator_is_no_deputy(request: pytest.FixtureRequest, who: str, data_reviewer: Person) -> None:
    admin = request.getfixturevalue(who)
    assert admin.agency == data_reviewer.agency
    with pytest.raises(Invalid, match="不能参与审核"):
        lend(data_reviewer, admin)
    with pytest.raises(IntegrityError, match="a colleague who has none"):
        insert(data_reviewer, admin)


def test_neither_a_reviewer_nor_a_closed_account_is_a_deputy(
    data_reviewer: Person, data_reviewer2: Person, deputy: Person
) -> None:
    with pytest.raises(Invalid, match="本来就是审核员"):
        lend(data_reviewer, data_reviewer2)
    with pytest.raises(IntegrityError, match="a colleague who has none"):
        insert(data_reviewer, data_reviewer2)
    Person.objects.filter(pk=deputy.pk).update(is_active=False)
    with pytest.raises(Invalid, match="已停用"):
        lend(data_reviewer, deputy)
    with pytest.raises(IntegrityError, match="a colleague who has none"):
        insert(data_reviewer, deputy)


@pytest.mark.parametrize("who", ["police_reviewer", "office", "leader", "sysadmin", "mabu_clerk", "deputy"])
def test_only_the_sides_own_reviewer_lends(request: pytest.FixtureRequest, who: str, deputy: Person) -> None:
    person = request.getfixturevalue(who)
    other = make_person("other", "data-bureau")
    with pytest.raises(PermissionDenied, match="只有本方的审核员"):
        lend(person, other, DATA)
    with pytest.raises(IntegrityError, match="a colleague who has none"):
        insert(person, other)


def test_nor_for_the_other_side(data_reviewer: Person, deputy: Person) -> None:
    with pytest.raises(PermissionDenied):
        lend(data_reviewer, deputy, POLICE)


# --- the term --------------------------------------------------------------------------------------------------------
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


# --- past the services ------------------------------------------------------------------------------------------------
def run(sql: str, params: list[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def insert(delegator: Person, deputy: Person) -> None:
    run(
        """INSERT INTO reviews_delegation (side, delegator_id, deputy_id, starts_on, ends_on, reason, made_at)
           VALUES ('data', %s, %s, current_date, current_date + 3, 'x', now())""",
        [delegator.pk, deputy.pk],
    )


def join(round_: Round, *people: Person) -> None:
    Participation.objects.bulk_create(
        [Participation(case=round_.case, person=person, part="data") for person in people], ignore_conflicts=True
    )


def insert_verdict(round_: Round, person: Person, for_person: Person) -> None:
    join(round_, person)
    run(
        """INSERT INTO reviews_verdict (case_id, round_id, item_key, item_hash, side, person_id, for_person_id,
                                        decision, reason, decided_at)
           VALUES (%s, %s, 99, 'x', 'data', %s, %s, 'pass', '', now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )


def insert_closing(round_: Round, person: Person, for_person: Person) -> None:
    run(
        """INSERT INTO reviews_closing (case_id, round_id, side, person_id, for_person_id, version_hash, passed,
                                        returned, closed_at)
           VALUES (%s, %s, 'data', %s, %s, 'x', 0, 0, now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )


def insert_motion(round_: Round, person: Person, for_person: Person) -> None:
    run(
        """INSERT INTO reviews_motion (case_id, round_id, side, person_id, for_person_id, kind, reason, moved_at)
           VALUES (%s, %s, 'data', %s, %s, 'undo', 'x', now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )


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
