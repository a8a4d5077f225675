"""The daily slot: once a local day, whatever the time, the worker and the error."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db.models.functions import Now

from jobs import daily
from jobs.models import DailyRun

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2022, 8, 23, 7, 59)  # noqa: DTZ001  local, as the database tells it

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(daily, "_tasks", {})
    monkeypatch.setattr(daily, "local_now", clock)
    return clock


def test_not_before_its_time_and_once_a_day(clock: Clock) -> None:
    did: list[str] = []
    daily.register("late", lambda: did.append("late"), at=time(8))
    daily.register("early", lambda: did.append("early"))
    assert daily.run_due() == ["early"]
    clock.now += timedelta(minutes=1)
    assert daily.run_due() == ["late"]
    clock.now += timedelta(hours=15)
    assert daily.run_due() == []
    clock.now += timedelta(minutes=59)
    assert (daily.run_due(), clock.now.time()) == ([], time(23, 59))
    assert did == ["early", "late"]
    assert all(run.ended_at and run.attempt == 1 for run in DailyRun.objects.all())


def test_after_days_without_a_worker_it_is_done_once(clock: Clock) -> None:
    did: list[int] = []
    daily.register("task", lambda: did.append(clock.now.day))
    daily.run_due()
    clock.now += timedelta(days=4)
    assert daily.run_due() == ["task"] and daily.run_due() == []
    assert did == [23, 27]
    assert [run.day.day for run in DailyRun.objects.all()] == [23, 27]


def test_an_error_keeps_no_other_task_and_is_tried_again(clock: Clock) -> None:
    did: list[str] = []

    def fails() -> None:
        did.append("fails")
        raise ValueError("the gateway\0 is away")

    daily.register("fails", fails)
    daily.register("works", lambda: did.append("works"))
    assert daily.run_due() == ["works"]
    assert daily.run_due() == [], "not at once"
    run = DailyRun.objects.get(name="fails")
    assert (run.attempt, run.error, run.ended_at) == (1, "ValueError: the gateway is away", None)
    for attempt in (2, 3, 3):
        DailyRun.objects.filter(name="fails").update(lease_until=Now() - timedelta(seconds=1))
        assert daily.run_due() == []
        run.refresh_from_db()
        assert run.attempt == attempt, "three times a day, no more"
    assert did == ["fails", "works", "fails", "fails"]
    clock.now += timedelta(days=1)
    daily.run_due()
    assert did[-2:] == ["fails", "works"]


def test_a_later_success_clears_the_error(clock: Clock) -> None:
    answers = [True, False]

    def at_first_fails() -> None:
        if answers.pop(0):
            raise OSError("away")

    daily.register("task", at_first_fails)
    daily.run_due()
    DailyRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert daily.run_due() == ["task"]
    run = DailyRun.objects.get()
    assert run.error == "" and run.ended_at is not None and run.lease_until is None


def test_who_lost_the_task_does_not_end_it(clock: Clock) -> None:
    """Another worker took it up meanwhile: this one's end counts for nothing."""

    def loses() -> None:
        DailyRun.objects.update(token="00000000-0000-4000-8000-000000000000")

    daily.register("task", loses)
    assert daily.run_due() == []
    assert DailyRun.objects.get().ended_at is None


def test_the_day_is_the_countys(db: None) -> None:
    """16:30 UTC is half past midnight here: by then it is the next day."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp() AT TIME ZONE 'UTC'")
        (utc,) = cursor.fetchone()
    ahead = daily.local_now() - utc
    assert timedelta(hours=8) <= ahead < timedelta(hours=8, minutes=1)
