"""The list page: from the address to the template's plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from agencies.permissions import sees_all_business

from . import past
from .asked import Asked, has_blanks
from .cells import Show
from .filters import Filter, OfAgency, Option
from .lists import PAGE_SIZE, Listing
from .masking import concealed
from .models import Life
from .names import Names
from .permissions import require_sight

FORMATS = (("xlsx", "导出 Excel"), ("csv", "导出 CSV"))


@dataclass(frozen=True)
class Header:
    """A column's head; `direction` is "ascending", "descending" or "" as aria-sort wants it."""

    title: str
    css: str
    url: str
    direction: str


@dataclass(frozen=True)
class Chip:
    title: str
    label: str
    url: str


@dataclass(frozen=True)
class Box:
    """A drop-down that adds a filter."""

    key: str
    title: str
    options: Sequence[Option]
    chosen: int


@dataclass(frozen=True)
class Day:
    """截至某日: the day shown in words ("" for today), and what the small form needs that asks for another.

    `kept` are the conditions that go along; `today` leads to the same as it stands now.
    """

    shown: str
    chosen: str
    latest: str
    url: str
    today: str
    kept: Sequence[tuple[str, str]]


def show_list(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The list as a page; 403 without business sight, 400 for an address that asks for what is not declared."""
    person = require_sight(request, listing.model)
    names = Names()
    asked = listing.parse(request.GET, names)
    if has_blanks(dict(request.GET.lists())):
        return HttpResponseRedirect(request.path + asked.query(page=True))
    page = Paginator(listing.ordered(listing.rows(person, asked, names), asked), PAGE_SIZE).get_page(asked.page)
    asked = replace(asked, page=page.number)
    return render(request, f"{listing.app}/{listing.name}s.html", context(listing, person, asked, names, page))


def context(listing: Listing, person: Person, asked: Asked, names: Names, page: Page[Any]) -> dict[str, Any]:
    """What the template shows."""
    rows = concealed(page.object_list)
    columns = listing.columns_of(asked.view)
    show = Show(names, listing.words, row_url(listing, asked), asked.as_of, counts(listing, person, rows, asked))
    boxes = [box for entry in listing.filters if (box := _box(entry, listing, person, asked, names))]
    return {
        "listing": listing,
        "asked": asked,
        "page": page,
        "total": page.paginator.count,
        "headers": headers(listing, asked),
        "rows": [[column.show(row, show) for column in columns] for row in rows],
        "masked": any(row.is_masked for row in rows) and any(column.key == "position" for column in columns),
        "chips": chips(listing, asked, names),
        "boxes": [box for box in boxes if box.key in listing.main],
        "more": [box for box in boxes if box.key not in listing.main],
        "hidden": [pair for pair in asked.pairs() if pair[0] != "q"],
        "day": day(listing, asked),
        "views": _views(listing, asked),
        "exports": _exports(listing, asked),
        "list_url": reverse(f"{listing.name}s"),
        "whole": asked.alone().query(),
    }


def day(listing: Listing, asked: Asked, pk: int | None = None) -> Day:
    """The day shown by a list, or with `pk` by the page of one of its rows."""
    address = reverse(listing.name, args=[pk]) if pk else reverse(f"{listing.name}s")
    return Day(
        shown=past.in_words(asked.as_of) if asked.as_of else "",
        chosen=asked.as_of.isoformat() if asked.as_of else "",
        latest=(timezone.localdate() - timedelta(days=1)).isoformat(),
        url=address,
        today=address + asked.today().query(page=True),
        kept=asked.today().pairs(),
    )


def row_url(listing: Listing, asked: Asked) -> Callable[[Any], str]:
    """Where a row leads: its detail page, which remembers the list it was opened from."""
    query = asked.query(page=True)
    return lambda row: reverse(listing.name, args=[row.pk]) + query


def counts(listing: Listing, person: Person, rows: Sequence[Any], asked: Asked) -> dict[int, int]:
    """Live linked things that this person may see, for each row: what the list behind the figure will show."""
    if not listing.counted or not rows:
        return {}
    relation: Any = listing.model._meta.get_field(listing.counted)
    back = relation.field.name
    seen = past.rows(relation.related_model, asked.moment).visible_to(person)
    linked = seen.filter(life=Life.LIVE, **{f"{back}__in": [row.pk for row in rows]})
    return dict(linked.order_by().values_list(back).annotate(found=Count("pk")))


def headers(listing: Listing, asked: Asked) -> list[Header]:
    """The columns' heads; pressing one sorts by it, pressing again turns the order."""
    sorted_by, descending = listing.sorting(asked)
    found = []
    for column in listing.columns_of(asked.view):
        current = column.key == sorted_by.key
        turned = f"-{column.key}" if current and not descending else column.key
        sort = "" if turned == listing.default_sort else turned
        direction = ("descending" if descending else "ascending") if current else ""
        url = replace(asked, sort=sort, page=1).query() or "?" if column.sort else ""
        found.append(Header(column.title, column.css, url, direction))
    return found


def chips(listing: Listing, asked: Asked, names: Names) -> list[Chip]:
    """One chip for the search and for each chosen value; each leads to the list without it."""
    found = [Chip("搜索", asked.q, replace(asked, q="", page=1).query() or "?")] if asked.q else []
    for entry in listing.filters:
        for value in asked.chosen.get(entry.key, ()):
            label = entry.label(value, names) or value
            found.append(Chip(entry.title, label, asked.without(entry.key, value).query() or "?"))
    return found


def _box(entry: Filter, listing: Listing, person: Person, asked: Asked, names: Names) -> Box | None:
    options = entry.options(names)
    if isinstance(entry, OfAgency) and not sees_all_business(person):
        options = _own_agencies(entry, listing.seen(person, asked), options, names)
    chosen = asked.chosen.get(entry.key, ())
    left = [option for option in options if option[0] not in chosen]
    return Box(entry.key, entry.title, left, len(chosen)) if left else None


def _own_agencies(
    entry: OfAgency, rows: models.QuerySet[Any], options: Sequence[Option], names: Names
) -> Sequence[Option]:
    """A clerk chooses only among the agencies whose rows are in sight, and not at all when it is one."""
    if entry.field != "reporting_agency":
        return []
    present = set(rows.order_by().values_list("reporting_agency_id", flat=True).distinct())
    found = [option for option in options if names.agency_ids[option[0]] in present]
    return found if len(found) > 1 else []


def _views(listing: Listing, asked: Asked) -> list[tuple[str, str, bool]]:
    """(title, address, whether it is the current one)."""
    first = next(iter(listing.views))
    return [
        (title, replace(asked, view="" if key == first else key).query(page=True) or "?", key == (asked.view or first))
        for key, (title, _) in listing.views.items()
    ]


def _exports(listing: Listing, asked: Asked) -> list[tuple[str, str]]:
    query = asked.query(columns=False)
    return [(label, reverse(f"{listing.name}_export", args=[key]) + query) for key, label in FORMATS]
