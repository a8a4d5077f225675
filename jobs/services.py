"""Moves of a job: enqueue, claim, beat, finish, fail, cancel, sweep. The token fences off a worker that lost its lease.

Whose turn it is: a wake-up names a job, but the worker takes the fairest one (`claim_next`). Lanes take turns: first
those with nothing being worked on, among them the one served longest ago. Short work that somebody waits for at the
screen (`urgent` kinds) goes first, but never twice in a row while other work waits.

A queued job with a lease waits until that has run out (`put_back`).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

from audit.failures import Unavailable

from .models import Job

if TYPE_CHECKING:
    from agencies.models import Person

log = logging.getLogger(__name__)
FORMAT = 1
"""The payload format this code writes and understands; a worker leaves newer jobs to newer workers."""


_CLAIMING = 0x4A4F4253
"""Number of the advisory lock under which workers choose, so that two of them do not both serve one lane."""


class LeaseLost(Exception):
    """Another worker holds the job now, or it was cancelled: stop and write nothing."""


Handler = Callable[["Run"], None]
_handlers: dict[str, Handler] = {}
_gave_up: dict[str, Callable[[Job], None]] = {}
_urgent: set[str] = set()
_get_ready: list[Callable[[], None]] = []


def register(
    kind: str,
    handler: Handler,
    gave_up: Callable[[Job], None],
    *,
    urgent: bool = False,
    get_ready: Callable[[], None] | None = None,
) -> None:
    """Let `handler` do the jobs of this kind; `gave_up` runs in the transaction that fails a job for good.

    `urgent`: short work that somebody waits for at the screen. `get_ready` runs once in a worker that starts.
    """
    _handlers[kind] = handler
    _gave_up[kind] = gave_up
    if urgent:
        _urgent.add(kind)
    if get_ready is not None and get_ready not in _get_ready:
        _get_ready.append(get_ready)


def get_ready() -> None:
    """A worker starts: let each kind of work prepare what every job of it needs."""
    for prepare in _get_ready:
        prepare()


def enqueue(kind: str, subject_id: int, by: Person, lane: int | None = None) -> Job:
    """Add a job in the caller's transaction and wake a worker after its commit.

    `lane` is the unit whom the work is for; the person's own unless said.
    """
    lane = lane or by.agency_id or 0
    job = Job.objects.create(kind=kind, subject_id=subject_id, created_by=by, format=FORMAT, lane=lane)
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

    def is_mine(self) -> bool:
        """Whether the job is still this attempt's: neither cancelled nor with another worker."""
        return bool(self._mine().exists())

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


def run_next() -> None:
    """Do the job whose turn it is; nothing when none waits, so waking twice is harmless."""
    _do(claim_next())


def run(job_id: str) -> None:
    """Do this job, out of turn; a job that is not to be had is left alone."""
    _do(claim(job_id))


def _do(job: Job | None) -> None:
    if job is None:
        return
    try:
        _handlers[job.kind](Run(job))
    except LeaseLost:
        return
    except Unavailable as error:
        put_back(job, str(error))
        raise
    except Exception as error:
        give_back(job, f"{type(error).__name__}: {error}")
        raise


def claim(job_id: str) -> Job | None:
    """Take a queued job, or a running one whose lease ran out; None when somebody else has it."""
    token = uuid.uuid4()
    taken = Job.objects.filter(_free(), pk=job_id).update(
        state=Job.State.RUNNING, token=token, lease_until=_lease(), attempt=F("attempt") + 1, started_at=Now()
    )
    return Job.objects.get(pk=job_id) if taken else None


def claim_next() -> Job | None:
    """Take the job whose turn it is; None when no job waits that this worker can do."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])
        chosen = _in_turn().values_list("pk", flat=True).first()
        return claim(str(chosen)) if chosen else None


def _free() -> Q:
    """Jobs that a worker of this code may take now."""
    left = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING], lease_until__lt=Now())
    left |= Q(state=Job.State.QUEUED, lease_until=None)
    return left & Q(attempt__lt=settings.JOB_MAX_ATTEMPTS, format__lte=FORMAT, kind__in=list(_handlers))


def _in_turn() -> Any:
    """Jobs to be had, the one whose turn it is first."""
    lane = Job.objects.filter(lane=OuterRef("lane")).order_by()
    busy = lane.filter(state=Job.State.RUNNING, lease_until__gte=Now()).values("lane").annotate(n=Count("pk"))
    served = lane.filter(started_at__isnull=False).order_by("-started_at").values("started_at")[:1]
    last = Job.objects.filter(started_at__isnull=False).order_by("-started_at").values_list("kind", flat=True).first()
    late, early = Value(1), Value(0)
    urgent = Case(When(kind__in=list(_urgent), then=early), default=late)
    return (
        Job.objects.filter(_free())
        .annotate(
            urgent=urgent,
            busy=Coalesce(Subquery(busy.values("n")), 0),
            served=Subquery(served),
        )
        .order_by(
            *(() if last in _urgent else ("urgent",)),
            "busy",
            F("served").asc(nulls_first=True),
            "urgent",
            "created_at",
            "pk",
        )
    )


def cancel(kind: str, subject_id: int) -> bool:
    """Give a live job up because somebody asked; the worker that holds it stops within a second.

    Part of the caller's transaction; waits while the job's rows are being stored, and returns False when it is over. To
    be called before anything else is locked: the worker that stores locks the job first, too.
    """
    live = Job.objects.filter(kind=kind, subject_id=subject_id, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    found = live.select_for_update().first()
    if found is None:
        return False
    Job.objects.filter(pk=found.pk).update(
        state=Job.State.CANCELLED, ended_at=Now(), token=None, lease_until=None, error={"reason": "cancelled"}
    )
    return True


def waiting(kind: str, lane: int) -> int:
    """How many jobs of this kind are queued or under way for a lane."""
    return Job.objects.filter(kind=kind, lane=lane, state__in=[Job.State.QUEUED, Job.State.RUNNING]).count()


def ahead_of(job: Job) -> int:
    """About how many jobs are done before a queued one: lanes take turns, so as many of each as it is in its own."""
    queued = Job.objects.filter(state=Job.State.QUEUED)
    place = queued.filter(lane=job.lane, created_at__lt=job.created_at).count() + 1
    lanes = queued.exclude(lane=job.lane).order_by().values("lane").annotate(n=Count("pk")).values_list("n", flat=True)
    running = Job.objects.filter(state=Job.State.RUNNING).count()
    return running + place - 1 + sum(min(count, place) for count in lanes)


def put_back(job: Job, reason: str) -> None:
    """After the journal's copy could not be written: the work is as good as before, so no attempt is used up.

    It waits for a lease's time; by then the sweep wakes a worker, and again until the copy is back.
    """
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, token=job.token).update(
        state=Job.State.QUEUED,
        token=None,
        lease_until=_lease(),
        woken_at=Now(),
        attempt=F("attempt") - 1,
        error={"reason": reason},
    )


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
