"""`workbench`: the reviewers' page, one row and one mark of a case with 100,000 rows against one with 1,000.

Both cases stand in one database beside a registry of 100,000 cameras; every fiftieth row has a warning, every other row
is judged already. Pages are asked for in turns as a browser asks, through every middleware, and compared by medians.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Person, PersonRole, Role
from inventory import risk
from inventory.models import SourceFile
from inventory.registering import acceptance
from inventory.versions import rehash
from reviews.models import Decision, Round, Side
from reviews.services import mark, open_round
from tools import bench_accept

SMALL, LARGE = 1_000, 100_000
TURNS = 25

FINDINGS = """
INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title, code, severity,
                                  value, message, fix, related)
SELECT source_file_id, 'camera', sheet, row, 'B' || row, 'code', '20位编码', 'C103', 'warning', '', '没有填写', '', '[]'
FROM inventory_camerarow WHERE source_file_id = %s AND row %% 50 = 0
"""


def under_review(rows: int, reviewer: Person) -> Round:
    """A round of so many rows, of which the reviewer has passed every other one."""
    source, person = bench_accept.draft(f"workbench {rows}")
    version = source.version
    SourceFile.objects.filter(pk=source.pk).update(slot=1, state=SourceFile.State.READ, rows_read=rows)
    with connection.cursor() as cursor:
        cursor.execute(bench_accept.GENERATE, {"file": source.pk, "rows": rows})
        cursor.execute(FINDINGS, [source.pk])
        cursor.execute(
            "UPDATE inventory_camerarow SET warnings = 1 WHERE source_file_id = %s AND row %% 50 = 0", [source.pk]
        )
    rehash(version)
    submission = version.submission
    with transaction.atomic():
        round_ = open_round(
            kind="submission",
            subject_id=submission.pk,
            title=f"bench {rows}",
            agency=submission.obligation.agency,
            number=version.number,
            version_hash=version.hash,
            items=risk.items(submission, version),
            authors=[person],
        )
    keys = list(round_.items.order_by("key").values_list("key", flat=True))[::2]
    mark(reviewer, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=keys)
    return round_


def registry() -> None:
    """A registry of 100,000 cameras at the places that the rows have too."""
    round_, person = bench_accept.prepare(LARGE)
    with transaction.atomic():
        acceptance.accept(round_, person)


def measure() -> Iterator[dict[str, Any]]:
    call_command("collectstatic", verbosity=0, interactive=False)  # pages name their style sheets by content
    reviewer = Person.objects.create(
        username="bench-reviewer", display_name="审核员", agency=Agency.objects.get(code="data-bureau")
    )
    PersonRole.objects.create(person=reviewer, role=Role.DATA_REVIEWER)
    registry()
    rounds = [under_review(rows, reviewer) for rows in (SMALL, LARGE)]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reviews_item, reviews_verdict, inventory_camerarow, inventory_rowfinding")
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    asked: dict[str, Callable[[Round, int], Any]] = {
        "workbench": lambda round_, _: client.get(f"/reviews/{round_.case_id}/"),
        "workbench_warned": lambda round_, _: client.get(f"/reviews/{round_.case_id}/?show=warned"),
        "workbench_open": lambda round_, _: client.get(f"/reviews/{round_.case_id}/?said=open"),
        "workbench_row": lambda round_, turn: client.get(f"/reviews/{round_.case_id}/row/?row={_key(round_, turn)}"),
        "workbench_mark": lambda round_, turn: _mark(client, round_, turn),
    }
    for name, ask in asked.items():
        yield _compared(name, rounds, ask)


def _compared(name: str, rounds: list[Round], ask: Callable[[Round, int], Any]) -> dict[str, Any]:
    """The large case against the small one, in turns; and whether both take the same number of queries."""
    took: dict[int, list[float]] = {round_.pk: [] for round_ in rounds}
    queries = []
    for round_ in rounds:
        _once(ask, round_, TURNS)
        with CaptureQueriesContext(connection) as run:
            _once(ask, round_, TURNS + 1)
        queries.append(len(run))
    for turn in range(TURNS):
        for round_ in rounds:
            took[round_.pk].append(_once(ask, round_, turn))
    small, large = (median(took[round_.pk]) for round_ in rounds)
    return {
        "name": name, "aim": "<= 1.5", "rows": LARGE, "ratio": round(large / small, 2),
        "milliseconds_large": round(large * 1000, 1), "milliseconds_small": round(small * 1000, 1),
        "queries_large": queries[1], "queries_small": queries[0],
    }  # fmt: skip


def _once(ask: Callable[[Round, int], Any], round_: Round, turn: int) -> float:
    started = time.perf_counter()
    answer = ask(round_, turn)
    took = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(answer.content[:500])
    return took


_keys: dict[int, list[int]] = {}


def _key(round_: Round, turn: int) -> int:
    """Another row each time, none of which is judged yet, spread over the whole round."""
    if round_.pk not in _keys:
        _keys[round_.pk] = list(round_.items.order_by("key").values_list("key", flat=True))[1::2]
    keys = _keys[round_.pk]
    return keys[turn * (len(keys) // (TURNS + 2))]


def _mark(client: Client, round_: Round, turn: int) -> Any:
    told = {
        "round": round_.pk, "side": "data", "version_hash": round_.version_hash, "current": _key(round_, turn),
        "reason": f"第{turn}处位置名称太笼统",
    }  # fmt: skip
    return client.post(f"/reviews/{round_.case_id}/return/", told, headers={"accept": "application/json"})
