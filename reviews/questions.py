"""The unit answers what a side asks about one of its rows, in words: nothing can be edited during a round."""

from __future__ import annotations

from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, require

from . import announcing
from .kinds import kind_of
from .locks import lock_case
from .models import Answer, Case, Decision, Item, Participation, Verdict
from .parts import join
from .words import reason_from

GONE = "这条疑问已经不在了：审核方已给出意见，或本轮已结束。请刷新页面查看。"


def may_answer(person: Person, case: Case) -> bool:
    """Whoever speaks for the case's agency: its clerks, where the kind of case names no other role."""
    return person.is_active and person.agency_id == case.agency_id and person.holds(kind_of(case.kind).speaks)


def answer_question(by: Person, verdict_id: int, text: str) -> Answer:
    """Answer a question that is open in the round under way; one answer each.

    Who answers speaks for the unit and never judges the case. 403 for all but the agency's clerks and for who has
    judged it; Conflict when the question was answered, decided, or its round has ended; Invalid without words.
    """
    text = reason_from(text, "请写明情况，审核方据此给出意见。")
    with transaction.atomic():
        case = lock_case(Verdict.objects.values_list("case_id", flat=True).get(pk=verdict_id))
        now = Person.objects.select_related("agency").get(pk=by.pk)
        require(may_answer(now, case), "疑问由报送单位的填报员答复。")
        join(case, now, Participation.Part.AUTHOR)
        verdict = Verdict.objects.select_related("person", "for_person").get(pk=verdict_id)
        asked = Item.objects.filter(
            round__case=case, round__ended_at=None, key=verdict.item_key, hash=verdict.item_hash
        )
        is_open = verdict.decision == Decision.QUESTION and verdict.superseded_at is None
        if not is_open or not asked.exists():
            raise Conflict(GONE)
        if Answer.objects.filter(verdict=verdict).exists():
            raise Conflict("这条疑问已经答复过了。")
        answer = Answer.objects.create(verdict=verdict, person=by, text=text)
        answer.refresh_from_db(fields=["answered_at"])
        announcing.answered(case, verdict)
        if not _unanswered(case, verdict.side):
            announcing.no_question_left(case, verdict.side)
        journal.record(
            by, "review.answered", case, agency_id=case.agency_id, side=verdict.side, row_key=verdict.item_key
        )
    return answer


def _unanswered(case: Case, side: str) -> bool:
    """Whether a question of this side's still waits for the unit."""
    return Verdict.objects.filter(
        case=case, side=side, decision=Decision.QUESTION, superseded_at=None, answer=None
    ).exists()
