"""What both sides approved enters the registry: in SQL, exactly once, each version with its lineage.

One ledger entry per round; a plan of what each row does is drawn up once, and every statement follows it. The plan is
in the order of the ids and small enough to drive each join, so that indexes grow at their right edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from agencies.models import Person
from audit.failures import Conflict
from reviews.models import Round

from ..leftout import mark_acceptance
from ..models import LedgerEntry, Submission, Version
from . import poles
from .matching import NAME_KEY, collisions, matches
from .targets import CAMERA, PLATFORM, SUPERVISION, TARGETS, Target
from .versioning import write_versions

REGISTRY_LOCK = 0x4A5A0001
"""Advisory lock: one acceptance at a time, so that a code is never given to two agencies at once."""


def accept(round_: Round, by: Person) -> dict[str, Any]:
    """Register the round's version. Runs inside the deciding transaction; returns facts for the journal.

    Raises Conflict when a code has meanwhile been registered by another agency or on another record, when two rows mean
    one registered thing, and when the round is in the registry already.
    """
    submission = (
        Submission.objects.select_related("obligation").select_for_update(of=("self",)).get(pk=round_.case.subject_id)
    )
    version = Version.objects.get(submission=submission, number=round_.number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
        cursor.execute("SET LOCAL work_mem = '256MB'")
        if LedgerEntry.objects.filter(round=round_, kind=LedgerEntry.Kind.ACCEPTANCE).exists():
            raise Conflict("本轮已经入库，不再重复登记。请刷新页面查看。")
        entry = LedgerEntry.objects.create(round=round_, version=version, recorded_at=Now())
        entry.refresh_from_db()
        params = {
            "version": version.pk,
            "agency": submission.obligation.agency_id,
            "entry": entry.pk,
            "now": entry.recorded_at,
        }
        try:
            counts = _register(cursor, params)
        except IntegrityError as error:
            raise Conflict(
                "登记时发现有编码或名称与在册记录重复，不能入库。请退回相关的行，由填报单位核对编码、名称和登记编号。"
            ) from error
    LedgerEntry.objects.filter(pk=entry.pk).update(counts=counts)
    Submission.objects.filter(pk=submission.pk).update(state=Submission.State.ACCEPTED, state_since=Now())
    return {"ledger_entry": entry.pk, "registered": counts}


def _register(cursor: CursorWrapper, params: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Marks, platforms, poles, then the cameras on them; by kind, how many rows, poles or marks had each fate.

    Marks go first: a platform that was removed or handed over is none that this version's cameras mean as their own.
    """
    for target in TARGETS:
        _refuse_collisions(target, params)
        _draw_plan(cursor, target, params)
    marks = mark_acceptance.promote(cursor, params)
    counts = {"platform": _promote(cursor, PLATFORM, params, PLATFORM_LINKS)}
    counts["pole"] = poles.promote(cursor, params)
    _resolve_platforms(cursor, params)
    _notice_new_links(cursor)
    counts["camera"] = _promote(cursor, CAMERA, params, CAMERA_LINKS)
    return counts | marks


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


@dataclass(frozen=True)
class Link:
    """A column that is worked out, not read: its SQL for a new thing, and for a registered one (t) that changes."""

    column: str
    new: str
    changed: str


