"""An accepted batch leaves the registry again: a compensating entry that restores what stood before (model.md).

Each thing gets its earlier version back as a new one, where the batch's is still the open one; what was new is
withdrawn. What has changed since is left as it is, and so is what could not come back without harm: its code has been
given to another, or somebody stands on it by now. Nothing is deleted (docs/decisions/0012).
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from agencies.models import Person
from reviews.models import Round

from ..models import LedgerEntry
from .acceptance import lock_registry
from .matching import NAME_KEY
from .targets import ASIDE, STEP
from .versioning import CAMERAS, EVERY, PLATFORMS, POLES, Recorded

CHANGED_SINCE, TAKEN, USED = "changed_since", "taken", "used"
LEFT = {
    CHANGED_SINCE: "此后又有变动",
    TAKEN: "原来的编码、名称或编号已由别的设备使用",
    USED: "已有别的摄像机接入或安装在上面",
}
"""Why a thing was left as the batch made it."""


def withdraw(round_: Round, by: Person) -> dict[str, Any]:
    """Write the compensating entry of the round's batch. Runs in the deciding transaction; facts for the journal."""
    batch = LedgerEntry.objects.select_related("version").get(round=round_, kind__in=LedgerEntry.TAKES_IN)
    with connection.cursor() as cursor:
        lock_registry(cursor)
        entry = LedgerEntry.objects.create(
            kind=LedgerEntry.Kind.WITHDRAWAL, round=round_, version=batch.version, recorded_at=Now()
        )
        entry.refresh_from_db()
        params: dict[str, Any] = {"batch": batch.pk, "entry": entry.pk, "now": entry.recorded_at}
        # Cameras first: who still stands on a platform or a pole is seen only when they have gone back.
        counts = {recorded.kind: _take_back(cursor, recorded, params) for recorded in EVERY}
        cursor.execute(
            "UPDATE inventory_coreport SET ended_at = %(now)s WHERE ledger_entry_id = %(batch)s AND ended_at IS NULL",
            params,
        )
        if cursor.rowcount:
            counts["co_reports"] = {"ended": cursor.rowcount}
    LedgerEntry.objects.filter(pk=entry.pk).update(counts=counts)
    return {"ledger_entry": entry.pk, "withdrawn": counts}


def preview(round_: Round) -> dict[str, dict[str, int]]:
    """What `withdraw` would do as things are now: kind -> what becomes of how many. Nothing is written."""
    batch = LedgerEntry.objects.filter(round=round_, kind__in=LedgerEntry.TAKES_IN).first()
    if batch is None:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        counts = {}
        for recorded in EVERY:
            plan = _plan(cursor, recorded, {"batch": batch.pk})
            counts[recorded.kind] = _counted(cursor, plan)
        transaction.set_rollback(True)
    return counts


def _take_back(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any]) -> dict[str, int]:
    plan = _plan(cursor, recorded, params)
    _restore(cursor, recorded, params, plan)
    return _counted(cursor, plan)


def _plan(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any]) -> str:
    """Draw up what becomes of each thing of the batch; returns the table's name."""
    plan = f"plan_undo_{recorded.kind}"
    _draw(cursor, recorded, params, plan)
    _leave_used(cursor, recorded, params, plan)
    while _leave_taken(cursor, recorded, plan):
        pass
    return plan


def _counted(cursor: CursorWrapper, plan: str) -> dict[str, int]:
    cursor.execute(
        f"""SELECT CASE WHEN fate = 'unchanged' THEN why WHEN goes THEN 'withdrawn' WHEN comes THEN 'revived'
                        ELSE 'restored' END, count(*) FROM {plan} GROUP BY 1"""
    )
    return dict(cursor.fetchall())


def _in_force(recorded: Recorded) -> str:
    """SQL: the version (v) is the open one, or all that came after it was withdrawn again."""
    same = f"{recorded.thing_id} = v.{recorded.thing_id}"
    return f"""(v.recorded_to IS NULL OR NOT EXISTS (
        SELECT FROM {recorded.versions} u JOIN inventory_ledgerentry e ON e.id = u.ledger_entry_id
        WHERE u.{same} AND u.number > v.number AND NOT EXISTS (
          SELECT FROM inventory_ledgerentry w JOIN {recorded.versions} x ON x.ledger_entry_id = w.id AND x.{same}
          WHERE w.round_id = e.round_id AND w.kind = 'withdrawal')))"""


def _draw(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any], plan: str) -> None:
    """<plan>(row_id, thing_id, before_id, life, goes, comes, fate, why): what the batch wrote, and what was before.

    `life` is the one to come; the thing `goes` where it ends as withdrawn, `comes` where it lives again.
    """
    cursor.execute(f"DROP TABLE IF EXISTS {plan}")
    cursor.execute(
        f"""CREATE TEMP TABLE {plan} ON COMMIT DROP AS
            SELECT NULL::bigint AS row_id, v.{recorded.thing_id} AS thing_id, b.id AS before_id,
                   coalesce(b.life, 'withdrawn') AS life,
                   v.life = 'live' AND coalesce(b.life, 'withdrawn') = 'withdrawn' AS goes,
                   v.life <> 'live' AND b.life = 'live' AS comes,
                   CASE WHEN {_in_force(recorded)} THEN 'changed' ELSE 'unchanged' END AS fate,
                   CASE WHEN {_in_force(recorded)} THEN '' ELSE '{CHANGED_SINCE}' END AS why
            FROM {recorded.versions} v LEFT JOIN {recorded.versions} b
              ON b.{recorded.thing_id} = v.{recorded.thing_id} AND b.number = v.number - 1
            WHERE v.ledger_entry_id = %(batch)s""",
        params,
    )
    cursor.execute(f"ANALYZE {plan}")


