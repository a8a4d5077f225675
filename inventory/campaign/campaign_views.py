"""Pages of the office: the surveys, one survey with its roster, and a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Agency
from agencies.sessions import person_of
from audit.failures import Invalid, require

from ..models import Campaign, Submission
from ..permissions import may_manage_campaigns, may_see_campaigns
from . import campaigns as services
from .campaign_forms import AgenciesForm, TermsForm, initial_of, initial_of_new
from .roster import group_of, grouped, rank


def _require_sight(request: HttpRequest) -> None:
    require(may_see_campaigns(person_of(request)), "您的岗位不能查看轮次设置。")


def _require_office(request: HttpRequest) -> None:
    require(may_manage_campaigns(person_of(request)), services.REFUSED)


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every survey, the latest first, with how many owe and how many have been accepted."""
    _require_sight(request)
    done = Q(obligations__submissions__state=Submission.State.ACCEPTED)
    found = Campaign.objects.annotate(
        owed=Count("obligations", distinct=True), accepted=Count("obligations", filter=done, distinct=True)
    )
    told = {"campaigns": found, "manages": may_manage_campaigns(person_of(request))}
    return render(request, "inventory/campaigns.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_add(request: HttpRequest) -> HttpResponse:
    """A new survey. The roster of Attachment 3 is ticked beforehand."""
    _require_office(request)
    if request.method != "POST":
        ticked = set(services.default_roster().values_list("pk", flat=True))
        return _add_page(request, TermsForm(initial=initial_of_new()), ticked)
    form, ticks = TermsForm(request.POST), AgenciesForm(request.POST)
    ticked = set(ticks.ids()) if ticks.is_valid() else set()
    if not ticks.is_valid():
        form.add_error(None, "所选单位里有不存在的，请重新勾选。")
    if form.is_valid():
        try:
            made = services.create(person_of(request), form.terms(), ticked)
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已新建“{made.name}”，{len(ticked)} 个单位应报。")
            return redirect("campaign", made.pk)
    return _add_page(request, form, ticked, status=422)


def _add_page(request: HttpRequest, form: TermsForm, ticked: set[int], status: int = 200) -> HttpResponse:
    agencies = Agency.objects.filter(active=True)
    told = {"form": form, "groups": grouped(agencies), "ticked": ticked, "count": len(ticked)}
    return render(request, "inventory/campaign_add.html", told, status=status)


@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey: its terms, who owes and where each stands."""
    _require_sight(request)
    found = get_object_or_404(Campaign, pk=pk)
    roster = list(
        found.obligations.with_state()
        .select_related("agency")
        .annotate(begun=Exists(Submission.objects.filter(obligation=OuterRef("pk"))))
        .order_by("agency__position", "agency__code")
    )
    roster.sort(key=lambda one: rank(one.agency.kind))
    owing = {one.agency_id for one in roster}
    manages = may_manage_campaigns(person_of(request))
    told: dict[str, Any] = {
        "campaign": found,
        "manages": manages,
        "edits": manages and found.closed_at is None,
        "roster": [(one, group_of(one.agency.kind)) for one in roster],
        "others": grouped(agency for agency in Agency.objects.filter(active=True) if agency.pk not in owing),
        "under_way": sum(bool(vars(one)["open_id"]) for one in roster),
    }
    return render(request, "inventory/campaign.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, scope and dates of an open survey."""
    _require_office(request)
    found = get_object_or_404(Campaign, pk=pk)
    if request.method != "POST":
        services.refuse_closed(found)
        return _edit_page(request, found, TermsForm(initial=initial_of(found)))
    form = TermsForm(request.POST)
    if form.is_valid():
        try:
            services.change(person_of(request), found.pk, form.terms())
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已保存。")
            return redirect("campaign", pk)
    return _edit_page(request, found, form, status=422)


def _edit_page(request: HttpRequest, found: Campaign, form: TermsForm, status: int = 200) -> HttpResponse:
    return render(request, "inventory/campaign_edit.html", {"campaign": found, "form": form}, status=status)


@require_POST
def campaign_roster_add(request: HttpRequest, pk: int) -> HttpResponse:
    _require_office(request)
    found = get_object_or_404(Campaign, pk=pk)
    count = services.add_agencies(person_of(request), found.pk, _ticked(request.POST))
    messages.success(request, f"已加入 {count} 个单位。")
    return redirect("campaign", pk)


@require_POST
def campaign_roster_remove(request: HttpRequest, pk: int) -> HttpResponse:
    _require_office(request)
    found = get_object_or_404(Campaign, pk=pk)
    count = services.remove_agencies(person_of(request), found.pk, _ticked(request.POST))
    messages.success(request, f"已移出 {count} 个单位。")
    return redirect("campaign", pk)


def _ticked(data: QueryDict) -> list[int]:
    form = AgenciesForm(data)
    if not form.is_valid():
        raise Invalid("所选单位里有不存在的，请刷新页面重新勾选。")
    return form.ids()


@require_POST
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    _require_office(request)
    closed = services.close(person_of(request), get_object_or_404(Campaign, pk=pk).pk)
    messages.success(request, f"“{closed.name}”已关闭。")
    return redirect("campaign", pk)


@require_POST
def campaign_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    _require_office(request)
    opened = services.reopen(person_of(request), get_object_or_404(Campaign, pk=pk).pk)
    messages.success(request, f"“{opened.name}”已重新开放，各单位可以补报。")
    return redirect("campaign", pk)
