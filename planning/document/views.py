"""Pages of the plan as a document: its issues, one issue with what changed, each part, downloads and print views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import require
from inventory.downloads import hand_out_original
from registry.names import Names

from ..models import Issue, Part
from ..permissions import may_plan, may_see_planning
from ..saving import Saving
from . import changes, compose, issuing, shown
from .issued import Issued
from .reading import may_read_county, parts_of

PAGE = 20
NOT_YOURS = "您的岗位不能查看整合方案。"
NOT_OFFICE = "整合方案由领导小组办公室生成。"


@require_GET
def plan_issues(request: HttpRequest) -> HttpResponse:
    """Every issue that the person may read, the latest first."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    found = Issue.objects.visible_to(person).select_related("made_by", "file").defer("figures")
    found = found.annotate(cameras=F("figures__stock__cameras"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    running = next((one for one in page.object_list if one.state == Issue.State.RUNNING), None)
    return render(
        request,
        "planning/document_issues.html",
        {
            "page": page,
            "plans": may_plan(person),
            "running": running,
            "job": issuing.job_of(running) if running else None,
            "reads_county": may_read_county(person),
        },
    )


@require_POST
def plan_issue_make(request: HttpRequest) -> HttpResponse:
    """Begin a new issue; the page shows how far it is."""
    person = person_of(request)
    require(may_plan(person), NOT_OFFICE)
    issue = issuing.start(person)
    messages.success(request, f"开始生成第 {issue.number} 版，完成后显示在这里。")
    return redirect("plan_issues")


@require_GET
def plan_issue_state(request: HttpRequest, number: int) -> HttpResponse:
    """The fragment that the page asks for while an issue is being made; it reloads the page when that is over."""
    person, issue = _issue(request, number, done=False)
    require(may_read_county(person), NOT_YOURS)
    response = render(request, "planning/_document_state.html", {"running": issue, "job": issuing.job_of(issue)})
    if issue.state != Issue.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@require_GET
def plan_issue(request: HttpRequest, number: int) -> HttpResponse:
    """One issue: what it says in figures, what changed since the one before, and the parts to open."""
    person, issue = _issue(request, number)
    county = may_read_county(person)
    parts = list(parts_of(issue, person))
    figures = (issue.figures if county else Part.objects.get(pk=parts[0].pk).figures) or {}
    last = issuing.before(issue)
    past = _past(last, None if county else parts[0].agency_id)
    return render(
        request,
        "planning/document_issue.html",
        {
            "issue": issue,
            "county": county,
            "parts": parts,
            "figures": figures,
            "saving": Saving.unpacked(figures["saving"]),
            "before": last if past is not None else None,
            "changes": changes.between(past, figures),
        },
    )


@require_GET
def plan_issue_file(request: HttpRequest, number: int) -> FileResponse:
    """The county's document exactly as it was issued."""
    person, issue = _issue(request, number)
    require(may_read_county(person), "全县方案由办公室、审核人和领导查看。本单位部分可在方案页面下载。")
    if issue.file is None:
        raise Http404
    return hand_out_original(issue.file)


@require_GET
def plan_issue_print(request: HttpRequest, number: int) -> HttpResponse:
    """The county's document as a page to print, from the same figures."""
    person, issue = _issue(request, number)
    require(may_read_county(person), "全县方案由办公室、审核人和领导查看。本单位部分可在方案页面打印。")
    last = issuing.before(issue)
    issued = _issued(person, issue, issue.figures or {}, last, _past(last, None))
    return render(request, "planning/document_print.html", {"issue": issue, "paper": shown.of(compose.county(issued))})


@require_GET
def plan_part_file(request: HttpRequest, number: int, code: str) -> FileResponse:
    """A unit's part exactly as it was issued."""
    _, _, part = _part(request, number, code)
    return hand_out_original(part.file)


@require_GET
def plan_part_print(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """A unit's part as a page to print."""
    person, issue, part = _part(request, number, code)
    last = issuing.before(issue)
    issued = _issued(person, issue, part.figures, last, _past(last, part.agency_id))
    paper = shown.of(compose.part(issued, part.agency))
    return render(request, "planning/document_print.html", {"issue": issue, "part": part, "paper": paper})


def _issue(request: HttpRequest, number: int, *, done: bool = True) -> tuple[Person, Issue]:
    """403 for who has no part in planning, 404 for an issue that the person does not see or that is not finished."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    found = Issue.objects.visible_to(person).select_related("made_by", "file")
    if done:
        found = found.filter(state=Issue.State.DONE)
    return person, get_object_or_404(found, number=number)


def _part(request: HttpRequest, number: int, code: str) -> tuple[Person, Issue, Part]:
    person, issue = _issue(request, number)
    found = parts_of(issue, person).defer(None)
    return person, issue, get_object_or_404(found, agency__code=code)


def _past(last: Issue | None, agency: int | None) -> dict[str, Any] | None:
    """The figures of the issue before: the county's, or those of a unit."""
    if last is None:
        return None
    if agency is None:
        return last.figures
    return Part.objects.filter(issue=last, agency=agency).values_list("figures", flat=True).first()


def _issued(
    person: Person, issue: Issue, figures: dict[str, Any], last: Issue | None, past: dict[str, Any] | None
) -> Issued:
    """As it was issued; the lists are read anew as of its moment, by what this reader may see."""
    number = last.number if last and past is not None else None
    as_of = issue.as_of or issue.made_at
    told = changes.between(past, figures)
    return Issued(issue.number, as_of, person, Names(), told, number, figures, strict=False)
