"""The kept counters say at any time what counting would say, whatever was pressed in whatever order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from agencies.models import Person
from audit.failures import Invalid
from notices.models import Notice
from reviews import desks, services
from reviews.models import Choice, Closing, Decision, Desk, Round, Side
from tests.reviews.toys import ANY, Toy, decide, finish, say

ROWS = {key: f"row {key}" for key in range(1, 7)}


def kept(round_: Round, side: Side) -> dict[str, int]:
    desk = Desk.objects.get(round=round_, side=side)
    counted = {"pass": desk.passed, "return": desk.returned, "question": desk.questioned}
    return counted | {"open": round_.item_count - sum(counted.values())}


def assert_exact(round_: Round) -> None:
    for side in Side:
        assert kept(round_, side) == desks.counted(round_, side)


PRESS = st.tuples(
    st.sampled_from([0, 1]),
    st.sampled_from(list(Decision)),
    st.one_of(st.none(), st.lists(st.integers(1, 7), min_size=1, max_size=4)),
    st.sampled_from(["", "位置不对", "编码不对"]),
    st.dictionaries(st.integers(1, 3), st.sampled_from(list(Choice)), max_size=3),
)


@given(st.lists(PRESS, max_size=12), st.lists(st.integers(1, 6), max_size=3))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_after_any_presses(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, presses: list[Any], changed: Iterable[int]
) -> None:
    people = [(data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)]
    with transaction.atomic():
        toy.choosing.clear()
        round_ = toy.open(ROWS)
        toy.must_choose(1, *ANY)
        toy.must_choose(2, Choice.MERGE)
        toy.must_choose(3)
        for who, decision, keys, reason, choices in presses:
            by, side = people[who]
            told = {"version_hash": round_.version_hash, "keys": keys, "reason": reason, "choices": choices}
            with contextlib.suppress(Invalid):
                services.mark(by, round_.pk, side, decision, **told)
            assert_exact(round_)
        for by, side in people:
            say(by, round_, side, Decision.RETURN, 3)
            say(by, round_, side, Decision.PASS)
        if not any(kept(round_, side)["question"] + kept(round_, side)["open"] for _, side in people):
            for by, side in people:
                services.close(by, round_.pk, side, version_hash=round_.version_hash)
        else:
            toy.withdraw()
        for closing in Closing.objects.filter(round=round_):
            tally = desks.counted(round_, Side(closing.side))
            assert (closing.passed, closing.returned) == (tally["pass"], tally["return"])
        assert_exact(toy.open(ROWS | {3: "mended"} | dict.fromkeys(changed, "changed")))
        transaction.set_rollback(True)


def test_a_return_over_a_pass_moves_one(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(ROWS)
    say(data_reviewer, round_, Side.DATA, Decision.PASS)
    say(data_reviewer, round_, Side.DATA, Decision.RETURN, 2)
    assert kept(round_, Side.DATA) == {"pass": 5, "return": 1, "question": 0, "open": 0}
    assert services.tally_of(round_, Side.DATA) == {"pass": 5, "return": 1, "open": 0}
    assert kept(round_, Side.POLICE)["open"] == 6


def test_a_key_ticked_twice_counts_once(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(ROWS)
    assert say(data_reviewer, round_, Side.DATA, Decision.PASS, 2, 2, 3) == 2
    assert_exact(round_)


def test_a_round_without_desks_is_an_accident(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(ROWS)
    Desk.objects.all().delete()
    with pytest.raises(Desk.DoesNotExist):
        say(data_reviewer, round_, Side.DATA, Decision.PASS)
    assert not round_.case.verdicts.exists()


def test_reading_the_counters_takes_one_query(toy: Toy, data_reviewer: Person, django_assert_num_queries: Any) -> None:
    round_ = toy.open(ROWS)
    with django_assert_num_queries(1):
        services.tally_of(round_, Side.DATA)


def test_the_database_knows_no_fewer_than_none(toy: Toy) -> None:
    round_ = toy.open(ROWS)
    with pytest.raises(IntegrityError), transaction.atomic():
        desks.move(round_, Side.DATA, {"pass": -1})
    assert connection.is_usable()


# --- who is told of a round -------------------------------------------------------------------------------------------
def told(kind: str) -> list[str]:
    found = Notice.objects.filter(kind=kind, settled_at=None)
    return sorted(found.values_list("person__username", flat=True))


def test_both_sides_are_told_and_each_until_it_has_closed(
    toy: Toy, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    round_ = toy.open(ROWS)
    assert told("to_review") == ["data-1", "data-2", "police-1"]
    finish(data_reviewer, round_, Side.DATA)
    assert told("to_review") == ["police-1"]
    finish(police_reviewer, round_, Side.POLICE)
    assert told("to_review") == []


def test_who_cannot_judge_it_is_not_told(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    toy.open(ROWS, [data_reviewer])
    assert told("to_review") == ["police-1"]


def test_what_is_asked_in_vain_ends_with_the_round(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open(ROWS)
    say(data_reviewer, round_, Side.DATA, Decision.QUESTION, 1)
    assert told("question") == ["clerk-meishan"]
    toy.withdraw()
    assert told("question") == told("to_review") == []
    second = toy.open(ROWS)
    say(data_reviewer, second, Side.DATA, Decision.PASS, 1)
    decide(data_reviewer, police_reviewer, second)
    assert not Notice.objects.filter(settled_at=None).exclude(kind="accepted").exists()
