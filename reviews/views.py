"""What reviewers read: the workbench of a case, and the parts of it that its script fetches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agencies.models import Person

from . import claims, doors, queries, workbench
from .forms import LONGEST_REASON, ActForm
from .models import Case
from .samples import MOST as MOST_DRAWN


@dataclass(frozen=True)
class Refused:
    """What was wrong with an act (422): the page comes back with the ticks, the reason and the choice as they were."""

    problems: list[str]
    ticked: frozenset[int] = frozenset()
    reason: str = ""
    choice: str = ""


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbench of one case."""
    person, case = doors.to_read(request, pk)
    return page(request, person, case, request.GET)


def page(
    request: HttpRequest, person: Person, case: Case, params: QueryDict, refused: Refused | None = None
) -> HttpResponse:
    """The workbench as it is for these parameters."""
    bench = workbench.build(person, case, params, refused.ticked if refused else frozenset())
    if bench.may_act and bench.own:
        claims.touch(bench.round, bench.own, person)
    context = _told(bench, params) | {
        "refused": refused,
        "next_round": queries.most_urgent(person, case) if bench.own else None,
        "subject_url": reverse(bench.kind.url_name, args=[case.subject_id]),
        "most_drawn": min(MOST_DRAWN, bench.total),
    }
    return render(request, "reviews/workbench.html", context, status=422 if refused else 200)


def _told(bench: workbench.Bench, params: QueryDict) -> dict[str, Any]:
    stamp = {"round": bench.round.pk, "side": bench.own or "", "version_hash": bench.round.version_hash}
    kept = params.copy()
    for name in ("row", "key"):
        kept.pop(name, None)
    return {
        "bench": bench,
        "opened": bench.opened,
        "stamp": ActForm(initial=stamp, auto_id="%s"),
        "back": kept.urlencode(),
        "longest_reason": LONGEST_REASON,
    }


@require_GET
def review_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The list alone, for a page of it or after many marks."""
    person, case = doors.to_read(request, pk)
    bench = workbench.build(person, case, request.GET)
    return render(request, "reviews/_rows.html", _told(bench, request.GET))


@require_GET
def review_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row in full (?row=), with what lies around it."""
    person, case = doors.to_read(request, pk)
    bench = workbench.one(person, case, request.GET)
    return render(request, "reviews/_row.html", _told(bench, request.GET))


@require_GET
def review_places(request: HttpRequest, pk: int) -> JsonResponse:
    """Where the rows of a whole round are (?round=, else the latest); the map asks for it when it shows them all."""
    _, case = doors.to_read(request, pk)
    content = workbench.content_of(case, request.GET.get("round", ""))
    return JsonResponse(content.spread().points)


@require_GET
def review_colleagues(request: HttpRequest, pk: int) -> HttpResponse:
    """Who else of one's side is at work on the case; asked by the page itself now and then."""
    person, case = doors.to_read(request, pk)
    own = queries.side_in(case, person)
    round_ = case.rounds.order_by("-number").first()
    colleagues = claims.others(round_, own, person) if round_ else []
    return render(request, "reviews/_colleagues.html", {"colleagues": colleagues, "case": case})