PLATFORM_LINKS = (Link("name_key", NAME_KEY.format("r.name"), NAME_KEY.format(PLATFORM.stated("name"))),)
CAMERA_LINKS = (
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
CAMERA_LINKS_JOIN = """LEFT JOIN named ON named.platform_name = r.platform_name
            LEFT JOIN plan_pole_of_row stands ON stands.row_id = r.id"""


def _promote(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: Sequence[Link]) -> dict[str, int]:
    """Carry out the plan for one kind; return how many rows had each fate."""
    _give_up_keys(cursor, target)
    _insert_new(cursor, target, params, links)
    _update_changed(cursor, target, params, links)
    write_versions(cursor, target, params, f"plan_{target.kind}")
    cursor.execute(f"SELECT fate, count(*) FROM plan_{target.kind} GROUP BY fate")
    return dict(cursor.fetchall())


BEFORE_GIVEN_UP = "CASE WHEN t.code LIKE '~%%' THEN NULL ELSE t.code END"
"""A row that does not state the code can only have had it set aside for its name; there was none then."""


def _give_up_keys(cursor: CursorWrapper, target: Target) -> None:
    """Set aside the codes (and the names that stand for one) that change: two things may swap theirs in one version.

    Unique indexes look at each row as it is written, so what is given up must be gone before anybody takes it.
    """
    renamed = ""
    if target is PLATFORM:
        renamed = f" OR (t.code IS NULL AND {NAME_KEY.format(target.stated('name'))} <> t.name_key)"
    cursor.execute(
        f"""UPDATE {target.things} t SET code = '~' || t.id
            FROM plan_{target.kind} plan JOIN {target.rows} r ON r.id = plan.row_id
            WHERE t.id = plan.thing_id AND plan.fate = 'changed'
              AND ((t.code IS NOT NULL AND {target.stated("code")} IS DISTINCT FROM t.code){renamed})"""
    )


def _resolve_platforms(cursor: CursorWrapper, params: dict[str, Any]) -> None:
    """named(platform_name, platform_id): which platform each name in the camera rows means.

    Looked for among the platforms of the same submission, then the agency's own, then county-wide; a name that several
    bear there links to none.
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
                SELECT {NAME_KEY.format("p.name")} AS name_key,
                       CASE WHEN plan.thing_id IS NOT NULL THEN 1
                            WHEN p.reporting_agency_id = %(agency)s THEN 2 ELSE 3 END AS nearness,
                       CASE WHEN count(*) = 1 THEN min(p.id) END AS id
                FROM platforms_platform p LEFT JOIN plan_platform plan ON plan.thing_id = p.id
                WHERE p.life = 'live' GROUP BY 1, 2
            )
            SELECT DISTINCT ON (asked.platform_name) asked.platform_name, known.id AS platform_id
            FROM asked JOIN known USING (name_key) ORDER BY asked.platform_name, known.nearness""",
        params,
    )


def _notice_new_links(cursor: CursorWrapper) -> None:
    """A camera whose row says what is registered, but whose platform or pole is found only now, changes by its link."""
    links = " OR ".join(f"{link.changed} IS DISTINCT FROM t.{link.column}" for link in CAMERA_LINKS)
    cursor.execute(
        f"""UPDATE plan_camera plan SET fate = 'changed'
            FROM cameras_camera t, inventory_camerarow r {CAMERA_LINKS_JOIN}
            WHERE plan.fate = 'unchanged' AND t.id = plan.thing_id AND r.id = plan.row_id AND ({links})"""
    )


def _links_join(target: Target) -> str:
    return CAMERA_LINKS_JOIN if target is CAMERA else ""


def _insert_new(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: Sequence[Link]) -> None:
    columns = ", ".join((*target.columns, *(link.column for link in links)))
    values = ", ".join((*(f"r.{c}" for c in target.columns), *(link.new for link in links)))
    cursor.execute(
        f"""INSERT INTO {target.things}
              (id, life, reporting_agency_id, owner_id, supervisor_id, version_number, changed_at, {columns})
            SELECT plan.thing_id, 'live', %(agency)s, %(agency)s, duty.agency_id, 1, %(now)s, {values}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {_links_join(target)}
            {SUPERVISION}
            WHERE plan.fate = 'new'""",
        params,
    )


def _update_changed(cursor: CursorWrapper, target: Target, params: dict[str, Any], links: Sequence[Link]) -> None:
    """A thing keeps its supervisor unless the row gives it another kind of place."""
    stated = [f"{c} = {target.stated(c)}" for c in target.columns if c != "code"]
    stated.append(f"code = CASE WHEN {target.kept('code')} THEN {BEFORE_GIVEN_UP} ELSE r.code END")
    linked = [f"{link.column} = {link.changed}" for link in links]
    cursor.execute(
        f"""UPDATE {target.things} t SET life = 'live', version_number = t.version_number + 1, changed_at = %(now)s,
                supervisor_id = CASE WHEN {target.stated("place_kind")} IS DISTINCT FROM t.place_kind
                                     THEN duty.agency_id ELSE t.supervisor_id END,
                {", ".join((*stated, *linked))}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {_links_join(target)}
            {SUPERVISION}
            WHERE t.id = plan.thing_id AND plan.fate IN ('changed', 'reactivated')""",
        params,
    )
