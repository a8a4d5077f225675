"""Pages of requests: the unit's list, one request with both sides' words, and what the unit may press there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid, require
from registry.models import number_for
from registry.names import Names
from reviews import answers, queries
from reviews import services as reviews
from reviews.models import Case, Item, Verdict
from reviews.presenting import Field
from reviews.queries import Chapter, Word

from ..downloads import hand_out_original
from ..models import ChangeRequest, RequestedChange
from ..permissions import may_mend_change, may_see_reports
from . import services
from .cells import BY_KIND, titles_of
from .presenting import Shown

PAGE = 50
MOST_TOLD = 20
"""Returned requests that the first page tells one by one."""
State = ChangeRequest.State
NEXT = {
    State.IN_REVIEW: "数据局和公安局正在审核。双方都通过后，台账才会改。",
    State.RETURNED: "已退回，由填报单位修改或放弃。",
    State.ACCEPTED: "双方已通过，台账已按此登记。",
    State.WITHDRAWN: "这件申请已经结束。设备再要更正的，从台账另提一件。",
}


OWN_RETURNED = "被退回：请按意见修改后再提交；不用改了，可以放弃。"


@dataclass(frozen=True)
class Line:
    """A request in the list."""

    request: ChangeRequest
    number: str
    name: str
    what: str


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """The requests that the person may see, the newest first; ?state= narrows them."""
    person = person_of(request)
    require(may_see_reports(person))
    seen = ChangeRequest.objects.visible_to(person)
    counts = dict(seen.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    found = seen.filter(state=state) if state in State.values else seen
    rows = found.select_related("agency").prefetch_related("versions").order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tabs = [("", "全部", sum(counts.values()))]
    tabs += [(value, label, counts.get(value, 0)) for value, label in State.choices]
    context = {"lines": _lines(page.object_list), "page": page, "tabs": tabs, "state": state}
    return render(request, "inventory/changing/changes.html", context)


def _lines(found: Iterable[ChangeRequest]) -> list[Line]:
    wanted: dict[str, list[int]] = defaultdict(list)
    page = list(found)
    for each in page:
        wanted[each.kind].append(each.thing_id)
    things: dict[tuple[str, int], Any] = {}
    for kind, pks in wanted.items():
        manager: Any = BY_KIND[kind].identity._default_manager
        things |= {(kind, pk): thing for pk, thing in manager.in_bulk(pks).items()}
    return [_line(each, things[each.kind, each.thing_id]) for each in page]


def _line(each: ChangeRequest, thing: Any) -> Line:
    target = BY_KIND[each.kind]
    last = list(each.versions.all())[-1]
    titles = titles_of(target, last.values)
    what = "注销" if last.retires else "、".join(titles[:3]) + (f"等 {len(titles)} 项" if len(titles) > 3 else "")
    return Line(each, number_for(target.number_prefix, each.thing_id), thing.name or "（未命名）", what)


@dataclass(frozen=True)
class Told:
    """One round of a request: what was asked, and what the sides said of it as far as it may be shown."""

    version: RequestedChange
    chapter: Chapter | None
    changes: Sequence[Field]
    words: Sequence[Word]


def _found(request: HttpRequest, pk: int) -> ChangeRequest:
    seen = ChangeRequest.objects.visible_to(person_of(request))
    return get_object_or_404(seen.select_related("agency", "asked_by"), pk=pk)


@require_GET
def change_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: its state, what was asked, both sides' words, the next step."""
    return _page(request, _found(request, pk))


