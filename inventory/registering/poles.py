"""Poles from the five columns 杆件（自建） of the camera sheet (model.md, Poles).

Five blanks: no own pole, or the one that the camera stands on already. With a number: one pole per (agency, number).
Without: the pole its camera stands on, else one for each merged range, be its rows accepted in one round or in several,
else one of its own. Cameras are joined to a pole by distance only as a proposal, which is not done here.
"""

from __future__ import annotations

from django.db import models
from django.db.backends.utils import CursorWrapper

from cameras.models import PoleValues, PositionValues

from .batch import Batch
from .targets import CAMERA, STEP, SUPERVISION


def _columns(values: type[models.Model]) -> tuple[str, ...]:
    return tuple(str(field.column) for field in values._meta.get_fields() if isinstance(field, models.Field))


VALUES = _columns(PoleValues)
SITE = (*_columns(PositionValues), "place_kind")
CARRIED = (*VALUES, *SITE)
SPEAKS = (
    "("
    + " OR ".join(f"NOT ({CAMERA.blank(column)})" for column in VALUES)
    + (f" OR r.erased && ARRAY[{', '.join(repr(column) for column in VALUES)}]::varchar[])")
)
"""SQL that is true where the row says anything of a pole, be it that there is none."""


def _now(column: str) -> str:
    """SQL of what the camera's row means in this column: what is registered (alias c) counts where it is silent."""
    return f"CASE WHEN {CAMERA.kept(column)} THEN coalesce(c.{column}, r.{column}) ELSE r.{column} END"


HAS_POLE = " OR ".join(f"coalesce({_now(column)}::text, '') <> ''" for column in VALUES)
SINGLE = f"""CASE WHEN {_now("pole_number")} <> '' THEN '' WHEN r.merge_group IS NULL THEN r.id::text
               ELSE r.source_file_id || '/' || r.sheet || '/' || r.merge_group END"""
"""What tells poles without a number apart: the merged range they share, else the row."""


def promote(cursor: CursorWrapper, batch: Batch) -> dict[str, int]:
    """Register the poles of the accepted rows, after their plan_camera was drawn; return how many had each fate.

    Leaves plan_pole_of_row(row_id, thing_id, is_new) for linking the cameras.
    """
    cursor.execute("DROP TABLE IF EXISTS plan_pole, plan_pole_of_row, pole_standing, pole_said")
    _find(cursor, batch)
    _describe(cursor)
    _write(cursor, batch)
    cursor.execute("SELECT fate, count(*) FROM plan_pole GROUP BY fate")
    return dict(cursor.fetchall())


def _find(cursor: CursorWrapper, batch: Batch) -> None:
    """plan_pole_of_row: which pole each row that speaks of one means; new poles get their id, in the rows' order.

    An unnumbered pole that its camera's row gives a number stays the same pole, unless the number has a pole already.
    The poles of merged ranges whose other rows were accepted before are known by these.
    """
    cursor.execute("SELECT pg_get_serial_sequence('cameras_pole', 'id')")
    sequence = cursor.fetchone()[0]
    cursor.execute(
        f"""CREATE TEMP TABLE pole_standing ON COMMIT DROP AS
            SELECT row_id, pole_number, single, stood_id, CASE WHEN pole_number <> '' THEN numbered_id
                   ELSE coalesce(stood_id, min(stood_id) OVER (PARTITION BY pole_number, single), begun_id) END AS found
            FROM (SELECT r.id AS row_id, {_now("pole_number")} AS pole_number, {SINGLE} AS single, stood.id AS stood_id
                  FROM plan_camera plan
                  JOIN inventory_camerarow r ON r.id = plan.row_id
                  LEFT JOIN cameras_camera c ON plan.fate <> 'new' AND c.id = plan.thing_id
                  LEFT JOIN cameras_pole stood ON stood.id = c.pole_id AND stood.life = 'live'
                       AND stood.pole_number = '' AND stood.reporting_agency_id = %(agency)s
                  WHERE plan.speaks AND plan.fate <> 'merged' AND ({HAS_POLE})) spoken
            LEFT JOIN (SELECT {SINGLE} AS single, min(c.pole_id) AS begun_id
                       FROM settled_camera s JOIN inventory_camerarow r ON r.id = s.row_id
                       JOIN cameras_camera c ON c.id = s.thing_id
                       JOIN cameras_pole p ON p.id = c.pole_id AND p.life = 'live' AND p.pole_number = ''
                         AND p.reporting_agency_id = %(agency)s
                       WHERE r.merge_group IS NOT NULL GROUP BY 1) begun USING (single)
            LEFT JOIN (SELECT id AS numbered_id, pole_number FROM cameras_pole
                       WHERE reporting_agency_id = %(agency)s AND life = 'live' AND pole_number <> '') numbered
                 USING (pole_number)""",
        batch.params,
    )
    cursor.execute(
        f"""CREATE TEMP TABLE plan_pole_of_row ON COMMIT DROP AS
            WITH given AS (
                SELECT DISTINCT ON (stood_id) stood_id, pole_number FROM (
                    SELECT pole_number, min(stood_id) AS stood_id, min(row_id) AS first FROM pole_standing
                    WHERE found IS NULL AND pole_number <> '' AND stood_id IS NOT NULL GROUP BY 1) named
                ORDER BY stood_id, first
            ), fresh AS MATERIALIZED (
                SELECT pole_number, single, nextval('{sequence}'::regclass) AS thing_id FROM (
                    SELECT pole_number, single FROM pole_standing
                    WHERE found IS NULL AND pole_number NOT IN (SELECT pole_number FROM given)
                    GROUP BY 1, 2 ORDER BY min(row_id)) wanted
            )
            SELECT s.row_id, coalesce(s.found, given.stood_id, fresh.thing_id) AS thing_id,
                   fresh.thing_id IS NOT NULL AS is_new
            FROM pole_standing s
            LEFT JOIN given ON s.found IS NULL AND given.pole_number = s.pole_number
            LEFT JOIN fresh ON s.found IS NULL AND fresh.pole_number = s.pole_number AND fresh.single = s.single"""
    )
    cursor.execute("ANALYZE plan_pole_of_row")


