"""The queue's page: what waits for one's side, when it is due, and what else waits beside the cases."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from agencies.models import Agency
from agencies.sessions import person_of
from audit.failures import require

from . import beside, queries, queue
from .delegations import today
from .models import Case

PAGE = 50


@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    """Cases by their latest round: waiting for one's side first; office and leader read all."""
    person = person_of(request)
    require(queries.may_see_reviews(person), "双审由数据局和公安局办理，您的岗位不能查看。")
    side = queries.side_of(person)
    tabs = queue.tabs_of(side)
    tab = request.GET.get("tab") or next(iter(tabs))
    if tab not in tabs:
        raise Http404
    agency = request.GET.get("agency", "")
    agencies = list(Agency.objects.filter(pk__in=Case.objects.visible_to(person).values("agency")))
    counts = queue.tab_counts(person, agency)
    page = Paginator(queue.rounds(person, tab, agency), PAGE).get_page(request.GET.get("page"))
    first = queries.most_urgent(person) if side else None
    return render(
        request,
        "reviews/queue.html",
        {
            "side": side,
            "tabs": [(key, title, counts[key]) for key, title in tabs.items()],
            "tab": tab,
            "agencies": agencies,
            "agency": next((each for each in agencies if each.code == agency), None),
            "asked_agency": agency,
            "page": page,
            "lines": queue.lines(person, page.object_list),
            "first": first,
            "first_term": queue.term_of(first.due_on, today()) if first and first.due_on else None,
            "beside": beside.waiting(person) if side else [],
        },
    )


urlpatterns = [path("reviews/", review_queue, name="review_queue")]
