"""The detail page's parts: facts, history by recording time, lineage, the rows before and after in the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from audit.failures import Invalid
from sheets.declare import Column, Sheet

from . import history as histories
from . import past
from .asked import Asked, on
from .history import Edition, Field, History, Span
from .lineage import CellEdit, co_reporters_of
from .lists import Listing
from .masking import conceal
from .names import Names
from .pages import day, row_url
from .paging import Pager
from .permissions import require_sight
from .words import AGENCY_FIELDS, AGENCY_TITLES, say

VERSION, BY, FIELD = "version", "by", "field"
BY_FIELD = "field"


@dataclass(frozen=True)
class Fact:
    """A value on the page, with the address of the cell it came from and where that is told.

    `note` stands small behind it.
    """

    title: str
    text: str
    kind: str = ""
    cell: str = ""
    cell_url: str = ""
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Told:
    """A version in the history: `url` shows where it came from, `shown` that this is shown, `then` that it held."""

    edition: Edition
    url: str
    shown: bool
    then: bool


@dataclass(frozen=True)
class Line:
    """One value of a field over time; `url` tells its way."""

    span: Span
    url: str
    then: bool


@dataclass(frozen=True)
class Value:
    """The one value whose way is told: its cell, what the file said there, and what was changed of it on screen."""

    title: str
    text: str
    cell: str
    raw: str
    edits: Sequence[CellEdit]


@dataclass(frozen=True)
class FileOf:
    """A file that versions came from; `url` is "" for whoever may not open it. `numbers`: those versions."""

    name: str
    url: str
    sha256: str
    numbers: list[int]


@dataclass(frozen=True)
class Opened:
    """A registered thing opened from its list."""

    row: Any
    person: Person
    names: Names
    listing: Listing
    asked: Asked
    history: History
    sheet: Sheet
    context: Mapping[str, Any]

    def facts(self, *keys: str) -> list[Fact]:
        """The values of declared columns, as far as the person may see them."""
        return [self._fact(self.sheet.by_key[key]) for key in keys]

    def _fact(self, column: Column) -> Fact:
        stored = column.fields[0].key
        value = getattr(self.row, stored)
        text = self.names.place(value) if stored == "place_kind" else say(stored, value, self.listing.words, self.names)
        remark = getattr(self.row, f"{stored}_remark", "")
        text = f"{text}，{remark}" if remark else text
        origin = self._origin(stored)
        return Fact(
            _title(self.row, stored),
            text,
            "code" if stored == "code" else "",
            origin[1] if origin else "",
            _way(self.asked, origin[0], stored) if origin else "",
        )

    def _origin(self, stored: str) -> tuple[Edition, str] | None:
        """The version at the moment shown leads to the one whose row said the value."""
        then = next((one for one in self.history.editions if histories.holds(one.version, self.asked.moment)), None)
        return self.history.origin(stored, then) if then else None

    def agencies(self) -> list[Fact]:
        """Who reports, owns, supervises and maintains, as far as somebody does, and who reports it too."""
        facts = [
            Fact(title, self.names.agency_in_full(pk))
            for key, title in zip(AGENCY_FIELDS, AGENCY_TITLES, strict=True)
            if (pk := getattr(self.row, key))
        ]
        also = co_reporters_of(self.listing.model._meta.label_lower, self.row.pk, self.asked.moment)
        return facts + [
            Fact("同时填报", self.names.agency_in_full(one.agency_id), note=f"{_day(one.since)}合并") for one in also
        ]

    def former_codes(self) -> list[Fact]:
        """Codes that the thing had before, each with its term."""
        moment = self.asked.moment or timezone.now()
        return [
            Fact("曾用编码", span.text, "code", span.cell, _way(self.asked, span.origin, "code"), note=_term(span))
            for span in self.history.spans("code", None)
            if span.text and span.text != self.row.code and span.until and span.until <= moment
        ]

    def visible(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """The rows of another kind that this person may see, of the same moment."""
        rows: models.QuerySet[Any] = past.rows(model, self.asked.moment).visible_to(self.person)
        return rows

    def linked(self, key: str, pk: int | None, name: str) -> Fact:
        """The value as written, leading to what it was resolved to where the person may open that."""
        fact = self.facts(key)[0]
        model: Any = self.row._meta.get_field(name).related_model
        if pk is None or not self.visible(model).filter(pk=pk).exists():
            return fact
        text = fact.text or self.listing.words[f"{name}_id"](pk)
        href = on(self.asked.as_of, reverse(name, args=[pk]))
        return Fact(fact.title, text, "", fact.cell, fact.cell_url, href)


def open_row(request: HttpRequest, listing: Listing, pk: int, sheet: Sheet, titles: Mapping[str, str]) -> Opened:
    """The row with its history and source; 403 without business sight, 404 for what is not there or not theirs.

    With ?as_of= the row is what it was at the end of that day; Invalid (422) when it was not registered yet, or was
    another agency's. `titles` names the fields that the history compares, in the order it shows them.
    """
    person = require_sight(request, listing.model)
    names = Names()
    asked = listing.parse(request.GET, names, ignored=(VERSION, BY, FIELD))
    row = listing.seen(person, asked).filter(pk=pk).first()
    if row is None:
        _refuse_out_of_sight(listing, person, asked, pk)
        raise Http404
    before, after = Pager(listing, person, asked, names).beside(row)
    today = day(listing, asked, row.pk)
    if asked.moment and not listing.seen(person, asked.today()).filter(pk=pk).exists():
        today = replace(today, today=day(listing, asked).today)
    history = histories.read(
        row, person, sheet, titles, listing.words, names, moment=asked.moment, number=_number(request)
    )
    if history.shown is None and request.GET.get(VERSION):
        raise Http404
    field = _field(request, titles)
    url, here = row_url(listing, asked), asked.query(page=True)
    conceal(row)
    return Opened(
        row=row,
        person=person,
        names=names,
        listing=listing,
        asked=asked,
        history=history,
        sheet=sheet,
        context={
            "editions": _told(history, asked),
            "by_version_shown": request.GET.get(BY) != BY_FIELD,
            **(_fields(history, asked) if request.GET.get(BY) == BY_FIELD else {}),
            "by_version": _address(asked, {}, "history"),
            "by_field": _address(asked, {BY: BY_FIELD}, "history"),
            "shown": history.shown,
            "files": _files(history),
            "source": history.shown.source if history.shown else None,
            "source_is_current": bool(history.shown and histories.holds(history.shown.version, asked.moment)),
            "value": _value(history, field, listing, names) if field else None,
            "masked": row.is_masked,
            "listing": listing,
            "row": row,
            "day": today,
            "before": url(before) if before else "",
            "after": url(after) if after else "",
            "back": reverse(f"{listing.name}s") + here,
            "older_left_out": history.left_out,
        },
    )


def _refuse_out_of_sight(listing: Listing, person: Person, asked: Asked, pk: int) -> None:
    """Say why there is nothing to see on the day asked for, to whom the thing is shown at other times."""
    if asked.moment is None or asked.as_of is None or not past.editions(listing.model, pk).visible_to(person).exists():
        return
    day, first = past.in_words(asked.as_of), past.editions(listing.model, pk).earliest("changed_at").changed_at
    if first > asked.moment:
        raise Invalid(f"{_day(first)}才登记，{day}的台账里还没有它。")
    raise Invalid(f"{day}它由其他单位负责，您的岗位看不到那一天的内容。")


def _number(request: HttpRequest) -> int | None:
    """The number of the version whose source is asked for."""
    text = request.GET.get(VERSION, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("version is no number")
    return int(text) or -1


def _field(request: HttpRequest, titles: Mapping[str, str]) -> str:
    """The field whose value's way is asked for."""
    key = request.GET.get(FIELD, "")
    if request.GET.get(BY, "") not in ("", BY_FIELD) or (key and key not in titles):
        raise BadRequest("unknown field")
    return key


