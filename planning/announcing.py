"""Who is told of an act on a proposal, in its own transaction. Keys: proposal:12:asked:34, proposal:12:answered ..."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q
from django.urls import reverse

from agencies.models import Person, Role
from notices import services as notices

from .models import Carrying, Proposal, Reply


def key_of(proposal: Proposal, what: str) -> str:
    return f"proposal:{proposal.pk}:{what}"


def _tell(people: Iterable[Person], kind: str, proposal: Proposal, what: str, text: str, anchor: str = "") -> None:
    url = reverse("proposal", args=[proposal.pk]) + anchor
    notices.notify(people, kind, key=key_of(proposal, what), text=text, url=url, whose="整合")


def _clerks(agencies: Collection[int]) -> dict[int, list[Person]]:
    """Agency -> its clerks."""
    found: dict[int, list[Person]] = {agency: [] for agency in agencies}
    for person in Person.objects.filter(agency__in=agencies, is_active=True, roles__role=Role.CLERK).distinct():
        found[person.agency_id or 0].append(person)
    return found


def asked(proposal: Proposal, by: Person, owners: Collection[int], due_on: dt.date) -> None:
    """Each owner's clerks are asked; what they were told before of this proposal is over."""
    for owner, clerks in _clerks(owners).items():
        text = f"整合方案“{proposal.title}”征求意见，请在 {due_on.month}月{due_on.day}日前答复。"
        people = [person for person in clerks if person.pk != by.pk]
        _tell(people, "asked", proposal, f"asked:{owner}", text, "#answer")
    notices.settle(key_of(proposal, "answered"))


def answered(proposal: Proposal, reply: Reply, waiting: int) -> None:
    """The unit's turn is over; whoever asked learns what it said."""
    notices.settle(key_of(proposal, f"asked:{reply.agency_id}"))
    rest = f"还有 {waiting} 个单位没有答复。" if waiting else "各单位都已答复，可以送审。"
    text = f"{reply.agency.short_name}对“{proposal.title}”答复：{reply.get_answer_display()}。{rest}"
    _tell([reply.asked_by], "answered", proposal, "answered", text, "#replies")


def over(proposal: Proposal) -> None:
    """Nobody has to answer any more."""
    for agency in proposal.replies.filter(turn=proposal.turn).values_list("agency", flat=True):
        notices.settle(key_of(proposal, f"asked:{agency}"))
    notices.settle(key_of(proposal, "answered"))


def settled(proposal: Proposal, by_owner: Mapping[int, int]) -> None:
    """Owners learn how many of their things something is to be done with."""
    for owner, clerks in _clerks([owner for owner, count in by_owner.items() if count]).items():
        text = f"整合方案“{proposal.title}”已审定，本单位有 {by_owner[owner]} 项待落实。"
        _tell(clerks, "carrying", proposal, f"carrying:{owner}", text, "#carrying")


def undone(proposal: Proposal) -> None:
    """What was to be carried out is not to be carried out any more."""
    owners = proposal.members.values_list("owner", flat=True).distinct()
    for owner in owners:
        notices.settle(key_of(proposal, f"carrying:{owner}"))
    notices.settle(key_of(proposal, "done"))


def reported(proposal: Proposal, carrying: Carrying, by: Person) -> None:
    """The office is asked to confirm."""
    office = Person.objects.filter(Q(roles__role=Role.OFFICE), is_active=True).exclude(pk=by.pk).distinct()
    text = f"{carrying.member.owner.short_name}报告“{proposal.title}”的 1 项已落实，请核对证明后确认。"
    _tell(office, "carrying", proposal, "done", text, "#carrying")


def checked(proposal: Proposal, carrying: Carrying, left: int, waiting: int) -> None:
    """`left`: what the owner still has to carry out; `waiting`: what the office still has to look at."""
    if not waiting:
        notices.settle(key_of(proposal, "done"))
    owner = carrying.member.owner_id
    if carrying.state == Carrying.State.UNDER_WAY:
        text = f"“{proposal.title}”的 1 项落实没有确认：{carrying.objection}"
        _tell(_clerks([owner])[owner], "returned", proposal, f"carrying:{owner}", text, "#carrying")
    elif not left:
        notices.settle(key_of(proposal, f"carrying:{owner}"))
