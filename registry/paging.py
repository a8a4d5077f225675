"""Pages by key: the rows after or before a row, never the n-th thousand of them; and counts that do not count for ever.

The address of a page names the row it lies beside. Where that row stands now is looked up, so nothing else of it needs
to be in the address, and a page stays where it was however many rows came in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Sum, Value
from django.db.models.lookups import GreaterThan

from agencies import access
from agencies.models import Agency, Person

from . import grams
from .asked import AFTER, BEFORE, LAST, Asked
from .cards import Cards
from .lists import Listing
from .models import id_from_number, is_code
from .names import Names

MOST_COUNTED = 10_000
"""Rows that are counted one by one; of more, the list says that there are more, or what the tally has."""
TALLIED = frozenset({"agency", "kind", "life"})
"""Filters that the tally tells apart."""


@dataclass(frozen=True)
class Total:
    """How many rows a list has: `figure` exactly, or more than that (`more`)."""

    figure: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.figure > 0

    def __str__(self) -> str:
        return f"{self.figure:,}{'+' if self.more else ''}"


@dataclass(frozen=True)
class Slice:
    """The rows of one page, in the list's order, and whether there are others before and after them."""

    rows: Sequence[Any]
    before: bool
    after: bool


@dataclass(frozen=True)
class Pager:
    """What is asked of one list by one person; every question costs the same however many rows there are."""

    listing: Listing
    person: Person
    asked: Asked
    names: Names
    _known: dict[str, Any] = field(default_factory=dict, compare=False)

    def page(self, size: int) -> Slice:
        """The page that the address asks for; the first one where nothing lies where it points."""
        where, pk = self.asked.place
        if where in (BEFORE, LAST):
            found = self._ids(size + 1, pk, backwards=True)
            if where == LAST or len(found) > size:
                rows = self._load(list(reversed(found[:size])))
                return Slice(rows, before=len(found) > size, after=where != LAST)
        elif where == AFTER and (found := self._ids(size + 1, pk)):
            return Slice(self._load(found[:size]), before=True, after=len(found) > size)
        found = self._ids(size + 1, None)
        return Slice(self._load(found[:size]), before=False, after=len(found) > size)

    def beside(self, row: Any) -> tuple[int | None, int | None]:
        """Ids of the rows before and after this one, each None at the end."""
        self._known["row"] = row
        before, after = self._ids(1, row.pk, backwards=True), self._ids(1, row.pk)
        return before[0] if before else None, after[0] if after else None

    def total(self) -> Total:
        """How many rows there are: what the tally knows, or else exactly up to ten thousand."""
        if "total" not in self._known:
            self._known["total"] = self._total()
        return self._known["total"]  # type: ignore[no-any-return]

    def agencies(self) -> set[int]:
        """Ids of the agencies whose rows of that day are in sight, whatever else is asked."""
        rows = self.listing.seen(self.person, self.asked).order_by()
        cards = self.listing.cards
        if cards is None or self.asked.as_of or not all(_known_to(cards, reason) for reason in self._reasons):
            return set(rows.values_list("reporting_agency_id", flat=True).distinct())
        if self._sees_all:
            own = cards.good().filter(reporting_agency=OuterRef("pk"))
            found = set(Agency.objects.filter(Exists(own)).order_by().values_list("pk", flat=True))
        else:
            # Agency by agency, one who sees few would have all rows of the others gone through in vain.
            seen = cards.good().filter(_any_of(self._reasons)).order_by()
            found = set(seen.values_list("reporting_agency_id", flat=True).distinct())
        late = rows.filter(pk__in=cards.stale_things())
        return found | set(late.values_list("reporting_agency_id", flat=True).distinct())

    def _total(self) -> Total:
        most = MOST_COUNTED + 1
        if self._cards and self._sees_all and not self.asked.q and set(self.asked.chosen) <= TALLIED:
            return Total(self._tallied(self._cards))
        runs = [part.order_by().values_list("id", flat=True)[:most] for part in self._parts()]
        # In one statement, whatever cards are written meanwhile.
        found = (runs[0] if len(runs) == 1 else runs[0].union(*runs[1:])).count()
        return Total(found) if found < most else Total(MOST_COUNTED, more=True)

    def _tallied(self, cards: Cards) -> int:
        """What the cards' tally says, put right by the things whose cards are behind."""
        kept = cards.tally._default_manager.filter(*self._conditions)
        found = int(kept.aggregate(n=Sum("things"))["n"] or 0)
        if self._is_behind:
            changed = cards.stale._default_manager.filter(fresh=False).values("first_id")
            found -= cards.manager().filter(*self._conditions, pk__in=changed).count()
            found += self._rows.filter(pk__in=cards.stale_things()).count()
        return found

    @property
    def _conditions(self) -> list[Q]:
        return self._once("conditions", lambda: self.listing.conditions(self.asked, self.names))  # type: ignore[no-any-return]

    @property
    def _rows(self) -> models.QuerySet[Any]:
        return self._once("rows", lambda: self.listing.rows(self.person, self.asked, self.names))  # type: ignore[no-any-return]

    @property
    def _sees_all(self) -> bool:
        return self._reasons == [access.EVERYTHING]

    @property
    def _reasons(self) -> list[Q]:
        """The conditions of which a row must fulfil one to be seen."""
        return self._once("reasons", lambda: reasons(access.sight(self.listing.model, self.person)))  # type: ignore[no-any-return]

    @property
    def _cards(self) -> Cards | None:
        """The cards, where all that is asked can be asked of them."""
        return self._once("cards", self._usable)  # type: ignore[no-any-return]

    def _usable(self) -> Cards | None:
        cards = self.listing.cards
        if cards is None or self.asked.as_of:
            return None
        known = all(_known_to(cards, condition) for condition in (*self._conditions, *self._reasons))
        return cards if known else None

    @property
    def _is_behind(self) -> bool:
        return self._once("behind", lambda: self._cards is not None and self._cards.is_behind())  # type: ignore[no-any-return]

    def _once(self, key: str, ask: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = ask()
        return self._known[key]

    def _of_cards(self, cards: Cards, reason: Q | None = None) -> models.QuerySet[Any]:
        """The cards of what is asked, seen for this reason or any, but those that are behind."""
        seen = [reason] if reason is not None else [_any_of(self._reasons)] if not self._sees_all else []
        found = (cards.good() if self._is_behind else cards.manager().all()).filter(*seen, *self._conditions)
        for word in self.listing.words_of(self.asked.q):
            found = found.filter(found_by(word, self.listing.model.prefix))
        return found

    def _ids(self, size: int, pk: int | None, *, backwards: bool = False) -> list[int]:
        """Up to so many ids of rows beyond this one (None: from the end), going on from it."""
        column, descending = self.listing.sorting(self.asked)
        if column.sort != "id":
            return self._sorted(size, pk, backwards=backwards)
        down = descending != backwards
        order = "-id" if down else "id"
        beyond = {} if pk is None else {f"pk__{'lt' if down else 'gt'}": pk}
        parts = self._parts()
        runs = [part.filter(**beyond).order_by(order).values_list("id", flat=True)[:size] for part in parts]
        found: Iterable[int] = runs[0] if len(runs) == 1 else runs[0].union(*runs[1:]).order_by(order)[:size]
        return list(found)

    def _parts(self) -> list[models.QuerySet[Any]]:
        """The rows asked for, in parts each of which an index has in order."""
        if self._cards is None:
            return [self._rows]
        parts = [self._of_cards(self._cards, None if self._sees_all else reason) for reason in self._reasons]
        if self._is_behind:
            parts.append(self._rows.filter(pk__in=self._cards.stale_things()))
        return parts

    def _sorted(self, size: int, pk: int | None, *, backwards: bool) -> list[int]:
        """By another column than the number. What is narrowed down to a few thousand is looked at alone."""
        rows = self._rows
        if self._cards is not None and not self._is_behind and not self.total().more and self.asked.narrowed:
            rows = self.listing.seen(self.person, self.asked).filter(pk__in=self._of_cards(self._cards).values("pk"))
        ordered = self.listing.ordered(rows, self.asked)
        if backwards:
            ordered = ordered.reverse()
        if pk is not None:
            row = self._once("row", lambda: self.listing.seen(self.person, self.asked).filter(pk=pk).first())
            if row is None:
                return []
            column, descending = self.listing.sorting(self.asked)
            ordered = ordered.filter(_beside(column.sort, row, descending, before=backwards))
        return list(ordered.values_list("id", flat=True)[:size])

    def _load(self, ids: Sequence[int]) -> list[Any]:
        """The rows of these ids as they stand now, in this order."""
        found = self.listing.seen(self.person, self.asked).in_bulk(ids) if ids else {}
        return [found[pk] for pk in ids if pk in found]


def reasons(sight: access.Sight) -> list[Q]:
    """The alternatives of a person's sight, each of which an index may answer in order."""
    found = [reason for reason in _alternatives(sight.full | sight.masked) if reason != access.NOTHING]
    return [access.EVERYTHING] if access.EVERYTHING in found else found or [access.NOTHING]


def _alternatives(condition: Q) -> list[Q]:
    if condition.negated or (condition.connector != Q.OR and len(condition.children) > 1):
        return [condition]
    found = []
    for child in condition.children:
        found += _alternatives(child) if isinstance(child, Q) else [Q(child)]
    return found


def found_by(word: str, prefix: str) -> Q:
    """Cards that have the word somewhere, or the thing of this registry number."""
    text = grams.plain(word)
    if is_code(text):
        return Q(code=text)
    found = Q(has_word(text))
    if words := sorted(grams.grams(text)):
        found &= Q(words__contains=words)
    pk = id_from_number(prefix, text)
    return found | Q(pk=pk) if pk is not None else found


def has_word(text: str) -> Any:
    """That the card's text has it. Not LIKE: the planner believes that hardly any text is like another."""
    return GreaterThan(Func(F("text"), Value(text), function="strpos", output_field=IntegerField()), Value(0))


def _any_of(conditions: Sequence[Q]) -> Q:
    found = conditions[0]
    for condition in conditions[1:]:
        found |= condition
    return found


def _known_to(cards: Cards, condition: Q) -> bool:
    """Whether the condition speaks of nothing but fields that cards have."""
    for child in condition.children:
        if isinstance(child, Q):
            if not _known_to(cards, child):
                return False
        elif not isinstance(child, tuple) or not _simple(cards, child[0]):
            return False
    return True


def _simple(cards: Cards, path: str) -> bool:
    name, *lookup = path.split("__")
    return (name == "pk" or cards.knows(name)) and (not lookup or lookup in (["in"], ["isnull"]))


def _beside(path: str, row: Any, descending: bool, *, before: bool) -> Q:
    """Rows that stand before (or after) `row` when sorted by `path`, blanks last, then by id."""
    value = row
    for name in path.split("__"):
        value = getattr(value, name)
    tie = Q(pk__lt=row.pk) if before else Q(pk__gt=row.pk)
    blank = Q(**{f"{path}__isnull": True})
    if value is None:
        return (blank & tie) | ~blank if before else blank & tie
    smaller = before != descending
    further = Q(**{f"{path}__{'lt' if smaller else 'gt'}": value})
    same = Q(**{path: value}) & tie
    return further | same if before else further | same | blank
