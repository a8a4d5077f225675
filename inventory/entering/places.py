"""What the map of the entry form shows for orientation: the county's extent and the unit's own points, in WGS-84."""

from __future__ import annotations

from typing import Any

from agencies.models import Agency
from cameras.models import Camera
from cameras.sheet import COUNTY_BOX
from registry import ground as grounds

from ..models import CameraRow, Version

MOST_POINTS = 2000
"""Points of each sort on the map; a unit with more finds its way without them."""
NEAR = 0.2
"""Degrees around the county's box that the map still shows."""


def place_data(version: Version, agency: Agency, datum: str, but: int | None = None) -> dict[str, Any]:
    """Data of the map: box (west, south, east, north), outline, tiles, and points as [latitude, longitude, name].

    `datum` is that of rows which name none.

    `registered` are the unit's live cameras, `entered` the rows of this version but the one with key `but`.
    """
    own = Camera.objects.filter(reporting_agency=agency, life="live")
    rows = CameraRow.objects.filter(source_file__version=version)
    if but is not None:
        rows = rows.exclude(key=but)
    return ground() | {"datum": datum, "registered": _points(own), "entered": _points(rows)}


def place_of_thing(thing: Any) -> dict[str, Any]:
    """Data of the map for one registered camera: as `place_data`, with what its agency has registered beside it.

    A datum is always said: the form shows the camera's own.
    """
    own = Camera.objects.filter(reporting_agency=thing.reporting_agency_id, life="live").exclude(pk=thing.pk)
    return ground() | {"datum": "", "registered": _points(own), "entered": []}


def ground() -> dict[str, Any]:
    """What every map of ours shows (registry/ground.py), of this county."""
    return grounds.ground(COUNTY_BOX)


def _points(things: Any) -> list[list[Any]]:
    """Those in or near the county; a position with its coordinates exchanged lies at the pole."""
    west, south, east, north = COUNTY_BOX
    near = {
        "wgs_longitude__range": (west - NEAR, east + NEAR),
        "wgs_latitude__range": (south - NEAR, north + NEAR),
    }
    found = things.filter(**near).order_by("pk").values_list("wgs_latitude", "wgs_longitude", "name")[:MOST_POINTS]
    return [list(point) for point in found]
