"""What every change on screen has in common: the submission locked, the rows at hand, what is written about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from agencies.models import Person
from audit import journal
from audit.failures import Invalid
from sheets.declare import Sheet

from .. import standing
from ..models import Change, ChangeSet, ReportKind, SourceFile, StagedRow, Submission, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import Target
from ..services import draft_version, locked
from ..waiving import waivers
from . import recheck
from .restaging import BY_KIND, Sources, delete

BEHIND_A_FILE = (ChangeSet.Way.KEEP, ChangeSet.Way.SETTLE)
GONE = "这一行已不在表里，可能刚被删除。请刷新页面。"


class Cell(NamedTuple):
    """A cell to be set: row key, column key, the text; `was` is the text that the user saw (None: don't compare)."""

    key: int
    column: str
    value: str
    was: str | None = None


@dataclass(frozen=True)
class Applied:
    """What a change came to. `change_set` is None where every cell said so already; `keys` are the rows concerned."""

    change_set: ChangeSet | None
    version: Version
    kind: str
    keys: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()


class Act:
    """One change under way: the submission locked, its draft version, and what is to be written about it."""

    def __init__(self, by: Person, submission_id: int, kind: str, way: ChangeSet.Way) -> None:
        self.by = by
        self.way = way
        self.target: Target = BY_KIND[kind]
        self.sheet: Sheet = DECLARATIONS[kind]
        self.submission: Submission = locked(by, submission_id, ReportKind.ROWS)
        self.version: Version = draft_version(by, self.submission)
        self.sources = Sources(self.version)
        self.changes: list[Change] = []

    def rows(self, keys: Iterable[int]) -> dict[int, StagedRow]:
        """The rows with these keys; Invalid when one is not there."""
        wanted = set(keys)
        found = self.sources.rows(self.target, wanted)
        if len(found) < len(wanted):
            raise Invalid(GONE)
        return found

    def locked_among(self, rows: Iterable[StagedRow]) -> set[int]:
        """The keys of these rows, as they were found, that stand accepted and are read-only.

        What is carried over or settled after a new upload is not asked: the file, not the screen, changed the row.
        """
        if self.way in BEHIND_A_FILE:
            return set()
        return standing.locked_keys(self.submission.pk, rows)

    def refuse_locked(self, rows: Iterable[StagedRow]) -> None:
        """Raise Conflict where one of these rows, as they were found, stands accepted."""
        rows = list(rows)
        if held := self.locked_among(rows):
            standing.refuse(held, [f"{row.sheet} 第{row.row}行" for row in rows if row.key in held])

    def note(self, row: StagedRow, column: str, before: Any, after: Any) -> None:
        """A change of one cell, or with column '' of a whole row."""
        self.changes.append(
            Change(
                kind=self.target.kind,
                row_key=row.key,
                file_id=self.sources.files[row.source_file_id].file_id,
                sheet=row.sheet,
                row=row.row,
                column_key=column,
                before=before,
                after=after,
            )
        )

    def conclude(self, action: str, *, undoes: ChangeSet | None = None, **facts: Any) -> ChangeSet:
        """Write down what was done: the version's edition, the recheck, the change set, the journal."""
        rows = {change.row_key for change in self.changes}
        waivers.apply(self.version.pk, sorted(rows))
        touch(self.version, self.by)
        made = ChangeSet.objects.create(version=self.version, way=self.way, person=self.by, undoes=undoes)
        for change in self.changes:
            change.change_set = made
        Change.objects.bulk_create(self.changes, batch_size=2000)
        journal.record(
            self.by,
            action,
            self.submission,
            agency_id=self.submission.obligation.agency_id,
            version=self.version.number,
            rows=len(rows),
            digest=_digest(self.changes),
            **facts,
        )
        return made


def touch(version: Version, by: Person) -> None:
    """The version's content has changed: its hash is to be worked out anew, and so is what looks at the whole file."""
    version.edition += 1
    version.hash = ""
    version.save(update_fields=["edition", "hash"])
    recheck.enqueue(version, by)


def mark_edited(sources: Sources, kind: str, changes: Sequence[Change], rows: Mapping[int, StagedRow]) -> None:
    """Set `edited` on the rows for these changes: the columns that say something else than the file said.

    What the file said is what the first change of the cell since found there.
    """
    again = [change for change in changes if change.column_key in rows[change.row_key].edited]
    first = {}
    if again:
        cells = {"row_key__in": {each.row_key for each in again}, "column_key__in": {each.column_key for each in again}}
        first = first_said(Change.objects.filter(kind=kind, **cells))
    for made in changes:
        row = rows[made.row_key]
        edited = [column for column in row.edited if column != made.column_key]
        said = first.get((made.row_key, made.column_key, made.file_id), made.before)
        on_screen = sources.files[row.source_file_id].origin == SourceFile.Origin.SCREEN
        row.edited = edited if said == made.after and not on_screen else [*edited, made.column_key]


def first_said(changes: QuerySet[Change]) -> dict[tuple[int, str, UUID], Any]:
    """(row key, column, file) -> the cell before the first of these changes that was made of it in that file."""
    firsts = changes.order_by("row_key", "column_key", "file_id", "id").distinct("row_key", "column_key", "file_id")
    return {(each.row_key, each.column_key, each.file_id): each.before for each in firsts}


def last_change(kind: str, key: int, columns: Sequence[str]) -> Change | None:
    changes: QuerySet[Change] = Change.objects.filter(kind=kind, row_key=key, column_key__in=columns)
    return changes.select_related("change_set__person").order_by("-id").first()


def take_out(act: Act, rows: Sequence[StagedRow], *, entered: bool = False) -> None:
    """Delete rows; `entered`: they had been added on screen and count as never read."""
    delete(act.target, rows)
    move_rows(rows, "rows_read" if entered else "rows_removed", -1 if entered else 1)


def move_rows(rows: Sequence[StagedRow], counter: str, step: int) -> None:
    for source_id in {row.source_file_id for row in rows}:
        moved = sum(row.source_file_id == source_id for row in rows) * step
        SourceFile.objects.filter(pk=source_id).update(**{counter: F(counter) + moved})


def _digest(changes: Sequence[Change]) -> str:
    """SHA-256 (hex) over what was changed, cell by cell."""
    told = [[each.kind, each.row_key, each.column_key, each.before, each.after] for each in changes]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
