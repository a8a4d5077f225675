"""Motions on their page: proposed by one side, answered by the other, with what happens in counts."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from cameras.models import Camera
from dashboards.home import home_of
from inventory.models import LedgerEntry, Submission
from inventory.registering import withdrawing
from reviews.models import Case, Motion
from reviews.services import answer_motion, move
from tests.factories_inventory import make_campaign, submitted, submitted_zero
from tests.reviews.scenes import accept, case_of, latest

WHY = "坐标整批偏移，须重测"


@pytest.fixture
def done(data_reviewer: Person, police_reviewer: Person) -> Submission:
    """Accepted: five cameras and a platform."""
    submission = submitted("meishan", rows=5, platforms=[{}])
    accept(submission, data_reviewer, police_reviewer)
    return submission


def url(submission: Submission, name: str = "review_motion") -> str:
    return reverse(name, args=[case_of(submission).pk])


def page(client: Client, person: Person, path: str) -> str:
    client.force_login(person)
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def moved(client: Client, person: Person, submission: Submission, kind: str = "undo") -> Motion:
    client.force_login(person)
    answer = client.post(url(submission, "review_move"), {"kind": kind, "round": 1, "reason": WHY})
    assert answer.status_code == 302, answer.content.decode()
    return Motion.objects.get(answer="")


def test_what_may_be_proposed_with_its_counts(client: Client, done: Submission, data_reviewer: Person) -> None:
    shown = page(client, data_reviewer, url(done))
    assert "重新开启本件" in shown and "撤销第 1 轮入库" in shown
    assert shown.count('aria-current="true"') == 1 and "提出重新开启本件" in shown, "the milder way is chosen"
    shown = page(client, data_reviewer, f"{url(done)}?kind=undo&round=1")
    assert "将从台账撤回 5 台摄像机；将从台账撤回 1 个平台" in shown and "<textarea" in shown
    assert Camera.objects.filter(life="live").count() == 5
    assert "已入库的内容不变" in page(client, data_reviewer, f"{url(done)}?kind=reopen&round=1")


@pytest.mark.parametrize("asked", ["kind=undo&round=2", "kind=x&round=1", "kind=undo", "kind=undo&round=9999999999999"])
def test_what_is_not_there_is_not_found(client: Client, done: Submission, data_reviewer: Person, asked: str) -> None:
    client.force_login(data_reviewer)
    assert client.get(f"{url(done)}?{asked}").status_code == 404


def test_the_other_side_agrees_and_it_is_done(
    client: Client, done: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = moved(client, data_reviewer, done)
    assert Camera.objects.filter(life="live").count() == 5
    shown = page(client, police_reviewer, url(done))
    assert WHY in shown and "数据局提出：撤销第 1 轮入库" in shown
    assert 'data-confirm="同意撤销第 1 轮入库？"' in shown
    assert 'data-confirm-detail="即时生效：将从台账撤回 5 台摄像机；将从台账撤回 1 个平台；' in shown
    said = {"motion": motion.pk, "said": "agree"}
    assert client.post(url(done, "review_motion_answer"), said).status_code == 302
    assert Camera.objects.filter(life="live").count() == 0
    assert case_of(done).state == Case.State.RETURNED
    shown = page(client, police_reviewer, url(done))
    assert "已从台账撤回 5 台摄像机" in shown and "对方同意" in shown
    assert client.post(url(done, "review_motion_answer"), said).status_code == 409


def test_the_preview_says_what_happens_where_something_has_changed_since(
    client: Client, done: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    """A second report changes one camera, keeps one and leaves the first report's others alone."""
    first, second, *_ = list(Camera.objects.filter(reporting_agency__code="meishan").order_by("pk"))
    again = submitted(
        "meishan",
        values=[
            {"name": first.name, "code": first.code, "brand": "大华"},
            {"name": second.name, "code": second.code, "status": "停用"},
        ],
        campaign=make_campaign("第二次"),
    )
    accept(again, data_reviewer, police_reviewer)
    told = withdrawing.preview(latest(done))
    shown = page(client, data_reviewer, f"{url(done)}?kind=undo&round=1")
    assert "2 台摄像机此后又有变动，保持现状" in shown and "撤回 3 台摄像机" in shown
    motion = move(data_reviewer, latest(done).pk, "undo", WHY)
    assert withdrawing.preview(latest(done)) == told
    answer_motion(police_reviewer, motion.pk, True)
    counts = LedgerEntry.objects.get(kind="withdrawal").counts
    assert {kind: counts[kind] for kind in told} == told
    shown = page(client, police_reviewer, url(done))
    assert reverse("submission_undone", args=[done.pk, 1]) in shown


