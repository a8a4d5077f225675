"""What both sides passed of the things that a survey left out, entered in the registry.

仍在 and 他人填报 change no value: the ledger counts them, and the mark itself stays with its version. 拆除 ends the
thing's life, 移交 gives it to the receiving agency; each is a version of its own, whose source is the mark. A mark that
changes an earlier one of its submission, after a reopening, begins with what stood before that one: what was ended
lives again, what was given away is the unit's again, unless something else has happened to it since.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper

from ..models import MissingMark
from ..registering.batch import Batch
from ..registering.targets import STEP, TARGETS, Target
from .missing import KEY_TAKEN

Mark = MissingMark.Mark
VOID = "void"
"""What became of a mark whose thing has meanwhile ended, gone to another agency, or come into the survey after all."""
REVIVED = "revived"
"""What became of a mark by which a thing that an earlier one had ended lives again."""


def _corrected(target: Target) -> str:
    """SQL, lateral: the owner before this submission's marks, where the thing (t) is as the last of them left it."""
    ours = "inventory_missingmark {0} JOIN inventory_version {1} ON {1}.id = {0}.version_id AND {1}.submission_id = "
    mine = "(SELECT submission_id FROM inventory_version WHERE id = %(version)s)"
    return f"""SELECT b.owner_id FROM {target.versions} w
               JOIN ({ours.format("said", "a")}{mine}) ON said.id = -w.source_row_id
               JOIN {target.versions} b ON b.{target.thing_id} = w.{target.thing_id} AND b.number < w.number
                AND NOT EXISTS (SELECT FROM {ours.format("x", "y")}{mine} WHERE x.id = -b.source_row_id)
               WHERE w.{target.thing_id} = t.id AND w.recorded_to IS NULL ORDER BY b.number DESC LIMIT 1"""


def promote(cursor: CursorWrapper, batch: Batch) -> dict[str, dict[str, int]]:
    """Carry the accepted marks out, after the plans of its rows were drawn; "<kind>_marks" -> mark -> how many.

    Kinds without marks are left out.
    """
    counts = {}
    items = "" if batch.whole else "JOIN reviews_item i ON i.round_id = %(round)s AND i.key = m.item_key"
    accepted = "" if batch.whole else "AND i.hash = m.row_hash AND NOT i.returned"
    for target in TARGETS:
        plan = f"plan_{target.kind}_marks"
        cursor.execute(f"DROP TABLE IF EXISTS {plan}")
        cursor.execute(
            f"""CREATE TEMP TABLE {plan} ON COMMIT DROP AS
                SELECT -m.id AS row_id, m.thing_id, m.to_agency_id, CASE
                    WHEN EXISTS (SELECT FROM plan_{target.kind} p WHERE p.thing_id = m.thing_id) THEN '{VOID}'
                    WHEN before.owner_id IS NULL AND (t.life <> 'live' OR t.reporting_agency_id <> %(agency)s)
                      OR before.owner_id IS NOT NULL AND {KEY_TAKEN[target.kind]} THEN '{VOID}'
                    WHEN t.life <> 'live' AND m.mark <> '{Mark.REMOVED}' THEN '{REVIVED}'
                    ELSE m.mark END AS said,
                    CASE m.mark WHEN '{Mark.REMOVED}' THEN 'retired' ELSE 'live' END AS life,
                    coalesce(m.to_agency_id, %(agency)s) AS reporting_agency_id,
                    CASE WHEN coalesce(before.owner_id, t.owner_id) = %(agency)s
                         THEN coalesce(m.to_agency_id, %(agency)s) ELSE coalesce(before.owner_id, t.owner_id) END
                      AS owner_id,
                    'unchanged' AS fate
                FROM inventory_missingmark m JOIN {target.things} t ON t.id = m.thing_id
                LEFT JOIN LATERAL ({_corrected(target)}) before ON true {items}
                WHERE m.version_id = %(version)s AND m.kind = %(kind)s {accepted}""",
            batch.params | {"kind": target.kind},
        )
        cursor.execute(f"SELECT said, count(*) FROM {plan} GROUP BY said")
        if told := dict(cursor.fetchall()):
            counts[f"{target.kind}_marks"] = told
            _carry_out(cursor, target, batch.params, plan)
    return counts


def _carry_out(cursor: CursorWrapper, target: Target, params: dict[str, Any], plan: str) -> None:
    """The receiving agency becomes responsible, and owner of what the giving one owned itself."""
    cursor.execute(
        f"""UPDATE {plan} plan SET fate = 'changed' FROM {target.things} t
            WHERE t.id = plan.thing_id AND plan.said <> '{VOID}'
              AND (t.life, t.reporting_agency_id, t.owner_id)
                  IS DISTINCT FROM (plan.life, plan.reporting_agency_id, plan.owner_id)"""
    )
    cursor.execute(
        f"""UPDATE {target.things} t SET {STEP},
                life = plan.life, reporting_agency_id = plan.reporting_agency_id, owner_id = plan.owner_id
            FROM {plan} plan WHERE t.id = plan.thing_id AND plan.fate = 'changed'""",
        params,
    )
