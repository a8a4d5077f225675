"""The reviewers' pages in a real browser at 1366x768: sound in every scene, and one row returned by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from agencies.models import Person
from reviews.models import Side, Verdict
from tests.e2e.browser import assert_sound, launch, new_context, new_page
from tests.factories_inventory import submitted
from tests.reviews import bench_scenes, scenes

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]
SHOTS = os.environ.get("SHOTS")


class Visitor:
    """One person's window."""

    def __init__(self, browser: Any, site: str, person: Person) -> None:
        client = Client()
        client.force_login(person)
        self.site = site
        self.context = new_context(browser)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
        self.page = new_page(self.context)

    def look(self, path: str, shot: str = "") -> Page:
        """Open the page and require it to be sound."""
        answer = self.page.goto(self.site + path)
        assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"
        self.shoot(shot)
        assert_sound(self.page)
        return self.page

    def shoot(self, name: str) -> None:
        if SHOTS and name:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")
            self.page.screenshot(path=Path(SHOTS) / f"{name}-full.png", full_page=True)


@pytest.fixture
def browser(site: str) -> Iterator[Any]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def bench(submission: Any) -> str:
    return reverse("review", args=[scenes.case_of(submission).pk])


def test_queue_is_sound_when_full_and_when_empty(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, leader: Person
) -> None:
    visitor = Visitor(browser, site, data_reviewer)
    visitor.look(reverse("review_queue"), "queue-empty")
    for number, agency in enumerate(("meishan", "mabu", "education", "police")):
        submitted(agency, rows=number + 1)
    closed = submitted("guanmiao")
    scenes.pass_all(data_reviewer, scenes.latest(closed), Side.DATA)
    scenes.close_side(data_reviewer, scenes.latest(closed), Side.DATA)
    scenes.zero("health")
    scenes.accept(submitted("tiechong"), data_reviewer, police_reviewer)
    scenes.send_back(submitted("quanjun"), data_reviewer, police_reviewer)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_round SET opened_at = opened_at - id * interval '2 days' WHERE id < 4")
    page = visitor.look(reverse("review_queue"), "queue")
    assert page.locator("tbody tr").count() == 5
    for tab in ("under_way", "ended", "all"):
        visitor.look(f"{reverse('review_queue')}?tab={tab}", f"queue-{tab}")
    visitor.look(f"{reverse('review_queue')}?agency=mabu", "queue-agency")
    Visitor(browser, site, leader).look(reverse("review_queue"), "queue-leader")


def test_workbench_is_sound_and_a_row_is_returned_by_hand(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = bench_scenes.busy(data_reviewer, police_reviewer)
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(submission), "bench")
    visitor.look(f"{bench(submission)}?show=changed", "bench-changed")
    page = visitor.look(f"{bench(submission)}?show=taken", "bench-taken")
    page.get_by_role("checkbox", name="勾选 摄像机 第").first.check()
    page.get_by_label("退回理由或疑问").fill("编码抄错，请核对")
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator(".queue-row [data-said]").first).to_contain_text("退回")
    assert_sound(page)
    for part, count in (("camera", 65), ("left_out", 3)):
        visitor.look(f"{bench(submission)}?part={part}", f"bench-{part}")
        page.get_by_role("link", name="通过其余的").click()
        assert_sound(page)
        visitor.shoot(f"bench-bulk-{part}")
        page.get_by_role("button", name=f"通过这 {count} 行").click()
        page.get_by_text(f"已将 {count} 行标为通过").wait_for()
    visitor.shoot("bench-decided")
    page.get_by_role("button", name="办结本方审核").click()
    page.get_by_role("dialog").get_by_role("button", name="办结").click()
    page.get_by_text("本方已办结，等待对方办结").first.wait_for()
    assert_sound(page)
    visitor.shoot("bench-closed")
    assert Verdict.objects.filter(case=scenes.case_of(submission), side=Side.DATA, decision="return").count() == 1


def test_workbench_is_sound_at_every_stage(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, office: Person
) -> None:
    visitor = Visitor(browser, site, police_reviewer)
    zero = scenes.zero()
    visitor.look(bench(zero), "zero")
    returned = submitted("meishan", rows=3)
    scenes.send_back(returned, data_reviewer, police_reviewer)
    visitor.look(bench(returned), "ended-returned")
    scenes.mended(returned)
    visitor.look(bench(returned), "second-round")
    visitor.look(f"{bench(returned)}?round=1", "first-round")
    scenes.accept(returned, data_reviewer, police_reviewer)
    visitor.look(bench(returned), "ended-accepted")
    Visitor(browser, site, office).look(bench(returned), "ended-office")
    own = submitted("police", rows=2)
    visitor.look(bench(own), "own-side")
