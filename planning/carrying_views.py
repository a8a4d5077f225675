"""Carrying out on the proposal's page: the owner begins and reports, the office confirms or objects."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from audit.failures import Invalid, require
from inventory.downloads import hand_out_original
from sheets.findings import Refused

from . import carrying
from .forms import EvidenceForm, ReasonForm
from .models import Carrying, Proposal
from .moves import require_office
from .permissions import may_answer_for, reads_as_owner
from .views import back, seen, show


def _task(request: HttpRequest, pk: int, task_pk: int) -> tuple[Person, Proposal, Carrying]:
    """404 unless the person sees the proposal and, of others' things, may know how far they are."""
    person, proposal = seen(request, pk)
    task = get_object_or_404(
        Carrying.objects.select_related("member", "evidence"), pk=task_pk, member__proposal=proposal
    )
    if reads_as_owner(person) and not may_answer_for(person, task.member.owner_id):
        raise Http404
    return person, proposal, task


def _own(request: HttpRequest, pk: int, task_pk: int) -> tuple[Person, Proposal]:
    person, proposal, task = _task(request, pk, task_pk)
    require(may_answer_for(person, task.member.owner_id), "落实由权属单位的填报员办理。")
    return person, proposal


@require_POST
def carrying_begin(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    person, _ = _own(request, pk, task_pk)
    carrying.begin(person, task_pk)
    messages.success(request, "已记为落实中。")
    return back(pk, "#carrying")


@require_POST
def carrying_report(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    """Done, with evidence; the page again where the file will not do."""
    person, proposal = _own(request, pk, task_pk)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["evidence"]
        try:
            carrying.report(
                person, task_pk, file.read(settings.SCAN_MAX_BYTES + 1), file.name, form.cleaned_data["note"]
            )
        except Refused as refused:
            form.add_error("evidence", f"{refused.finding.message}{refused.finding.fix}")
        else:
            messages.success(request, "已报告落实，等办公室确认。")
            return back(pk, "#carrying")
    return show(request, person, proposal, 422, evidence_form=form, refused={"task": task_pk})


@require_POST
def carrying_confirm(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    person, _, _ = _task(request, pk, task_pk)
    require_office(person)
    carrying.confirm(person, task_pk)
    messages.success(request, "已确认落实。")
    return back(pk, "#carrying")


@require_POST
def carrying_object(request: HttpRequest, pk: int, task_pk: int) -> HttpResponse:
    person, proposal, _ = _task(request, pk, task_pk)
    require_office(person)
    form = ReasonForm(request.POST)
    refused = "请写明哪里不清楚、要补什么。"
    if form.is_valid():
        try:
            carrying.object_to(person, task_pk, form.cleaned_data["reason"])
        except Invalid as error:
            refused = str(error)
        else:
            messages.success(request, "已退回单位补充。")
            return back(pk, "#carrying")
    return show(request, person, proposal, 422, refused={"object": task_pk, "object_says": refused})


@require_GET
def carrying_evidence(request: HttpRequest, pk: int, task_pk: int) -> FileResponse:
    """The evidence exactly as it was handed in."""
    _, _, task = _task(request, pk, task_pk)
    if task.evidence is None:
        raise Http404
    return hand_out_original(task.evidence)
