"""A question leaves a row open; the unit's clerk answers in words, and then the side decides."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from agencies.models import Person
from audit.failures import Conflict, Invalid
from notices.models import Notice
from reviews import services
from reviews.models import Answer, Decision, Participation, Round, Side, Verdict
from tests.factories import make_person
from tests.factories_inventory import clerk_of
from tests.reviews.scenes import entries
from tests.reviews.toys import Toy, finish, say

ASK = Decision.QUESTION
WORDS = "球机去年换过，编码以平台为准"


@pytest.fixture
def round_(toy: Toy) -> Round:
    return toy.open({1: "a", 2: "b"})


@pytest.fixture
def asked(round_: Round, data_reviewer: Person) -> Verdict:
    say(data_reviewer, round_, Side.DATA, ASK, 1, reason="型号对吗")
    return Verdict.objects.get()


@pytest.fixture
def clerk(round_: Round) -> Person:
    return clerk_of("meishan")


def open_notices(kind: str) -> list[str]:
    found = Notice.objects.filter(kind=kind, settled_at=None)
    return sorted(found.values_list("person__username", flat=True))


def test_the_clerk_answers_and_the_asker_decides(
    round_: Round, asked: Verdict, clerk: Person, data_reviewer: Person
) -> None:
    assert round_.desks.get(side=Side.DATA).questioned == 1
    assert open_notices("question") == ["clerk-meishan"]
    answer = services.answer_question(clerk, asked.pk, f" {WORDS} ")
    assert (answer.text, answer.person) == (WORDS, clerk)
    assert open_notices("question") == []
    assert open_notices("answered") == ["data-1"]
    assert entries("review.answered") == [("clerk-meishan", "review.answered", {"side": "data", "row_key": 1})]
    with pytest.raises(Conflict, match="还有 1 行没有给出"):
        finish(data_reviewer, round_, Side.DATA)
    say(data_reviewer, round_, Side.DATA, Decision.PASS, 1)
    desk = round_.desks.get(side=Side.DATA)
    assert (desk.passed, desk.questioned) == (2, 0)
    finish(data_reviewer, round_, Side.DATA)
    assert open_notices("answered") == []


def test_deciding_without_waiting_ends_the_question(
    round_: Round, asked: Verdict, clerk: Person, data_reviewer: Person
) -> None:
    say(data_reviewer, round_, Side.DATA, Decision.PASS, 1)
    assert open_notices("question") == []
    with pytest.raises(Conflict, match="已经不在了"):
        services.answer_question(clerk, asked.pk, WORDS)


def test_one_of_two_questions_decided_leaves_the_notice(
    round_: Round, asked: Verdict, clerk: Person, data_reviewer: Person
) -> None:
    say(data_reviewer, round_, Side.DATA, ASK, 2, reason="位置对吗")
    say(data_reviewer, round_, Side.DATA, Decision.PASS, 1)
    assert open_notices("question") == ["clerk-meishan"]
    services.answer_question(clerk, Verdict.objects.get(superseded_at=None, item_key=2).pk, WORDS)
    assert open_notices("question") == []


def test_both_sides_ask_each_for_itself(round_: Round, asked: Verdict, clerk: Person, police_reviewer: Person) -> None:
    say(police_reviewer, round_, Side.POLICE, ASK, 1, reason="是否涉密")
    assert open_notices("question") == ["clerk-meishan", "clerk-meishan"]
    services.answer_question(clerk, asked.pk, WORDS)
    assert open_notices("question") == ["clerk-meishan"]


def test_an_answer_is_given_once(asked: Verdict, clerk: Person) -> None:
    services.answer_question(clerk, asked.pk, WORDS)
    with pytest.raises(Conflict, match="已经答复过"):
        services.answer_question(clerk, asked.pk, "另一种说法")
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(verdict=asked, person=clerk, text="x")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute("UPDATE reviews_answer SET text = 'x'")


def test_another_question_on_the_row_has_an_answer_of_its_own(
    round_: Round, asked: Verdict, clerk: Person, data_reviewer: Person
) -> None:
    services.answer_question(clerk, asked.pk, WORDS)
    say(data_reviewer, round_, Side.DATA, ASK, 1, reason="那么位置呢")
    again = Verdict.objects.get(superseded_at=None)
    services.answer_question(clerk, again.pk, "位置没有动")
    assert Answer.objects.count() == 2


def test_a_question_goes_along_with_an_unchanged_row(toy: Toy, round_: Round, asked: Verdict, clerk: Person) -> None:
    toy.withdraw(clerk)
    with pytest.raises(Conflict, match="已经不在了"):
        services.answer_question(clerk, asked.pk, WORDS)
    second = toy.open({1: "a", 2: "mended"})
    assert second.desks.get(side=Side.DATA).questioned == 1
    services.answer_question(clerk, asked.pk, WORDS)


def test_a_question_on_a_changed_row_is_gone(toy: Toy, asked: Verdict, clerk: Person) -> None:
    toy.withdraw(clerk)
    second = toy.open({1: "changed", 2: "b"})
    assert second.desks.get(side=Side.DATA).questioned == 0
    with pytest.raises(Conflict, match="已经不在了"):
        services.answer_question(clerk, asked.pk, WORDS)


@pytest.mark.parametrize("words", ["", " 。 ", "好" * 501])
def test_an_answer_says_something(asked: Verdict, clerk: Person, words: str) -> None:
    with pytest.raises(Invalid):
        services.answer_question(clerk, asked.pk, words)


@pytest.mark.parametrize("who", ["mabu_clerk", "office", "leader", "data_reviewer2", "police_reviewer", "sysadmin"])
def test_only_the_units_clerks_answer(request: pytest.FixtureRequest, who: str, asked: Verdict) -> None:
    with pytest.raises(PermissionDenied):
        services.answer_question(request.getfixturevalue(who), asked.pk, WORDS)
    assert not Answer.objects.exists()


def test_a_colleague_who_answers_is_an_author_from_then_on(asked: Verdict, meishan_colleague: Person) -> None:
    services.answer_question(meishan_colleague, asked.pk, WORDS)
    assert Participation.objects.get(person=meishan_colleague).part == "author"


def test_whoever_has_judged_does_not_answer_for_the_unit(toy: Toy, police_reviewer: Person) -> None:
    """A bureau's own report: the same person is its clerk and its reviewer."""
    from agencies.models import Agency

    both = make_person("both", "data-bureau", "clerk", "data_reviewer")
    author = make_person("author", "data-bureau", "clerk")
    round_ = toy.open({1: "a"}, [author])
    type(round_.case).objects.update(agency=Agency.objects.get(code="data-bureau"))
    say(both, round_, Side.DATA, Decision.PASS)
    say(police_reviewer, round_, Side.POLICE, ASK, 1, reason="是否涉密")
    verdict = Verdict.objects.get(side="police")
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        services.answer_question(both, verdict.pk, WORDS)
    services.answer_question(author, verdict.pk, WORDS)


def test_a_pass_is_no_question(round_: Round, clerk: Person, data_reviewer: Person) -> None:
    say(data_reviewer, round_, Side.DATA, Decision.PASS, 1)
    with pytest.raises(Conflict, match="已经不在了"):
        services.answer_question(clerk, Verdict.objects.get().pk, WORDS)
