"""The county integration plan as it was issued: the figures of one moment, and the documents made from them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from agencies.access import VisibleQuerySet


class IssueQuerySet(VisibleQuerySet["Issue"]):
    pass


class Issue(models.Model):
    """The n-th issue. `figures`: everything its document says, as counted at `as_of`; never changed once it is done.

    At most one is being made.
    """

    class State(models.TextChoices):
        RUNNING = "running", "生成中"
        DONE = "done", "已生成"
        FAILED = "failed", "未生成"

    number = models.PositiveIntegerField("版次", unique=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="生成人")
    made_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("完成", null=True)
    as_of = models.DateTimeField("数据时间", null=True)
    figures = models.JSONField(null=True)
    file = models.OneToOneField("files.StoredFile", models.PROTECT, null=True, related_name="+")

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_issue_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=["running", "done", "failed"]), name="issue_state"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(as_of__isnull=False, figures__isnull=False, file__isnull=False, ended_at__isnull=False),
                name="issue_done_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"整合方案第 {self.number} 版"


class Part(models.Model):
    """One unit's part of an issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="parts")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="单位")
    figures = models.JSONField()
    cameras = models.PositiveIntegerField("摄像机")
    file = models.OneToOneField("files.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["agency__position", "agency__code"]
        constraints = [models.UniqueConstraint(fields=["issue", "agency"], name="one_part_a_unit")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.agency_id}"
