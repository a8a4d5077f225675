"""What finding hands over: groups of things that might be integrated, each explained, and where cameras are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

GroupKind = Literal["duplicate", "pole_share", "one_pole", "platform_merge", "leased"]
ThingKind = Literal["camera", "pole", "platform"]

KINDS: tuple[GroupKind, ...] = ("duplicate", "pole_share", "one_pole", "platform_merge", "leased")
KIND_WORDS: Mapping[GroupKind, str] = {
    "duplicate": "重复点位",
    "pole_share": "可共用的杆件",
    "one_pole": "同杆多机",
    "platform_merge": "可合并的平台",
    "leased": "租用与自建并存",
}


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One registered thing of a group, by its surrogate id."""

    kind: ThingKind
    id: int


@dataclass(frozen=True, slots=True)
class Group:
    """Things that might be integrated, and why.

    `members`: the one that stays first, then by kind and id. `distance_m`: the largest step from a member to its
    nearest link in the group, None where distance plays no part. `sure`: False for what may be read in two ways; it is
    explained and left to people. `reasons`: clauses in Chinese, without full stops. `suggested`: a measure of the
    sheet's vocabulary for each member; empty for what is not sure. `stays`: the member that the others give way to.
    """

    kind: GroupKind
    members: tuple[Member, ...]
    distance_m: float | None
    sure: bool
    reasons: tuple[str, ...]
    suggested: Mapping[Member, str] = field(default_factory=dict)
    stays: Member | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A township where a kind of place has no working camera, or far fewer than the county's townships usually have.

    `township`: 9-digit code; `place_kind`: code; `usual`: the median of the townships that have any. `sure`: False
    where the township may have no such place at all.
    """

    township: str
    place_kind: str
    cameras: int
    usual: float
    sure: bool
    reasons: tuple[str, ...]
