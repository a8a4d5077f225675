"""What may be tried in a walk through a report's life, when, by whom and how often, and how an act may end.

`machine` carries it out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from hypothesis import strategies as st

from tests.reviews.report_model import (
    BRANDS,
    CLERK,
    CLERKS,
    COLLEAGUE,
    DATA,
    DEPUTY,
    LEFT,
    POLICE,
    POLICE_TOO,
    ROWS,
    Model,
)


class BrokenOff(Exception):
    """Whoever carried the act out is gone."""


class Refusal(Exception):
    """What the model expects instead of success: one of these kinds of refusal."""

    def __init__(self, *kinds: type[Exception]) -> None:
        self.kinds = kinds


@contextmanager
def breaking_off(after: int) -> Iterator[list[bool]]:
    """No statement from this one on reaches the database; tells whether it came to that."""
    calls = itertools.count(1)
    came = [False]

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(calls) >= after and "ROLLBACK" not in sql:
            came[0] = True
            raise BrokenOff
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield came


@dataclass(frozen=True)
class Act:
    """An act of the walk: when it may be tried, with what, and how often beside the others."""

    often: int
    when: Callable[[Model], object]
    told: dict[str, st.SearchStrategy[Any]]


WHO = st.sampled_from([CLERK, COLLEAGUE, DATA, DEPUTY, POLICE, POLICE_TOO])
REVIEWER = st.sampled_from([DATA, DEPUTY, POLICE, POLICE_TOO, DATA, POLICE, CLERK])
DECISION = st.sampled_from(["pass", "pass", "pass", "return", "question"])
BROKEN = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 30))

CLERKS_AND_ONE = st.sampled_from([CLERK, COLLEAGUE, DATA])
ACTS = {
    "mend": Act(
        4,
        lambda m: True,
        {"who": WHO, "row": st.sampled_from(ROWS), "brand": st.sampled_from(BRANDS), "broken": BROKEN},
    ),
    "hand_over": Act(4, lambda m: m.state in LEFT, {"who": st.sampled_from(CLERKS), "broken": BROKEN}),
    "take_report_back": Act(1, lambda m: m.rounds, {"who": CLERKS_AND_ONE, "broken": BROKEN}),
    "answer_question": Act(
        3, lambda m: m.state == "in_review" and m.questions(), {"who": CLERKS_AND_ONE, "broken": BROKEN}
    ),
    "judge": Act(
        4,
        lambda m: m.rounds,
        {"who": REVIEWER, "rows": st.sets(st.sampled_from(ROWS), min_size=1), "decision": DECISION, "broken": BROKEN},
    ),
    "pass_the_rest": Act(2, lambda m: m.rounds, {"who": REVIEWER, "broken": BROKEN}),
    "close": Act(3, lambda m: m.rounds, {"who": REVIEWER, "broken": BROKEN}),
    "finish": Act(
        3,
        lambda m: m.state == "in_review",
        {"who": st.sampled_from([DATA, DATA, DEPUTY]), "back": st.sets(st.sampled_from(ROWS), max_size=2)},
    ),
    "move": Act(
        3,
        lambda m: m.rounds and m.state != "in_review" and not m.motion,
        {
            "who": REVIEWER,
            "kind": st.sampled_from(["undo", "undo", "reopen"]),
            "back": st.integers(0, 2),
            "broken": BROKEN,
        },
    ),
    "answer": Act(
        4, lambda m: m.motion, {"who": REVIEWER, "agree": st.sampled_from([True, True, False]), "broken": BROKEN}
    ),
    "take_motion_back": Act(1, lambda m: m.motion, {"who": REVIEWER}),
    "lend_or_take_back": Act(
        1, lambda m: True, {"who": st.sampled_from([DATA, DATA, DATA, DEPUTY, POLICE]), "broken": BROKEN}
    ),
}
