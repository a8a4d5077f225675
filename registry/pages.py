"""The list page: from the address to the template's plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from agencies.models import Person, Role
from agencies.permissions import sees_all_business

from . import past
from .asked import AFTER, BEFORE, LAST, Asked, has_blanks
from .cells import Show
from .filters import Filter, OfAgency, Option
from .lists import PAGE_SIZE, Listing
from .masking import concealed
from .models import Life
from .names import Names
from .paging import Pager, Slice
from .permissions import require_sight
from .saved import told as saved_views_told

FORMATS = (("xlsx", "导出 Excel"), ("csv", "导出 CSV"))
TICKED = (("xlsx", "勾选的导出 Excel"), ("csv", "勾选的导出 CSV"))


@dataclass(frozen=True)
class Header:
    """A column's head; `direction` is "ascending", "descending" or "" as aria-sort wants it."""

    title: str
    css: str
    url: str
    direction: str


@dataclass(frozen=True)
class Turn:
    """A way to another page; `url` is "" where there is none."""

    title: str
    rel: str
    url: str


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
    return render(request, f"{listing.app}/{listing.name}s.html", context(listing, person, asked, names))


def context(listing: Listing, person: Person, asked: Asked, names: Names) -> dict[str, Any]:
    """What the template shows."""
    pager = Pager(listing, person, asked, names)
    page = pager.page(PAGE_SIZE)
    rows = concealed(page.rows)
    columns = listing.columns_of(asked)
    show = Show(names, listing.words, row_url(listing, asked), asked.as_of, counts(listing, person, rows, asked))
    boxes = [box for entry in listing.filters if (box := _box(entry, pager))]
    return {
        "listing": listing,
        "asked": asked,
        "pages": turns(asked, page),
        "total": pager.total(),
        "headers": headers(listing, asked),
        "rows": [[column.show(row, show) for column in columns] for row in rows],
        "masked": any(row.is_masked for row in rows) and any(column.key == "position" for column in columns),
        "chips": chips(listing, asked, names),
        "boxes": [box for box in boxes if box.key in listing.main],
        "more": [box for box in boxes if box.key not in listing.main],
        "hidden": [pair for pair in asked.pairs() if pair[0] != "q"],
        "day": day(listing, asked),
        "views": _views(listing, asked),
        "columns": [(column.key, column.title, column in columns) for column in listing.columns[1:]],
        "saved": saved_views_told(person, listing, asked),
        "save_url": reverse(f"{listing.name}_view_save"),
        "remove_url": reverse(f"{listing.name}_view_remove"),
        "now": asked.today().pairs(),
        "kept": replace(asked, view="", columns=()).pairs(page=True),
        "exports": _exports(listing, asked),
        "ticked": [(label, reverse(f"{listing.name}_export", args=[key])) for key, label in TICKED],
        "proposal_url": _proposal_url(listing, person, asked),
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


def row_url(listing: Listing, asked: Asked) -> Callable[[int], str]:
    """Where the row with an id leads: its detail page, which remembers the list it was opened from."""
    query = asked.query(page=True)
    return lambda pk: reverse(listing.name, args=[pk]) + query


def turns(asked: Asked, page: Slice) -> list[Turn]:
    """To the first, previous, next and last page; none where all rows are on one."""
    if not (page.before or page.after):
        return []
    first, last = page.rows[0].pk, page.rows[-1].pk
    places = (
        ("首页", "first", "", page.before),
        ("上一页", "prev", f"{BEFORE}-{first}", page.before),
        ("下一页", "next", f"{AFTER}-{last}", page.after),
        ("末页", "last", LAST, page.after),
    )
    return [
        Turn(title, rel, replace(asked, at=at).query(page=True) or "?" if there else "")
        for title, rel, at, there in places
    ]


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
    for column in listing.columns_of(asked):
        current = column.key == sorted_by.key
        turned = f"-{column.key}" if current and not descending else column.key
        sort = "" if turned == listing.default_sort else turned
        direction = ("descending" if descending else "ascending") if current else ""
        url = replace(asked, sort=sort, at="").query() or "?" if column.sort else ""
        found.append(Header(column.title, column.css, url, direction))
    return found


def chips(listing: Listing, asked: Asked, names: Names) -> list[Chip]:
    """One chip for the search and for each chosen value; each leads to the list without it."""
    found = [Chip("搜索", asked.q, replace(asked, q="", at="").query() or "?")] if asked.q else []
    for entry in listing.filters:
        for value in asked.chosen.get(entry.key, ()):
            label = entry.label(value, names) or value
            found.append(Chip(entry.title, label, asked.without(entry.key, value).query() or "?"))
    return found


def _box(entry: Filter, pager: Pager) -> Box | None:
    options = entry.options(pager.names)
    if isinstance(entry, OfAgency) and not sees_all_business(pager.person):
        options = _own_agencies(entry, pager, options)
    chosen = pager.asked.chosen.get(entry.key, ())
    left = [option for option in options if option[0] not in chosen]
    return Box(entry.key, entry.title, left, len(chosen)) if left else None


def _own_agencies(entry: OfAgency, pager: Pager, options: Sequence[Option]) -> Sequence[Option]:
    """A clerk chooses only among the agencies whose rows are in sight, and not at all when it is one."""
    if entry.field != "reporting_agency":
        return []
    present = pager.agencies()
    found = [option for option in options if pager.names.agency_ids[option[0]] in present]
    return found if len(found) > 1 else []


def _views(listing: Listing, asked: Asked) -> list[tuple[str, str, bool]]:
    """(title, address, whether it is the current one)."""
    first = next(iter(listing.views))
    return [
        (
            title,
            replace(asked, view="" if key == first else key, columns=()).query(page=True) or "?",
            not asked.columns and key == (asked.view or first),
        )
        for key, (title, _) in listing.views.items()
    ]


def _exports(listing: Listing, asked: Asked) -> list[tuple[str, str]]:
    query = asked.query(columns=False)
    return [(label, reverse(f"{listing.name}_export", args=[key]) + query) for key, label in FORMATS]


def _proposal_url(listing: Listing, person: Person, asked: Asked) -> str:
    """Where ticked cameras become a proposal, for whoever may make one; "" where there is nothing of the kind."""
    if listing.name != "camera" or asked.as_of or not person.holds(Role.OFFICE):
        return ""
    try:
        return reverse("proposal_make")
    except NoReverseMatch:
        return ""
