"""What lies around a row: registered cameras within some hundred metres, and the rows beside it in its own sheet.

Everything is bounded: a box, with a block index to lead to it, and a stretch of rows by the sheet's own index.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.urls import reverse

from cameras.models import Camera
from registry.models import number_for
from registry.names import Names
from reviews.presenting import Neighbour, Surroundings

from .models import CameraRow
from .registering.proposals import METRES

WITHIN = 300
"""Metres around a row that reviewers see."""
MOST = 60
"""Neighbours shown, the nearest first."""
MOST_LOOKED_AT = 3000
"""Cameras in the box that are looked at: a heap of them says as much."""
ROWS_BESIDE = 25
"""Rows of the sheet before and after the row: where coordinates were filled down, they stand in a line."""
NOWHERE = "这一行没有坐标。"
MOBILE = "移动摄像机，没有固定位置。"


def around_row(row: CameraRow, was: Any, agency_id: int, names: Names, was_words: str) -> Surroundings:
    """The surroundings of a staged camera. At most two queries.

    `was`: the registered one that it is compared with, or None; `was_words`: what that one's place is called.
    """
    before = position(was) if was is not None else None
    here = position(row)
    if here is None:
        return Surroundings(was=before, why_not=MOBILE if row.mobility == "mobile" else NOWHERE)
    but = [row.match_id] if row.match_id is not None else []
    neighbours, more = neighbours_of(here, agency_id, names, but)
    shown = before if before != here else None
    return Surroundings(here, shown, neighbours, more, beside(row), was_words=was_words)


def around_place(thing: Any, agency_id: int, names: Names) -> Surroundings:
    """The surroundings of a registered thing."""
    here = position(thing)
    if here is None:
        return Surroundings(why_not="台账里没有它的坐标。")
    neighbours, more = neighbours_of(here, agency_id, names, [thing.pk] if isinstance(thing, Camera) else [])
    return Surroundings(here, None, neighbours, more)


def position(thing: Any) -> tuple[float, float] | None:
    """Latitude and longitude in WGS-84; None for what has none."""
    latitude, longitude = getattr(thing, "wgs_latitude", None), getattr(thing, "wgs_longitude", None)
    return None if latitude is None or longitude is None else (latitude, longitude)


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two positions, good to a fraction of a percent over a few kilometres."""
    return METRES * math.hypot((a[1] - b[1]) * math.cos(math.radians(a[0])), a[0] - b[0])


def neighbours_of(
    here: tuple[float, float], agency_id: int, names: Names, but: Collection[int] = ()
) -> tuple[list[Neighbour], bool]:
    """Live cameras within `WITHIN` metres, the nearest first; and whether there are more than are told. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT * FROM (
                    SELECT t.id, t.name, t.reporting_agency_id, t.wgs_latitude, t.wgs_longitude,
                           {METRES} * sqrt(((t.wgs_longitude - %(x)s) * cos(radians(%(y)s))) ^ 2
                                           + (t.wgs_latitude - %(y)s) ^ 2) AS metres
                    FROM cameras_camera t
                    WHERE t.life = 'live' AND t.wgs_latitude BETWEEN %(y)s - %(reach)s AND %(y)s + %(reach)s
                      AND t.wgs_longitude BETWEEN %(x)s - %(reach)s / cos(radians(%(y)s))
                                              AND %(x)s + %(reach)s / cos(radians(%(y)s))
                      AND NOT t.id = ANY(%(but)s)
                    LIMIT {MOST_LOOKED_AT}) looked_at
                WHERE metres <= {WITHIN} ORDER BY metres, id LIMIT {MOST + 1}""",
            {"y": here[0], "x": here[1], "reach": WITHIN / METRES, "but": list(but)},
        )
        found = cursor.fetchall()
    told = [
        Neighbour(
            metres=round(metres),
            name=name or "（未命名）",
            whose=names.agency(agency),
            number=number_for(Camera.prefix, pk),
            url=reverse("camera", args=[pk]),
            at=(latitude, longitude),
            foreign=agency != agency_id,
        )
        for pk, name, agency, latitude, longitude, metres in found[:MOST]
    ]
    return told, len(found) > MOST


def beside(row: CameraRow) -> list[tuple[float, float, str]]:
    """The rows around it in its sheet that have a position: (latitude, longitude, place and name). One query."""
    rows = CameraRow.objects.filter(
        source_file=row.source_file_id,
        sheet=row.sheet,
        row__range=(row.row - ROWS_BESIDE, row.row + ROWS_BESIDE),
        wgs_latitude__isnull=False,
        wgs_longitude__isnull=False,
    ).exclude(pk=row.pk)
    told = rows.order_by("row").values_list("wgs_latitude", "wgs_longitude", "row", "name")
    return [(float(lat or 0), float(lon or 0), f"第{at}行 {name or ''}".rstrip()) for lat, lon, at, name in told]
