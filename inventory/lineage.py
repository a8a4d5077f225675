"""From a registered version back to submission, file, sheet, row and cells, and to both reviewers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from registry.lineage import Lineage, Reviewer
from reviews.models import Closing, Side
from sheets.report import columns_at

from .models import CameraRow, LedgerEntry, MissingMark, PlatformRow, StagedRow
from .registering.checks import DECLARATIONS
from .waiving.waivers import waived_at

ROW_OF: dict[str, type[StagedRow]] = {
    "cameras.camera": CameraRow,
    "cameras.pole": CameraRow,
    "platforms.platform": PlatformRow,
}


def source_of(model_label: str, ledger_entry_id: int, source_row_id: int | None) -> Lineage | None:
    """Where this version came from: a staged row, or (ids below zero) what was said of a thing that was left out.

    None when the ledger or the row does not know it.
    """
    model = ROW_OF.get(model_label)
    if model is None or source_row_id is None:
        return None
    entry = (
        LedgerEntry.objects.select_related(
            "version__submission__obligation__campaign", "version__submission__obligation__agency"
        )
        .filter(pk=ledger_entry_id)
        .first()
    )
    place = _place_of_mark(-source_row_id) if source_row_id < 0 else _place_of_row(model, source_row_id)
    if entry is None or place is None:
        return None
    submission = entry.version.submission
    closings = Closing.objects.filter(round=entry.round_id).select_related("person").order_by("closed_at")
    return Lineage(
        campaign=submission.obligation.campaign.name,
        agency=submission.obligation.agency.name,
        submission_id=submission.pk,
        submission_number=submission.number,
        version_number=entry.version.number,
        reviewers=[Reviewer(Side(each.side).label, str(each.person), each.closed_at) for each in closings],
        recorded_at=entry.recorded_at,
        url=f"{reverse('submission', args=[submission.pk])}?version={entry.version.number}",
        **place,
    )


def _place_of_row(model: type[StagedRow], row_id: int) -> dict[str, Any] | None:
    row = model._default_manager.select_related("source_file__file", "source_file__version").filter(pk=row_id).first()
    if row is None:
        return None
    original = row.source_file.file
    return {
        "file_name": original.name,
        "sha256": original.sha256,
        "sheet": row.sheet,
        "row": row.row,
        "cells": cells_of(row),
        "waivers": waived_in(row),
    }


def _place_of_mark(mark_id: int) -> dict[str, Any] | None:
    mark = MissingMark.objects.select_related("to_agency").filter(pk=mark_id).first()
    if mark is None:
        return None
    return {"file_name": "", "sha256": "", "sheet": "", "row": 0, "said": mark.sentence}


def waived_in(row: StagedRow) -> list[str]:
    """The rules that were set aside for the row when it was accepted, each in a sentence."""
    submission_id = row.source_file.version.submission_id
    place = (row.source_file_id, row.sheet, row.row)
    return waived_at(submission_id, [row]).get(place, [])


def cells_of(row: StagedRow) -> dict[str, str]:
    """Column key -> A1 address of every cell of the row that said something."""
    kind = "camera" if isinstance(row, CameraRow) else "platform"
    sheets = row.source_file.summary.get("sheets", [])
    own = (sheet for sheet in sheets if sheet["name"] == row.sheet and sheet.get("kind", kind) == kind)
    letters = next((columns_at(sheet, row.row) for sheet in own), {})
    columns = DECLARATIONS[kind].columns
    said = {column.key for column, cell in zip(columns, row.raw, strict=False) if cell not in ("", None)}
    return {key: f"{letter}{row.row}" for key, letter in letters.items() if key in said}
