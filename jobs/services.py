"""Moves of a job: enqueue, claim, beat, finish, fail, sweep. The token fences off a worker that lost its lease."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from .models import Job

if TYPE_CHECKING:
    from agencies.models import Person

log = logging.getLogger(__name__)
FORMAT = 1
"""The payload format this code writes and understands; a worker leaves newer jobs to newer workers."""


class LeaseLost(Exception):
    """Another worker holds the job now: stop and write nothing."""


Handler = Callable[["Run"], None]
_handlers: dict[str, Handler] = {}
_gave_up: dict[str, Callable[[Job], None]] = {}


def register(kind: str, handler: Handler, gave_up: Callable[[Job], None]) -> None:
    """Let `handler` do the jobs of this kind; `gave_up` runs in the transaction that fails a job for good."""
    _handlers[kind] = handler
    _gave_up[kind] = gave_up


def enqueue(kind: str, subject_id: int, by: Person) -> Job:
    """Add a job in the caller's transaction and wake a worker after its commit."""
    job = Job.objects.create(kind=kind, subject_id=subject_id, created_by=by, format=FORMAT)
    wake(job)
    return job


def wake(job: Job) -> None:
    from .tasks import run_job

    job_id = str(job.pk)
    # Should waking fail, the sweep will: the committed row must never look as if it had not come to be.
    transaction.on_commit(lambda: run_job.enqueue(job_id), robust=True)


class Run:
    """One attempt at a job, as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.token = job.token

    def beat(self, **progress: Any) -> None:
        """Extend the lease and tell the page how far we are. Raises LeaseLost."""
        changes: dict[str, Any] = {"lease_until": _lease()}
        if progress:
            changes["progress"] = progress
        if not self._mine().update(**changes):
            raise LeaseLost

    @contextmanager
    def commit(self) -> Iterator[None]:
        """The handler's one writing transaction: all its rows and the end of the job, or nothing. Raises LeaseLost."""
        with transaction.atomic():
            if not self._mine().select_for_update().exists():
                raise LeaseLost
            yield
            if not self._mine().update(state=Job.State.DONE, ended_at=Now(), lease_until=None):
                raise LeaseLost

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, token=self.token)


def run(job_id: str) -> None:
    """Claim the job and run its handler; a job that is not to be had is left alone, so waking twice is harmless."""
    job = claim(job_id)
    if job is None:
        return
    try:
        _handlers[job.kind](Run(job))
    except LeaseLost:
        return
    except Exception as error:
        give_back(job, f"{type(error).__name__}: {error}")
        raise


def claim(job_id: str) -> Job | None:
    """Take a queued job, or a running one whose lease ran out; None when somebody else has it."""
    token = uuid.uuid4()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=Now())
    taken = Job.objects.filter(
        free, pk=job_id, attempt__lt=settings.JOB_MAX_ATTEMPTS, format__lte=FORMAT, kind__in=_handlers
    ).update(state=Job.State.RUNNING, token=token, lease_until=_lease(), attempt=F("attempt") + 1, started_at=Now())
    return Job.objects.get(pk=job_id) if taken else None


def give_back(job: Job, reason: str) -> None:
    """After an error of ours: back to the queue, or failed for good when the attempts are used up."""
    with transaction.atomic():
        mine = Job.objects.select_for_update().filter(pk=job.pk, state=Job.State.RUNNING, token=job.token).first()
        if mine is None:
            return
        if mine.attempt < settings.JOB_MAX_ATTEMPTS:
            Job.objects.filter(pk=mine.pk).update(
                state=Job.State.QUEUED, token=None, lease_until=None, error={"reason": reason}
            )
            wake(mine)
        else:
            _fail(mine, reason)


def _fail(job: Job, reason: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, ended_at=Now(), lease_until=None, error={"reason": reason}
    )
    if job.kind in _gave_up:
        _gave_up[job.kind](job)


def sweep() -> int:
    """Take up what a dead worker left and what the queue forgot; return how many jobs were touched."""
    touched = 0
    expired = Q(state=Job.State.RUNNING, lease_until__lt=Now())
    forgotten = Q(state=Job.State.QUEUED, woken_at__lt=Now() - timedelta(seconds=settings.JOB_LEASE_SECONDS))
    for job_id in Job.objects.filter(expired | forgotten).values_list("pk", flat=True):
        try:
            touched += _take_up(job_id, expired | forgotten)
        except Exception:
            log.exception("job %s could not be taken up", job_id)
    return touched


def _take_up(job_id: uuid.UUID, left: Q) -> bool:
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(left, pk=job_id).first()
        if job is None:
            return False
        if job.attempt >= settings.JOB_MAX_ATTEMPTS:
            _fail(job, "处理多次未完成")
        else:
            Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, token=None, lease_until=None, woken_at=Now())
            wake(job)
        return True


def _lease() -> Any:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
