"""The registered things behind members: as they stand now, and as much of them as a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from agencies.models import Person
from cameras.models import Camera, Pole
from platforms.models import Platform
from registry.masking import conceal
from registry.models import Identity, Life, id_from_number, number_for

from .models import Member, ThingKind

MODELS: Final[Mapping[str, type[Identity]]] = {
    ThingKind.CAMERA: Camera,
    ThingKind.POLE: Pole,
    ThingKind.PLATFORM: Platform,
}
NAMELESS: Final = "（未命名）"
Key = tuple[str, int]


@dataclass(frozen=True)
class Thing:
    """A registered thing as one person may see it. `row`: its values, the position blurred where it is not `exact`.

    `in_full`: false where only whose it is and what it is called may be told.
    """

    row: Any
    in_full: bool
    exact: bool

    @property
    def name(self) -> str:
        return name_of(self.row)

    @property
    def number(self) -> str:
        return str(self.row.number)

    @property
    def url(self) -> str:
        return reverse(self.row._meta.model_name, args=[self.row.pk]) if self.in_full else ""

    @property
    def is_live(self) -> bool:
        return bool(self.row.life == Life.LIVE)

    @property
    def at(self) -> tuple[float, float] | None:
        """Latitude and longitude in WGS-84, rounded where it is not exact."""
        latitude = getattr(self.row, "wgs_latitude", None)
        longitude = getattr(self.row, "wgs_longitude", None)
        return None if latitude is None or longitude is None else (float(latitude), float(longitude))


def name_of(row: Any) -> str:
    """What people call it: its name, a pole's number on the pole, else its registry number."""
    if isinstance(row, Pole):
        return f"杆件 {row.pole_number}" if row.pole_number else f"杆件 {row.number}"
    return row.name or NAMELESS


def key_of(member: Member) -> Key:
    return member.thing_kind, member.thing_id


def number_of(member: Member) -> str:
    """The registry number of the thing behind the member."""
    return number_for(MODELS[member.thing_kind].prefix, member.thing_id)


def key_from(number: str) -> Key | None:
    """What a registry number names; None for what is none."""
    for kind, model in MODELS.items():
        pk = id_from_number(model.prefix, number)
        if pk is not None and pk < 2**62:
            return str(kind), pk
    return None


def _ids(keys: Iterable[Key]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for kind, pk in keys:
        found[kind].add(pk)
    return found


def rows(keys: Iterable[Key]) -> dict[Key, Any]:
    """The things as they stand; one query a kind of thing."""
    found: dict[Key, Any] = {}
    for kind, ids in _ids(keys).items():
        for pk, row in MODELS[kind]._default_manager.in_bulk(ids).items():
            found[kind, pk] = row
    return found


def seen(person: Person, keys: Iterable[Key], *, masked: bool = False) -> dict[Key, Thing]:
    """The things as this person may see them; two queries a kind. `masked`: no exact position, whatever else is seen.

    What the person does not see in the registry is told by name only, its position rounded.
    """
    found: dict[Key, Thing] = {}
    for kind, ids in _ids(keys).items():
        manager: Any = MODELS[kind]._default_manager
        for row in manager.visible_to(person).filter(pk__in=ids):
            exact = not (row.is_masked or masked)
            found[kind, row.pk] = Thing(conceal(row, masked=not exact), in_full=True, exact=exact)
        if hidden := ids - {pk for told, pk in found if told == kind}:
            for row in manager.filter(pk__in=hidden):
                found[kind, row.pk] = Thing(conceal(row, masked=True), in_full=False, exact=False)
    return found


def title_of(kind_label: str, members: Iterable[Any], count: int) -> str:
    """重复点位：江店路路口等 2 台摄像机. `members`: rows of the group, the one that stays first."""
    first = next(iter(members))
    unit = {Camera: "台摄像机", Pole: "根杆件", Platform: "个平台"}[type(first)]
    name = name_of(first)
    name = name if len(name) <= 36 else name[:35] + "…"
    return f"{kind_label}：{name}" + (f"等 {count} {unit}" if count > 1 else "")
