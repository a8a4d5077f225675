"""What stands of the rounds that have ended: accepted items, and why an item that nobody returned went back."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from .models import Choice, Item, Round, Side

VERDICTS = """(SELECT * FROM reviews_verdict WHERE superseded_at IS NULL
               UNION ALL SELECT * FROM reviews_verdict WHERE superseded_at IS NOT NULL)"""
"""All verdicts, for SQL that looks for those of one case: the current and the superseded ones have an index each."""
TAKEN_IN = (Round.Outcome.ACCEPTED, Round.Outcome.PARTIAL)


def accepted_items(case_id: int) -> QuerySet[Item, Any]:
    """(key, hash) of the items that stand accepted: of each key the latest that was, in rounds not undone."""
    return (
        Item.objects.filter(round__case=case_id, round__outcome__in=TAKEN_IN, round__undone_at=None, returned=False)
        .order_by("key", "-round__number")
        .distinct("key")
        .values_list("key", "hash")
    )


def disagreements(round_: Round) -> list[tuple[int, str]]:
    """(key, sentence) of items that both sides passed in a round that has ended, but settled differently."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH settled AS (
                    SELECT DISTINCT item_key FROM {VERDICTS} v WHERE case_id = %(case)s AND choice <> ''
                ), said AS (
                    SELECT DISTINCT ON (i.key, v.side) i.key, v.side, v.decision, v.choice
                    FROM settled JOIN reviews_item i ON i.round_id = %(round)s AND i.key = settled.item_key
                    JOIN {VERDICTS} v ON v.case_id = %(case)s AND v.item_key = i.key AND v.item_hash = i.hash
                    JOIN reviews_round r ON r.id = v.round_id AND r.number <= %(number)s
                    WHERE i.returned ORDER BY i.key, v.side, v.id DESC
                )
                SELECT d.key, d.choice, p.choice FROM said d JOIN said p ON p.key = d.key
                WHERE d.side = 'data' AND p.side = 'police' AND d.decision = 'pass' AND p.decision = 'pass'
                  AND d.choice <> p.choice
                ORDER BY d.key""",  # noqa: S608
            {"round": round_.pk, "case": round_.case_id, "number": round_.number},
        )
        return [(key, _sentence(data, police)) for key, data, police in cursor.fetchall()]


def _sentence(data: str, police: str) -> str:
    said = {Side.DATA: data, Side.POLICE: police}
    words = "；".join(f"{side.label}：{Choice(choice).label if choice else '未选'}" for side, choice in said.items())
    return f"双方对重复编码的处理不一致（{words}）"
