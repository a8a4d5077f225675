"""What the map is coloured by: the field, and the list's filter that keeps the cameras of one colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cameras.lists import CAMERAS
from registry.filters import BLANK, BLANK_LABEL, OTHER, OTHER_LABEL, Filter
from registry.names import Names

SHOWN: Final = 8
"""Colours that can be told apart; what is rarer shares a grey one."""


@dataclass(frozen=True)
class Colouring:
    """`field` of a camera holds what the filter `key` of the list chooses by."""

    key: str
    title: str
    field: str

    @property
    def filter(self) -> Filter:
        return CAMERAS.filter_by_key[self.key]

    def known(self, names: Names) -> Mapping[str, str]:
        """Value in the address -> label, of all that the filter offers."""
        return dict(self.filter.options(names))

    def values(self, names: Names) -> Mapping[Any, str]:
        """What the field holds -> the filter's value for it."""
        if self.field == "owner":
            return {pk: code for code, pk in names.agency_ids.items()}
        return {value: value for value in self.known(names) if value not in (BLANK, OTHER)} | {"": BLANK}


COLOURINGS: Final = (
    Colouring("owner", "权属单位", "owner"),
    Colouring("kind", "场所类别", "place_kind"),
    Colouring("status", "状态", "status"),
    Colouring("measure", "整合方式", "measure"),
)
BY_KEY: Final = {one.key: one for one in COLOURINGS}


@dataclass(frozen=True)
class Colour:
    """One line of the legend: `values` of the filter, in colour `place` (0: what shares the grey one)."""

    place: int
    label: str
    count: int
    values: tuple[str, ...]


def legend(colouring: Colouring, counts: Mapping[str, int], names: Names) -> list[Colour]:
    """The most frequent values first, each in a colour of its own, then what shares the last. `counts`: by value."""
    labels = {BLANK: BLANK_LABEL, OTHER: OTHER_LABEL, **colouring.known(names)}
    order = sorted((value for value, count in counts.items() if count), key=lambda value: (-counts[value], value))
    own = order if len(order) <= SHOWN else order[: SHOWN - 1]
    told = [Colour(at, labels.get(value, value), counts[value], (value,)) for at, value in enumerate(own, 1)]
    rest: Sequence[str] = order[len(own) :]
    if rest:
        told.append(Colour(0, f"其余 {len(rest)} 项", sum(counts[value] for value in rest), tuple(rest)))
    return told
