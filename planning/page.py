"""A proposal as its page shows it to one person: members side by side, answers, the case, what may be done.

A constant number of queries, however many members there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from agencies.models import Person
from inventory.entering.places import ground
from reviews import answers
from reviews import queries as reviews
from reviews.answers import Question
from reviews.delegations import today
from reviews.models import Case
from reviews.queries import Chapter

from . import moves, things
from .carrying import TO_DO
from .models import Carrying, Member, Proposal, Reply, ThingKind
from .permissions import may_answer_for, may_plan, reads_as_owner
from .reckoning import Reckoning, reckon


@dataclass(frozen=True)
class Shown:
    """A member as the person may see it. `wish`: what its owner would rather have; `own`: of the person's own unit.

    `typed`: the wish as it was just handed in and refused.
    """

    member: Member
    thing: things.Thing
    own: bool
    wish: str = ""
    reply: Reply | None = None
    typed: str = ""
    carrying: Carrying | None = None
    may_carry: bool = False
    may_check: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the office suggests another measure by now than the owner was asked about."""
        return bool(self.member.asked_measure) and self.member.asked_measure != self.member.measure

    @property
    def now(self) -> str:
        """What the registry says today; "" where the person may not know or there is no such column."""
        return str(getattr(self.thing.row, "measure", "") or "") if self.thing.in_full else ""


@dataclass
class Page:
    """`may`: the acts that this person can press now. `reply`: the person's own unit's, while it is asked."""

    proposal: Proposal
    members: list[Shown]
    replies: list[Reply]
    may: set[str] = field(default_factory=set)
    reply: Reply | None = None
    case: Case | None = None
    chapters: list[Chapter] = field(default_factory=list)
    returned: list[tuple[str, str, str]] = field(default_factory=list)
    late: list[Reply] = field(default_factory=list)
    in_time: list[Reply] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    reckoning: Reckoning | None = None
    questions: list[Question] = field(default_factory=list)
    reads_reviews: bool = False
    today: date | None = None

    @property
    def own(self) -> list[Shown]:
        """The members that the person's unit answers for."""
        return [each for each in self.members if each.own and not each.member.fixed]

    @property
    def tasks(self) -> list[Shown]:
        return [each for each in self.members if each.carrying is not None]

    @property
    def questions_open(self) -> int:
        return sum(one.is_open for one in self.questions)

    @property
    def unplaced(self) -> list[Shown]:
        """Members that should have a position and have none."""
        return [each for each in self.members if each.member.thing_kind != ThingKind.PLATFORM and each.thing.at is None]

    @property
    def has_stays(self) -> bool:
        return any(each.member.stays for each in self.members)

    @property
    def bare(self) -> int:
        """Members without a suggested measure."""
        return sum(not each.member.measure for each in self.members)

    @property
    def ground(self) -> dict[str, Any]:
        return ground()

    @property
    def done(self) -> int:
        confirmed = Carrying.State.CONFIRMED
        return sum(each.carrying is not None and each.carrying.state == confirmed for each in self.members)


def build(person: Person, proposal: Proposal, typed: Mapping[int, str] | None = None) -> Page:
    """`proposal` as it was read with `visible_to`: `is_masked` says whether no exact position may be shown."""
    members = list(proposal.members.select_related("owner"))
    replies = list(proposal.replies.select_related("agency", "answered_by", "asked_by"))
    latest = {reply.agency_id: reply for reply in replies if reply.turn == proposal.turn}
    found = things.seen(
        person,
        [things.key_of(member) for member in members],
        masked=bool(getattr(proposal, "is_masked", True)),
    )
    tasks = {
        task.member_id: task
        for task in Carrying.objects.filter(member__in=members)
        .exclude(state=Carrying.State.VOID)
        .select_related("evidence", "reported_by", "checked_by")
    }
    office = may_plan(person)
    shown = [
        _shown(person, member, found[things.key_of(member)], latest.get(member.owner_id), tasks.get(member.pk), office)
        for member in members
    ]
    if reads_as_owner(person):
        # What others say to the office is not the business of an owner.
        replies = [reply for reply in replies if reply.agency_id == person.agency_id]
    shown = [replace(each, typed=(typed or {}).get(each.member.pk, "")) for each in shown]
    page = Page(proposal, shown, replies, reads_reviews=reviews.may_see_reviews(person), today=today())
    page.points = [_point(each) for each in shown if each.thing.at is not None]
    mine = latest.get(person.agency_id or 0)
    if mine is not None and not mine.answer and moves.may_move(proposal, "all_answered"):
        page.reply = mine if may_answer_for(person, mine.agency_id) else None
    page.late = [one for one in latest.values() if not one.answer and page.today and one.due_on < page.today]
    page.in_time = [one for one in latest.values() if not one.answer and one not in page.late]
    if not reads_as_owner(person):
        page.reckoning = reckon(members, {key: thing.row for key, thing in found.items()})
    _course(person, page)
    if proposal.state == Proposal.State.IN_REVIEW:
        page.questions = answers.of_unit(person, moves.CASE_KIND, proposal.pk)
    page.may = _acts(page) if office else set()
    return page


def _shown(
    person: Person, member: Member, thing: things.Thing, reply: Reply | None, task: Carrying | None, office: bool
) -> Shown:
    own = may_answer_for(person, member.owner_id)
    open_ = own or not reads_as_owner(person)
    return Shown(
        member=member,
        thing=thing,
        own=own,
        wish=reply.wishes.get(str(member.pk), "") if reply and open_ else "",
        reply=reply if open_ else None,
        carrying=task if open_ else None,
        may_carry=own and task is not None and task.state in TO_DO,
        may_check=office
        and task is not None
        and task.state == Carrying.State.DONE
        and task.reported_by_id != person.pk,
    )


def _point(each: Shown) -> dict[str, Any]:
    return {
        "at": each.thing.at,
        "words": f"{each.member.owner.short_name} {each.thing.name}",
        "stays": each.member.stays,
        "own": each.own,
        "exact": each.thing.exact,
    }


def _course(person: Person, page: Page) -> None:
    """The rounds of the case, and why members came back from the last one that ended."""
    page.case = Case.objects.filter(kind=moves.CASE_KIND, subject_id=page.proposal.pk).first()
    if page.case is None:
        return
    page.chapters = reviews.course(page.case, reviews.side_in(page.case, person))
    ended = next((chapter.round for chapter in page.chapters if chapter.round.ended_at), None)
    if ended is None or page.proposal.state != Proposal.State.ANSWERED or reads_as_owner(person):
        return
    by_key = {each.member.pk: each for each in page.members}
    page.returned = [
        (by_key[key].thing.name, side, reason) for key, side, reason in reviews.returned_items(ended) if key in by_key
    ]


def _acts(page: Page) -> set[str]:
    """What the office can press."""
    proposal = page.proposal
    found = {act for act in ("ask", "dismiss", "resume") if moves.may_move(proposal, act)}
    if any(each.member.settled_measure for each in page.members):
        found.discard("dismiss")
    if all(each.member.fixed for each in page.members):
        found.discard("ask")
    if proposal.state in moves.WITH_OFFICE:
        found.add("amend")
    if moves.may_move(proposal, "hand_over") and not (proposal.state == Proposal.State.ASKED and page.in_time):
        found.add("hand_over")
    if proposal.state == Proposal.State.IN_REVIEW and not any(
        state.closing for chapter in page.chapters[:1] for state in chapter.sides
    ):
        found.add("withdraw")
    return found