def _leave_used(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any], plan: str) -> None:
    """A platform or pole stays while a camera refers to it that this entry did not bring back to an earlier state."""
    if recorded is CAMERAS:
        return
    cursor.execute(
        f"""UPDATE {plan} plan SET fate = 'unchanged', why = '{USED}'
            WHERE plan.fate = 'changed' AND plan.life <> 'live' AND EXISTS (
              SELECT FROM {CAMERAS.things} c WHERE c.{recorded.thing_id} = plan.thing_id AND c.life = 'live'
                AND NOT EXISTS (SELECT FROM plan_undo_camera o WHERE o.thing_id = c.id AND o.fate = 'changed'))"""
    )


SAME_KEY = {
    CAMERAS.kind: "o.code = b.code",
    PLATFORMS.kind: f"""(o.code = b.code OR b.code IS NULL AND o.code IS NULL
                         AND o.reporting_agency_id = b.reporting_agency_id
                         AND o.name_key = {NAME_KEY.format("b.name")})""",
    POLES.kind: """b.pole_number <> '' AND o.pole_number = b.pole_number
                   AND o.reporting_agency_id = b.reporting_agency_id""",
}
"""SQL: another live thing (o) has what only one may have, and the earlier version (b) had it."""


def _leave_taken(cursor: CursorWrapper, recorded: Recorded, plan: str) -> int:
    """Leave what cannot come back because somebody else has its key; who is left keeps a key too, so ask again."""
    cursor.execute(
        f"""UPDATE {plan} plan SET fate = 'unchanged', why = '{TAKEN}' FROM {recorded.versions} b
            WHERE plan.fate = 'changed' AND b.id = plan.before_id AND b.life = 'live' AND EXISTS (
              SELECT FROM {recorded.things} o WHERE o.life = 'live' AND o.id <> plan.thing_id
                AND {SAME_KEY[recorded.kind]}
                AND NOT EXISTS (SELECT FROM {plan} p WHERE p.thing_id = o.id AND p.fate = 'changed'))"""
    )
    return int(cursor.rowcount)


def _restore(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any], plan: str) -> None:
    """What was new ends; the others take their earlier values, after all have given up the keys they have now."""
    cursor.execute(
        f"""UPDATE {recorded.things} t SET {STEP}, life = 'withdrawn' FROM {plan} plan
            WHERE t.id = plan.thing_id AND plan.fate = 'changed' AND plan.before_id IS NULL""",
        params,
    )
    key = "pole_number" if recorded is POLES else "code"
    cursor.execute(
        f"""UPDATE {recorded.things} t SET {key} = '~' || t.id, {ASIDE} FROM {plan} plan
            WHERE t.id = plan.thing_id AND plan.fate = 'changed' AND plan.before_id IS NOT NULL""",
        params,
    )
    values = ", ".join(f"{column} = b.{column}" for column in recorded.carried)
    named = f", name_key = {NAME_KEY.format('b.name')}" if recorded is PLATFORMS else ""
    cursor.execute(
        f"""UPDATE {recorded.things} t SET {STEP}, life = b.life, {values}{named}
            FROM {plan} plan JOIN {recorded.versions} b ON b.id = plan.before_id
            WHERE t.id = plan.thing_id AND plan.fate = 'changed'""",
        params,
    )


def left_by(entry: LedgerEntry, recorded: Recorded) -> list[tuple[int, str]]:
    """(thing id, why) of what a withdrawal left as its batch had made it."""
    used = "false"
    if recorded is not CAMERAS:
        used = f"""EXISTS (SELECT FROM {CAMERAS.things} c
                   WHERE c.{recorded.thing_id} = v.{recorded.thing_id} AND c.life = 'live')"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.{recorded.thing_id}, CASE WHEN NOT {_in_force(recorded)} THEN '{CHANGED_SINCE}'
                       WHEN {used} THEN '{USED}' ELSE '{TAKEN}' END
                FROM inventory_ledgerentry b JOIN {recorded.versions} v ON v.ledger_entry_id = b.id
                WHERE b.round_id = %(round)s AND b.kind = 'acceptance' AND NOT EXISTS (
                  SELECT FROM {recorded.versions} w
                  WHERE w.{recorded.thing_id} = v.{recorded.thing_id} AND w.ledger_entry_id = %(entry)s)
                ORDER BY 1""",
            {"round": entry.round_id, "entry": entry.pk},
        )
        return [(thing, LEFT[why]) for thing, why in cursor.fetchall()]
