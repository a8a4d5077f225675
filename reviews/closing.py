"""A side closes when every item has its verdict; with the second closing the round ends, all of it or in part."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict

from . import announcing, desks
from .kinds import choices as choosing
from .kinds import kind_of, obstacles
from .locks import lock_round
from .marking import for_whom
from .models import Case, Closing, Decision, Item, Round, Side, Verdict
from .parts import join_side
from .whole import whole_rounds
from .words import in_words

OUTCOME = Round.Outcome
STATE_AFTER = {
    OUTCOME.ACCEPTED: Case.State.ACCEPTED,
    OUTCOME.PARTIAL: Case.State.RETURNED,
    OUTCOME.RETURNED: Case.State.RETURNED,
}
ACTION = {
    OUTCOME.ACCEPTED: "case.accepted",
    OUTCOME.PARTIAL: "case.accepted_in_part",
    OUTCOME.RETURNED: "case.returned",
}


def close(by: Person, round_id: int, side: str, *, version_hash: str) -> Round:
    """Close a side: every item has its verdict. When both sides have closed, the round ends with its outcome.

    An item is accepted when both sides passed it with the same choice; the owner's outcome handler takes the accepted
    ones in, in this very transaction, and the others go back. Raises Conflict while items are undecided or in question,
    while one is passed in a way that has meanwhile become impossible, and while the owner names obstacles.
    """
    with transaction.atomic():
        round_ = lock_round(by, round_id, side, version_hash)
        case = round_.case
        for_person = join_side(case, by, side)
        tally = desks.counted(round_, side)
        if undecided := tally["open"] + tally["question"]:
            raise Conflict(f"还有 {undecided} 行没有给出通过或退回的意见，不能办结。")
        _refuse_passed_in_vain(round_, side)
        if stops := obstacles(round_, side):
            raise Conflict("还不能办结：" + "".join(stops))
        Closing.objects.create(
            case=case,
            round=round_,
            side=side,
            person=by,
            for_person=for_person,
            version_hash=version_hash,
            passed=tally["pass"],
            returned=tally["return"],
        )
        said = {"side": side, "passed": tally["pass"], "returned": tally["return"]} | for_whom(for_person)
        entries: list[tuple[str, dict[str, Any]]] = [("review.closed", said)]
        if round_.closings.count() == len(Side):
            entries.append(_end(round_, by))
        else:
            announcing.closed(round_, side)
        for action, facts in entries:
            journal.record(by, action, case, agency_id=case.agency_id, round=round_.number, **facts)
    return round_


def has_closed(person: Person, round_id: int, side: str, version_hash: str) -> bool:
    """Whether this person has closed the side of the case's latest round on exactly this content."""
    later = Round.objects.filter(case=OuterRef("case"), number__gt=OuterRef("round__number"))
    closed = Closing.objects.filter(~Exists(later), round=round_id, side=side, person=person)
    return closed.filter(version_hash=version_hash).exists()


def _refuse_passed_in_vain(round_: Round, side: str) -> None:
    """Raise Conflict where the side passed an item in a way that nobody may by now (`Kind.choices`)."""
    stands = choosing(round_)
    current = Item.objects.filter(round=round_, key=OuterRef("item_key"), hash=OuterRef("item_hash"))
    passed = Verdict.objects.filter(
        Exists(current), case=round_.case_id, side=side, decision=Decision.PASS, superseded_at=None
    ).order_by("item_key")
    said = dict(passed.filter(item_key__in=list(stands)).values_list("item_key", "choice")) if stands else {}
    stopped = [stands[key] for key, choice in said.items() if choice not in stands[key].offer]
    if stopped:
        what = "请重新选定处理方式或退回，再办结。" if any(one.offer for one in stopped) else "请退回这些行，再办结。"
        raise Conflict(f"有 {len(stopped)} 行已不能这样通过：{in_words([one.says for one in stopped])}{what}")
    if needless := passed.exclude(choice="").exclude(item_key__in=list(stands)).count():
        raise Conflict(f"有 {needless} 行的编码已不再重复，先前选的处理方式不再适用。请把这些行重新标为通过，再办结。")


def _end(round_: Round, by: Person) -> tuple[str, dict[str, Any]]:
    """Give the round its outcome and let the owner carry it out; returns the journal's action and facts."""
    case, kind = round_.case, kind_of(round_.case.kind)
    back = _mark_returned(round_)
    outcome = _outcome(round_, back, in_part=kind.in_part)
    if outcome == OUTCOME.RETURNED and back < round_.item_count:
        back = round_.item_count
        round_.items.filter(returned=False).update(returned=True)
    Round.objects.filter(pk=round_.pk, ended_at__isnull=True).update(ended_at=Now(), outcome=outcome)
    Case.objects.filter(pk=case.pk).update(state=STATE_AFTER[outcome])
    round_.refresh_from_db(fields=["ended_at", "outcome"])
    case.state = STATE_AFTER[outcome]
    facts = (kind.returned if outcome == OUTCOME.RETURNED else kind.accepted)(round_, by)
    announcing.ended(round_)
    counts = {"accepted": round_.item_count - back, "returned": back} if outcome == OUTCOME.PARTIAL else {}
    return ACTION[outcome], counts | facts


def _outcome(round_: Round, back: int, *, in_part: bool) -> Round.Outcome:
    if not back:
        return OUTCOME.ACCEPTED
    return OUTCOME.PARTIAL if in_part and back < round_.item_count else OUTCOME.RETURNED


def _mark_returned(round_: Round) -> int:
    """Mark what goes back: returned by either side, or passed by both with different choices; returns how many."""
    with whole_rounds() as cursor:
        cursor.execute(
            """UPDATE reviews_item i SET returned = true
               FROM reviews_verdict d, reviews_verdict p
               WHERE i.round_id = %(round)s
                 AND d.case_id = %(case)s AND d.side = 'data' AND d.superseded_at IS NULL
                 AND d.item_key = i.key AND d.item_hash = i.hash
                 AND p.case_id = %(case)s AND p.side = 'police' AND p.superseded_at IS NULL
                 AND p.item_key = i.key AND p.item_hash = i.hash
                 AND NOT (d.decision = 'pass' AND p.decision = 'pass' AND d.choice = p.choice)""",
            {"round": round_.pk, "case": round_.case_id},
        )
        return int(cursor.rowcount)
