"""What the unit said of things that its survey leaves out, as items of the same review: totals, rows and places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from cameras.models import Camera
from platforms.models import Platform
from registry.models import id_from_number, number_for
from registry.names import Names
from reviews.presenting import Asked, Cell, Column, ItemRow
from sheets.cells import narrow

from ..models import MissingMark, Version

PART = "missing"
"""The tab of the workbench's table, and the filter that leads to it."""
TITLE = "未上表的设备"
THINGS: dict[str, type[Camera] | type[Platform]] = {"camera": Camera, "platform": Platform}
KINDS = {"camera": "摄像机", "platform": "平台"}
COLUMNS = (
    Column("mark", "单位说明"),
    Column("number", "登记编号"),
    Column("name", "名称"),
    Column("kind", "类别"),
    Column("code", "20位编码"),
    Column("township", "乡镇（街道）"),
    Column("status", "登记状态"),
    Column("note", "备注"),
)
Mark = MissingMark.Mark
WEIGHTIEST_FIRST = (Mark.TRANSFERRED, Mark.REMOVED, Mark.ELSEWHERE, Mark.PRESENT)


def marks_of(version: Version) -> QuerySet[MissingMark]:
    return MissingMark.objects.filter(version=version)


def place_of(mark: MissingMark) -> str:
    """The registry number stands for the row that is not there."""
    return number_for(THINGS[mark.kind].prefix, mark.thing_id)


def asked_for(version: Version, asked: Asked, everything: bool) -> QuerySet[MissingMark]:
    """The marks asked for: none under a filter on rows (`everything` false), the weightiest first unless in order."""
    found = marks_of(version).select_related("to_agency")
    if not everything:
        return found.none()
    if asked.keys is not None:
        found = found.filter(item_key__in=asked.keys)
    for term in narrow(asked.search).split()[:8]:
        found = found.filter(_matches(version, term))
    if asked.order == "place":
        return found.order_by("kind", "thing_id")
    weight = Case(*(When(mark=said, then=Value(place)) for place, said in enumerate(WEIGHTIEST_FIRST)))
    return found.order_by(weight, "kind", "thing_id")


def _matches(version: Version, term: str) -> Q:
    """Marks on things that hold the term in name, code or number, or whose note does."""
    found = Q(note__icontains=term) | Q(to_agency__short_name__icontains=term)
    for kind, model in THINGS.items():
        marked = marks_of(version).filter(kind=kind).values("thing_id")
        things: Any = model._default_manager.filter(pk__in=marked)
        held = things.filter(Q(name__icontains=term) | Q(code__icontains=term))
        found |= Q(kind=kind, thing_id__in=held.values("pk"))
        if number := id_from_number(model.prefix, term):
            found |= Q(kind=kind, thing_id=number)
    return found


def item_rows(marks: Sequence[MissingMark], names: Names) -> list[ItemRow]:
    """Each mark as a row of the workbench; one query for each kind."""
    things = things_of(marks)
    return [_item(mark, things[mark.kind, mark.thing_id], names) for mark in marks]


def things_of(marks: Sequence[MissingMark]) -> dict[tuple[str, int], Any]:
    """The registered things that these marks are about, by kind and id."""
    found: dict[tuple[str, int], Any] = {}
    for kind, model in THINGS.items():
        wanted = [mark.thing_id for mark in marks if mark.kind == kind]
        if wanted:
            manager: Any = model._default_manager
            found |= {(kind, pk): thing for pk, thing in manager.in_bulk(wanted).items()}
    return found


def _item(mark: MissingMark, thing: Any, names: Names) -> ItemRow:
    said = Mark(mark.mark).label + (f"给{mark.to_agency.short_name}" if mark.to_agency else "")
    name, code = thing.name or "（未命名）", thing.code or ""
    return ItemRow(
        key=mark.item_key,
        place=place_of(mark),
        name=name,
        state=mark.mark,
        cells=[
            Cell(said),
            Cell(place_of(mark)),
            Cell(name),
            Cell(KINDS[mark.kind]),
            Cell(code, "code" if code else ""),
            Cell(names.township(getattr(thing, "township", ""))),
            Cell(getattr(thing, "status", "")),
            Cell(mark.note),
        ],
    )


def places(version: Version, keys: Collection[int]) -> dict[int, str]:
    """Where each of these marks stands and what it is about, in the order of the table."""
    marks = list(marks_of(version).filter(item_key__in=keys).order_by("kind", "thing_id"))
    things = things_of(marks)
    found = {}
    for mark in marks:
        name = things[mark.kind, mark.thing_id].name or ""
        found[mark.item_key] = f"未上表 {place_of(mark)} {name}（{Mark(mark.mark).label}）"
    return found
