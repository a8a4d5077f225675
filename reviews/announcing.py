"""Who is told of an act of review, in its own transaction and before the journal's entry.

A key names the matter: case:12:to_review, case:12:question:data ... What is over is settled for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from agencies.models import Person
from notices import services as notices

from .kinds import kind_of
from .models import Case, Delegation, Motion, Participation, Round, Side, Verdict
from .permissions import reviewers

OUTCOME = "outcome"
"""What became of the version, for the unit; over when the next one is handed in."""


def key_of(case: Case, what: str) -> str:
    return f"case:{case.pk}:{what}"


def opened(round_: Round) -> None:
    """Both sides have a round to review; whoever has another part in the case is left out. The unit's turn is over."""
    case = round_.case
    notices.settle(key_of(case, OUTCOME))
    again = f"第 {round_.number} 版，" if round_.number > 1 else ""
    due = f"，请在 {round_.due_on.month}月{round_.due_on.day}日前办结" if round_.due_on else ""
    for side in Side:
        _tell(
            case,
            able(case, side),
            "to_review",
            what=f"to_review:{side}",
            text=f"{case.title}待审：{again}共 {round_.item_count} 行{due}。",
            url=_workbench(case),
        )


def questioned(case: Case, side: str, by: Person, count: int) -> None:
    """The unit's clerks are asked."""
    text = f"{Side(side).label}对{case.title}提出疑问，涉及 {count} 行，请答复。"
    _tell(case, _clerks(case, by), "question", what=f"question:{side}", text=text, url=_subject(case))


def no_question_left(case: Case, side: str) -> None:
    notices.settle(key_of(case, f"question:{side}"))


def answered(case: Case, verdict: Verdict) -> None:
    """Whoever asked, and whose power that used, has the answer."""
    people = [person for person in (verdict.person, verdict.for_person) if person is not None]
    text = f"{case.title}：单位答复了{Side(verdict.side).label}的疑问，请看后给出意见。"
    _tell(case, people, "answered", what=f"answered:{verdict.side}", text=text, url=_workbench(case))


def moved(motion: Motion, by: Person) -> None:
    """The other side is asked for its word."""
    case, other = motion.case, the_other(motion.side)
    text = f"{Side(motion.side).label}提出对{case.title}{motion.get_kind_display()}，等待{other.label}答复。"
    people = [person for person in able(case, other) if person.pk != by.pk]
    _tell(case, people, "motion", what="motion", text=text, url=_motions(case))


def motion_answered(motion: Motion) -> None:
    """The open notices end; whoever moved learns what became of it."""
    case = motion.case
    notices.settle(key_of(case, "motion"))
    if motion.answer == Motion.Answer.TAKEN_BACK:
        return
    people = [person for person in (motion.person, motion.for_person) if person is not None]
    text = f"{case.title}：{motion.get_kind_display()}，{motion.get_answer_display()}。"
    _tell(case, people, "motion", what=f"motion:{motion.pk}:answer", text=text, url=_motions(case))
    if motion.answer == Motion.Answer.AGREED:
        undone = motion.kind == Motion.Kind.UNDO
        done = f"第 {motion.round.number} 版入库的内容已由双方撤销" if undone else "已由双方重新开启"
        text = f"{case.title}{done}，请修改后重新提交。"
        _tell(case, _unit(case), "returned", what=OUTCOME, text=text, url=_subject(case))


def delegated(delegation: Delegation) -> None:
    """The deputy learns until when the power is lent."""
    day = delegation.ends_on
    text = (
        f"{delegation.delegator.label}委托您代表{delegation.get_side_display()}审核，"
        f"{delegation.starts_on:%Y-%m-%d} 至 {day:%Y-%m-%d}。"
    )
    url = reverse("delegations")
    notices.notify([delegation.deputy], "delegated", key=f"delegation:{delegation.pk}", text=text, url=url)


def delegation_over(delegation: Delegation) -> None:
    notices.settle(f"delegation:{delegation.pk}")


def closed(round_: Round, side: str) -> None:
    """This side has nothing left to do in the round."""
    for what in (f"to_review:{side}", f"question:{side}", f"answered:{side}"):
        notices.settle(key_of(round_.case, what))


def ended(round_: Round) -> None:
    """Nothing of the round waits for anybody any more; the unit learns what became of it, unless it took it back."""
    case = round_.case
    for side in Side:
        closed(round_, side)
    if round_.outcome == Round.Outcome.WITHDRAWN:
        return
    what = f"{case.title}第 {round_.number} 版"
    if round_.outcome == Round.Outcome.ACCEPTED:
        text = f"{what}双方通过。"
    else:
        back = round_.items.filter(returned=True).count()
        passed = f"通过 {round_.item_count - back} 行，" if round_.outcome == Round.Outcome.PARTIAL else ""
        mend = "只修改退回的行后" if passed else "按退回意见修改后"
        text = f"{what}{passed}退回 {back} 行，请{mend}重新提交。"
    kind = "accepted" if round_.outcome == Round.Outcome.ACCEPTED else "returned"
    _tell(case, _unit(case), kind, what=OUTCOME, text=text, url=_subject(case))


def the_other(side: str) -> Side:
    return next(one for one in Side if one != side)


def _tell(case: Case, people: Iterable[Person], kind: str, *, what: str, text: str, url: str) -> None:
    notices.notify(people, kind, key=key_of(case, what), text=text, url=url, whose=str(case.agency))


def able(case: Case, side: Side) -> Iterable[Person]:
    """The side's people without another part in the case."""
    others = Participation.objects.filter(case=case).exclude(part=side).values("person")
    return reviewers(side).exclude(pk__in=others)


def _clerks(case: Case, by: Person) -> Iterable[Person]:
    clerks = Person.objects.filter(agency=case.agency_id, is_active=True, roles__role=kind_of(case.kind).speaks)
    return clerks.exclude(pk=by.pk)


def _unit(case: Case) -> Iterable[Person]:
    """The unit's clerks, and who handed it in on the unit's behalf."""
    authors = Participation.objects.filter(case=case, part=Participation.Part.AUTHOR).values("person")
    clerk = Q(agency=case.agency_id, roles__role=kind_of(case.kind).speaks)
    return Person.objects.filter(clerk | Q(pk__in=authors), is_active=True).distinct()


def _workbench(case: Case) -> str:
    return reverse("review", args=[case.pk])


def _motions(case: Case) -> str:
    return reverse("review_motion", args=[case.pk])


def _subject(case: Case) -> str:
    return reverse(kind_of(case.kind).url_name, args=[case.subject_id])
