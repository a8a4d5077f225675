"""What a test reads from a page of figures: every number that opens a list, and how many that list holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from agencies.models import Person

NUMBER = re.compile(r"\d[\d,]*")


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@dataclass(frozen=True)
class Link:
    """An anchor inside the page's content, with its text in one line."""

    href: str
    text: str

    @property
    def number(self) -> int:
        """The figure it shows: the first number of its text, before any denominator."""
        found = NUMBER.search(self.text)
        assert found, self
        return int(found.group().replace(",", ""))


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.found: list[Link] = []
        self.href: str | None = None
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self.inside += 1
        if tag == "a" and self.inside:
            self.href, self.text = dict(attrs).get("href"), []

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside -= 1
        if tag == "a" and self.href is not None:
            self.found.append(Link(self.href, " ".join("".join(self.text).split())))
            self.href = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def links(content: bytes) -> list[Link]:
    """The anchors of the page's main part."""
    parser = _Anchors()
    parser.feed(content.decode())
    return parser.found


LISTS = ("/progress/units/", "/progress/rows/", "/cameras/", "/poles/", "/platforms/")


def figures(content: bytes) -> list[Link]:
    """The anchors that lead to a list and show a number."""
    return [link for link in links(content) if urlsplit(link.href).path in LISTS and NUMBER.search(link.text)]


def list_count(client: Client, href: str) -> int:
    """How many the list says it holds; for units, as many as it shows."""
    response = client.get(href)
    assert response.status_code == 200, href
    told: Any = response.context
    if urlsplit(href).path == "/progress/rows/":
        return sum(int(report.rows) for report in told["reports"])
    if urlsplit(href).path != "/progress/units/":
        return int(told["total"].figure)
    count = int(told["page"].paginator.count)
    assert response.content.decode().count("data-unit=") == count
    return count
