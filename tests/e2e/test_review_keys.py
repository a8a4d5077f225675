"""The workbench in a real browser: by keys, by mouse and without script; refused in words, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from agencies.models import Person
from reviews.models import Decision, Sample, Side, Verdict
from reviews.services import close, mark
from tests.e2e.browser import assert_sound, launch, new_page, troubles
from tests.factories_inventory import submitted
from tests.reviews import scenes
from tests.reviews.bench_scenes import busy, camera
from tests.reviews.test_pages import Visitor

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]

FORBIDDEN, TAKEN, NEAR = "新城宾馆二楼男卫生间内", "梅山镇史河大道与新城路交叉口西北角球机", "梅山镇第一中学门前路口"


@pytest.fixture
def browser(site: str) -> Iterator[Any]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def bench(submission: Any) -> str:
    return reverse("review", args=[scenes.case_of(submission).pk])


def photograph(page: Page, name: str) -> None:
    photos = Path(settings.VAR_DIR) / "photos" / "bench"
    photos.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=photos / f"{name}.png")


def at_hand(page: Page, name: str) -> None:
    """This row is the one at hand, in the list and in full."""
    expect(page.locator(".queue-row.is-current .queue-name")).to_have_text(name)
    expect(page.locator("#bench-item h2")).to_have_text(name)


def said(page: Page, name: str) -> Any:
    return page.locator(".queue-row", has_text=name).locator("[data-said]")


def test_worked_by_keys(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = busy(data_reviewer, police_reviewer)
    case = scenes.case_of(submission)
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(submission))
    photograph(page, "list")
    at_hand(page, FORBIDDEN)

    # Return with a reason: r, the words, Enter; the next row is at hand, and nothing is posted by r alone.
    page.keyboard.press("r")
    expect(page.get_by_label("退回理由或疑问")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alerts")).to_contain_text("请写明退回理由")
    page.keyboard.type("装在室内，必须拆除")
    page.keyboard.press("Enter")
    at_hand(page, TAKEN)
    expect(said(page, FORBIDDEN)).to_contain_text("退回")
    expect(page.locator("[data-tally=done]")).to_have_text("1")
    expect(page.locator("[data-tally=return]")).to_have_text("1")

    # A taken code is not passed without a choice; the old values are those of the other unit.
    photograph(page, "collided")
    assert_sound(page)
    page.keyboard.press("a")
    expect(page.locator("#alerts")).to_contain_text("先选怎样处理")
    page.get_by_role("radio", name="各自独立").check()
    page.keyboard.press("a")
    at_hand(page, NEAR)
    expect(said(page, TAKEN)).to_contain_text("通过")

    # A question; then back with k, on with j; the reason of before is offered as number one.
    page.keyboard.press("q")
    page.keyboard.type("与县教育局登记的是否同一台")
    page.keyboard.press("Enter")
    expect(said(page, NEAR)).to_contain_text("疑问")
    at_hand(page, "梅山镇新城区农贸市场东门1号杆")
    page.keyboard.press("k")
    at_hand(page, NEAR)
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".bench-phrases .chip").first).to_contain_text("与县教育局登记的是否同一台")
    photograph(page, "phrases")
    page.keyboard.press("2")
    expect(page.get_by_label("退回理由或疑问")).to_have_value("装在室内，必须拆除")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("按键说明")
    photograph(page, "help")
    assert_sound(page)
    page.keyboard.press("Escape")

    # Ticks: three rows with the space bar and j, passed in one press, said with their count.
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press(" ")
    expect(page.locator("[data-about]")).to_have_text("勾选的 3 行")
    page.keyboard.press("a")
    expect(page.locator("[data-tally=pass]")).to_have_text("4")
    expect(page.locator("[data-about]")).to_have_text("当前这一行")
    expect(page.locator("[data-status]")).to_contain_text("已将 3 行标为通过。已审 5 / 69")

    # On to the next one without a word, over the end of the page and back.
    page.keyboard.press("n")
    page.keyboard.press("v")
    page.locator(".queue-row").last.get_by_role("link").click()
    at_hand(page, page.locator(".queue-row").last.locator(".queue-name").inner_text())
    page.keyboard.press("j")
    expect(page.locator(".bench-list-head")).to_contain_text("51–66 / 66 行")
    expect(page.locator("[data-place]")).to_have_text("第 51 / 66 行")
    page.keyboard.press("k")
    expect(page.locator(".bench-list-head")).to_contain_text("1–50 / 66 行")
    expect(page.locator("[data-place]")).to_have_text("第 50 / 66 行")
    page.reload()
    expect(page.locator("[data-place]")).to_have_text("第 50 / 66 行")

    current = Verdict.objects.filter(case=case, superseded_at=None, side="data")
    assert sorted(current.values_list("decision", flat=True)) == ["pass"] * 4 + ["question", "return"]
    assert current.get(choice="distinct").decision == "pass"
    assert not troubles(page)


def test_a_second_press_while_one_is_under_way_marks_one_row(browser: Any, site: str, data_reviewer: Person) -> None:
    submission = submitted("meishan", values=[camera(number) for number in range(1, 6)])
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(submission))
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator(".queue-row[data-own]")).not_to_have_count(0)
    page.wait_for_load_state("networkidle")
    marked = Verdict.objects.filter(case=scenes.case_of(submission)).count()
    assert marked == page.locator(".queue-row[data-own]").count()
    names = page.locator(".queue-row[data-own] .queue-name").all_inner_texts()
    assert names == page.locator(".queue-name").all_inner_texts()[:marked]


def test_the_map_shows_what_lies_around(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = busy(data_reviewer, police_reviewer)
    visitor = Visitor(browser, site, data_reviewer)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    page = visitor.look(f"{bench(submission)}?q=第一中学门前")
    at_hand(page, NEAR)
    drawn = page.locator(".bench-map path.leaflet-interactive")
    expect(drawn.first).to_be_visible()
    assert drawn.count() > 3
    expect(page.locator(".near li").first).to_contain_text("0 米 第一中学操场东侧 县教育局")
    page.goto(f"{site}{bench(submission)}?show=changed")
    expect(page.locator(".map-key .is-was")).to_be_visible()
    photograph(page, "moved")
    page.keyboard.press("m")
    page.goto(f"{site}{bench(submission)}?part=left_out")
    expect(page.locator(".bench-map path").first).to_be_visible()
    assert_sound(page)
    assert all(url.startswith((site, "data:")) for url in asked)


def test_what_is_refused_is_said_and_nothing_is_lost(
    browser: Any, site: str, data_reviewer: Person, data_reviewer2: Person
) -> None:
    submission = submitted("meishan", values=[camera(number) for number in range(1, 5)])
    round_ = scenes.latest(submission)
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(submission))

    # The line is down: the words stay, and the same press works when it is up again.
    def cut(route: Route) -> None:
        route.abort()

    page.route("**/return/", cut)
    page.keyboard.press("r")
    page.keyboard.type("编码抄错，请核对")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts")).to_contain_text("网络不通，这一步没有完成，写的内容都还在")
    expect(page.get_by_label("退回理由或疑问")).to_have_value("编码抄错，请核对")
    page.unroute("**/return/", cut)
    page.keyboard.press("Enter")
    expect(page.locator(".queue-row[data-own=return]")).to_have_count(1)
    expect(page.locator("#alerts")).to_be_empty()

    # A reason that says nothing comes back from the server in words.
    page.keyboard.press("r")
    page.keyboard.type("？？")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts")).to_contain_text("请写明理由，便于填报单位修改。")
    expect(page.get_by_label("退回理由或疑问")).to_have_value("？？")
    page.keyboard.press("Escape")

    # A colleague closes the side meanwhile: 409, in words, and the page can be fetched anew.
    mark(data_reviewer2, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash)
    close(data_reviewer2, round_.pk, Side.DATA, version_hash=round_.version_hash)
    page.keyboard.press("a")
    expect(page.locator("#alerts")).to_contain_text("本方已经办结，不能再改。")
    photograph(page, "refused")
    assert_sound(page, expect_console=("status of 409", "status of 422", "ERR_FAILED"))
    page.get_by_role("button", name="刷新页面").click()
    expect(page.locator(".page-next")).to_contain_text("本方已办结，等待对方办结")
    expect(page.locator("#decide")).to_have_count(0)


def test_bulk_pass_and_sampling(browser: Any, site: str, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = busy(data_reviewer, police_reviewer)
    visitor = Visitor(browser, site, data_reviewer)
    page = visitor.look(bench(submission))
    page.get_by_text("抽样").click()
    page.get_by_label("随机抽取").fill("12")
    photograph(page, "sample-ask")
    page.get_by_role("button", name="抽取").click()
    expect(page.locator(".bench-sampled")).to_contain_text("抽样 12 行：已审 0")
    page.keyboard.press("a")
    expect(page.locator("[data-tally=done]")).to_have_text("1")
    photograph(page, "sample")
    assert_sound(page)
    page.get_by_role("link", name="清除").click()
    page.get_by_role("link", name="通过无提醒的").click()
    left = 58 - Verdict.objects.filter(case=scenes.case_of(submission), superseded_at=None, side="data").count()
    button = page.get_by_role("button", name="通过这")
    assert f"通过这 {left} 行" in button.inner_text() or f"通过这 {left + 1} 行" in button.inner_text()
    count = int(button.inner_text().split()[1])
    assert_sound(page)
    photograph(page, "bulk")
    button.click()
    expect(page.get_by_text(f"已将 {count} 行标为通过")).to_be_visible()
    expect(page.locator("[data-tally=done]")).to_have_text(str(count + 1))
    assert Sample.objects.get().size == 12


def test_it_works_without_script(browser: Any, site: str, data_reviewer: Person) -> None:
    submission = submitted("meishan", values=[camera(number) for number in range(1, 4)])
    visitor = Visitor(browser, site, data_reviewer)
    plain = browser.new_context(java_script_enabled=False, storage_state=visitor.context.storage_state())
    page = new_page(plain)
    page.goto(site + bench(submission))
    rows = page.locator(".queue-row")
    rows.nth(1).get_by_role("link").click()
    expect(page.locator("#bench-item h2")).to_have_text(rows.nth(1).locator(".queue-name").inner_text())
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("请写明理由")
    page.fill("[name=reason]", "位置名称太笼统")
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.get_by_text("已将 1 行标为退回")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("退回")
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(2).get_by_role("checkbox").check()
    page.get_by_role("button", name="通过", exact=True).click()
    expect(page.get_by_text("已将 2 行标为通过")).to_be_visible()
    page.get_by_role("button", name="办结本方审核").click()
    expect(page.get_by_text("本方已办结，等待对方办结").first).to_be_visible()
    plain.close()


def test_every_state_is_sound(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, leader: Person, office: Person
) -> None:
    visitor = Visitor(browser, site, police_reviewer)
    words = "梅山镇史河大道与新城路交叉口西北角" * 6
    huge = submitted("meishan", values=[camera(1, name=words[:100], label=words * 20), camera(2)])
    page = visitor.look(bench(huge))
    photograph(page, "huge")
    zero = scenes.zero("mabu")
    page = visitor.look(bench(zero))
    photograph(page, "zero")
    page = visitor.look(f"{bench(huge)}?q=nobody")
    expect(page.get_by_text("没有符合条件的行")).to_be_visible()
    photograph(page, "nothing")
    scenes.send_back(huge, data_reviewer, police_reviewer)
    page = visitor.look(bench(huge))
    photograph(page, "ended")
    scenes.mended(huge)
    page = visitor.look(bench(huge))
    photograph(page, "second-round")
    visitor.look(f"{bench(huge)}?round=1")
    for person in (leader, office):
        reader = Visitor(browser, site, person)
        page = reader.look(bench(huge))
        expect(page.get_by_role("button", name="通过")).to_have_count(0)
        page.keyboard.press("j")
        page.keyboard.press("a")
    photograph(page, "reader")
    assert Verdict.objects.filter(case=scenes.case_of(huge), round=scenes.latest(huge)).count() == 0


@pytest.mark.parametrize("size", ["2", "3"])
def test_larger_type_is_sound(
    browser: Any, site: str, data_reviewer: Person, police_reviewer: Person, size: str
) -> None:
    submission = busy(data_reviewer, police_reviewer)
    visitor = Visitor(browser, site, data_reviewer)
    visitor.page.goto(site + bench(submission))
    visitor.page.locator(f"[data-size-to='{size}']").click()
    expect(visitor.page.locator("html")).to_have_attribute("data-size", size)
    page = visitor.look(f"{bench(submission)}?show=taken")
    photograph(page, f"size-{size}")
