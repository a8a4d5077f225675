"""What the unit said of things that its survey leaves out, as items of the same review: listed, in full, places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from cameras.models import Camera
from platforms.models import Platform
from registry.models import id_from_number, number_for
from registry.names import Names
from reviews.presenting import Detail, Field, Link, Listed
from sheets.cells import narrow

from ..models import MissingMark, Version

PART = "left_out"
"""The part of the round that the marks are, and the filter that leads to it."""
TITLE = "未上表的设备"
THINGS: dict[str, type[Camera] | type[Platform]] = {"camera": Camera, "platform": Platform}
KINDS = {"camera": "摄像机", "platform": "平台"}
Mark = MissingMark.Mark
WEIGHTIEST_FIRST = (Mark.TRANSFERRED, Mark.REMOVED, Mark.ELSEWHERE, Mark.PRESENT)
MOST_TERMS = 8


def marks_of(version: Version) -> QuerySet[MissingMark]:
    return MissingMark.objects.filter(version=version)


def place_of(mark: MissingMark) -> str:
    """The registry number stands for the row that is not there."""
    return number_for(THINGS[mark.kind].prefix, mark.thing_id)


def found(version: Version, search: str) -> QuerySet[MissingMark]:
    """The marks that the search finds: by the thing's name, code or number, by the note or the receiver."""
    marks = marks_of(version)
    for term in narrow(search).split()[:MOST_TERMS]:
        marks = marks.filter(_matches(version, term))
    return marks


def in_area(version: Version, area: str) -> QuerySet[MissingMark]:
    """The marks on cameras of a township; a platform has none."""
    cameras = Camera.objects.filter(pk__in=marks_of(version).filter(kind="camera").values("thing_id"), township=area)
    return marks_of(version).filter(kind="camera", thing_id__in=cameras.values("pk"))


def _matches(version: Version, term: str) -> Q:
    matches = Q(note__icontains=term) | Q(to_agency__short_name__icontains=term)
    for kind, model in THINGS.items():
        marked = marks_of(version).filter(kind=kind).values("thing_id")
        things: Any = model._default_manager.filter(pk__in=marked)
        held = things.filter(Q(name__icontains=term) | Q(code__icontains=term))
        matches |= Q(kind=kind, thing_id__in=held.values("pk"))
        if number := id_from_number(model.prefix, term):
            matches |= Q(kind=kind, thing_id=number)
    return matches


def listed(version: Version, keys: Sequence[int]) -> list[Listed]:
    """These marks in the list, in the keys' order; one query for each kind."""
    marks = {mark.item_key: mark for mark in marks_of(version).filter(item_key__in=keys)}
    things = things_of(list(marks.values()))
    lines = []
    for mark in (marks[key] for key in keys if key in marks):
        thing = things[mark.kind, mark.thing_id]
        lines.append(Listed(mark.item_key, place_of(mark), name_of(thing), mark.mark, at=position_of(thing)))
    return lines


def things_of(marks: Sequence[MissingMark]) -> dict[tuple[str, int], Any]:
    """The registered things that these marks are about, by kind and id."""
    by_id: dict[tuple[str, int], Any] = {}
    for kind, model in THINGS.items():
        wanted = [mark.thing_id for mark in marks if mark.kind == kind]
        if wanted:
            manager: Any = model._default_manager
            by_id |= {(kind, pk): thing for pk, thing in manager.in_bulk(wanted).items()}
    return by_id


def name_of(thing: Any) -> str:
    return thing.name or "（未命名）"


def position_of(thing: Any) -> tuple[float, float] | None:
    """Latitude and longitude; None for what has no position."""
    latitude, longitude = getattr(thing, "wgs_latitude", None), getattr(thing, "wgs_longitude", None)
    return None if latitude is None or longitude is None else (latitude, longitude)


def thing_of(mark: MissingMark) -> Any:
    manager: Any = THINGS[mark.kind]._default_manager
    return manager.get(pk=mark.thing_id)


def detail(mark: MissingMark, thing: Any, names: Names) -> Detail:
    """One mark in full: what was said of the thing, and what it is."""
    number, url = place_of(mark), reverse(mark.kind, args=[mark.thing_id])
    told = [
        ("单位说明", mark.sentence, ""),
        ("类别", KINDS[mark.kind], ""),
        ("名称", name_of(thing), ""),
        ("20位编码", thing.code or "", "code" if thing.code else ""),
        ("乡镇（街道）", names.township(getattr(thing, "township", "")), ""),
        ("品牌", getattr(thing, "brand", "") or getattr(thing, "vendor", ""), ""),
        ("登记状态", getattr(thing, "status", ""), ""),
        ("建设时间", thing.built, ""),
        ("填报单位", names.agency(thing.reporting_agency_id), ""),
    ]
    return Detail(
        key=mark.item_key,
        place=number,
        name=name_of(thing),
        state=mark.mark,
        fields=[Field(title, text, kind=kind) for title, text, kind in told if text],
        links=[Link(f"台账 {number}", url)],
    )


def places(version: Version, keys: Collection[int]) -> dict[int, str]:
    """Where each of these marks stands and what it is about, in the order of the table."""
    marks = list(marks_of(version).filter(item_key__in=keys).order_by("kind", "thing_id"))
    things = things_of(marks)
    told = {}
    for mark in marks:
        name = things[mark.kind, mark.thing_id].name or ""
        told[mark.item_key] = f"未上表 {place_of(mark)} {name}（{Mark(mark.mark).label}）"
    return told
