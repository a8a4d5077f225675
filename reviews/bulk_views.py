"""The page that says how many rows one act would pass, and the act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.models import Person
from audit.failures import Conflict, Invalid, require

from . import bulk, claims, doors, queries, samples, services, workbench
from .forms import ActForm, BulkForm
from .kinds import kind_of
from .listing import Wanted
from .models import Case, Round, Side
from .presenting import Presented


@require_http_methods(["GET", "POST"])
def review_bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """?which=clean|all under the filters of the workbench. POST passes exactly what was shown."""
    person, case = doors.to_act(request, pk)
    if request.method != "POST":
        return _page(request, person, case, request.GET)
    form = BulkForm(request.POST)
    round_, side, version_hash = doors.stamped(form, case)
    services.require_open(person, round_.pk, side, version_hash)
    filters = doors.left(request)
    if doors.problems_of(form):
        raise Invalid(doors.BROKEN)
    wanted = workbench.wanted_from(filters, samples.of_side(round_, side))
    which, digest = form.cleaned_data["which"], form.cleaned_data["digest"]
    try:
        count = bulk.pass_lot(person, round_.pk, side, wanted, which, version_hash=version_hash, digest=digest)
    except (Conflict, Invalid) as error:
        filters["which"] = which
        return _page(request, person, case, filters, str(error), 409 if isinstance(error, Conflict) else 422)
    claims.touch(round_, side, person)
    messages.success(request, f"已将 {count:,} 行标为通过。")
    return redirect(f"{reverse('review', args=[case.pk])}?{filters.urlencode()}")


def _page(
    request: HttpRequest, person: Person, case: Case, params: QueryDict, problem: str = "", status: int = 200
) -> HttpResponse:
    round_, side = _open_round(person, case)
    round_.case = case
    which = params.get("which", bulk.CLEAN)
    present = kind_of(case.kind).present
    if which not in (bulk.CLEAN, bulk.ALL) or present is None:
        raise Invalid(doors.BROKEN)
    content = present(round_)
    wanted = workbench.wanted_from(params, samples.of_side(round_, side))
    filters = params.copy()
    filters.pop("which", None)
    context = {
        "case": case,
        "which": which,
        "lot": bulk.lot(round_, content, wanted, side, which),
        "stamp": ActForm(initial={"round": round_.pk, "side": side, "version_hash": round_.version_hash}),
        "filters": filters.urlencode(),
        "named": _named(wanted, content),
        "problem": problem,
    }
    return render(request, "reviews/bulk.html", context, status=status)


def _open_round(person: Person, case: Case) -> tuple[Round, Side]:
    """The round under way and the side that the person may act for in it."""
    side = queries.side_in(case, person)
    require(side is not None, "您参与了本件的填报或代表过另一方，不能办理。")
    round_ = case.rounds.filter(ended_at=None).exclude(closings__side=side).first()
    if round_ is None or side is None:
        raise Conflict("本轮已经结束，或本方已经办结。")
    return round_, side


def _named(wanted: Wanted, content: Presented) -> list[str]:
    """The filters in words."""
    asked = wanted.content
    told = [content.parts.get(asked.part, ""), content.filters.get(asked.show, "")]
    told.append(dict(content.areas()).get(asked.area, ""))
    told += [f"搜索“{asked.search}”" if asked.search else "", "抽样" if wanted.sample else ""]
    return [each for each in told if each]
