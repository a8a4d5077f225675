"""The figures of the plan, as plain JSON: what an issue keeps for ever, and all that its documents are written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from agencies.models import Agency
from registry.filters import BLANK, BLANK_LABEL, OTHER, OTHER_LABEL
from sheets.kinds.places import place_kinds, townships
from sheets.vocabulary import MEASURES

from ..assumptions import KNOWN, Values, plain
from ..models import Carrying, Member, Proposal
from ..saving import Saving
from ..things import key_of, name_of, number_of, rows
from .sections import Sections
from .stock import Stock

UNDER_CONSTRUCTION: Final = "在建"
MEASURE_WORDS: Final[Mapping[str, str]] = {
    **{word: word for word in MEASURES},
    OTHER: OTHER_LABEL,
    BLANK: BLANK_LABEL,
}
"""Key of a measure, as the list's filter has it -> word."""
TASKS: Final = tuple((str(value), str(label)) for value, label in Carrying.State.choices if value != "void")
MOST_SETTLED: Final = 500
"""Settled members that the county's document names; a unit's part names all of its own."""

Figures = dict[str, Any]


def of_county(stock: Stock, sections: Sections, as_of: datetime) -> Figures:
    names = stock.names
    found = _common(stock, None, sections, as_of)
    cameras: Counter[int] = Counter()
    building: Counter[int] = Counter()
    measures: dict[int, Counter[str]] = {}
    savings: dict[int, Saving] = {}
    for group, count in stock.groups(None):
        cameras[group.agency] += count
        measures.setdefault(group.agency, Counter())[measure_key(group.measure)] += count
        savings.setdefault(group.agency, Saving()).add(stock.saves(group), count)
        if group.status == UNDER_CONSTRUCTION:
            building[group.agency] += count
    poles: Counter[int] = Counter()
    for (agency, _), count in stock.poles.items():
        poles[agency] += count
    platforms = Counter(facts.agency for facts in stock.platforms.values())
    found["units"] = [
        {
            "code": names.agency_code(pk),
            "name": names.agency(pk),
            "cameras": cameras[pk],
            "poles": poles[pk],
            "platforms": platforms[pk],
            "building": building[pk],
            "measures": dict(measures.get(pk, {})),
            "saving": savings.get(pk, Saving()).packed(),
            "tasks": {state: stock.carrying[pk, state] for state, _ in TASKS},
        }
        for pk in stock.units()
    ]
    found["proposals"] = dict(stock.proposals)
    return found


def of_unit(stock: Stock, sections: Sections, as_of: datetime, agency: Agency) -> Figures:
    found = _common(stock, agency, sections, as_of)
    states = stock.proposals_of.get(agency.pk, Counter())
    found["proposals"] = {"all": states.total()} | {str(state): states[state] for state in Proposal.State.values}
    return found


def measure_key(measure: str) -> str:
    """Under which choice of the list's filter a camera with this measure is found."""
    return measure if measure in MEASURES else OTHER if measure else BLANK


def _common(stock: Stock, agency: Agency | None, sections: Sections, as_of: datetime) -> Figures:
    pk = agency.pk if agency else None
    by_township: Counter[str] = Counter()
    by_place: Counter[str] = Counter()
    by_measure: Counter[str] = Counter()
    savings = {key: Saving() for key in MEASURE_WORDS}
    building = 0
    for group, count in stock.groups(pk):
        by_township[group.township] += count
        by_place[group.place_kind] += count
        key = measure_key(group.measure)
        by_measure[key] += count
        savings[key].add(stock.saves(group), count)
        building += count if group.status == UNDER_CONSTRUCTION else 0
    poles: Counter[str] = Counter()
    for (owner, township), count in stock.poles.items():
        if pk in (None, owner):
            poles[township] += count
    platforms = Counter(facts.place_kind for facts in stock.platforms.values() if pk in (None, facts.agency))
    whole = Saving()
    for each in savings.values():
        whole.merge(each)
    settled, more = _settled(stock, agency)
    return {
        "as_of": as_of.isoformat(),
        "unit": {"code": agency.code, "name": agency.name, "short": agency.short_name} if agency else None,
        "stock": {"cameras": by_place.total(), "poles": poles.total(), "platforms": platforms.total()},
        "building": building,
        "townships": _lines(townships(), by_township, poles),
        "places": _lines(place_kinds(), by_place, platforms),
        "measures": [
            {"key": key, "name": word, "cameras": by_measure[key], "saving": savings[key].packed()}
            for key, word in MEASURE_WORDS.items()
        ],
        "saving": whole.packed(),
        "assumed": _assumed(stock.values),
        "tasks": {
            state: sum(count for (owner, at), count in stock.carrying.items() if at == state and pk in (None, owner))
            for state, _ in TASKS
        },
        "settled": settled,
        "settled_more": more,
        "sections": sections.of(agency, by_place.total()),
    }


def _lines(words: Mapping[str, str], first: Counter[str], second: Counter[str]) -> list[list[Any]]:
    """[code, name, first, second] of each with anything, in the table's order; what is in no table last."""
    known = [*words, *sorted((set(first) | set(second)) - set(words) - {""})]
    lines = [[code, words.get(code, code), first[code], second[code]] for code in known if first[code] or second[code]]
    return [*lines, [BLANK, BLANK_LABEL, first[""], second[""]]] if first[""] or second[""] else lines


def _assumed(values: Values) -> list[list[str]]:
    """[title, value, unit, used for]; "" for what has not been stated."""
    return [
        [known.title, plain(values[key]) if key in values else "", known.unit, known.used]
        for key, known in KNOWN.items()
    ]


def _settled(stock: Stock, agency: Agency | None) -> tuple[list[list[str]], int]:
    """What both sides passed: [proposal, registry number, name, unit, measure, how far]; and how many are not named."""
    found = Member.objects.filter(fixed=True, proposal__state=Proposal.State.SETTLED).select_related("owner")
    if agency is not None:
        found = found.filter(owner=agency)
    found = found.order_by("settled_measure", "owner__position", "proposal", "place", "pk")
    total = found.count()
    members = list(found[:MOST_SETTLED] if agency is None else found)
    things = rows(key_of(member) for member in members)
    tasks = dict(
        Carrying.objects.filter(member__in=[member.pk for member in members])
        .exclude(state=Carrying.State.VOID)
        .values_list("member", "state")
    )
    words = dict(TASKS)
    told = [
        [
            f"ZH-{member.proposal_id:06d}",
            number_of(member),
            name_of(things[key_of(member)]),
            member.owner.short_name,
            member.settled_measure,
            words.get(tasks.get(member.pk, ""), "–"),
        ]
        for member in members
    ]
    return told, total - len(told)
