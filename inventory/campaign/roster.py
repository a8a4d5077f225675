"""The agencies of a survey in the groups that people think of: townships, the zone, county departments, others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agencies.models import Agency


@dataclass(frozen=True)
class Group:
    """`key` stands in addresses. `kinds` are values of Agency.Kind."""

    key: str
    label: str
    kinds: frozenset[str]


GROUPS: Final = (
    Group("township", "乡镇", frozenset({Agency.Kind.TOWNSHIP})),
    Group("zone", "经济开发区", frozenset({Agency.Kind.ZONE})),
    Group(
        "department",
        "县直部门",
        frozenset({Agency.Kind.DEPARTMENT, Agency.Kind.POLICE, Agency.Kind.DATA_BUREAU, Agency.Kind.OFFICE}),
    ),
    Group("other", "其他单位", frozenset({Agency.Kind.OTHER})),
)
GROUP_BY_KEY: Final = {group.key: group for group in GROUPS}
_GROUP_OF_KIND: Final = {kind: group for group in GROUPS for kind in group.kinds}


def group_of(kind: str) -> Group:
    """The group of an agency of this kind."""
    return _GROUP_OF_KIND[kind]


def rank(kind: str) -> int:
    """Where the group of an agency of this kind stands in order."""
    return GROUPS.index(group_of(kind))


def grouped(agencies: Iterable[Agency]) -> Sequence[tuple[Group, list[Agency]]]:
    """The agencies by group, in the order of the groups; empty groups are left out."""
    found: dict[str, list[Agency]] = {}
    for agency in agencies:
        found.setdefault(group_of(agency.kind).key, []).append(agency)
    return [(group, found[group.key]) for group in GROUPS if group.key in found]
