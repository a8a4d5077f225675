"""Views of a list that a person keeps under a name: search, filters, columns, order. Nobody else sees them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid
from sheets.cells import trim

from .asked import Asked
from .lists import Listing
from .models import SavedView
from .names import Names
from .permissions import require_sight

LONGEST_NAME = 20
MOST = 30
"""Views of one list that a person may keep."""


def saved_views(person: Person, listing: Listing) -> models.QuerySet[SavedView]:
    """The person's own, in the order of their names."""
    return SavedView.objects.filter(person=person, listing=listing.name).order_by("name", "pk")


@transaction.atomic
def save(by: Person, listing: Listing, name: str, asked: Asked) -> SavedView:
    """Keep what is asked under this name. Invalid for a name that is blank, too long or taken, and for too many."""
    name = trim(name)
    if not name:
        raise Invalid("请给视图起个名字。")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"名字最多 {LONGEST_NAME} 个字。")
    Person.objects.select_for_update().get(pk=by.pk)
    own = saved_views(by, listing)
    if own.filter(name=name).exists():
        raise Invalid(f"已有叫“{name}”的视图。请换个名字，或先删除原来的。")
    if own.count() >= MOST:
        raise Invalid(f"一个台账最多保存 {MOST} 个视图。请先删除不用的。")
    try:
        with transaction.atomic():
            kept = SavedView.objects.create(person=by, listing=listing.name, name=name, query=query_of(asked))
    except IntegrityError as error:
        raise Conflict("刚刚已经保存过了，请刷新页面查看。") from error
    journal.record(by, "view.saved", kept, agency_id=by.agency_id, name=name)
    return kept


@transaction.atomic
def remove(by: Person, listing: Listing, pk: int) -> None:
    """Forget one of the person's own views. SavedView.DoesNotExist for any other."""
    kept = saved_views(by, listing).select_for_update().get(pk=pk)
    name = kept.name
    journal.record(by, "view.removed", kept, agency_id=by.agency_id, name=name)
    kept.delete()


def query_of(asked: Asked) -> str:
    """What a view keeps: everything but the day and the page."""
    return urlencode(asked.today().pairs())


def save_view(request: HttpRequest, listing: Listing) -> HttpResponse:
    """POST: keep the list that the form's fields describe."""
    person = require_sight(request, listing.model)
    params = request.POST.copy()
    name = params.pop("view_name", [""])[0]
    params.pop("csrfmiddlewaretoken", None)
    asked = listing.parse(params, Names())
    save(person, listing, str(name), asked)
    return HttpResponseRedirect(reverse(f"{listing.name}s") + asked.query())


def remove_view(request: HttpRequest, listing: Listing) -> HttpResponse:
    """POST: forget the view whose id is given; the list stays as it was."""
    person = require_sight(request, listing.model)
    params = request.POST.copy()
    given = params.pop("saved", [""])[0]
    params.pop("csrfmiddlewaretoken", None)
    asked = listing.parse(params, Names())
    text = str(given)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("请先选择要删除的视图。")
    try:
        remove(person, listing, int(text))
    except SavedView.DoesNotExist as error:
        raise Invalid("这个视图已经不在了。") from error
    return HttpResponseRedirect(reverse(f"{listing.name}s") + asked.query())


def told(person: Person, listing: Listing, asked: Asked) -> list[dict[str, Any]]:
    """The views as the page shows them: id, name, address, whether it is the one shown."""
    here = query_of(asked)
    return [
        {
            "pk": kept.pk,
            "name": kept.name,
            "url": f"?{kept.query}" if kept.query else "?",
            "current": kept.query == here,
        }
        for kept in saved_views(person, listing)
    ]
