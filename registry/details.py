"""The detail page's parts: facts, history by recording time, lineage, the rows before and after in the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse

from agencies.models import Person
from sheets.declare import Column, Sheet

from .asked import Asked
from .lineage import Lineage, source_of
from .lists import Listing
from .masking import conceal
from .models import Recorded
from .names import Names
from .pages import row_url
from .permissions import require_business_sight
from .words import AGENCY_FIELDS, AGENCY_TITLES, Words, say

MOST_VERSIONS = 100
VERSION = "version"


@dataclass(frozen=True)
class Change:
    """One field that a version changed."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Edition:
    """One version in the history. `changes` is empty for the first one."""

    number: int
    recorded_from: datetime
    recorded_to: datetime | None
    changes: Sequence[Change]
    url: str
    shown: bool


@dataclass(frozen=True)
class Fact:
    """A value on the page, with the address of the cell it came from."""

    title: str
    text: str
    kind: str = ""
    cell: str = ""
    href: str = ""


@dataclass(frozen=True)
class Opened:
    """A registered thing opened from its list."""

    row: Any
    person: Person
    names: Names
    listing: Listing
    source: Lineage | None
    context: Mapping[str, Any]

    def facts(self, sheet: Sheet, *keys: str) -> list[Fact]:
        """The values of declared columns, as far as the person may see them."""
        return [self._fact(sheet.by_key[key]) for key in keys]

    def _fact(self, column: Column) -> Fact:
        stored = column.fields[0].key
        value = getattr(self.row, stored)
        text = self.names.place(value) if stored == "place_kind" else say(stored, value, self.listing.words, self.names)
        remark = getattr(self.row, f"{stored}_remark", "")
        title = str(self.row._meta.get_field(stored).verbose_name)
        text = f"{text}，{remark}" if remark else text
        return Fact(title, text, "code" if stored == "code" else "", self._cell(column))

    def _cell(self, column: Column) -> str:
        return self.source.cells.get(column.key, "") if self.source and self.context["source_is_newest"] else ""

    def agencies(self) -> list[Fact]:
        """Who reports, owns, supervises and maintains, as far as somebody does."""
        return [
            Fact(title, self.names.agency_in_full(pk))
            for key, title in zip(AGENCY_FIELDS, AGENCY_TITLES, strict=True)
            if (pk := getattr(self.row, key))
        ]


def open_row(request: HttpRequest, listing: Listing, pk: int, titles: Mapping[str, str]) -> Opened:
    """The row with its history and source; 403 without business sight, 404 for what is not there or not theirs.

    `titles` names the fields that the history compares, in the order it shows them.
    """
    person = require_business_sight(request)
    names = Names()
    asked = listing.parse(request.GET, names, ignored=(VERSION,))
    manager: Any = listing.model._default_manager
    row = manager.visible_to(person).filter(pk=pk).first()
    if row is None:
        raise Http404
    before, after = neighbours(listing, person, asked, names, row)
    versions = [conceal(version, masked=row.is_masked) for version in row.versions.order_by("-number")[:MOST_VERSIONS]]
    asked_version = _version(request, versions)
    conceal(row)
    compare = partial(changes, titles=titles, words=listing.words, names=names)
    url, here = row_url(listing, asked), asked.query(page=True)
    source = _source(listing, asked_version)
    return Opened(
        row=row,
        person=person,
        names=names,
        listing=listing,
        source=source,
        context={
            "editions": _editions(versions, asked_version, here, compare),
            "source": source,
            "source_number": asked_version.number if asked_version else 0,
            "source_is_newest": not versions or asked_version is versions[0],
            "masked": row.is_masked,
            "listing": listing,
            "row": row,
            "before": url(before) if before else "",
            "after": url(after) if after else "",
            "back": reverse(f"{listing.name}s") + here,
            "older_left_out": len(versions) == MOST_VERSIONS,
        },
    )


def neighbours(listing: Listing, person: Person, asked: Asked, names: Names, row: Any) -> tuple[Any, Any]:
    """The rows before and after this one in the list it was opened from, each None at the end."""
    rows = listing.rows(person, asked, names)
    column, descending = listing.sorting(asked)
    if column.sort == "id":
        older, newer = rows.filter(pk__lt=row.pk).order_by("-id"), rows.filter(pk__gt=row.pk).order_by("id")
        return (newer.first(), older.first()) if descending else (older.first(), newer.first())
    return (
        _towards(listing.ordered(rows, asked).reverse(), _beside(column.sort, row, descending, before=True)),
        _towards(listing.ordered(rows, asked), _beside(column.sort, row, descending, before=False)),
    )


def _towards(rows: models.QuerySet[Any], beside: Q) -> Any:
    return rows.filter(beside).first()


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


def _source(listing: Listing, version: Any) -> Lineage | None:
    if version is None:
        return None
    return source_of(listing.model._meta.label_lower, version.ledger_entry_id, version.source_row_id)


def _version(request: HttpRequest, versions: Sequence[Any]) -> Any:
    """The version whose source is shown: the one asked for (404 when there is none), else the newest, if any."""
    text = request.GET.get(VERSION, "")
    if not text:
        return versions[0] if versions else None
    if not (text.isascii() and text.isdigit()):
        raise BadRequest("version is no number")
    found = [version for version in versions if str(version.number) == text.lstrip("0")]
    if not found:
        raise Http404
    return found[0]


def _editions(
    versions: Sequence[Any], shown: Any, query: str, compare: Callable[[Any, Any], Sequence[Change]]
) -> list[Edition]:
    """Newest first, each with what it changed against the one before it."""
    older: list[Any] = [*versions[1:], None]
    return [
        Edition(
            number=version.number,
            recorded_from=version.recorded_from,
            recorded_to=version.recorded_to,
            changes=compare(previous, version) if previous else (),
            url=f"{query}{'&' if query else '?'}{VERSION}={version.number}#source",
            shown=version is shown,
        )
        for version, previous in zip(versions, older, strict=True)
    ]


def changes(older: Recorded, newer: Recorded, *, titles: Mapping[str, str], words: Words, names: Names) -> list[Change]:
    """The fields that differ, as a person reads them; values that read alike (a masked position) are no change."""
    found = []
    for key, title in titles.items():
        old, new = (say(key, getattr(version, key), words, names) for version in (older, newer))
        if old != new:
            found.append(Change(title, old, new))
    return found


def titles_of(version: type[models.Model], *others: str, **linked: str) -> dict[str, str]:
    """Title of every recorded value of a table of versions: its own fields without `others`, the agencies, the life.

    `linked` gives the titles of ids that lead to other registered things.
    """
    shared = {entry.name for entry in Recorded._meta.local_fields}
    own = {
        entry.attname: str(entry.verbose_name)
        for entry in version._meta.concrete_fields
        if entry.name not in shared and not entry.is_relation and entry.name not in (*others, *linked)
    }
    agencies = dict(zip(AGENCY_FIELDS, AGENCY_TITLES, strict=True))
    return {**own, **linked, **agencies, "life": "在册状态"}
