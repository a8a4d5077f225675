"""Questions that a side has asked of the unit in the round under way, with what was answered.

The unit sees who asked what: it is asked. Whoever may still judge the case for one side does not see the other's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from agencies.models import Person

from . import queries
from .kinds import kind_of, spoken_for_by
from .models import Case, Decision, Item, Participation, Round, Side, Verdict
from .outcomes import VERDICTS
from .questions import may_answer


@dataclass(frozen=True)
class Question:
    """`decided`: the side has meanwhile passed or returned the row; such a question is told only with its answer."""

    verdict: int
    key: int
    side: str
    post: str
    asked_at: datetime
    text: str
    decided: bool
    answer: str
    answered_by: str
    answered_at: datetime | None
    place: str = ""

    @property
    def side_label(self) -> str:
        return Side(self.side).label

    @property
    def is_open(self) -> bool:
        return not self.answer and not self.decided


def asked(round_: Round, sides: Iterable[str], *, every: bool = False) -> list[Question]:
    """What these sides asked about the round's content, then or before, the unanswered first.

    `every`: those too that a side decided without waiting for an answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.id, v.item_key, v.side, p.display_name, v.decided_at, v.reason, v.superseded_at IS NOT NULL,
                       coalesce(a.text, ''), coalesce(ap.display_name, ''), a.answered_at
                FROM {VERDICTS} v JOIN agencies_person p ON p.id = v.person_id
                JOIN reviews_item i ON i.round_id = %s AND i.key = v.item_key AND i.hash = v.item_hash
                JOIN reviews_round r ON r.id = v.round_id AND r.number <= %s
                LEFT JOIN reviews_answer a ON a.verdict_id = v.id LEFT JOIN agencies_person ap ON ap.id = a.person_id
                WHERE v.case_id = %s AND v.decision = 'question' AND v.side = ANY(%s)
                  AND (%s OR v.superseded_at IS NULL OR a.id IS NOT NULL)
                ORDER BY a.id IS NOT NULL, v.id""",  # noqa: S608
            [round_.pk, round_.number, round_.case_id, [str(side) for side in sides], every],
        )
        found = [Question(*told) for told in cursor.fetchall()]
    return with_places(round_, found)


def with_places(round_: Round, found: list[Question]) -> list[Question]:
    """Each with where its row stands and what it is called."""
    present = kind_of(round_.case.kind).present
    if not found or present is None:
        return found
    places = present(round_).places({one.key for one in found})
    return [Question(**{**vars(one), "place": places.get(one.key, "")}) for one in found]


def of_unit(person: Person, kind: str, subject_id: int) -> list[Question]:
    """The questions that the person may see and answer for the unit; empty for everybody else and after the round."""
    case = Case.objects.select_related("agency").filter(kind=kind, subject_id=subject_id, state=Case.State.OPEN).first()
    if case is None or not may_answer(person, case):
        return []
    round_ = case.rounds.filter(ended_at=None).first()
    if round_ is None:
        return []
    round_.case = case
    own = queries.side_in(case, person)
    if own is None:
        return asked(round_, Side)
    closed = set(round_.closings.values_list("side", flat=True))
    return asked(round_, queries.shown_sides(round_, own, closed))


@dataclass(frozen=True)
class Waiting:
    """A case of the unit's with questions that wait for its answer."""

    case: Case
    count: int
    since: datetime


def waiting(person: Person) -> list[Waiting]:
    """Cases of the person's agency with unanswered questions, for who speaks for it. Two queries at most."""
    if not spoken_for_by(person):
        return []
    found = unanswered(person).values("case").annotate(count=Count("pk"), since=Min("decided_at")).order_by("since")
    counted = {one["case"]: one for one in found}
    cases = Case.objects.select_related("agency").in_bulk(counted)
    return [Waiting(cases[pk], one["count"], one["since"]) for pk, one in counted.items()]


def unanswered(person: Person) -> QuerySet[Verdict]:
    """Open questions of rounds under way to the person's agency, of those it may answer by role, without an answer."""
    same = Item.objects.filter(
        round__case=OuterRef("case"), round__ended_at=None, key=OuterRef("item_key"), hash=OuterRef("item_hash")
    )
    found = Verdict.objects.filter(
        Exists(same),
        decision=Decision.QUESTION,
        superseded_at=None,
        answer=None,
        case__agency=person.agency_id,
        case__kind__in=spoken_for_by(person),
    )
    if queries.side_of(person) is None:
        return found
    parts = Participation.objects.filter(person=person, part=Participation.Part.AUTHOR)
    return found.filter(case__in=parts.values("case"))
