"""The two kinds of staged rows and where each is registered; the SQL below is composed from these names only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from cameras.models import Camera, CameraValues, CameraVersion
from platforms.models import Platform, PlatformValues, PlatformVersion

from ..models import CameraRow, PlatformRow, StagedRow

SUPERVISION = """LEFT JOIN (
                SELECT DISTINCT ON (place_kind_id) place_kind_id, agency_id FROM agencies_duty
                WHERE place_kind_id IS NOT NULL ORDER BY place_kind_id, id
            ) duty ON duty.place_kind_id = r.place_kind"""
"""Attachment 3: the agency that supervises the row's kind of place."""

STEP = """version_number = t.version_number + 1, changed_at = %(now)s,
                ledger_entry_id = %(entry)s, source_row_id = plan.row_id"""
"""SQL of an UPDATE of things (t) along a plan: the next version, with its lineage. What was before is kept by itself.

`row_id` becomes the version's source: a staged row's id, below zero a mark's, or null.
"""
ASIDE = "changed_at = %(now)s"
"""SQL of an UPDATE that sets a key aside before the next one: what it finds is kept as the version that ends now."""

FOLLOWS = {
    "datum": "longitude",
    "wgs_longitude": "longitude",
    "wgs_latitude": "latitude",
    "label_state": "label",
    "gbt28181_remark": "gbt28181",
}
"""Columns that say something only beside another: they are stated, kept and erased with it."""
POSITION = frozenset({"longitude", "latitude"})


def states(row: Any, column: str) -> bool:
    """Whether this staged row says something in the column, be it that there is nothing; see `Target.kept`."""
    leader = FOLLOWS.get(column, column)
    moves = leader in POSITION and row.mobility == "mobile"
    return getattr(row, leader) not in (None, "") or leader in row.erased or moves


@dataclass(frozen=True)
class Target:
    """Staged rows of one kind, the identity and version tables they enter, and the columns carried over."""

    kind: str
    row: type[StagedRow]
    identity: type[models.Model]
    version: type[models.Model]
    values: type[models.Model]
    number_prefix: str

    @property
    def rows(self) -> str:
        return self.row._meta.db_table

    @property
    def things(self) -> str:
        return self.identity._meta.db_table

    @property
    def versions(self) -> str:
        return self.version._meta.db_table

    @property
    def thing_id(self) -> str:
        """The version table's column that leads to the identity."""
        return f"{self.kind}_id"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The clean columns, the same in all three tables."""
        return tuple(str(field.column) for field in self.values._meta.get_fields() if isinstance(field, models.Field))

    def blank(self, column: str) -> str:
        """SQL that is true where the staged row says nothing in this column."""
        leader = FOLLOWS.get(column, column)
        field = self.identity._meta.get_field(leader)
        textual = isinstance(field, models.CharField | models.TextField) and not field.null
        return f"r.{leader} = ''" if textual else f"r.{leader} IS NULL"

    def erased(self, column: str) -> str:
        """SQL that is true where the staged row erases this column: by "/", or a position by being mobile."""
        leader = FOLLOWS.get(column, column)
        mobile = " OR r.mobility = 'mobile'" if leader in POSITION else ""
        return f"('{leader}' = ANY(r.erased){mobile})"

    def kept(self, column: str) -> str:
        """SQL that is true where a registered value stays: a blank cell means "not stated" and erases nothing."""
        return f"({self.blank(column)} AND NOT {self.erased(column)})"

    def stated(self, column: str, registered: str = "t") -> str:
        """SQL of the value after an update of the thing with this alias."""
        return f"CASE WHEN {self.kept(column)} THEN {registered}.{column} ELSE r.{column} END"

    def changes(self, column: str) -> str:
        """SQL that is true where the staged row changes the registered value of this column."""
        return f"{self.stated(column)} IS DISTINCT FROM t.{column}"

    def differs_but_for(self, *columns: str) -> str:
        """SQL that is true where the staged row changes a registered value of another column than these."""
        return " OR ".join(self.changes(c) for c in self.columns if c not in columns)

    @cached_property
    def differs(self) -> str:
        """SQL that is true where the staged row changes the registered values."""
        return self.differs_but_for()


CAMERA = Target("camera", CameraRow, Camera, CameraVersion, CameraValues, Camera.prefix)
PLATFORM = Target("platform", PlatformRow, Platform, PlatformVersion, PlatformValues, Platform.prefix)
TARGETS = (PLATFORM, CAMERA)

#: The column's letter in the row `hit`, under the nearest header above it; see `sheets.report.columns_at`.
LETTER = """coalesce((SELECT l->'columns'->>%(column)s FROM jsonb_array_elements(place.later) l
                       WHERE (l->>'row')::int < hit.row ORDER BY (l->>'row')::int DESC LIMIT 1), place.letter)"""
