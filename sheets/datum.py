"""Datums: GCJ-02 and BD-09 back to WGS-84, without a library.

GCJ-02 shifts a point by a smooth function of its place; the way back is a fixed point of that function, found in a few
steps because the shift changes by less than 0.3 % over its own length. BD-09 is a further rotation of GCJ-02.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import atan2, cos, pi, sin, sqrt

WGS84, GCJ02, BD09 = "wgs84", "gcj02", "bd09"

#: Krasovsky 1940, on which the shift is defined.
_AXIS = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_TURN = pi * 3000.0 / 180.0
_RADIAN = pi / 180.0
#: Steps towards the fixed point from anywhere; each leaves less than a three-hundredth of the error.
_STEPS = 3
#: Near the county the way starts from the shift of the nearest twentieth of a degree, and one step leaves centimetres.
_CELLS = 20


def _shift(longitude: float, latitude: float) -> tuple[float, float]:
    """GCJ-02 minus WGS-84, in degrees, at a WGS-84 point."""
    x, y = longitude - 105.0, latitude - 35.0
    root, product = sqrt(abs(x)), x * y
    wave = (20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root + wave
    north += (20.0 * sin(pi * y) + 40.0 * sin(pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * sin(pi / 12.0 * y) + 320.0 * sin(pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root + wave
    east += (20.0 * sin(pi * x) + 40.0 * sin(pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * sin(pi / 12.0 * x) + 300.0 * sin(pi / 30.0 * x)) * 2.0 / 3.0
    phi = latitude * _RADIAN
    sine = sin(phi)
    magic = 1.0 - _ECCENTRICITY_2 * sine * sine
    return (
        east / (_AXIS / sqrt(magic) * cos(phi) * _RADIAN),
        north / (_AXIS * (1.0 - _ECCENTRICITY_2) / (magic * sqrt(magic)) * _RADIAN),
    )


@cache
def _usual_shift(column: int, row: int) -> tuple[float, float]:
    """The shift that carries a point onto this corner of the net; a few hundred corners make up the county."""
    longitude, latitude = column / _CELLS, row / _CELLS
    east, north = _shift(longitude - 0.0053, latitude + 0.0021)
    return _shift(longitude - east, latitude - north)


def wgs84_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The GCJ-02 coordinates of a WGS-84 point in mainland China."""
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: float, latitude: float) -> tuple[float, float]:
    """The WGS-84 coordinates of a GCJ-02 point, to far less than 0.1 m."""
    steps = _STEPS
    guess_longitude, guess_latitude = longitude - 0.0053, latitude + 0.0021
    if 115.0 < longitude < 117.0 and 30.5 < latitude < 32.5:
        east, north = _usual_shift(round(longitude * _CELLS), round(latitude * _CELLS))
        guess_longitude, guess_latitude, steps = longitude - east, latitude - north, 1
    for _ in range(steps):
        east, north = _shift(guess_longitude, guess_latitude)
        guess_longitude, guess_latitude = longitude - east, latitude - north
    return guess_longitude, guess_latitude


def gcj02_to_bd09(longitude: float, latitude: float) -> tuple[float, float]:
    """The BD-09 coordinates of a GCJ-02 point."""
    radius = sqrt(longitude * longitude + latitude * latitude) + 0.00002 * sin(latitude * _BD_TURN)
    angle = atan2(latitude, longitude) + 0.000003 * cos(longitude * _BD_TURN)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def bd09_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """The GCJ-02 coordinates of a BD-09 point, refined against the forward direction."""
    guess_longitude, guess_latitude = longitude - 0.0065, latitude - 0.006
    for _ in range(_STEPS):
        there_longitude, there_latitude = gcj02_to_bd09(guess_longitude, guess_latitude)
        guess_longitude += longitude - there_longitude
        guess_latitude += latitude - there_latitude
    return guess_longitude, guess_latitude


def to_wgs84(longitude: float, latitude: float, datum: str) -> tuple[float, float]:
    """WGS-84 coordinates of a point in the named datum; CGCS2000 counts as WGS-84 (centimetres apart)."""
    if datum == GCJ02:
        return gcj02_to_wgs84(longitude, latitude)
    if datum == BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(longitude, latitude))
    return longitude, latitude


def complete(values: Sequence[float | None]) -> bool:
    """Whether there is a number in every row, told by the one order that None has no place in."""
    try:
        min(values, default=0.0)  # type: ignore[type-var]
    except TypeError:
        return False
    return len(values) > 0 and values[0] is not None


def columns_to_wgs84(
    longitudes: Sequence[float | None], latitudes: Sequence[float | None], datums: Sequence[str]
) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """Whole columns at once; a row without both values yields None twice. WGS-84 rows keep their numbers."""
    if set(datums) <= {WGS84} and complete(longitudes) and complete(latitudes):
        return longitudes, latitudes
    east: list[float | None] = []
    north: list[float | None] = []
    for longitude, latitude, datum in zip(longitudes, latitudes, datums, strict=True):
        if longitude is None or latitude is None:
            east.append(None)
            north.append(None)
            continue
        point = (longitude, latitude) if datum == WGS84 else to_wgs84(longitude, latitude, datum)
        east.append(point[0])
        north.append(point[1])
    return east, north
