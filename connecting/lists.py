"""The lists of platforms and cameras by connection, filing and sign: their filters, and the rows that these keep.

Whatever a figure counts is the list that its address opens: both go through `rows`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from agencies.models import Person
from cameras.models import Camera
from platforms.models import Platform
from registry.models import Life, id_from_number
from registry.names import Names
from sheets.kinds.places import place_kinds, townships

from . import states
from .models import Access, Decision, Sign, Topic
from .reminders import NEAR
from .saying import KINDS

PAGE_SIZE: Final = 50
LONGEST_SEARCH: Final = 100
VIEWS: Final = {"access": "接入", "filing": "备案和标识"}
BLANK: Final = "none"
FUNDING: Final = {"government": "政府投资", "social": "社会资金", BLANK: "资金来源未填"}
DUE: Final = {"overdue": "已逾期", "soon": f"{NEAR.days} 天内到期"}
DECISIONS: Final = {
    "promised": "已定接入日期",
    "open": "待决定",
    **{str(value): str(label) for value, label in Decision.choices},
}


@dataclass(frozen=True)
class Filter:
    """One condition of a list: its options, and the rows that one of them keeps on a day."""

    key: str
    title: str
    options: Callable[[Names], Mapping[str, str]]
    condition: Callable[[str, Names, dt.date], Q]
    view: str = ""
    """"" for both views."""
    kind: str = ""
    """"" for both kinds."""
    offered: bool = True
    """Whether a drop-down offers it; links reach it in any case."""


def _agencies(names: Names) -> dict[str, str]:
    return {code: names.agency(pk) for code, pk in names.agency_ids.items()}


def _or_blank(table: Mapping[str, str], blank: str) -> Callable[[Names], Mapping[str, str]]:
    return lambda names: {**table, BLANK: blank}


def _equals(name: str) -> Callable[[str, Names, dt.date], Q]:
    return lambda value, names, today: Q(**{name: "" if value == BLANK else value})


def _due(waits: Callable[[], Q], day: str) -> Callable[[str, Names, dt.date], Q]:
    def condition(value: str, names: Names, today: dt.date) -> Q:
        if value == "overdue":
            return waits() & Q(**{f"{day}__lt": today})
        if value == "unknown":
            return waits() & Q(**{f"{day}__isnull": True})
        return waits() & Q(**{f"{day}__gte": today, f"{day}__lte": today + NEAR})

    return condition


def _decision(value: str, names: Names, today: dt.date) -> Q:
    if value == "promised":
        return states.access_promised()
    return Q(now_access=Access.NOT_READY, now_decision="" if value == "open" else value)


def _own(topic: str) -> Callable[[str, Names, dt.date], Q]:
    follows = Q(**{f"{topic}_from": states.PLATFORM})
    return lambda value, names, today: ~follows if value == "yes" else follows


def _platform(value: str, names: Names, today: dt.date) -> Q:
    return Q(platform=id_from_number(Platform.prefix, value))


def _alone(value: str, names: Names, today: dt.date) -> Q:
    return ~Q(platform__life=Life.LIVE) if value == "yes" else Q(platform__life=Life.LIVE)


FILTERS: Final = (
    Filter("agency", "填报单位", _agencies, lambda code, names, today: Q(reporting_agency=names.agency_ids[code])),
    Filter(
        "supervisor",
        "主管部门",
        _agencies,
        lambda code, names, today: Q(supervisor=names.agency_ids[code]),
        offered=False,
    ),
    Filter("township", "乡镇", _or_blank(townships(), "乡镇未填"), _equals("township"), kind="camera"),
    Filter("place", "场所类别", _or_blank(place_kinds(), "场所类别未填"), _equals("place_kind")),
    Filter("funding", "资金来源", lambda names: FUNDING, _equals("funding")),
    Filter("access", "接入情况", lambda names: states.ACCESS_WORDS, _equals("now_access")),
    Filter("decision", "决定", lambda names: DECISIONS, _decision, view="access"),
    Filter("due", "接入期限", lambda names: DUE, _due(states.access_waits, "now_due"), view="access"),
    Filter("filing", "备案情况", lambda names: states.FILING_WORDS, _equals("now_filing"), view="filing"),
    Filter(
        "filing_due",
        "备案期限",
        lambda names: {**DUE, "unknown": "无法推算"},
        _due(lambda: Q(now_filing__in=states.FILING_OPEN), "filing_due"),
        view="filing",
    ),
    Filter("sign", "标识", lambda names: states.SIGN_WORDS, _equals("now_sign"), view="filing"),
    Filter(
        "sign_due", "标识期限", lambda names: DUE, _due(lambda: Q(now_sign=Sign.MISSING), "sign_due"), view="filing"
    ),
    Filter("alone", "所属平台", lambda names: {"yes": "没有平台", "no": "有平台"}, _alone, kind="camera"),
    *(
        Filter(
            f"{topic}_own",
            f"{topic.label}跟随",
            lambda names: {"yes": "不随平台", "no": "随平台"},
            _own(topic),
            kind="camera",
            offered=False,
        )
        for topic in Topic
    ),
    Filter("platform", "平台", lambda names: {}, _platform, kind="camera"),
)
BY_KEY: Final = {entry.key: entry for entry in FILTERS}
RESERVED: Final = ("view", "q", "after", "before")


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for. `after`, `before`: the row from which the page goes on or back."""

    kind: str
    view: str = "access"
    q: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    after: int = 0
    before: int = 0

    def pairs(self, *, paged: bool = False) -> list[tuple[str, str]]:
        found = [("view", self.view)] * (self.view != "access") + [("q", self.q)] * bool(self.q)
        found += list(self.chosen.items())
        if paged:
            found += [("after", str(self.after))] * bool(self.after) + [("before", str(self.before))] * bool(
                self.before
            )
        return found

    def url(self, *, paged: bool = False) -> str:
        address = reverse(f"connecting_{self.kind}s")
        query = urlencode(self.pairs(paged=paged))
        return f"{address}?{query}" if query else address

    def without(self, key: str) -> Asked:
        chosen = {name: value for name, value in self.chosen.items() if name != key}
        return replace(self, chosen=chosen, q="" if key == "q" else self.q, after=0, before=0)


