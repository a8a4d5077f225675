"""Two presses at the same moment, over real commits: each case is decided once, with the right audit rows (F02 to F04).

The threads meet at a barrier before every press; nothing waits for time to pass.
"""

from __future__ import annotations

from collections import Counter

import pytest

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera, CameraVersion
from inventory.models import LedgerEntry, Submission
from reviews.models import Case, Closing, Decision, Participation, Round, Side, Verdict
from reviews.services import mark, tally_of
from tests.factories_inventory import make_campaign, new_code, submitted
from tests.reviews.lanes import (
    Press,
    actions,
    assert_chain_holds,
    closing,
    conflicts,
    passing,
    returning,
    rounds_of,
    together,
)
from tests.reviews.scenes import REASON, close_side, keys_of, latest, pass_all, return_first

FEW = 10


@pytest.mark.parametrize("count", [16, *(pytest.param(count, marks=pytest.mark.nightly) for count in (100, 200))])
def test_both_sides_approve_many_rounds_at_the_same_moment(
    real_db: str, data_reviewer: Person, police_reviewer: Person, count: int
) -> None:
    rounds = rounds_of(["meishan", "mabu"] * (count // 2))
    pressed = together(
        [
            [act(by, round_, side) for round_ in rounds for act in (passing, closing)]
            for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE))
        ]
    )
    assert conflicts(pressed) == 0
    for lane in pressed:
        assert lane[::2] == [2] * count
    for pair in zip(*(lane[1::2] for lane in pressed), strict=True):
        assert sorted(round_.outcome for round_ in pair) == ["", "accepted"]
    assert Case.objects.filter(state=Case.State.ACCEPTED).count() == count
    assert Submission.objects.filter(state=Submission.State.ACCEPTED).count() == count
    assert LedgerEntry.objects.count() == count
    assert Camera.objects.count() == CameraVersion.objects.count() == 2 * count
    assert CameraVersion.objects.values("source_row_id").distinct().count() == 2 * count
    assert Closing.objects.count() == 2 * count
    told = Entry.objects.filter(object_type="reviews.case").values_list("object_id", "action", "facts__side")
    assert Counter(told) == Counter(
        {
            (str(round_.case_id), action, side): 1
            for round_ in rounds
            for action, side in (
                ("review.marked", "data"),
                ("review.marked", "police"),
                ("review.closed", "data"),
                ("review.closed", "police"),
                ("case.accepted", None),
            )
        }
    )
    assert_chain_holds()


def test_one_passes_while_the_other_side_returns(real_db: str, data_reviewer: Person, police_reviewer: Person) -> None:
    rounds = rounds_of(["meishan"] * FEW)
    for round_ in rounds:
        pass_all(data_reviewer, round_, Side.DATA)
        return_first(police_reviewer, round_, Side.POLICE)
        pass_all(police_reviewer, round_, Side.POLICE)
    ended = together(
        [
            [closing(data_reviewer, round_, Side.DATA) for round_ in rounds],
            [closing(police_reviewer, round_, Side.POLICE) for round_ in rounds],
        ]
    )
    assert conflicts(ended) == 0
    assert Case.objects.filter(state=Case.State.RETURNED).count() == FEW
    assert Submission.objects.filter(state=Submission.State.RETURNED).count() == FEW
    assert Camera.objects.count() == LedgerEntry.objects.count() == FEW
    counted = actions()
    assert (counted["review.closed"], counted["case.accepted_in_part"], counted["case.accepted"]) == (2 * FEW, FEW, 0)
    assert_chain_holds()


