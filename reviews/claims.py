"""Who of a side has a round open: a hint to colleagues, so that two do not go through the same rows. Never a lock."""

from __future__ import annotations

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from agencies.models import Person

from .models import Claim, Round, Side

MINUTES = 10
"""How long somebody counts as at work after the last page or mark."""
FRESH_SECONDS = 30
"""So young a claim is not written again."""


def touch(round_: Round, side: str, person: Person) -> None:
    """The person is at work on the round."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO reviews_claim (round_id, side, person_id, seen_at) VALUES (%s, %s, %s, now())
               ON CONFLICT (round_id, side, person_id) DO UPDATE SET seen_at = now()
               WHERE reviews_claim.seen_at < now() - %s * interval '1 second'""",
            [round_.pk, side, person.pk, FRESH_SECONDS],
        )


def others(round_: Round, side: Side | None, but: Person) -> list[str]:
    """Names of the colleagues of the side who are at work on the round, the latest first."""
    if side is None or round_.ended_at is not None:
        return []
    alive = Claim.objects.filter(round=round_, side=side).exclude(person=but).annotate(age=Now() - F("seen_at"))
    return [
        str(claim.person)
        for claim in alive.select_related("person").order_by("-seen_at")
        if claim.age.total_seconds() < MINUTES * 60
    ]
