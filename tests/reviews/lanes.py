"""Presses at the same moment, over real commits: lanes of presses that meet at a barrier before each.

Nothing waits for time to pass. To be used with `real_db`, and the cast in it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from reviews.models import Round, Side
from tests.factories_inventory import make_campaign, submitted
from tests.reviews.scenes import close_side, latest, pass_all, return_first

Press = Callable[[], Any]


def together(lanes: Sequence[Sequence[Press]]) -> list[list[Any]]:
    """Run the lanes side by side, each press of one at the same moment as the others' of that place.

    Gives what each press returned, or the Conflict it met; anything else that was raised ends the test.
    """
    gate = threading.Barrier(len(lanes), timeout=300)

    def run(lane: Sequence[Press]) -> list[Any]:
        results: list[Any] = []
        try:
            for press in lane:
                gate.wait()
                try:
                    results.append(press())
                except Conflict as refused:
                    results.append(refused)
        except BaseException:
            gate.abort()
            raise
        finally:
            connection.close()
        return results

    with ThreadPoolExecutor(len(lanes)) as pool:
        return [done.result() for done in [pool.submit(run, lane) for lane in lanes]]


def closing(by: Person, round_: Round, side: Side) -> Press:
    return lambda: close_side(by, round_, side)


def passing(by: Person, round_: Round, side: Side) -> Press:
    return lambda: pass_all(by, round_, side)


def returning(by: Person, round_: Round, side: Side) -> Press:
    return lambda: return_first(by, round_, side)


def rounds_of(agencies: Sequence[str], rows: int = 2) -> list[Round]:
    return [latest(submitted(agency, rows=rows, campaign=make_campaign())) for agency in agencies]


def actions() -> Counter[str]:
    found = Entry.objects.filter(object_type="reviews.case").values_list("action", flat=True)
    return Counter(found)


def conflicts(lanes: list[list[Any]]) -> int:
    return sum(isinstance(result, Conflict) for lane in lanes for result in lane)


def assert_chain_holds() -> None:
    assert journal.verify() == (Entry.objects.count(), None)
