"""What only both sides can do together, with a reason: give a decided case back, or withdraw an accepted batch.

One side moves, the other agrees or refuses, or the moving side takes it back. Nothing happens before the agreement, and
what is then done is checked again under the lock.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, require

from . import announcing
from .kinds import kind_of
from .locks import lock_case, lock_case_of
from .marking import for_whom
from .models import Case, Motion, Round, Side
from .outcomes import TAKEN_IN
from .parts import join_side
from .permissions import sides_of
from .whole import whole_rounds
from .words import LONGEST, reason_from

Kind, Answer = Motion.Kind, Motion.Answer


def move(by: Person, round_id: int, kind: str, reason: str) -> Motion:
    """Propose, for the side that the person acts for, to reopen the round's case or to undo what it registered.

    403 for who acts for no side or has another part in the case; Conflict while a round is under way, another motion
    waits for its answer, or there is nothing to reopen or undo; Invalid without a reason.
    """
    reason = reason_from(reason, "请写明理由，对方据此答复。")
    with transaction.atomic():
        round_ = lock_case_of(round_id)
        side = _side_of(by)
        for_person = join_side(round_.case, by, side)
        if round_.case.motions.filter(answer=Answer.OPEN).exists():
            raise Conflict("本件已有一项动议在等待答复，请先办完它。")
        _refuse_impossible(round_, Kind(kind))
        motion = Motion.objects.create(
            case=round_.case,
            round=round_,
            kind=kind,
            reason=reason,
            side=side,
            person=by,
            for_person=for_person,
            moved_at=Now(),
        )
        announcing.moved(motion, by)
        _record(by, "motion.made", motion, reason=reason, side=side.value, **for_whom(for_person))
    return motion


def answer_motion(by: Person, motion_id: int, agree: bool, reason: str = "") -> Motion:
    """Agree, and it is done in this very transaction, or refuse with a reason; only the other side can.

    403 for the moving side and for who has another part in the case; Conflict when it was answered already, or can no
    longer be done; Invalid for a refusal without a reason.
    """
    reason = reason.strip()[:LONGEST] if agree else reason_from(reason, "请写明不同意的理由。")
    with transaction.atomic():
        motion = _locked(motion_id)
        side = announcing.the_other(motion.side)
        for_person = join_side(motion.case, by, side)
        facts: dict[str, Any] = {}
        if agree:
            _refuse_impossible(motion.round, Kind(motion.kind))
            facts = (_undo if motion.kind == Kind.UNDO else _reopen)(motion, by)
        _write_answer(motion, Answer.AGREED if agree else Answer.REFUSED, side, by, for_person, reason)
        announcing.motion_answered(motion)
        if reason:
            facts["reason"] = reason
        action = DONE[Kind(motion.kind)] if agree else "motion.refused"
        _record(by, action, motion, side=side.value, **facts, **for_whom(for_person))
    return motion


DONE = {Kind.REOPEN: "case.reopened", Kind.UNDO: "case.undone"}


def take_back(by: Person, motion_id: int) -> Motion:
    """The moving side drops its motion while it waits for an answer. 403 for all others, Conflict when answered."""
    with transaction.atomic():
        motion = _locked(motion_id)
        side = Side(motion.side)
        for_person = join_side(motion.case, by, side)
        _write_answer(motion, Answer.TAKEN_BACK, side, by, for_person, "")
        announcing.motion_answered(motion)
        _record(by, "motion.taken_back", motion, side=side.value, **for_whom(for_person))
    return motion


def _side_of(by: Person) -> Side:
    now = Person.objects.select_related("agency").get(pk=by.pk)
    side = next(iter(sides_of(now)), None)
    require(side is not None, "动议由数据局和公安局的审核员提出和答复。")
    assert side is not None  # noqa: S101
    return side


def _locked(motion_id: int) -> Motion:
    """Lock the motion's case; the motion as it stands then. Conflict when it was answered."""
    case = lock_case(Motion.objects.values_list("case_id", flat=True).get(pk=motion_id))
    motion = Motion.objects.select_related("round", "person", "for_person").get(pk=motion_id)
    motion.case = motion.round.case = case
    if motion.answer != Answer.OPEN:
        raise Conflict(f"这项动议已有结果：{motion.get_answer_display()}。")
    return motion


def _refuse_impossible(round_: Round, kind: Motion.Kind) -> None:
    """Raise Conflict unless the case is where this can be done to it."""
    case = round_.case
    if case.state == Case.State.OPEN:
        raise Conflict("本件正在审核中，请等本轮办结。")
    if kind == Kind.REOPEN:
        if case.state != Case.State.ACCEPTED:
            raise Conflict(f"本件现在是“{case.get_state_display()}”，已在填报单位手中，不用重新开启。")
        if case.rounds.filter(number__gt=round_.number).exists():
            raise Conflict("页面上的不是最近一轮，请刷新后再提。")
        return
    if round_.outcome not in TAKEN_IN:
        raise Conflict("这一轮没有入库的内容，不用撤销。")
    if round_.undone_at is not None:
        raise Conflict("这一轮的入库已经撤销。")
    if kind_of(case.kind).undone is None:
        raise Conflict("这类事项没有登记入库，不能撤销。")


def _reopen(motion: Motion, by: Person) -> dict[str, Any]:
    Case.objects.filter(pk=motion.case_id, state=Case.State.ACCEPTED).update(state=Case.State.RETURNED)
    motion.case.state = Case.State.RETURNED
    return kind_of(motion.case.kind).reopened(motion.round, by)


def _undo(motion: Motion, by: Person) -> dict[str, Any]:
    """What was said of the batch no longer holds; the owner writes the compensating entry."""
    round_, case = motion.round, motion.case
    with whole_rounds() as cursor:
        cursor.execute(
            """UPDATE reviews_verdict v SET superseded_at = statement_timestamp() FROM reviews_item i
               WHERE i.round_id = %s AND NOT i.returned AND v.case_id = %s AND v.item_key = i.key
                 AND v.item_hash = i.hash AND v.superseded_at IS NULL""",
            [round_.pk, case.pk],
        )
    Round.objects.filter(pk=round_.pk, undone_at__isnull=True).update(undone_at=Now())
    Case.objects.filter(pk=case.pk).update(state=Case.State.RETURNED)
    round_.refresh_from_db(fields=["undone_at"])
    case.state = Case.State.RETURNED
    undone = kind_of(case.kind).undone
    return undone(round_, by) if undone else {}


def _write_answer(
    motion: Motion, answer: Motion.Answer, side: Side, by: Person, for_person: Person | None, reason: str
) -> None:
    Motion.objects.filter(pk=motion.pk, answer=Answer.OPEN).update(
        answer=answer,
        answer_reason=reason,
        answered_side=side,
        answered_by=by,
        answered_for=for_person,
        answered_at=Now(),
    )
    motion.refresh_from_db(
        fields=["answer", "answer_reason", "answered_side", "answered_by", "answered_for", "answered_at"]
    )


def _record(by: Person, action: str, motion: Motion, **facts: Any) -> None:
    case = motion.case
    journal.record(by, action, case, agency_id=case.agency_id, round=motion.round.number, motion=motion.kind, **facts)
