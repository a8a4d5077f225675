"""Several workers and people at the same moment, on real transactions."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from agencies.models import Person
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run
from tests.jobs.test_turns import LONG, queue, two_kinds


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return two_kinds(monkeypatch)


def test_workers_that_choose_at_the_same_moment(real_db: str, meishan_clerk: Person) -> None:
    """Four at once, four lanes with five jobs each: every lane is served, no job twice."""
    queue(meishan_clerk, [lane for lane in (1, 2, 3, 4) for _ in range(5)])
    taken: list[Job | None] = []
    barrier = threading.Barrier(4)

    def choose() -> None:
        barrier.wait()
        try:
            taken.append(jobs.claim_next())
        finally:
            connection.close()

    for _ in range(3):
        threads = [threading.Thread(target=choose) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(job.lane for job in taken if job) == {1: 3, 2: 3, 3: 3, 4: 3}
    assert len({job.pk for job in taken if job}) == 12


def test_cancelling_waits_for_rows_being_stored(real_db: str, meishan_clerk: Person) -> None:
    """The storing transaction has begun: it ends, and then there is nothing left to cancel."""
    queue(meishan_clerk, [1])
    job = jobs.claim_next()
    assert job is not None
    storing, answer = threading.Event(), []

    def cancel() -> None:
        storing.wait(10)
        with transaction.atomic():
            answer.append(jobs.cancel(LONG, 1000))
        connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    with Run(job).commit():
        storing.set()
        thread.join(0.3)
        assert thread.is_alive() and answer == []
    thread.join(10)
    assert answer == [False] and Job.objects.get().state == "done"
