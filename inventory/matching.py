"""Which staged row is which registered thing (model.md, Registry: identity).

A row is matched by registry number, then by a live or former code of the same agency; platforms also by their name
within the agency. Never by position. All in SQL over whole versions.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from .targets import CAMERA, TARGETS, Target

NAME_KEY = "lower(regexp_replace(coalesce({}, ''), '\\s+', '', 'g'))"
"""A platform's name as its key: without white space, case folded."""


def matches(target: Target) -> str:
    """A subquery (row_id, thing_id, life) for the rows of %(version)s that stand in %(agency)s's registry already."""
    number = f"substring(r.registry_number FROM '^{target.number_prefix}([0-9]+)$')::bigint"
    by_name = (
        ""
        if target is CAMERA
        else f"""
        LEFT JOIN {target.things} named ON named.reporting_agency_id = %(agency)s AND named.life = 'live'
             AND r.code IS NULL AND named.code IS NULL AND named.name_key = {NAME_KEY.format("r.name")}"""
    )
    best = "coalesce(numbered.id, coded.id, former.id" + (")" if target is CAMERA else ", named.id)")
    return f"""
        SELECT r.id AS row_id, {best} AS thing_id
        FROM {target.rows} r
        JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
        LEFT JOIN {target.things} numbered
             ON numbered.id = {number} AND numbered.reporting_agency_id = %(agency)s
        LEFT JOIN {target.things} coded
             ON coded.code = r.code AND coded.life = 'live' AND coded.reporting_agency_id = %(agency)s
        LEFT JOIN (
            SELECT DISTINCT ON (v.code) v.code, t.id
            FROM {target.versions} v JOIN {target.things} t ON t.id = v.{target.thing_id}
            WHERE t.reporting_agency_id = %(agency)s AND v.code IS NOT NULL
            ORDER BY v.code, v.recorded_from DESC
        ) former ON former.code = r.code{by_name}
        WHERE {best} IS NOT NULL"""


def match_version(version_id: int, agency_id: int) -> None:
    """Write on each staged row of the version what it would do to the registry as it stands now.

    `fate` is '' for a new thing; a match is 'changed', 'unchanged' or 'reactivated'.
    """
    params = {"version": version_id, "agency": agency_id}
    with connection.cursor() as cursor:
        for target in TARGETS:
            cursor.execute(
                f"""UPDATE {target.rows} r SET match_id = t.id, fate = CASE
                        WHEN t.life <> 'live' THEN 'reactivated'
                        WHEN {target.differs} THEN 'changed' ELSE 'unchanged' END
                    FROM ({matches(target)}) m JOIN {target.things} t ON t.id = m.thing_id
                    WHERE r.id = m.row_id""",
                params,
            )


def collisions(target: Target, version_id: int, agency_id: int) -> list[dict[str, Any]]:
    """Rows whose code is live in another agency's registry: [{row_id, key, sheet, row, code, thing_id, agency_id}]."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id AS row_id, r.key, r.sheet, r.row, r.code, t.id AS thing_id, t.reporting_agency_id AS agency_id
                FROM {target.rows} r
                JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
                JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
                WHERE t.reporting_agency_id <> %(agency)s
                ORDER BY r.id""",
            {"version": version_id, "agency": agency_id},
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def carry_keys(new_file_id: int, old_file_id: int) -> None:
    """Give the rows of a re-uploaded file the identities of the rows they replace: by code, else by sheet and row.

    A key is taken once; a row that replaces none keeps its fresh key.
    """
    with connection.cursor() as cursor:
        for target in TARGETS:
            cursor.execute(
                f"""
                WITH by_code AS (
                    SELECT n.id, o.key FROM {target.rows} n JOIN {target.rows} o
                      ON o.source_file_id = %(old)s AND o.code = n.code
                    WHERE n.source_file_id = %(new)s
                ), sure AS (
                    SELECT DISTINCT ON (key) id, key FROM (SELECT DISTINCT ON (id) id, key FROM by_code ORDER BY id, key) s
                    ORDER BY key, id
                ), by_place AS (
                    SELECT n.id, o.key FROM {target.rows} n JOIN {target.rows} o
                      ON o.source_file_id = %(old)s AND o.sheet = n.sheet AND o.row = n.row
                    WHERE n.source_file_id = %(new)s
                      AND n.id NOT IN (SELECT id FROM sure) AND o.key NOT IN (SELECT key FROM sure)
                )
                UPDATE {target.rows} r SET key = k.key
                FROM (SELECT * FROM sure UNION ALL SELECT * FROM by_place) k WHERE r.id = k.id""",
                {"new": new_file_id, "old": old_file_id},
            )
