"""What both sides do together: give a decided case back, withdraw an accepted batch; four eyes as for verdicts."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from agencies.models import Person, PersonRole
from audit.failures import Conflict, Invalid
from notices.models import Notice
from reviews import kinds, services
from reviews.models import Case, Decision, Motion, Round, Side, Verdict
from reviews.outcomes import accepted_items
from tests.factories import make_person
from tests.reviews.scenes import entries
from tests.reviews.toys import KIND, Toy, decide, digest, finish, keys, say

UNDO, REOPEN = Motion.Kind.UNDO, Motion.Kind.REOPEN
WHY = "位置整体偏移，入库有误"
THREE = {1: "a", 2: "b", 3: "c"}


@pytest.fixture
def accepted(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> Round:
    return decide(data_reviewer, police_reviewer, toy.open(THREE))


def agreed(accepted: Round, kind: Motion.Kind, data: Person, police: Person) -> Motion:
    motion = services.move(data, accepted.pk, kind, WHY)
    return services.answer_motion(police, motion.pk, True)


# --- reopening -------------------------------------------------------------------------------------------------------
def test_both_give_a_decided_case_back(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = services.move(data_reviewer, accepted.pk, REOPEN, WHY)
    assert toy.case.state == Case.State.ACCEPTED, "nothing happens before the other side agrees"
    assert toy.said[-1][0] == "accepted"
    motion = services.answer_motion(police_reviewer, motion.pk, True, "同意")
    assert toy.case.state == Case.State.RETURNED
    assert toy.said[-1] == ("reopened", 1, "accepted")
    assert (motion.side, motion.person, motion.answer, motion.answered_side, motion.answered_by) == (
        "data",
        data_reviewer,
        "agreed",
        "police",
        police_reviewer,
    )
    assert dict(accepted_items(accepted.case_id)) == {key: digest(text) for key, text in THREE.items()}
    assert entries("motion.") == [
        ("data-1", "motion.made", {"round": 1, "motion": "reopen", "reason": WHY, "side": "data"})
    ]
    assert entries("case.reopened") == [
        ("police-1", "case.reopened", {"round": 1, "motion": "reopen", "reason": "同意", "side": "police"})
    ]


def test_what_is_reopened_and_unchanged_stays_settled(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, REOPEN, data_reviewer, police_reviewer)
    second = toy.open(THREE | {2: "changed"})
    assert keys(second) == [2]
    assert decide(data_reviewer, police_reviewer, second).outcome == "accepted"


def test_what_is_reopened_may_come_back_as_it_is(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Nothing is judged again, and both sides close; once it was decided anew, the reopening is over."""
    agreed(accepted, REOPEN, data_reviewer, police_reviewer)
    second = toy.open(THREE)
    assert keys(second) == []
    assert decide(data_reviewer, police_reviewer, second).outcome == "accepted"
    with pytest.raises(Conflict, match="没有改动的行"):
        toy.open(THREE)


@pytest.mark.parametrize("returned", [[1], [1, 2, 3]])
def test_what_is_with_the_unit_already_is_not_reopened(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, returned: list[int]
) -> None:
    round_ = decide(data_reviewer, police_reviewer, toy.open(THREE), returned)
    with pytest.raises(Conflict, match="已在填报单位手中"):
        services.move(data_reviewer, round_.pk, REOPEN, WHY)


def test_only_the_latest_round_is_reopened(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, REOPEN, data_reviewer, police_reviewer)
    decide(data_reviewer, police_reviewer, toy.open(THREE | {2: "changed"}))
    with pytest.raises(Conflict, match="不是最近一轮"):
        services.move(data_reviewer, accepted.pk, REOPEN, WHY)


# --- undoing ---------------------------------------------------------------------------------------------------------
def test_both_withdraw_an_accepted_batch(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, UNDO, data_reviewer, police_reviewer)
    accepted.refresh_from_db()
    assert accepted.undone_at is not None and accepted.outcome == "accepted"
    assert toy.case.state == Case.State.RETURNED
    assert toy.said[-1] == ("undone", 1, "accepted")
    assert not Verdict.objects.filter(superseded_at=None).exists()
    assert list(accepted_items(accepted.case_id)) == []
    assert entries("case.undone")[-1][2] == {"round": 1, "motion": "undo", "side": "police"}


