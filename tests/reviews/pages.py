"""How tests read the workbench's page."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from reviews.models import Case

JSON = {"accept": "application/json"}


def url_of(case: Case, name: str = "review") -> str:
    return reverse(name, args=[case.pk])


def read(client: Client, case: Case, **params: str) -> str:
    answer = client.get(url_of(case), params)
    assert answer.status_code == 200
    return answer.content.decode()


def read_row(client: Client, case: Case, key: int, **params: str) -> str:
    answer = client.get(url_of(case, "review_row"), {"row": str(key), **params})
    assert answer.status_code == 200
    return text(answer.content.decode())


def names(page: str) -> list[str]:
    """The rows of the list, in their order."""
    return [found.strip() for found in re.findall(r'<span class="queue-name">([^<]+)</span>', page)]


def places(page: str) -> list[str]:
    return [found.strip() for found in re.findall(r'<span class="queue-place">([^<]+)</span>', page)]


def reasons(page: str) -> dict[str, list[str]]:
    """Row -> why it stands where it does."""
    found = {}
    for row in re.findall(r'<li class="queue-row.*?</li>', page, re.DOTALL):
        why = re.search(r'<span class="queue-why">(.*?)</span>\s*</a>', row, re.DOTALL)
        found[names(row)[0]] = re.findall(r"<span[^>]*>([^<]+)</span>", why[1] if why else "")
    return found


def figures(page: str) -> dict[str, int]:
    """The totals with the filters that they are."""
    found = re.findall(r'<a class="chip[^"]*" href="[^"]*"[^>]*>(\S+) <b[^>]*>([\d,]+)</b></a>', page)
    return {label: int(count.replace(",", "")) for label, count in found}


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def post(client: Client, case: Case, name: str, told: dict[str, Any]) -> Any:
    """An act as the page's script sends it."""
    return client.post(url_of(case, name), told, headers=JSON)
