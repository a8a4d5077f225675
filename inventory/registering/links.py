"""What leads from a camera to its platform and its pole, worked out when its row is accepted, or once they are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from . import poles
from .batch import Batch
from .matching import NAME_KEY
from .targets import CAMERA, PLATFORM, Target


@dataclass(frozen=True)
class Link:
    """A column that is worked out, not read: its SQL for a new thing, and for a registered one (t) that changes."""

    column: str
    new: str
    changed: str


_OF_PLATFORM = (Link("name_key", NAME_KEY.format("r.name"), NAME_KEY.format(PLATFORM.stated("name"))),)
_OF_CAMERA = (
    # The name of a row leads to a platform; where it leads nowhere today, it still means the one it meant.
    Link(
        "platform_id",
        "named.platform_id",
        f"""CASE WHEN {CAMERA.kept("platform_name")} THEN t.platform_id ELSE
                 coalesce(named.platform_id, CASE WHEN r.platform_name = t.platform_name THEN t.platform_id END) END""",
    ),
    Link(
        "pole_id",
        "stands.thing_id",
        f"""CASE WHEN stands.row_id IS NOT NULL THEN stands.thing_id
                 WHEN {poles.SPEAKS} THEN NULL ELSE t.pole_id END""",
    ),
)
_JOIN = """LEFT JOIN named ON named.platform_name = plan.platform_name
            LEFT JOIN plan_pole_of_row stands ON stands.row_id = plan.row_id"""


def meant_platform(name: str, agency: str) -> str:
    """SQL of the live platform that a name means to an agency: its own before the county's, none where several bear it.

    `name` and `agency` are SQL; for what changes without a survey, where no submission's platforms stand nearer.
    """
    return f"""SELECT CASE WHEN count(*) = 1 THEN min(p.id) END FROM platforms_platform p
               WHERE p.life = 'live' AND {name} <> '' AND p.name_key = {NAME_KEY.format(name)}
               GROUP BY (p.reporting_agency_id = {agency})
               ORDER BY (p.reporting_agency_id = {agency}) DESC LIMIT 1"""


def links_of(target: Target) -> tuple[Link, ...]:
    return _OF_CAMERA if target is CAMERA else _OF_PLATFORM


def join_of(target: Target) -> str:
    """SQL that brings what the links refer to beside the plan."""
    return _JOIN if target is CAMERA else ""


def resolve_platforms(cursor: CursorWrapper, batch: Batch) -> None:
    """named(platform_name, platform_id, nearness): which platform each name in the camera rows means.

    Looked for among the platforms of the same submission (also those of its rows that were merged with another
    agency's), then the agency's own, then county-wide; a name that several bear there links to none.
    """
    cursor.execute("DROP TABLE IF EXISTS named")
    cursor.execute(
        f"""CREATE TEMP TABLE named ON COMMIT DROP AS
            WITH asked AS MATERIALIZED (
                SELECT platform_name, {NAME_KEY.format("platform_name")} AS name_key FROM (
                    SELECT platform_name FROM plan_camera
                    UNION SELECT t.platform_name FROM settled_camera s JOIN cameras_camera t ON t.id = s.thing_id
                ) names WHERE platform_name <> ''
            ), reported AS (
                SELECT thing_id FROM plan_platform UNION SELECT thing_id FROM settled_platform
            ), known AS MATERIALIZED (
                SELECT name_key, nearness, CASE WHEN count(DISTINCT id) = 1 THEN min(id) END AS id FROM (
                    SELECT {NAME_KEY.format("p.name")} AS name_key, p.id,
                           CASE WHEN p.id IN (SELECT thing_id FROM reported) THEN 1
                                WHEN p.reporting_agency_id = %(agency)s THEN 2 ELSE 3 END AS nearness
                    FROM platforms_platform p WHERE p.life = 'live'
                    UNION ALL SELECT {NAME_KEY.format("r.name")}, plan.thing_id, 1
                    FROM plan_platform plan JOIN inventory_platformrow r ON r.id = plan.row_id
                    WHERE plan.fate = 'merged') bearers
                GROUP BY 1, 2
            )
            SELECT DISTINCT ON (asked.platform_name) asked.platform_name, known.id AS platform_id, known.nearness
            FROM asked JOIN known USING (name_key) ORDER BY asked.platform_name, known.nearness""",
        batch.params,
    )


def notice_new_links(cursor: CursorWrapper) -> None:
    """A camera whose row says what is registered, but whose platform or pole is found only now, changes by its link."""
    changed = " OR ".join(f"{link.changed} IS DISTINCT FROM t.{link.column}" for link in _OF_CAMERA)
    cursor.execute("SELECT EXISTS (SELECT FROM plan_camera WHERE fate = 'unchanged')")
    if cursor.fetchone()[0]:
        cursor.execute(
            f"""UPDATE plan_camera goal SET fate = 'changed'
                FROM plan_camera plan JOIN inventory_camerarow r ON r.id = plan.row_id {_JOIN}, cameras_camera t
                WHERE goal.row_id = plan.row_id AND plan.fate = 'unchanged' AND t.id = plan.thing_id AND ({changed})"""
        )


def draw_late_links(cursor: CursorWrapper) -> int:
    """plan_camera_linked(row_id, thing_id, fate, platform_id): cameras of earlier rounds whose platform came only now.

    Only what the accepted row itself says is linked: a camera that has been given another platform since is left.
    """
    cursor.execute("DROP TABLE IF EXISTS plan_camera_linked")
    cursor.execute(
        """CREATE TEMP TABLE plan_camera_linked ON COMMIT DROP AS
           SELECT s.row_id, s.thing_id, 'changed' AS fate, named.platform_id
           FROM settled_camera s JOIN cameras_camera t ON t.id = s.thing_id AND t.platform_id IS NULL
           JOIN inventory_camerarow r ON r.id = s.row_id AND r.platform_name = t.platform_name
           JOIN named ON named.platform_name = r.platform_name AND named.nearness = 1
           WHERE named.platform_id IS NOT NULL"""
    )
    return int(cursor.rowcount)
