"""Pages on which a unit asks for a change: the form, what it would change as old | new, and handing it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from agencies.sessions import person_of
from audit.failures import Conflict, Invalid, require
from platforms.models import Platform
from registry.models import Life
from registry.names import Names
from reviews.presenting import Field

from ..entering.places import place_of_thing
from ..models import ChangeRequest
from ..permissions import may_ask_change, may_mend_change
from ..registering.checks import DECLARATIONS
from ..registering.targets import Target
from . import services
from .cells import BY_KIND, askable, cells_of, changed, version_of
from .forms import CellsForm, WhyForm
from .judging import Worth, worth
from .presenting import compared

MOST_SAID = 50


@dataclass
class Page:
    """What a page of the form shows. `told`: what the change is worth, once it was looked at."""

    target: Target
    thing: Any
    cells: Mapping[str, str]
    retires: bool
    again: ChangeRequest | None = None
    told: Worth | None = None
    changes: list[Field] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def change_ask(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask for a change of a registered thing; with ?retire=1 for its end."""
    target = BY_KIND.get(kind)
    if target is None:
        raise Http404
    person = person_of(request)
    things: Any = target.identity._default_manager
    thing = get_object_or_404(things.visible_to(person).select_related("reporting_agency"), pk=pk)
    require(may_ask_change(person, thing), "更正由填报单位的填报员申请。")
    under_way = services.open_request(target, pk)
    if under_way is not None and under_way.agency_id != thing.reporting_agency_id:
        raise Conflict(f"{thing.number} 移交之前的单位还有一件更正申请没有办完，请等它办结或放弃。")
    if under_way is not None and request.method == "GET":
        return redirect("change_request", pk=under_way.pk)
    if thing.life != Life.LIVE:
        raise Conflict(f"{thing.number} 已不在册，不能申请更正。")
    page = Page(target, thing, cells_of(target, thing), _retires(request))
    return _answer(request, page, lambda asked: services.ask(person, target, pk, asked))


@require_http_methods(["GET", "POST"])
def change_mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend a returned request: the form begins with what was asked, beside the thing as it is now."""
    person = person_of(request)
    found = get_object_or_404(ChangeRequest.objects.visible_to(person).select_related("agency"), pk=pk)
    require(may_mend_change(person, found), "这件申请由填报单位的填报员办理。")
    if found.state != ChangeRequest.State.RETURNED:
        raise Conflict(f"这件申请现在是“{found.get_state_display()}”，不能修改。请刷新页面查看。")
    target = BY_KIND[found.kind]
    thing = services.thing_of(target, found.thing_id)
    last = found.versions.latest("number")
    asked_for = cells_of(target, changed(target, version_of(target, thing.pk, last.seen), last.values))
    before = cells_of(target, version_of(target, thing.pk, last.seen))
    cells = cells_of(target, thing)
    cells |= {key: text for key, text in asked_for.items() if text != before[key]}
    page = Page(target, thing, cells, last.retires, again=found)
    return _answer(request, page, lambda asked: services.ask_again(person, pk, asked), last.reason)


def _retires(request: HttpRequest) -> bool:
    return bool((request.POST if request.method == "POST" else request.GET).get("retire"))


def _answer(
    request: HttpRequest, page: Page, hand_in: Callable[[services.Asked], ChangeRequest], reason: str = ""
) -> HttpResponse:
    if request.method == "GET":
        return _show(request, page, _cells_form(page), WhyForm(retires=page.retires, initial={"reason": reason}))
    why = WhyForm(request.POST, request.FILES, retires=page.retires)
    form = _cells_form(page, request.POST)
    if not (why.is_valid() and (page.retires or form.is_valid())):
        return _show(request, page, form, why, status=422)
    try:
        if not page.retires:
            page.told = worth(page.target, page.thing, form.touched())
            form = _cells_form(page, request.POST)
            form.is_valid()
            _refuse_nothing(page)
        if "send" not in request.POST:
            if page.told is not None and page.told.errors:
                return _show(request, page, form, why, status=422)
            said = request.POST.get("reason", "").strip() or reason
            return _show(request, page, form, WhyForm(initial={"reason": said}))
        enclosed = why.enclosed()
        if why.errors:
            return _show(request, page, form, why, status=422)
        touched = {} if page.retires else form.touched()
        asked = services.Asked(why.cleaned_data["edition"], why.cleaned_data["reason"], touched, page.retires, enclosed)
        made = hand_in(asked)
    except (Invalid, Conflict) as refused:
        why.add_error(None, str(refused))
        return _show(request, page, form, why, status=422 if isinstance(refused, Invalid) else 409)
    messages.success(request, "已提交，数据局和公安局双方通过后，台账才会改。")
    return redirect("change_request", pk=made.pk)


def _refuse_nothing(page: Page) -> None:
    if page.told is not None and not page.told.values and not page.told.errors:
        raise Invalid("还没有改动任何一项，不用申请。")


def _cells_form(page: Page, data: Any = None) -> CellsForm:
    now = cells_of(page.target, page.thing)
    keys = [column.key for column in askable(page.target)]
    return CellsForm(
        data,
        sheet=DECLARATIONS[page.target.kind],
        cells={key: page.cells[key] for key in keys},
        findings=page.told.findings if page.told else (),
        said=_said(page),
        initial={"seen": {key: now[key] for key in keys}},
    )


def _said(page: Page) -> dict[str, list[str]]:
    """The unit's own platforms, to be offered again."""
    if page.target.kind != "camera":
        return {}
    own = Platform.objects.filter(reporting_agency=page.thing.reporting_agency_id, life=Life.LIVE)
    names = own.order_by("pk").values_list("name", flat=True)[:MOST_SAID]
    return {"platform_name": sorted({name for name in names if name})}


def _show(request: HttpRequest, page: Page, form: CellsForm, why: WhyForm, *, status: int = 200) -> HttpResponse:
    if page.told is not None and page.told.values and not page.told.errors:
        after = changed(page.target, page.thing, page.told.values)
        warnings = [(one.column_key, one.message) for one in page.told.warnings]
        page.changes = [each for each in compared(page.target, page.thing, after, warnings, Names()) if each.changed]
    context = {
        "page": page,
        "thing": page.thing,
        "kind": page.target.kind,
        "form": form,
        "why": why,
        "place": place_of_thing(page.thing) if page.target.kind == "camera" and not page.retires else None,
    }
    return render(request, "inventory/changing/ask.html", context, status=status)


urlpatterns = [
    path("changes/<slug:kind>/<int:pk>/ask/", change_ask, name="change_ask"),
    path("changes/<int:pk>/mend/", change_mend, name="change_mend"),
]
