"""The daily slot: each registered task once per local day, by one worker, whatever is stopped or killed meanwhile.

The row (task, day) is the truth. A worker takes it with a lease that a heartbeat extends for as long as the task runs;
when a worker is killed the lease runs out, and another takes the task up. So a task may be begun twice, though it ends
once, and must be able to bear that. Days on which no worker ran are not made up for one by one: a task looks at all
that is due, not at what is due that day.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from audit.failures import Unavailable

from .models import DailyRun

log = logging.getLogger(__name__)
FIRST_THING: Final = time(0)
AGAIN_AFTER: Final = timedelta(minutes=10)
"""How long a task that failed waits for its next attempt on that day; settings.JOB_MAX_ATTEMPTS of them, not counting
those that only the journal's copy kept from ending."""


@dataclass(frozen=True)
class Task:
    do: Callable[[], object]
    at: time


_tasks: dict[str, Task] = {}


def register(name: str, task: Callable[[], object], *, at: time = FIRST_THING) -> None:
    """Let `task` be done once each local day, not before `at`; tasks of one moment in the order of registration."""
    _tasks[name] = Task(task, at)


def run_due() -> list[str]:
    """Do what is due today and nobody has done or is doing; return the names of what was ended here."""
    now = local_now()
    due = {name: task for name, task in _tasks.items() if task.at <= now.time()}
    free = set(due) - set(DailyRun.objects.filter(_over() | _taken(), day=now.date()).values_list("name", flat=True))
    return [name for name, task in due.items() if name in free and _run(name, task, now.date())]


def local_now() -> datetime:
    """Day and time by the database's clock in the county's time zone, without a zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp() AT TIME ZONE %s", [settings.TIME_ZONE])
        now: datetime = cursor.fetchone()[0]
    return now


def _over() -> Q:
    return Q(ended_at__isnull=False) | Q(attempt__gte=settings.JOB_MAX_ATTEMPTS)


def _taken() -> Q:
    return Q(lease_until__gte=Now())


def _run(name: str, task: Task, day: date) -> bool:
    token = _claim(name, day)
    if token is None:
        return False
    mine = DailyRun.objects.filter(token=token)
    try:
        with _heartbeat(token):
            task.do()
    except Unavailable as error:
        # What the task must leave behind could not be written: that is no attempt at the task.
        log.warning("daily task %s waits: %s", name, error)
        mine.update(token=None, lease_until=Now() + AGAIN_AFTER, attempt=F("attempt") - 1, error=_told(error))
        return False
    except Exception as error:
        log.exception("daily task %s failed", name)
        mine.update(token=None, lease_until=Now() + AGAIN_AFTER, error=_told(error))
        return False
    return bool(mine.update(ended_at=Now(), lease_until=None, error=""))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\0", "")[:300]


def _claim(name: str, day: date) -> uuid.UUID | None:
    """The fencing token of this attempt; None when another worker has it."""
    DailyRun.objects.bulk_create([DailyRun(name=name, day=day)], ignore_conflicts=True)
    token = uuid.uuid4()
    taken = DailyRun.objects.exclude(_over() | _taken()).filter(name=name, day=day)
    mine = taken.update(token=token, lease_until=_lease(), attempt=F("attempt") + 1, started_at=Now())
    return token if mine else None


@contextmanager
def _heartbeat(token: uuid.UUID) -> Iterator[None]:
    """Extend the lease while the block runs, from a thread and a connection of its own."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(settings.JOB_LEASE_SECONDS / 4):
            try:
                DailyRun.objects.filter(token=token).update(lease_until=_lease())
            except Exception:
                log.exception("a daily task's lease was not extended; the next beat follows")
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name="daily-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _lease() -> object:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
