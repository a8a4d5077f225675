"""Many rows passed by one explicit act: those that nothing speaks against, or all that are open, under the filters.

What is passed is said before with its count, and the act carries a digest of exactly these rows: should a single one
have come or gone meanwhile (a colleague marked it), nothing is passed and the new count is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid

from .kinds import choices, kind_of
from .listing import Wanted, verdicts_on_items, wanted_items
from .locks import lock_round
from .marking import mark
from .models import Decision, Round, Side
from .presenting import Asked, Presented

CLEAN, ALL = "clean", "all"
FIRST = 10


@dataclass(frozen=True)
class Lot:
    """The rows that one act would pass. `warned`: how many of them something speaks against; `first`: some places.

    `apart`: open rows under the filters that need a decision of their own and are not among them.
    """

    keys: Sequence[int]
    warned: int
    first: Sequence[str]
    apart: int

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def unlisted(self) -> int:
        return self.count - len(self.first)

    @property
    def digest(self) -> str:
        return hashlib.sha256(",".join(map(str, self.keys)).encode()).hexdigest()[:32]


def lot(round_: Round, content: Presented, wanted: Wanted, side: Side, which: str) -> Lot:
    """The rows of the part under the filters on which the side has not said a word yet, `which` of them."""
    items = wanted_items(round_, content, wanted, side).filter(~Exists(verdicts_on_items(round_, side)))
    items = items.filter(part=wanted.content.part)
    clean = content.narrowed(items, Asked(show=content.clean))
    keys = list((clean if which == CLEAN else items).order_by("key").values_list("key", flat=True))
    apart = set(choices(round_, keys)) if keys else set()
    chosen = [key for key in keys if key not in apart]
    warned = 0 if which == CLEAN else max(0, len(chosen) - clean.count())
    return Lot(chosen, warned, list(content.places(chosen[:FIRST]).values()), len(apart))


def pass_lot(
    by: Person, round_id: int, side: Side, wanted: Wanted, which: str, *, version_hash: str, digest: str
) -> int:
    """Pass exactly the rows that were shown with this digest; returns how many.

    Raises Conflict where they are not the same any more, Invalid where there are none.
    """
    with transaction.atomic():
        round_ = lock_round(by, round_id, side, version_hash)
        present = kind_of(round_.case.kind).present
        if present is None:
            raise Invalid("这一类事项不能批量通过。")
        chosen = lot(round_, present(round_), wanted, side, which)
        if not chosen.keys:
            raise Invalid("这里没有可以批量通过的行了。")
        if chosen.digest != digest:
            raise Conflict(f"这期间有行被办理过，现在是 {chosen.count:,} 行。没有办理，请核对新的行数再确认。")
        count = mark(by, round_id, side, Decision.PASS, version_hash=version_hash, keys=chosen.keys)
        journal.record(
            by,
            "review.passed_in_bulk",
            round_.case,
            agency_id=round_.case.agency_id,
            round=round_.number,
            side=side.value,
            rows=count,
            which=which,
            **_filters(wanted),
        )
    return count


def _filters(wanted: Wanted) -> dict[str, str]:
    told = {
        "part": wanted.content.part,
        "show": wanted.content.show,
        "area": wanted.content.area,
        "search": wanted.content.search,
        "said": wanted.said,
    }
    return {name: value for name, value in told.items() if value}
