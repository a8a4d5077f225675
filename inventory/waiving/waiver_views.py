"""Pages of waivers: asking at a finding, the list, one waiver with the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency, Person
from agencies.sessions import person_of
from audit.failures import Invalid, require
from reviews.permissions import own_sides_of

from ..models import RowFinding, StagedRow, Submission, Waiver
from ..permissions import may_edit, may_see_reports
from ..registering.targets import TARGETS
from ..services import require_editable
from . import waiver_services as services
from .waivable import may_be_waived, title_of
from .waiver_forms import AskForm, GrantForm, WordsForm
from .waivers import earlier, rows_of, standing_of, version_of_latest

Decision = Callable[[Person, int, str], object]

PAGE_SIZE = 50
EXPIRING_DAYS = 30
TABS = {
    "asked": "待批",
    "in_force": "有效",
    "expiring": f"{EXPIRING_DAYS} 天内到期",
    "ended": "已结束",
    "all": "全部",
}


WAITING = Q(state=Waiver.State.ASKED, submission__state__in=Submission.OPEN_STATES)


def _condition(tab: str, today: dt.date) -> Q:
    state = Waiver.State
    in_force = Q(state=state.GRANTED, expires_on__gte=today)
    conditions = {
        "asked": WAITING,
        "in_force": in_force,
        "expiring": in_force & Q(expires_on__lte=today + dt.timedelta(days=EXPIRING_DAYS)),
        "ended": ~in_force & ~Q(state=state.ASKED),
    }
    return conditions.get(tab, Q())


def requests_seen(person: Person) -> QuerySet[Waiver]:
    """One waiver for each press of 申请豁免 that the person may see: the first of its cells."""
    fellow = Waiver.objects.filter(
        submission=OuterRef("submission"),
        kind=OuterRef("kind"),
        row_key=OuterRef("row_key"),
        code=OuterRef("code"),
        asked_at=OuterRef("asked_at"),
        pk__lt=OuterRef("pk"),
    )
    return Waiver.objects.visible_to(person).filter(~Exists(fellow))


def waiting_for(person: Person) -> QuerySet[Waiver]:
    """Requests that the person may decide, the oldest first: what 待办 counts."""
    if not own_sides_of(person):
        return Waiver.objects.none()
    return requests_seen(person).filter(WAITING).exclude(asked_by=person).order_by("asked_at", "pk")


@dataclass(frozen=True)
class Line:
    """A request as the list shows it. `row`: as it stands now, None where it is gone."""

    waiver: Waiver
    title: str
    row: StagedRow | None
    today: dt.date

    @property
    def badge(self) -> str:
        """The code of its state's badge; a granted one may have expired."""
        return badge_of(self.waiver, self.today)


def badge_of(waiver: Waiver, today: dt.date) -> str:
    over = waiver.expires_on is not None and waiver.expires_on < today
    return "waiver_expired" if waiver.state == Waiver.State.GRANTED and over else f"waiver_{waiver.state}"


@require_GET
def waivers(request: HttpRequest) -> HttpResponse:
    """What was asked, what is in force and what expires soon; filters stay in the address."""
    person = person_of(request)
    require(may_see_reports(person), "您的岗位不能查看豁免申请。")
    tab = request.GET.get("tab", "asked")
    if tab not in TABS:
        raise Http404
    today = services.today()
    agency, code = request.GET.get("agency", ""), request.GET.get("code", "")
    seen = requests_seen(person)
    agencies = Agency.objects.filter(pk__in=seen.values("submission__obligation__agency"))
    codes = list(seen.order_by("code").values_list("code", flat=True).distinct())
    if agency:
        seen = seen.filter(submission__obligation__agency__code=agency)
    if code:
        seen = seen.filter(code=code)
    counts = seen.aggregate(**{key: Count("pk", filter=_condition(key, today)) for key in TABS if key != "all"})
    counts["all"] = sum(counts[key] for key in ("asked", "in_force", "ended"))
    order = {"asked": ["asked_at", "pk"], "expiring": ["expires_on", "pk"]}.get(tab, ["-pk"])
    found = seen.filter(_condition(tab, today)).order_by(*order)
    found = found.select_related("submission__obligation__agency", "submission__obligation__campaign", "decided_by")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list))
    lines = [Line(one, title_of(one.code), rows.get((one.kind, one.row_key)), today) for one in page.object_list]
    told = {
        "tabs": [(key, label, counts[key]) for key, label in TABS.items()],
        "tab": tab,
        "agencies": agencies,
        "agency": agency,
        "codes": [(each, title_of(each)) for each in codes],
        "code": code,
        "page": page,
        "lines": lines,
        "decides": bool(own_sides_of(person)),
    }
    return render(request, "inventory/waivers.html", told)


