"""The pages around a case in a real browser at 1366x768: the queue, motions, loans, questions, the record on paper."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from agencies.models import Person
from inventory.models import Waiver
from reviews import claims, samples
from reviews.delegations import today
from reviews.models import Answer, Decision, Delegation, Motion, Round, Side, Verdict
from reviews.services import answer_question, delegate, mark, move
from tests.e2e.browser import assert_sound, launch
from tests.factories import make_person
from tests.factories_inventory import clerk_of, submitted
from tests.reviews import scenes
from tests.reviews.test_pages import Visitor

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def chromium(site: str) -> Iterator[Any]:
    with launch() as running:
        yield running
        connection.close()


def address(name: str, submission: Any) -> str:
    return reverse(name, args=[scenes.case_of(submission).pk])


def ask(by: Person, round_: Round, side: Side, *keys: int) -> None:
    reason = "立杆还是壁装，请说明安装方式"
    mark(by, round_.pk, side, Decision.QUESTION, version_hash=round_.version_hash, keys=keys, reason=reason)


def test_the_queue_with_everything_in_it(
    chromium: Any, site: str, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    day = today()
    for agency, due in (("meishan", -2), ("mabu", 0), ("education", 1), ("police", 5)):
        sent = submitted(agency, rows=4)
        Round.objects.filter(pk=scenes.latest(sent).pk).update(due_on=day + dt.timedelta(days=due))
    round_ = scenes.latest(sent)
    scenes.return_first(data_reviewer, round_, Side.DATA)
    ask(data_reviewer, round_, Side.DATA, scenes.keys_of(round_)[1])
    claims.touch(round_, Side.DATA, data_reviewer2)
    done = submitted("health", rows=2)
    scenes.accept(done, data_reviewer, police_reviewer)
    move(police_reviewer, scenes.latest(done).pk, "undo", "坐标整批偏移，须重测")
    Waiver.objects.create(
        submission=sent, kind="camera", row_key=1, code="C203", value="1", reason="-", asked_by=clerk_of("police")
    )
    visitor = Visitor(chromium, site, data_reviewer)
    visitor.look(reverse("review_queue"), "around-queue")
    page = visitor.look(reverse("review_queue") + "?tab=motions", "around-queue-motions")
    page.get_by_role("link", name=re.compile("^答复")).click()
    page.get_by_role("heading", name="公安局提出：撤销第 1 轮入库").wait_for()
    visitor.look(reverse("home"), "around-home")


def test_a_motion_is_made_and_agreed_to(
    chromium: Any, site: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    done = submitted("meishan", rows=5, platforms=[{}])
    scenes.accept(done, data_reviewer, police_reviewer)
    visitor = Visitor(chromium, site, data_reviewer)
    page = visitor.look(address("review", done), "around-bench-decided")
    page.get_by_role("link", name="提出重新开启或撤销入库").click()
    page.get_by_role("link", name="撤销第 1 轮入库").click()
    page.get_by_text("将从台账撤回 5 台摄像机").wait_for()
    assert_sound(page)
    page.get_by_label("理由").fill("坐标整批偏移，须重测")
    visitor.shoot("around-motion-propose")
    page.get_by_role("button", name="提出撤销第 1 轮入库").click()
    page.get_by_text("等待公安局答复").first.wait_for()
    assert_sound(page)
    visitor.shoot("around-motion-moved")
    other = Visitor(chromium, site, police_reviewer)
    page = other.look(address("review", done), "around-bench-motion")
    page.get_by_role("link", name="去答复").click()
    page.get_by_role("button", name="同意", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("将从台账撤回 5 台摄像机").wait_for()
    other.shoot("around-motion-confirm")
    dialog.get_by_role("button", name="同意").click()
    page.get_by_text("即时生效。本件已交回填报单位").wait_for()
    assert_sound(page)
    other.shoot("around-motion-done")
    assert Motion.objects.get().answer == Motion.Answer.AGREED


def test_power_is_lent_and_given_back(chromium: Any, site: str, data_reviewer: Person) -> None:
    deputy = make_person("deputy", "data-bureau")
    submitted("meishan", rows=2)
    visitor = Visitor(chromium, site, data_reviewer)
    page = visitor.look(reverse("delegations"), "around-delegations-empty")
    page.get_by_label("受托人").select_option(str(deputy.pk))
    page.get_by_label("至（含当天）").fill((today() + dt.timedelta(days=3)).isoformat())
    page.get_by_label("事由").fill("出差")
    page.get_by_role("button", name="委托", exact=True).click()
    page.get_by_text("已委托").wait_for()
    assert_sound(page)
    visitor.shoot("around-delegations")
    received = Visitor(chromium, site, deputy)
    received.look(reverse("review_queue"), "around-queue-deputy")
    page = received.look(reverse("delegations"), "around-delegations-deputy")
    page.get_by_role("button", name="交回").click()
    page.get_by_role("dialog").get_by_role("button", name="交回").click()
    page.get_by_text("已把委托交回").wait_for()
    assert Delegation.objects.get().revoked_by == deputy


def test_questions_are_answered(chromium: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    sent = submitted("meishan", rows=6)
    round_ = scenes.latest(sent)
    ask(data_reviewer, round_, Side.DATA, *scenes.keys_of(round_)[:3])
    ask(police_reviewer, round_, Side.POLICE, *scenes.keys_of(round_)[2:4])
    visitor = Visitor(chromium, site, clerk_of("meishan"))
    page = visitor.look(reverse("submission", args=[sent.pk]), "around-questions")
    asked = Verdict.objects.order_by("pk")
    for one in asked[:2]:
        form = page.locator(f"#question-{one.pk}")
        form.get_by_role("textbox").fill("壁装，在供销社外墙，离地 4 米")
        form.get_by_role("button", name="答复").click()
        page.locator(f"#question-{one.pk}").get_by_text("壁装，在供销社外墙").wait_for()
    assert_sound(page)
    visitor.shoot("around-questions-answered")
    assert Answer.objects.count() == 2


def test_the_record_on_screen_and_on_paper(
    chromium: Any, site: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    deputy = make_person("deputy", "data-bureau")
    delegate(data_reviewer, deputy, "data", today(), today() + dt.timedelta(days=1), "出差")
    sent = submitted("meishan", rows=30, platforms=[{}], picture=True)
    round_ = scenes.latest(sent)
    ask(police_reviewer, round_, Side.POLICE, *scenes.keys_of(round_)[3:5])
    answer_question(clerk_of("meishan"), Verdict.objects.order_by("pk")[0].pk, "壁装，在供销社外墙，离地 4 米")
    keys = scenes.keys_of(round_)[3:5]
    mark(police_reviewer, round_.pk, Side.POLICE, Decision.PASS, version_hash=round_.version_hash, keys=keys)
    samples.draw(deputy, round_.pk, Side.DATA, 5, version_hash=round_.version_hash)
    scenes.send_back(sent, deputy, police_reviewer)
    scenes.mended(sent)
    scenes.accept(sent, deputy, police_reviewer)
    move(police_reviewer, scenes.latest(sent).pk, "reopen", "单位来函更正两处名称")
    visitor = Visitor(chromium, site, data_reviewer)
    page = visitor.look(address("review_record", sent), "around-record")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    if SHOTS:
        (Path(SHOTS) / "around-record.pdf").write_bytes(paper)
