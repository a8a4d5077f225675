"""What the pages of reviews read: the queue, verdicts as of a round, returned items, the course of a case.

The hiding rule stands in `shown_sides` alone: nobody sees a side's verdicts on a round under way but that side itself,
and the other side once it has closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from agencies.models import Person
from agencies.permissions import is_clerk

from . import parts
from .models import Case, Choice, Closing, Decision, Item, Participation, Round, Side, Verdict
from .outcomes import VERDICTS, disagreements
from .permissions import sees_reviews, sides_of

BOTH = "双方"
"""Whose word it is that the two sides settled one item differently."""

# --- who stands where -----------------------------------------------------------------------------------------------


def has_business_sight(person: Person) -> bool:
    """Everybody but the three administrators (三员分立)."""
    return is_clerk(person) or sees_reviews(person)


def may_see_reviews(person: Person) -> bool:
    """Reviewers and deputies, office and leader; clerks see the outcome on their own report's page."""
    return sees_reviews(person)


def side_of(person: Person) -> Side | None:
    """The side a person acts for by role or delegation; None for office, leader and everybody else."""
    return next(iter(sides_of(person)), None)


def side_in(case: Case, person: Person) -> Side | None:
    """The side the person may act for in this very case; None for its authors and for who acted for the other side."""
    return parts.side_in(case, person)


def is_author(case: Case, person: Person) -> bool:
    return Participation.objects.filter(case=case, person=person, part=Participation.Part.AUTHOR).exists()


def shown_sides(round_: Round, own: Side | None, closed: Collection[str]) -> tuple[Side, ...]:
    """The sides whose verdicts on this round may be shown to somebody who acts for `own` (None: for no side).

    `closed`: the sides that have closed the round. Nobody had closed one that the unit took back, and what was said in
    it holds on in the next: it stays hidden.
    """
    if round_.ended_at is not None and round_.outcome != Round.Outcome.WITHDRAWN:
        return tuple(Side)
    if own is None:
        return ()
    return tuple(Side) if own in closed else (own,)


# --- the queue ------------------------------------------------------------------------------------------------------

WAITING, UNDER_WAY, ENDED, ALL = "waiting", "under_way", "ended", "all"
TABS: Final = {WAITING: "待本方审核", UNDER_WAY: "待对方办结", ENDED: "已结束", ALL: "全部"}
TABS_OF_READERS: Final = {UNDER_WAY: "审核中", ENDED: "已结束", ALL: "全部"}


def tabs_of(side: Side | None) -> dict[str, str]:
    return TABS if side else TABS_OF_READERS


def rounds_seen(person: Person) -> QuerySet[Round]:
    """The latest round of every case that the person may see."""
    newer = Round.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    return Round.objects.filter(~Exists(newer), case__in=Case.objects.visible_to(person))


def in_tab(tab: str, side: Side | None) -> Q:
    """The condition on latest rounds that a tab of the queue stands for."""
    under_way = Q(ended_at=None)
    if tab == WAITING:
        return under_way & Q(~Exists(_closing(side)))
    if tab == UNDER_WAY:
        return under_way & Q(Exists(_closing(side))) if side else under_way
    return ~under_way if tab == ENDED else Q()


def _closing(side: Side | None) -> QuerySet[Closing]:
    return Closing.objects.filter(round=OuterRef("pk"), side=side or "")


def sides_from(side: Side | None) -> tuple[Side, Side]:
    """One's own side and the other; for who has none, the data bureau and the police."""
    own = side or Side.DATA
    return own, next(one for one in Side if one != own)


