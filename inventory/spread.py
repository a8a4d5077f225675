"""Where the rows of a whole round are, and what is registered among them: as many as a map can show.

The cost does not grow with the round: one of some hundred rows is shown whole; of a larger one the riskiest rows, and
others evenly over the rest; of the registry one camera of each cell of a grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from cameras.models import Camera
from cameras.sheet import COUNTY_BOX
from registry.models import number_for
from registry.names import Names
from reviews.models import Round
from reviews.presenting import Registered, Spot, Spread

from .entering.places import NEAR as AROUND_COUNTY
from .models import CameraRow
from .nearby import WITHIN
from .registering.proposals import METRES
from .registering.targets import CAMERA
from .risk import ATTENTION, GRAVE

WHOLE = 800
"""Rows of a round that are shown one and all."""
RISKIEST, EVENLY = 400, 400
"""Rows that are shown of a larger one: the first of the list, and of the rest every so manieth."""
CELLS = 24
"""Registered cameras that are shown: one of each cell of a grid of so many rows and columns."""


def spread(round_: Round, total: int, sources: Sequence[int], agency_id: int, names: Names) -> Spread:
    """The rows of the round with a position in or near the county. `total`: its rows, those without one among them."""
    keys = _keys(round_, total)
    rows = CameraRow.objects.filter(source_file__in=sources, key__in=list(keys), wgs_latitude__isnull=False)
    told = rows.order_by("key").values_list("wgs_latitude", "wgs_longitude", "key", "row", "name")
    spots = [
        Spot(at=(lat, lon), key=key, words=f"第{row}行 {name or ''}".rstrip(), tone=_tone(keys[key]))
        for lat, lon, key, row, name in told
        if lat is not None and lon is not None and _is_near(lat, lon)
    ]
    registered = _registered([spot.at for spot in spots], agency_id, names) if spots else []
    return Spread(spots=spots, registered=registered, total=total, asked=len(keys))


def _is_near(latitude: float, longitude: float) -> bool:
    """In or near the county; a position with its coordinates exchanged lies at the pole."""
    west, south, east, north = COUNTY_BOX
    return (
        south - AROUND_COUNTY <= latitude <= north + AROUND_COUNTY
        and west - AROUND_COUNTY <= longitude <= east + AROUND_COUNTY
    )


def _tone(rank: int) -> str:
    return "bad" if rank & GRAVE else "attention" if rank & ATTENTION else ""


def _keys(round_: Round, total: int) -> dict[int, int]:
    """Key -> rank of the rows that are shown. One query: a stretch of the list, and single steps through the keys.

    Rows have keys above 0, what the survey leaves out has others.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH first AS (
                   SELECT key, risk FROM reviews_item WHERE round_id = %(round)s AND part = %(part)s
                   ORDER BY risk DESC, key LIMIT %(first)s
               ), ends AS (
                   SELECT (SELECT key FROM reviews_item WHERE round_id = %(round)s AND key > 0
                           ORDER BY key LIMIT 1) AS low,
                          (SELECT key FROM reviews_item WHERE round_id = %(round)s ORDER BY key DESC LIMIT 1) AS high
               )
               SELECT key, risk FROM first
               UNION
               SELECT found.key, found.risk FROM ends, generate_series(0, %(evenly)s - 1) AS step, LATERAL (
                   SELECT key, risk, part FROM reviews_item
                   WHERE round_id = %(round)s AND key >= ends.low + (ends.high - ends.low) * step / %(evenly)s
                   ORDER BY key LIMIT 1) found
               WHERE found.part = %(part)s""",
            {
                "round": round_.pk,
                "part": CAMERA.kind,
                "first": WHOLE if total <= WHOLE else RISKIEST,
                "evenly": 0 if total <= WHOLE else EVENLY,
            },
        )
        return dict(cursor.fetchall())


def _registered(spots: Sequence[tuple[float, float]], agency_id: int, names: Names) -> list[Registered]:
    """Live cameras in the box of these positions, one of each cell of a grid over it. One query."""
    reach = WITHIN / METRES
    latitudes, longitudes = [lat for lat, _ in spots], [lon for _, lon in spots]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id, t.name, t.reporting_agency_id, t.wgs_latitude, t.wgs_longitude
               FROM (SELECT min(id) AS id FROM cameras_camera
                     WHERE life = 'live' AND wgs_latitude BETWEEN %(south)s AND %(north)s
                       AND wgs_longitude BETWEEN %(west)s AND %(east)s
                     GROUP BY width_bucket(wgs_latitude, %(south)s, %(north)s, %(cells)s),
                              width_bucket(wgs_longitude, %(west)s, %(east)s, %(cells)s)) AS first
               JOIN cameras_camera t USING (id)""",
            {
                "cells": CELLS,
                "south": min(latitudes) - reach,
                "north": max(latitudes) + reach,
                "west": min(longitudes) - reach,
                "east": max(longitudes) + reach,
            },
        )
        found: list[Any] = cursor.fetchall()
    return [
        Registered(
            at=(latitude, longitude),
            words=f"{names.agency(agency)} {number_for(Camera.prefix, pk)} {name or '（未命名）'}",
            foreign=agency != agency_id,
        )
        for pk, name, agency, latitude, longitude in found
    ]