def _address(asked: Asked, more: Mapping[str, Any], anchor: str) -> str:
    """This page of the same list and day, with something else shown of it."""
    return f"?{urlencode([*asked.pairs(page=True), *more.items()])}#{anchor}"


def _files(history: History) -> list[FileOf]:
    """The originals behind the versions told, each once."""
    found: dict[str, FileOf] = {}
    for edition in history.editions:
        source = edition.source
        if source and source.file_name and not source.compensates:
            new = FileOf(source.file_name, source.file_url, source.sha256, [])
            found.setdefault(source.sha256, new).numbers.append(edition.number)
    return list(found.values())


def _told(history: History, asked: Asked) -> list[Told]:
    return [
        Told(
            edition,
            _address(asked, {VERSION: edition.number}, "source"),
            edition is history.shown,
            asked.moment is not None and histories.holds(edition.version, asked.moment),
        )
        for edition in history.editions
    ]


def _fields(history: History, asked: Asked) -> dict[str, list[tuple[Field, list[Line]]]]:
    """Fields with their values over time: those that changed, and those that never did."""
    told: dict[str, list[tuple[Field, list[Line]]]] = {"fields": [], "steady": []}
    for field in history.fields(asked.moment):
        lines = [
            Line(span, _way(asked, span.edition, field.key), asked.moment is not None and span.then)
            for span in field.spans
        ]
        told["fields" if field.changed else "steady"].append((field, lines))
    return told


def _way(asked: Asked, edition: Edition, key: str) -> str:
    """Where it is told how the version came by the value of a field."""
    return _address(asked, {VERSION: edition.number, FIELD: key}, "source")


def _value(history: History, key: str, listing: Listing, names: Names) -> Value | None:
    """The value that the shown version has in this field."""
    edition = history.shown
    if edition is None:
        return None
    column = history.columns.get(key, "")
    source = edition.source
    return Value(
        history.titles[key],
        say(key, getattr(edition.version, key), listing.words, names),
        source.cells.get(column, "") if source else "",
        source.raw.get(column, "") if source else "",
        [edit for edit in source.edits if edit.column in (column, "")] if source else [],
    )


def _title(row: Any, stored: str) -> str:
    return str(row._meta.get_field(stored).verbose_name)


def _day(moment: datetime) -> str:
    return past.in_words(timezone.localdate(moment))


def _term(span: Span) -> str:
    return f"{_day(span.since)}至{_day(span.until)}" if span.until else ""
