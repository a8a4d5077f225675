"""What both sides passed of the things that a survey left out, entered in the registry.

仍在 and 他人填报 change no value: the ledger counts them, and the mark itself stays with its version. 拆除 ends the
thing's life, 移交 gives it to the receiving agency; each is a version of its own, whose source is the mark.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper

from ..models import MissingMark
from ..registering.batch import Batch
from ..registering.targets import TARGETS, Target
from ..registering.versioning import OF_KIND, write_versions

Mark = MissingMark.Mark
VOID = "void"
"""What became of a mark whose thing has meanwhile ended, gone to another agency, or come into the survey after all."""


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
                    WHEN t.life <> 'live' OR t.reporting_agency_id <> %(agency)s
                      OR EXISTS (SELECT FROM plan_{target.kind} p WHERE p.thing_id = m.thing_id) THEN '{VOID}'
                    ELSE m.mark END AS said,
                    'unchanged' AS fate
                FROM inventory_missingmark m JOIN {target.things} t ON t.id = m.thing_id {items}
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
    cursor.execute(f"UPDATE {plan} SET fate = 'changed' WHERE said IN ('{Mark.REMOVED}', '{Mark.TRANSFERRED}')")
    cursor.execute(
        f"""UPDATE {target.things} t SET version_number = t.version_number + 1, changed_at = %(now)s,
                life = CASE plan.said WHEN '{Mark.REMOVED}' THEN 'retired' ELSE t.life END,
                reporting_agency_id = coalesce(plan.to_agency_id, t.reporting_agency_id),
                owner_id = CASE WHEN t.owner_id = %(agency)s THEN coalesce(plan.to_agency_id, t.owner_id)
                                ELSE t.owner_id END
            FROM {plan} plan WHERE t.id = plan.thing_id AND plan.fate = 'changed'""",
        params,
    )
    write_versions(cursor, OF_KIND[target.kind], params, plan)
