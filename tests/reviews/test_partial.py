"""A round that ends in part: what both passed is accepted, the rest goes back alone, and what is settled stays so."""

from __future__ import annotations

import pytest

from agencies.models import Person
from audit.failures import Conflict
from reviews import kinds, services
from reviews.models import Case, Choice, Decision, Item, Round, Side, Verdict
from reviews.outcomes import accepted_items
from reviews.queries import keys_said, returned_items
from tests.reviews.scenes import entries
from tests.reviews.toys import ANY, KIND, Toy, decide, digest, finish, keys, say

TEN = {key: f"row {key}" for key in range(1, 11)}


def returned(round_: Round) -> list[int]:
    return list(round_.items.filter(returned=True).order_by("key").values_list("key", flat=True))


def standing(case: Case) -> dict[int, str]:
    return dict(accepted_items(case.pk))


def test_what_both_passed_is_accepted_and_the_rest_goes_back(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = toy.open(TEN)
    finish(data_reviewer, round_, Side.DATA, [1, 2])
    ended = finish(police_reviewer, round_, Side.POLICE, [2, 3])
    assert ended.outcome == Round.Outcome.PARTIAL
    assert returned(round_) == [1, 2, 3]
    assert toy.case.state == Case.State.RETURNED
    assert toy.said == [("accepted", 1, "partial")]
    assert set(standing(toy.case)) == {4, 5, 6, 7, 8, 9, 10}
    facts = entries("case.")[-1]
    assert facts == ("police-1", "case.accepted_in_part", {"round": 1, "accepted": 7, "returned": 3})


def test_nothing_passed_by_both_is_a_return(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open({1: "a", 2: "b"})
    finish(data_reviewer, round_, Side.DATA, [1])
    ended = finish(police_reviewer, round_, Side.POLICE, [2])
    assert (ended.outcome, returned(round_), toy.said) == ("returned", [1, 2], [("returned", 1, "returned")])


def test_an_owner_that_cannot_divide_has_everything_back(
    toy: Toy, data_reviewer: Person, police_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Toy(in_part=False)
    monkeypatch.setitem(kinds._kinds, KIND, whole.kind)
    ended = decide(data_reviewer, police_reviewer, whole.open(TEN), [3])
    assert (ended.outcome, len(returned(ended)), whole.said) == ("returned", 10, [("returned", 1, "returned")])
    assert standing(whole.case) == {}


def test_the_next_round_holds_only_what_is_not_settled(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    decide(data_reviewer, police_reviewer, toy.open(TEN), [1, 2, 3])
    second = toy.open(TEN | {1: "mended", 2: "mended too"})
    assert keys(second) == [1, 2, 3]
    assert (second.item_count, second.figures) == (3, {"rows": 3})
    assert sorted(row["key"] for row in keys_said(second, [Side.DATA], "")) == [1, 2]
    assert sorted(row["key"] for row in keys_said(second, [Side.POLICE], "")) == [1, 2], (
        "3 is unchanged and still returned"
    )
    assert services.tally_of(second, Side.DATA) == {"pass": 1, "return": 0, "open": 2}
    assert services.tally_of(second, Side.POLICE) == {"pass": 0, "return": 1, "open": 2}
    say(police_reviewer, second, Side.POLICE, Decision.PASS, 3)
    assert decide(data_reviewer, police_reviewer, second).outcome == Round.Outcome.ACCEPTED
    assert toy.case.state == Case.State.ACCEPTED
    assert standing(toy.case) == {key: digest(text) for key, text in (TEN | {1: "mended", 2: "mended too"}).items()}
    assert [told[2] for told in toy.said] == ["partial", "accepted"]


def test_a_settled_row_that_changes_is_an_item_again(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    decide(data_reviewer, police_reviewer, toy.open(TEN), [1])
    second = toy.open(TEN | {1: "mended", 7: "changed"})
    assert keys(second) == [1, 7]
    decide(data_reviewer, police_reviewer, second, [7])
    assert standing(toy.case)[7] == digest("row 7"), "the change was returned; what was accepted stands"
    third = toy.open(TEN | {1: "mended"})
    assert keys(third) == [], "the change was taken back: nothing is left to judge, but both sides see that"


def test_the_latest_accepted_content_of_a_row_is_what_counts(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Accepted as a, then as b: a again is a change, though it was accepted once; its verdicts of then still hold."""
    decide(data_reviewer, police_reviewer, toy.open(TEN), [1])
    decide(data_reviewer, police_reviewer, toy.open(TEN | {1: "mended", 7: "b"}), [1])
    third = toy.open(TEN | {1: "mended", 7: "row 7"})
    assert keys(third) == [1, 7]
    assert services.tally_of(third, Side.DATA)["pass"] == 2


def test_a_version_without_anything_to_judge_is_refused(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    decide(data_reviewer, police_reviewer, toy.open(TEN))
    with pytest.raises(Conflict, match="没有改动的行"):
        toy.open(TEN)
    assert Round.objects.count() == 1
    assert toy.case.state == Case.State.ACCEPTED


def test_an_empty_first_version_is_refused(toy: Toy) -> None:
    with pytest.raises(Conflict, match="没有改动的行"):
        toy.open({})
    assert not Case.objects.filter(kind=KIND).exists()


def test_returned_rows_that_are_taken_out_end_the_report(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Returned as 请删除: the unit has no row to hand in any more, and both sides see that."""
    decide(data_reviewer, police_reviewer, toy.open(TEN), [1, 2])
    second = toy.open({key: text for key, text in TEN.items() if key > 2})
    assert second.item_count == 0
    assert decide(data_reviewer, police_reviewer, second).outcome == Round.Outcome.ACCEPTED
    assert toy.case.state == Case.State.ACCEPTED
    with pytest.raises(Conflict, match="没有改动的行"):
        toy.open({key: text for key, text in TEN.items() if key > 2})


def test_and_still_do_when_that_was_withdrawn_once(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    decide(data_reviewer, police_reviewer, toy.open(TEN), [1, 2])
    rest = {key: text for key, text in TEN.items() if key > 2}
    toy.open(rest)
    toy.withdraw()
    assert toy.open(rest).item_count == 0


def test_verdicts_on_what_went_back_unchanged_are_kept(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    first = toy.open({1: "a", 2: "b", 3: "c"})
    finish(data_reviewer, first, Side.DATA)
    finish(police_reviewer, first, Side.POLICE, [1, 2])
    before = set(Verdict.objects.filter(superseded_at=None).values_list("pk", flat=True))
    toy.open({1: "a", 2: "mended", 3: "c"})
    assert set(Verdict.objects.filter(superseded_at=None).values_list("pk", flat=True)) == before


# --- choices that differ ---------------------------------------------------------------------------------------------
def test_the_sides_must_settle_a_row_alike(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open({1: "a", 2: "b", 3: "c"})
    toy.must_choose(1, *ANY)
    toy.must_choose(2, *ANY)
    say(data_reviewer, round_, Side.DATA, Decision.PASS, 1, 2, choices={1: Choice.MERGE, 2: Choice.MERGE})
    say(police_reviewer, round_, Side.POLICE, Decision.PASS, 1, 2, choices={1: Choice.TRANSFER, 2: Choice.MERGE})
    ended = decide(data_reviewer, police_reviewer, round_)
    assert (ended.outcome, returned(ended)) == ("partial", [1])
    assert returned_items(ended) == [(1, "双方", "双方对重复编码的处理不一致（数据局：合并；公安局：移交）")]


def test_in_the_next_round_both_decide_such_a_row_anew(
    toy: Toy, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Kept, the verdicts would never agree; and the first round still tells what was said in it."""
    first = toy.open({1: "a", 2: "b"})
    toy.must_choose(1, *ANY)
    say(data_reviewer, first, Side.DATA, Decision.PASS, 1, choices={1: Choice.MERGE})
    say(police_reviewer, first, Side.POLICE, Decision.PASS, 1, choices={1: Choice.DISTINCT})
    first = decide(data_reviewer, police_reviewer, first)
    second = toy.open({1: "a", 2: "b"})
    assert keys(second) == [1]
    for side in Side:
        assert services.tally_of(second, side) == {"pass": 0, "return": 0, "open": 1}
    assert [sentence for _, _, sentence in returned_items(first)] == [
        "双方对重复编码的处理不一致（数据局：合并；公安局：各自独立）"
    ]
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        say(by, second, side, Decision.PASS, 1, choices={1: Choice.DISTINCT})
    assert decide(data_reviewer, police_reviewer, second).outcome == "accepted"
    assert [sentence for _, _, sentence in returned_items(first)] == [
        "双方对重复编码的处理不一致（数据局：合并；公安局：各自独立）"
    ]


def test_one_choice_against_none_is_a_difference_too(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    """The other unit's camera was registered after one side had closed."""
    round_ = toy.open({1: "a", 2: "b"})
    finish(data_reviewer, round_, Side.DATA)
    toy.must_choose(1, *ANY)
    say(police_reviewer, round_, Side.POLICE, Decision.PASS, 1, choices={1: Choice.MERGE})
    ended = finish(police_reviewer, round_, Side.POLICE)
    assert returned(ended) == [1]
    assert returned_items(ended)[0][2] == "双方对重复编码的处理不一致（数据局：未选；公安局：合并）"


def test_an_owner_that_refuses_leaves_the_round_open(toy: Toy, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = toy.open(TEN)
    toy.fails = "accepted"
    finish(data_reviewer, round_, Side.DATA)
    say(police_reviewer, round_, Side.POLICE, Decision.RETURN, 4)
    say(police_reviewer, round_, Side.POLICE, Decision.PASS)
    with pytest.raises(Conflict, match="所有者不同意"):
        finish(police_reviewer, round_, Side.POLICE)
    round_.refresh_from_db()
    assert (round_.ended_at, round_.closings.count(), toy.case.state) == (None, 1, "open")
    assert not Item.objects.filter(returned=True).exists()
