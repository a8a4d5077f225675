"""A list page of the registry, declared once: columns, filters, search, sorts; used by cameras, poles and platforms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone

from agencies.models import Person
from audit.failures import Invalid
from sheets.cells import narrow, trim
from sheets.kinds.places import townships

from . import past
from .asked import AS_OF, AT, COLUMN, LONGEST_SEARCH, RESERVED, Asked
from .cards import Cards
from .cells import Column
from .filters import Filter
from .models import Identity, id_from_number, is_code
from .names import Names
from .words import Words

PAGE_SIZE = 50
MOST_TERMS = 8
_PLACE = re.compile(r"(?:after|before)-[1-9][0-9]{0,17}|last")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Listing:
    """One registry list.

    `views`: key -> (title, column keys), the first being the default. `main` names the filters that stand in the bar,
    the rest are under 更多条件. `search` are the text fields looked through, beside the registry number. `counted` is
    the reverse relation whose live, visible rows are counted for each row ("" for none). URL names: "<name>s",
    "<name>", "<name>_export". `cards`: where the list is long enough to need them.
    """

    name: str
    title: str
    unit: str
    model: type[Identity]
    words: Words = field(hash=False)
    columns: tuple[Column, ...]
    views: Mapping[str, tuple[str, tuple[str, ...]]] = field(hash=False)
    filters: tuple[Filter, ...]
    main: tuple[str, ...]
    search: tuple[str, ...]
    search_hint: str
    counted: str = ""
    default_sort: str = "-number"
    cards: Cards | None = None

    @property
    def app(self) -> str:
        """The app whose templates show it."""
        return self.model._meta.app_label

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def filter_by_key(self) -> dict[str, Filter]:
        return {entry.key: entry for entry in self.filters}

    @cached_property
    def has_township(self) -> bool:
        return any(entry.name == "township" for entry in self.model._meta.concrete_fields)

    def columns_of(self, asked: Asked) -> list[Column]:
        """The columns chosen, else those of the view; "" is the default one. The first is always the first."""
        _, keys = self.views[asked.view or next(iter(self.views))]
        if asked.columns:
            chosen = {self.columns[0].key, *asked.columns}
            return [column for column in self.columns if column.key in chosen]
        return [self.by_key[key] for key in keys]

    def parse(self, params: QueryDict, names: Names, *, ignored: Sequence[str] = ()) -> Asked:
        """What the address asks. Raises BadRequest (400) for an unknown filter, value, sort, view or page.

        Raises Invalid (422) for a day that cannot be shown. Today's list is the one that stands now.
        """
        values = {key: [entry.strip() for entry in params.getlist(key) if entry.strip()] for key in params}
        for key in values:
            if key not in RESERVED and key not in self.filter_by_key and key not in ignored:
                raise BadRequest(f"unknown parameter {key!r}")
        chosen: dict[str, tuple[str, ...]] = {}
        for entry in self.filters:
            if given := tuple(dict.fromkeys(values.get(entry.key, ()))):
                if any(entry.label(value, names) is None for value in given):
                    raise BadRequest(f"unknown value of {entry.key!r}")
                chosen[entry.key] = given
        return Asked(
            q=self._search_text(values),
            chosen=chosen,
            sort=self._sort(values),
            as_of=self._as_of(values),
            view=self._view(values),
            columns=self._columns(values),
            at=_place(values),
        )

    def _search_text(self, values: Mapping[str, list[str]]) -> str:
        text = trim(_single("q", values))
        if len(text) > LONGEST_SEARCH:
            raise BadRequest("search text too long")
        return text

    def _sort(self, values: Mapping[str, list[str]]) -> str:
        sort = _single("sort", values)
        column = self.by_key.get(sort.removeprefix("-"))
        if sort and (column is None or not column.sort):
            raise BadRequest("unknown sort")
        return "" if sort == self.default_sort else sort

    def _as_of(self, values: Mapping[str, list[str]]) -> date | None:
        text = _single(AS_OF, values)
        if not text:
            return None
        day = _day(text)
        if day == timezone.localdate():
            return None
        past.refuse_unrecorded(self.model, day)
        return day

    def _view(self, values: Mapping[str, list[str]]) -> str:
        view = _single("view", values)
        if view and view not in self.views:
            raise BadRequest("unknown view")
        return "" if view == next(iter(self.views)) else view

    def _columns(self, values: Mapping[str, list[str]]) -> tuple[str, ...]:
        given = tuple(dict.fromkeys(values.get(COLUMN, ())))
        if any(key not in self.by_key for key in given):
            raise BadRequest("unknown column")
        return given

    def seen(self, person: Person, asked: Asked) -> models.QuerySet[Any]:
        """All rows of the day that this person may see."""
        rows: models.QuerySet[Any] = past.rows(self.model, asked.moment).visible_to(person)
        return rows

    def rows(self, person: Person, asked: Asked, names: Names) -> models.QuerySet[Any]:
        """The rows this person may see and asked for, not yet in order."""
        rows = self.seen(person, asked).filter(*self.conditions(asked, names))
        return rows.filter(self.matches(asked.q)) if asked.q else rows

    def conditions(self, asked: Asked, names: Names) -> list[Q]:
        """What the filters ask for; 在册 where nothing else is said of the life."""
        chosen = ((entry, asked.chosen.get(entry.key, ())) for entry in self.filters)
        return [entry.condition(values, names) for entry, values in chosen if values or entry.key == "life"]

    @staticmethod
    def words_of(text: str) -> list[str]:
        """The words of a search, each of which must be found."""
        words = text.split()
        return words if len(words) <= MOST_TERMS else [text]

    def matches(self, text: str) -> Q:
        """Rows in which every word of the text occurs somewhere: a Chinese substring, a code, a registry number."""
        condition = Q()
        for word in self.words_of(text):
            if is_code(narrow(word)) and "code" in self.search:
                condition &= Q(code=narrow(word))
                continue
            found = Q()
            for spelling in {word, narrow(word)} - {""}:
                for name in self.search:
                    found |= Q(**{f"{name}__icontains": spelling})
                if called := [code for code, name in townships().items() if spelling in name]:
                    found |= Q(township__in=called) if self.has_township else Q()
            pk = id_from_number(self.model.prefix, narrow(word))
            condition &= found | Q(pk=pk) if pk is not None else found
        return condition

    def ordered(self, rows: models.QuerySet[Any], asked: Asked) -> models.QuerySet[Any]:
        """In the order asked; equal ones by id, blanks last."""
        column, descending = self.sorting(asked)
        if column.sort == "id":
            return rows.order_by("-id" if descending else "id")
        key = F(column.sort)
        return rows.order_by(key.desc(nulls_last=True) if descending else key.asc(nulls_last=True), "id")

    def sorting(self, asked: Asked) -> tuple[Column, bool]:
        """The column sorted by, and whether descending."""
        sort = asked.sort or self.default_sort
        return self.by_key[sort.removeprefix("-")], sort.startswith("-")


def _single(key: str, values: Mapping[str, list[str]]) -> str:
    given = values.get(key, [])
    if len(given) > 1:
        raise BadRequest(f"{key!r} given twice")
    return given[0] if given else ""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as error:
        raise Invalid("截至日期看不懂。请写成 2022-08-22 这样的日期，或在列表上方重新选择。") from error


def _place(values: Mapping[str, list[str]]) -> str:
    text = _single(AT, values)
    if text and not _PLACE.fullmatch(text):
        raise BadRequest("no place in the list")
    return text
