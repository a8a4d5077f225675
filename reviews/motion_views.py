"""The page of motions: what both sides do together after a decision, proposed by one, answered by the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from audit.failures import Invalid

from . import doors, queries, services
from .forms import LONGEST_REASON
from .kinds import Batch, kind_of
from .models import Case, Motion, Round, Side
from .outcomes import TAKEN_IN

Kind = Motion.Kind


@dataclass(frozen=True)
class Way:
    """Something that may be proposed: to reopen the case, or to undo what a round registered."""

    kind: Motion.Kind
    round: Round

    @property
    def label(self) -> str:
        return named(self.kind, self.round)

    @property
    def batch(self) -> Batch:
        return batch_of(self.kind, self.round)


def named(kind: str, round_: Round) -> str:
    """撤销第 1 轮入库, 重新开启本件."""
    return f"撤销第 {round_.number} 轮入库" if kind == Kind.UNDO else "重新开启本件"


def batch_of(kind: str, round_: Round) -> Batch:
    """What it does, or has done, to the registry."""
    if kind != Kind.UNDO:
        return Batch(("交回填报单位修改，已入库的内容不变；改动的行须重新审核",))
    told = kind_of(round_.case.kind).batch
    return told(round_) if told else Batch()


def ways(case: Case) -> list[Way]:
    """What may be proposed of the case as it stands, the latest round first. One query."""
    if case.state == Case.State.OPEN:
        return []
    rounds = list(case.rounds.order_by("-number"))
    for one in rounds:
        one.case = case
    found = [Way(Kind.REOPEN, rounds[0])] if case.state == Case.State.ACCEPTED else []
    if kind_of(case.kind).undone is not None:
        found += [Way(Kind.UNDO, one) for one in rounds if one.outcome in TAKEN_IN and one.undone_at is None]
    return found


@dataclass(frozen=True)
class Told:
    """A motion as the page shows it."""

    motion: Motion
    batch: Batch

    @property
    def label(self) -> str:
        return named(self.motion.kind, self.motion.round)

    @property
    def side(self) -> str:
        return Side(self.motion.side).label

    @property
    def other(self) -> str:
        return queries.sides_from(Side(self.motion.side))[1].label

    @property
    def is_open(self) -> bool:
        return self.motion.answer == Motion.Answer.OPEN


def told(case: Case) -> list[Told]:
    """All motions of the case, the latest first."""
    found = case.motions.select_related("round", "person", "for_person", "answered_by", "answered_for")
    shown = []
    for motion in found.order_by("-pk"):
        motion.round.case = case
        happens = motion.answer in (Motion.Answer.OPEN, Motion.Answer.AGREED)
        shown.append(Told(motion, batch_of(motion.kind, motion.round) if happens else Batch()))
    return shown


@require_GET
def review_motion(request: HttpRequest, pk: int) -> HttpResponse:
    """What was proposed, what may be; ?kind= and ?round= choose what to propose and show what it would do."""
    person, case = doors.to_read(request, pk)
    return _page(request, person, case, _chosen(case, request.GET.get("kind", ""), request.GET.get("round", "")))


def _chosen(case: Case, kind: str, number: str) -> Way | None:
    """The way that the address names; 404 for one that is not there."""
    if not kind:
        return None
    found = [way for way in ways(case) if way.kind == kind and str(way.round.number) == number]
    if not found:
        raise Http404
    return found[0]


def _page(
    request: HttpRequest, person: Person, case: Case, chosen: Way | None = None, wrong: str = "", status: int = 200
) -> HttpResponse:
    own = queries.side_in(case, person)
    motions = told(case)
    pending = next((one for one in motions if one.is_open), None)
    context: dict[str, Any] = {
        "case": case,
        "pending": pending,
        "motions": [one for one in motions if not one.is_open],
        "ways": ways(case) if own and not pending else [],
        "chosen": chosen if own and not pending else None,
        "own": own,
        "answers": bool(pending and own and own != pending.motion.side),
        "takes_back": bool(pending and own == pending.motion.side),
        "wrong": wrong,
        "longest_reason": LONGEST_REASON,
        "subject_url": reverse(kind_of(case.kind).url_name, args=[case.subject_id]),
    }
    return render(request, "reviews/motion.html", context, status=status)


@require_POST
def review_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose it."""
    person, case = doors.to_act(request, pk)
    kind, number = request.POST.get("kind", ""), request.POST.get("round", "")
    if kind not in Kind.values or not (number.isascii() and number.isdigit()):
        raise Invalid(doors.BROKEN)
    round_ = get_object_or_404(Round, case=case, number=int(number[:9]))
    try:
        motion = services.move(person, round_.pk, kind, request.POST.get("reason", ""))
    except Invalid as error:
        return _page(request, person, case, _chosen(case, kind, number), str(error), 422)
    messages.success(
        request, f"已提出：{named(kind, round_)}。等待{queries.sides_from(Side(motion.side))[1].label}答复。"
    )
    return redirect("review_motion", pk=case.pk)


def _motion(request: HttpRequest, case: Case) -> Motion:
    """The motion that the page was about."""
    pk = request.POST.get("motion", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Invalid(doors.BROKEN)
    return get_object_or_404(Motion.objects.select_related("round"), pk=int(pk), case=case)


@require_POST
def review_motion_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree, and it is done; or refuse with a reason."""
    person, case = doors.to_act(request, pk)
    motion, said = _motion(request, case), request.POST.get("said", "")
    if said not in ("agree", "refuse"):
        raise Invalid(doors.BROKEN)
    try:
        done = services.answer_motion(person, motion.pk, said == "agree", request.POST.get("reason", ""))
    except Invalid as error:
        return _page(request, person, case, wrong=str(error), status=422)
    what = named(motion.kind, motion.round)
    if done.answer == Motion.Answer.AGREED:
        messages.success(request, f"已同意{what}，即时生效。本件已交回填报单位。")
    else:
        messages.success(request, f"已答复：不同意{what}。")
    return redirect("review_motion", pk=case.pk)


@require_POST
def review_motion_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving side drops it before there is an answer."""
    person, case = doors.to_act(request, pk)
    services.take_back(person, _motion(request, case).pk)
    messages.success(request, "动议已收回。")
    return redirect("review_motion", pk=case.pk)


urlpatterns = [
    path("reviews/<int:pk>/motion/", review_motion, name="review_motion"),
    path("reviews/<int:pk>/motion/move/", review_move, name="review_move"),
    path("reviews/<int:pk>/motion/answer/", review_motion_answer, name="review_motion_answer"),
    path("reviews/<int:pk>/motion/take-back/", review_motion_take_back, name="review_motion_take_back"),
]
