"""Closing a side; the second closing ends the round."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit import journal
from cameras.models import Camera, CameraVersion
from inventory.models import LedgerEntry, Submission
from reviews.models import Case, Closing, Round, Side
from tests.factories import make_person
from tests.factories_inventory import submitted, submitted_zero
from tests.reviews.scenes import accept, close_side, entries, latest, pass_all, return_first, stamp


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", rows=3))


@pytest.fixture
def url(round_: Round) -> str:
    return reverse("review_close", args=[round_.case_id])


def test_one_side_closes_and_the_round_goes_on(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA), follow=True)
    assert "等待对方办结" in answer.content.decode()
    closing = Closing.objects.get()
    assert (closing.side, closing.person_id, closing.passed, closing.returned) == ("data", data_reviewer.pk, 3, 0)
    assert closing.version_hash == round_.version_hash
    assert latest(Submission.objects.get()).ended_at is None
    assert entries()[-1] == ("data-1", "review.closed", {"round": 1, "side": "data", "passed": 3, "returned": 0})
    assert not Camera.objects.exists()


def test_both_pass_and_the_rows_stand_in_the_registry(
    client: Client, data_reviewer: Person, police_reviewer: Person, round_: Round, url: str
) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    client.force_login(police_reviewer)
    answer = client.post(url, stamp(round_, Side.POLICE), follow=True)
    assert "双方都已通过" in answer.content.decode()
    case = Case.objects.get()
    assert case.state == Case.State.ACCEPTED
    assert Submission.objects.get().state == Submission.State.ACCEPTED
    assert Camera.objects.count() == 3
    ledger = LedgerEntry.objects.get()
    assert set(CameraVersion.objects.values_list("ledger_entry_id", flat=True)) == {ledger.pk}
    actor, action, facts = entries("case.")[-1]
    assert (actor, action, facts["ledger_entry"]) == ("police-1", "case.accepted", ledger.pk)
    assert journal.verify()[1] is None


def test_a_returned_row_goes_back_alone(
    client: Client, data_reviewer: Person, police_reviewer: Person, round_: Round, url: str
) -> None:
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    return_first(data_reviewer, round_, Side.DATA)
    pass_all(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA), follow=True)
    assert "双方都通过的 2 行已经入库，退回的 1 行已回到填报单位" in answer.content.decode()
    assert Case.objects.get().state == Case.State.RETURNED
    assert Submission.objects.get().state == Submission.State.RETURNED
    assert Camera.objects.count() == 2
    assert [action for _, action, _ in entries("case.")] == ["case.accepted_in_part"]


def test_nothing_passed_by_both_sends_the_version_back(
    client: Client, data_reviewer: Person, police_reviewer: Person, url: str
) -> None:
    single = latest(submitted("mabu", rows=1))
    pass_all(police_reviewer, single, Side.POLICE)
    close_side(police_reviewer, single, Side.POLICE)
    return_first(data_reviewer, single, Side.DATA)
    client.force_login(data_reviewer)
    answer = client.post(reverse("review_close", args=[single.case_id]), stamp(single, Side.DATA), follow=True)
    assert "整份已退回填报单位" in answer.content.decode()
    assert single.case.state == Case.State.OPEN
    single.case.refresh_from_db()
    assert single.case.state == Case.State.RETURNED
    assert not Camera.objects.exists()
    assert [action for _, action, _ in entries("case.")] == ["case.returned"]


def test_a_zero_report_is_accepted_without_rows(data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted_zero("mabu")
    accept(submission, data_reviewer, police_reviewer)
    submission.refresh_from_db()
    assert submission.state == Submission.State.ACCEPTED
    assert not LedgerEntry.objects.exists()


def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person, round_: Round, url: str) -> None:
    client.force_login(mabu_clerk)
    assert client.post(url, stamp(round_, Side.DATA)).status_code == 404


@pytest.mark.parametrize("who", ["meishan_colleague", "office", "leader", "sysadmin", "secadmin", "auditor"])
def test_other_posts_may_not(
    client: Client, request: pytest.FixtureRequest, who: str, data_reviewer: Person, round_: Round, url: str
) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    client.force_login(request.getfixturevalue(who))
    assert client.post(url, stamp(round_, Side.DATA)).status_code == 403
    assert not Closing.objects.exists()


def test_undecided_rows_keep_a_side_open(client: Client, data_reviewer: Person, round_: Round, url: str) -> None:
    return_first(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    answer = client.post(url, stamp(round_, Side.DATA))
    assert answer.status_code == 409
    assert "还有 2 行没有给出" in answer.content.decode()
    assert not Closing.objects.exists()


def test_the_second_press_shows_what_the_first_did(
    client: Client, data_reviewer: Person, round_: Round, url: str
) -> None:
    """F14: an answer may have been lost; of another content, or by another person, it is a conflict."""
    pass_all(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA)
    assert client.post(url, told).status_code == 302
    again = client.post(url, told)
    assert (again.status_code, again.url) == (302, reverse("review", args=[round_.case_id]))  # type: ignore[attr-defined]
    assert client.post(url, told | {"version_hash": "0" * 64}).status_code == 409
    client.force_login(make_person("data-other", "data-bureau", "data_reviewer"))
    assert client.post(url, told).status_code == 409
    assert Closing.objects.count() == 1
    assert [action for _, action, _ in entries()] == ["review.marked", "review.closed"]


@pytest.mark.parametrize("broken", [{"round": "-1"}, {"side": ""}, {"version_hash": "x" * 65}])
def test_broken_input_is_no_accident(
    client: Client, data_reviewer: Person, round_: Round, url: str, broken: dict[str, object]
) -> None:
    client.force_login(data_reviewer)
    assert client.post(url, stamp(round_, Side.DATA) | broken).status_code == 422


def test_looking_changes_nothing(client: Client, data_reviewer: Person, url: str) -> None:
    client.force_login(data_reviewer)
    assert client.get(url).status_code == 405
