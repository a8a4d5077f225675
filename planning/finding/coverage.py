"""Where cameras are missing, and who rents how many: counts over the rows, no proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from sheets.kinds.places import ZONE, place_kinds, townships

from .groups import Gap, Rented
from .rows import CameraFacts

EVERYWHERE = frozenset({"office", "school", "medical", "road", "community"})
"""Kinds of place that every township has."""
USUAL_IN = 0.5
"""A kind of place is usual where at least this share of the townships has working cameras of it."""
FAR_FEWER = 0.25
"""Share of the usual number below which a township has far fewer."""
WORKING = frozenset({"在用", "维修"})
MANY = 8
"""Usual number below which a few cameras more or less say nothing."""


def gaps(cameras: Iterable[CameraFacts]) -> list[Gap]:
    """Townships (not the zone, whose ground is 梅山镇's) without, or with far fewer, cameras of a usual kind."""
    codes = [code for code in townships() if code != ZONE]
    counts = Counter((row.township, row.place_kind) for row in cameras if row.status in WORKING or not row.status)
    found = []
    for kind, name in place_kinds().items():
        here = [counts[code, kind] for code in codes]
        some = [number for number in here if number]
        if not some or len(some) < USUAL_IN * len(codes):
            continue
        usual = float(median(some))
        for code, number in zip(codes, here, strict=True):
            if number and not (usual >= MANY and number < FAR_FEWER * usual):
                continue
            reasons = [
                f"{len(some)} 个乡镇有{name}的摄像机，一般 {usual:g} 台",
                f"{townships()[code]}登记在用的 {number} 台" if number else f"{townships()[code]}一台也没有登记",
            ]
            sure = kind in EVERYWHERE
            reasons.append("可能没有装，也可能没有填报" if sure else "先核对当地有没有这类场所，再核对有没有填报")
            found.append(Gap(code, kind, number, usual, sure, tuple(reasons)))
    return found


def unlocated(cameras: Iterable[CameraFacts]) -> int:
    """Cameras that no township or kind of place can be counted for: said beside the gaps, which they may fill."""
    return sum(not row.township or not row.place_kind for row in cameras if row.mobility != "mobile")


def rented(cameras: Sequence[CameraFacts]) -> list[Rented]:
    """Leased against own cameras of each owner, by agency id."""
    counts = Counter((row.owner, row.leased) for row in cameras)
    return [
        Rented(owner, counts[owner, True], counts[owner, False], counts[owner, None])
        for owner in sorted({owner for owner, _ in counts})
    ]
