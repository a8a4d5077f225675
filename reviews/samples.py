"""Items drawn by lot for a closer look, so that nobody can say that they were chosen: anybody can draw them again.

The first `size` items of the round in the order of sha256("seed:key") are the sample; the seed is drawn by the machine
and recorded with the journal's entry before anybody has seen what it leads to.
"""

from __future__ import annotations

import secrets
from functools import lru_cache

from django.db import connection, transaction

from agencies.models import Person
from audit import journal
from audit.failures import Invalid, require

from .locks import lock_round
from .models import Round, Sample, Side
from .parts import side_in

MOST = 500
"""Items of one sample: more than anybody looks at one by one."""


def draw(by: Person, round_id: int, side: str, size: int, *, version_hash: str) -> Sample:
    """Draw so many items of the round; raises as every act of a side does, Invalid for a size that makes no sense."""
    with transaction.atomic():
        round_ = lock_round(by, round_id, side, version_hash)
        require(side_in(round_.case, by) == side, "您参与了本件的填报或代表过另一方，不能办理。")
        most = min(MOST, round_.item_count)
        if not 1 <= size <= most:
            raise Invalid(f"请填 1 到 {most} 之间的行数。")
        sample = Sample.objects.create(round=round_, side=side, seed=secrets.token_hex(8), size=size, person=by)
        journal.record(
            by,
            "review.sampled",
            round_.case,
            agency_id=round_.case.agency_id,
            round=round_.number,
            side=side,
            seed=sample.seed,
            rows=size,
        )
    return sample


def of_side(round_: Round, side: Side | None) -> list[Sample]:
    """The samples that a side has drawn in the round, the latest first."""
    if side is None:
        return []
    return list(Sample.objects.filter(round=round_, side=side).select_related("person"))


def keys(sample: Sample) -> list[int]:
    """The items of the sample, in the order in which they were drawn. The items of a round never change."""
    return list(_drawn(sample.round_id, sample.seed, sample.size))


@lru_cache(maxsize=32)
def _drawn(round_id: int, seed: str, size: int) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT key FROM reviews_item WHERE round_id = %s
               ORDER BY sha256(convert_to(%s || ':' || key, 'UTF8')), key LIMIT %s""",
            [round_id, seed, size],
        )
        return tuple(key for (key,) in cursor.fetchall())
