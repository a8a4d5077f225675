"""An owner of cases that is nothing but rows: what the engine does is seen here without a survey around it.

toy.open({1: "a", 2: "b"})     the next version under review; key -> content
toy.said                       what the engine told the owner, in order: ("accepted", round number, "partial")
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pytest
from django.db import transaction

from agencies.models import Agency, Person
from audit.failures import Conflict
from inventory.models import Submission
from reviews import kinds, services
from reviews.kinds import Choosing
from reviews.models import Case, Choice, Decision, Round, Side
from tests.factories_inventory import clerk_of

KIND = "toy"
ANY = (Choice.MERGE, Choice.TRANSFER, Choice.DISTINCT)


class Rows:
    """What the engine asks of a queryset of items: its SQL. Contents become hashes, the part is always the same."""

    def __init__(self, rows: Mapping[int, str]) -> None:
        self.rows = rows
        self.query = self

    def sql_with_params(self) -> tuple[str, tuple[Any, ...]]:
        row = "(%s::bigint, %s::text, 'camera', %s::smallint)"
        if not self.rows:
            return f"SELECT * FROM (VALUES {row}) v WHERE false", (0, "", 0)
        params = [value for key, text in self.rows.items() for value in (key, digest(text), key % 7)]
        return f"VALUES {', '.join([row] * len(self.rows))}", tuple(params)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Toy:
    """The owner. `choosing` and `stops` are what it answers; `fails`: the outcome that raises a Conflict."""

    def __init__(self, *, in_part: bool = True) -> None:
        self.said: list[tuple[str, int, str]] = []
        self.choosing: dict[int, Choosing] = {}
        self.stops: list[str] = []
        self.fails = ""
        self.kind = kinds.Kind(
            name=KIND,
            label="玩具",
            url_name="submission",
            accepted=self._outcome("accepted"),
            returned=self._outcome("returned"),
            withdrawn=self._outcome("withdrawn"),
            reopened=self._outcome("reopened"),
            undone=self._outcome("undone"),
            in_part=in_part,
            choices=self._choices,
            before_closing=lambda round_, side: self.stops,
            figures=lambda round_: {"rows": round_.item_count},
        )

    def _outcome(self, name: str) -> kinds.Outcome:
        def told(round_: Round, by: Person) -> dict[str, Any]:
            if name == self.fails:
                raise Conflict("所有者不同意")
            self.said.append((name, round_.number, round_.outcome))
            return {}

        return told

    def _choices(self, round_: Round, keys: Collection[int] | None) -> Mapping[int, Choosing]:
        return {key: told for key, told in self.choosing.items() if keys is None or key in keys}

    def must_choose(self, key: int, *offer: Choice) -> None:
        self.choosing[key] = Choosing(f"第{key}行编码已由麻埠镇登记", offer)

    def open(self, rows: Mapping[int, str], authors: Iterable[Person] | None = None, subject: int = 1) -> Round:
        """Hand the next version in."""
        last = Round.objects.filter(case__kind=KIND, case__subject_id=subject).order_by("number").last()
        with transaction.atomic():
            return services.open_round(
                kind=KIND,
                subject_id=subject,
                title="梅山镇 玩具",
                agency=Agency.objects.get(code="meishan"),
                number=last.number + 1 if last else 1,
                version_hash=digest(str(sorted(rows.items()))),
                items=[Rows(rows)],  # type: ignore[list-item]
                authors=[clerk_of("meishan")] if authors is None else authors,
            )

    def withdraw(self, by: Person | None = None, reason: str = "传错了文件") -> Round:
        return services.withdraw(by or clerk_of("meishan"), KIND, 1, reason)

    @property
    def case(self) -> Case:
        return Case.objects.get(kind=KIND, subject_id=1)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, _stage: None) -> Toy:
    made = Toy()
    monkeypatch.setitem(kinds._kinds, KIND, made.kind)
    return made


# --- acts in a word --------------------------------------------------------------------------------------------------
def say(
    by: Person,
    round_: Round,
    side: Side,
    decision: Decision,
    *keys: int,
    reason: str = "编码与平台导出的不一致",
    **choices: Any,
) -> int:
    """Mark these items, or all that are undecided."""
    return services.mark(
        by,
        round_.pk,
        side,
        decision,
        version_hash=round_.version_hash,
        keys=keys or None,
        reason="" if decision == Decision.PASS else reason,
        **choices,
    )


def finish(by: Person, round_: Round, side: Side, returned: Iterable[int] = ()) -> Round:
    """Return these, pass the rest, close."""
    if keys := tuple(returned):
        say(by, round_, side, Decision.RETURN, *keys)
    say(by, round_, side, Decision.PASS)
    return services.close(by, round_.pk, side, version_hash=round_.version_hash)


def decide(data: Person, police: Person, round_: Round, returned: Iterable[int] = ()) -> Round:
    """Both sides finish; the police return these."""
    finish(data, round_, Side.DATA)
    return finish(police, round_, Side.POLICE, returned)


def keys(round_: Round) -> list[int]:
    return list(round_.items.order_by("key").values_list("key", flat=True))


def state_of(submission: Submission) -> str:
    submission.refresh_from_db(fields=["state"])
    return submission.state
