"""Another agency's cameras around the places of staged rows, found for a whole report at once.

Places fall into cells, and a row looks into the few cells that its surroundings reach into. So the registry is gone
through once, whatever the report's size, and needs no index that every acceptance would have to feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from .proposals import METRES, NEAR, SAME_NAME, STAGED
from .targets import CAMERA

CELL = 0.0002
"""Degrees: the side of a cell, about 20 metres."""
REACH = NEAR / METRES
_WIDE = f"{REACH} / greatest(cos(radians(y)), 0.01)"
_NEAR = f"{METRES} * sqrt(((c.x - t.x) * cos(radians(c.y))) ^ 2 + (c.y - t.y) ^ 2) <= {NEAR}"
NAMESAKES = "SELECT row_id, '[]'::jsonb AS related, '{}'::jsonb AS details, '{}'::jsonb AS fixes FROM namesakes"
"""Hits of `draw_namesakes`."""


def _cells(axis: str, reach: str) -> str:
    """SQL of the cells that the surroundings of a place reach into along an axis."""
    return f"generate_series(floor(({axis} - {reach}) / {CELL})::int, floor(({axis} + {reach}) / {CELL})::int)"


def _cell(axis: str) -> str:
    return f"floor({axis} / {CELL})::int"


def draw_namesakes(cursor: CursorWrapper, params: dict[str, Any]) -> bool:
    """namesakes(row_id): rows of %(version)s without a match at the place and under the name of another's camera.

    One whose very code the other agency has registered is told of by that rule alone. Returns whether there are any.
    """
    return _draw(cursor, "namesakes", f"{STAGED} WHERE r.name <> '' AND", params, named=True)


def draw_beside_others(files: Sequence[int], agency_id: int) -> bool:
    """beside_others(row_id): rows of these files without a match beside another agency's camera, whatever its name.

    Inside a transaction, to whose end the table stands.
    """
    with connection.cursor() as cursor:
        staged = f"{CAMERA.rows} r WHERE r.source_file_id = ANY(%(files)s) AND"
        return _draw(cursor, "beside_others", staged, {"files": list(files), "agency": agency_id})


def _draw(cursor: CursorWrapper, table: str, staged: str, params: dict[str, Any], *, named: bool = False) -> bool:
    """Write what was found into the temporary table; `staged`: where the rows (r) come from, `named`: of one name.

    The tables in between are known to the planner, so that the joins are hash joins whatever the sizes. Where cameras
    are heaped on one place they are one line: a row that is not beside the first is not beside the others.
    """
    for each in ("row_cell", "camera_place", table):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{each}")
    row_name, camera_name = (SAME_NAME.format(name) if named else "''" for name in ("r.name", "t.name"))
    cursor.execute(
        f"""CREATE TEMP TABLE row_cell ON COMMIT DROP AS
            SELECT id, code, name_key, x, y, cy, {_cells("x", _WIDE)} AS cx FROM (
              SELECT r.id, r.code, {row_name} AS name_key, r.wgs_longitude AS x, r.wgs_latitude AS y,
                     {_cells("r.wgs_latitude", str(REACH))} AS cy
              FROM {staged} r.match_id IS NULL AND r.wgs_longitude IS NOT NULL AND r.wgs_latitude IS NOT NULL) r""",
        params,
    )
    if not cursor.rowcount:
        return False
    cursor.execute("ANALYZE row_cell")
    cursor.execute("SELECT min(cy) - 1, max(cy) + 2, min(cx) - 1, max(cx) + 2 FROM row_cell")
    box = dict(zip(("south", "north", "west", "east"), (edge * CELL for edge in cursor.fetchone()), strict=True))
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(
        f"""CREATE TEMP TABLE camera_place ON COMMIT DROP AS
            SELECT t.wgs_longitude AS x, t.wgs_latitude AS y, {camera_name} AS name_key,
                   {_cell("t.wgs_longitude")} AS cx, {_cell("t.wgs_latitude")} AS cy,
                   count(*) AS cameras, min(t.code) AS code
            FROM cameras_camera t
            WHERE t.life = 'live' AND t.reporting_agency_id <> %(agency)s
              AND t.wgs_latitude BETWEEN %(south)s AND %(north)s AND t.wgs_longitude BETWEEN %(west)s AND %(east)s
              AND ({_cell("t.wgs_latitude")}, {_cell("t.wgs_longitude")}) IN (SELECT cy, cx FROM row_cell)
            GROUP BY 1, 2, 3""",
        params | box,
    )
    found = 0
    if cursor.rowcount:
        cursor.execute("ANALYZE camera_place")
        cursor.execute(
            f"""CREATE TEMP TABLE {table} ON COMMIT DROP AS
                SELECT DISTINCT c.id AS row_id FROM row_cell c WHERE EXISTS (
                  SELECT FROM camera_place t WHERE t.cy = c.cy AND t.cx = c.cx AND t.name_key = c.name_key AND {_NEAR}
                    AND (c.code IS NULL OR t.cameras > 1 OR t.code IS DISTINCT FROM c.code))"""
        )
        found = cursor.rowcount
        cursor.execute(f"ANALYZE {table}")
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    return bool(found)
