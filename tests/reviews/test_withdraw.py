"""The unit takes its version back before either side has closed; what was said of unchanged rows holds on, unseen."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.failures import Conflict, Invalid
from inventory.models import Submission
from inventory.services import CASE_KIND
from notices.models import Notice
from reviews import queries, services
from reviews.models import Case, Decision, Participation, Round, Side
from tests.factories import make_person
from tests.factories_inventory import clerk_of, submitted
from tests.reviews.scenes import close_side, entries, latest, pass_all, return_first, send_back, stamp
from tests.reviews.toys import Toy, decide, finish, keys, say

TWO = {1: "a", 2: "b"}
WHY = "传错了文件"


def test_the_round_ends_and_the_owner_is_told(toy: Toy) -> None:
    toy.open(TWO)
    round_ = toy.withdraw()
    assert (round_.outcome, toy.case.state) == ("withdrawn", Case.State.WITHDRAWN)
    assert round_.ended_at is not None
    assert toy.said == [("withdrawn", 1, "withdrawn")]
    assert entries("case.") == [("clerk-meishan", "case.withdrawn", {"round": 1, "reason": WHY})]
    assert not Notice.objects.filter(settled_at=None).exists()


def test_a_survey_is_a_draft_again_or_still_returned(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=2)
    services.withdraw(meishan_clerk, CASE_KIND, submission.pk, WHY)
    submission.refresh_from_db()
    assert submission.state == Submission.State.DRAFT


def test_what_was_said_of_unchanged_rows_is_kept(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    first = toy.open(TWO)
    say(data_reviewer, first, Side.DATA, Decision.PASS)
    say(police_reviewer, first, Side.POLICE, Decision.RETURN, 1)
    say(police_reviewer, first, Side.POLICE, Decision.QUESTION, 2)
    toy.withdraw()
    second = toy.open({1: "a", 2: "mended"})
    assert keys(second) == [1, 2]
    assert services.tally_of(second, Side.DATA) == {"pass": 1, "return": 0, "open": 1}
    assert services.tally_of(second, Side.POLICE) == {"pass": 0, "return": 1, "open": 1}
    assert second.desks.get(side=Side.POLICE).questioned == 0


def test_neither_the_unit_nor_the_other_side_learns_what_was_said(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    first = toy.open(TWO)
    say(data_reviewer, first, Side.DATA, Decision.PASS)
    say(police_reviewer, first, Side.POLICE, Decision.RETURN, 1)
    first = toy.withdraw()
    assert queries.shown_sides(first, Side.DATA, []) == (Side.DATA,)
    assert queries.shown_sides(first, None, []) == ()
    assert queries.returned_items(first) == []


def test_it_comes_too_late_once_a_side_has_closed(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open(TWO)
    finish(data_reviewer, round_, Side.DATA)
    with pytest.raises(Conflict, match="已有一方办结"):
        toy.withdraw()
    finish(police_reviewer, round_, Side.POLICE)
    with pytest.raises(Conflict, match="不在审核中"):
        toy.withdraw()


def test_twice_and_before_anything_was_handed_in(toy: Toy) -> None:
    with pytest.raises(Conflict, match="还没有提交"):
        toy.withdraw()
    toy.open(TWO)
    toy.withdraw()
    with pytest.raises(Conflict, match="不在审核中"):
        toy.withdraw()


@pytest.mark.parametrize("reason", ["", " 。，", "改" * 501])
def test_it_needs_a_reason(toy: Toy, reason: str) -> None:
    toy.open(TWO)
    with pytest.raises(Invalid):
        toy.withdraw(reason=reason)
    assert toy.case.state == Case.State.OPEN


def test_whoever_withdraws_never_judges(toy: Toy, data_reviewer: Person) -> None:
    both = make_person("both", "data-bureau", "clerk", "data_reviewer")
    toy.open(TWO)
    toy.withdraw(both)
    assert Participation.objects.get(person=both).part == "author"
    second = toy.open(TWO)
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        say(both, second, Side.DATA, Decision.PASS)


def test_and_whoever_has_judged_does_not_withdraw(toy: Toy) -> None:
    both = make_person("both", "data-bureau", "clerk", "data_reviewer")
    round_ = toy.open(TWO)
    say(both, round_, Side.DATA, Decision.PASS)
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        toy.withdraw(both)


@pytest.mark.parametrize("act", ["review_pass", "review_return", "review_close"])
def test_a_withdrawn_round_is_not_decided(client: Client, data_reviewer: Person, act: str) -> None:
    """T18: approve after withdraw."""
    submission = submitted("meishan", rows=2)
    round_ = latest(submission)
    pass_all(data_reviewer, round_, Side.DATA)
    services.withdraw(clerk_of("meishan"), CASE_KIND, submission.pk, WHY)
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA, every="on", keys=keys(round_)[:1], reason="位置不对")
    assert client.post(reverse(act, args=[round_.case_id]), told).status_code == 409


def test_the_returned_state_comes_back_after_a_second_round(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    from tests.reviews.scenes import mended

    submission = submitted("meishan", rows=2)
    send_back(submission, data_reviewer, police_reviewer)
    mended(submission)
    services.withdraw(meishan_clerk, CASE_KIND, submission.pk, WHY)
    submission.refresh_from_db()
    assert submission.state == Submission.State.RETURNED


def test_a_round_between_two_others(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    """Returned, handed in again, withdrawn, handed in again: the round in between settles nothing."""
    decide(data_reviewer, police_reviewer, toy.open(TWO), [1])
    toy.open({1: "half mended", 2: "b"})
    toy.withdraw()
    third = toy.open({1: "mended", 2: "b"})
    assert keys(third) == [1]
    decide(data_reviewer, police_reviewer, third)
    assert [told[0] for told in toy.said] == ["accepted", "withdrawn", "accepted"]
    assert list(Round.objects.values_list("outcome", flat=True)) == ["partial", "withdrawn", "accepted"]


def test_a_closing_that_was_under_way_is_refused(toy: Toy, data_reviewer: Person) -> None:
    round_ = toy.open(TWO)
    say(data_reviewer, round_, Side.DATA, Decision.PASS)
    toy.withdraw()
    with pytest.raises(Conflict, match="已经结束"):
        close_side(data_reviewer, round_, Side.DATA)
    with pytest.raises(Conflict, match="已经结束"):
        return_first(data_reviewer, round_, Side.DATA)
