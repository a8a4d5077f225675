"""The journal's copy cannot be written: work waits for it, and no attempt at the work is used up (F17, F18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Unavailable
from audit.models import Entry
from jobs import daily
from jobs import services as jobs
from jobs.models import DailyRun, Job
from jobs.services import Run

pytestmark = pytest.mark.django_db
KIND = "test_recorded"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_SINK = tmp_path / "copy"
    settings.AUDIT_SINK.mkdir()
    return tmp_path / "copy"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Work that records what it did, as all real work does, and what it says when it is given up."""
    said: list[str] = []
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_gave_up", {})

    def do(run: Run) -> None:
        said.append("tried")
        with run.commit():
            journal.record(run.job.created_by, "submission.file_read", run.job)
        said.append("done")

    def gave_up(job: Job) -> None:
        journal.record(job.created_by, "submission.file_failed", job)
        said.append("gave up")

    jobs.register(KIND, do, gave_up)
    return said


def later(job: Job) -> None:
    """A lease's time goes by."""
    past = Now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk, lease_until__isnull=False).update(lease_until=past)
    Job.objects.filter(pk=job.pk).update(woken_at=past)


def test_it_is_put_back_with_its_attempts(meishan_clerk: Person, folder: Path, done: list[str], settings: Any) -> None:
    job = jobs.enqueue(KIND, 1, meishan_clerk)
    away = folder.rename(folder.with_name("away"))
    for _ in range(settings.JOB_MAX_ATTEMPTS + 2):
        with pytest.raises(Unavailable):
            jobs.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.attempt, job.token) == (Job.State.QUEUED, 0, None)
        later(job)
    away.rename(folder)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.DONE, 1)
    assert done == ["tried"] * (settings.JOB_MAX_ATTEMPTS + 3) + ["done"]
    assert Entry.objects.filter(action="submission.file_read").count() == 1


def test_not_at_once_again(meishan_clerk: Person, folder: Path, done: list[str]) -> None:
    """Whoever is woken by another job leaves it alone for a lease's time; then the sweep wakes somebody."""
    job = jobs.enqueue(KIND, 1, meishan_clerk)
    away = folder.rename(folder.with_name("away"))
    with pytest.raises(Unavailable):
        jobs.run_next()
    away.rename(folder)
    jobs.run_next()
    jobs.run(str(job.pk))
    assert jobs.sweep() == 0
    assert done == ["tried"]
    later(job)
    assert jobs.sweep() == 1
    job.refresh_from_db()
    assert (job.state, job.lease_until) == (Job.State.QUEUED, None)
    jobs.run_next()
    assert done == ["tried", "tried", "done"]


def test_what_failed_before_still_counts(meishan_clerk: Person, folder: Path, done: list[str], settings: Any) -> None:
    job = jobs.enqueue(KIND, 1, meishan_clerk)
    Job.objects.filter(pk=job.pk).update(attempt=settings.JOB_MAX_ATTEMPTS - 1)
    away = folder.rename(folder.with_name("away"))
    with pytest.raises(Unavailable):
        jobs.run(str(job.pk))
    away.rename(folder)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, settings.JOB_MAX_ATTEMPTS - 1)
    later(job)
    jobs.sweep()
    jobs.run(str(job.pk))
    assert done[-1] == "done"


def test_a_job_is_not_half_given_up(meishan_clerk: Person, folder: Path, done: list[str], settings: Any) -> None:
    """To say that work failed is an act too: it waits, and is done once the copy is back."""
    job = jobs.enqueue(KIND, 1, meishan_clerk)
    jobs.claim(str(job.pk))
    Job.objects.filter(pk=job.pk).update(attempt=settings.JOB_MAX_ATTEMPTS)
    later(job)
    away = folder.rename(folder.with_name("away"))
    assert jobs.sweep() == 0
    job.refresh_from_db()
    assert (job.state, done) == (Job.State.RUNNING, [])
    away.rename(folder)
    assert jobs.sweep() == 1
    job.refresh_from_db()
    assert (job.state, done) == (Job.State.FAILED, ["gave up"])


def test_a_job_that_waits_can_be_cancelled(meishan_clerk: Person, folder: Path, done: list[str]) -> None:
    job = jobs.enqueue(KIND, 1, meishan_clerk)
    folder.rename(folder.with_name("away"))
    with pytest.raises(Unavailable):
        jobs.run(str(job.pk))
    assert jobs.cancel(KIND, 1) is True
    later(job)
    assert jobs.sweep() == 0


def test_a_daily_task_too(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(daily, "_tasks", {})
    monkeypatch.setattr(daily, "local_now", lambda: datetime(2022, 8, 23, 8))  # noqa: DTZ001  local
    away = [True]

    def task() -> None:
        if away[0]:
            raise Unavailable("the copy is away")

    daily.register("task", task)
    run_due: Callable[[], list[str]] = daily.run_due
    for _ in range(settings.JOB_MAX_ATTEMPTS + 2):
        assert run_due() == []
        run = DailyRun.objects.get()
        assert (run.attempt, run.ended_at, run.error) == (0, None, "Unavailable: the copy is away")
        assert run_due() == [], "not at once"
        DailyRun.objects.update(lease_until=Now() - timedelta(seconds=1))
    away[0] = False
    assert run_due() == ["task"]
    assert DailyRun.objects.get().attempt == 1
