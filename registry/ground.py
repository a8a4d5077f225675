"""What every map of ours shows for orientation: the county's extent, its outline, tiles where there is a service."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from sheets.fence import OutlineError, read_polygon

FINEST = 1e-4
"""Degrees (about ten metres) below which the outline's bends are left out."""
MOST_BYTES = 20 * 1024 * 1024
"""Of an outline's file; a county's in every bend has a few hundred kilobytes."""
DATUMS = ("CRS84", "4326", "4490", "WGS84", "WGS 84", "CGCS2000")
"""Parts of the names by which a file says that it is in WGS-84 or CGCS2000."""

Extent = tuple[float, float, float, float]
"""West, south, east, north."""


def ground(box: Extent) -> dict[str, Any]:
    """`box`, `tiles` and `outline` for a page's map; without a usable outline None, and `trouble` says why in words."""
    told: dict[str, Any] = {"box": box, "tiles": settings.MAP_TILES, "outline": None}
    source = settings.MAP_OUTLINE or settings.COUNTY_OUTLINE
    if not source:
        return told
    try:
        return told | {"outline": _drawn(source, box)}
    except OutlineError as problem:
        path = Path(source)
        return told | {"trouble": str(problem).replace(str(path), path.name)}


def read_outline(path: Path, box: Extent) -> Any:
    """The outline as a shapely geometry. Raises OutlineError, in Chinese, for one that is none of this county."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OutlineError(f"县界文件 {path} 太大，超过 {MOST_BYTES // 1024 // 1024} MB，请换一份简化过的县界")
    except OSError:
        pass  # said better by the reader
    shape = read_polygon(path)
    if name := _other_datum(path):
        raise OutlineError(f"县界文件 {path} 写明的坐标系是 {name}，请换成 WGS-84 或 CGCS2000 的经纬度")
    west, south, east, north = box
    middle = shape.envelope.centroid
    if not (west <= middle.x <= east and south <= middle.y <= north):
        raise OutlineError(
            f"县界文件 {path} 画的不是金寨县：中心在 {middle.x:.2f}, {middle.y:.2f}，"
            f"应在经度 {west} 到 {east}、纬度 {south} 到 {north} 之间"
        )
    return shape


@cache
def _drawn(path: str, box: Extent) -> Any:
    """The outline as GeoJSON, in no more detail than a map shows."""
    import shapely

    shape = shapely.simplify(read_outline(Path(path), box), FINEST)
    return json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-5)))


def _other_datum(path: Path) -> str:
    """The name of a coordinate system that the file says it is in and that is none of ours; "" for none."""
    told = json.loads(path.read_text(encoding="utf-8-sig")).get("crs")
    properties = told.get("properties") if isinstance(told, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return "" if any(known in name.upper() for known in DATUMS) else name
