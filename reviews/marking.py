"""A side says what it thinks of items: pass, return with a reason, question; with a choice where one is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from agencies.models import Person
from audit import journal
from audit.failures import Invalid

from . import announcing, desks
from .kinds import choices as choosing
from .locks import lock_round
from .models import Choice, Decision, Round
from .parts import join_side
from .words import in_words, reason_from

TOLD = "unnest(%s::bigint[], %s::text[]) AS told (key, choice)"
"""The ticked keys with their choices, as a table of the statement."""


@dataclass(frozen=True)
class _Mark:
    """What is to be written on the round's items: all but `left_open` (`keys` None), or these with their choices."""

    round: Round
    side: str
    by: Person
    for_person: Person | None
    decision: Decision
    reason: str
    keys: Sequence[int] | None
    choices: Mapping[int, Choice]
    left_open: Sequence[int] = field(default_factory=tuple)

    @property
    def chosen(self) -> list[str]:
        """The choice of each key, in the keys' order."""
        return [self.choices.get(key, Choice.NONE).value for key in self.keys or ()]


def mark(
    by: Person,
    round_id: int,
    side: str,
    decision: Decision,
    *,
    version_hash: str,
    keys: Sequence[int] | None = None,
    reason: str = "",
    choices: Mapping[int, Choice] | None = None,
) -> int:
    """Record one side's verdict on the items with these keys, or (None) on every item it has not decided yet.

    A new verdict supersedes the side's earlier one on the same content; the very same verdict again changes nothing and
    leaves no second audit row. Returns the number of verdicts recorded. Items that nobody may simply pass
    (`Kind.choices`) are left open by a pass of all; a ticked one needs a choice from its offer in `choices`.

    Raises Invalid without a reason for a return or a question, without keys, for a key that is no item of the round,
    for a pass of an item that can only be returned, and for a choice that is missing, not offered or needless.
    """
    reason = reason.strip() if decision == Decision.PASS else reason_from(reason, "请写明理由，便于填报单位修改。")
    if keys is not None and not keys:
        raise Invalid("还没有选择任何一行。请先勾选，再操作。")
    keys = None if keys is None else sorted(set(keys))
    with transaction.atomic():
        round_ = lock_round(by, round_id, side, version_hash)
        for_person = join_side(round_.case, by, side)
        if keys is not None and _items_among(round_, keys) != len(keys):
            raise Invalid("所选的行不属于本轮审核，请刷新页面重新选择。")
        told: Mapping[int, Choice] = {}
        left_open: Sequence[int] = ()
        if decision == Decision.PASS:
            told, left_open = _settle(round_, keys, choices or {})
        said = _Mark(round_, side, by, for_person, decision, reason, keys, told, left_open)
        count = _write(said)
        if not count:
            transaction.set_rollback(True)  # nothing was said, so the person has not joined the case by it either
            return 0
        _tell(said, count)
        _record(said, count)
    return count


def _items_among(round_: Round, keys: Sequence[int]) -> int:
    """How many of these are items of the round. One array, for a press may mean a hundred thousand of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM reviews_item WHERE round_id = %s AND key = ANY(%s)", [round_.pk, list(keys)]
        )
        return int(cursor.fetchone()[0])


def _settle(
    round_: Round, keys: Sequence[int] | None, choices: Mapping[int, Choice]
) -> tuple[Mapping[int, Choice], Sequence[int]]:
    """The choices to be written with a pass of these keys, and the items that a pass of all leaves open."""
    stands = choosing(round_, keys)
    if keys is None:
        return {}, tuple(stands)
    told = {key: Choice(choices.get(key, Choice.NONE)) for key in keys}
    stopped = [stands[key].says for key in keys if key in stands and not stands[key].offer]
    if stopped:
        raise Invalid(f"所选的行里有 {len(stopped)} 行不能通过：{in_words(stopped)}请退回这些行，由填报单位核对。")
    unsaid = [stands[key].says for key in keys if key in stands and told[key] not in stands[key].offer]
    if unsaid:
        offered = {choice for key in keys if key in stands for choice in stands[key].offer}
        words = "、".join(choice.label for choice in Choice if choice in offered)
        raise Invalid(f"所选的行里有 {len(unsaid)} 行要先选定怎样处理（{words}），才能通过：{in_words(unsaid)}")
    if needless := sum(told[key] != Choice.NONE and key not in stands for key in keys):
        raise Invalid(f"所选的行里有 {needless} 行的编码已不再重复，不用选处理方式。请刷新页面，再标为通过。")
    return told, ()


def _write(said: _Mark) -> int:
    """Supersede what the side said otherwise, write what is new, and move the desk's counters by both."""
    gone = _supersede(said) if said.keys is not None else {}
    count = _insert(said)
    if count:
        moved = Counter({said.decision.value: count})
        moved.subtract(gone)
        desks.move(said.round, said.side, moved)
    return count


