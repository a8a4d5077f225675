"""What both sides approved enters the registry: in SQL, exactly once, each version with its lineage.

One ledger entry per round; a plan of what each accepted row does is drawn up once (`plan`), and every statement here
follows it.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from agencies.models import Person
from audit.failures import Conflict
from reviews.models import Round

from ..leftout import mark_acceptance
from ..models import LedgerEntry, Submission, Version
from . import links, plan, poles, settling
from .batch import Batch
from .matching import NAME_KEY
from .plan import WRITTEN
from .targets import ASIDE, CAMERA, PLATFORM, STEP, SUPERVISION, TARGETS, Target

REGISTRY_LOCK = 0x4A5A0001
"""Advisory lock: one acceptance at a time, so that a code is never given to two agencies at once."""


def accept(round_: Round, by: Person) -> dict[str, Any]:
    """Register the accepted rows of the round's version. Runs in the deciding transaction; facts for the journal.

    Raises Conflict when a code was meanwhile registered by another agency or on another record, or what the sides
    settled about it is no longer so, when two rows mean one registered thing, and when the round is in the registry
    already.
    """
    submission = (
        Submission.objects.select_related("obligation").select_for_update(of=("self",)).get(pk=round_.case.subject_id)
    )
    version = Version.objects.get(submission=submission, number=round_.number)
    with connection.cursor() as cursor:
        lock_registry(cursor)
        if LedgerEntry.objects.filter(round=round_, kind=LedgerEntry.Kind.ACCEPTANCE).exists():
            raise Conflict("本轮已经入库，不再重复登记。请刷新页面查看。")
        entry = LedgerEntry.objects.create(round=round_, version=version, recorded_at=Now())
        entry.refresh_from_db()
        try:
            counts = _register(cursor, Batch.of(round_, version, submission, entry))
        except IntegrityError as error:
            raise Conflict(
                "登记时发现有编码或名称与在册记录重复，不能入库。请退回相关的行，由填报单位核对编码、名称和登记编号。"
            ) from error
    LedgerEntry.objects.filter(pk=entry.pk).update(counts=counts)
    return {"ledger_entry": entry.pk, "registered": counts}


def lock_registry(cursor: CursorWrapper) -> None:
    """Wait until nobody else writes the registry, and keep it to this transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
    cursor.execute("SET LOCAL work_mem = '256MB'")
    # Plans are narrow and plain: the planner needs to know little more of them than how many rows they have.
    cursor.execute("SET LOCAL default_statistics_target = 10")


def _register(cursor: CursorWrapper, batch: Batch) -> dict[str, dict[str, int]]:
    """Marks, platforms, poles, then the cameras on them; by kind, how many rows, poles or marks had each fate.

    Marks go first: a platform that was removed or handed over is none that this version's cameras mean as their own.
    """
    for target in TARGETS:
        plan.draw(cursor, target, batch)
    marks = mark_acceptance.promote(cursor, batch)
    counts = {"platform": _promote(cursor, PLATFORM, batch)}
    counts["pole"] = poles.promote(cursor, batch)
    links.resolve_platforms(cursor, batch)
    links.notice_new_links(cursor)
    counts["camera"] = _promote(cursor, CAMERA, batch)
    if batch.again and (late := _link_late(cursor, batch)):
        counts["camera_links"] = {"linked": late}
    return counts | marks


def _promote(cursor: CursorWrapper, target: Target, batch: Batch) -> dict[str, int]:
    """Carry out the plan for one kind; return how many rows had each fate."""
    told = plan.fates(cursor, target)
    changes = bool(told.keys() & {"changed", "reactivated", "transferred"})
    if changes:
        _give_up_keys(cursor, target, batch)
    if "new" in told:
        _insert_new(cursor, target, batch)
    if changes:
        _update_changed(cursor, target, batch)
    if "merged" in told:
        settling.write_co_reports(cursor, target, batch)
    return told


BEFORE_GIVEN_UP = "CASE WHEN t.code LIKE '~%%' THEN NULL ELSE t.code END"
"""A row that does not state the code can only have had it set aside for its name; there was none then."""


def _give_up_keys(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    """Set aside the codes (and the names that stand for one) that change: two things may swap theirs in one version.

    Unique indexes look at each row as it is written, so what is given up must be gone before anybody takes it.
    """
    renamed = ""
    if target is PLATFORM:
        renamed = f" OR (t.code IS NULL AND {NAME_KEY.format(target.stated('name'))} <> t.name_key)"
    cursor.execute(
        f"""UPDATE {target.things} t SET code = '~' || t.id, {ASIDE}
            FROM plan_{target.kind} plan JOIN {target.rows} r ON r.id = plan.row_id
            WHERE t.id = plan.thing_id AND plan.fate = 'changed'
              AND ((t.code IS NOT NULL AND NOT plan.apart AND {target.changes("code")}){renamed})""",
        batch.params,
    )


def _insert_new(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    more = links.links_of(target)
    columns = ", ".join((*target.columns, *(link.column for link in more)))
    stated = ("CASE WHEN NOT plan.apart THEN r.code END" if c == "code" else f"r.{c}" for c in target.columns)
    values = ", ".join((*stated, *(link.new for link in more)))
    cursor.execute(
        f"""INSERT INTO {target.things}
              (id, life, reporting_agency_id, owner_id, supervisor_id, version_number, changed_at,
               ledger_entry_id, source_row_id, {columns})
            SELECT plan.thing_id, 'live', %(agency)s, %(agency)s, duty.agency_id, 1, %(now)s,
                   %(entry)s, plan.row_id, {values}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {links.join_of(target)}
            {SUPERVISION}
            WHERE plan.fate = 'new'""",
        batch.params,
    )


def _update_changed(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    """A thing keeps its supervisor unless the row gives it another kind of place.

    One that was settled to be this agency's from now on is owned by it where its old agency owned it itself.
    """
    stated = [f"{c} = {target.stated(c)}" for c in target.columns if c != "code"]
    stated.append(f"code = CASE WHEN plan.apart OR {target.kept('code')} THEN {BEFORE_GIVEN_UP} ELSE r.code END")
    linked = [f"{link.column} = {link.changed}" for link in links.links_of(target)]
    cursor.execute(
        f"""UPDATE {target.things} t SET life = 'live', {STEP},
                reporting_agency_id = %(agency)s,
                owner_id = CASE WHEN t.owner_id = t.reporting_agency_id THEN %(agency)s ELSE t.owner_id END,
                supervisor_id = CASE WHEN {target.stated("place_kind")} IS DISTINCT FROM t.place_kind
                                     THEN duty.agency_id ELSE t.supervisor_id END,
                {", ".join((*stated, *linked))}
            FROM plan_{target.kind} plan
            JOIN {target.rows} r ON r.id = plan.row_id
            {links.join_of(target)}
            {SUPERVISION}
            WHERE t.id = plan.thing_id AND {WRITTEN}""",
        batch.params,
    )


def _link_late(cursor: CursorWrapper, batch: Batch) -> int:
    """Give cameras of earlier rounds the platform that was accepted only now; returns how many."""
    count = links.draw_late_links(cursor)
    if count:
        cursor.execute(
            f"""UPDATE cameras_camera t SET {STEP}, platform_id = plan.platform_id
               FROM plan_camera_linked plan WHERE t.id = plan.thing_id""",
            batch.params,
        )
    return count
