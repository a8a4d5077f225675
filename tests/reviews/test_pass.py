"""Passing rows: the ticked ones, else the one at hand. Many at once: test_workbench_bulk."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from reviews.models import Decision, Participation, Round, Side, Verdict
from tests.factories_inventory import submitted
from tests.reviews.scenes import close_side, entries, keys_of, latest, pass_all, return_first, stamp


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", rows=3))


@pytest.fixture
def url(round_: Round) -> str:
    return reverse("review_pass", args=[round_.case_id])


def test_it_passes_and_leaves_its_audit_row(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)), follow=True)
    assert "已将 3 行标为通过" in answer.content.decode()
    said = Verdict.objects.filter(case=round_.case)
    assert {(v.side, v.decision, v.person_id) for v in said} == {("data", "pass", data_reviewer.pk)}
    assert said.count() == 3
    told = {"round": 1, "side": "data", "decision": "pass", "rows": 3}
    assert entries() == [("data-1", "review.marked", told)]


def test_it_passes_the_ticked_rows_only(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    keys = keys_of(round_)
    client.force_login(data_reviewer)
    client.post(url, stamp(round_, Side.DATA, keys=keys[:2]))
    assert sorted(Verdict.objects.values_list("item_key", flat=True)) == keys[:2]


def test_a_ticked_pass_takes_a_return_back(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    return_first(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)[:1]))
    current = Verdict.objects.get(superseded_at=None)
    assert current.decision == Decision.PASS
    assert Verdict.objects.count() == 2


def test_nothing_ticked_means_the_row_at_hand(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    first, second, _ = keys_of(round_)
    client.force_login(data_reviewer)
    client.post(url, stamp(round_, Side.DATA, current=second))
    assert list(Verdict.objects.values_list("item_key", flat=True)) == [second]
    client.post(url, stamp(round_, Side.DATA, current=second, keys=[first]))
    assert sorted(Verdict.objects.values_list("item_key", flat=True)) == [first, second]


def test_a_pass_of_all_by_the_service_leaves_returned_rows_alone(data_reviewer: Person, round_: Round) -> None:
    return_first(data_reviewer, round_, Side.DATA)
    pass_all(data_reviewer, round_, Side.DATA)
    current = Verdict.objects.filter(superseded_at=None).values_list("decision", flat=True)
    assert sorted(current) == ["pass", "pass", "return"]


def test_the_filters_are_kept(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)[:1], back="show=new&order=place&page=2"))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("review", args=[round_.case_id]) + "?show=new&order=place&page=2"


def test_twice_gives_the_same_result_and_one_audit_row(
    client: Client, data_reviewer: Person, data_reviewer2: Person, round_: Round, url: str
) -> None:
    client.force_login(data_reviewer)
    client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)))
    client.force_login(data_reviewer2)
    answer = client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)), follow=True)
    assert "没有新的改动" in answer.content.decode()
    assert Verdict.objects.count() == 3
    assert len(entries()) == 1
    assert not Participation.objects.filter(person=data_reviewer2).exists()


def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person, round_: Round, url: str) -> None:
    client.force_login(mabu_clerk)
    assert client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_))).status_code == 404


@pytest.mark.parametrize("who", ["meishan_colleague", "office", "leader", "sysadmin", "secadmin", "auditor"])
def test_other_posts_may_not(client: Client, request: pytest.FixtureRequest, who: str, round_: Round, url: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_))).status_code == 403
    assert not Verdict.objects.exists()


def test_a_closed_side_is_closed(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA, keys=keys_of(round_)))
    assert answer.status_code == 409
    assert "本方已经办结" in answer.content.decode()


def test_nothing_ticked_is_said(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA))
    assert answer.status_code == 422
    assert "还没有选择任何一行" in answer.content.decode()


def test_rows_of_another_case_are_refused(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    other = keys_of(latest(submitted("mabu", rows=1)))
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA, keys=[*keys_of(round_), *other]))
    assert answer.status_code == 422
    assert "所选的行不属于本轮审核" in answer.content.decode()
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"round": "x"},
        {"round": ""},
        {"side": "county"},
        {"version_hash": ""},
        {"keys": ["1; DROP"]},
        {"keys": ["9" * 30]},
    ],
)
def test_broken_input_is_no_accident(
    client: Client, data_reviewer: Person, round_: Round, url: str, broken: dict[str, object]
) -> None:
    client.force_login(data_reviewer)
    assert client.post(url, stamp(round_, Side.DATA) | broken).status_code == 422


def test_a_round_of_another_case_is_not_found(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    other = latest(submitted("mabu", rows=1))
    client.force_login(data_reviewer)
    assert client.post(url, stamp(other, Side.DATA, keys=keys_of(other))).status_code == 404
    assert not Verdict.objects.exists()


def test_looking_changes_nothing(client: Client, data_reviewer: Person, url: str) -> None:
    client.force_login(data_reviewer)
    assert client.get(url).status_code == 405
