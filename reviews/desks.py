"""Each side's kept counters in a round, so that no page counts a hundred thousand verdicts.

Every act changes them by exactly what it wrote, under the lock of the case. A closing counts for itself: it is a
statement, not a page.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from .models import Decision, Desk, Round, Side
from .whole import whole_rounds

COUNTER = {Decision.PASS.value: "passed", Decision.RETURN.value: "returned", Decision.QUESTION.value: "questioned"}


def set_up(round_: Round) -> None:
    """Both desks of a round that was just opened, with the verdicts that its unchanged items bring along."""
    carried = {side: counted(round_, side) for side in Side} if round_.number > 1 else {}
    Desk.objects.bulk_create(
        Desk(round=round_, side=side, passed=told["pass"], returned=told["return"], questioned=told["question"])
        for side in Side
        for told in [carried.get(side, dict.fromkeys(Decision.values, 0))]
    )


def move(round_: Round, side: str, changed: Mapping[str, int]) -> None:
    """Add to the counters: decision -> how many more, or fewer. Raises Desk.DoesNotExist for a round without desks."""
    steps = [changed.get(decision, 0) for decision in COUNTER]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE reviews_desk SET passed = passed + %s, returned = returned + %s, questioned = questioned + %s
               WHERE round_id = %s AND side = %s""",
            [*steps, round_.pk, side],
        )
        if cursor.rowcount != 1:
            raise Desk.DoesNotExist


def tally_of(round_: Round, side: str) -> dict[str, int]:
    """How many items of the round this side passed, returned, and left open (undecided or in question); as kept."""
    desk = Desk.objects.get(round=round_, side=side)
    return {
        "pass": desk.passed,
        "return": desk.returned,
        "open": round_.item_count - desk.passed - desk.returned,
    }


def counted(round_: Round, side: str) -> dict[str, int]:
    """Decision -> items of the round with this verdict of the side's, counted one by one; "open": those with none."""
    with whole_rounds() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE v.decision = 'pass'), count(*) FILTER (WHERE v.decision = 'return'),
                      count(*) FILTER (WHERE v.decision = 'question'), count(*) FILTER (WHERE v.decision IS NULL)
               FROM reviews_item i LEFT JOIN reviews_verdict v
                 ON v.case_id = %s AND v.side = %s AND v.item_key = i.key AND v.item_hash = i.hash
                AND v.superseded_at IS NULL
               WHERE i.round_id = %s""",
            [round_.case_id, side, round_.pk],
        )
        return dict(zip(("pass", "return", "question", "open"), cursor.fetchone(), strict=True))
