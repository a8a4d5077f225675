"""Cells changed on screen and, to something else, in the mended file: which ones the unit has yet to settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Now

from agencies.models import Person
from sheets.cells import shorten
from sheets.stage import raw_text

from ..models import Clash, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS

SHOWN = 50
"""Asked about one by one on the page; any number can be settled at once."""


@dataclass(frozen=True)
class Question:
    """One clash for the page: where it is, and the two texts."""

    pk: int
    file: str
    sheet: str
    row: int
    column: str
    on_screen: str
    in_file: str


def unsettled(version: Version) -> QuerySet[Clash]:
    """The open questions of a version; one whose row was removed since is none any more."""
    rows = [target.row._default_manager.filter(source_file__version=version).values("key") for target in TARGETS]
    return Clash.objects.filter(
        source_file__version=version, choice="", row_key__in=rows[0].union(rows[1], all=True)
    ).order_by("pk")


@dataclass(frozen=True)
class Asked:
    """What the page asks: how many open questions there are, and the first of them."""

    count: int
    questions: tuple[Question, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.questions)


def asked(version: Version) -> Asked | None:
    """The open questions of a version; None when there are none."""
    count = unsettled(version).count()
    return Asked(count, tuple(_questions(version))) if count else None


def _questions(version: Version) -> list[Question]:
    open_ones = list(unsettled(version).select_related("source_file__file")[:SHOWN])
    keys = [each.row_key for each in open_ones]
    places: dict[int, tuple[str, int]] = {}
    for target in TARGETS:
        rows = target.row._default_manager.filter(source_file__version=version, key__in=keys)
        places |= {key: (sheet, row) for key, sheet, row in rows.values_list("key", "sheet", "row")}
    return [
        Question(
            each.pk,
            each.source_file.file.name,
            *places[each.row_key],
            DECLARATIONS[each.kind].by_key[each.column_key].label,
            _shown(each.on_screen),
            _shown(each.in_new_file),
        )
        for each in open_ones
    ]


def obstacle(version: Version) -> str:
    """What stands between the version and its submission; "" when nothing does."""
    count = unsettled(version).count()
    return f"还有 {count} 处在线修改与重新上传的表格不一致，请选择以哪个为准。" if count else ""


def mark_settled(by: Person, settled: Sequence[Clash], choice: str) -> None:
    """Write the unit's word down."""
    pks = [each.pk for each in settled]
    Clash.objects.filter(pk__in=pks, choice="").update(choice=choice, settled_by=by, settled_at=Now())


def _shown(value: object) -> str:
    text = "" if value is None else raw_text(value)
    return shorten(text, 80) if text.strip() else "（空）"
