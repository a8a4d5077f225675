"""The printable review record: of one round (?round=), or of the whole case."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from agencies.sessions import person_of
from audit.failures import Conflict, require

from . import queries, record
from .kinds import kind_of
from .models import Case


@require_GET
def review_record(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever reads reviews, under the hiding rule; for the unit the rounds that have ended."""
    person = person_of(request)
    require(queries.has_business_sight(person))
    case = get_object_or_404(Case.objects.visible_to(person).select_related("agency"), pk=pk)
    chapters = queries.course(case, queries.side_in(case, person))
    reads = queries.may_see_reviews(person)
    if not reads:
        chapters = [chapter for chapter in chapters if chapter.round.ended_at is not None]
        if not chapters:
            raise Conflict("还没有办结。本轮结束后可以打印审核记录。")
    number = request.GET.get("round", "")
    asked = [chapter for chapter in chapters if not number or str(chapter.round.number) == number]
    if not asked:
        raise Http404
    return render(
        request,
        "reviews/record.html",
        {
            "case": case,
            "rounds": record.tell(case, chapters, asked),
            "numbers": [chapter.round.number for chapter in reversed(chapters)],
            "number": number,
            "motions": record.motions(case, open_too=reads),
            "reads": reads,
            "subject_url": reverse(kind_of(case.kind).url_name, args=[case.subject_id]),
        },
    )


urlpatterns = [path("reviews/<int:pk>/record/", review_record, name="review_record")]