@require_http_methods(["GET", "POST"])
def waiver_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The small form at a finding (?finding=), as a page or, for htmx, as its fragment."""
    person = person_of(request)
    found = get_object_or_404(
        Submission.objects.visible_to(person).select_related("obligation__campaign", "obligation__agency"), pk=pk
    )
    require(may_edit(person, found), "您不能修改这个单位的填报。")
    named = request.POST.get("finding") or request.GET.get("finding", "")
    if not (named.isascii() and named.isdigit()):
        raise Invalid("没有指明是哪一处问题。请从核对页的问题旁边点“申请豁免”。")
    require_editable(person, found.pk)
    finding = RowFinding.objects.filter(pk=int(named[:18]), source_file__version=version_of_latest(found.pk)).first()
    if finding is None:
        raise Http404
    offered = _offered(found, finding)
    form = AskForm(request.POST or None, initial={"reason": offered.reason if offered else ""})
    fragment = request.headers.get("HX-Request") == "true"
    if request.method == "POST" and form.is_valid():
        try:
            services.ask(person, found.pk, finding.pk, form.cleaned_data["reason"])
        except Invalid as error:
            form.add_error("reason", str(error))
        else:
            if fragment:
                told = {"submission": found, "finding": finding, "waivable": True}
                stands = standing_of(found.pk, [finding]).get(finding.pk)
                return render(request, "inventory/_waiver_ask.html", told | {"stands": stands})
            messages.success(request, "已提交豁免申请。批准之前，这一处仍要改正才能提交报送。")
            back = reverse("source_file_findings", args=[found.pk, finding.source_file_id])
            return redirect(f"{back}?code={finding.code}")
    told = {
        "submission": found,
        "finding": finding,
        "fellows": RowFinding.objects.filter(
            source_file=finding.source_file_id, sheet=finding.sheet, row=finding.row, code=finding.code
        ).exclude(column_key=finding.column_key),
        "title": title_of(finding.code),
        "waivable": may_be_waived(finding.code) and bool(finding.row),
        "stands": standing_of(found.pk, [finding]).get(finding.pk),
        "offered": offered,
        "form": form,
    }
    template = "inventory/_waiver_ask.html" if fragment else "inventory/waiver_ask.html"
    return render(request, template, told, status=422 if form.errors else 200)


def _offered(submission: Submission, finding: RowFinding) -> Waiver | None:
    """An earlier report's waiver for the same registered thing, whose reason the form begins with."""
    target = next((one for one in TARGETS if one.kind == finding.kind), None)
    if target is None:
        return None
    row = target.row._default_manager.filter(
        source_file=finding.source_file_id, sheet=finding.sheet, row=finding.row
    ).first()
    return earlier(submission, row, finding) if row is not None else None


def _seen(request: HttpRequest, pk: int) -> Waiver:
    return get_object_or_404(
        Waiver.objects.visible_to(person_of(request)).select_related(
            "submission__obligation__agency", "submission__obligation__campaign", "asked_by", "decided_by", "ended_by"
        ),
        pk=pk,
    )


