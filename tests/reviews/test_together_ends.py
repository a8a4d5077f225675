"""What ends a round, at the same moment: one wins, the others find it done (F05, F06); motions and loans likewise."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from agencies.models import Agency, Person
from agencies.services import grant_role
from audit.failures import Conflict, Invalid
from audit.models import Entry
from cameras.models import CameraVersion
from inventory.models import CameraRow, Submission
from inventory.services import CASE_KIND
from reviews import services
from reviews.delegations import today
from reviews.models import Case, Closing, Decision, Delegation, Item, Motion, Participation, Round, Side, Verdict
from tests.factories import make_person
from tests.factories_inventory import clerk_of, make_campaign, resubmitted, submitted
from tests.reviews.lanes import Press, assert_chain_holds, closing, conflicts, passing, rounds_of, together
from tests.reviews.scenes import accept, latest, pass_all
from tests.reviews.toys import Toy, decide, say

FEW = 10
STATE_OF = {
    "accepted": ("accepted", "accepted"),
    "partial": ("returned", "returned"),
    "returned": ("returned", "returned"),
    "withdrawn": ("withdrawn", "draft"),
    "": ("open", "in_review"),
}
"""The outcome of a report's only round -> the state of its case, of its submission (I6)."""


def withdrawing(round_: Round) -> Press:
    clerk = clerk_of(round_.case.agency.code)
    return lambda: services.withdraw(clerk, CASE_KIND, round_.case.subject_id, "传错了文件")


def of_each_unit() -> list[Submission]:
    """A report of two rows by each of FEW units: what one registers is no camera that another leaves out."""
    campaign = make_campaign()
    units = Agency.objects.filter(kind="township").order_by("code").values_list("code", flat=True)[:FEW]
    return [submitted(code, rows=2, campaign=campaign) for code in units]


def returning_one(by: Person, round_: Round, side: Side) -> Press:
    key = round_.items.order_by("key").values_list("key", flat=True)[0]
    return lambda: say(by, round_, side, Decision.RETURN, key)


def assert_states_tell_the_outcome(rounds: list[Round]) -> None:
    for round_ in rounds:
        round_.refresh_from_db()
        case = Case.objects.get(pk=round_.case_id)
        assert (case.state, Submission.objects.get(pk=case.subject_id).state) == STATE_OF[round_.outcome]
        ends = Entry.objects.filter(object_type="reviews.case", object_id=str(case.pk), action__startswith="case.")
        assert ends.count() == (1 if round_.ended_at else 0)


