"""A real browser for tests, and what every page must satisfy in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

# The synchronous driver keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZE = {"width": 1366, "height": 768}
PATIENCE = 30_000
"""Milliseconds until a page that does not come counts as failed: no measure of speed, a busy machine has time, too."""
expect.set_options(timeout=PATIENCE)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

_TOO_WIDE = """() => {
  const root = document.documentElement;
  return root.scrollWidth > root.clientWidth ? [root.scrollWidth, root.clientWidth] : null;
}"""
_CLIPPED = """() => {
  const holdsText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const inline = (element) => getComputedStyle(element).display === "inline";
  const showsText = (element) => holdsText(element)
    || [...element.children].some((child) => inline(child) && showsText(child));
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!element.getClientRects().length) continue;
    if (element.closest(".visually-hidden, .skip, .tabulator, .leaflet-container")) continue;
    if (["INPUT", "SELECT", "TEXTAREA", "OPTION", "PROGRESS"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const scrolls = ["auto", "scroll"];
    const cut = (overflow, over) => over && !scrolls.includes(overflow) && overflow !== "visible";
    const wide = cut(style.overflowX, element.scrollWidth > element.clientWidth + 1);
    const tall = cut(style.overflowY, element.scrollHeight > element.clientHeight + 1) && element.tabIndex < 0;
    if (wide || tall) found.push(element.outerHTML.slice(0, 160));
    if (showsText(element) && style.display.startsWith("inline") === false && style.overflowX === "visible"
        && style.position !== "absolute" && element.scrollWidth > element.clientWidth + 1
        && !element.closest(".data-wrap, .code20")) found.push("spills: " + element.outerHTML.slice(0, 160));
  }
  return found;
}"""
_OVERLAPPING = """() => {
  // From the top, in this very moment: an anchor may have scrolled the page's head under the bar, which is no overlap.
  scrollTo({ top: 0, behavior: "instant" });
  const shown = [...document.querySelectorAll(".topbar *, .page-head *, .toolbar *, .filter-bar *, .panel-title *")]
    .filter((one) => one.getClientRects().length && !one.closest(".visually-hidden, .menu-list"))
    .filter((one) => getComputedStyle(one).position !== "absolute")
    .filter((one) => one.tagName === "INPUT"
      || [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  const boxes = shown.map((one) => one.getBoundingClientRect());
  const found = [];
  for (let a = 0; a < shown.length; a += 1)
    for (let b = a + 1; b < shown.length; b += 1) {
      if (shown[a].contains(shown[b]) || shown[b].contains(shown[a])) continue;
      const wide = Math.min(boxes[a].right, boxes[b].right) - Math.max(boxes[a].left, boxes[b].left);
      const tall = Math.min(boxes[a].bottom, boxes[b].bottom) - Math.max(boxes[a].top, boxes[b].top);
      if (wide > 2 && tall > 2) found.push([a, b].map((one) => shown[one].outerHTML.slice(0, 100)).join(" / "));
    }
  return found;
}"""
_SMALL_BUTTONS = """() => [...document.querySelectorAll("button, .btn, summary")]
  .filter((one) => one.getClientRects().length && !one.closest(".visually-hidden"))
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 24 || box.width < 20; })
  .map((one) => one.outerHTML.slice(0, 120))"""
_AXE_RUN = """async () => {
  scrollTo({ top: 0, behavior: "instant" });  // as in the check above
  const answer = await axe.run(document, {
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return answer.violations.map((one) => ({
    id: one.id,
    help: one.help,
    nodes: one.nodes.map((node) => node.target.join(" ") + " :: " + node.html.slice(0, 200)),
  }));
}"""


@contextmanager
def launch() -> Iterator[Browser]:
    """Chromium without a window; closed at the end.

    The driver's event loop gives Django a connection of its own, which an earlier visit may have left leading into a
    database that is gone by now.
    """
    with sync_playwright() as driver:
        if not connection.in_atomic_block:
            connection.close()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh visitor at 1366x768 in Chinese; the pages' CSP stays in force."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


def new_page(context: BrowserContext) -> Page:
    """A page that remembers its console errors, uncaught exceptions and requests that went elsewhere."""
    page = context.new_page()
    troubles: list[str] = []
    page.__dict__["troubles"] = troubles

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            troubles.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    page.on("console", heard)
    page.on("pageerror", lambda error: troubles.append(f"exception: {error}"))
    return page


def troubles(page: Page) -> list[str]:
    """What the console has said so far on this page, and forget it."""
    heard: list[str] = page.__dict__["troubles"]
    said = list(heard)
    heard.clear()
    return said


def too_wide(page: Page) -> list[int] | None:
    """[needed, given] when the page scrolls sideways."""
    answer: list[int] | None = page.evaluate(_TOO_WIDE)
    return answer


def clipped(page: Page) -> list[str]:
    """Elements whose text is cut off or spills out of its box. Two-line cells that open on focus are fine."""
    found: list[str] = page.evaluate(_CLIPPED)
    return found


def overlapping(page: Page) -> list[str]:
    """Pairs of words or inputs in the bars and headings that lie over each other."""
    found: list[str] = page.evaluate(_OVERLAPPING)
    return found


def small_targets(page: Page) -> list[str]:
    """Buttons lower than 24 or narrower than 20 CSS pixels."""
    found: list[str] = page.evaluate(_SMALL_BUTTONS)
    return found


def axe_violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds: WCAG 2.2 A and AA, and best practices."""
    page.evaluate(f"window.axe || (() => {{ {AXE} }})()")  # only where it is asked: every page would have to read it
    found: list[dict[str, Any]] = page.evaluate(_AXE_RUN)
    return found


def assert_sound(page: Page, *, expect_console: tuple[str, ...] = ()) -> None:
    """No sideways scrolling, no clipped or overlapping text, no console error, nothing for axe.

    `expect_console`: fragments of console lines that this page is meant to cause (the browser reports each refused
    request), which are not held against it.
    """
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => true)")
    said = [one for one in troubles(page) if not any(expected in one for expected in expect_console)]
    assert not said, "console: " + "\n".join(said)
    assert too_wide(page) is None, f"{page.url} scrolls sideways: {too_wide(page)}"
    assert not clipped(page), f"{page.url} clips: " + "\n".join(clipped(page))
    assert not overlapping(page), f"{page.url} overlap: " + "\n".join(overlapping(page))
    assert not small_targets(page), f"{page.url} small targets: " + "\n".join(small_targets(page))
    assert not (found := axe_violations(page)), f"{page.url} axe: " + "\n".join(map(str, found))
