"""The reviewers' pages as a long day brings them: sixty cases, a thousand rows, loans, waits, a partial end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect

from agencies.models import Agency, Person
from inventory.models import Submission
from reviews.delegations import today
from reviews.models import Decision, Round, Side, Verdict
from reviews.services import answer_question, delegate, mark, move
from tests.e2e.browser import assert_sound, launch
from tests.factories import make_person
from tests.factories_inventory import clerk_of, make_campaign, submitted
from tests.reviews import scenes
from tests.reviews.bench_scenes import busy, camera
from tests.reviews.test_pages import Visitor

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]


@pytest.fixture
def browser(site: str) -> Iterator[Any]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def bench(submission: Any) -> str:
    return reverse("review", args=[scenes.case_of(submission).pk])


def photograph(page: Page, name: str, *, full: bool = False) -> None:
    photos = Path(settings.VAR_DIR) / "photos" / "review"
    photos.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=photos / f"{name}.png", full_page=full)


def test_a_queue_of_sixty(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    visitor = Visitor(browser, site, data_reviewer)
    photograph(visitor.look(reverse("review_queue")), "queue-empty")
    agencies = list(Agency.objects.values_list("code", flat=True))[:20]
    for turn in range(3):
        campaign = make_campaign(f"2024年第{turn + 1}次梳理整合")
        for agency in agencies:
            sent = submitted(agency, rows=1 + turn, campaign=campaign)
            days = len(agency) + turn - 6
            Round.objects.filter(pk=scenes.latest(sent).pk).update(due_on=today() + dt.timedelta(days=days))
    page = visitor.look(reverse("review_queue"))
    photograph(page, "queue-60")
    photograph(page, "queue-60-full", full=True)
    photograph(visitor.look(reverse("home")), "home-60")


def test_a_thousand_rows(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    sent = submitted("meishan", values=[camera(n) for n in range(1, 1001)], platforms=[{}], picture=True)
    round_ = scenes.latest(sent)
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(sent))
    photograph(page, "bench-1000")
    keys = scenes.keys_of(round_)
    mark(data_reviewer, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=keys[:400])
    photograph(visitor.look(f"{bench(sent)}?page=9"), "bench-1000-page-9")
    photograph(visitor.look(f"{bench(sent)}?order=place&part=camera"), "bench-1000-place")
    page.get_by_role("link", name="通过无提醒的").click()
    assert_sound(page)
    photograph(page, "bulk-1000")
    page = visitor.look(bench(sent))
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="回到这一行")).to_be_visible()
    expect(page.locator("[data-map-says]")).to_contain_text("共 1,000 行，图上是其中")
    assert_sound(page)
    photograph(page, "map-whole")
    page.keyboard.press("j")
    expect(page.get_by_role("button", name="回到这一行")).to_be_visible()
    photograph(page, "map-whole-next")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="看本次全部行")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_be_visible()
    photograph(page, "scan")
    assert_sound(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    photograph(page, "help")
    page.keyboard.press("Escape")
    page.get_by_text("抽样").click()
    photograph(page, "sample-ask")
    scenes.pass_all(data_reviewer, round_, Side.DATA)
    photograph(visitor.look(bench(sent)), "bench-1000-all-passed")
    page.get_by_role("button", name="办结本方审核").click()
    photograph(page, "close-confirm")
    page.get_by_role("dialog").get_by_role("button", name="办结").click()
    page.get_by_text("本方已办结").first.wait_for()
    assert_sound(page)
    photograph(page, "own-closed")
    scenes.return_first(police_reviewer, round_, Side.POLICE)
    scenes.pass_all(police_reviewer, round_, Side.POLICE)
    other = Visitor(browser, site, police_reviewer)
    photograph(other.look(bench(sent)), "other-closed")
    scenes.close_side(police_reviewer, round_, Side.POLICE)
    photograph(visitor.look(bench(sent)), "ended-partial")
    photograph(visitor.look(f"{bench(sent)}?said=return"), "ended-partial-returned")
    clerk = Visitor(browser, site, clerk_of("meishan"))
    page = clerk.look(reverse("submission", args=[sent.pk]))
    photograph(page, "submission-partial")
    photograph(page, "submission-partial-full", full=True)
    photograph(clerk.look(reverse("home")), "clerk-home-partial")
    scenes.mended(sent)
    photograph(other.look(bench(sent)), "second-round")


DOT = """() => {
  const canvas = document.querySelector(".leaflet-spread-pane canvas");
  const { width, height } = canvas;
  const seen = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const box = canvas.getBoundingClientRect();
  const own = document.querySelector(".bench-map").getBoundingClientRect();
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue, alpha] = seen.slice(4 * (y * width + x), 4 * (y * width + x) + 4);
      const at = [box.x + ((x + 0.5) * box.width) / width, box.y + ((y + 0.5) * box.height) / height];
      const inside = at[0] > own.x && at[0] < own.right && at[1] > own.y && at[1] < own.bottom;
      if (alpha === 255 && inside && green > red + 20 && document.elementFromPoint(...at) === canvas) return at;
    }
  return null;
}"""
"""Where a dot of a row is on the page: the first green point of the map's canvas that nothing lies over."""


def test_a_dot_on_the_map_opens_its_row(browser: Any, site: str, data_reviewer: Person) -> None:
    sent = submitted("meishan", values=[camera(number) for number in (1, 200, 400)])
    page = Visitor(browser, site, data_reviewer).look(f"{bench(sent)}?q=1号杆")
    expect(page.locator(".queue-row")).to_have_count(1)
    here = page.locator("#bench-item h2").inner_text()
    page.get_by_role("button", name="看本次全部行").click()
    expect(page.locator("[data-map-says]")).to_contain_text("图上是本次全部 3 行")
    page.mouse.click(*page.evaluate(DOT))
    expect(page.locator("#bench-item h2")).not_to_have_text(here)
    photograph(page, "map-opened")
    assert_sound(page)