@pytest.mark.parametrize("second", ["data_reviewer", "data_reviewer2"])
def test_a_side_passes_and_closes_once_however_often_it_is_pressed(
    real_db: str, request: pytest.FixtureRequest, data_reviewer: Person, second: str
) -> None:
    """A double click of one reviewer, and two reviewers of one side."""
    other = request.getfixturevalue(second)
    rounds = rounds_of(["meishan"] * FEW)
    passed = together([[passing(by, round_, Side.DATA) for round_ in rounds] for by in (data_reviewer, other)])
    assert [sorted(pair) for pair in zip(*passed, strict=True)] == [[0, 2]] * FEW
    assert Verdict.objects.count() == 2 * FEW
    closed = together([[closing(by, round_, Side.DATA) for round_ in rounds] for by in (data_reviewer, other)])
    assert conflicts(closed) == FEW
    assert Closing.objects.count() == FEW
    assert actions() == {"review.marked": FEW, "review.closed": FEW}
    assert Participation.objects.filter(part="data").count() <= 2 * FEW
    assert_chain_holds()


def test_two_reviewers_of_one_side_judge_one_row_differently(
    real_db: str, data_reviewer: Person, data_reviewer2: Person
) -> None:
    """One verdict stands, the other is superseded; nothing is lost, nothing stands twice."""
    rounds = rounds_of(["meishan"] * FEW)

    def pass_first(by: Person, round_: Round) -> Press:
        return lambda: mark(
            by, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=keys_of(round_)[:1]
        )

    together(
        [
            [pass_first(data_reviewer, round_) for round_ in rounds],
            [returning(data_reviewer2, round_, Side.DATA) for round_ in rounds],
        ]
    )
    assert Verdict.objects.count() == 2 * FEW
    assert Verdict.objects.filter(superseded_at=None).count() == FEW
    assert actions() == {"review.marked": 2 * FEW}


def test_a_closing_tells_what_stands_whoever_was_faster(
    real_db: str, data_reviewer: Person, data_reviewer2: Person
) -> None:
    """One closes while a colleague returns a row: either the return is counted, or it comes too late (409)."""
    rounds = rounds_of(["meishan"] * FEW)
    for round_ in rounds:
        pass_all(data_reviewer, round_, Side.DATA)
    pressed = together(
        [
            [closing(data_reviewer, round_, Side.DATA) for round_ in rounds],
            [returning(data_reviewer2, round_, Side.DATA) for round_ in rounds],
        ]
    )
    for round_, late in zip(rounds, pressed[1], strict=True):
        closed = Closing.objects.get(round=round_)
        tally = tally_of(round_, Side.DATA)
        assert (closed.passed, closed.returned, 0) == (tally["pass"], tally["return"], tally["open"])
        assert closed.returned == (0 if isinstance(late, Conflict) else 1)
        said = Verdict.objects.filter(case=round_.case_id, superseded_at=None, reason=REASON)
        assert said.count() == closed.returned


def test_one_code_of_two_units_is_registered_once(real_db: str, data_reviewer: Person, police_reviewer: Person) -> None:
    """Both units' cases end at the same moment: one has the code, the other's closing is refused with the reason."""
    pairs = []
    for _ in range(FEW):
        code = new_code()
        pairs.append(
            [
                latest(submitted(agency, values=[{"code": code}], campaign=make_campaign()))
                for agency in ("meishan", "mabu")
            ]
        )
    for round_ in [round_ for pair in pairs for round_ in pair]:
        pass_all(data_reviewer, round_, Side.DATA)
        close_side(data_reviewer, round_, Side.DATA)
        pass_all(police_reviewer, round_, Side.POLICE)
    ended = together([[closing(police_reviewer, pair[lane], Side.POLICE) for pair in pairs] for lane in (0, 1)])
    assert conflicts(ended) == FEW
    for refused in (result for lane in ended for result in lane if isinstance(result, Conflict)):
        assert "登记" in str(refused)
    assert Camera.objects.count() == FEW
    assert Case.objects.filter(state=Case.State.ACCEPTED).count() == FEW
    assert Case.objects.filter(state=Case.State.OPEN).count() == FEW
    assert actions()["case.accepted"] == FEW
    assert_chain_holds()
