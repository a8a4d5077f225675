"""All kinds of groups among given rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .groups import KINDS, Group, GroupKind
from .rows import CameraFacts, PlatformFacts, PoleFacts


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
    """Groups of these kinds among the rows, in a fixed order: by kind, sure ones first, the nearest first."""
    return []
