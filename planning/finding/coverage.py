"""Where cameras are missing: counts by township and kind of place against what is usual; no proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from sheets.kinds.places import ZONE, place_kinds, townships

from .groups import Gap

EVERYWHERE = frozenset({"office", "school", "medical", "road", "community"})
"""Kinds of place that every township has."""
USUAL_IN = 0.5
"""A kind of place is usual where at least this share of the townships has working cameras of it."""
FAR_FEWER = 0.25
"""Share of the usual number below which a township has far fewer."""
WORKING = ("在用", "维修", "")
"""Statuses of what works, for all that was said: who states none was not taken out of use."""
MANY = 8
"""Usual number below which a few cameras more or less say nothing."""

Counts = Mapping[tuple[str, str], int]
"""(township, kind of place) -> working cameras."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A kind of place: in how many townships it has cameras, and the median of these."""

    townships: int
    cameras: float

    @property
    def holds(self) -> bool:
        """Whether it is usual enough to miss it elsewhere."""
        return bool(self.townships) and self.townships >= USUAL_IN * len(_codes())


def _codes() -> list[str]:
    """The townships; not the zone, whose ground is 梅山镇's."""
    return [code for code in townships() if code != ZONE]


def usual(counts: Counts) -> dict[str, Usual]:
    """Each kind of place, in the table's order."""
    found = {}
    for kind in place_kinds():
        some = [number for code in _codes() if (number := counts.get((code, kind), 0))]
        found[kind] = Usual(len(some), float(median(some)) if some else 0.0)
    return found


def gaps(counts: Counts) -> list[Gap]:
    """Townships without, or with far fewer, cameras of a usual kind."""
    found = []
    for kind, each in usual(counts).items():
        if not each.holds:
            continue
        name = place_kinds()[kind]
        for code in _codes():
            number = counts.get((code, kind), 0)
            if number and not (each.cameras >= MANY and number < FAR_FEWER * each.cameras):
                continue
            reasons = [
                f"{each.townships} 个乡镇有{name}的摄像机，一般 {each.cameras:g} 台",
                f"{townships()[code]}登记在用的 {number} 台" if number else f"{townships()[code]}一台也没有登记",
            ]
            sure = kind in EVERYWHERE
            reasons.append("可能没有装，也可能没有填报" if sure else "先核对当地有没有这类场所，再核对有没有填报")
            found.append(Gap(code, kind, number, each.cameras, sure, tuple(reasons)))
    return found
