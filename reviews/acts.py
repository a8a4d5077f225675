"""What is pressed in the workbench. A form gets the page again, the page's script a few facts as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from agencies.models import Person
from audit.failures import Conflict, Invalid

from . import claims, doors, kinds, samples, services
from .forms import ActForm, MarkForm, PassForm, ReasonForm, SampleForm
from .models import Case, Decision, Round, Side
from .views import Refused, page
from .workbench import decided_of, tally_of

DONE = {Decision.PASS: "标为通过", Decision.RETURN: "标为退回", Decision.QUESTION: "提出疑问"}
AGAIN = {
    Decision.PASS: "没有新的改动：这些行已经标为通过。",
    Decision.RETURN: "没有新的改动：这些行已经按这个理由退回。",
    Decision.QUESTION: "没有新的改动：这些行已经提过这个疑问。",
}
ENDED = {
    Round.Outcome.ACCEPTED: "本方已办结。双方都已通过，本件通过。",
    Round.Outcome.PARTIAL: "本方已办结。双方都通过的 {passed:,} 行已经入库，退回的 {back:,} 行已回到填报单位修改。",
    Round.Outcome.RETURNED: "本方已办结。有退回的行，整份已退回填报单位修改。",
}


@dataclass(frozen=True)
class Marked:
    """A mark that was carried out; `count` verdicts are new."""

    person: Person
    case: Case
    round: Round
    side: Side
    decision: Decision
    count: int
    reason: str
    choice: str

    @property
    def says(self) -> str:
        return f"已将 {self.count} 行{DONE[self.decision]}。" if self.count else AGAIN[self.decision]


@require_POST
def review_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the ticked rows, or the row at hand."""
    return _mark(request, pk, PassForm(request.POST), Decision.PASS)


@require_POST
def review_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Return them with a reason."""
    return _mark(request, pk, ReasonForm(request.POST), Decision.RETURN)


@require_POST
def review_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the unit about them."""
    return _mark(request, pk, ReasonForm(request.POST), Decision.QUESTION)


def _mark(request: HttpRequest, pk: int, form: MarkForm, decision: Decision) -> HttpResponse:
    """Carry the mark out, or say what is wrong with it (422).

    Role, round and content are checked before the rest of the input: a stale page is 409 whatever stands on it.
    """
    person, case = doors.to_act(request, pk)
    round_, side, version_hash = doors.stamped(form, case)
    services.require_open(person, round_.pk, side, version_hash)
    told = form.cleaned_data
    problems = doors.problems_of(form)
    if not problems:
        try:
            count = services.mark(
                person,
                round_.pk,
                side,
                decision,
                version_hash=version_hash,
                keys=form.meant(),
                reason=told.get("reason", ""),
                choices=form.choices_made(),
            )
        except Invalid as error:
            problems = [str(error)]
        else:
            claims.touch(round_, side, person)
            reason, choice = told.get("reason", ""), told.get("choice", "")
            return _answer(request, Marked(person, case, round_, side, decision, count, reason, choice))
    if doors.wants_json(request):
        raise Invalid("".join(problems))
    refused = Refused(
        problems, frozenset(told.get("keys") or ()), form.data.get("reason", ""), form.data.get("choice", "")
    )
    back = doors.left(request)
    if current := form.data.get("current"):
        back["row"] = current
    return page(request, person, case, back, refused)


def _answer(request: HttpRequest, marked: Marked) -> HttpResponse:
    if not doors.wants_json(request):
        (messages.success if marked.count else messages.info)(request, marked.says)
        return _back(request, marked.case)
    tally = tally_of(marked.round, marked.side)
    said = {"decision": marked.decision.value, "reason": marked.reason}
    told: dict[str, Any] = {
        "message": marked.says,
        "count": marked.count,
        "tally": tally,
        "badge": render_to_string("reviews/_said.html", {"said": said}),
        "obstacles": [],
        "sampled": _sampled(request, marked),
    }
    if not tally["open"] and not tally["question"]:
        told["obstacles"] = list(kinds.obstacles(marked.round, marked.side))
    return JsonResponse(told)


def _sampled(request: HttpRequest, marked: Marked) -> int | None:
    """How many of the sample that the page shows are decided; None where it shows none."""
    number = doors.left(request).get("sample", "")
    shown = next((one for one in samples.of_side(marked.round, marked.side) if str(one.pk) == number), None)
    return decided_of(marked.round, shown, marked.side) if shown else None


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    url, filters = reverse("review", args=[case.pk]), doors.left(request).urlencode()
    return redirect(f"{url}?{filters}" if filters else url)


@require_POST
def review_sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw a sample and show it."""
    person, case = doors.to_act(request, pk)
    form = SampleForm(request.POST)
    round_, side, version_hash = doors.stamped(form, case)
    services.require_open(person, round_.pk, side, version_hash)
    problems = doors.problems_of(form)
    if not problems:
        try:
            sample = samples.draw(person, round_.pk, side, form.cleaned_data["size"], version_hash=version_hash)
        except Invalid as error:
            problems = [str(error)]
        else:
            messages.success(request, f"已抽取 {sample.size} 行，随机种子 {sample.seed}，已记入日志。")
            return redirect(f"{reverse('review', args=[case.pk])}?sample={sample.pk}")
    return page(request, person, case, doors.left(request), Refused(problems))


@require_POST
def review_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one's side; the second closing ends the round with its outcome."""
    person, case = doors.to_act(request, pk)
    round_, side, version_hash = doors.stamped(ActForm(request.POST), case)
    try:
        ended = services.close(person, round_.pk, side, version_hash=version_hash)
    except Conflict:
        # A second press, or one whose answer was lost: the person has closed this very content, the page shows it.
        if not services.has_closed(person, round_.pk, side, version_hash):
            raise
        return redirect("review", pk=case.pk)
    if ended.outcome:
        back = ended.items.filter(returned=True).count()
        said = ENDED[Round.Outcome(ended.outcome)].format(passed=ended.item_count - back, back=back)
    else:
        said = "本方已办结，等待对方办结。"
    messages.success(request, said)
    return redirect("review", pk=case.pk)