def test_approving_returning_and_withdrawing_at_once(
    real_db: str, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    """F05: nobody has closed. The first closing or the withdrawal wins; a return counts before it, or not at all."""
    rounds = rounds_of(["meishan"] * FEW)
    for round_ in rounds:
        pass_all(data_reviewer, round_, Side.DATA)
    pressed = together(
        [
            [closing(data_reviewer, round_, Side.DATA) for round_ in rounds],
            [returning_one(data_reviewer2, round_, Side.DATA) for round_ in rounds],
            [withdrawing(round_) for round_ in rounds],
        ]
    )
    for round_, (closed, returned, withdrawn) in zip(rounds, zip(*pressed, strict=True), strict=True):
        assert isinstance(closed, Conflict) != isinstance(withdrawn, Conflict), "one of the two ends it"
        found = Closing.objects.filter(round=round_).values_list("returned", flat=True)
        if isinstance(withdrawn, Conflict):
            assert list(found) == [0 if isinstance(returned, Conflict) else 1]
        else:
            assert list(found) == []
    assert_states_tell_the_outcome(rounds)
    assert_chain_holds()


def test_the_last_closing_against_a_return_and_a_withdrawal(
    real_db: str, data_reviewer: Person, police_reviewer: Person, police_reviewer2: Person
) -> None:
    """F05: the data bureau has closed. The police end the round, once; the unit comes too late in any case."""
    rounds = rounds_of(["meishan"] * FEW)
    for round_ in rounds:
        pass_all(data_reviewer, round_, Side.DATA)
        closing(data_reviewer, round_, Side.DATA)()
        pass_all(police_reviewer, round_, Side.POLICE)
    pressed = together(
        [
            [closing(police_reviewer, round_, Side.POLICE) for round_ in rounds],
            [returning_one(police_reviewer2, round_, Side.POLICE) for round_ in rounds],
            [closing(police_reviewer2, round_, Side.POLICE) for round_ in rounds],
            [withdrawing(round_) for round_ in rounds],
        ]
    )
    for one, returned, two, withdrawn in zip(*pressed, strict=True):
        assert isinstance(withdrawn, Conflict)
        ended = [each for each in (one, two) if not isinstance(each, Conflict)]
        assert len(ended) == 1
        assert (ended[0].outcome == "accepted") == isinstance(returned, Conflict)
    assert_states_tell_the_outcome(rounds)
    assert_chain_holds()


def assert_four_eyes_on_what_was_registered() -> None:
    """I4: each registered row's hash has a pass of either side, by two people without a hand in it."""
    for version in CameraVersion.objects.all():
        row = CameraRow.objects.get(pk=version.source_row_id or 0)
        submission = row.source_file.version.submission
        case = Case.objects.get(kind=CASE_KIND, subject_id=submission.pk)
        said = Verdict.objects.filter(
            case=case, item_key=row.key, item_hash=row.row_hash, superseded_at=None, decision="pass"
        )
        people = dict(said.values_list("side", "person"))
        assert set(people) == {"data", "police"}
        authors = Participation.objects.filter(case=case, part="author").values_list("person", flat=True)
        assert len({*people.values()} - {*authors}) == 2


def test_approving_while_the_unit_withdraws_and_mends(
    real_db: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    """F06: whatever is registered was passed by both as it is, never as it was."""
    submissions = of_each_unit()
    rounds = [latest(submission) for submission in submissions]
    people = ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE))
    for by, side in people:
        for round_ in rounds:
            pass_all(by, round_, side)

    def mending(submission: Submission, round_: Round) -> Press:
        def press() -> Submission:
            withdrawing(round_)()
            key = round_.items.order_by("key").values_list("key", flat=True)[0]
            return resubmitted(submission, {key: {"brand": "宇视"}})

        return press

    pressed = together(
        [
            [closing(data_reviewer, round_, Side.DATA) for round_ in rounds],
            [closing(police_reviewer, round_, Side.POLICE) for round_ in rounds],
            [mending(submission, round_) for submission, round_ in zip(submissions, rounds, strict=True)],
        ]
    )
    for submission, (_, _, mended) in zip(submissions, zip(*pressed, strict=True), strict=True):
        now = latest(submission)
        if isinstance(mended, Conflict):
            assert now.number == 1 and now.closings.exists(), mended
            continue
        assert now.number == 2 and not now.closings.exists()
        for by, side in people:
            with pytest.raises(Conflict, match="还有 1 行没有给出"):
                closing(by, now, side)()
        accept(submission, data_reviewer, police_reviewer)
    assert_four_eyes_on_what_was_registered()
    assert_chain_holds()


def test_a_clerk_edits_while_both_sides_approve(real_db: str, data_reviewer: Person, police_reviewer: Person) -> None:
    """F06: an edit finds the report under review, whatever the moment."""
    submissions = of_each_unit()
    rounds = [latest(submission) for submission in submissions]

    def editing(submission: Submission) -> Press:
        key = latest(submission).items.order_by("key").values_list("key", flat=True)[0]
        return lambda: resubmitted(submission, {key: {"brand": "宇视"}})

    pressed = together(
        [
            [act(data_reviewer, round_, Side.DATA) for round_ in rounds for act in (passing, closing)],
            [act(police_reviewer, round_, Side.POLICE) for round_ in rounds for act in (passing, closing)],
            [editing(submission) for submission in submissions for _ in range(2)],
        ]
    )
    assert conflicts(pressed[:2]) == 0 and conflicts(pressed[2:]) == 2 * FEW
    assert CameraVersion.objects.count() == 2 * FEW
    assert_four_eyes_on_what_was_registered()


# --- motions ---------------------------------------------------------------------------------------------------------


