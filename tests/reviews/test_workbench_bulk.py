"""Many rows passed at once: only those that were counted and shown, never what came after."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from agencies.models import Person
from reviews.models import Decision, Round, Side, Verdict
from reviews.services import mark
from tests.factories_inventory import submitted
from tests.reviews.bench_scenes import busy, camera
from tests.reviews.pages import text, url_of
from tests.reviews.scenes import REASON, case_of, close_side, entries, keys_of, latest, pass_all, return_first, stamp


def shown(client: Client, round_: Round, **params: str) -> str:
    answer = client.get(url_of(round_.case, "review_bulk"), {"part": "camera", "which": "clean", **params})
    assert answer.status_code == 200
    return answer.content.decode()


def told(page: str, round_: Round, side: Side = Side.DATA, **more: object) -> dict[str, object]:
    """The page's form as it would be sent."""
    fields = dict(re.findall(r'name="(which|digest|back)" value="([^"]*)"', page))
    fields["back"] = fields["back"].replace("&amp;", "&")
    return stamp(round_, side, **{**fields, **more})


def press(client: Client, round_: Round, fields: dict[str, object]) -> tuple[int, str]:
    answer = client.post(url_of(round_.case, "review_bulk"), fields, follow=True)
    return answer.status_code, answer.content.decode()


def test_clean_rows_are_passed_with_their_count_said_and_recorded(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    page = shown(client, round_)
    assert "通过这 58 行" in page and "没有任何提醒、本方还没有意见的行" in page
    status, after = press(client, round_, told(page, round_))
    assert status == 200 and "已将 58 行标为通过" in after
    passed = Verdict.objects.filter(case=round_.case, side="data", decision="pass", superseded_at=None)
    assert set(passed.values_list("item_key", flat=True)) == set(
        round_.items.filter(part="camera", risk__in=(0, 2)).values_list("key", flat=True)
    )
    facts = {"round": 1, "side": "data", "rows": 58, "which": "clean", "part": "camera"}
    assert entries("review.passed_in_bulk")[-1] == ("data-1", "review.passed_in_bulk", facts)
    assert entries("review.marked")[-1][2]["rows"] == 58


def test_the_filters_bound_the_lot(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    page = shown(client, round_, q="53号杆")
    assert "通过这 1 行" in page and "搜索“53号杆”" in page
    press(client, round_, told(page, round_))
    assert Verdict.objects.filter(case=round_.case, superseded_at=None, side="data").count() == 1
    assert entries("review.passed_in_bulk")[-1][2]["search"] == "53号杆"


def test_the_rest_names_what_is_warned_and_leaves_collisions(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    page = shown(client, round_, which="all")
    assert "通过这 65 行" in page and "其中 7 行有提醒或变更" in text(page)
    assert "另有 1 行编码冲突" in page
    press(client, round_, told(page, round_))
    assert Verdict.objects.filter(case=round_.case, side="data", superseded_at=None).count() == 65
    left_out = shown(client, round_, part="left_out", which="all")
    assert "通过这 3 行" in left_out and "未上表的设备" in left_out


def test_a_row_that_a_colleague_returned_meanwhile_is_never_passed(
    client: Client, data_reviewer: Person, data_reviewer2: Person
) -> None:
    round_ = latest(submitted("meishan", values=[camera(number) for number in range(1, 6)]))
    client.force_login(data_reviewer)
    page = shown(client, round_)
    assert "通过这 5 行" in page
    return_first(data_reviewer2, round_, Side.DATA)
    status, after = press(client, round_, told(page, round_))
    assert status == 409 and "现在是 4 行。没有办理" in after and "通过这 4 行" in after
    assert Verdict.objects.filter(case=round_.case, decision="pass").count() == 0
    press(client, round_, told(after, round_))
    current = Verdict.objects.filter(case=round_.case, superseded_at=None)
    assert sorted(current.values_list("decision", flat=True)) == ["pass"] * 4 + ["return"]


def test_what_was_asked_about_stays_open(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", values=[camera(number) for number in range(1, 4)]))
    keys = keys_of(round_)[:1]
    mark(
        data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, version_hash=round_.version_hash, keys=keys,
        reason=REASON,
    )  # fmt: skip
    client.force_login(data_reviewer)
    assert "通过这 2 行" in shown(client, round_)


def test_a_second_press_finds_nothing_left(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", values=[camera(1), camera(2)]))
    client.force_login(data_reviewer)
    fields = told(shown(client, round_), round_)
    press(client, round_, fields)
    status, after = press(client, round_, fields)
    assert status == 422 and "没有可以批量通过的行" in after
    assert len(entries("review.passed_in_bulk")) == 1


@pytest.mark.parametrize("who", ["office", "leader", "meishan_clerk", "auditor"])
def test_other_posts_may_not(client: Client, request: pytest.FixtureRequest, who: str, data_reviewer: Person) -> None:
    person = request.getfixturevalue(who)
    round_ = latest(submitted("meishan"))
    client.force_login(person)
    url = url_of(round_.case, "review_bulk")
    assert client.get(url).status_code == 403
    assert client.post(url, stamp(round_, Side.DATA, which="clean", digest="x")).status_code == 403


def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person) -> None:
    round_ = latest(submitted("meishan"))
    client.force_login(mabu_clerk)
    assert client.get(url_of(round_.case, "review_bulk")).status_code == 404


def test_a_stale_or_broken_page_is_refused(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", values=[camera(1)]))
    client.force_login(data_reviewer)
    page = shown(client, round_)
    assert press(client, round_, told(page, round_, version_hash="0" * 64))[0] == 409
    assert press(client, round_, told(page, round_, which="everything"))[0] == 422
    assert client.get(url_of(round_.case, "review_bulk"), {"which": "x"}).status_code == 422
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert client.get(url_of(round_.case, "review_bulk")).status_code == 409


def test_an_author_may_not(client: Client, police_reviewer: Person) -> None:
    from tests.factories import make_person

    author = make_person("police-clerk", "police", "clerk", "police_reviewer")
    case = case_of(submitted("police", rows=2, by=author))
    client.force_login(author)
    assert client.get(url_of(case, "review_bulk")).status_code == 403
