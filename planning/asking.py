"""The office suggests a measure for each member and asks the owners; each owner accepts, amends or refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from reviews import workdays
from reviews.delegations import today
from reviews.services import refuse_reviewer_as_author
from reviews.words import reason_from
from sheets.vocabulary import MEASURES

from . import announcing, things
from .models import Member, Proposal, Reply
from .moves import CASE_KIND, WITH_OFFICE, locked, locked_by_office, may_move, move, note_hand, require_move
from .permissions import may_answer_for

STAYS: Final = "保留"
"""The measure after which a thing goes on as it is: there is nothing to carry out."""
ANSWERS: Final = (Reply.Answer.ACCEPT, Reply.Answer.AMEND, Reply.Answer.REFUSE)


def amend(by: Person, proposal_id: int, measures: Mapping[int, str], stays: int | None) -> Proposal:
    """Change what is suggested: member id -> measure, and which one stays (None: none is named).

    403 for all but the office; Conflict while the owners or both sides have it, and for a member that is settled;
    Invalid for a measure that the sheet does not have, and for a member of another proposal.
    """
    with transaction.atomic():
        proposal = locked_by_office(by, proposal_id)
        if proposal.state not in WITH_OFFICE:
            raise Conflict(f"这件方案现在是“{proposal.get_state_display()}”，建议不能再改。")
        members = {member.pk: member for member in proposal.members.all()}
        if set(measures) - set(members) or (stays is not None and stays not in members):
            raise Invalid("页面传来的成员不在这件方案里。请刷新页面后再试。")
        if unknown := sorted(set(measures.values()) - set(MEASURES) - {""}):
            raise Invalid(f"“{unknown[0]}”不是表格里的整合方式。请从列表中选择：{'、'.join(MEASURES)}。")
        changed = _changed(members.values(), measures, stays)
        if not changed:
            return proposal
        if any(member.fixed for member in changed):
            raise Conflict("已经审定的成员不能再改。如需更改，由审定双方重新开启。")
        Member.objects.filter(pk__in=[member.pk for member in changed]).update(stays=False)
        Member.objects.bulk_update(changed, ["measure", "stays"])
        note_hand(proposal, by)
        told = {things.number_of(member): member.measure or "未定" for member in changed[:5]}
        journal.record(by, "proposal.amended", proposal, agency_id=by.agency_id, count=len(changed), measures=told)
    return proposal


def _changed(members: Iterable[Member], measures: Mapping[int, str], stays: int | None) -> list[Member]:
    found = []
    for member in members:
        told = (measures.get(member.pk, member.measure), member.pk == stays)
        if (member.measure, member.stays) != told:
            member.measure, member.stays = told
            found.append(member)
    return found


def require_measures(members: Iterable[Member]) -> None:
    """Raise Conflict while a member has no suggested measure."""
    if bare := [things.number_of(member) for member in members if not member.measure]:
        named = "、".join(bare[:3]) + ("等" if len(bare) > 3 else "")
        raise Conflict(f"还有 {len(bare)} 个成员（{named}）没有建议的整合方式，请先选定并保存。")


def refreshed(members: Iterable[Member]) -> list[Member]:
    """These members beside the version of the registry that stands now, with the owner as of now.

    Conflict where a thing is registered no more.
    """
    members = list(members)
    rows = things.rows(things.key_of(member) for member in members)
    gone = [things.number_of(member) for member in members if rows[things.key_of(member)].life != "live"]
    if gone:
        raise Conflict(f"{'、'.join(gone[:3])} 已不在册，这件方案不再适用。请写明理由，标为不采纳。")
    for member in members:
        row = rows[things.key_of(member)]
        member.seen, member.owner_id = row.version_number, row.owner_id
    return members


def ask(by: Person, proposal_id: int) -> Proposal:
    """Ask every owner of a member that is not settled yet; each has some working days.

    403 for all but the office; Conflict where the proposal is not with the office, a member has no measure or is
    registered no more.
    """
    with transaction.atomic():
        proposal = locked_by_office(by, proposal_id)
        require_move(proposal, "ask")
        members = refreshed(proposal.members.filter(fixed=False))
        if not members:
            raise Conflict("全部成员都已审定，不用再征求意见。")
        require_measures(members)
        for member in members:
            member.asked_measure = member.measure
        Member.objects.bulk_update(members, ["seen", "owner", "asked_measure"])
        due_on = workdays.after(today(), settings.PLANNING_ANSWER_DAYS)
        turn = proposal.turn + 1
        owners = sorted({member.owner_id for member in members})
        Reply.objects.bulk_create(
            Reply(proposal=proposal, agency_id=owner, turn=turn, asked_by=by, asked_at=Now(), due_on=due_on)
            for owner in owners
        )
        move(proposal, "ask", turn=turn)
        note_hand(proposal, by)
        announcing.asked(proposal, by, owners, due_on)
        journal.record(
            by,
            "proposal.asked",
            proposal,
            agency_id=by.agency_id,
            count=len(members),
            agencies=len(owners),
            until=due_on.isoformat(),
        )
    return proposal


def require_asked(by: Person, proposal: Proposal) -> None:
    """403 unless the person answers for a unit that is, or was, asked about the proposal in this turn."""
    asked = proposal.replies.filter(agency=by.agency_id or 0, turn=proposal.turn).exists()
    require(asked and may_answer_for(by, by.agency_id or 0), "意见由权属单位的填报员答复。")


def answer(
    by: Person, proposal_id: int, choice: str, reason: str = "", wishes: Mapping[int, str] | None = None
) -> Reply:
    """What the person's own unit says of its members; once each time it is asked.

    `wishes`: member id -> the measure it would rather have, of those that it asks to be changed. 403 for all but the
    owner's clerks; Conflict when the unit is not asked or has answered; Invalid without a reason for anything but
    consent, and for an amendment that changes nothing.
    """
    if choice not in ANSWERS:
        raise Invalid("请选择同意、建议调整或不同意。")
    if choice != Reply.Answer.ACCEPT:
        reason = reason_from(reason, "请写明理由，办公室和审核人据此判断。")
    with transaction.atomic():
        proposal = locked(proposal_id)
        now = Person.objects.get(pk=by.pk)
        replies = proposal.replies.filter(agency=now.agency_id or 0, turn=proposal.turn)
        reply = replies.first()
        require(reply is not None and may_answer_for(now, reply.agency_id), "意见由权属单位的填报员答复。")
        assert reply is not None  # noqa: S101
        refuse_reviewer_as_author(CASE_KIND, proposal.pk, by)
        if reply.answer:
            raise Conflict(f"本单位已经答复过了：{reply.get_answer_display()}。")
        if not may_move(proposal, "all_answered"):
            raise Conflict(f"这件方案现在是“{proposal.get_state_display()}”，不再征求意见。")
        told = _wishes(proposal, reply, wishes or {}) if choice == Reply.Answer.AMEND else {}
        done = replies.filter(answer="").update(
            answer=choice, reason=reason.strip()[:500], wishes=told, answered_by=by, answered_at=Now()
        )
        if not done:
            raise Conflict("本单位已经答复过了，请刷新页面查看。")
        reply.refresh_from_db()
        note_hand(proposal, by)
        waiting = proposal.replies.filter(turn=proposal.turn, answer="").count()
        if not waiting:
            move(proposal, "all_answered")
        announcing.answered(proposal, reply, waiting)
        journal.record(by, "proposal.answered", proposal, agency_id=reply.agency_id, reply=choice, reason=reply.reason)
    return reply


def _wishes(proposal: Proposal, reply: Reply, wishes: Mapping[int, str]) -> dict[str, str]:
    """What differs from what was asked, member id (as JSON has it) -> measure."""
    own = {member.pk: member for member in proposal.members.filter(owner=reply.agency_id, fixed=False)}
    if set(wishes) - set(own):
        raise Invalid("只能对本单位的设备提出调整。请刷新页面后再试。")
    if unknown := sorted(set(wishes.values()) - set(MEASURES)):
        raise Invalid(f"“{unknown[0][:20]}”不是表格里的整合方式。请从列表中选择。")
    told = {str(pk): measure for pk, measure in wishes.items() if measure != own[pk].asked_measure}
    if not told:
        raise Invalid("请至少把一台设备改成另一种整合方式；没有要改的，请选“同意”。")
    return told


def dismiss(by: Person, proposal_id: int, reason: str) -> Proposal:
    """Set the proposal aside, with a reason; a search will not bring it up again.

    403 for all but the office; Conflict while both sides have it or something of it is settled; Invalid without words.
    """
    reason = reason_from(reason, "请写明不采纳的理由。")
    with transaction.atomic():
        proposal = locked_by_office(by, proposal_id)
        require_move(proposal, "dismiss")
        if proposal.members.exclude(settled_measure="").exists():
            raise Conflict("有成员已经审定，不能整件不采纳。请把其余成员改为“保留”后再送审。")
        move(proposal, "dismiss", dismissed_reason=reason)
        note_hand(proposal, by)
        announcing.over(proposal)
        journal.record(by, "proposal.dismissed", proposal, agency_id=by.agency_id, reason=reason)
    return proposal


def resume(by: Person, proposal_id: int) -> Proposal:
    """Take a proposal up again that was set aside. 403 for all but the office, Conflict where it was not."""
    with transaction.atomic():
        proposal = locked_by_office(by, proposal_id)
        move(proposal, "resume", dismissed_reason="")
        note_hand(proposal, by)
        journal.record(by, "proposal.resumed", proposal, agency_id=by.agency_id)
    return proposal
