"""What a new row may be: a camera of the unit's own that the survey seems to leave out, or one of another unit.

Nothing is merged by it (identity goes by number and code): a proposal is a warning that the clerk follows or leaves. A
name counts without white space, case folded; a place within `NEAR` metres. What the unit has spoken of (it is still
there, it was removed) is not proposed. Each thing is proposed to the rows nearest to it alone, and only where exactly
one thing meets exactly one row is there something to apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ..leftout.missing import unmentioned
from .targets import CAMERA

NEAR = 5.0
"""Metres within which two positions may be one (model.md)."""
METRES = 111_195.0
"""Metres of one degree of latitude, and of longitude at the equator."""
CELL = 0.0001
"""Degrees: the side of the cells in which places are compared, more than `NEAR` in either direction."""
MOST_ALIKE = 8
"""A name, or a cell and brand, that more things or rows share than this says nothing about which of them is meant."""
MOST_NAMED = 3
"""So many things a proposal names; where more are equally near, none is proposed."""
SAME_NAME = r"lower(regexp_replace({}, '\s+', '', 'g'))"
"""A name as it is compared: without white space, case folded."""
STAGED = """inventory_camerarow r JOIN inventory_sourcefile f
            ON f.id = r.source_file_id AND f.version_id = %(version)s"""


def _metres(a: str, b: str) -> str:
    """SQL of the distance between two positions, good to a fraction of a percent over a few kilometres."""
    return f"{METRES} * sqrt((({a}.x - {b}.x) * cos(radians({a}.y))) ^ 2 + ({a}.y - {b}.y) ^ 2)"


def _cells(axis: str, stretch: str = "1") -> str:
    """SQL of the one or two cells that a row's surroundings reach into along an axis."""
    reach = f"{NEAR / METRES} / {stretch}"
    return f"generate_series(floor(({axis} - {reach}) / {CELL})::int, floor(({axis} + {reach}) / {CELL})::int)"


def draw_up(cursor: CursorWrapper, params: dict[str, Any]) -> bool:
    """Write the proposals for %(version)s of %(agency)s into a temporary table, `OWN`; False when there are none.

    The tables in between are small beside the registry and known to the planner, so that the joins are hash joins
    whatever the sizes; nested loops over them would be quadratic.
    """
    for table in ("left_out", "fresh", "likely"):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    cursor.execute(
        f"""CREATE TEMP TABLE left_out ON COMMIT DROP AS
            SELECT t.id, t.name, t.brand, t.township, {SAME_NAME.format("t.name")} AS name_key,
                   t.wgs_longitude AS x, t.wgs_latitude AS y
            FROM cameras_camera t JOIN ({unmentioned(CAMERA)}) u USING (id)
            WHERE t.life = 'live' AND t.reporting_agency_id = %(agency)s AND NOT EXISTS (
                SELECT FROM inventory_missingmark m
                WHERE m.version_id = %(version)s AND m.kind = 'camera' AND m.thing_id = t.id)""",
        params,
    )
    if not cursor.rowcount:
        return False
    cursor.execute(
        f"""CREATE TEMP TABLE fresh ON COMMIT DROP AS
            SELECT r.id, r.brand, r.township, {SAME_NAME.format("r.name")} AS name_key,
                   r.wgs_longitude AS x, r.wgs_latitude AS y
            FROM {STAGED} WHERE r.match_id IS NULL""",
        params,
    )
    if not cursor.rowcount:
        return False
    cursor.execute("ANALYZE left_out; ANALYZE fresh")
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(f"CREATE TEMP TABLE likely ON COMMIT DROP AS {_own_ones()}")
    found = bool(cursor.rowcount)
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    return found


OWN = "SELECT * FROM likely"
"""Hits (row_id, related, details, fixes): rows without a match that may be a live camera which is left out."""


