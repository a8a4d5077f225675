"""Marks as the workbench's script sends them: what comes back, and that a refusal says why and changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from reviews import kinds, phrases
from reviews.models import Claim, Decision, Round, Side, Verdict
from reviews.services import mark
from tests.factories_inventory import new_code, submitted
from tests.factories_registry import register_camera
from tests.reviews.bench_scenes import camera, coordinates
from tests.reviews.pages import JSON, post, url_of
from tests.reviews.scenes import REASON, close_side, keys_of, latest, pass_all, stamp


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", values=[camera(number) for number in range(1, 5)]))


def test_a_pass_answers_with_badge_and_tally(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    answer = post(client, round_.case, "review_pass", stamp(round_, Side.DATA, keys=keys_of(round_)[:2]))
    told = answer.json()
    assert answer.status_code == 200
    assert (told["message"], told["count"]) == ("已将 2 行标为通过。", 2)
    assert told["tally"] == {"pass": 2, "return": 0, "question": 0, "open": 2}
    assert "通过" in told["badge"] and told["obstacles"] == []
    assert Claim.objects.get().person == data_reviewer


def test_a_question_is_asked_with_its_words(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA, current=keys_of(round_)[0], reason="是否已经拆除")
    assert post(client, round_.case, "review_question", told).json()["tally"]["question"] == 1
    verdict = Verdict.objects.get()
    assert (verdict.decision, verdict.reason) == ("question", "是否已经拆除")
    again = client.post(url_of(round_.case, "review_question"), told, follow=True)
    assert "没有新的改动：这些行已经提过这个疑问" in again.content.decode()


def test_the_last_mark_tells_what_still_keeps_from_closing(
    client: Client, data_reviewer: Person, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan_without_code(round_: Round, side: str) -> list[str]:
        return ["扫描件上没有读到二维码。"]

    monkeypatch.setitem(
        kinds._kinds, "submission", replace(kinds.kind_of("submission"), before_closing=scan_without_code)
    )
    client.force_login(data_reviewer)
    answer = post(client, round_.case, "review_pass", stamp(round_, Side.DATA, keys=keys_of(round_)))
    assert answer.json()["obstacles"] == ["扫描件上没有读到二维码。"]
    page = client.get(url_of(round_.case)).content.decode()
    assert "data-obstacles" in page and "data-close disabled" in page


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"version_hash": "0" * 64}, 409, "页面上的内容已不是最新版本"),
        ({"side": "police"}, 403, "您不能代表这一方审核"),
        ({"keys": []}, 422, "还没有选择任何一行"),
        ({"keys": ["x"]}, 422, "所选的行无法识别"),
        ({"keys": [999999]}, 422, "所选的行不属于本轮审核"),
        ({"reason": " "}, 422, "请写明理由"),
        ({"reason": "长" * 501}, 422, "不要超过 500 个字"),
        ({"round": "x"}, 422, "页面传来的内容不完整"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    client: Client, data_reviewer: Person, round_: Round, changed: dict[str, object], status: int, words: str
) -> None:
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA, keys=keys_of(round_)[:1], reason=REASON) | changed
    answer = post(client, round_.case, "review_return", told)
    assert answer.status_code == status and words in answer.json()["message"]
    assert not Verdict.objects.exists()


def test_a_closed_side_or_an_ended_round_takes_no_more_marks(
    client: Client, data_reviewer: Person, police_reviewer: Person, round_: Round
) -> None:
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA, keys=keys_of(round_)[:1], reason=REASON)
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert "本方已经办结" in post(client, round_.case, "review_return", told).json()["message"]
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    answer = post(client, round_.case, "review_return", told)
    assert answer.status_code == 409 and "本轮审核已经结束" in answer.json()["message"]


def test_a_taken_code_is_passed_with_its_choice_only(client: Client, data_reviewer: Person) -> None:
    code = new_code()
    register_camera("education", code=code, **coordinates(9))
    round_ = latest(submitted("meishan", values=[camera(1, code=code), camera(2)]))
    first = keys_of(round_)[0]
    client.force_login(data_reviewer)
    answer = post(client, round_.case, "review_pass", stamp(round_, Side.DATA, current=first))
    assert answer.status_code == 422 and "要先选定怎样处理（合并、移交、各自独立）" in answer.json()["message"]
    post(client, round_.case, "review_pass", stamp(round_, Side.DATA, current=first, keys=[first], choice="merge"))
    assert Verdict.objects.get().choice == "merge"
    page = client.get(url_of(round_.case), {"row": first}).content.decode()
    assert 'value="merge" form="decide-rows" checked' in page


def test_without_script_the_refused_form_comes_back_as_it_was(
    client: Client, data_reviewer: Person, round_: Round
) -> None:
    first, second, *_ = keys_of(round_)
    client.force_login(data_reviewer)
    told = stamp(round_, Side.DATA, keys=[first], current=second, reason="错", back="order=place")
    answer = client.post(url_of(round_.case, "review_return"), told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明理由，便于填报单位修改。" in page and 'value="错"' in page
    assert page.count("checked") == 1 and f'data-item="{second}"' in page


def test_a_mark_costs_the_same_in_any_round(client: Client, data_reviewer: Person) -> None:
    client.force_login(data_reviewer)
    counted = []
    for rows in (3, 60):
        round_ = latest(submitted("meishan", values=[camera(number) for number in range(rows)]))
        told = stamp(round_, Side.DATA, keys=keys_of(round_)[:1])
        post(client, round_.case, "review_pass", told)
        with CaptureQueriesContext(connection) as run:
            told = stamp(round_, Side.DATA, keys=keys_of(round_)[1:2])
            assert post(client, round_.case, "review_pass", told).status_code == 200
        counted.append(len(run))
    assert counted[0] == counted[1] < 50, counted


def test_own_phrases_come_again_the_latest_first(
    client: Client, data_reviewer: Person, data_reviewer2: Person, round_: Round
) -> None:
    def say(by: Person, decision: Decision, reason: str, *keys: int) -> None:
        mark(by, round_.pk, Side.DATA, decision, version_hash=round_.version_hash, keys=keys, reason=reason)

    first, second, third, fourth = keys_of(round_)
    say(data_reviewer, Decision.RETURN, "编码抄错", first, second, third)
    say(data_reviewer, Decision.RETURN, "位置名称太笼统", second)
    say(data_reviewer, Decision.QUESTION, "是否已经拆除", third)
    say(data_reviewer, Decision.RETURN, "编码抄错", fourth)
    say(data_reviewer2, Decision.RETURN, "别人写的理由", first)
    assert phrases.recent(data_reviewer, Decision.RETURN) == ["编码抄错", "位置名称太笼统"]
    assert phrases.recent(data_reviewer, Decision.RETURN, most=1) == ["编码抄错"]
    assert phrases.recent(data_reviewer, Decision.QUESTION) == ["是否已经拆除"]
    client.force_login(data_reviewer)
    page = client.get(url_of(round_.case)).content.decode()
    assert '<option value="位置名称太笼统">' in page and "别人写的理由" not in page.partition('id="phrases"')[2]


def test_nobody_marks_by_reading(client: Client, data_reviewer: Person, round_: Round) -> None:
    client.force_login(data_reviewer)
    for name in ("review_pass", "review_return", "review_question", "review_sample", "review_close"):
        assert client.get(url_of(round_.case, name), headers=JSON).status_code == 405
