"""Pages of 接入: the figures, the lists, a thing, and the form of each act."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import Person
from agencies.permissions import sees_all_business
from audit.failures import Invalid, require
from cameras.models import Camera
from registry.asked import has_blanks
from registry.models import Life
from registry.names import Names
from registry.permissions import require_sight

from . import acts, capacity, lists, rates, saying, things
from .models import Capacity, ProvinceLink
from .permissions import may_keep_capacity
from .services import today


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The access rate, what the county platform can carry, where it stands, and what is overdue."""
    person = require_sight(request, Camera)
    by = request.GET.get("by") or "agency"
    if by not in rates.BY or set(request.GET) - {"by"}:
        raise BadRequest("unknown table")
    names, counted = Names(), rates.Cameras(person)
    now = Capacity.objects.first()
    wanted = rates.wanted(counted)
    told = {
        "cameras": bool(counted.counts),
        "top": counted.top(),
        "duties": rates.duties(person, today()),
        "states": counted.states(),
        "fundings": [*lists.FUNDING.values(), "合计"],
        "table": counted.table(by, names),
        "tables": [(key, word, key == by) for key, word in rates.BY.items()],
        "by": by,
        "whole": sees_all_business(person),
        "capacity": now,
        "bars": capacity.bars(now) if now else [],
        "wanted": wanted,
        "short": wanted - (now.channels_total - now.channels_used) if now else 0,
        "province": ProvinceLink.objects.first(),
        "keeps": may_keep_capacity(person),
    }
    return render(request, "connecting/overview.html", told)


@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Platforms or cameras, as they stand, with what the person may do with them."""
    person = require_sight(request, saying.KINDS[kind])
    names = Names()
    asked = lists.parse(kind, request.GET, names)
    if has_blanks(dict(request.GET.lists())):
        return redirect(asked.url(paged=True))
    now = today()
    found = lists.rows(person, asked, names, now)
    page = lists.page(found, asked)
    offered = acts.offered(person, asked.view)
    fitting = acts.fitting(person, offered, page.rows)
    shown = [act for act in offered if any(act in some for some in fitting.values())]
    told = {
        "asked": asked,
        "kind": kind,
        "unit": saying.UNITS[kind],
        "total": found.count(),
        "rows": [things.shown(kind, row, names, now, bool(fitting[row.pk])) for row in page.rows],
        "page": page,
        "acts": [(act, reverse(f"connecting_{act.key}", args=[kind])) for act in shown],
        "boxes": _boxes(person, asked, names),
        "chips": _chips(asked, names),
        "whole": lists.Asked(kind, asked.view).url(),
        "views": [(word, lists.Asked(kind, view).url(), view == asked.view) for view, word in lists.VIEWS.items()],
        "kinds": [(word, lists.Asked(one, asked.view).url(), one == kind) for one, word in things.KIND_WORDS.items()],
        "query": request.GET.urlencode(),
    }
    return render(request, "connecting/list.html", told)


def _boxes(person: Person, asked: lists.Asked, names: Names) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    """(name, title, options) of the drop-downs; a unit's clerk needs no choice of units."""
    found = []
    for entry in lists.FILTERS:
        if entry.kind not in ("", asked.kind) or entry.view not in ("", asked.view):
            continue
        if entry.key == "agency" and not sees_all_business(person):
            continue
        chosen = asked.chosen.get(entry.key, "")
        if entry.offered and (
            options := [(value, label, value == chosen) for value, label in entry.options(names).items()]
        ):
            found.append((entry.key, entry.title, options))
    return found


def _chips(asked: lists.Asked, names: Names) -> list[tuple[str, str, str]]:
    """(title, label, address without it)."""
    found = [("搜索", asked.q, asked.without("q").url())] if asked.q else []
    for key, value in asked.chosen.items():
        entry = lists.BY_KEY[key]
        found.append((entry.title, lists.label(entry, value, names) or value, asked.without(key).url()))
    return found


