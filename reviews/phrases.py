"""A person's own recent reasons, to be taken up again: nobody writes "编码抄错" a hundred times."""

from __future__ import annotations

from django.db import connection

from agencies.models import Person

from .models import Decision

MOST = 8
ACTS_LOOKED_AT = 60
"""Acts, not verdicts: one act may have marked thousands of rows with the same reason."""


def recent(person: Person, decision: Decision, most: int = MOST) -> list[str]:
    """Different reasons that the person gave for this decision, the latest first; one query, a probe for each act."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE acts (decided_at, reason, number) AS (
                   (SELECT decided_at, reason, 1 FROM reviews_verdict
                    WHERE person_id = %(person)s AND reason <> '' AND decision = %(decision)s
                    ORDER BY decided_at DESC LIMIT 1)
                   UNION ALL
                   SELECT v.decided_at, v.reason, acts.number + 1 FROM acts, LATERAL (
                       SELECT decided_at, reason FROM reviews_verdict
                       WHERE person_id = %(person)s AND reason <> '' AND decision = %(decision)s
                         AND decided_at < acts.decided_at
                       ORDER BY decided_at DESC LIMIT 1) v
                   WHERE acts.number < %(acts)s)
               SELECT reason FROM acts GROUP BY reason ORDER BY max(decided_at) DESC LIMIT %(most)s""",
            {"person": person.pk, "decision": decision.value, "acts": ACTS_LOOKED_AT, "most": most},
        )
        return [reason for (reason,) in cursor.fetchall()]
