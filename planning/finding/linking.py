"""From pairs to groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

MOST_MEMBERS = 20
"""A group that nobody could take in at a glance is cut off here, says so, and is left to people."""


class Link(NamedTuple):
    """Two things (by index) that belong together; `metres` is None where distance plays no part."""

    one: int
    other: int
    metres: float | None
    doubts: tuple[str, ...] = ()
    slip: bool = False


def joined(links: Iterable[Link]) -> dict[int, int]:
    """Each linked thing -> the least index of those it is linked with, directly or through others."""
    top: dict[int, int] = {}

    def root(at: int) -> int:
        while top.setdefault(at, at) != at:
            top[at] = at = top[top[at]]
        return at

    for link in links:
        one, other = root(link.one), root(link.other)
        top[max(one, other)] = min(one, other)
    return {at: root(at) for at in list(top)}


def groups(links: Sequence[Link]) -> list[tuple[list[int], list[Link]]]:
    """The members of each group in order, and the links between them; groups by their first member."""
    roots = joined(links)
    members: dict[int, list[int]] = {}
    for at, root in roots.items():
        members.setdefault(root, []).append(at)
    between: dict[int, list[Link]] = {root: [] for root in members}
    for link in links:
        between[roots[link.one]].append(link)
    return [(sorted(members[root]), between[root]) for root in sorted(members)]


def step(links: Iterable[Link]) -> float | None:
    """The largest distance from a member to the nearest one that it is linked with."""
    nearest: dict[int, float] = {}
    for link in links:
        if link.metres is not None:
            for at in (link.one, link.other):
                nearest[at] = min(nearest.get(at, link.metres), link.metres)
    return max(nearest.values()) if nearest else None


def counted(words: Mapping[str, int]) -> str:
    """在用 2 台、停用 1 台."""
    return "、".join(f"{word} {number} 台" for word, number in words.items() if number)


def metres_words(metres: float | None, members: int, unit: str) -> str:
    """How far apart, as a clause; `unit` counts the members."""
    if metres is None:
        return ""
    if metres < 0.5:
        return "坐标相同"
    return f"相距 {metres:.0f} 米" if members == 2 else f"{members} {unit}，相邻的相距都不超过 {metres:.0f} 米"
