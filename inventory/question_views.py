"""What the reviewers ask about a report's rows, and the unit's answers; nothing can be edited during a round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid
from reviews import answers
from reviews import services as reviews
from reviews.models import Round, Verdict

from .models import Submission
from .overview import NextStep
from .services import CASE_KIND


def told(person: Person, found: Submission) -> dict[str, Any]:
    """What the report's page shows of questions, and the case whose record can be printed.

    While a question waits, answering it is the next step.
    """
    ended = Round.objects.filter(case__kind=CASE_KIND, case__subject_id=found.pk, ended_at__isnull=False)
    context: dict[str, Any] = {"record": ended.values_list("case", flat=True).first()}
    if found.state != Submission.State.IN_REVIEW:
        return context
    questions = answers.of_unit(person, CASE_KIND, found.pk)
    waiting = sum(1 for one in questions if one.is_open)
    answer_url = reverse("submission_answer", args=[found.pk])
    context |= {"questions": questions, "questions_open": waiting, "answer_url": answer_url}
    if waiting:
        context["next"] = NextStep(f"审核方有 {waiting} 条疑问，请答复。", "去答复", "questions")
    return context


@require_POST
def submission_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one question."""
    person = person_of(request)
    found = get_object_or_404(
        Submission.objects.visible_to(person).select_related("obligation__campaign", "obligation__agency"), pk=pk
    )
    asked = request.POST.get("question", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Invalid("页面传来的内容不完整，没有办理。请刷新页面后再试。")
    verdict = get_object_or_404(Verdict, pk=int(asked), case__kind=CASE_KIND, case__subject_id=found.pk)
    try:
        reviews.answer_question(person, verdict.pk, request.POST.get("text", ""))
    except Invalid as error:
        from .views import page_of

        return page_of(request, found, status=422, answer_error=str(error), answered=verdict.pk)
    messages.success(request, "已答复，审核方看到后给出意见。")
    return redirect(f"{reverse('submission', args=[found.pk])}#questions")


urlpatterns = [path("submissions/<int:pk>/answer/", submission_answer, name="submission_answer")]