@require_safe
def thing(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One platform or camera: how it stands and why, what was said of it, what can be done."""
    person = require_sight(request, saying.KINDS[kind])
    row = lists.annotated(kind, person, gone=True).filter(pk=pk).first()
    if row is None:
        raise Http404
    names, now = Names(), today()
    offered = [act for view in lists.VIEWS for act in acts.offered(person, view)]
    fitting = acts.fitting(person, offered, [row])[row.pk] if row.life == Life.LIVE else []
    told = {
        "kind": kind,
        "row": row,
        "shown": things.shown(kind, row, names, now, False),
        "facts": things.facts(kind, row, names, now),
        "history": things.history(kind, row),
        "acts": [(act, f"{reverse(f'connecting_{act.key}', args=[kind])}?id={row.pk}") for act in fitting],
        "list_url": lists.Asked(kind).url(),
        "registry_url": reverse(kind, args=[row.pk]),
        "cameras_url": lists.Asked("camera", chosen={"platform": row.number}).url() if kind == "platform" else "",
    }
    return render(request, "connecting/thing.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The form of one act for the ticked things, and the act itself; all of them or none."""
    wanted = acts.BY_KEY[key]
    person = require_sight(request, saying.KINDS[kind])
    require(wanted.may(person), "您的岗位不能办理这一项。")
    sent = request.POST if request.method == "POST" else request.GET
    rows = _things(person, kind, sent)
    allowed = wanted.allowed(person)
    require(all(allowed(row) for row in rows), "所选的有您不能办理的，请返回清单重新勾选。")
    ids = [row.pk for row in rows]
    if request.method != "POST":
        seen = saying.seen_of(saying.standings_of(kind, ids), wanted.topic)
        return _act_page(request, kind, wanted, rows, wanted.form(), seen, _back(request.GET, kind))
    form, seen, back = wanted.form(request.POST), _seen(request.POST), _back(request.POST, kind)
    if form.is_valid():
        try:
            said = wanted.do(person, kind, ids, seen, **form.cleaned_data)
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{wanted.done}：{len(said)} {saying.UNITS[kind]}。")
            return redirect(back or reverse("connecting_thing", args=[kind, ids[0]]))
    return _act_page(request, kind, wanted, rows, form, seen, back, status=422)


def _act_page(
    request: HttpRequest,
    kind: str,
    wanted: acts.Act,
    rows: list[Any],
    form: Any,
    seen: int,
    back: str,
    status: int = 200,
) -> HttpResponse:
    names, now = Names(), today()
    fits = sum(wanted.fits(row) for row in rows)
    told = {
        "kind": kind,
        "act": wanted,
        "form": form,
        "seen": seen,
        "rows": [things.shown(kind, row, names, now, wanted.fits(row)) for row in rows],
        "count": len(rows),
        "unit": saying.UNITS[kind],
        "unfit": len(rows) - fits,
        "back": back,
        "back_query": back.partition("?")[2],
        "post_url": reverse(f"connecting_{wanted.key}", args=[kind]),
        "leave": back or reverse("connecting_thing", args=[kind, rows[0].pk]),
        "assessed": [(row.name, row.standing.access) for row in rows[:20]]
        if wanted.key == "decide" and fits == len(rows)
        else [],
    }
    return render(request, "connecting/act.html", told, status=status)


def _things(person: Person, kind: str, sent: QueryDict) -> list[Any]:
    """The ticked things, as they stand; 404 when one is not there or not in sight, 422 for none or too many."""
    texts = sent.getlist("id")
    if not 0 < len(texts) <= saying.MOST:
        raise Invalid(f"请先在清单里勾选，一次最多 {saying.MOST} 条。")
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        raise Http404
    ids = {int(text) for text in texts}
    rows = list(lists.annotated(kind, person).select_related("standing__access").filter(pk__in=ids).order_by("pk"))
    if len(rows) != len(ids):
        raise Http404
    return rows


def _seen(sent: QueryDict) -> int:
    text = sent.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("what was seen is not told")
    return int(text)


def _back(sent: QueryDict, kind: str) -> str:
    """The list that the things were ticked in, "" for the thing's own page. Only ever an address of that list."""
    if "back" not in sent:
        return ""
    return lists.parse(kind, QueryDict(str(sent["back"])), Names()).url(paged=True)
