"""Every part of the look in a real browser at 1366x768, under the site's own content security policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e import browser as real

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("look")]
PAGES = sorted(path.stem for path in (Path(__file__).parent / "pages").glob("*.html"))

LARGE = ("detail", "findings", "form", "progress", "table", "todo")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *[(name, "1") for name in LARGE],
        *[
            pytest.param(name, size, marks=pytest.mark.nightly)
            for name, size in [
                *[(name, "1") for name in [*PAGES, "form?bad=1"] if name not in LARGE],
                ("table", "2"),
                *[(name, "3") for name in LARGE],
            ]
        ],
    ],
)
def test_sound_at_every_size(name: str, size: str, gallery: str, visitor: BrowserContext) -> None:
    visitor.add_cookies([{"name": "size", "value": size, "url": gallery}])
    page = real.new_page(visitor)
    page.goto(gallery + name)
    expect(page.locator("html")).to_have_attribute("data-size", size)
    real.assert_sound(page)
    page.close()


@pytest.mark.parametrize("status", [403, 409, 500])
def test_refusals_are_sound(status: int, gallery: str, page: Page) -> None:
    page.goto(f"{gallery}refuse/{status}")
    real.assert_sound(page, expect_console=(f"status of {status}",))


@pytest.mark.parametrize("name", ["todo", "table", "form", "progress", "detail"])
def test_a_narrow_window_does_not_scroll_sideways(name: str, gallery: str, page: Page) -> None:
    page.set_viewport_size({"width": 640, "height": 800})
    page.goto(gallery + name)
    assert real.too_wide(page) is None
    assert real.clipped(page) == []


# --- the helpers themselves: a check that cannot fail checks nothing
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        ("document.querySelector('.panel').style.width = '3000px'", "scrolls sideways"),
        (
            "Object.assign(document.querySelector('.todo-what').style,"
            " {width: '60px', flex: 'none', whiteSpace: 'nowrap', overflow: 'hidden'})",
            "clips",
        ),
        (
            "Object.assign(document.querySelector('.todo-what').style,"
            " {width: '60px', flex: 'none', whiteSpace: 'nowrap'})",
            "spills",
        ),
        (
            "Object.assign(document.querySelector('.todo .btn').style, {minHeight: '10px', height: '10px'})",
            "small",
        ),
        ("document.querySelector('.campaign').style.transform = 'translateX(600px)'", "overlap"),
        ("document.querySelector('.muted').style.color = '#bbb'", "color-contrast"),
        ("document.querySelector('main h1').outerHTML = '<p>x</p>'", "page-has-heading-one"),
        ("console.error('oh')", "console: error: oh"),
        ("setTimeout(() => { throw new Error('ouch') })", "exception"),
    ],
)
def test_a_spoiled_page_is_noticed(spoil: str, complaint: str, gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    page.evaluate(f"() => {{ {spoil} }}")
    with pytest.raises(AssertionError, match=complaint):
        real.assert_sound(page)


def test_the_policy_refuses_what_is_inline(gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    page.evaluate("document.querySelector('main').setAttribute('style', 'color: red')")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        real.assert_sound(page)


# --- keyboard
def test_the_keyboard_goes_in_order(gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 8) || document.activeElement.id"))
    assert seen == ["跳到正文", "金寨视频资源管理", "top-search", "A", "A+", "A++", "县数据政务局 数", "待办4 项待办"]


def test_the_skip_link_leads_to_the_content(gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".todo a").first).to_be_focused()


def test_focus_can_be_seen_on_every_stop(gallery: str, page: Page) -> None:
    page.goto(gallery + "form")
    for _ in range(25):
        page.keyboard.press("Tab")
        shown = page.evaluate("""() => {
          const one = document.activeElement;
          const zone = one.closest(".drop");
          const drawn = zone && one.type === "file" ? zone.querySelector(".btn") : one;
          const style = getComputedStyle(drawn);
          return one === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none";
        }""")
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_slash_leads_to_the_search_but_not_while_typing(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#f-q").focus()
    page.keyboard.press("/")
    expect(page.locator("#f-q")).to_have_value("/")


def test_the_menu_opens_and_closes(gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    summary, items = page.locator(".menu > summary"), page.locator(".menu-list")
    summary.focus()
    page.keyboard.press("Enter")
    expect(items).to_be_visible()
    real.assert_sound(page)
    page.keyboard.press("Escape")
    expect(items).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(items).to_be_hidden()


# --- size
def test_the_size_is_changed_and_remembered(gallery: str, page: Page) -> None:
    page.goto(gallery + "todo")
    before = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    page.get_by_role("button", name="A++ 特大字号").click()
    after = page.locator("h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert after == pytest.approx(before * 1.5)
    page.goto(gallery + "table")
    expect(page.locator("html")).to_have_attribute("data-size", "3")
    expect(page.get_by_role("button", name="A++ 特大字号")).to_have_attribute("aria-pressed", "true")


# --- forms
def test_a_file_is_chosen_and_shown(gallery: str, page: Page) -> None:
    page.goto(gallery + "form")
    page.locator("#id_file").set_input_files({"name": "梅山镇.xlsx", "mimeType": "x/y", "buffer": b"x" * 900})
    expect(page.locator(".drop-name")).to_have_text("梅山镇.xlsx900 字节")
    page.locator("#id_file").set_input_files({"name": "大.xlsx", "mimeType": "x/y", "buffer": b"x" * 2048})
    expect(page.locator(".drop-name")).to_contain_text("2 KB，超过 1000 字节，系统收不下。请另选文件。")
    real.assert_sound(page)


def test_a_file_is_dropped(gallery: str, page: Page) -> None:
    page.goto(gallery + "form")
    page.evaluate("""() => {
      const data = new DataTransfer();
      data.items.add(new File(["12345"], "拖来的.xls"));
      data.items.add(new File(["1"], "第二个.xls"));
      const zone = document.querySelector("div[data-drop]");
      for (const type of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }""")
    expect(page.locator(".drop-name")).to_have_text("拖来的.xls5 字节")
    expect(page.locator(".drop")).not_to_have_class("is-over")
    assert page.locator("#id_file").evaluate("one => [...one.files].map((file) => file.name)") == ["拖来的.xls"]


def test_the_keyboard_opens_the_file_picker(gallery: str, page: Page) -> None:
    # Listening begins before the page is there: switched on at the key press it can come too late for it.
    page.on("filechooser", lambda chooser: None)
    page.goto(gallery + "form")
    page.locator("#id_file").focus()
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files({"name": "一.xls", "mimeType": "x/y", "buffer": b"1"})
    expect(page.locator(".drop-name")).to_contain_text("一.xls")
    with page.expect_file_chooser() as chosen:
        page.locator(".drop").get_by_text("选择文件", exact=True).click()
    chosen.value.set_files({"name": "二.xls", "mimeType": "x/y", "buffer": b"1"})
    expect(page.locator(".drop-name")).to_contain_text("二.xls")


def test_without_script_the_file_input_is_plain(gallery: str, chromium: Browser) -> None:
    context = real.new_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery + "form")
    expect(page.locator("#id_file")).to_be_visible()
    expect(page.locator(".drop-face")).to_be_hidden()
    context.close()


def test_a_form_is_posted_once_and_with_everything(gallery: str, page: Page) -> None:
    page.goto(gallery + "form")
    sent: list[bytes] = []
    page.on(
        "request", lambda request: sent.append(request.post_data_buffer or b"") if request.method == "POST" else None
    )
    page.locator("#id_days").fill("30")
    page.evaluate("""() => {
      const button = document.querySelector("button[value=upload]");
      button.form.action = "/look/quiet";
      button.click();
      button.click();
      button.form.requestSubmit(button);
    }""")
    expect(page.get_by_role("button", name="处理中…")).to_be_disabled()
    expect(page.get_by_role("button", name="作废")).to_be_disabled()
    assert len(sent) == 1
    assert b'name="act"\r\n\r\nupload' in sent[0]
    assert b'name="days"\r\n\r\n30' in sent[0]


def test_the_error_summary_has_the_focus_and_leads_to_the_field(gallery: str, page: Page) -> None:
    page.goto(gallery + "form?bad=1")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="视频存储时长").click()
    expect(page.locator("#id_days")).to_be_focused()
    expect(page.locator("#id_days")).to_be_in_viewport()
    page.get_by_role("link", name="资金来源").click()
    expect(page.locator("#div_id_funding")).to_be_in_viewport()


def test_a_destructive_act_asks_and_names_the_count(gallery: str, page: Page) -> None:
    page.goto(gallery + "form")
    button = page.get_by_role("button", name="作废")
    button.click()
    dialog = page.get_by_role("dialog", name="作废第 2 版（312 行）？")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="取消")).to_be_focused()
    real.assert_sound(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    assert page.url.endswith("/look/form")
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="作废").click()
    page.wait_for_url("**/look/echo")
    assert "act=discard" in page.locator("#echo").inner_text()


# --- lists
def test_ticks_say_their_count(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    said, act = page.locator("[data-tick-count]"), page.get_by_role("button", name="通过")
    expect(said).to_have_text("已选 0 条（本页 40 条）")
    expect(act).to_be_disabled()
    page.get_by_label("选择 JZ-C-000002").check()
    expect(said).to_have_text("已选 1 条（本页 40 条）")
    expect(act).to_be_enabled()
    whole = page.get_by_label("本页全选")
    assert whole.evaluate("one => one.indeterminate")
    whole.check()
    expect(said).to_have_text("已选 40 条（本页 40 条）")
    real.assert_sound(page)
    page.get_by_label("选择 JZ-C-000001").uncheck()
    act.click()
    page.wait_for_url("**/look/echo")
    assert "ids=40" in page.locator("#echo").inner_text()


def test_the_head_and_the_first_columns_stay(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    page.set_viewport_size({"width": 1000, "height": 700})
    page.locator(".data-wrap").evaluate("one => one.scrollTo(300, 400)")
    wrap = page.locator(".data-wrap").bounding_box()
    head = page.locator("thead th").nth(2).bounding_box()
    number = page.locator("tbody tr").nth(15).locator("th").bounding_box()
    assert wrap and head and number
    assert head["y"] == pytest.approx(wrap["y"], abs=2)
    assert number["x"] == pytest.approx(wrap["x"] + 40, abs=2)


def test_a_copied_code_has_no_spaces(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    copied = page.evaluate("""() => {
      getSelection().selectAllChildren(document.querySelector(".code20"));
      return getSelection().toString();
    }""")
    assert copied == "34152401001320000001"


def test_a_two_line_cell_opens_with_the_focus(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    page.set_viewport_size({"width": 900, "height": 700})
    cell = page.locator(".two-lines").nth(2)
    assert cell.evaluate("one => one.scrollHeight > one.clientHeight")
    cell.focus()
    assert cell.evaluate("one => one.scrollHeight <= one.clientHeight")


def test_a_long_list_of_chips_opens(gallery: str, page: Page) -> None:
    page.goto(gallery + "findings")
    more = page.get_by_role("button", name="还有 32 处")
    expect(page.get_by_role("link", name="H59")).to_be_hidden()
    more.click()
    expect(page.get_by_role("link", name="H59")).to_be_visible()
    expect(page.get_by_role("button", name="收起")).to_have_attribute("aria-expanded", "true")


# --- print
def test_paper_has_title_unit_and_no_navigation(gallery: str, page: Page) -> None:
    page.goto(gallery + "table")
    page.emulate_media(media="print")
    for gone in (".topbar", ".side", ".filter-bar", ".toolbar", ".pager ul", ".tick", ".page-next"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".print-head")).to_contain_text("县数据政务局")
    expect(page.locator(".print-head")).to_contain_text("打印时间")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".data-wrap").evaluate("one => one.scrollHeight <= one.clientHeight + 1")
