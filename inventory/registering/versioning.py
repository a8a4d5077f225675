"""The registry's own versions: one is closed, the next one opened, with the way back to what it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.backends.utils import CursorWrapper

from .poles import CARRIED
from .targets import CAMERA, PLATFORM

ANSWERABLE = ("reporting_agency_id", "owner_id", "supervisor_id", "maintainer_id")
"""Who answers for a thing, in both tables."""


@dataclass(frozen=True)
class Recorded:
    """A kind of registered thing: its two tables, and the columns that a version takes from the thing."""

    kind: str
    things: str
    versions: str
    columns: tuple[str, ...]

    @property
    def thing_id(self) -> str:
        """The version table's column that leads to the thing."""
        return f"{self.kind}_id"

    @cached_property
    def carried(self) -> tuple[str, ...]:
        return (*ANSWERABLE, *self.columns)


CAMERAS = Recorded(CAMERA.kind, CAMERA.things, CAMERA.versions, (*CAMERA.columns, "platform_id", "pole_id"))
PLATFORMS = Recorded(PLATFORM.kind, PLATFORM.things, PLATFORM.versions, PLATFORM.columns)
POLES = Recorded("pole", "cameras_pole", "cameras_poleversion", CARRIED)
EVERY = (CAMERAS, PLATFORMS, POLES)
OF_KIND = {recorded.kind: recorded for recorded in EVERY}


def write_versions(cursor: CursorWrapper, recorded: Recorded, params: dict[str, Any], plan: str) -> None:
    """Close the open version of what changed, and open the new one with its lineage.

    `plan` is a table (row_id, thing_id, fate): a thing whose fate is 'unchanged' or 'merged' keeps its version.
    `row_id` becomes the version's source: a staged row's id, below zero a mark's, or null.
    """
    cursor.execute(
        f"""UPDATE {recorded.versions} v SET recorded_to = %(now)s FROM {plan} plan
            WHERE v.{recorded.thing_id} = plan.thing_id AND v.recorded_to IS NULL
              AND plan.fate NOT IN ('new', 'unchanged', 'merged')""",
        params,
    )
    carried = ", ".join(recorded.carried)
    cursor.execute(
        f"""INSERT INTO {recorded.versions}
              ({recorded.thing_id}, number, life, recorded_from, ledger_entry_id, source_row_id, {carried})
            SELECT t.id, t.version_number, t.life, %(now)s, %(entry)s, plan.row_id,
                   {", ".join(f"t.{column}" for column in recorded.carried)}
            FROM {plan} plan JOIN {recorded.things} t ON t.id = plan.thing_id
            WHERE plan.fate NOT IN ('unchanged', 'merged')""",
        params,
    )
