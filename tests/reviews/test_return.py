"""Returning the ticked rows with a reason."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from reviews.models import Round, Side, Verdict
from reviews.queries import returned_items
from tests.factories_inventory import submitted, submitted_zero
from tests.reviews.scenes import close_side, entries, keys_of, latest, pass_all, stamp

REASON = "经纬度写反了，请对调后重报"


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", rows=3))


@pytest.fixture
def url(round_: Round) -> str:
    return reverse("review_return", args=[round_.case_id])


def test_it_returns_the_ticked_rows_and_leaves_its_audit_row(
    client: Client, police_reviewer: Person, round_: Round, url: str
) -> None:
    keys = keys_of(round_)[1:]
    client.force_login(police_reviewer)
    answer = client.post(url, stamp(round_, Side.POLICE, keys=keys, reason=f"  {REASON} "), follow=True)
    assert "已将 2 行标为退回" in answer.content.decode()
    said = Verdict.objects.filter(side="police", decision="return", reason=REASON)
    assert sorted(said.values_list("item_key", flat=True)) == keys
    told = {"round": 1, "side": "police", "decision": "return", "rows": 2, "reason": REASON}
    assert entries() == [("police-1", "review.marked", told)]


def test_the_same_again_is_not_said_twice(client: Client, police_reviewer: Person, round_: Round, url: str) -> None:
    client.force_login(police_reviewer)
    for _ in range(2):
        answer = client.post(url, stamp(round_, Side.POLICE, keys=keys_of(round_), reason=REASON), follow=True)
    assert "没有新的改动" in answer.content.decode()
    assert Verdict.objects.count() == 3
    assert len(entries()) == 1


def test_another_reason_supersedes(client: Client, police_reviewer: Person, round_: Round, url: str) -> None:
    client.force_login(police_reviewer)
    for reason in (REASON, "位置名称太笼统"):
        client.post(url, stamp(round_, Side.POLICE, keys=keys_of(round_)[:1], reason=reason))
    assert Verdict.objects.get(superseded_at=None).reason == "位置名称太笼统"
    assert len(entries()) == 2


def test_a_zero_report_can_be_returned(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted_zero("mabu"))
    client.force_login(data_reviewer)
    client.post(
        reverse("review_return", args=[round_.case_id]), stamp(round_, Side.DATA, keys=[0], reason="车站有摄像机")
    )
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    ended = close_side(police_reviewer, round_, Side.POLICE)
    assert ended.outcome == Round.Outcome.RETURNED
    assert returned_items(ended) == [(0, "数据局", "车站有摄像机")]


def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person, round_: Round, url: str) -> None:
    client.force_login(mabu_clerk)
    assert client.post(url, stamp(round_, Side.POLICE, keys=keys_of(round_), reason=REASON)).status_code == 404


@pytest.mark.parametrize("who", ["meishan_colleague", "office", "leader", "sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("reason", [REASON, ""])
def test_other_posts_may_not(
    client: Client, request: pytest.FixtureRequest, who: str, reason: str, round_: Round, url: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.post(url, stamp(round_, Side.POLICE, keys=keys_of(round_), reason=reason)).status_code == 403
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("reason", [REASON, ""])
def test_a_closed_side_is_closed(client: Client, police_reviewer: Person, round_: Round, url: str, reason: str) -> None:
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    client.force_login(police_reviewer)
    assert client.post(url, stamp(round_, Side.POLICE, keys=keys_of(round_), reason=reason)).status_code == 409


@pytest.mark.parametrize("reason", ["", "   ", "错", "长" * 501])
def test_a_reason_is_needed_and_the_ticks_are_kept(
    client: Client, police_reviewer: Person, round_: Round, url: str, reason: str
) -> None:
    key = keys_of(round_)[1]
    client.force_login(police_reviewer)
    answer = client.post(url, stamp(round_, Side.POLICE, keys=[key], reason=reason))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "理由" in page.split("error-summary")[1][:300]
    assert page.count("checked") == 1
    assert re.search(rf'value="{key}" form="decide-rows" data-tick[^>]* checked', page)
    assert not Verdict.objects.exists()


def test_nothing_ticked_is_said_and_the_reason_is_kept(
    client: Client, police_reviewer: Person, round_: Round, url: str
) -> None:
    client.force_login(police_reviewer)
    answer = client.post(url, stamp(round_, Side.POLICE, reason=REASON))
    assert answer.status_code == 422
    assert "还没有选择任何一行" in answer.content.decode()
    assert f'value="{REASON}"' in answer.content.decode()
