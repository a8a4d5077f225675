"""Poles from the five columns 杆件（自建） of the camera sheet (model.md, Poles).

Five blanks: no own pole. With a number: one pole per (agency, number). Without: the pole its camera already stands on,
else one for each merged range, else one of its own. Cameras are joined to a pole by distance only as a proposal, which
is not done here.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper

from cameras.models import PoleValues, PositionValues

from .targets import SUPERVISION

VALUES = tuple(str(f.column) for f in PoleValues._meta.get_fields())  # type: ignore[union-attr]
POSITION = tuple(str(f.column) for f in PositionValues._meta.get_fields())  # type: ignore[union-attr]
CARRIED = (*VALUES, *POSITION, "place_kind")
HAS_POLE = """(r.pole_number <> '' OR r.pole_built <> '' OR r.pole_height IS NOT NULL OR r.pole_arms IS NOT NULL
               OR r.pole_condition <> '')"""

SINGLE = """CASE WHEN r.pole_number <> '' THEN '' WHEN r.merge_group IS NULL THEN r.id::text
               ELSE r.source_file_id || '/' || r.sheet || '/' || r.merge_group END"""
"""What tells poles without a number apart: the merged range they share, else the row."""


def promote(cursor: CursorWrapper, params: dict[str, Any]) -> dict[str, int]:
    """Register the poles of a version, after its plan_camera was drawn; return how many had each fate.

    Leaves plan_pole_of_row(row_id, thing_id) for linking the cameras.
    """
    cursor.execute("SELECT pg_get_serial_sequence('cameras_pole', 'id')")
    sequence = cursor.fetchone()[0]
    cursor.execute("DROP TABLE IF EXISTS plan_pole, plan_pole_of_row")
    cursor.execute(
        f"""CREATE TEMP TABLE plan_pole_of_row ON COMMIT DROP AS
            WITH standing AS (
                SELECT r.id AS row_id, r.pole_number, coalesce(numbered.id, stood.id) AS found, {SINGLE} AS single
                FROM inventory_camerarow r
                JOIN plan_camera ON plan_camera.row_id = r.id
                LEFT JOIN cameras_pole numbered ON r.pole_number <> '' AND numbered.pole_number = r.pole_number
                     AND numbered.reporting_agency_id = %(agency)s AND numbered.life = 'live'
                LEFT JOIN cameras_camera c ON c.id = plan_camera.thing_id
                LEFT JOIN cameras_pole stood ON stood.id = c.pole_id AND stood.life = 'live'
                     AND r.pole_number = '' AND stood.pole_number = ''
                WHERE {HAS_POLE}
            ), fresh AS (
                SELECT pole_number, single FROM standing WHERE found IS NULL GROUP BY 1, 2
            ), numbered_fresh AS MATERIALIZED (
                SELECT *, nextval('{sequence}'::regclass) AS thing_id FROM fresh
            )
            SELECT s.row_id, coalesce(s.found, n.thing_id) AS thing_id, s.found IS NULL AS is_new
            FROM standing s LEFT JOIN numbered_fresh n
              ON s.found IS NULL AND n.pole_number = s.pole_number AND n.single = s.single""",
        params,
    )
    changes = " OR ".join(f"r.{c} IS DISTINCT FROM t.{c}" for c in VALUES)
    cursor.execute(
        f"""CREATE TEMP TABLE plan_pole ON COMMIT DROP AS
            SELECT DISTINCT ON (p.thing_id) p.thing_id, p.row_id,
                   CASE WHEN p.is_new THEN 'new' WHEN {changes} THEN 'changed' ELSE 'unchanged' END AS fate
            FROM plan_pole_of_row p
            JOIN inventory_camerarow r ON r.id = p.row_id
            LEFT JOIN cameras_pole t ON t.id = p.thing_id
            ORDER BY p.thing_id, p.row_id"""
    )
    carried = ", ".join(CARRIED)
    cursor.execute(
        f"""INSERT INTO cameras_pole
              (id, life, reporting_agency_id, owner_id, supervisor_id, version_number, changed_at, {carried})
            SELECT plan.thing_id, 'live', %(agency)s, %(agency)s, duty.agency_id, 1, %(now)s,
                   {", ".join(f"r.{c}" for c in CARRIED)}
            FROM plan_pole plan JOIN inventory_camerarow r ON r.id = plan.row_id
            {SUPERVISION}
            WHERE plan.fate = 'new'""",
        params,
    )
    cursor.execute(
        f"""UPDATE cameras_pole t SET version_number = t.version_number + 1, changed_at = %(now)s,
                   {", ".join(f"{c} = r.{c}" for c in VALUES)}
            FROM plan_pole plan JOIN inventory_camerarow r ON r.id = plan.row_id
            WHERE t.id = plan.thing_id AND plan.fate = 'changed'""",
        params,
    )
    cursor.execute(
        """UPDATE cameras_poleversion v SET recorded_to = %(now)s FROM plan_pole plan
           WHERE v.pole_id = plan.thing_id AND v.recorded_to IS NULL AND plan.fate = 'changed'""",
        params,
    )
    cursor.execute(
        f"""INSERT INTO cameras_poleversion
              (pole_id, number, life, reporting_agency_id, owner_id, supervisor_id, maintainer_id,
               recorded_from, ledger_entry_id, source_row_id, {carried})
            SELECT t.id, t.version_number, t.life, t.reporting_agency_id, t.owner_id, t.supervisor_id, t.maintainer_id,
                   %(now)s, %(entry)s, plan.row_id, {", ".join(f"t.{c}" for c in CARRIED)}
            FROM plan_pole plan JOIN cameras_pole t ON t.id = plan.thing_id WHERE plan.fate <> 'unchanged'""",
        params,
    )
    cursor.execute("SELECT fate, count(*) FROM plan_pole GROUP BY fate")
    return dict(cursor.fetchall())