def test_refusing_wants_a_reason(
    client: Client, done: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = moved(client, data_reviewer, done, "reopen")
    client.force_login(police_reviewer)
    said = {"motion": motion.pk, "said": "refuse", "reason": " "}
    answer = client.post(url(done, "review_motion_answer"), said)
    assert answer.status_code == 422 and "请写明不同意的理由" in answer.content.decode()
    said["reason"] = "抽查无误"
    assert client.post(url(done, "review_motion_answer"), said).status_code == 302
    assert "抽查无误" in page(client, data_reviewer, url(done))
    assert case_of(done).state == Case.State.ACCEPTED


def test_the_moving_side_takes_it_back_and_cannot_answer(
    client: Client, done: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    motion = moved(client, data_reviewer, done)
    shown = page(client, data_reviewer, url(done))
    assert "收回动议" in shown and "同意</button>" not in shown
    told = {"motion": motion.pk, "said": "agree"}
    assert client.post(url(done, "review_motion_answer"), told).status_code == 403
    client.force_login(police_reviewer)
    assert client.post(url(done, "review_motion_take_back"), told).status_code == 403
    client.force_login(data_reviewer)
    assert client.post(url(done, "review_motion_take_back"), told).status_code == 302
    assert "已收回" in page(client, data_reviewer, url(done))


def test_a_motion_without_a_reason_comes_back(client: Client, done: Submission, data_reviewer: Person) -> None:
    client.force_login(data_reviewer)
    answer = client.post(url(done, "review_move"), {"kind": "undo", "round": "1", "reason": "。"})
    assert answer.status_code == 422 and "请写明理由" in answer.content.decode()
    assert "将从台账撤回 5 台摄像机" in answer.content.decode()
    assert not Motion.objects.exists()


def test_another_cases_motion_is_not_found(client: Client, done: Submission, data_reviewer: Person) -> None:
    other = submitted("mabu", rows=1)
    motion = moved(client, data_reviewer, done)
    assert client.post(url(other, "review_motion_take_back"), {"motion": motion.pk}).status_code == 404


def test_office_and_leader_read_it(
    client: Client, done: Submission, data_reviewer: Person, office: Person, leader: Person
) -> None:
    moved(client, data_reviewer, done)
    for person in (office, leader):
        shown = page(client, person, url(done))
        assert WHY in shown and '<form method="post" action="/reviews/' not in shown


def test_a_case_under_review_has_none(client: Client, data_reviewer: Person) -> None:
    sent = submitted("meishan")
    assert "办结后才能提出动议" in page(client, data_reviewer, url(sent))
    answer = client.post(url(sent, "review_move"), {"kind": "reopen", "round": "1", "reason": WHY})
    assert answer.status_code == 409


def test_a_zero_report_can_be_undone(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    zero = submitted_zero("mabu")
    accept(zero, data_reviewer, police_reviewer)
    shown = page(client, data_reviewer, f"{url(zero)}?kind=undo&round=1")
    assert "对方同意后：</b>本件交回填报单位" in shown


def test_it_waits_on_the_other_sides_first_page_and_in_its_queue(
    client: Client, done: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    moved(client, data_reviewer, done)
    assert [todo.url for todo in home_of(police_reviewer).todos] == [url(done)]
    assert home_of(data_reviewer).todos == []
    queue = page(client, police_reviewer, reverse("review_queue") + "?tab=motions")
    assert "撤销入库：待本方答复" in queue and f'href="{url(done)}">答复' in queue
    assert "撤销入库：待对方答复" in page(client, data_reviewer, reverse("review_queue") + "?tab=motions")
    bench = page(client, police_reviewer, reverse("review", args=[case_of(done).pk]))
    assert f'href="{url(done)}">去答复' in bench
