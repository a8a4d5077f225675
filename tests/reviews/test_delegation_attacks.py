"""What lent power must not be good for: four eyes cannot be borrowed, and nobody lends what he has not (T22)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from agencies.models import Agency, Person, PersonRole
from audit.failures import Conflict, Invalid
from reviews import permissions, services
from reviews.models import Decision, Delegation, Verdict
from tests.factories import make_person
from tests.reviews.loans import (
    DATA,
    POLICE,
    TWO,
    insert,
    insert_verdict,
    lend,
)
from tests.reviews.toys import Toy, say


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