def parse(kind: str, params: QueryDict, names: Names) -> Asked:
    """Raises BadRequest (400) for an unknown filter, value, view or page, and for one that is given twice."""
    told: dict[str, str] = {}
    for key in params:
        if any("\0" in value for value in params.getlist(key)):
            raise BadRequest("what cannot be searched for")
        values = [value.strip() for value in params.getlist(key) if value.strip()]
        if len(values) > 1:
            raise BadRequest(f"{key!r} given twice")
        if values:
            told[key] = values[0]
    chosen: dict[str, str] = {}
    for key, value in told.items():
        if key in RESERVED:
            continue
        entry = BY_KEY.get(key)
        if entry is None or entry.kind not in ("", kind) or label(entry, value, names) is None:
            raise BadRequest(f"unknown filter {key!r}")
        chosen[key] = value
    view, q = told.get("view", "access"), told.get("q", "")
    if view not in VIEWS or len(q) > LONGEST_SEARCH:
        raise BadRequest("unknown view or search text too long")
    return Asked(kind, view, q, chosen, _number(told.get("after", "")), _number(told.get("before", "")))


def _number(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("page is no number")
    return int(text or 0)


def label(entry: Filter, value: str, names: Names) -> str | None:
    """How a chosen value reads; None for one that does not exist."""
    if entry.key == "platform":
        return value.upper() if id_from_number(Platform.prefix, value) is not None else None
    return entry.options(names).get(value)


def annotated(kind: str, person: Person, *, gone: bool = False) -> Any:
    """All live things of the kind that the person may see, as they stand (states.py); with `gone` the others too."""
    things = KINDS[kind].objects.all() if gone else KINDS[kind].objects.live()
    seen = things.visible_to(person)
    return states.cameras(seen) if kind == "camera" else states.platforms(seen)


def rows(person: Person, asked: Asked, names: Names, today: dt.date) -> Any:
    """The things that the person may see and asked for, not yet in order."""
    found = annotated(asked.kind, person)
    for key, value in asked.chosen.items():
        found = found.filter(BY_KEY[key].condition(value, names, today))
    return found.filter(_matches(asked)) if asked.q else found


def _matches(asked: Asked) -> Q:
    prefix = Camera.prefix if asked.kind == "camera" else Platform.prefix
    condition = Q()
    for word in asked.q.split()[:8]:
        found = Q(name__icontains=word) | Q(code__startswith=word)
        pk = id_from_number(prefix, word)
        condition &= found | Q(pk=pk) if pk is not None else found
    return condition


@dataclass(frozen=True)
class Slice:
    """One page: its rows in order, and the ways on and back ("" at the ends)."""

    rows: list[Any]
    back: str
    on: str


def page(found: Any, asked: Asked) -> Slice:
    """The page that begins after a row or ends before one; by id, so that the last page costs what the first does."""
    if asked.before:
        taken = list(found.filter(pk__lt=asked.before).order_by("-pk")[: PAGE_SIZE + 1])
        more_back, more_on, taken = len(taken) > PAGE_SIZE, True, taken[:PAGE_SIZE][::-1]
    else:
        taken = list(found.filter(pk__gt=asked.after).order_by("pk")[: PAGE_SIZE + 1])
        more_back, more_on, taken = asked.after > 0, len(taken) > PAGE_SIZE, taken[:PAGE_SIZE]
    if not taken:
        return Slice([], "", "")
    back = replace(asked, after=0, before=taken[0].pk).url(paged=True) if more_back else ""
    on = replace(asked, after=taken[-1].pk, before=0).url(paged=True) if more_on else ""
    return Slice(taken, back, on)
