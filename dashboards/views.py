"""The pages that only count: what waits for me, and how far the county is."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.models import Person
from agencies.permissions import sees_all_business
from agencies.sessions import person_of
from audit.failures import require
from inventory.campaign.obligations import ObligationState
from inventory.campaign.roster import GROUPS
from inventory.permissions import may_manage_campaigns, may_see_reports
from sheets.kinds.places import place_kinds

from . import asked, figures, stats, trend
from .attention import worst
from .home import home_of

PAGE = 100


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    return render(request, "dashboards/home.html", {"home": home_of(person_of(request))})


def _reader(request: HttpRequest) -> Person:
    person = person_of(request)
    require(may_see_reports(person), "您的岗位不能查看报送进度。")
    return person


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Roster x state, by group, by unit and by kind of place. A clerk sees the own agency's line only (T10)."""
    person = _reader(request)
    asked.refuse_unknown(request.GET, "campaign")
    shown, others = asked.campaign(request.GET)
    told: dict[str, Any] = {"shown": shown, "campaigns": others, "manages": may_manage_campaigns(person)}
    if shown is None:
        return render(request, "dashboards/progress.html", told)
    whole = sees_all_business(person)
    counted = stats.units(person, [shown])[shown.pk]
    found = stats.kinds(person, shown.pk, counted, only_of=None if whole else person.agency_id)
    submission = reverse("submission", args=[0])
    told |= {
        "whole": whole,
        "columns": figures.COLUMNS,
        "units": figures.by_group(figures.unit_rows(counted, found.by_agency, submission)),
        "kinds": figures.kind_table(shown, found, submission, whole=whole),
    }
    if whole:
        total = stats.tally(counted)
        told |= {
            "figures": figures.top_row(shown, total),
            "groups": figures.group_rows(shown, stats.tallies(counted), total),
            "worries": worst(counted, shown),
            "trend": trend.draw(trend.days(person, shown), shown, total.total),
        }
    return render(request, "dashboards/progress.html", told)


@require_safe
def progress_units(request: HttpRequest) -> HttpResponse:
    """The units behind a figure."""
    person = _reader(request)
    asked.refuse_unknown(request.GET, "campaign", "state", "group", "overdue", "page")
    shown, others = asked.campaign(request.GET)
    if shown is None:
        raise Http404
    wanted = asked.wanted(request.GET)
    counted = wanted.chosen(stats.units(person, [shown])[shown.pk])
    page = Paginator(counted, PAGE).get_page(request.GET.get("page"))
    told = {
        "shown": shown,
        "campaigns": others,
        "wanted": wanted,
        "page": page,
        "states": ObligationState,
        "groups": GROUPS if sees_all_business(person) else (),
        "chosen_states": [ObligationState(state) for state in wanted.states],
    }
    return render(request, "dashboards/progress_units.html", told)


@require_safe
def progress_rows(request: HttpRequest) -> HttpResponse:
    """The reports in review behind a count of rows, of one kind of place or all."""
    person = _reader(request)
    asked.refuse_unknown(request.GET, "campaign", "kind")
    shown, _ = asked.campaign(request.GET)
    if shown is None:
        raise Http404
    kind = asked.kind(request.GET)
    reports = stats.reports_in_review(person, shown.pk, kind)
    told = {
        "shown": shown,
        "reports": reports,
        "rows": sum(report.rows for report in reports),
        "kind": "" if kind is None else place_kinds().get(kind, "未填类别"),
    }
    return render(request, "dashboards/progress_rows.html", told)