def test_its_rows_are_judged_anew(toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    agreed(accepted, UNDO, data_reviewer, police_reviewer)
    second = toy.open(THREE)
    assert keys(second) == [1, 2, 3]
    assert services.tally_of(second, Side.DATA) == {"pass": 0, "return": 0, "open": 3}
    assert decide(data_reviewer, police_reviewer, second).outcome == "accepted"


def test_one_of_two_batches(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    """What the second round accepted stands; what it returned keeps its verdicts."""
    first = decide(data_reviewer, police_reviewer, toy.open(THREE), [1, 2])
    second = decide(data_reviewer, police_reviewer, toy.open(THREE | {1: "mended"}), [2])
    assert dict(accepted_items(first.case_id)) == {1: digest("mended"), 3: digest("c")}
    agreed(first, UNDO, data_reviewer, police_reviewer)
    assert dict(accepted_items(first.case_id)) == {1: digest("mended")}
    assert Verdict.objects.filter(superseded_at=None, item_key=2).count() == 2
    third = toy.open(THREE | {1: "mended"})
    assert keys(third) == [2, 3]
    assert second.undone_at is None


def test_the_content_accepted_before_stands_again_when_the_change_is_undone(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, REOPEN, data_reviewer, police_reviewer)
    second = decide(data_reviewer, police_reviewer, toy.open(THREE | {2: "changed"}))
    agreed(second, UNDO, data_reviewer, police_reviewer)
    assert dict(accepted_items(accepted.case_id))[2] == digest("b")
    assert keys(toy.open(THREE | {2: "changed again"})) == [2]


def test_a_batch_is_undone_once(toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    agreed(accepted, UNDO, data_reviewer, police_reviewer)
    with pytest.raises(Conflict, match="已经撤销"):
        services.move(data_reviewer, accepted.pk, UNDO, WHY)


def test_nothing_registered_is_nothing_to_undo(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = decide(data_reviewer, police_reviewer, toy.open(THREE), [1, 2, 3])
    with pytest.raises(Conflict, match="没有入库的内容"):
        services.move(data_reviewer, round_.pk, UNDO, WHY)


def test_an_owner_without_a_registry_undoes_nothing(
    toy: Toy, accepted: Round, data_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setitem(kinds._kinds, KIND, replace(toy.kind, undone=None))
    with pytest.raises(Conflict, match="没有登记入库"):
        services.move(data_reviewer, accepted.pk, UNDO, WHY)


def test_an_owner_that_refuses_leaves_everything_as_it_was(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    toy.fails = "undone"
    with pytest.raises(Conflict, match="所有者不同意"):
        services.answer_motion(police_reviewer, motion.pk, True)
    motion.refresh_from_db()
    accepted.refresh_from_db()
    assert (motion.answer, accepted.undone_at, toy.case.state) == ("", None, "accepted")
    assert Verdict.objects.filter(superseded_at=None).count() == 6


# --- who, when, why --------------------------------------------------------------------------------------------------
def test_refusing_needs_a_reason_and_ends_the_motion(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    with pytest.raises(Invalid, match="不同意的理由"):
        services.answer_motion(police_reviewer, motion.pk, False, " ，。 ")
    services.answer_motion(police_reviewer, motion.pk, False, "偏移在容许范围内")
    assert toy.case.state == Case.State.ACCEPTED
    with pytest.raises(Conflict, match="已有结果：对方不同意"):
        services.answer_motion(police_reviewer, motion.pk, True)
    services.move(data_reviewer, accepted.pk, UNDO, WHY)
    assert [action for _, action, _ in entries("motion.")] == ["motion.made", "motion.refused", "motion.made"]


def test_a_motion_needs_a_reason(accepted: Round, data_reviewer: Person) -> None:
    with pytest.raises(Invalid, match="请写明理由"):
        services.move(data_reviewer, accepted.pk, UNDO, " 。")


def test_the_moving_side_takes_it_back(
    toy: Toy, accepted: Round, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    with pytest.raises(PermissionDenied):
        services.take_back(police_reviewer, motion.pk)
    motion = services.take_back(data_reviewer2, motion.pk)
    assert (motion.answer, motion.answered_side, motion.answered_by) == ("taken_back", "data", data_reviewer2)
    with pytest.raises(Conflict, match="已收回"):
        services.answer_motion(police_reviewer, motion.pk, True)


def test_one_motion_at_a_time(accepted: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    services.move(data_reviewer, accepted.pk, UNDO, WHY)
    for by, kind in ((data_reviewer, UNDO), (police_reviewer, REOPEN)):
        with pytest.raises(Conflict, match="已有一项动议"):
            services.move(by, accepted.pk, kind, WHY)


def test_nothing_is_moved_during_a_round(
    toy: Toy, accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, REOPEN, data_reviewer, police_reviewer)
    toy.open(THREE | {2: "changed"})
    with pytest.raises(Conflict, match="正在审核中"):
        services.move(data_reviewer, accepted.pk, UNDO, WHY)


def test_an_agreement_that_comes_too_late(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, data_reviewer2: Person
) -> None:
    """The unit handed its mended rows in while the motion lay there; it can be agreed to after the round."""
    first = decide(data_reviewer, police_reviewer, toy.open(THREE), [1])
    motion = services.move(data_reviewer, first.pk, UNDO, WHY)
    second = toy.open(THREE | {1: "mended"})
    with pytest.raises(Conflict, match="正在审核中"):
        services.answer_motion(police_reviewer, motion.pk, True)
    decide(data_reviewer, police_reviewer, second)
    services.answer_motion(police_reviewer, motion.pk, True)
    assert dict(accepted_items(first.case_id)) == {1: digest("mended")}


@pytest.mark.parametrize("who", ["office", "leader", "mabu_clerk", "sysadmin", "secadmin", "auditor"])
def test_other_posts_neither_move_nor_answer(
    request: pytest.FixtureRequest, who: str, accepted: Round, data_reviewer: Person
) -> None:
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        services.move(person, accepted.pk, UNDO, WHY)
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    for agree in (True, False):
        with pytest.raises(PermissionDenied):
            services.answer_motion(person, motion.pk, agree, "不同意")
    with pytest.raises(PermissionDenied):
        services.take_back(person, motion.pk)
    motion.refresh_from_db()
    assert motion.answer == ""


def test_the_moving_side_never_answers_itself(accepted: Round, data_reviewer: Person, data_reviewer2: Person) -> None:
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    for person in (data_reviewer, data_reviewer2):
        with pytest.raises(PermissionDenied, match="不能代表这一方"):
            services.answer_motion(person, motion.pk, True)


def test_an_author_neither_moves_nor_answers(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    author = make_person("both", "data-bureau", "clerk", "data_reviewer")
    round_ = decide(data_reviewer, police_reviewer, toy.open(THREE, [author]))
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        services.move(author, round_.pk, UNDO, WHY)
    motion = services.move(police_reviewer, round_.pk, UNDO, WHY)
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        services.answer_motion(author, motion.pk, True)
    assert not Motion.objects.exclude(answer="").exists()


def test_whoever_judged_for_the_other_side_does_not_answer(
    accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Moved to the other bureau in the meantime."""
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    PersonRole.objects.create(person=data_reviewer, role="police_reviewer")
    Person.objects.filter(pk=data_reviewer.pk).update(agency=police_reviewer.agency)
    with pytest.raises(PermissionDenied, match="同一人不能同时代表"):
        services.answer_motion(data_reviewer, motion.pk, True)


def test_a_role_taken_away_is_worth_nothing_at_once(accepted: Round, data_reviewer: Person) -> None:
    assert data_reviewer.holds("data_reviewer")
    PersonRole.objects.filter(person=data_reviewer).delete()
    with pytest.raises(PermissionDenied):
        services.move(data_reviewer, accepted.pk, UNDO, WHY)


# --- who is told -----------------------------------------------------------------------------------------------------
def told(kind: str = "motion") -> list[str]:
    open_ = Notice.objects.filter(kind=kind, settled_at=None)
    return sorted(open_.values_list("person__username", flat=True))


def test_the_other_side_is_told_and_then_the_mover(
    accepted: Round, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person, police_reviewer2: Person
) -> None:
    motion = services.move(data_reviewer, accepted.pk, UNDO, WHY)
    assert told() == ["police-1", "police-2"]
    services.answer_motion(police_reviewer, motion.pk, True)
    assert told() == ["data-1"]


def test_a_motion_taken_back_waits_for_nobody(accepted: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    services.take_back(data_reviewer, services.move(data_reviewer, accepted.pk, UNDO, WHY).pk)
    assert told() == []


# --- the database ----------------------------------------------------------------------------------------------------
def insert_motion(round_: Round, person: Person, side: str, **more: str) -> None:
    told = {"kind": "undo", "reason": WHY} | more
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO reviews_motion (case_id, round_id, kind, reason, side, person_id, moved_at)
               VALUES (%s, %s, %s, %s, %s, %s, now())""",
            [round_.case_id, round_.pk, told["kind"], told["reason"], side, person.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_keeps_motions_to_the_sides_people(
    accepted: Round, data_reviewer: Person, office: Person, mabu_clerk: Person
) -> None:
    for person, side in ((office, "data"), (data_reviewer, "police"), (mabu_clerk, "data")):
        with pytest.raises(IntegrityError, match="motion_by_a_reviewer_of_the_side"):
            insert_motion(accepted, person, side)
    with pytest.raises(IntegrityError, match="motion_has_reason"):
        insert_motion(accepted, data_reviewer, "data", reason="")
    insert_motion(accepted, data_reviewer, "data")
    with pytest.raises(IntegrityError, match="one_open_motion"):
        insert_motion(accepted, data_reviewer, "data", kind="reopen")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("answer = 'agreed', answered_side = 'data'", "the_other_side_answers|answered_by_the_other_side"),
        ("answer = 'agreed', answered_side = 'police'", "answered_by_the_other_side"),
        ("reason = 'x'", "only ever answered"),
        ("side = 'police', answer = 'agreed', answered_side = 'data'", "only ever answered"),
    ],
)
def test_the_database_lets_only_the_other_side_answer(
    accepted: Round, data_reviewer: Person, change: str, why: str
) -> None:
    insert_motion(accepted, data_reviewer, "data")
    with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE reviews_motion SET answered_by_id = %s, answered_at = now(), {change}", [data_reviewer.pk]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_answer_is_given_once_for_the_database_too(
    accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    agreed(accepted, UNDO, data_reviewer, police_reviewer)
    for sql in (
        "UPDATE reviews_motion SET answer = '', answered_by_id = NULL, answered_at = NULL, answered_side = ''",
        "DELETE FROM reviews_motion",
    ):
        with pytest.raises(IntegrityError, match="only ever answered"), transaction.atomic():
            connection.cursor().execute(sql)


def test_questions_and_returns_are_nothing_to_undo(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    """Verdicts on what went back stay when the accepted rest is undone."""
    round_ = toy.open(THREE)
    say(data_reviewer, round_, Side.DATA, Decision.RETURN, 1)
    finish(data_reviewer, round_, Side.DATA)
    ended = finish(police_reviewer, round_, Side.POLICE, [2])
    agreed(ended, UNDO, data_reviewer, police_reviewer)
    left = Verdict.objects.filter(superseded_at=None).values_list("item_key", "side", "decision")
    assert sorted(left) == [(1, "data", "return"), (1, "police", "pass"), (2, "data", "pass"), (2, "police", "return")]