def test_questions_loans_and_motions(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, leader: Person
) -> None:
    sent = busy(data_reviewer, police_reviewer)
    round_ = scenes.latest(sent)
    keys = scenes.keys_of(round_)
    why, of = "立杆还是壁装，请说明安装方式", round_.version_hash
    mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, keys=keys[3:7], version_hash=of, reason=why)
    answer_question(clerk_of("meishan"), Verdict.objects.latest("pk").pk, "壁装，在供销社外墙，离地 4 米")
    deputy = make_person("deputy", "data-bureau")
    delegate(data_reviewer, deputy, "data", today(), today() + dt.timedelta(days=3), "出差")
    visitor = Visitor(browser, site, deputy)
    photograph(visitor.look(reverse("home")), "deputy-home")
    photograph(visitor.look(reverse("review_queue")), "deputy-queue")
    photograph(visitor.look(bench(sent)), "deputy-bench")
    photograph(visitor.look(f"{bench(sent)}?said=question"), "questions-open")
    photograph(visitor.look(reverse("delegations")), "deputy-delegations")
    lender = Visitor(browser, site, data_reviewer)
    photograph(lender.look(reverse("delegations")), "delegations", full=True)
    clerk = Visitor(browser, site, clerk_of("meishan"))
    page = clerk.look(reverse("submission", args=[sent.pk]))
    photograph(page, "unit-questions")
    photograph(page, "unit-questions-full", full=True)
    boxes = page.locator("#questions textarea")
    boxes.nth(1).fill("与县教育局不是同一台，编码待查")
    boxes.nth(0).fill("在大堂入口，不在室内")
    page.get_by_role("button", name="答复").first.click()
    expect(page.locator("#questions")).to_contain_text("2 条待答复")
    expect(boxes.nth(0)).to_have_value("与县教育局不是同一台，编码待查")
    assert_sound(page)
    photograph(clerk.look(reverse("home")), "unit-home-questions")
    photograph(Visitor(browser, site, leader).look(bench(sent)), "leader-bench")
    done = submitted("mabu", rows=5, platforms=[{}])
    scenes.accept(done, data_reviewer, police_reviewer)
    photograph(lender.look(bench(done)), "accepted")
    address = reverse("review_motion", args=[scenes.case_of(done).pk])
    photograph(lender.look(address), "motion-propose")
    move(data_reviewer, scenes.latest(done).pk, "undo", "坐标整批偏移，须重测")
    photograph(lender.look(address), "motion-made")
    photograph(lender.look(bench(done)), "bench-motion-mine")
    other = Visitor(browser, site, police_reviewer)
    photograph(other.look(bench(done)), "bench-motion-to-answer")
    photograph(other.look(address), "motion-answer")
    photograph(other.look(reverse("review_queue") + "?tab=motions"), "queue-motions")


@pytest.mark.parametrize("size", ["2", "3"])
def test_larger_letters(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, size: str) -> None:
    sent: Submission = busy(data_reviewer, police_reviewer)
    visitor = Visitor(browser, site, data_reviewer)
    visitor.page.goto(site + reverse("review_queue"))
    visitor.page.locator(f"[data-size-to='{size}']").click()
    photograph(visitor.look(reverse("review_queue")), f"queue-size-{size}")
    page = visitor.look(f"{bench(sent)}?show=taken")
    photograph(page, f"bench-size-{size}")
    photograph(page, f"bench-size-{size}-full", full=True)
    photograph(visitor.look(reverse("review_record", args=[scenes.case_of(sent).pk])), f"record-size-{size}")
    photograph(visitor.look(reverse("delegations")), f"delegations-size-{size}")


def test_a_long_record_on_paper(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    """Every page of the table of returned rows has its head; the code is that of the content; nothing is cut off."""
    sent = submitted("meishan", values=[camera(number) for number in range(1, 91)], picture=True)
    round_ = scenes.latest(sent)
    reason, keys = "经度和平台导出的相差三百多米，请到现场重新测量后填写，并附测量时间。" * 2, scenes.keys_of(round_)
    mark(
        police_reviewer, round_.pk, Side.POLICE, Decision.RETURN,
        version_hash=round_.version_hash, keys=keys[:80], reason=reason,
    )  # fmt: skip
    for person, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        scenes.pass_all(person, round_, side)
        scenes.close_side(person, round_, side)
    page = Visitor(browser, site, data_reviewer).look(reverse("review_record", args=[scenes.case_of(sent).pk]))
    photograph(page, "record-long", full=True)
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    pages = [one.get_textpage().get_text_bounded() for one in document]
    for number, one in enumerate(document):
        photos = Path(settings.VAR_DIR) / "photos" / "review"
        one.render(scale=1.5).to_pil().save(photos / f"record-page-{number + 1}.png")
    codes = zxingcpp.read_barcodes(document[0].render(scale=200 / 72).to_pil())
    assert [code.text.split(":")[-1].lower() for code in codes] == [round_.version_hash]
    heads = [told.split().count("理由") for told in pages if "号杆" in told]
    assert len(heads) > 2 and set(heads) == {1}, heads
    assert all(f"第 1 轮，校验值 {round_.version_hash[:16]}" in told for told in pages), "a loose page says whose it is"
    whole = "".join(pages)
    assert round_.version_hash in whole.replace("\r\n", "") and str(data_reviewer) in whole
    assert sum(told.count("附测量时间") for told in pages) == 160
    assert all(f"第{number}页共{len(pages)}页" in told.replace(" ", "") for number, told in enumerate(pages, start=1))
