"""The queue as its page shows it: how long each case has waited, when it is due, who has it open, what it waits for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from agencies.models import Person

from . import queries, workdays
from .claims import MINUTES
from .delegations import today
from .models import Case, Claim, Desk, Motion, Participation, Round, Side
from .queries import ALL, ENDED, UNDER_WAY, WAITING

MOTIONS = "motions"
TABS: Final = {
    WAITING: "待本方审核",
    UNDER_WAY: "待对方办结",
    MOTIONS: "动议待答复",
    ENDED: "已结束",
    ALL: "全部",
}
TABS_OF_READERS: Final = {UNDER_WAY: "审核中", MOTIONS: "动议待答复", ENDED: "已结束", ALL: "全部"}


@dataclass(frozen=True)
class Term:
    """When a round is due: the words, and the tone they are shown in ("" while there is time)."""

    day: dt.date
    words: str
    tone: str = ""

    @property
    def is_late(self) -> bool:
        return self.tone == "is-bad"


@dataclass(frozen=True)
class Queued:
    """A line. `done` of `round.item_count` items have the own side's verdict; `claims`: colleagues who have it open."""

    round: Any
    term: Term | None
    claims: list[str]
    motion: str
    is_mine_to_answer: bool
    fate: str

    @property
    def case(self) -> Case:
        case: Case = self.round.case
        return case


def term_of(due_on: dt.date, now: dt.date) -> Term:
    """剩 2 个工作日, 今天到期, 逾期 1 天: working days are counted as long as there are any left, then every day."""
    if due_on < now:
        return Term(due_on, f"逾期 {(now - due_on).days} 天", "is-bad")
    left = workdays.between(now, due_on)
    if not left:
        return Term(due_on, "今天到期", "is-attention")
    return Term(due_on, f"剩 {left} 个工作日", "is-attention" if left == 1 else "")


def tabs_of(side: Side | None) -> dict[str, str]:
    return TABS if side else TABS_OF_READERS


def rounds(person: Person, tab: str, agency: str = "") -> QuerySet[Round]:
    """As `queries.queue`, with the own side's counters and the motion that waits for an answer."""
    side = queries.side_of(person)
    desk = Desk.objects.filter(round=OuterRef("pk"), side=side or "")
    found = queries.queue(person, ALL if tab == MOTIONS else tab, agency)
    if tab == MOTIONS:
        found = found.filter(_with_motion())
    return found.annotate(
        own_done=Subquery(desk.annotate(done=F("passed") + F("returned")).values("done")),
        own_questions=Subquery(desk.values("questioned")),
        motion_side=Subquery(_motion().values("side")),
        motion_kind=Subquery(_motion().values("kind")),
    )


def _motion() -> QuerySet[Motion]:
    """A case has one open motion at most."""
    return Motion.objects.filter(case=OuterRef("case"), answer=Motion.Answer.OPEN)


def _with_motion() -> Q:
    return Q(case__in=Motion.objects.filter(answer=Motion.Answer.OPEN).values("case"))


def tab_counts(person: Person, agency: str = "") -> dict[str, int]:
    """How many cases each tab holds; two queries."""
    seen = queries.rounds_seen(person).filter(_with_motion())
    if agency:
        seen = seen.filter(case__agency__code=agency)
    return {**queries.tab_counts(person, agency), MOTIONS: seen.count()}


def motions_to_answer(person: Person) -> QuerySet[Motion]:
    """Motions of the other side that the person may answer, the oldest first."""
    side = queries.side_of(person)
    if side is None:
        return Motion.objects.none()
    seen = Case.objects.visible_to(person).exclude(_other_part(person, side))
    waiting = Motion.objects.filter(answer=Motion.Answer.OPEN, case__in=seen).exclude(side=side)
    return waiting.select_related("case__agency", "round").order_by("moved_at", "pk")


def _other_part(person: Person, side: Side) -> Q:
    """Cases in which the person plays another part than this side's."""
    others = Participation.objects.filter(person=person).exclude(part=side.value)
    return Q(pk__in=others.values("case"))


def lines(person: Person, found: Iterable[Round]) -> list[Queued]:
    """The lines of a page; three queries however many there are."""
    page: list[Any] = list(found)
    side, now = queries.side_of(person), today()
    claims = claimed(page, side, person) if side else {}
    return [
        Queued(
            round=one,
            term=term_of(one.due_on, now) if one.due_on and one.ended_at is None else None,
            claims=claims.get(one.pk, []),
            motion=_words(one, side),
            is_mine_to_answer=bool(side and one.motion_side and one.motion_side != side),
            fate=_fate(one),
        )
        for one in page
    ]


def claimed(rounds_: Collection[Round], side: str, person: Person) -> dict[int, list[str]]:
    """Round -> colleagues of the side who had it open a moment ago, the last first; never the person."""
    seen = Claim.objects.filter(
        round__in=rounds_, side=side, seen_at__gt=Now() - dt.timedelta(minutes=MINUTES)
    ).exclude(person=person)
    found: dict[int, list[str]] = defaultdict(list)
    for claim in seen.select_related("person").order_by("-seen_at"):
        found[claim.round_id].append(str(claim.person))
    return dict(found)


def _words(round_: Any, side: Side | None) -> str:
    if not round_.motion_side:
        return ""
    what = Motion.Kind(round_.motion_kind).label
    if side is None:
        return f"{what}：待{queries.sides_from(Side(round_.motion_side))[1].label}答复"
    return f"{what}：待{'对方' if round_.motion_side == side else '本方'}答复"


def _fate(round_: Round) -> str:
    """What has become of a decided case since: undone, given back by both sides, or "" for nothing."""
    if round_.undone_at is not None:
        return "已撤销入库"
    reopened = round_.outcome == Round.Outcome.ACCEPTED and round_.case.state == Case.State.RETURNED
    return "已重新开启" if reopened else ""