def _page(request: HttpRequest, found: ChangeRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    person = person_of(request)
    target = BY_KIND[found.kind]
    case = Case.objects.select_related("agency").get(kind=services.CASE_KIND, subject_id=found.pk)
    chapters = queries.course(case, queries.side_in(case, person))
    rounds = _rounds(found, case, chapters)
    mends = may_mend_change(person, found)
    questions = answers.of_unit(person, services.CASE_KIND, found.pk) if found.state == State.IN_REVIEW else []
    waiting = sum(one.is_open for one in questions)
    closed = any(state.closing for state in chapters[0].sides)
    context = {
        "found": found,
        "case": case,
        "number": number_for(target.number_prefix, found.thing_id),
        "thing": services.thing_of(target, found.thing_id),
        "latest": rounds[0],
        "earlier": rounds[1:],
        "next": _next(found, mends, waiting),
        "questions": questions,
        "questions_open": waiting,
        "answer_url": reverse("change_answer", args=[found.pk]),
        "mends": mends and found.state == State.RETURNED,
        "withdraws": mends and found.state == State.IN_REVIEW and not closed,
        "reviews": queries.may_see_reviews(person),
    }
    return render(request, "inventory/changing/request.html", context | more, status=status)


def _next(found: ChangeRequest, mends: bool, waiting: int) -> str:
    if waiting:
        return f"审核方有 {waiting} 条疑问，请答复。"
    return OWN_RETURNED if mends and found.state == State.RETURNED else NEXT[State(found.state)]


def _rounds(found: ChangeRequest, case: Case, chapters: list[Chapter]) -> list[Told]:
    """The rounds, the newest first. A constant number of queries but for what each was asked beside."""
    by_number = {chapter.round.number: chapter for chapter in chapters}
    item = Item.objects.filter(round__case=case).order_by("-round__number")[0]
    words: dict[int, list[Word]] = defaultdict(list)
    for word in queries.words_on(case, item, chapters):
        words[word.round].append(word)
    versions = found.versions.select_related("evidence", "asked_by").order_by("-number")
    names = Names()
    return [
        Told(
            version,
            by_number.get(version.number),
            Shown(found, version, names).changes(),
            [word for word in words[version.number] if word.said.decision != "question"],
        )
        for version in versions
    ]


@require_GET
def change_evidence(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """What was enclosed, exactly as it was handed in."""
    version = get_object_or_404(
        RequestedChange.objects.select_related("evidence"), request=_found(request, pk), number=number
    )
    if version.evidence is None:
        raise Http404
    return hand_out_original(version.evidence)


@require_POST
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit takes its request back before either side has closed."""
    found = _found(request, pk)
    try:
        services.withdraw(person_of(request), found.pk, request.POST.get("reason", ""))
    except Invalid as error:
        return _page(request, found, status=422, withdraw_error=str(error))
    messages.success(request, "已撤回，台账没有改动。")
    return redirect("change_request", pk=pk)


@require_POST
def change_give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit ends a returned request."""
    services.give_up(person_of(request), _found(request, pk).pk)
    messages.success(request, "已放弃这件申请。")
    return redirect("change_request", pk=pk)


@require_POST
def change_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a question of the reviewers."""
    person, found = person_of(request), _found(request, pk)
    asked = request.POST.get("question", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Invalid("页面传来的内容不完整，没有办理。请刷新页面后再试。")
    verdict = get_object_or_404(Verdict, pk=int(asked), case__kind=services.CASE_KIND, case__subject_id=found.pk)
    try:
        reviews.answer_question(person, verdict.pk, request.POST.get("text", ""))
    except Invalid as error:
        return _page(request, found, status=422, answer_error=str(error), answered=verdict.pk)
    messages.success(request, "已答复，审核方看到后给出意见。")
    return redirect(f"{reverse('change_request', args=[pk])}#questions")


@dataclass(frozen=True)
class Waiting:
    """Requests of a unit that are under way: the returned ones (at most `MOST_TOLD`), how many are under review."""

    returned: Sequence[ChangeRequest]
    reviewed: int
    oldest: ChangeRequest | None


def waiting_for(person: Person) -> Waiting:
    """What is under way for the person's agency, the oldest first; three queries."""
    reviewed = _own(person).filter(state=State.IN_REVIEW)
    return Waiting(list(returned_to(person)), reviewed.count(), reviewed.first())


def returned_to(person: Person) -> QuerySet[ChangeRequest]:
    """What the person's agency has to mend: what 待办 counts."""
    return _own(person).filter(state=State.RETURNED)[:MOST_TOLD]


def _own(person: Person) -> QuerySet[ChangeRequest]:
    own = ChangeRequest.objects.filter(agency__isnull=False, agency=person.agency_id)
    return own.select_related("agency").order_by("state_since", "pk")


def titles(found: Iterable[ChangeRequest]) -> dict[int, str]:
    """What the cases of these requests are called; one query."""
    subjects = [each.pk for each in found]
    cases = Case.objects.filter(kind=services.CASE_KIND, subject_id__in=subjects) if subjects else Case.objects.none()
    return dict(cases.values_list("subject_id", "title"))


urlpatterns = [
    path("changes/", changes, name="changes"),
    path("changes/<int:pk>/", change_request, name="change_request"),
    path("changes/<int:pk>/<int:number>/evidence/", change_evidence, name="change_evidence"),
    path("changes/<int:pk>/withdraw/", change_withdraw, name="change_withdraw"),
    path("changes/<int:pk>/give-up/", change_give_up, name="change_give_up"),
    path("changes/<int:pk>/answer/", change_answer, name="change_answer"),
]
