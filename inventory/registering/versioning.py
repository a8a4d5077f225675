"""The registry's own versions: one is closed, the next one opened, with the way back to what it came from."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper

from .targets import CAMERA, Target


def write_versions(cursor: CursorWrapper, target: Target, params: dict[str, Any], plan: str) -> None:
    """Close the open version of what changed, and open the new one with its lineage.

    `plan` is a table (row_id, thing_id, fate): a thing whose fate is 'unchanged' or 'merged' keeps its version.
    `row_id` becomes the version's source: a staged row's id, or below zero a mark's.
    """
    cursor.execute(
        f"""UPDATE {target.versions} v SET recorded_to = %(now)s FROM {plan} plan
            WHERE v.{target.thing_id} = plan.thing_id AND v.recorded_to IS NULL
              AND plan.fate IN ('changed', 'reactivated', 'transferred')""",
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
            FROM {plan} plan JOIN {target.things} t ON t.id = plan.thing_id
            WHERE plan.fate NOT IN ('unchanged', 'merged')""",
        params,
    )
