"""The list of a round's items: under which filters, in which order, a page of them at a time.

By risk it follows the index (round, part, -risk, key), so a page costs the same however many items there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from . import samples
from .models import Decision, Item, Round, Sample, Side, Verdict
from .presenting import Asked, Presented

PAGE = 50
MOST_COUNTED = 10_000
"""Items that are counted under filters of which no totals are kept; beyond it the count says "more than"."""
OPEN = "open"
SAID: Final = {OPEN: "未审", "pass": "通过", "return": "退回", "question": "疑问"}
"""Filters by one's own side's word, in a round under way."""
WENT: Final = {"pass": "通过", "return": "被退回"}
"""Filters by what became of an item, in a round that both sides ended."""


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `said`: a code of SAID or WENT; `row`: an item's key, "last" or ""."""

    content: Asked = field(default_factory=Asked)
    said: str = ""
    sample: Sample | None = None
    page: int = 1
    row: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the totals kept with the round tell how many there are."""
        return self.content.only_kept and not self.said and self.sample is None


@dataclass(frozen=True)
class Count:
    """How many there are; `more`: at least so many."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


@dataclass(frozen=True)
class Part:
    """A tab of the list with the number of items under the filters."""

    key: str
    title: str
    count: Count
    current: bool


@dataclass(frozen=True)
class Listing:
    """A page of the list. `start`: the place of its first item in the part, from 1."""

    parts: list[Part]
    part: str
    items: list[Item]
    page: int
    start: int
    has_next: bool

    @property
    def count(self) -> Count:
        return next((part.count for part in self.parts if part.current), Count(0))

    @property
    def end(self) -> int:
        return self.start + len(self.items) - 1


def wanted_items(round_: Round, content: Presented, wanted: Wanted, own: Side | None) -> QuerySet[Item]:
    """The items under all filters, whatever their part."""
    items = content.narrowed(Item.objects.filter(round=round_), wanted.content)
    if wanted.sample is not None:
        items = items.filter(key__in=samples.keys(wanted.sample))
    if wanted.said in filters_by_word(round_, own):
        items = _saying(items, round_, own, wanted.said)
    return items


def filters_by_word(round_: Round, own: Side | None) -> Mapping[str, str]:
    """The filters by what was said that this person has; nobody filters by what is hidden."""
    if round_.ended_at is None:
        return SAID if own else {}
    return {} if round_.outcome == Round.Outcome.WITHDRAWN else WENT


def _saying(items: QuerySet[Item], round_: Round, own: Side | None, said: str) -> QuerySet[Item]:
    if round_.ended_at is not None:
        return items.filter(returned=said == "return")
    spoken = verdicts_on_items(round_, own)
    return items.filter(~Exists(spoken) if said == OPEN else Exists(spoken.filter(decision=Decision(said))))


def verdicts_on_items(round_: Round, own: Side | None) -> QuerySet[Verdict]:
    """The side's current verdict on an item of an outer query."""
    return Verdict.objects.filter(
        case=round_.case_id,
        side=own or "",
        item_key=OuterRef("key"),
        item_hash=OuterRef("hash"),
        superseded_at=None,
    )


def page_of(round_: Round, content: Presented, wanted: Wanted, own: Side | None) -> Listing:
    """The page asked for of the part asked for, else of the first that has items under the filters."""
    items = wanted_items(round_, content, wanted, own)
    # Who has taken a code since the opening is not among the kept totals.
    kept = wanted.is_kept and wanted.content.show != "taken"
    counts = {
        part: Count(content.total(part, wanted.content.show)) if kept else _counted(items.filter(part=part))
        for part in content.parts
    }
    part = wanted.content.part
    if part not in counts:
        part = next((each for each, count in counts.items() if count.number), next(iter(counts), ""))
    count = counts.get(part, Count(0))
    pages = -(-count.number // PAGE)
    number = max(1, wanted.page if count.more else min(wanted.page, pages))
    start = (number - 1) * PAGE
    found = _slice(items, content, wanted, part, start)
    if not found and number > 1:
        number, start, found = 1, 0, _slice(items, content, wanted, part, 0)
    parts = [Part(each, content.parts[each], counts[each], each == part) for each in counts]
    return Listing(parts, part, found[:PAGE], number, start + 1, len(found) > PAGE)


def _slice(items: QuerySet[Item], content: Presented, wanted: Wanted, part: str, start: int) -> list[Item]:
    """A page of one part and one item more, if there is one."""
    of_part, end = items.filter(part=part), start + PAGE + 1
    if wanted.content.order == "risk":
        return list(of_part.order_by("-risk", "key")[start:end])
    keys = list(content.by_place(of_part, part)[start:end])
    by_key = {item.key: item for item in of_part.filter(key__in=keys)}
    return [by_key[key] for key in keys if key in by_key]


def _counted(items: QuerySet[Item]) -> Count:
    number = items.order_by()[: MOST_COUNTED + 1].count()
    return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)
