"""A row with a code that another agency has registered is passed with a choice, or returned (model.md, two units)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.failures import Conflict, Invalid
from cameras.models import Camera
from inventory.models import Submission
from reviews.models import Decision, Round, Side, Verdict
from reviews.services import mark, tally_of
from tests.factories_inventory import new_code, submitted
from tests.reviews.scenes import accept, close_side, entries, keys_of, latest, pass_all, return_first, stamp


@pytest.fixture
def taken(data_reviewer: Person, police_reviewer: Person) -> str:
    """A code that the education bureau has registered."""
    accept(submitted("education", rows=1), data_reviewer, police_reviewer)
    code = Camera.objects.get().code
    assert code is not None
    return code


@pytest.fixture
def round_(taken: str) -> Round:
    """梅山镇 reports three cameras, the first with that code."""
    return latest(submitted("meishan", values=[{"code": taken, "name": "史河大桥"}, {}, {}]))


def test_passing_all_leaves_it_open_and_says_why(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    page = client.get(
        reverse("review_bulk", args=[round_.case_id]), {"part": "camera", "which": "all"}
    ).content.decode()
    assert "通过这 2 行" in page and "另有 1 行编码冲突" in page
    pass_all(data_reviewer, round_, Side.DATA)
    assert tally_of(round_, Side.DATA) == {"pass": 2, "return": 0, "open": 1}
    assert entries()[-1][2]["rows"] == 2


def test_ticking_it_is_refused_and_nothing_is_passed(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    answer = client.post(reverse("review_pass", args=[round_.case_id]), stamp(round_, Side.DATA, keys=keys_of(round_)))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (
        "所选的行里有 1 行要先选定怎样处理（合并、移交、各自独立），才能通过：摄像机 第5行编码已由县教育局登记" in page
    )
    assert not Verdict.objects.filter(case=round_.case).exists()


def test_it_can_be_returned_and_goes_back_alone(data_reviewer: Person, police_reviewer: Person, round_: Round) -> None:
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        return_first(by, round_, side)
        pass_all(by, round_, side)
        ended = close_side(by, round_, side)
    assert ended.outcome == Round.Outcome.PARTIAL
    assert Camera.objects.count() == 3
    assert list(ended.items.filter(returned=True).values_list("key", flat=True)) == keys_of(round_)[:1]


def test_many_are_named_in_one_sentence(data_reviewer: Person, police_reviewer: Person) -> None:
    accept(submitted("education", rows=7), data_reviewer, police_reviewer)
    codes = Camera.objects.values_list("code", flat=True)
    round_ = latest(submitted("meishan", values=[{"code": code} for code in codes]))
    with pytest.raises(Invalid, match=r"7 行要先选定怎样处理.*：摄像机 第5行.*摄像机 第9行.*等 7 行"):
        mark(
            data_reviewer,
            round_.pk,
            Side.DATA,
            Decision.PASS,
            version_hash=round_.version_hash,
            keys=keys_of(round_),
        )


def test_a_code_registered_after_the_pass_stops_the_closing(data_reviewer: Person, police_reviewer: Person) -> None:
    """Both units hand the same new code in; the first accepted one has it."""
    code = new_code()
    late = latest(submitted("meishan", values=[{"code": code}, {}]))
    pass_all(data_reviewer, late, Side.DATA)
    accept(submitted("mabu", values=[{"code": code}]), data_reviewer, police_reviewer)
    with pytest.raises(Conflict, match="有 1 行已不能这样通过：摄像机 第5行编码已由麻埠镇登记"):
        close_side(data_reviewer, late, Side.DATA)
    return_first(data_reviewer, late, Side.DATA)
    assert close_side(data_reviewer, late, Side.DATA).ended_at is None


def test_a_code_registered_after_one_side_closed_stops_the_other(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    code = new_code()
    submission = submitted("meishan", values=[{"code": code}])
    late = latest(submission)
    pass_all(data_reviewer, late, Side.DATA)
    close_side(data_reviewer, late, Side.DATA)
    pass_all(police_reviewer, late, Side.POLICE)
    accept(submitted("mabu", values=[{"code": code}]), data_reviewer, police_reviewer)
    client.force_login(police_reviewer)
    answer = client.post(reverse("review_close", args=[late.case_id]), stamp(late, Side.POLICE))
    assert answer.status_code == 409
    assert "编码已由麻埠镇登记" in answer.content.decode()
    return_first(police_reviewer, late, Side.POLICE)
    assert close_side(police_reviewer, late, Side.POLICE).outcome == Round.Outcome.RETURNED
    submission.refresh_from_db()
    assert submission.state == Submission.State.RETURNED


def test_ones_own_code_is_an_update(data_reviewer: Person, police_reviewer: Person) -> None:
    accept(submitted("meishan", rows=1), data_reviewer, police_reviewer)
    code = Camera.objects.get().code
    again = accept(submitted("meishan", values=[{"code": code, "brand": "大华"}]), data_reviewer, police_reviewer)
    assert again.outcome == Round.Outcome.ACCEPTED
    assert Camera.objects.get().brand == "大华"
