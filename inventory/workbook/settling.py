"""Settling clashes between the screen and a mended file: which one holds, one by one or all at once."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from sheets.stage import raw_text

from ..models import ChangeSet, Clash, ReportKind, StagedRow, Version
from ..onscreen import changes
from ..onscreen.changes import Cell
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS
from ..services import locked
from . import clashes

OVER = "这些不一致已经处理过了，请刷新页面。"


def settle(by: Person, submission_id: int, choice: Clash.Choice, clash_id: int | None = None) -> int:
    """Let the file or the screen hold, for one open clash or for all; returns how many were settled.

    Conflict when nothing is open (any more).
    """
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        version = submission.versions.filter(submitted_at__isnull=True).first()
        if version is None:
            raise Conflict(OVER)
        open_ones = clashes.unsettled(version)
        chosen = list(open_ones if clash_id is None else open_ones.filter(pk=clash_id))
        if not chosen:
            raise Conflict(OVER)
        for kind, cells in _cells(version, chosen, choice).items():
            changes.change(by, submission_id, kind, cells, ChangeSet.Way.SETTLE)
        clashes.mark_settled(by, chosen, choice)
        journal.record(
            by,
            "submission.clashes_settled",
            submission,
            agency_id=submission.obligation.agency_id,
            version=version.number,
            count=len(chosen),
            choice=choice.value,
        )
    return len(chosen)


def _cells(version: Version, chosen: list[Clash], choice: Clash.Choice) -> dict[str, list[Cell]]:
    """The cells that do not say yet what was chosen, by kind."""
    wanted: dict[str, list[Cell]] = defaultdict(list)
    for target in TARGETS:
        own = [each for each in chosen if each.kind == target.kind]
        rows: dict[int, StagedRow] = {
            row.key: row
            for row in target.row._default_manager.filter(
                source_file__version=version, key__in={each.row_key for each in own}
            ).only("key", "raw")
        }
        index = DECLARATIONS[target.kind].index
        for each in own:
            value = each.on_screen if choice == Clash.Choice.SCREEN else each.in_new_file
            text = "" if value is None else raw_text(value)
            raw = rows[each.row_key].raw
            place = index[each.column_key]
            if raw_text(raw[place] if place < len(raw) else "") != text:
                wanted[target.kind].append(Cell(each.row_key, each.column_key, text))
    return wanted
