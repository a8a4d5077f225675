"""审核记录: what is to be filed of a round, as far as the reader may see it.

Who judged by whose power, what went back and why, what was asked and answered, drawn and settled, and where the journal
has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from audit.models import Entry

from . import answers, queries
from .answers import Question
from .kinds import kind_of
from .models import Case, Choice, Closing, Motion, Round, Sample, Side
from .outcomes import VERDICTS
from .presenting import Overview, Squares
from .queries import Chapter, SideState

MOST = 1000
"""Returned items on paper; the rest stay in the system, and the paper says so."""
ENDS = ("case.accepted", "case.accepted_in_part", "case.returned", "case.withdrawn")
AFTER = ("case.reopened", "case.undone", "motion.made", "motion.refused", "motion.taken_back")


@dataclass(frozen=True)
class Worked:
    """What one person of a side recorded in the round, by whose power."""

    post: str
    for_post: str
    passed: int
    returned: int
    questioned: int
    last_at: datetime


@dataclass(frozen=True)
class SideTold:
    """A side's part. `seq`: the number of its closing in the journal."""

    state: SideState
    people: list[Worked]
    seq: int | None

    @property
    def closing(self) -> Closing | None:
        return self.state.closing


@dataclass(frozen=True)
class Returned:
    place: str
    side: str
    reason: str


@dataclass(frozen=True)
class Settled:
    """How an item was settled by passing it, as each shown side said."""

    place: str
    words: str


@dataclass(frozen=True)
class RoundTold:
    """One round of the record."""

    round: Round
    overview: Overview | None
    code: Squares | None
    sides: list[SideTold]
    returned: list[Returned]
    more: int
    questions: list[Question]
    settled: list[Settled]
    samples: list[Sample]
    annex: Sequence[tuple[str, Sequence[str]]]
    seq: int | None

    @property
    def accepted(self) -> int | None:
        """How many rows were accepted; None while the round is under way."""
        if self.round.outcome not in (Round.Outcome.ACCEPTED, Round.Outcome.PARTIAL):
            return 0 if self.round.ended_at else None
        return self.round.item_count - self.round.items.filter(returned=True).count()


def tell(case: Case, chapters: Sequence[Chapter], asked: Collection[Chapter]) -> list[RoundTold]:
    """These chapters of the case (all: `chapters`), the earliest first."""
    found = Entry.objects.filter(object_type=Case._meta.label_lower, object_id=str(case.pk))
    entries = list(found.filter(action__in=["review.closed", *ENDS]).order_by("seq"))
    return [_round(case, chapter, entries) for chapter in reversed(chapters) if chapter in asked]


def _round(case: Case, chapter: Chapter, entries: Sequence[Entry]) -> RoundTold:
    round_, kind = chapter.round, kind_of(case.kind)
    round_.case = case
    shown = chapter.shown
    content = kind.present(round_) if kind.present else None
    back = queries.returned_items(round_) if round_.ended_at else queries.returned_by(round_, shown)
    settled = _settled(round_, shown)
    keys = {key for key, *_ in back[:MOST]} | set(settled)
    places: Mapping[int, str] = content.places(keys) if content and keys else {}
    closed = {
        entry.facts.get("side"): entry.seq
        for entry in entries
        if entry.action == "review.closed" and entry.facts.get("round") == round_.number
    }
    ended = [entry.seq for entry in entries if entry.action in ENDS and entry.facts.get("round") == round_.number]
    people = _people(round_, shown)
    return RoundTold(
        round=round_,
        overview=content.overview() if content else None,
        code=content.code() if content else None,
        sides=[
            SideTold(state, people.get(state.side.value, []), closed.get(state.side.value))
            for state in sorted(chapter.sides, key=lambda state: state.side != Side.DATA)
        ],
        returned=[Returned(places.get(key, ""), side, reason) for key, side, reason in back[:MOST]],
        more=max(0, len(back) - MOST),
        questions=answers.asked(round_, shown, every=True),
        settled=[Settled(places.get(key, ""), words) for key, words in settled.items()],
        samples=list(Sample.objects.filter(round=round_, side__in=shown).select_related("person").order_by("pk")),
        annex=kind.annex(round_) if kind.annex else (),
        seq=ended[0] if ended else None,
    )


def _people(round_: Round, shown: Collection[Side]) -> dict[str, list[Worked]]:
    """Side -> who of it recorded verdicts in this very round, the last first."""
    found: dict[str, list[Worked]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT v.side, p.display_name, coalesce(f.display_name, ''),
                       count(*) FILTER (WHERE v.decision = 'pass'), count(*) FILTER (WHERE v.decision = 'return'),
                       count(*) FILTER (WHERE v.decision = 'question'), max(v.decided_at)
                FROM {VERDICTS} v JOIN agencies_person p ON p.id = v.person_id
                LEFT JOIN agencies_person f ON f.id = v.for_person_id
                WHERE v.case_id = %s AND v.round_id = %s AND v.side = ANY(%s)
                GROUP BY v.side, p.id, f.id ORDER BY v.side, max(v.decided_at) DESC""",  # noqa: S608
            [round_.case_id, round_.pk, [side.value for side in shown]],
        )
        for side, *told in cursor.fetchall():
            found.setdefault(side, []).append(Worked(*told))
    return found


def _settled(round_: Round, shown: Collection[Side]) -> dict[int, str]:
    """Key -> 数据局：合并，公安局：合并, of the items that these sides passed with a choice, as of this round."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH chosen AS (
                    SELECT DISTINCT item_key FROM {VERDICTS} v WHERE case_id = %(case)s AND choice <> ''
                ), said AS (
                    SELECT DISTINCT ON (i.key, v.side) i.key, v.side, v.choice
                    FROM chosen JOIN reviews_item i ON i.round_id = %(round)s AND i.key = chosen.item_key
                    JOIN {VERDICTS} v ON v.case_id = %(case)s AND v.item_key = i.key AND v.item_hash = i.hash
                    JOIN reviews_round r ON r.id = v.round_id AND r.number <= %(number)s
                    WHERE v.side = ANY(%(sides)s) ORDER BY i.key, v.side, v.id DESC
                )
                SELECT key, side, choice FROM said WHERE choice <> '' ORDER BY key, side""",  # noqa: S608
            {
                "case": round_.case_id,
                "round": round_.pk,
                "number": round_.number,
                "sides": [side.value for side in shown],
            },
        )
        words: dict[int, list[str]] = {}
        for key, side, choice in cursor.fetchall():
            words.setdefault(key, []).append(f"{Side(side).label}：{Choice(choice).label}")
    return {key: "，".join(said) for key, said in words.items()}


@dataclass(frozen=True)
class Moved:
    """A motion with the journal's numbers of its making and its end."""

    motion: Motion
    seqs: list[int]


def motions(case: Case, *, open_too: bool) -> list[Moved]:
    """The motions of the case with the journal's numbers, the earliest first; `open_too`: those not answered yet."""
    found = Entry.objects.filter(object_type=Case._meta.label_lower, object_id=str(case.pk), action__in=AFTER)
    seqs = list(found.order_by("seq").values_list("seq", flat=True))
    told = case.motions.select_related("round", "person", "for_person", "answered_by", "answered_for").order_by("pk")
    # Each motion has two entries, its making and its end; the last one may still be open.
    shown = [Moved(motion, seqs[2 * at : 2 * at + 2]) for at, motion in enumerate(told)]
    return [one for one in shown if open_too or one.motion.answer]
