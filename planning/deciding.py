"""Both sides settle a proposal in a case of its own; what they pass becomes the cameras' 计划整合方式."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from inventory.models import LedgerEntry
from inventory.registering import batch_told, withdrawing
from inventory.registering.amending import Amendment
from inventory.registering.amending import amend as write
from inventory.registering.targets import CAMERA
from reviews import services as reviews
from reviews.delegations import today
from reviews.kinds import Batch
from reviews.models import Case as ReviewCase
from reviews.models import Round

from . import announcing
from .asking import STAYS, refreshed, require_measures
from .models import Carrying, Member, Proposal, Reply, ThingKind
from .moves import CASE_KIND, locked, locked_by_office, move, note_hand, require_move, require_office

RISKS = ((3, "refuse", "权属单位不同意"), (2, "amend", "权属单位建议调整"), (1, "", "权属单位未答复"))
"""Rank of an item, the owner's answer, and what reviewers are told of it; all others have rank 0."""


def hand_over(by: Person, proposal_id: int) -> Round:
    """Give the proposal to both sides: each member is an item, and whoever had a hand in it is an author.

    403 for all but the office and for who has judged it; Conflict while an owner has time left to answer, a member has
    no measure, is registered no more, or nothing is left to judge.
    """
    with transaction.atomic():
        # The case first, here as in every decision.
        ReviewCase.objects.select_for_update().filter(kind=CASE_KIND, subject_id=proposal_id).first()
        proposal = locked_by_office(by, proposal_id)
        require_move(proposal, "hand_over")
        assert by.agency is not None  # noqa: S101 - whoever has a role has a unit
        _refuse_waiting(proposal)
        _write_content(proposal)
        note_hand(proposal, by)
        number = proposal.handed + 1
        move(proposal, "hand_over", handed=number)
        announcing.over(proposal)
        round_ = reviews.open_round(
            kind=CASE_KIND,
            subject_id=proposal.pk,
            title=f"整合方案 {proposal.title}",
            agency=by.agency,
            number=number,
            version_hash=_digest([number, *proposal.members.order_by("pk").values_list("hash", flat=True)]),
            items=[_items(proposal)],
            authors=[hand.person for hand in proposal.hands.select_related("person").order_by("person")],
        )
        journal.record(
            by,
            "proposal.handed_over",
            proposal,
            agency_id=by.agency_id,
            round=number,
            count=round_.item_count,
            digest=round_.version_hash,
        )
    return round_


def waiting(proposal: Proposal) -> list[Reply]:
    """Owners who have not answered yet, the one with the earliest day first."""
    found = proposal.replies.filter(turn=proposal.turn, answer="").select_related("agency")
    return list(found.order_by("due_on", "agency__position"))


def _refuse_waiting(proposal: Proposal) -> None:
    """Who has not answered by the due day holds nothing up."""
    if proposal.state != Proposal.State.ASKED:
        return
    day = today()
    if in_time := [reply for reply in waiting(proposal) if reply.due_on >= day]:
        names = "、".join(reply.agency.short_name for reply in in_time[:3])
        due = max(reply.due_on for reply in in_time)
        raise Conflict(
            f"还有 {len(in_time)} 个单位（{names}）没有答复，期限是 {due.month}月{due.day}日。"
            "都答复后或期限过后才能送审。"
        )


def _write_content(proposal: Proposal) -> None:
    """The hash of each member as it goes to both sides; what stands accepted as it is keeps its own."""
    members = [member for member in proposal.members.all() if not _stands(member)]
    require_measures(members)
    replies = latest_replies(proposal)
    for member in refreshed(members):
        reply = replies.get(member.owner_id)
        member.hash = _digest(
            [
                member.thing_kind,
                member.thing_id,
                member.seen,
                member.measure,
                member.stays,
                reply.answer if reply else "",
                reply.wishes.get(str(member.pk), "") if reply else "",
            ]
        )
    Member.objects.bulk_update(members, ["seen", "owner", "hash"])


def _stands(member: Member) -> bool:
    """Whether both sides have passed the member as it is suggested now."""
    return bool(member.settled_measure) and member.settled_measure == member.measure


def latest_replies(proposal: Proposal) -> dict[int, Reply]:
    """Owner -> what it said when it was asked last, or is asked now."""
    found = proposal.replies.select_related("agency", "answered_by").order_by("turn")
    return {reply.agency_id: reply for reply in found}