@require_GET
def waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what the row says, why it was asked, and the decision."""
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, found: Waiver, status: int = 200, **forms: Any) -> HttpResponse:
    person = person_of(request)
    today = services.today()
    last = today + dt.timedelta(days=settings.WAIVER_MAX_DAYS)
    cells = list(services.together(found))
    row = rows_of([found]).get((found.kind, found.row_key))
    decides = services.may_decide(person, found)
    is_open = found.submission.state in Submission.OPEN_STATES
    told: dict[str, Any] = {
        "waiver": found,
        "title": title_of(found.code),
        "badge": badge_of(found, today),
        "cells": _cells(cells, row),
        "row": row,
        "stands": all(services.stands(one) for one in cells),
        "decides": decides and is_open and found.state == Waiver.State.ASKED,
        "revokes": decides and found.state == Waiver.State.GRANTED,
        "barred": bool(own_sides_of(person)) and not decides and found.state == Waiver.State.ASKED,
        "grant_form": GrantForm(today=today, last=last),
        "words_form": WordsForm(),
        "next_one": waiting_for(person).exclude(pk__in=[one.pk for one in cells]).first(),
    }
    return render(request, "inventory/waiver.html", told | forms, status=status)


def _cells(asked: list[Waiver], row: StagedRow | None) -> list[tuple[Waiver, RowFinding | None]]:
    """Each cell that was asked for with its finding of today, None where it has changed."""
    if row is None:
        return [(one, None) for one in asked]
    findings = RowFinding.objects.filter(
        source_file=row.source_file_id, sheet=row.sheet, row=row.row, code=asked[0].code
    )
    by_cell = {(one.column_key, one.value): one for one in findings}
    return [(one, by_cell.get((one.column_key, one.value))) for one in asked]


@require_POST
def waiver_grant(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_decide(request, pk)
    today = services.today()
    form = GrantForm(request.POST, today=today, last=today + dt.timedelta(days=settings.WAIVER_MAX_DAYS))
    if form.is_valid():
        try:
            services.grant(person_of(request), pk, form.cleaned_data["expires_on"], form.cleaned_data["answer"])
        except Invalid as error:
            form.add_error("expires_on", str(error))
        else:
            messages.success(request, "已批准豁免。")
            return redirect("waiver", pk=pk)
    return _page(request, found, 422, grant_form=form)


@require_POST
def waiver_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide_in_words(request, pk, services.refuse, "已答复：不同意豁免。")


@require_POST
def waiver_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide_in_words(request, pk, services.revoke, "已撤销豁免。还没有提交的报送会重新按规则检查这一处。")


def _decide_in_words(
    request: HttpRequest, pk: int, act: Callable[[Person, int, str], object], done: str
) -> HttpResponse:
    """A decision that needs a reason; the page again where the reason will not do."""
    found = _to_decide(request, pk)
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            act(person_of(request), pk, form.cleaned_data["words"])
        except Invalid as error:
            form.add_error("words", str(error))
        else:
            messages.success(request, done)
            return redirect("waiver", pk=pk)
    return _page(request, found, 422, words_form=form)


def _to_decide(request: HttpRequest, pk: int) -> Waiver:
    """404 for what the person does not see, 403 for who is no reviewer: before anything that was typed is looked at."""
    found = _seen(request, pk)
    require(bool(own_sides_of(person_of(request))), "豁免由数据局或公安局的审核员批复。")
    return found


urlpatterns = [
    path("waivers/", waivers, name="waivers"),
    path("waivers/<int:pk>/", waiver, name="waiver"),
    path("waivers/<int:pk>/grant/", waiver_grant, name="waiver_grant"),
    path("waivers/<int:pk>/refuse/", waiver_refuse, name="waiver_refuse"),
    path("waivers/<int:pk>/revoke/", waiver_revoke, name="waiver_revoke"),
    path("submissions/<int:pk>/waivers/ask/", waiver_ask, name="waiver_ask"),
]
