"""A row that two units report is passed only with a word on how it is settled."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import Person
from audit.failures import Conflict, Invalid
from reviews import kinds, queries, services
from reviews.models import Choice, Decision, Round, Side, Verdict
from tests.reviews.scenes import entries
from tests.reviews.toys import ANY, Toy, finish, say

THREE = {1: "a", 2: "b", 3: "c"}
PASS, DATA = Decision.PASS, Side.DATA


@pytest.fixture
def round_(toy: Toy) -> Round:
    """The first row must be settled, the second can only be returned."""
    toy.must_choose(1, *ANY)
    toy.must_choose(2)
    return toy.open(THREE)


def chosen() -> dict[int, str]:
    return dict(Verdict.objects.filter(superseded_at=None).values_list("item_key", "choice"))


def test_passing_all_leaves_such_rows_open(round_: Round, data_reviewer: Person) -> None:
    assert say(data_reviewer, round_, DATA, PASS) == 1
    assert chosen() == {3: ""}
    assert [one.says for one in kinds.choices(round_).values()] == [
        "第1行编码已由麻埠镇登记",
        "第2行编码已由麻埠镇登记",
    ]


@pytest.mark.parametrize("choice", ANY)
def test_a_ticked_one_is_passed_with_a_choice(round_: Round, data_reviewer: Person, choice: Choice) -> None:
    assert say(data_reviewer, round_, DATA, PASS, 1, 3, choices={1: choice}) == 2
    assert chosen() == {1: choice.value, 3: ""}
    assert entries("review.")[-1][2] == {
        "round": 1,
        "side": "data",
        "decision": "pass",
        "rows": 2,
        "settled": {choice.value: 1},
    }


def test_without_a_choice_it_is_not_passed(round_: Round, data_reviewer: Person) -> None:
    for choices in ({}, {1: Choice.NONE}, {3: Choice.NONE}):
        with pytest.raises(Invalid, match=r"要先选定怎样处理（合并、移交、各自独立）.*第1行编码已由麻埠镇登记"):
            say(data_reviewer, round_, DATA, PASS, 1, 3, choices=choices)
    assert not Verdict.objects.exists()


def test_only_what_is_offered_can_be_chosen(toy: Toy, round_: Round, data_reviewer: Person) -> None:
    toy.must_choose(1, Choice.MERGE, Choice.DISTINCT)
    with pytest.raises(Invalid, match="（合并、各自独立）"):
        say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.TRANSFER})


def test_what_can_only_be_returned_is_not_passed_by_any_choice(round_: Round, data_reviewer: Person) -> None:
    with pytest.raises(Invalid, match="不能通过：第2行编码已由麻埠镇登记"):
        say(data_reviewer, round_, DATA, PASS, 2, choices={2: Choice.MERGE})
    assert say(data_reviewer, round_, DATA, Decision.RETURN, 2) == 1


def test_a_choice_where_none_is_needed(round_: Round, data_reviewer: Person) -> None:
    """The page is stale: by now the code is nobody else's."""
    with pytest.raises(Invalid, match="不再重复"):
        say(data_reviewer, round_, DATA, PASS, 3, choices={3: Choice.MERGE})


def test_choices_of_rows_that_are_not_ticked_mean_nothing(round_: Round, data_reviewer: Person) -> None:
    """A page carries a choice for each of its rows, ticked or not."""
    assert say(data_reviewer, round_, DATA, PASS, 3, choices={1: Choice.MERGE, 2: Choice.MERGE}) == 1
    assert chosen() == {3: ""}


def test_returning_needs_no_choice_and_keeps_none(round_: Round, data_reviewer: Person) -> None:
    say(data_reviewer, round_, DATA, Decision.RETURN, 1, choices={1: Choice.MERGE})
    assert chosen() == {1: ""}


def test_another_choice_supersedes_the_first_and_the_counters_stay(round_: Round, data_reviewer: Person) -> None:
    say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.MERGE})
    assert say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.MERGE}) == 0
    assert say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.DISTINCT}) == 1
    assert chosen() == {1: "distinct"}
    assert services.tally_of(round_, DATA) == {"pass": 1, "return": 0, "open": 2}


# --- the world moves on before the closing ----------------------------------------------------------------------------
def test_a_row_that_came_to_need_a_choice(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(THREE)
    say(data_reviewer, round_, DATA, PASS)
    toy.must_choose(1, *ANY)
    with pytest.raises(Conflict, match="有 1 行已不能这样通过：第1行编码已由麻埠镇登记。请重新选定处理方式或退回"):
        finish(data_reviewer, round_, DATA)
    say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.TRANSFER})
    finish(data_reviewer, round_, DATA)


def test_a_choice_that_is_no_longer_offered(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(THREE)
    toy.must_choose(1, *ANY)
    say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.TRANSFER})
    toy.must_choose(1, Choice.DISTINCT)
    with pytest.raises(Conflict, match="已不能这样通过"):
        finish(data_reviewer, round_, DATA)


def test_a_choice_that_is_no_longer_needed(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open(THREE)
    toy.must_choose(1, *ANY)
    say(data_reviewer, round_, DATA, PASS, 1, choices={1: Choice.MERGE})
    toy.choosing.clear()
    with pytest.raises(Conflict, match="不再重复"):
        finish(data_reviewer, round_, DATA)
    say(data_reviewer, round_, DATA, PASS, 1)
    finish(data_reviewer, round_, DATA)
    assert finish(police_reviewer, round_, Side.POLICE).outcome == "accepted"


def test_both_alike_is_accepted(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open(THREE)
    toy.must_choose(1, *ANY)
    for by, side in ((data_reviewer, DATA), (police_reviewer, Side.POLICE)):
        say(by, round_, side, PASS, 1, choices={1: Choice.DISTINCT})
        ended = finish(by, round_, side)
    assert (ended.outcome, queries.returned_items(ended)) == ("accepted", [])


# --- the database ----------------------------------------------------------------------------------------------------
def test_the_database_keeps_choices_to_passes(round_: Round, data_reviewer: Person) -> None:
    say(data_reviewer, round_, DATA, PASS, 3)
    with pytest.raises(IntegrityError, match="choice_goes_with_a_pass"), transaction.atomic():
        connection.cursor().execute(
            """INSERT INTO reviews_verdict (case_id, round_id, item_key, item_hash, side, person_id, decision, reason,
                                            choice, decided_at)
               VALUES (%s, %s, 9, 'x', 'data', %s, 'return', 'x', 'merge', now())""",
            [round_.case_id, round_.pk, data_reviewer.pk],
        )
    with pytest.raises(IntegrityError, match="only ever superseded"), transaction.atomic():
        connection.cursor().execute("UPDATE reviews_verdict SET choice = 'merge', superseded_at = now()")
