"""What the unit has changed in a row since the round before: who returned it sees at once whether it was mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.names import Names
from reviews.models import Round
from reviews.presenting import Field, Note

from .models import Version
from .registering.targets import Target
from .review_cells import sheetlike


def since_last_round(
    fields: Sequence[Field], round_: Round, version: Version, target: Target, row: Any, names: Names
) -> list[Field]:
    """The fields, each changed one with a note of what stood there in the round before. At most one query."""
    if round_.number < 2:
        return list(fields)
    rows: Any = target.row._default_manager
    last = Version.objects.filter(submission=version.submission_id, number=round_.number - 1)
    before = rows.filter(key=row.key, source_file__version__in=last).first()
    if before is None:
        return list(fields)
    sheet = sheetlike(target, names)
    pairs = zip(sheet.compare(row, None, {}), sheet.compare(before, None, {}), strict=True)
    was = {now.title: then.new for now, then in pairs if now.new != then.new}
    return [_noted(field, was[field.title]) if field.title in was else field for field in fields]


def _noted(field: Field, was: str) -> Field:
    told = Note("since", f"上一轮填的是“{was}”" if was else "上一轮没有填")
    return Field(field.title, field.new, field.old, field.kind, field.kept, (*field.notes, told))
