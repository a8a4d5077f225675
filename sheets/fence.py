"""The fence: where a camera of the county may stand. A box with some room to spare, or the county's own outline.

The outline is a GeoJSON file of WGS-84 (CGCS2000) polygons, given by a setting; 2 km beyond it still count as inside,
which also hides the quarrel of datums. It is widened in metres, on a transverse Mercator plane of its own (the zone's
middle is the outline's), and then asked in degrees, so that a hundred thousand points cost one call.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from math import atan, atanh, cos, cosh, degrees, radians, sin, sinh, sqrt
from pathlib import Path
from typing import Any, Protocol

Degrees = Sequence[float | None]

#: How far beyond the outline a point may lie, in metres.
TOLERANCE = 2000.0

#: WGS-84: axis and flattening; third flattening; radius of the rectifying sphere.
_AXIS, _FLATTENING = 6378137.0, 1 / 298.257223563
_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = _AXIS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_E = sqrt(_FLATTENING * (2 - _FLATTENING))
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96,
    _N**2 / 48 + _N**3 / 15,
    17 * _N**3 / 480,
)
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3,
    7 * _N**2 / 3 - 8 * _N**3 / 5,
    56 * _N**3 / 15,
)


class OutlineError(ValueError):
    """An outline that cannot be used; the message is for the administrator, in Chinese."""


class Fence(Protocol):
    """What rules ask. `says` names the fence in a sentence, as "（…）" does."""

    says: str

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a WGS-84 point is inside."""

    def holds_all(self, longitudes: Degrees, latitudes: Degrees) -> bool:
        """Whether every row has a point and all are inside."""


class Box:
    """West, south, east, north in WGS-84."""

    def __init__(self, west: float, south: float, east: float, north: float) -> None:
        self.bounds = (west, south, east, north)
        self.says = f"经度 {west} 到 {east}，纬度 {south} 到 {north}"

    def holds(self, longitude: float, latitude: float) -> bool:
        west, south, east, north = self.bounds
        return west <= longitude <= east and south <= latitude <= north

    def holds_all(self, longitudes: Degrees, latitudes: Degrees) -> bool:
        west, south, east, north = self.bounds
        try:
            return (
                west <= min(longitudes)  # type: ignore[type-var, operator]
                and max(longitudes) <= east  # type: ignore[type-var, operator]
                and south <= min(latitudes)  # type: ignore[type-var, operator]
                and max(latitudes) <= north  # type: ignore[type-var, operator]
            )
        except TypeError:  # a row without a position, which no number compares with
            return False


class Outline:
    """The county's own outline, widened by `tolerance` metres. Needs shapely, which is imported here and only here."""

    def __init__(self, path: Path, tolerance: float = TOLERANCE) -> None:
        import shapely

        self._shapely = shapely
        shape = read_polygon(path)
        middle = shape.envelope.centroid.x
        plane = shapely.transform(shape, lambda points: [to_plane(x, y, middle) for x, y in points])
        area = plane.buffer(tolerance)
        self._area = shapely.transform(area, lambda points: [from_plane(x, y, middle) for x, y in points])
        shapely.prepare(self._area)
        self.says = f"按金寨县县界向外 {tolerance / 1000:g} 公里核对"
        self.bounds: tuple[float, float, float, float] = self._area.bounds
        self.area_km2 = plane.area / 1e6

    def holds(self, longitude: float, latitude: float) -> bool:
        return bool(self._shapely.contains_xy(self._area, longitude, latitude))

    def holds_all(self, longitudes: Degrees, latitudes: Degrees) -> bool:
        try:
            return bool(self._shapely.contains_xy(self._area, longitudes, latitudes).all())
        except TypeError:  # a row without a position
            return False


@cache
def outline(path: str) -> Outline:
    """The outline of a file, read once. Raises OutlineError for one that cannot be used."""
    return Outline(Path(path))


def read_polygon(path: Path) -> Any:
    """All polygons of a GeoJSON file as one shapely geometry."""
    import shapely

    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        why = {FileNotFoundError: "没有这个文件", PermissionError: "没有读取权限"}.get(type(problem), "读不出来")
        raise OutlineError(f"打不开县界文件 {path}：{why}") from problem
    except ValueError as problem:
        raise OutlineError(f"县界文件 {path} 不是有效的 JSON") from problem
    try:
        shapes = [shapely.make_valid(shapely.from_geojson(json.dumps(part))) for part in _geometries(told)]
    except (TypeError, KeyError, ValueError, AttributeError, shapely.errors.GEOSException) as problem:
        raise OutlineError(f"县界文件 {path} 不是有效的 GeoJSON") from problem
    found = shapely.union_all([shape for shape in shapes if shape.area])
    if found.is_empty:
        raise OutlineError(f"县界文件 {path} 里没有面（Polygon 或 MultiPolygon）")
    west, south, east, north = found.bounds
    if not (70 < west < east < 140 and 0 < south < north < 60):
        raise OutlineError(f"县界文件 {path} 的坐标不是中国境内的经纬度（应为 WGS-84 十进制度，先经度后纬度）")
    if east - west > 5 or north - south > 5:
        raise OutlineError(f"县界文件 {path} 的范围太大，不像一个县")
    return found


def _geometries(told: Any) -> list[Any]:
    kind = told["type"]
    if kind == "FeatureCollection":
        return [part for feature in told["features"] for part in _geometries(feature)]
    if kind == "Feature":
        return _geometries(told["geometry"]) if told["geometry"] else []
    if kind == "GeometryCollection":
        return [part for geometry in told["geometries"] for part in _geometries(geometry)]
    return [told]


def to_plane(longitude: float, latitude: float, middle: float) -> tuple[float, float]:
    """Metres east of the meridian `middle` and north of the equator (Krüger's series, to well below a centimetre)."""
    phi, away = radians(latitude), radians(longitude - middle)
    conformal = sinh(atanh(sin(phi)) - _E * atanh(_E * sin(phi)))
    xi = atan(conformal / cos(away)) if conformal else 0.0
    eta = atanh(sin(away) / sqrt(1 + conformal**2))
    east, north = eta, xi
    for place, alpha in enumerate(_ALPHA, 1):
        east += alpha * cos(2 * place * xi) * sinh(2 * place * eta)
        north += alpha * sin(2 * place * xi) * cosh(2 * place * eta)
    return _RADIUS * east, _RADIUS * north


def from_plane(east: float, north: float, middle: float) -> tuple[float, float]:
    """(longitude, latitude) of a point of that plane."""
    xi, eta = north / _RADIUS, east / _RADIUS
    there_xi, there_eta = xi, eta
    for place, beta in enumerate(_BETA, 1):
        there_xi -= beta * sin(2 * place * xi) * cosh(2 * place * eta)
        there_eta -= beta * cos(2 * place * xi) * sinh(2 * place * eta)
    conformal = sin(there_xi) / cosh(there_eta)
    chi = atan(conformal / sqrt(1 - conformal**2))
    latitude = chi + sum(delta * sin(2 * place * chi) for place, delta in enumerate(_DELTA, 1))
    longitude = atan(sinh(there_eta) / cos(there_xi))
    return middle + degrees(longitude), degrees(latitude)
