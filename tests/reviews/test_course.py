"""The course of a case: rounds, closings, returned rows with their reasons, as of each round."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from agencies.models import Person
from reviews.models import Decision, Side
from reviews.queries import returned_items, verdicts
from reviews.services import mark
from tests.factories_inventory import resubmitted, submitted
from tests.reviews.pages import text
from tests.reviews.scenes import (
    REASON,
    accept,
    case_of,
    close_side,
    keys_of,
    latest,
    mended,
    pass_all,
    return_first,
    send_back,
)


def test_returned_items_are_told_when_the_round_has_ended(data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=3))
    first, second, _ = keys_of(round_)
    return_first(police_reviewer, round_, Side.POLICE)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    assert returned_items(round_) == []
    mark(
        data_reviewer,
        round_.pk,
        Side.DATA,
        Decision.RETURN,
        version_hash=round_.version_hash,
        keys=[first, second],
        reason="编码抄错",
    )
    pass_all(data_reviewer, round_, Side.DATA)
    ended = close_side(data_reviewer, round_, Side.DATA)
    assert returned_items(ended) == [
        (first, "数据局", "编码抄错"),
        (first, "公安局", REASON),
        (second, "数据局", "编码抄错"),
    ]


def test_an_earlier_round_is_told_as_it_was(data_reviewer: Person, police_reviewer: Person) -> None:
    """The very same row comes back and is passed now: the first round still says it was returned."""
    submission = submitted("meishan", rows=2)
    first = send_back(submission, data_reviewer, police_reviewer)
    key = keys_of(first)[0]
    resubmitted(submission, {})
    second = latest(submission)
    assert verdicts(second, [Side.POLICE])[key]["police"].decision == "return"
    mark(
        police_reviewer,
        second.pk,
        Side.POLICE,
        Decision.PASS,
        version_hash=second.version_hash,
        keys=[key],
    )
    assert returned_items(first) == [(key, "公安局", REASON)]
    assert verdicts(second, [Side.POLICE])[key]["police"].decision == "pass"
    close_side(police_reviewer, second, Side.POLICE)
    close_side(data_reviewer, second, Side.DATA)
    second.refresh_from_db()
    assert second.outcome == "accepted"
    assert returned_items(second) == []


def test_the_page_tells_every_round(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan", rows=3)
    send_back(submission, data_reviewer, police_reviewer)
    mended(submission)
    url = reverse("review", args=[case_of(submission).pk])
    client.force_login(data_reviewer)
    page = client.get(url).content.decode()
    assert "第 2 轮" in page and "第 1 轮" in page
    assert f"第 1 轮公安局 退回 {REASON}" in text(page)
    assert "江店路路口1号杆" in page
    assert page.count("通过 3 行，退回 0 行") == 1 and "通过 2 行，退回 1 行" in page
    assert police_reviewer.display_name in page
    first = client.get(url, {"round": "1"}).content.decode()
    assert "这是第 1 轮的内容" in first
    assert 'id="decide"' not in first and 'type="checkbox"' not in first
    accept(submission, data_reviewer, police_reviewer)
    page = client.get(url).content.decode()
    assert "本轮已经结束" in page
    assert page.count("通过 3 行，退回 0 行") == 1 and page.count("通过 1 行，退回 0 行") == 2


def test_the_next_case_is_offered(client: Client, data_reviewer: Person) -> None:
    done = submitted("meishan", rows=1)
    waits = submitted("mabu", rows=1)
    pass_all(data_reviewer, latest(done), Side.DATA)
    close_side(data_reviewer, latest(done), Side.DATA)
    client.force_login(data_reviewer)
    page = client.get(reverse("review", args=[case_of(done).pk])).content.decode()
    assert f'href="{reverse("review", args=[case_of(waits).pk])}">审核下一件' in page
