"""What both sides approved enters the registry: in SQL, exactly once, each version with its lineage.

One ledger entry per round; a plan of what each row does is drawn up once, and every statement follows it. Inserts are
ordered by id: indexes then grow at their right edge, which is twice as fast.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from agencies.models import Person
from audit.failures import Conflict
from reviews.models import Round

from . import poles
from .matching import NAME_KEY, collisions, matches
from .models import LedgerEntry, Submission, Version
from .targets import CAMERA, PLATFORM, SUPERVISION, TARGETS, Target

REGISTRY_LOCK = 0x4A5A0001
"""Advisory lock: one acceptance at a time, so that a code is never given to two agencies at once."""


def accept(round_: Round, by: Person) -> dict[str, Any]:
    """Register the round's version. Runs inside the deciding transaction; returns facts for the journal.

    Raises Conflict when a code has meanwhile been registered by another agency, or two rows mean one registered thing.
    """
    submission = (
        Submission.objects.select_related("obligation").select_for_update(of=("self",)).get(pk=round_.case.subject_id)
    )
    version = Version.objects.get(submission=submission, number=round_.number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
        cursor.execute("SET LOCAL work_mem = '256MB'")
        entry = LedgerEntry.objects.create(round=round_, version=version, recorded_at=Now())
        entry.refresh_from_db()
        params = {
            "version": version.pk,
            "agency": submission.obligation.agency_id,
            "entry": entry.pk,
            "now": entry.recorded_at,
        }
        counts = {}
        for target in TARGETS:
            _refuse_collisions(target, params)
            _draw_plan(cursor, target, params)
        counts["platform"] = _promote(cursor, PLATFORM, params, PLATFORM_LINKS)
        counts["pole"] = poles.promote(cursor, params)
        _resolve_platforms(cursor, params)
        counts["camera"] = _promote(cursor, CAMERA, params, CAMERA_LINKS)
    LedgerEntry.objects.filter(pk=entry.pk).update(counts=counts)
    Submission.objects.filter(pk=submission.pk).update(state=Submission.State.ACCEPTED, state_since=Now())
    return {"ledger_entry": entry.pk, "registered": counts}


def _refuse_collisions(target: Target, params: dict[str, Any]) -> None:
    taken = collisions(target, params["version"], params["agency"])
    if taken:
        places = "、".join(f"{row['sheet']} 第{row['row']}行" for row in taken[:5])
        raise Conflict(
            f"有 {len(taken)} 行的编码已由其他单位登记（{places}），不能入库。请退回这些行，由填报单位核对编码。"
        )


def _draw_plan(cursor: CursorWrapper, target: Target, params: dict[str, Any]) -> None:
    """plan_<kind>(row_id, thing_id, fate): new things get their id here."""
    plan = f"plan_{target.kind}"
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [target.things])
    sequence = cursor.fetchone()[0]
    cursor.execute(f"DROP TABLE IF EXISTS {plan}")
    cursor.execute(
        f"""CREATE TEMP TABLE {plan} ON COMMIT DROP AS
            SELECT r.id AS row_id, coalesce(m.thing_id, nextval('{sequence}'::regclass)) AS thing_id,
                   CASE WHEN m.thing_id IS NULL THEN 'new' ELSE 'matched' END AS fate
            FROM {target.rows} r
            JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
            LEFT JOIN ({matches(target)}) m ON m.row_id = r.id
            ORDER BY r.id""",
        params,
    )
    cursor.execute(f"SELECT thing_id FROM {plan} WHERE fate = 'matched' GROUP BY thing_id HAVING count(*) > 1 LIMIT 1")
    if twice := cursor.fetchone():
        number = f"{target.number_prefix}{twice[0]:06d}"
        raise Conflict(f"有两行对应同一条登记记录 {number}，不能入库。请退回其中一行，由填报单位核对编码或登记编号。")
    cursor.execute(
        f"""UPDATE {plan} p SET fate = CASE WHEN t.life <> 'live' THEN 'reactivated'
                                          WHEN {target.differs} THEN 'changed' ELSE 'unchanged' END
            FROM {target.rows} r, {target.things} t
            WHERE p.fate = 'matched' AND r.id = p.row_id AND t.id = p.thing_id"""
    )
    cursor.execute(f"ANALYZE {plan}")


PLATFORM_LINKS = {"name_key": NAME_KEY.format("{value:name}")}
CAMERA_LINKS = {"platform_id": "named.platform_id", "pole_id": "stands.thing_id"}
CAMERA_LINKS_JOIN = """LEFT JOIN named ON named.platform_name = r.platform_name
            LEFT JOIN plan_pole_of_row stands ON stands.row_id = r.id"""


def _promote(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: dict[str, str]) -> dict[str, int]:
    """Carry out the plan for one kind; return how many rows had each fate."""
    _insert_new(cursor, target, params, links)
    _update_changed(cursor, target, params, links)
    _write_versions(cursor, target, params)
    cursor.execute(f"SELECT fate, count(*) FROM plan_{target.kind} GROUP BY fate")
    return dict(cursor.fetchall())


def _resolve_platforms(cursor: CursorWrapper, params: dict[str, Any]) -> None:
    """named(platform_name, platform_id): which platform each name in the camera rows means.

    Looked for among the agency's own, then county-wide; a name that several bear links to none.
    """
    cursor.execute("DROP TABLE IF EXISTS named")
    cursor.execute(
        f"""CREATE TEMP TABLE named ON COMMIT DROP AS
            WITH asked AS MATERIALIZED (
                SELECT platform_name, {NAME_KEY.format("platform_name")} AS name_key FROM (
                    SELECT DISTINCT r.platform_name FROM inventory_camerarow r
                    JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
                    WHERE r.platform_name <> '') names
            ), known AS MATERIALIZED (
                SELECT {NAME_KEY.format("p.name")} AS name_key, p.reporting_agency_id = %(agency)s AS own,
                       CASE WHEN count(*) = 1 THEN min(p.id) END AS id
                FROM platforms_platform p WHERE p.life = 'live' GROUP BY 1, 2
            )
            SELECT DISTINCT ON (asked.platform_name) asked.platform_name, known.id AS platform_id
            FROM asked JOIN known USING (name_key) ORDER BY asked.platform_name, known.own DESC""",
        params,
    )


def _links_join(target: Target) -> str:
    return CAMERA_LINKS_JOIN if target is CAMERA else ""


def _fill(links: dict[str, str], name_sql: str) -> list[str]:
    return [sql.replace("{value:name}", name_sql) for sql in links.values()]


def _insert_new(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: dict[str, str]) -> None:
    columns = ", ".join((*target.columns, *links))
    values = ", ".join((*(f"r.{c}" for c in target.columns), *_fill(links, "r.name")))
    cursor.execute(
        f"""INSERT INTO {target.things}
              (id, life, reporting_agency_id, owner_id, supervisor_id, version_number, changed_at, {columns})
            SELECT plan.thing_id, 'live', %(agency)s, %(agency)s, duty.agency_id, 1, %(now)s, {values}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {_links_join(target)}
            {SUPERVISION}
            WHERE plan.fate = 'new'
            ORDER BY plan.thing_id""",
        params,
    )


def _update_changed(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: dict[str, str]) -> None:
    stated = [f"{c} = {target.stated(c)}" for c in target.columns]
    linked = [f"{name} = {sql}" for name, sql in zip(links, _fill(links, target.stated("name")), strict=True)]
    cursor.execute(
        f"""UPDATE {target.things} t SET life = 'live', version_number = t.version_number + 1, changed_at = %(now)s,
                {", ".join((*stated, *linked))}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {_links_join(target)}
            WHERE t.id = plan.thing_id AND plan.fate IN ('changed', 'reactivated')""",
        params,
    )


def _write_versions(cursor: CursorWrapper, target: Target, params: dict[str, Any]) -> None:
    """Close the open version of what changed, and open the new one with its lineage."""
    cursor.execute(
        f"""UPDATE {target.versions} v SET recorded_to = %(now)s FROM plan_{target.kind} plan
            WHERE v.{target.thing_id} = plan.thing_id AND v.recorded_to IS NULL
              AND plan.fate IN ('changed', 'reactivated')""",
        params,
    )
    more = ("platform_id", "pole_id") if target is CAMERA else ()
    carried = ", ".join((*target.columns, *more))
    cursor.execute(
        f"""INSERT INTO {target.versions}
              ({target.thing_id}, number, life, reporting_agency_id, owner_id, supervisor_id, maintainer_id,
               recorded_from, ledger_entry_id, source_row_id, {carried})
            SELECT t.id, t.version_number, t.life, t.reporting_agency_id, t.owner_id, t.supervisor_id, t.maintainer_id,
                   %(now)s, %(entry)s, plan.row_id, {", ".join(f"t.{c}" for c in carried.split(", "))}
            FROM plan_{target.kind} plan JOIN {target.things} t ON t.id = plan.thing_id
            WHERE plan.fate <> 'unchanged'
            ORDER BY plan.thing_id""",
        params,
    )
