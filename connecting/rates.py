"""The access rate and the other figures of 接入: each a numerator with its denominator, each leading to its list."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q

from agencies.models import Person
from registry.names import Names
from sheets.kinds.places import place_kinds, townships

from . import states
from .lists import BLANK, FUNDING, Asked, annotated
from .models import Access, Filing, Sign

BY: Final = {"agency": "按单位", "township": "按乡镇", "place": "按场所类别"}
SHOWN: Final = ("government", "social", BLANK)


@dataclass(frozen=True)
class Share:
    """`count` of `of`, each with the list that it counts ("" where there is nothing to open)."""

    label: str
    count: int
    of: int
    url: str
    of_url: str
    tone: str = ""

    @property
    def percent(self) -> str:
        return f"{self.count * 100 / self.of:.1f}%" if self.of else "–"


@dataclass(frozen=True)
class Line:
    """A unit, township or kind of place: government funded, social, funding not stated, all; what is overdue."""

    label: str
    shares: Sequence[Share]


@dataclass(frozen=True)
class Table:
    lines: Sequence[Line]
    total: Line


@dataclass(frozen=True)
class StateLine:
    """A state of the connection: how many cameras of each funding, and all."""

    word: str
    cells: Sequence[Share]


Key = tuple[int, str, str, str, str]
"""Reporting agency, township, kind of place, funding, state of the connection."""


class Cameras:
    """Live cameras that the person may see, counted once by everything that the figures are asked by: one query."""

    def __init__(self, person: Person) -> None:
        found = annotated("camera", person).order_by()
        columns = ("reporting_agency_id", "township", "place_kind", "funding", "now_access")
        self.counts: Counter[Key] = Counter()
        for *key, count in found.values_list(*columns).annotate(found=Count("pk")):
            self.counts[tuple(key)] += count

    def share(self, label: str, at: Callable[[Key], bool], chosen: Mapping[str, str], tone: str = "") -> Share:
        """How many of these are connected."""
        of = sum(count for key, count in self.counts.items() if at(key))
        count = sum(count for key, count in self.counts.items() if at(key) and key[4] == Access.CONNECTED)
        connected = Asked("camera", chosen={**chosen, "access": Access.CONNECTED.value})
        return Share(label, count, of, _url(connected, count), _url(Asked("camera", chosen=chosen), of), tone)

    def top(self) -> list[Share]:
        """The rate of what the government paid for, which the plan wants whole; of social resources; of all."""
        return [
            self.share("政府投资接入率", lambda key: key[3] == "government", {"funding": "government"}),
            self.share("社会资金接入率", lambda key: key[3] == "social", {"funding": "social"}),
            self.share("全部接入率", lambda key: True, {}),
        ]

    def states(self) -> list[StateLine]:
        """Every state with its cameras; the lines add up to all live cameras."""
        lines = []
        for state, word in states.ACCESS_WORDS.items():
            cells = []
            for funding in (*SHOWN, ""):
                whole = self.count(lambda key, funding=funding: funding in ("", _blank(key[3])))  # type: ignore[misc]
                count = self.count(
                    lambda key, funding=funding, state=state: (  # type: ignore[misc]
                        funding in ("", _blank(key[3])) and key[4] == state
                    )
                )
                chosen = {"access": state} | ({"funding": funding} if funding else {})
                cells.append(
                    Share(FUNDING.get(funding, "合计"), count, whole, _url(Asked("camera", chosen=chosen), count), "")
                )
            lines.append(StateLine(word, cells))
        return lines

    def count(self, at: Callable[[Key], bool]) -> int:
        return sum(count for key, count in self.counts.items() if at(key))

    def table(self, by: str, names: Names) -> Table:
        """One line for each unit, township or kind of place with live cameras, in the roster's order; and the total."""
        place = {"agency": 0, "township": 1, "place": 2}[by]
        present = {key[place] for key in self.counts}
        lines = [
            self._line(label, place, value, {by: code}) for value, code, label in _order(by, names) if value in present
        ]
        return Table(lines, self._line("合计", -1, None, {}))

    def _line(self, label: str, place: int, value: Any, chosen: Mapping[str, str]) -> Line:
        def at(key: Key) -> bool:
            return place < 0 or key[place] == value

        shares = [
            self.share(
                FUNDING[funding],
                lambda key, funding=funding: at(key) and _blank(key[3]) == funding,  # type: ignore[misc]
                {**chosen, "funding": funding},
            )
            for funding in SHOWN
        ]
        return Line(label, [*shares, self.share("合计", at, chosen)])


def _blank(value: str) -> str:
    return value or BLANK


def _order(by: str, names: Names) -> list[tuple[Any, str, str]]:
    """(value in the database, value in the address, label)."""
    if by == "agency":
        return [(pk, code, names.agency(pk)) for code, pk in names.agency_ids.items()]
    table = townships() if by == "township" else place_kinds()
    return [*((code, code, name) for code, name in table.items()), ("", BLANK, "未填")]


def _url(asked: Asked, count: int) -> str:
    return asked.url() if count else ""


def duties(person: Person, today: dt.date) -> list[tuple[str, list[Share]]]:
    """What is filed, signed, overdue: of platforms, then of cameras, each of all that the person may see, if any."""
    strips = []
    for kind, word in (("platform", "平台"), ("camera", "摄像机")):
        told = annotated(kind, person).aggregate(
            whole=Count("pk"),
            confirmed=Count("pk", filter=Q(now_filing=Filing.CONFIRMED)),
            connected=Count("pk", filter=Q(now_access=Access.CONNECTED)),
            late=Count("pk", filter=states.filing_overdue(today)),
            unknown=Count("pk", filter=Q(now_filing__in=states.FILING_OPEN, filing_due__isnull=True)),
            signed=Count("pk", filter=Q(now_sign=Sign.SET)),
            access_late=Count("pk", filter=states.access_overdue(today)),
        )
        if not told["whole"]:
            continue
        parts = [
            (f"{word}已备案", "confirmed", "filing", {"filing": Filing.CONFIRMED.value}, ""),
            (f"{word}备案逾期", "late", "filing", {"filing_due": "overdue"}, "tone-bad"),
            (f"{word}备案期限无法推算", "unknown", "filing", {"filing_due": "unknown"}, ""),
            (f"{word}计划接入逾期", "access_late", "access", {"due": "overdue"}, "tone-bad"),
        ]
        if kind == "platform":
            parts.insert(0, ("平台已接入", "connected", "access", {"access": Access.CONNECTED.value}, ""))
        else:
            parts.append(("摄像机已设标识", "signed", "filing", {"sign": Sign.SET.value}, ""))
        found = []
        for label, name, view, chosen, tone in parts:
            count, whole = told[name], told["whole"]
            asked = Asked(kind, view, chosen=chosen)
            of = Asked(kind, view)
            found.append(Share(label, count, whole, _url(asked, count), _url(of, whole), tone if count else ""))
        strips.append((f"{word}的接入、备案和标识", found))
    return strips


def wanted(cameras: Cameras) -> int:
    """Cameras that are to come to the county platform by a plan: what its free channels are measured against."""
    return cameras.count(lambda key: key[4] in (Access.PLANNED, Access.SOCIAL))
