"""Walk a site as one person: every page that links lead to, a few of each route, each judged and photographed."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page, Request

from tests.e2e.browser import assert_sound, troubles


@dataclass(frozen=True)
class Limits:
    """Pages visited of each route by each role, and how often the pages of a route are judged, over all roles.

    Pages that are not judged are read without being drawn: their links count, and that they come.
    """

    visits: int = 1
    looks: int = 1


SKIPPED = {
    "template",
    "camera_export",
    "pole_export",
    "platform_export",
    "platform_export_missing",
    "source_file",
    "original",
    "source_file_annotated",
    "submission_scan_file",
    "submission_scan",
    "journal_export",
    "journal_heads_export",
    "change_evidence",
    "carrying_evidence",
    "plan_issue_file",
    "plan_part_file",
}
"""Downloads and pictures."""
_LINK = re.compile(r"""<a\b[^>]*?\shref=["']([^"']*)["']""")


@contextmanager
def watched(page: Page, origin: str) -> Iterator[list[str]]:
    """What the browser asks of anybody but this origin meanwhile: pictures, styles, scripts, data, pages, sockets."""
    found: list[str] = []

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob", "about") and not url.startswith(f"{origin}/"):
            found.append(url)

    def requested(request: Request) -> None:
        asked(request.url)

    page.context.on("request", requested)
    page.on("websocket", lambda socket: asked(socket.url))
    yield found
    page.context.remove_listener("request", requested)


def walk(page: Page, photos: Path, judged: Counter[str], limits: Limits) -> tuple[list[str], list[str]]:
    """Start at home and follow links within the site; (routes seen, complaints). `judged` counts over all roles.

    A request to anybody but the site's own origin is a complaint, on whatever page.
    """
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    with watched(page, origin) as elsewhere:
        routes, complaints = _walk(page, origin, photos, judged, limits)
    return routes, complaints + [f"asked elsewhere: {url}" for url in elsewhere]


def _walk(page: Page, origin: str, photos: Path, judged: Counter[str], limits: Limits) -> tuple[list[str], list[str]]:
    waiting, seen, counted = deque(["/"]), {"/"}, Counter[str]()
    complaints = []
    photos.mkdir(parents=True, exist_ok=True)
    while waiting:
        path = waiting.popleft()
        name = _route(path)
        if name is None or name in SKIPPED or counted[name] >= limits.visits:
            continue
        counted[name] += 1
        look = judged[name] < limits.looks
        judged[name] += look
        response = page.goto(origin + path) if look else page.request.get(origin + path)
        assert response is not None
        if response.status != 200:
            complaints.append(f"{path}: {response.status}")
            troubles(page)
            continue
        if look:
            page.screenshot(path=photos / f"{name}-{counted[name]}.png")
            try:
                assert_sound(page)
            except AssertionError as error:
                complaints.append(f"{path}: {error}")
        for link in _LINK.findall(response.text()):
            address = urldefrag(urljoin(response.url, unescape(link))).url
            if address.startswith(origin + "/"):
                further = address.removeprefix(origin)
                if further not in seen:
                    seen.add(further)
                    waiting.append(further)
    return sorted(counted), complaints


def _route(path: str) -> str | None:
    try:
        return resolve(urlsplit(path).path).url_name
    except Resolver404:
        return None
