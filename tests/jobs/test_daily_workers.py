"""Several workers, and one that is killed: real processes on one database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import time

import pytest
from django.db import connection

from jobs import daily
from jobs.models import DailyRun
from tests.conftest import ROOT
from tests.inventory.test_worker_killed import wait_for
from tests.jobs.daily_child import DAY, GATE, TASK

Child = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def child(real_db: str) -> Iterator[Child]:
    """Start processes with the slow task; the test holds the lock that the task waits for."""
    started: list[subprocess.Popen[bytes]] = []
    told = {"DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test", "POSTGRES_NAME": real_db, "JOB_LEASE_SECONDS": "2"}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_noted (pid bigint, what text)")
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.daily_child"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | told))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def noted() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid, what FROM test_noted ORDER BY what, pid")
        return list(cursor.fetchall())


def let_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])


def test_four_workers_at_once_and_one_does_it(child: Child) -> None:
    workers = [child() for _ in range(4)]
    wait_for(lambda: sum(worker.poll() == 0 for worker in workers) == 3)
    (holder,) = [worker for worker in workers if worker.poll() is None]
    assert noted() == [(holder.pid, "begun")]
    let_go()
    assert holder.wait(60) == 0
    assert noted() == [(holder.pid, "begun"), (holder.pid, "done")]
    run = DailyRun.objects.get(name=TASK)
    assert (run.day, run.attempt) == (DAY.date(), 1) and run.ended_at is not None


def test_a_long_task_keeps_its_lease(child: Child) -> None:
    worker = child()
    wait_for(lambda: bool(noted()))
    first = DailyRun.objects.get(name=TASK).lease_until
    assert first is not None
    wait_for(lambda: DailyRun.objects.filter(name=TASK, lease_until__gt=first).exists())
    assert child().wait(60) == 0
    assert noted() == [(worker.pid, "begun")], "nobody else takes it up while it runs"


def test_the_killed_workers_task_is_taken_up(child: Child) -> None:
    """kill -9 in mid-task: not before the lease has run out, then by the next worker, the same day."""
    victim = child()
    wait_for(lambda: bool(noted()))
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    run = DailyRun.objects.get(name=TASK)
    assert (run.attempt, run.ended_at) == (1, None)
    let_go()
    wait_for(lambda: child().wait(60) == 0 and DailyRun.objects.filter(pk=run.pk, ended_at__isnull=False).exists())
    run.refresh_from_db()
    assert run.attempt == 2
    assert [what for _, what in noted()] == ["begun", "begun", "done"]


def test_a_worker_does_what_is_registered(real_db: str, worker: Callable[..., subprocess.Popen[bytes]]) -> None:
    """Everything but the digest, which waits for its time of day."""
    names = set(daily._tasks)
    assert {"audit.seal", "notices.forget", "reviews.reminders", "inventory.reminders", "notices.digest"} <= names
    early = {name for name in names if daily._tasks[name].at == daily.FIRST_THING}
    assert early >= names - {"notices.digest"}
    worker()
    done = DailyRun.objects.filter(ended_at__isnull=False, attempt=1)
    wait_for(lambda: early <= set(done.values_list("name", flat=True)))


def test_threads_that_look_at_the_same_moment(real_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[int] = []
    monkeypatch.setattr(daily, "_tasks", {})
    monkeypatch.setattr(daily, "local_now", lambda: DAY)
    for n in range(5):
        daily.register(f"task-{n}", lambda n=n: did.append(n), at=time(0))  # type: ignore[misc]
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        try:
            daily.run_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(did) == [0, 1, 2, 3, 4]
    assert set(DailyRun.objects.values_list("attempt", flat=True)) == {1}
