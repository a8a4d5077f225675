"""Background work: the row is the truth, the queue only the wake-up."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Job(models.Model):
    """One piece of work with progress and a lease.

    `token` is the fencing token: it changes at every claim, and a worker whose token is no longer the row's may write
    nothing. States move queued -> running -> done | failed, and running -> queued when a lease ran out; queued or
    running -> cancelled. `lease_until` of a queued job is when it may be taken up, null for at once. `lane` is whom the
    work is for (a unit): lanes take turns, however many jobs one has queued.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "处理中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    lane = models.BigIntegerField(db_default=0)
    format = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    woken_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state__in=["queued", "running"]), name="one_live_job"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(token__isnull=False, lease_until__isnull=False),
                name="running_job_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_sweep"),
            models.Index(fields=["lane", "started_at"], name="job_turn"),
            models.Index(fields=["started_at"], name="job_last"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.state}"


class DailyRun(models.Model):
    """One local day of one daily task (jobs/daily.py). Over once `ended_at` is set; `error` is why an attempt failed.

    `lease_until` is how long the worker that has it may be believed alive, or when a failed attempt is made again.
    """

    name = models.CharField(max_length=60)
    day = models.DateField()
    attempt = models.PositiveSmallIntegerField(db_default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, db_default="")

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["name", "day"], name="once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
