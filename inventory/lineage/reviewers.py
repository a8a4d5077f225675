"""Who answers for a registered version: both sides' words on exactly its content, closings, a withdrawal's movers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from registry.lineage import Reviewer
from reviews.models import Choice, Closing, Decision, Motion, Round, Side, Verdict


class Content(NamedTuple):
    """One item of a round: the row's (or the mark's) key and the hash of what it says."""

    round: Round
    key: int
    hash: str


def verdicts_on(contents: Collection[Content]) -> dict[Content, list[Reviewer]]:
    """The words that stood when each round ended, one a side where both gave theirs; at most two queries.

    A verdict may be of an earlier round of the case: content that did not change keeps it. Later rounds do not count,
    nor does it matter that a withdrawal of the batch has superseded it since. The words come first from those in force,
    for which there is an index.
    """
    wanted = {(content.round.case_id, content.key) for content in contents}
    asked = Verdict.objects.filter(
        case__in={case for case, _ in wanted}, side__in=Side.values, item_key__in={key for _, key in wanted}
    )
    stood = _stood(contents, _read(asked.filter(superseded_at=None)) if wanted else [])
    if any(len(by_side) < len(Side) for by_side in stood.values()):
        stood = _stood(contents, [verdict for by_side in stood.values() for verdict in by_side.values()], _read(asked))
    return {
        content: [_reviewer(verdict, verdict.decided_at, Decision(verdict.decision).label) for verdict in found]
        for content, by_side in stood.items()
        if (found := [by_side[side] for side in Side.values if side in by_side])
    }


def _read(verdicts: QuerySet[Verdict]) -> QuerySet[Verdict]:
    return verdicts.select_related("person", "for_person", "round")


def _stood(contents: Collection[Content], *sources: Iterable[Verdict]) -> dict[Content, dict[str, Verdict]]:
    """By side, the last verdict on each content up to its round."""
    known: dict[tuple[int, int, str], list[Verdict]] = defaultdict(list)
    for verdict in (each for source in sources for each in source):
        known[verdict.case_id, verdict.item_key, verdict.item_hash].append(verdict)
    stood: dict[Content, dict[str, Verdict]] = {}
    for content in contents:
        found = stood.setdefault(content, {})
        for verdict in known[content.round.case_id, content.key, content.hash]:
            standing = found.get(verdict.side)
            if verdict.round.number <= content.round.number and (standing is None or standing.pk < verdict.pk):
                found[verdict.side] = verdict
    return stood


def closers_of(rounds: Collection[int]) -> dict[int, list[Reviewer]]:
    """By round: who closed each side; one query."""
    found: dict[int, list[Reviewer]] = defaultdict(list)
    closings = Closing.objects.filter(round__in=rounds).select_related("person", "for_person")
    for closing in closings.order_by("closed_at", "pk"):
        found[closing.round_id].append(_reviewer(closing, closing.closed_at, "办结"))
    return found


def movers_of(rounds: Collection[int]) -> dict[int, tuple[str, Sequence[Reviewer]]]:
    """By round whose batch was withdrawn: the reason, and who moved and who agreed; one query."""
    motions = Motion.objects.filter(round__in=rounds, kind=Motion.Kind.UNDO, answer=Motion.Answer.AGREED)
    found: dict[int, tuple[str, Sequence[Reviewer]]] = {}
    for motion in motions.select_related("person", "for_person", "answered_by", "answered_for").order_by("pk"):
        moved = _reviewer(motion, motion.moved_at, "提出撤销")
        lent_by = str(motion.answered_for) if motion.answered_for else ""
        agreed = Reviewer(
            Side(motion.answered_side).label,
            str(motion.answered_by),
            motion.answered_at or motion.moved_at,
            "同意撤销",
            lent_by,
        )
        found[motion.round_id] = (motion.reason, [moved, agreed])
    return found


def _reviewer(act: Any, at: Any, word: str) -> Reviewer:
    """`act`: a verdict, closing or motion."""
    choice = getattr(act, "choice", "")
    return Reviewer(
        side=Side(act.side).label,
        post=str(act.person),
        at=at,
        word=word,
        lent_by=str(act.for_person) if act.for_person else "",
        settled=Choice(choice).label if choice else "",
    )