def _supersede(said: _Mark) -> dict[str, int]:
    """Decision -> how many current verdicts on these items gave way to another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH gone AS (
                   UPDATE reviews_verdict v SET superseded_at = statement_timestamp()
                   FROM reviews_item i JOIN {TOLD} ON told.key = i.key
                   WHERE i.round_id = %s AND v.case_id = %s AND v.side = %s
                     AND v.item_key = i.key AND v.item_hash = i.hash AND v.superseded_at IS NULL
                     AND (v.decision, v.reason, v.choice) <> (%s, %s, told.choice)
                   RETURNING v.decision
               ) SELECT decision, count(*) FROM gone GROUP BY decision""",  # noqa: S608
            [
                list(said.keys or ()),
                said.chosen,
                said.round.pk,
                said.round.case_id,
                said.side,
                said.decision.value,
                said.reason,
            ],
        )
        return dict(cursor.fetchall())


def _insert(said: _Mark) -> int:
    """Write the verdict on every item meant that has none of the side's; returns how many."""
    every = said.keys is None
    told = "CROSS JOIN (VALUES ('')) AS told (choice)" if every else f"JOIN {TOLD} ON told.key = i.key"
    chosen: list[list[Any]] = [list(said.left_open)] if every else [list(said.keys or ()), said.chosen]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO reviews_verdict (case_id, round_id, item_key, item_hash, side, person_id, for_person_id,
                                             decision, reason, decided_at, choice)
                SELECT %s, i.round_id, i.key, i.hash, %s, %s, %s, %s, %s, statement_timestamp(), told.choice
                FROM reviews_item i {told}
                WHERE {"NOT i.key = ANY(%s) AND" if every else ""} i.round_id = %s
                ON CONFLICT (case_id, side, item_key, item_hash) WHERE superseded_at IS NULL DO NOTHING""",  # noqa: S608
            [
                said.round.case_id,
                said.side,
                said.by.pk,
                said.for_person.pk if said.for_person else None,
                said.decision.value,
                said.reason,
                *chosen,
                said.round.pk,
            ],
        )
        return int(cursor.rowcount)


def _tell(said: _Mark, count: int) -> None:
    """The unit hears of questions; once the side has none left, its clerks' notices end."""
    case = said.round.case
    if said.decision == Decision.QUESTION:
        announcing.questioned(case, said.side, said.by, count)
    elif not said.round.desks.filter(side=said.side, questioned__gt=0).exists():
        announcing.no_question_left(case, said.side)


def _record(said: _Mark, count: int) -> None:
    chosen = Counter(choice for choice in said.chosen if choice)
    journal.record(
        said.by,
        "review.marked",
        said.round.case,
        agency_id=said.round.case.agency_id,
        round=said.round.number,
        side=said.side,
        decision=said.decision.value,
        rows=count,
        **({"reason": said.reason} if said.reason else {}),
        **({"settled": dict(chosen)} if chosen else {}),
        **for_whom(said.for_person),
    )


def for_whom(lender: Person | None) -> dict[str, str]:
    """The fact of the journal that says whose power was used, where it was not the actor's own."""
    return {"for": lender.get_username()} if lender else {}
