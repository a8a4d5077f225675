"""Work beside the cases that waits for reviewers as well: apps above name it, the queue leads to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from agencies.models import Person


@dataclass(frozen=True)
class Beside:
    """`label`: what waits, as in "豁免待批"; `url_name`: the page where it is done; `count`: how much for a person."""

    label: str
    url_name: str
    count: Callable[[Person], int]


_known: dict[str, Beside] = {}


def register(work: Beside) -> None:
    _known[work.url_name] = work


def waiting(person: Person) -> list[tuple[str, str, int]]:
    """(label, address, how many wait for the person) of each kind; a constant number of queries."""
    return [(work.label, reverse(work.url_name), work.count(person)) for work in _known.values()]