def _describe(cursor: CursorWrapper) -> None:
    """plan_pole: what each pole meant is to be. The first row that states a column decides it; a blank states nothing.

    `row_id` is the first of its rows, `site_id` the one whose camera the registered pole has its place from. The rows
    that speak are read once; which of them decides what is found by their ids.
    """
    blank = {column: CAMERA.blank(column) for column in VALUES}
    means = ", ".join(
        f"r.{c}, {blank[c]} AS {c}_blank, {CAMERA.erased(c)} AS {c}_erased, {_now(c)} AS {c}_now" for c in VALUES
    )
    decides = ", ".join(
        f"min(row_id) FILTER (WHERE NOT {c}_blank) AS {c}_by, bool_or({c}_erased) AS {c}_erased" for c in VALUES
    )
    same_site = "(c.longitude, c.latitude, c.place_kind) IS NOT DISTINCT FROM (t.longitude, t.latitude, t.place_kind)"
    cursor.execute(
        f"""CREATE TEMP TABLE pole_said ON COMMIT DROP AS
            SELECT p.thing_id, p.is_new, r.id AS row_id, {means}, {", ".join(f"{_now(c)} AS {c}" for c in SITE)},
                   p.is_new OR (c.pole_id = t.id AND {same_site}) AS is_site
            FROM plan_pole_of_row p
            JOIN inventory_camerarow r ON r.id = p.row_id
            JOIN plan_camera plan ON plan.row_id = r.id
            LEFT JOIN cameras_camera c ON plan.fate <> 'new' AND c.id = plan.thing_id
            LEFT JOIN cameras_pole t ON NOT p.is_new AND t.id = p.thing_id"""
    )
    cursor.execute("CREATE UNIQUE INDEX ON pole_said (row_id); ANALYZE pole_said (row_id, thing_id, is_new)")
    cursor.execute(
        f"""CREATE TEMP TABLE plan_pole ON COMMIT DROP AS
            WITH said AS MATERIALIZED (
                SELECT thing_id, is_new, min(row_id) AS row_id, min(row_id) FILTER (WHERE is_site) AS site_id, {decides}
                FROM pole_said GROUP BY 1, 2
            ), told AS (
                SELECT said.thing_id, said.is_new, said.row_id, said.site_id, {", ".join(_told(c) for c in VALUES)},
                       {", ".join(_placed(c) for c in SITE)}
                FROM said
                JOIN pole_said first ON first.row_id = said.row_id
                LEFT JOIN pole_said site ON site.row_id = said.site_id
                LEFT JOIN cameras_pole t ON NOT said.is_new AND t.id = said.thing_id
            )
            SELECT told.*, CASE WHEN is_new THEN 'new'
                   WHEN {" OR ".join(f"told.{c} IS DISTINCT FROM t.{c}" for c in CARRIED)} THEN 'changed'
                   ELSE 'unchanged' END AS fate
            FROM told LEFT JOIN cameras_pole t ON t.id = told.thing_id"""
    )


def _told(column: str) -> str:
    """SQL of a pole's value: stated now, else as it stands unless erased; a new pole takes what its first row means."""
    blank = "NULL" if PoleValues._meta.get_field(column).null else "''"
    later = f"(SELECT s.{column} FROM pole_said s WHERE s.row_id = said.{column}_by)"
    return f"""CASE WHEN said.{column}_by = said.row_id THEN first.{column}
                    WHEN said.{column}_by IS NOT NULL THEN {later} WHEN said.{column}_erased THEN {blank}
                    WHEN said.is_new THEN first.{column}_now ELSE t.{column} END AS {column}"""


def _placed(column: str) -> str:
    return f"CASE WHEN said.site_id IS NULL THEN t.{column} ELSE site.{column} END AS {column}"


def _write(cursor: CursorWrapper, batch: Batch) -> None:
    """Insert the new poles and update the changed ones."""
    params = batch.params
    carried = ", ".join(CARRIED)
    duty = SUPERVISION.replace("r.place_kind", "plan.place_kind")
    cursor.execute(
        f"""INSERT INTO cameras_pole
              (id, life, reporting_agency_id, owner_id, supervisor_id, version_number, changed_at,
               ledger_entry_id, source_row_id, {carried})
            SELECT plan.thing_id, 'live', %(agency)s, %(agency)s, duty.agency_id, 1, %(now)s, %(entry)s, plan.row_id,
                   {", ".join(f"plan.{c}" for c in CARRIED)}
            FROM plan_pole plan {duty}
            WHERE plan.fate = 'new' ORDER BY plan.thing_id""",
        params,
    )
    cursor.execute(
        f"""UPDATE cameras_pole t SET {STEP},
                   supervisor_id = CASE WHEN plan.place_kind IS DISTINCT FROM t.place_kind
                                        THEN duty.agency_id ELSE t.supervisor_id END,
                   {", ".join(f"{c} = plan.{c}" for c in CARRIED)}
            FROM plan_pole plan {duty}
            WHERE t.id = plan.thing_id AND plan.fate = 'changed'""",
        params,
    )