def _digest(told: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _items(proposal: Proposal) -> Any:
    """(key, hash, part, risk): what an owner speaks against is shown first."""
    by_answer: dict[str, list[int]] = {}
    for owner, reply in latest_replies(proposal).items():
        by_answer.setdefault(reply.answer, []).append(owner)
    ranks = [When(owner__in=by_answer[answer], then=Value(rank)) for rank, answer, _ in RISKS if answer in by_answer]
    rank = Case(*ranks, default=Value(0), output_field=IntegerField())
    return proposal.members.order_by("pk").annotate(rank=rank).values_list("pk", "hash", "thing_kind", "rank")


def withdraw(by: Person, proposal_id: int, reason: str) -> Round:
    """The office takes the proposal back before a side has closed. As `reviews.services.withdraw`."""
    require_office(by)
    return reviews.withdraw(by, CASE_KIND, proposal_id, reason)


# --- what the engine tells -------------------------------------------------------------------------------------------
def accepted(round_: Round, by: Person) -> dict[str, Any]:
    """Write the measure of each camera that both sides passed; its owner carries it out from now on."""
    proposal = locked(round_.case.subject_id)
    keys = round_.items.filter(returned=False).values("key")
    passed = list(proposal.members.filter(pk__in=keys).select_related("owner"))
    facts = _registered(round_, passed)
    _carry_out(passed)
    for member in passed:
        member.settled_measure, member.fixed = member.measure, True
    Member.objects.bulk_update(passed, ["settled_measure", "fixed"])
    if round_.outcome == Round.Outcome.ACCEPTED:
        proposal.members.exclude(settled_measure="").update(fixed=True)
        move(proposal, "settle")
    else:
        move(proposal, "give_back")
    announcing.settled(proposal, Counter(member.owner_id for member in passed if member.measure != STAYS))
    return facts


def _registered(round_: Round, members: Iterable[Member]) -> dict[str, Any]:
    cameras = [member for member in members if member.thing_kind == ThingKind.CAMERA]
    if not cameras:
        return {}
    return write(
        round_,
        CAMERA,
        [Amendment(member.thing_id, member.seen, {"measure": member.measure}) for member in cameras],
    )


def _carry_out(members: Sequence[Member]) -> None:
    """A new task for each measure that differs from what goes on as it is; an earlier one of another measure ends."""
    live = Carrying.objects.filter(member__in=members).exclude(state=Carrying.State.VOID)
    held = {carrying.member_id: carrying for carrying in live}
    ended = [
        held[member.pk].pk for member in members if member.pk in held and held[member.pk].measure != member.measure
    ]
    Carrying.objects.filter(pk__in=ended).update(state=Carrying.State.VOID, since=Now())
    Carrying.objects.bulk_create(
        Carrying(member=member, measure=member.measure, since=Now())
        for member in members
        if member.measure != STAYS and (member.pk not in held or held[member.pk].pk in ended)
    )


def returned(round_: Round, by: Person) -> dict[str, Any]:
    """Nothing was passed: the office has it again."""
    move(locked(round_.case.subject_id), "give_back")
    return {}


def withdrawn(round_: Round, by: Person) -> dict[str, Any]:
    """The office took it back."""
    move(locked(round_.case.subject_id), "give_back")
    return {}


def reopened(round_: Round, by: Person) -> dict[str, Any]:
    """Both sides let the office change what was settled; until the next round it stands."""
    proposal = locked(round_.case.subject_id)
    proposal.members.update(fixed=False)
    move(proposal, "give_back")
    return {}


def undone(round_: Round, by: Person) -> dict[str, Any]:
    """The cameras say again what they said before, and nothing of this round is to be carried out."""
    proposal = locked(round_.case.subject_id)
    keys = round_.items.filter(returned=False).values("key")
    members = proposal.members.filter(pk__in=keys)
    facts = withdrawing.withdraw(round_, by) if _entered(round_) else {}
    void = Carrying.objects.filter(member__in=members.values("pk")).exclude(state=Carrying.State.VOID)
    facts["void"] = void.update(state=Carrying.State.VOID, since=Now())
    members.update(settled_measure="", fixed=False)
    if proposal.state == Proposal.State.SETTLED:
        move(proposal, "give_back")
    announcing.undone(proposal)
    return facts


def _entered(round_: Round) -> bool:
    return LedgerEntry.objects.filter(round=round_, kind__in=LedgerEntry.TAKES_IN).exists()


def batch(round_: Round) -> Batch:
    """What undoing the round does, or has done."""
    told = batch_told.batch(round_) if _entered(round_) else Batch()
    keys = round_.items.filter(returned=False).values("key")
    tasks = Carrying.objects.filter(member__in=keys).exclude(state=Carrying.State.VOID).count()
    if round_.undone_at is None and tasks:
        return Batch((*told.says, f"将作废 {tasks} 项落实任务"), told.url)
    return told


def annex(round_: Round) -> Sequence[tuple[str, Sequence[str]]]:
    """What the owners said, for the printed record."""
    proposal = Proposal.objects.get(pk=round_.case.subject_id)
    lines = []
    for reply in proposal.replies.select_related("agency", "answered_by").order_by("turn", "agency__position"):
        said = reply.get_answer_display() + (f"：{reply.reason}" if reply.reason else "")
        lines.append(f"第 {reply.turn} 次征求意见，{reply.agency.short_name} {said}")
    return [("权属单位答复", lines)] if lines else []