def queue(person: Person, tab: str, agency: str = "") -> QuerySet[Round]:
    """Latest rounds in a tab, of one agency (code) or all: under way by due day, then oldest first; ended newest first.

    Each with `waits` (whole days since it was submitted, by the database's calendar), `own_closed`, `own_begun`,
    `other_closed` (of the sides as in `sides_from`) and `is_author` (of the person).
    """
    side, other = sides_from(side_of(person))
    begun = Verdict.objects.filter(case=OuterRef("case"), side=side, superseded_at=None, round=OuterRef("pk"))
    rounds = rounds_seen(person).filter(in_tab(tab, side_of(person)))
    if agency:
        rounds = rounds.filter(case__agency__code=agency)
    return (
        rounds.select_related("case__agency")
        .annotate(
            waits=ExpressionWrapper(TruncDate(Now()) - TruncDate("opened_at"), output_field=DurationField()),
            own_closed=Exists(_closing(side)),
            other_closed=Exists(_closing(other)),
            own_begun=Exists(begun),
            is_author=_filed_by(person),
        )
        .order_by(F("ended_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "opened_at", "pk")
    )


def _filed_by(person: Person) -> Exists:
    return Exists(Participation.objects.filter(case=OuterRef("case"), person=person, part=Participation.Part.AUTHOR))


def tab_counts(person: Person, agency: str = "") -> dict[str, int]:
    """How many latest rounds each tab of the person's queue holds; one query."""
    side = side_of(person)
    rounds = rounds_seen(person)
    if agency:
        rounds = rounds.filter(case__agency__code=agency)
    return rounds.aggregate(**{tab: Count("pk", filter=in_tab(tab, side)) for tab in tabs_of(side)})


def most_urgent(person: Person, after: Case | None = None) -> Any:
    """The first of the rounds that wait for the person's side, as `queue` orders them, or None.

    Not of the case `after`, nor of one that the person has filed.
    """
    rounds = queue(person, WAITING).filter(~_filed_by(person))
    return (rounds.exclude(case=after) if after else rounds).first()


# --- verdicts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A side's verdict on an item, as it stood in the round that was asked for. `answer`: what the unit answered."""

    side: str
    decision: str
    reason: str
    post: str
    at: datetime
    choice: str = ""
    answer: str = ""

    @property
    def side_label(self) -> str:
        return Side(self.side).label

    @property
    def choice_label(self) -> str:
        return Choice(self.choice).label if self.choice else ""


def verdicts(
    round_: Round, sides: Iterable[str], keys: Collection[int] | None = None, decision: str = ""
) -> dict[int, dict[str, Said]]:
    """Key -> side -> the verdict that held in this round, for these items (None: all), with this decision ("": any).

    In an earlier round it is the last one recorded up to that round, whatever was said of the same content later.
    """
    sides = list(sides)
    if not sides or (keys is not None and not keys):
        return {}
    found: dict[int, dict[str, Said]] = defaultdict(dict)
    table, condition = _as_of(round_)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT said.key, said.side, said.decision, said.reason, p.display_name, said.decided_at, said.choice,
                       coalesce(a.text, '') FROM (
                    SELECT DISTINCT ON (i.key, v.side) i.key, v.* FROM reviews_item i
                    JOIN {table} v ON v.case_id = %(case)s AND v.item_key = i.key AND v.item_hash = i.hash
                         AND v.side = ANY(%(sides)s) {condition}
                    WHERE i.round_id = %(round)s AND (%(every)s OR i.key = ANY(%(keys)s))
                    ORDER BY i.key, v.side, v.id DESC
                ) said JOIN agencies_person p ON p.id = said.person_id
                LEFT JOIN reviews_answer a ON a.verdict_id = said.id
                WHERE %(decision)s IN ('', said.decision) ORDER BY said.key, said.side""",  # noqa: S608
            {
                "case": round_.case_id,
                "round": round_.pk,
                "number": round_.number,
                "sides": [str(side) for side in sides],
                "every": keys is None,
                "keys": list(keys or ()),
                "decision": decision,
            },
        )
        for key, *told in cursor.fetchall():
            found[key][told[0]] = Said(*told)
    return dict(found)


def _as_of(round_: Round) -> tuple[str, str]:
    """Table and condition of the verdicts that count in a round: the latest's current ones, an earlier's up to it."""
    later = Round.objects.filter(case=round_.case_id, number__gt=round_.number)
    if not later.exists():
        return "reviews_verdict", "AND v.superseded_at IS NULL AND %(decision)s IN ('', v.decision)"
    return VERDICTS, "AND EXISTS (SELECT 1 FROM reviews_round r WHERE r.id = v.round_id AND r.number <= %(number)s)"


def keys_said(round_: Round, sides: Iterable[str], decision: str) -> QuerySet[Any]:
    """Keys of the latest round's items that one of these sides decided so; "" for those that none has decided."""
    current = Verdict.objects.filter(
        case=round_.case_id,
        side__in=list(sides),
        item_key=OuterRef("key"),
        item_hash=OuterRef("hash"),
        superseded_at=None,
    )
    items = Item.objects.filter(round=round_)
    if decision:
        items = items.filter(Exists(current.filter(decision=decision)))
    else:
        items = items.filter(~Exists(current.exclude(decision=Decision.QUESTION)))
    return items.values("key")


def returned_items(round_: Round) -> list[tuple[int, str, str]]:
    """(key, the side's name, reason) of every item returned in a round that both sides ended; else empty."""
    if round_.ended_at is None or round_.outcome == Round.Outcome.WITHDRAWN:
        return []
    apart = [(key, BOTH, sentence) for key, sentence in disagreements(round_)]
    return sorted([*returned_by(round_, Side), *apart], key=lambda told: told[0])


def returned_by(round_: Round, sides: Iterable[str]) -> list[tuple[int, str, str]]:
    """The same for certain sides, without asking whether they may be shown. Ordered by key, then by side."""
    return [
        (key, Side(said.side).label, said.reason)
        for key, told in verdicts(round_, sides, decision=Decision.RETURN).items()
        for said in told.values()
    ]


# --- the course of a case -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SideState:
    """Where one side stands in a round. `closing`: None while it has not closed; `shown`: whether its verdicts are."""

    side: Side
    own: bool
    closing: Closing | None
    shown: bool

    @property
    def badge(self) -> str:
        return "closed" if self.closing else "open"

    @property
    def words(self) -> str:
        return f"{self.side.label}{'已办结' if self.closing else '审核中'}"


def side_states(round_: Round, own: Side | None, closings: Iterable[Closing]) -> list[SideState]:
    """Both sides, one's own first. `closings` are the round's."""
    by_side = {closing.side: closing for closing in closings}
    shown = shown_sides(round_, own, by_side)
    states = [SideState(side, side == own, by_side.get(side.value), side in shown) for side in Side]
    return sorted(states, key=lambda state: not state.own)


@dataclass(frozen=True)
class Chapter:
    """One round in the course of a case with both sides, one's own first."""

    round: Round
    sides: list[SideState]

    @property
    def shown(self) -> list[Side]:
        """The sides whose verdicts on this round may be shown."""
        return [state.side for state in self.sides if state.shown]


def course(case: Case, own: Side | None) -> list[Chapter]:
    """All rounds of the case, the newest first, each under the hiding rule. Two queries."""
    rounds = case.rounds.prefetch_related("closings__person", "closings__for_person").order_by("-number")
    return [Chapter(round_, side_states(round_, own, round_.closings.all())) for round_ in rounds]


# --- one item through all rounds ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """What a side once said of an item. `current`: it still holds; `same`: it was said of the content as it is now."""

    round: int
    said: Said
    current: bool
    same: bool
    for_person: str
    answered_by: str
    answered_at: datetime | None


def words_on(case: Case, item: Item, chapters: Iterable[Chapter]) -> list[Word]:
    """What was said of the item in these rounds, as far as each may be shown, the earliest first. One query.

    An item is known by its key; what was said of an earlier content of it is told too.
    """
    shown = {chapter.round.pk: (chapter.round.number, chapter.shown) for chapter in chapters}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.round_id, v.side, v.decision, v.reason, p.display_name, v.decided_at, v.choice,
                       coalesce(a.text, ''), v.superseded_at IS NULL, v.item_hash = %(hash)s,
                       coalesce(f.display_name, ''), coalesce(ap.display_name, ''), a.answered_at
                FROM {VERDICTS} v JOIN agencies_person p ON p.id = v.person_id
                LEFT JOIN agencies_person f ON f.id = v.for_person_id
                LEFT JOIN reviews_answer a ON a.verdict_id = v.id LEFT JOIN agencies_person ap ON ap.id = a.person_id
                WHERE v.case_id = %(case)s AND v.item_key = %(key)s AND v.round_id = ANY(%(rounds)s)
                ORDER BY v.id""",  # noqa: S608
            {"case": case.pk, "key": item.key, "hash": item.hash, "rounds": list(shown)},
        )
        told = []
        for round_id, *said, current, same, for_person, answered_by, answered_at in cursor.fetchall():
            number, sides = shown[round_id]
            if said[0] in sides:
                told.append(Word(number, Said(*said), current, same, for_person, answered_by, answered_at))
        return told
