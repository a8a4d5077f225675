"""Filters of the registry's lists: each knows its options, the label of a chosen value, and the rows it keeps.

A filter names model fields itself; what comes from the address is only ever compared with known values, so nobody can
ask about a field that is not declared, least of all about positions (T07).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import models
from django.db.models import Exists, OuterRef, Q

from sheets.kinds.places import place_kinds, townships

from .models import Life, id_from_number
from .names import Names
from .words import LIVES

Option = tuple[str, str]
"""(value in the address, label)."""
BLANK, OTHER, ANY = "none", "other", "all"
BLANK_LABEL, OTHER_LABEL = "未填", "其他"


class Filter(Protocol):
    """Several values of one filter widen it; several filters narrow the list."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...

    def options(self, names: Names) -> Sequence[Option]:
        """What a drop-down offers; empty when the filter is only reached by links."""
        ...

    def label(self, value: str, names: Names) -> str | None:
        """How the chip reads; None for a value that does not exist (400)."""
        ...

    def condition(self, values: Sequence[str], names: Names) -> Q:
        """The rows kept. `values` are known ones."""
        ...


@dataclass(frozen=True)
class Known:
    """Rows whose field holds one of the known values. `open_list`: others occur too, and blanks."""

    key: str
    title: str
    field: str
    words: Callable[[], Mapping[str, str]]
    open_list: bool = False
    blanks: bool = False

    def options(self, names: Names) -> Sequence[Option]:
        extra = [(OTHER, OTHER_LABEL)] * self.open_list + [(BLANK, BLANK_LABEL)] * (self.blanks or self.open_list)
        return [*self.words().items(), *extra]

    def label(self, value: str, names: Names) -> str | None:
        return dict(self.options(names)).get(value)

    def condition(self, values: Sequence[str], names: Names) -> Q:
        known = [value for value in values if value not in (OTHER, BLANK)]
        kept = Q(**{f"{self.field}__in": known}) if known else Q(pk__in=[])
        if OTHER in values:
            kept |= ~Q(**{f"{self.field}__in": ["", *self.words()]})
        if BLANK in values:
            kept |= Q(**{self.field: ""})
        return kept


@dataclass(frozen=True)
class Several:
    """Rows whose text, several known values joined by 、, holds one of them."""

    key: str
    title: str
    field: str
    words: Callable[[], Sequence[str]]

    def options(self, names: Names) -> Sequence[Option]:
        return [*((word, word) for word in self.words()), (BLANK, BLANK_LABEL)]

    def label(self, value: str, names: Names) -> str | None:
        return dict(self.options(names)).get(value)

    def condition(self, values: Sequence[str], names: Names) -> Q:
        kept = Q(pk__in=[])
        for value in values:
            kept |= Q(**{self.field: ""}) if value == BLANK else Q(**{f"{self.field}__contains": value})
        return kept


@dataclass(frozen=True)
class Conditions:
    """Named conditions of any make: 未编码, 有缺项, 存储不足 30 天."""

    key: str
    title: str
    choices: Mapping[str, tuple[str, Q]] = field(hash=False)
    """Value -> (label, condition)."""
    offered: bool = True

    def options(self, names: Names) -> Sequence[Option]:
        return [(value, label) for value, (label, _) in self.choices.items()] if self.offered else []

    def label(self, value: str, names: Names) -> str | None:
        return self.choices[value][0] if value in self.choices else None

    def condition(self, values: Sequence[str], names: Names) -> Q:
        kept = Q()
        for value in values:
            kept |= self.choices[value][1]
        return kept


@dataclass(frozen=True)
class OfAgency:
    """Rows of an agency, by the agency's code; `field` is the reference meant (reporting, owner, supervisor)."""

    key: str
    title: str
    field: str

    def options(self, names: Names) -> Sequence[Option]:
        return [(code, names.agency(pk)) for code, pk in names.agency_ids.items()]

    def label(self, value: str, names: Names) -> str | None:
        pk = names.agency_ids.get(value)
        return names.agency(pk) if pk else None

    def condition(self, values: Sequence[str], names: Names) -> Q:
        return Q(**{f"{self.field}__in": [names.agency_ids[value] for value in values]})


@dataclass(frozen=True)
class Linked:
    """Rows that refer to one registered thing, named by its registry number (JZ-P-000012). Reached by links only."""

    key: str
    title: str
    field: str
    prefix: str

    def options(self, names: Names) -> Sequence[Option]:
        return []

    def label(self, value: str, names: Names) -> str | None:
        return value.upper() if id_from_number(self.prefix, value) is not None else None

    def condition(self, values: Sequence[str], names: Names) -> Q:
        return Q(**{f"{self.field}__in": [id_from_number(self.prefix, value) for value in values]})


@dataclass(frozen=True)
class Batch:
    """Rows with a version of one ledger entry, by its id, recorded by the day of the list. Reached by links only.

    `versions` is the table of versions and `identity` its reference to the thing itself.
    """

    versions: type[models.Model]
    identity: str
    key: str = "batch"
    title: str = "入库批次"

    def options(self, names: Names) -> Sequence[Option]:
        return []

    def label(self, value: str, names: Names) -> str | None:
        return value if value.isascii() and value.isdigit() and len(value) < 19 else None

    def condition(self, values: Sequence[str], names: Names) -> Q:
        entries = [int(value) for value in values]
        found = self.versions._default_manager.filter(ledger_entry_id__in=entries)
        return Q(Exists(found.filter(**{self.identity: OuterRef("pk")}, recorded_from__lte=OuterRef("changed_at"))))


@dataclass(frozen=True)
class OfLife:
    """在册状态. Says nothing: live rows only, so that counts mean what is there."""

    key: str = "life"
    title: str = "在册状态"

    def options(self, names: Names) -> Sequence[Option]:
        return [*((value, label) for value, label in LIVES.items() if value != Life.LIVE), (ANY, "全部")]

    def label(self, value: str, names: Names) -> str | None:
        return "全部" if value == ANY else LIVES.get(value)

    def condition(self, values: Sequence[str], names: Names) -> Q:
        return Q() if ANY in values else Q(life__in=values or [Life.LIVE])


def gaps(choices: Mapping[str, tuple[str, Q]]) -> Conditions:
    """What the declaration only warns of, asked of the registry: any of the named gaps, or one of them."""
    some = Q()
    for _, condition in choices.values():
        some |= condition
    return Conditions("gap", "缺项", {"any": ("有缺项", some), **choices})


def known_words(table: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Options of an open list: each known word stands for itself."""
    return {word: word for word in table}


def first_words(table: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Options of a closed list: code -> the word shown for it."""
    return {code: words[0] for code, words in table.items()}


def in_township() -> Known:
    """Rows in a township, by its 9-digit code."""
    return Known("township", "乡镇", "township", townships, blanks=True)


def of_place_kind() -> Known:
    """Rows of a kind of public place, by its code."""
    return Known("kind", "场所类别", "place_kind", place_kinds, blanks=True)
