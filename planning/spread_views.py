"""布点分析: where cameras are missing, which cannot be placed, what is rented; figures that open to their lists."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.models import Person
from agencies.permissions import sees_all_business
from agencies.sessions import person_of
from audit.failures import require
from registry.names import Names

from . import assumptions, spread
from .assumptions import plain
from .models import Proposal
from .permissions import may_plan

PARTS: Final = {"planning_gaps": "覆盖", "planning_unplaced": "缺坐标", "planning_leased": "租用与自建"}
NOT_YOURS: Final = "布点分析看的是全县，由办公室、审核人和领导查看。"


def _person(request: HttpRequest) -> Person:
    """Who sees the whole registry; 403 for all others, whose part of it would look like gaps."""
    person = person_of(request)
    require(sees_all_business(person), NOT_YOURS)
    return person


def _shown(request: HttpRequest, name: str, told: dict[str, Any]) -> HttpResponse:
    parts = [(reverse(each), word, each == name) for each, word in PARTS.items()]
    return render(request, f"planning/{name.removeprefix('planning_')}.html", {"parts": parts, **told})


@require_safe
def planning_gaps(request: HttpRequest) -> HttpResponse:
    """Working cameras by township and kind of place, with what is missing against the usual."""
    found = spread.Coverage(_person(request), Names())
    return _shown(
        request,
        "planning_gaps",
        {
            "total": found.total,
            "kinds": found.kinds,
            "lines": found.lines(),
            "totals": found.totals(),
            "missing": found.missing(),
            "blanks": found.blanks(),
        },
    )


@require_safe
def planning_unplaced(request: HttpRequest) -> HttpResponse:
    """Cameras without a position, by the unit that reports them."""
    units, total = spread.unplaced(_person(request), Names())
    return _shown(request, "planning_unplaced", {"units": units, "total": total})


@require_safe
def planning_leased(request: HttpRequest) -> HttpResponse:
    """Leased against own cameras, by owner; what a rented one costs, if the office has said so."""
    person = _person(request)
    units, total = spread.leased(person, Names())
    rent = assumptions.values().get("rent")
    return _shown(
        request,
        "planning_leased",
        {
            "units": units,
            "total": total,
            "rent": plain(rent) if rent is not None else "",
            "plans": may_plan(person),
            "beside": Proposal.objects.visible_to(person).filter(kind="leased").count(),
        },
    )
