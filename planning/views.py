"""Pages of proposals: the list, one proposal, and what the office and the owners press there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid, require
from inventory.entering.places import ground
from reviews import services as reviews
from reviews.models import Verdict

from . import asking, deciding, page, queries
from .forms import CHOICES, AnswerForm, EvidenceForm, ReasonForm, measures_from, number_from
from .models import KINDS, Proposal, Search
from .moves import CASE_KIND, require_office
from .permissions import may_plan, may_see_planning, reads_as_owner

PAGE = 50
NOT_YOURS = "您的岗位不能查看整合方案。"


@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposals by state, kind, township and owner; every filter stands in the address."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    asked = queries.wanted(request.GET)
    found = queries.filtered(person, asked)
    counts = queries.counts(found)
    shown = Paginator(queries.listed(found, asked.state), PAGE).get_page(asked.page)
    last = None if reads_as_owner(person) else Search.objects.select_related("asked_by").first()
    return render(
        request,
        "planning/proposals.html",
        {
            "asked": asked,
            "tabs": [(key, label, counts[key]) for key, label in queries.TABS.items()],
            "page": shown,
            "kinds": KINDS,
            "owners": queries.owners_of(person),
            "townships": queries.townships_of(person),
            "marks": queries.MARKS,
            "plans": may_plan(person),
            "owner_reads": reads_as_owner(person),
            "last": last,
        },
    )


def seen(request: HttpRequest, pk: int) -> tuple[Person, Proposal]:
    """403 for who has no part in planning, 404 for what the person does not see."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    return person, get_object_or_404(Proposal.objects.visible_to(person).select_related("search", "made_by"), pk=pk)


@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: its members side by side, what owners and both sides say, and how it is carried out."""
    return show(request, *seen(request, pk))


def show(
    request: HttpRequest,
    person: Person,
    found: Proposal,
    status: int = 200,
    *,
    wishes: Mapping[int, str] | None = None,
    **told: Any,
) -> HttpResponse:
    """The page as it is for this person; `wishes` and `told`: what was refused."""
    shown = page.build(person, found, wishes)
    context: dict[str, Any] = {
        "shown": shown,
        "proposal": found,
        "ground": ground(),
        "choices": CHOICES,
        "answer_form": AnswerForm() if shown.reply else None,
        "evidence_form": EvidenceForm(),
        "owner_reads": reads_as_owner(person),
        "plans": may_plan(person),
        "refused": {},
        "questions": shown.questions,
        "questions_open": shown.questions_open,
        "answer_url": reverse("proposal_answer_question", args=[found.pk]),
    }
    return render(request, "planning/proposal.html", context | told, status=status)


def back(pk: int, anchor: str = "") -> HttpResponse:
    return redirect(reverse("proposal", args=[pk]) + anchor)


@require_POST
def proposal_amend(request: HttpRequest, pk: int) -> HttpResponse:
    person, found = _of_office(request, pk)
    stays = number_from(request.POST.get("stays"))
    try:
        asking.amend(person, pk, measures_from(request.POST, "measure-"), stays)
    except Invalid as error:
        return show(request, person, found, 422, refused={"amend": str(error)})
    messages.success(request, "建议已保存。")
    return back(pk, "#members")


@require_POST
def proposal_ask(request: HttpRequest, pk: int) -> HttpResponse:
    person, _ = _of_office(request, pk)
    asking.ask(person, pk)
    messages.success(request, "已通知各权属单位答复。")
    return back(pk, "#replies")


@require_POST
def proposal_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    person, _ = _of_office(request, pk)
    round_ = deciding.hand_over(person, pk)
    messages.success(request, f"已送数据局和公安局审定，共 {round_.item_count} 项。")
    return back(pk, "#course")


@require_POST
def proposal_resume(request: HttpRequest, pk: int) -> HttpResponse:
    person, _ = _of_office(request, pk)
    asking.resume(person, pk)
    messages.success(request, "已重新列为待处理。")
    return back(pk)


@require_POST
def proposal_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, "dismiss", asking.dismiss, "已标为不采纳。")


@require_POST
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, "withdraw", deciding.withdraw, "已撤回，可以修改后再送审。")


def _with_reason(
    request: HttpRequest, pk: int, what: str, act: Callable[[Person, int, str], object], done: str
) -> HttpResponse:
    """An act of the office that needs a reason; the page again where the reason will not do."""
    person, found = _of_office(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show(request, person, found, 422, refused={what: str(form.errors["reason"][0])})
    try:
        act(person, pk, form.cleaned_data["reason"])
    except Invalid as error:
        return show(request, person, found, 422, refused={what: str(error)})
    messages.success(request, done)
    return back(pk)


def _of_office(request: HttpRequest, pk: int) -> tuple[Person, Proposal]:
    person, found = seen(request, pk)
    require_office(person)
    return person, found


@require_POST
def proposal_answer_question(request: HttpRequest, pk: int) -> HttpResponse:
    """The office answers what a side asks about one of the members."""
    person, found = _of_office(request, pk)
    asked = number_from(request.POST.get("question"))
    if asked is None:
        raise Invalid("页面传来的内容不完整，没有办理。请刷新页面后再试。")
    verdict = get_object_or_404(Verdict, pk=asked, case__kind=CASE_KIND, case__subject_id=pk)
    try:
        reviews.answer_question(person, verdict.pk, request.POST.get("text", ""))
    except Invalid as error:
        return show(request, person, found, 422, answer_error=str(error), answered=verdict.pk)
    messages.success(request, "已答复，审核方看到后给出意见。")
    return back(pk, "#questions")


@require_POST
def proposal_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner's answer; what was typed stands again where it will not do."""
    person, found = seen(request, pk)
    asking.require_asked(person, found)
    form = AnswerForm(request.POST)
    wishes = measures_from(request.POST, "wish-")
    if form.is_valid():
        told = form.cleaned_data
        try:
            asking.answer(person, pk, told["answer"], told["reason"], {pk: wish for pk, wish in wishes.items() if wish})
        except Invalid as error:
            form.add_error("reason" if "理由" in str(error) else None, str(error))
        else:
            messages.success(request, "已答复，谢谢。")
            return back(pk, "#replies")
    return show(request, person, found, 422, answer_form=form, wishes=wishes)
