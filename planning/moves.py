"""Where a proposal may go from where, and the root that every act locks first."""

from __future__ import annotations

from typing import Any, Final

from django.db.models.functions import Now

from agencies.models import Person
from audit.failures import Conflict, require
from reviews.services import refuse_reviewer_as_author

from .models import Hand, Proposal
from .permissions import may_plan

CASE_KIND: Final = "proposal"
"""The kind of case in which both sides settle a proposal."""

State = Proposal.State
MOVES: Final = {
    "ask": ((State.FOUND, State.ANSWERED), State.ASKED),
    "all_answered": ((State.ASKED,), State.ANSWERED),
    "hand_over": ((State.ASKED, State.ANSWERED), State.IN_REVIEW),
    "settle": ((State.IN_REVIEW,), State.SETTLED),
    "give_back": ((State.IN_REVIEW, State.SETTLED), State.ANSWERED),
    "dismiss": ((State.FOUND, State.ASKED, State.ANSWERED), State.DISMISSED),
    "resume": ((State.DISMISSED,), State.FOUND),
}
"""Act -> the states it may begin in, and where it leads."""
WITH_OFFICE: Final = (State.FOUND, State.ANSWERED)
"""Where the office may change what is suggested."""


def may_move(proposal: Proposal, act: str) -> bool:
    return proposal.state in MOVES[act][0]


def require_move(proposal: Proposal, act: str) -> None:
    if not may_move(proposal, act):
        raise Conflict(f"这件方案现在是“{proposal.get_state_display()}”，不能这样办理。请刷新页面查看。")


def move(proposal: Proposal, act: str, **values: Any) -> None:
    """Carry the proposal on, with these values. Conflict where it stands elsewhere, whatever was read before."""
    begins, leads = MOVES[act]
    require_move(proposal, act)
    moved = Proposal.objects.filter(pk=proposal.pk, state__in=begins).update(state=leads, state_since=Now(), **values)
    if not moved:
        raise Conflict("这件方案刚刚有了变动，请刷新页面查看。")
    proposal.state = leads


def locked(proposal_id: int) -> Proposal:
    """The proposal as it stands now, held to the end of the transaction."""
    return Proposal.objects.select_for_update().get(pk=proposal_id)


def locked_by_office(by: Person, proposal_id: int) -> Proposal:
    """As `locked`, for an act of the office. `by` is read afresh; 403 for others and for who has judged the case."""
    require_office(by)
    proposal = locked(proposal_id)
    refuse_reviewer_as_author(CASE_KIND, proposal.pk, by)
    return proposal


def require_office(by: Person) -> None:
    now = Person.objects.get(pk=by.pk)
    require(may_plan(now), "整合方案由领导小组办公室办理。")


def note_hand(proposal: Proposal, by: Person) -> None:
    """The person had a hand in it, and will not judge it."""
    Hand.objects.bulk_create([Hand(proposal=proposal, person=by)], ignore_conflicts=True)
