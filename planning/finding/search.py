"""All kinds of groups among given rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from audit.failures import Invalid
from cameras.neighbours import checked_metres

from .duplicates import duplicates, leased_beside_owned
from .groups import KINDS, Group, GroupKind
from .platforms import mergeable_platforms
from .poles import cameras_on_one_pole, shareable_poles
from .rows import CameraFacts, PlatformFacts, PoleFacts

Row = TypeVar("Row", CameraFacts, PoleFacts, PlatformFacts)


def find_in(
    kinds: Collection[GroupKind] = KINDS,
    *,
    cameras: Sequence[CameraFacts] = (),
    poles: Sequence[PoleFacts] = (),
    platforms: Sequence[PlatformFacts] = (),
    radius_m: float = 30,
    pole_radius_m: float = 20,
    low_use: int = 30,
) -> list[Group]:
    """Groups of these kinds among the rows, in a fixed order: by kind, sure ones first, the nearest first.

    Invalid for an unknown kind, or a distance that is none (nothing, negative, or more than anybody would call near).
    """
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise Invalid(f"没有这种查找：{'、'.join(unknown)}。")
    cameras, poles, platforms = _by_id(cameras), _by_id(poles), _by_id(platforms)
    checked_metres(radius_m)
    checked_metres(pole_radius_m)
    made = {
        "duplicate": lambda: duplicates(cameras, radius_m),
        "pole_share": lambda: shareable_poles(poles, cameras, pole_radius_m),
        "one_pole": lambda: cameras_on_one_pole(poles, cameras, radius_m),
        "platform_merge": lambda: mergeable_platforms(platforms, cameras, low_use),
        "leased": lambda: leased_beside_owned(cameras, radius_m),
    }
    found = [group for kind in KINDS if kind in kinds for group in made[kind]()]
    return sorted(found, key=_order)


def _by_id(rows: Sequence[Row]) -> list[Row]:
    """The same groups come out whatever the order the rows came in."""
    return sorted(rows, key=lambda row: row.id)


def _order(group: Group) -> tuple[int, bool, float, tuple[tuple[str, int], ...]]:
    members = tuple((member.kind, member.id) for member in group.members)
    return KINDS.index(group.kind), not group.sure, group.distance_m or 0.0, members
