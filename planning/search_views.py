"""Looking for what can be integrated, and putting a proposal together by hand: pages of the office."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.sessions import person_of
from audit.failures import Invalid, require
from registry.names import Names

from . import making, searching
from .forms import HandForm, SearchForm
from .models import Proposal, Search
from .permissions import may_plan
from .spread import without_position

NOT_OFFICE = "查找和提出整合方案由领导小组办公室办理。"
SHOWN = 8
"""Earlier searches on the page."""


@require_http_methods(["GET", "POST"])
def planning_search(request: HttpRequest) -> HttpResponse:
    """What to look for; while a search is under way the page says how far it is."""
    person = person_of(request)
    require(may_plan(person), NOT_OFFICE)
    form = SearchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            searching.start(person, told["kinds"], told["radius_m"], told["pole_radius_m"])
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            return redirect("planning_search")
    searches = list(Search.objects.select_related("asked_by")[:SHOWN])
    running = next((one for one in searches if one.state == Search.State.RUNNING), None)
    return render(
        request,
        "planning/search.html",
        {
            "form": form,
            "searches": searches,
            "running": running,
            "job": searching.job_of(running) if running else None,
            "without": without_position(person, Names()),
        },
        status=422 if form.errors else 200,
    )


@require_GET
def planning_search_state(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks for while a search is under way; it reloads the page when that is over."""
    require(may_plan(person_of(request)), NOT_OFFICE)
    search = get_object_or_404(Search, pk=pk)
    response = render(request, "planning/_search_state.html", {"running": search, "job": searching.job_of(search)})
    if search.state != Search.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
def proposal_make(request: HttpRequest) -> HttpResponse:
    """Cameras that the office puts together; ?camera=JZ-C-000123 (many) fills them in, as ticked in a list."""
    person = person_of(request)
    require(may_plan(person), NOT_OFFICE)
    if request.method == "GET":
        numbers = [number[:20] for number in request.GET.getlist("camera")[: making.MOST_BY_HAND]]
        return render(request, "planning/make.html", {"form": HandForm(initial={"numbers": "\n".join(numbers)})})
    form = HandForm(request.POST)
    if form.is_valid():
        try:
            made: Proposal = making.make(person, form.listed(), form.cleaned_data["reason"])
        except Invalid as error:
            form.add_error("reason" if "为什么" in str(error) else "numbers", str(error))
        else:
            messages.success(request, "方案已提出。请选定每台的整合方式，再征求意见。")
            return redirect(reverse("proposal", args=[made.pk]) + "#members")
    return render(request, "planning/make.html", {"form": form}, status=422)
