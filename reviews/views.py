"""Pages of the reviewers: the queue, the workbench, and what is pressed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Agency, Person
from agencies.sessions import person_of
from audit.failures import Invalid, require

from . import queries, services, workbench
from .forms import LONGEST_REASON, ActForm, PassForm, ReturnForm
from .models import Case, Decision, Round

QUEUE_PAGE = 50
BROKEN = "页面传来的内容不完整，没有办理。请刷新页面后再试。"


@require_GET
def review_queue(request: HttpRequest) -> HttpResponse:
    """Cases by their latest round: waiting for one's side first; office and leader read all."""
    person = person_of(request)
    require(queries.may_see_reviews(person), "双审由数据局和公安局办理，您的岗位不能查看。")
    side = queries.side_of(person)
    tabs = queries.tabs_of(side)
    tab = request.GET.get("tab") or next(iter(tabs))
    if tab not in tabs:
        raise Http404
    agency = request.GET.get("agency", "")
    agencies = list(Agency.objects.filter(pk__in=Case.objects.visible_to(person).values("agency")))
    rounds = Paginator(queries.queue(person, tab, agency), QUEUE_PAGE)
    counts = queries.tab_counts(person, agency)
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
            "page": rounds.get_page(request.GET.get("page")),
            "first": queries.longest_waiting(person) if side else None,
        },
    )


def _case(request: HttpRequest, pk: int) -> tuple[Person, Case]:
    """The person and the case: 404 for a stranger's or an unknown one, 403 for who has no part in reviews."""
    person = person_of(request)
    require(queries.has_business_sight(person))
    case = get_object_or_404(Case.objects.visible_to(person).select_related("agency"), pk=pk)
    require(queries.may_see_reviews(person), "双审由数据局和公安局办理。审核结果请在本单位的填报页查看。")
    return person, case


def _case_to_decide(request: HttpRequest, pk: int) -> tuple[Person, Case]:
    """As `_case`, and 403 for who only reads reviews."""
    person, case = _case(request, pk)
    require(queries.side_of(person) is not None, "您的岗位只能查看，不能审核。")
    return person, case


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbench of one case."""
    person, case = _case(request, pk)
    return _page(request, person, case, request.GET)


def _page(
    request: HttpRequest, person: Person, case: Case, params: QueryDict, refused: Refused | None = None
) -> HttpResponse:
    bench = workbench.build(person, case, params, refused.ticked if refused else frozenset())
    stamp = {"round": bench.round.pk, "side": bench.own or "", "version_hash": bench.round.version_hash}
    context: dict[str, Any] = {
        "bench": bench,
        "stamp": ActForm(initial=stamp),
        "refused": refused,
        "back": params.urlencode(),
        "next_round": queries.longest_waiting(person, case) if bench.own else None,
        "subject_url": reverse(bench.kind.url_name, args=[case.subject_id]),
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "reviews/workbench.html", context, status=422 if refused else 200)


@dataclass(frozen=True)
class Refused:
    """What was wrong with an act (422): the page comes back with the ticks and the reason as they were."""

    problems: list[str]
    ticked: frozenset[int]
    reason: str = ""


def _stamped(form: ActForm, case: Case) -> Round:
    """The round that the page was about; Invalid when the hidden fields are broken, 404 when it is another case's."""
    if any(form.errors.get(name) for name in ActForm.base_fields):
        raise Invalid(BROKEN)
    return get_object_or_404(Round.objects.select_related("case"), pk=form.cleaned_data["round"], case=case)


def _left(request: HttpRequest) -> QueryDict:
    """The filters that the workbench was left with."""
    return QueryDict(request.POST.get("back", ""))


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    url, left = reverse("review", args=[case.pk]), _left(request).urlencode()
    return redirect(f"{url}?{left}" if left else url)


@dataclass(frozen=True)
class Marked:
    """A mark that was carried out on a round; `count` verdicts are new."""

    case: Case
    round: Round
    side: str
    count: int


def _mark(request: HttpRequest, pk: int, form: PassForm | ReturnForm, decision: Decision) -> Marked | HttpResponse:
    """Carry the mark out, or give the page that says what is wrong with it (422).

    Role, round and content are checked before the rest of the input: a stale page is 409 whatever stands on it.
    """
    person, case = _case_to_decide(request, pk)
    form.is_valid()
    round_ = _stamped(form, case)
    told = form.cleaned_data
    side, version_hash = told["side"], told["version_hash"]
    services.require_open(person, round_.pk, side, version_hash)
    problems = [str(error) for errors in form.errors.values() for error in errors]
    if not problems:
        keys = None if told.get("every") else told["keys"]
        reason = told.get("reason", "")
        try:
            count = services.mark(
                person, round_.pk, side, decision, version_hash=version_hash, keys=keys, reason=reason
            )
        except Invalid as error:
            problems = [str(error)]
        else:
            return Marked(case, round_, side, count)
    refused = Refused(problems, frozenset(told.get("keys", ())), form.data.get("reason", ""))
    return _page(request, person, case, _left(request), refused)


@require_POST
def review_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the ticked rows, or all that are undecided."""
    form = PassForm(request.POST)
    done = _mark(request, pk, form, Decision.PASS)
    if isinstance(done, HttpResponse):
        return done
    if done.count:
        messages.success(request, f"已将 {done.count} 行标为通过。")
    else:
        messages.info(request, "没有新的改动：能通过的行都已有意见。")
    if form.cleaned_data["every"] and (left := queries.left_open(done.round, done.side)):
        messages.warning(request, f"还有 {len(left)} 行不能通过，仍待办理：{services.in_words(left)}请退回这些行。")
    return _back(request, done.case)


@require_POST
def review_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the ticked rows with a reason."""
    done = _mark(request, pk, ReturnForm(request.POST), Decision.RETURN)
    if isinstance(done, HttpResponse):
        return done
    if done.count:
        messages.success(request, f"已将 {done.count} 行标为退回。")
    else:
        messages.info(request, "没有新的改动：这些行已经按这个理由退回。")
    return _back(request, done.case)


@require_POST
def review_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one's side; the second closing ends the round with its outcome."""
    person, case = _case_to_decide(request, pk)
    form = ActForm(request.POST)
    form.is_valid()
    round_ = _stamped(form, case)
    told = form.cleaned_data
    ended = services.close(person, round_.pk, told["side"], version_hash=told["version_hash"])
    if ended.outcome == Round.Outcome.ACCEPTED:
        messages.success(request, "本方已办结。双方都已通过，本件通过。")
    elif ended.outcome == Round.Outcome.PARTIAL:
        back = ended.items.filter(returned=True).count()
        passed = ended.item_count - back
        messages.success(request, f"本方已办结。双方都通过的 {passed} 行已经入库，退回的 {back} 行已回到填报单位修改。")
    elif ended.outcome:
        messages.success(request, "本方已办结。有退回的行，整份已退回填报单位修改。")
    else:
        messages.success(request, "本方已办结，等待对方办结。")
    return redirect("review", pk=case.pk)
