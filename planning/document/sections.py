"""Sections that an app beside or above this one adds to the plan (接入). It registers itself in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agencies.models import Agency, Person

from .stock import Moved


@dataclass(frozen=True)
class Grid:
    """A table of words and whole numbers; whole numbers stand to the right."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | int]]


@dataclass(frozen=True)
class Section:
    """What is told under one heading. `named`: figures to be compared with the issue before, label -> value.

    `cameras`: how many live cameras it counted, where it did.
    """

    title: str
    paragraphs: Sequence[str] = ()
    grids: Sequence[Grid] = ()
    named: Sequence[tuple[str, int]] = ()
    cameras: int | None = None


Provider = Callable[[Person], Callable[[Agency | None], Section | None]]
"""Reads once for the person, then tells of the county (None) or of a unit; None where there is nothing to tell."""

_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Let `provider` fill the section of this name; registering it again replaces it."""
    _providers[name] = provider


class Sections:
    """All of them, read once."""

    def __init__(self, person: Person) -> None:
        self._tellers = [provider(person) for provider in _providers.values()]

    def of(self, agency: Agency | None, cameras: int) -> list[dict[str, Any]]:
        """As plain JSON, to be kept with the figures. Raises Moved where one has counted other than these cameras."""
        told = [teller(agency) for teller in self._tellers]
        for each in told:
            if each is not None and each.cameras not in (None, cameras):
                raise Moved(f"{each.title}: {each.cameras} cameras where there are {cameras}")
        return [
            {
                "title": each.title,
                "paragraphs": list(each.paragraphs),
                "grids": [
                    {"caption": grid.caption, "head": list(grid.head), "rows": [list(row) for row in grid.rows]}
                    for grid in each.grids
                ],
                "named": [list(pair) for pair in each.named],
            }
            for each in told
            if each is not None
        ]