def test_one_motion_of_two_at_once(real_db: str, toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    rounds = [decide(data_reviewer, police_reviewer, toy.open({1: "a"}, subject=number)) for number in range(FEW)]
    pressed = together(
        [
            [partial(services.move, data_reviewer, round_.pk, "undo", "重复入库") for round_ in rounds],
            [partial(services.move, police_reviewer, round_.pk, "reopen", "要补充") for round_ in rounds],
        ]
    )
    assert conflicts(pressed) == FEW
    assert Motion.objects.filter(answer="").count() == FEW
    assert_chain_holds()


def test_an_answer_against_taking_back(
    real_db: str, toy: Toy, data_reviewer: Person, police_reviewer: Person, police_reviewer2: Person
) -> None:
    rounds = [decide(data_reviewer, police_reviewer, toy.open({1: "a"}, subject=number)) for number in range(FEW)]
    motions = [services.move(data_reviewer, round_.pk, "undo", "重复入库") for round_ in rounds]
    pressed = together(
        [
            [partial(services.answer_motion, police_reviewer, motion.pk, True) for motion in motions],
            [partial(services.answer_motion, police_reviewer2, motion.pk, False, "不必") for motion in motions],
            [partial(services.take_back, data_reviewer, motion.pk) for motion in motions],
        ]
    )
    for round_, results in zip(rounds, zip(*pressed, strict=True), strict=True):
        assert sum(isinstance(one, Conflict) for one in results) == 2
        round_.refresh_from_db()
        assert (round_.undone_at is not None) == (not isinstance(results[0], Conflict))
    undone = [number for name, number, _ in toy.said if name == "undone"]
    assert len(undone) == Motion.objects.filter(answer="agreed").count()
    assert_chain_holds()


def test_an_agreement_against_a_new_version(
    real_db: str, toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Undoing a part while the unit hands the rest in: the new round never holds what is being undone unjudged."""
    rows = {1: "a", 2: "b"}
    firsts = [decide(data_reviewer, police_reviewer, toy.open(rows, subject=n), [1]) for n in range(FEW)]
    motions = [services.move(data_reviewer, round_.pk, "undo", "重复入库") for round_ in firsts]
    pressed = together(
        [
            [partial(services.answer_motion, police_reviewer, motion.pk, True) for motion in motions],
            [partial(toy.open, {1: "mended", 2: "b"}, subject=number) for number in range(FEW)],
        ]
    )
    for agreed, opened in zip(*pressed, strict=True):
        assert not isinstance(opened, Conflict)
        held = set(Item.objects.filter(round=opened).values_list("key", flat=True))
        assert held == ({1} if isinstance(agreed, Conflict) else {1, 2})


# --- loans -----------------------------------------------------------------------------------------------------------
def test_a_deputy_who_becomes_a_reviewer_and_lends_at_once(real_db: str, secadmin: Person) -> None:
    """Either the loan comes first, and what was lent is not lent on; or the role does, and nothing is lent to it."""
    pairs = [
        (make_person(f"one-{n}", "data-bureau", "data_reviewer"), make_person(f"two-{n}", "data-bureau"))
        for n in range(FEW)
    ]
    third = make_person("third", "data-bureau")

    def lending(by: Person, deputy: Person) -> Press:
        def press() -> Any:
            try:
                return services.delegate(by, deputy, Side.DATA, today(), today(), "出差")
            except Invalid as refused:
                return Conflict(str(refused))

        return press

    def becoming_a_reviewer_who_lends(person: Person) -> Press:
        def press() -> Any:
            grant_role(secadmin, person, "data_reviewer")
            return lending(person, third)()

        return press

    pressed = together(
        [
            [lending(one, two) for one, two in pairs],
            [becoming_a_reviewer_who_lends(two) for _, two in pairs],
        ]
    )
    for lent, lent_on in zip(*pressed, strict=True):
        assert isinstance(lent, Conflict) != isinstance(lent_on, Conflict)
    chains = [
        loan.pk for loan in Delegation.objects.all() if Delegation.objects.filter(deputy=loan.delegator_id).exists()
    ]
    assert chains == []


def test_a_loan_that_is_revoked_while_it_is_used(real_db: str, toy: Toy, data_reviewer: Person) -> None:
    """Each act either came before, whole and in the delegator's name, or is refused."""
    deputies = [make_person(f"deputy-{number}", "data-bureau") for number in range(FEW)]
    loans = [services.delegate(data_reviewer, one, Side.DATA, today(), today(), "出差") for one in deputies]
    rounds = [toy.open({1: "a", 2: "b"}, subject=number) for number in range(FEW)]

    def using(deputy: Person, round_: Round) -> Press:
        def press() -> Any:
            try:
                return say(deputy, round_, Side.DATA, Decision.PASS)
            except PermissionDenied as refused:
                return Conflict(str(refused))

        return press

    used, _ = together(
        [
            [using(deputy, round_) for deputy, round_ in zip(deputies, rounds, strict=True)],
            [partial(services.revoke_delegation, data_reviewer, loan.pk) for loan in loans],
        ]
    )
    counted = Counter(Verdict.objects.values_list("case_id", flat=True))
    for round_, result in zip(rounds, used, strict=True):
        assert counted[round_.case_id] == (0 if isinstance(result, Conflict) else 2)
    assert set(Verdict.objects.values_list("for_person", flat=True)) <= {data_reviewer.pk}
    assert_chain_holds()
