"""What lies around a camera: others within fifty metres, for whoever may know both places exactly.

A distance tells a place. So where the camera's own position is blurred for the viewer nothing is said, and of the
others only those are named whose positions the viewer sees exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.details import Opened
from registry.ground import ground
from registry.models import Life

from .lists import CARDS
from .models import Camera
from .neighbours import METRES
from .rules import COUNTY_BOX

WITHIN = 50
"""Metres."""
MOST = 20
"""Neighbours told, the nearest first."""
MOST_LOOKED_AT = 500
"""Of the cameras in the square around it: a heap of them says as much."""


@dataclass(frozen=True)
class Near:
    """A camera nearby; `at` is its latitude and longitude."""

    row: Any
    metres: int
    agency: str
    url: str
    at: tuple[float, float]


@dataclass(frozen=True)
class Around:
    """The neighbours, or why there are none to tell; `told` is what the small map draws, None without a place."""

    found: Sequence[Near] = ()
    more: bool = False
    why_not: str = ""
    told: dict[str, Any] | None = None

    within = WITHIN


def around(opened: Opened, url: Callable[[int], str]) -> Around:
    """The surroundings of the camera as they are now. At most three queries, however many cameras there are."""
    row = opened.row
    if opened.asked.as_of:
        return Around(why_not="邻近只看今天的台账。")
    if row.is_masked:
        return Around(why_not="位置已模糊，不显示邻近的摄像机。")
    if row.wgs_longitude is None or row.wgs_latitude is None:
        return Around(
            why_not="移动摄像机，没有固定位置。" if row.mobility == "mobile" else "没有坐标，找不出邻近的摄像机。"
        )
    here = (float(row.wgs_latitude), float(row.wgs_longitude))
    near = []
    for other in _in_square(opened, here):
        there = (float(other.wgs_latitude), float(other.wgs_longitude))
        metres = _metres(here, there)
        if metres <= WITHIN and not other.is_masked:
            agency = opened.names.agency(other.reporting_agency_id)
            near.append(Near(other, round(metres), agency, url(other.pk), there))
    near.sort(key=lambda one: (one.metres, one.row.pk))
    points = [[*one.at, f"{one.row.name or '（未命名）'}，{one.metres} 米"] for one in near[:MOST]]
    told = {"ground": ground(COUNTY_BOX), "here": here, "name": row.name or row.number, "others": points}
    return Around(near[:MOST], len(near) > MOST, "", told)


def _in_square(opened: Opened, here: tuple[float, float]) -> list[Any]:
    """The live cameras in the square that the viewer may see, found by their cards where these are written."""
    high = WITHIN / METRES
    wide = high / math.cos(math.radians(here[0]))
    square = {
        "wgs_latitude__range": (here[0] - high, here[0] + high),
        "wgs_longitude__range": (here[1] - wide, here[1] + wide),
        "life": Life.LIVE,
    }
    found = set(CARDS.manager().filter(**square).values_list("pk", flat=True)[:MOST_LOOKED_AT])
    if CARDS.is_behind():
        late = Camera.objects.filter(pk__in=CARDS.stale_things(), **square)
        found.update(late.values_list("pk", flat=True)[:MOST_LOOKED_AT])
    return list(opened.visible(Camera).filter(pk__in=found - {opened.row.pk}, **square))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    across = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return METRES * math.hypot(across, one[0] - other[0])