def _own_ones() -> str:
    number = f"'{CAMERA.number_prefix}' || lpad(pairs.thing_id::text, greatest(6, length(pairs.thing_id::text)), '0')"
    return f"""
        WITH telling_names AS (
            SELECT name_key FROM left_out WHERE name_key <> '' GROUP BY 1 HAVING count(*) <= {MOST_ALIKE}
            INTERSECT SELECT name_key FROM fresh GROUP BY 1 HAVING count(*) <= {MOST_ALIKE}
        ), placed AS ({_placed("left_out")}), lying AS ({_placed("fresh")}), met AS (
            SELECT r.id AS row_id, t.id AS thing_id FROM fresh r JOIN telling_names USING (name_key)
            JOIN left_out t USING (name_key)
            UNION
            SELECT r.row_id, t.id FROM (SELECT id AS row_id, brand, {_cells("y")} AS cy, x, y FROM lying) r,
                LATERAL {_cells("r.x", "cos(radians(r.y))")} AS cx(cx) JOIN placed t ON true
            WHERE t.cy = r.cy AND t.cx = cx.cx AND t.brand = r.brand
        ), pairs AS (
            SELECT *, rank() OVER (PARTITION BY row_id ORDER BY score, round(metres)) AS row_rank,
                   rank() OVER (PARTITION BY thing_id ORDER BY score, round(metres)) AS thing_rank
            FROM (
                SELECT r.id AS row_id, t.id AS thing_id, t.name, d.metres,
                       same.name AS same_name, same.brand AS same_brand,
                       CASE WHEN same.name AND d.metres <= {NEAR} THEN 1 WHEN d.metres <= {NEAR} AND same.brand THEN 2
                            WHEN same.name AND (r.township = t.township OR r.township = '' OR t.township = '') THEN 3
                       END AS score
                FROM met JOIN fresh r ON r.id = met.row_id JOIN left_out t ON t.id = met.thing_id,
                     LATERAL (SELECT round(({_metres("r", "t")})::numeric, 1) AS metres) d,
                     LATERAL (SELECT r.name_key = t.name_key AS name,
                                     r.brand = t.brand AND r.brand <> '' AS brand) same) weighed
            WHERE score IS NOT NULL
        ), mutual AS (
            SELECT *, count(*) OVER (PARTITION BY row_id) AS things, count(*) OVER (PARTITION BY thing_id) AS rows,
                   {number} AS number,
                   concat_ws('，', '相距 ' || round(metres) || ' 米', CASE WHEN same_name THEN '名称相同' END,
                             CASE WHEN same_brand THEN '品牌相同' END,
                             CASE WHEN NOT same_name THEN '登记的名称是“' || coalesce(name, '') || '”' END) AS why,
                   row_number() OVER (PARTITION BY row_id ORDER BY thing_id) AS place
            FROM pairs WHERE row_rank = 1 AND thing_rank = 1
        )
        SELECT row_id, '[]'::jsonb AS related,
               jsonb_build_object('number', string_agg(number, '、' ORDER BY place),
                                  'why', min(why) FILTER (WHERE place = 1)) AS details,
               CASE WHEN max(things) = 1 AND max(rows) = 1 THEN jsonb_build_object('registry_number', min(number))
                    ELSE '{{}}'::jsonb END AS fixes
        FROM mutual WHERE things <= {MOST_NAMED} AND rows <= {MOST_NAMED} GROUP BY row_id"""


def _placed(table: str) -> str:
    """SQL of the table's lines that have a brand and a place, but those of a heap that tells nothing."""
    return f"""SELECT * FROM (
        SELECT *, count(*) OVER (PARTITION BY cy, cx, brand) AS alike FROM (
            SELECT id, brand, x, y, floor(y / {CELL})::int AS cy, floor(x / {CELL})::int AS cx FROM {table}
            WHERE brand <> '' AND x IS NOT NULL AND y IS NOT NULL) in_cells) counted
        WHERE alike <= {MOST_ALIKE}"""


def _neighbour(columns: str) -> str:
    """A subquery of the first live camera of another agency under a row's name (r) at its place."""
    reach = f"{NEAR / METRES}"
    here = "(SELECT r.wgs_longitude AS x, r.wgs_latitude AS y)"
    there = here.replace("r.", "t.")
    return f"""SELECT {columns} FROM cameras_camera t, LATERAL {here} a, LATERAL {there} b
        WHERE t.life = 'live' AND t.wgs_latitude BETWEEN r.wgs_latitude - {reach} AND r.wgs_latitude + {reach}
          AND t.wgs_longitude BETWEEN r.wgs_longitude - {reach} / cos(radians(r.wgs_latitude))
                                  AND r.wgs_longitude + {reach} / cos(radians(r.wgs_latitude))
          AND {SAME_NAME.format("t.name")} = {SAME_NAME.format("r.name")}
          AND {_metres("a", "b")} <= {NEAR}
          AND t.reporting_agency_id <> %(agency)s AND (r.code IS NULL OR t.code IS DISTINCT FROM r.code)
        ORDER BY t.id LIMIT 1"""


@dataclass(frozen=True)
class Neighbour:
    """Another agency's camera at a row's place and under its name: for reviewers alone."""

    thing_id: int
    agency_id: int
    metres: int


def neighbours_of(row_ids: Sequence[int], agency_id: int) -> dict[int, Neighbour]:
    """By row id, as the registry stands now; one query."""
    if not row_ids:
        return {}
    told = f"t.id AS thing_id, t.reporting_agency_id AS agency_id, round({_metres('a', 'b')}) AS metres"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id, n.thing_id, n.agency_id, n.metres
                FROM inventory_camerarow r, LATERAL ({_neighbour(told)}) n WHERE r.id = ANY(%(rows)s)""",
            {"agency": agency_id, "rows": list(row_ids)},
        )
        return {row: Neighbour(thing, agency, int(metres)) for row, thing, agency, metres in cursor.fetchall()}
