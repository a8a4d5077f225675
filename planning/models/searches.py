"""One run of the finder over the whole registry."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Search(models.Model):
    """What was looked for and what came of it: found = fresh + known; `outdated` proposals were not found again.

    At most one is under way, because it says of all proposals of its kinds whether they still hold.
    """

    class State(models.TextChoices):
        RUNNING = "running", "查找中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    kinds = ArrayField(models.CharField(max_length=20), verbose_name="查找内容")
    radius_m = models.PositiveSmallIntegerField("摄像机距离（米）")
    pole_radius_m = models.PositiveSmallIntegerField("杆件距离（米）")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("结束", null=True)
    found = models.PositiveIntegerField("找到", null=True)
    fresh = models.PositiveIntegerField("新的", null=True)
    known = models.PositiveIntegerField("已有的", null=True)
    outdated = models.PositiveIntegerField("已过时的", null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_search_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=["running", "done", "failed"]), name="search_state"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(found=F("fresh") + F("known"), outdated__gte=0),
                name="search_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(radius_m__gt=0, pole_radius_m__gt=0), name="search_within_some_distance"
            ),
        ]

    def __str__(self) -> str:
        return f"查找 {self.pk}"
