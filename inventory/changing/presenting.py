"""A request in the workbench: one item, its changed fields as old | new, the position on the map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from registry.models import number_for
from registry.names import Names
from reviews.models import Item, Round
from reviews.presenting import (
    Asked,
    Detail,
    Field,
    Link,
    Listed,
    Note,
    Overview,
    Reason,
    Spot,
    Spread,
    Squares,
    Surroundings,
)

from .. import nearby
from ..entering.places import ground
from ..models import ChangeRequest, RequestedChange
from ..registering.targets import Target
from ..review_cells import sheetlike
from ..review_detail import with_distance
from .cells import BY_KIND, changed, version_of

RETIRES = "注销"
BEFORE = "原位置"


@dataclass(frozen=True)
class Shown:
    """A handed-in request beside the version of the thing that it was asked beside."""

    request: ChangeRequest
    version: RequestedChange
    names: Names

    @property
    def target(self) -> Target:
        return BY_KIND[self.request.kind]

    @property
    def number(self) -> str:
        return number_for(self.target.number_prefix, self.request.thing_id)

    @cached_property
    def before(self) -> Any:
        return version_of(self.target, self.request.thing_id, self.version.seen)

    @cached_property
    def after(self) -> Any:
        return changed(self.target, self.before, self.version.values)

    @property
    def name(self) -> str:
        return self.before.name or "（未命名）"

    def fields(self) -> list[Field]:
        """Every column, with the warnings that came with it; the end of a life first."""
        warnings = [(told["key"], told["message"]) for told in self.version.warnings]
        found = compared(self.target, self.before, self.after, warnings, self.names)
        return [Field("在册状态", "已注销", "在册"), *found] if self.version.retires else found

    def changes(self) -> list[Field]:
        return [each for each in self.fields() if each.changed]


def compared(target: Target, before: Any, after: Any, warnings: Iterable[tuple[str, str]], names: Names) -> list[Field]:
    """Every column of the thing as old | new; `warnings`: (column key, sentence)."""
    notes: dict[str, list[Note]] = defaultdict(list)
    for key, message in warnings:
        notes[key].append(Note("warning", message))
    found = list(sheetlike(target, names).compare(after, before, notes))
    return with_distance(found, after, before, BEFORE) if target.kind == "camera" else found


def lines(request: ChangeRequest, version: RequestedChange) -> list[str]:
    """What changes, a line a field: 品牌：海康威视 → 大华."""
    return [
        f"{each.title}：{each.old or '空'} → {each.new or '空'}" for each in Shown(request, version, Names()).changes()
    ]


class RequestItems:
    """`reviews.presenting.Presented` for a request."""

    clean = ""
    filters: Mapping[str, str] = {}

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.names = Names()

    @cached_property
    def shown(self) -> Shown:
        version = RequestedChange.objects.select_related("request__agency", "evidence", "asked_by").get(
            request=self.round.case.subject_id, number=self.round.number
        )
        return Shown(version.request, version, self.names)

    @property
    def parts(self) -> Mapping[str, str]:
        return {self.shown.target.kind: "更正申请"}

    @property
    def ground(self) -> Mapping[str, Any]:
        return ground()

    def overview(self) -> Overview:
        shown, version = self.shown, self.shown.version
        return Overview(
            facts=(
                ("申请单位", shown.request.agency.name),
                ("更正对象", f"{shown.number} {shown.name}"),
                ("原因", version.reason),
            ),
            submitted_by=str(version.asked_by),
            submitted_at=version.asked_at,
            links=self._links(),
        )

    def _links(self) -> tuple[Link, ...]:
        shown, version = self.shown, self.shown.version
        if version.evidence is None:
            return ()
        url = reverse("change_evidence", args=[shown.request.pk, version.number])
        return (Link(f"佐证材料 {version.evidence.name}", url),)

    def code(self) -> Squares | None:
        return None

    def areas(self) -> Sequence[tuple[str, str]]:
        return ()

    def total(self, part: str, show: str) -> int:
        return self.round.item_count if part in ("", self.shown.target.kind) else 0

    def narrowed(self, items: QuerySet[Item], asked: Asked) -> QuerySet[Item]:
        found = asked.search.strip().lower() in f"{self.shown.number} {self.shown.name}".lower()
        return items if found else items.none()

    def by_place(self, items: QuerySet[Item], part: str) -> QuerySet[Any, int]:
        return items.order_by("key").values_list("key", flat=True)

    def listed(self, items: Sequence[Item]) -> list[Listed]:
        at = nearby.position(self.shown.after)
        return [Listed(item.key, self.shown.number, self.shown.name, self._state, self._reasons, at) for item in items]

    @property
    def _state(self) -> str:
        return "retired" if self.shown.version.retires else "changed"

    @property
    def _reasons(self) -> list[Reason]:
        words = [Reason(RETIRES, "attention")] if self.shown.version.retires else []
        return [*words, Reason("有提醒", "attention")] if self.shown.version.warnings else words

    def detail(self, item: Item) -> Detail:
        shown = self.shown
        return Detail(
            key=item.key,
            place=shown.number,
            name=shown.name,
            state=self._state,
            fields=shown.fields(),
            reasons=self._reasons,
            beside=Link(f"台账 {shown.number}（申请时）", reverse(shown.target.kind, args=[shown.request.thing_id])),
            notes=[Note("edited", f"申请原因：{shown.version.reason}")],
            links=self._links(),
            around=self._around(),
        )

    def _around(self) -> Surroundings | None:
        """The new position with the old one, and the cameras around it; one query."""
        shown = self.shown
        if shown.target.kind != "camera":
            return None
        here, was = nearby.position(shown.after), nearby.position(shown.before)
        if here is None:
            return Surroundings(why_not=nearby.MOBILE if shown.after.mobility == "mobile" else nearby.NOWHERE)
        near, more = nearby.neighbours_of(here, shown.request.agency_id, self.names, [shown.request.thing_id])
        return Surroundings(here, was if was != here else None, near, more, was_words=BEFORE)

    def spread(self) -> Spread:
        at = nearby.position(self.shown.after)
        tone = "attention" if self.shown.version.warnings else ""
        spots = [Spot(at, self.shown.request.pk, self.shown.name, tone)] if at else []
        return Spread(spots, [], self.round.item_count, self.round.item_count)

    def places(self, keys: Collection[int]) -> dict[int, str]:
        own = self.shown.request.pk
        return {own: f"{self.shown.number} {self.shown.name}"} if own in keys else {}
