"""What became of a report: taken back by the unit, accepted in part, withdrawn from the registry again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid
from cameras.models import Camera, Pole
from platforms.models import Platform
from reviews.models import Motion, Round

from . import services, standing
from .models import LedgerEntry, Submission, Version
from .permissions import may_edit
from .registering import withdrawing
from .registering.versioning import CAMERAS, PLATFORMS, POLES, Recorded

PAGE = 100
KINDS: tuple[tuple[Recorded, Any, str, str], ...] = (
    (CAMERAS, Camera, "摄像机", "camera"),
    (PLATFORMS, Platform, "平台", "platform"),
    (POLES, Pole, "杆件", "pole"),
)
"""Kind, model, word, and the name of its page's address."""


def told(person: Person, found: Submission, version: Version) -> dict[str, Any]:
    """What the report's page shows of how its rounds ended."""
    newest = found.versions.latest("number").pk == version.pk
    under_review = found.state == Submission.State.IN_REVIEW and newest and may_edit(person, found)
    return {
        "partly": standing.partly(found),
        "undone": undone_of(found),
        "reopened": standing.reopened(found),
        "taken_back": newest and version.submitted_at is not None and standing.was_taken_back(found),
        "withdrawable": under_review and not _closed_by_a_side(found),
    }


def _closed_by_a_side(found: Submission) -> bool:
    rounds = Round.objects.filter(case__kind=services.CASE_KIND, case__subject_id=found.pk, ended_at=None)
    return rounds.filter(closings__isnull=False).exists()


@dataclass(frozen=True)
class Undone:
    """A batch that was withdrawn from the registry again: of which version, what became of it in numbers, and why."""

    entry: LedgerEntry
    number: int
    reason: str
    gone: int
    restored: int
    left: int


def undone_of(found: Submission) -> list[Undone]:
    """The withdrawn batches of a report, the latest first."""
    entries = LedgerEntry.objects.filter(version__submission=found, kind=LedgerEntry.Kind.WITHDRAWAL)
    entries = entries.select_related("round", "version").order_by("-pk")
    return [_undone(entry, entry.version) for entry in entries if entry.version]


def _undone(entry: LedgerEntry, version: Version) -> Undone:
    sums: dict[str, int] = {}
    for recorded, *_ in KINDS:
        for what, count in entry.counts.get(recorded.kind, {}).items():
            sums[what] = sums.get(what, 0) + count
    motion = Motion.objects.filter(round=entry.round, kind=Motion.Kind.UNDO, answer=Motion.Answer.AGREED).first()
    return Undone(
        entry,
        version.number,
        motion.reason if motion else "",
        sums.get("withdrawn", 0),
        sums.get("restored", 0) + sums.get("revived", 0),
        sum(sums.get(why, 0) for why in withdrawing.LEFT),
    )


@dataclass(frozen=True)
class Left:
    """A thing that stays as the withdrawn batch had made it."""

    number: str
    name: str
    kind: str
    url: str
    why: str


@require_GET
def submission_undone(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What the withdrawal of a version's batch left as it is, as far as the person sees it."""
    person = person_of(request)
    found = _found(request, pk)
    done = next((each for each in undone_of(found) if each.number == number), None)
    if done is None:
        raise Http404
    left = [each for kind in KINDS for each in _left(person, done.entry, *kind)]
    page = Paginator(left, PAGE).get_page(request.GET.get("page"))
    return render(request, "inventory/undone.html", {"submission": found, "undone": done, "page": page})


def _left(person: Person, entry: LedgerEntry, recorded: Recorded, model: Any, word: str, url: str) -> list[Left]:
    why = dict(withdrawing.left_by(entry, recorded))
    things: QuerySet[Any] = model.objects.visible_to(person).filter(pk__in=why).order_by("pk")
    return [
        Left(
            thing.number,
            getattr(thing, "name", None) or getattr(thing, "pole_number", "") or "（未命名）",
            word,
            reverse(url, args=[thing.pk]),
            why[thing.pk],
        )
        for thing in things
    ]


def _found(request: HttpRequest, pk: int) -> Submission:
    seen = Submission.objects.visible_to(person_of(request))
    return get_object_or_404(seen.select_related("obligation__campaign", "obligation__agency"), pk=pk)


@require_POST
def submission_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit takes its report back before either side has closed."""
    found = _found(request, pk)
    try:
        services.withdraw(person_of(request), found.pk, request.POST.get("reason", ""))
    except Invalid as error:
        from .views import page_of

        return page_of(request, found, status=422, withdraw_error=str(error))
    return redirect("submission", pk=found.pk)


urlpatterns = [
    path("submissions/<int:pk>/withdraw/", submission_withdraw, name="submission_withdraw"),
    path("submissions/<int:pk>/versions/<int:number>/undone/", submission_undone, name="submission_undone"),
]
