"""The list that the unit's video platform exports (附件4 填写说明1): codes and names to hold the survey against."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .intake import Submission


class PlatformExport(models.Model):
    """An export of a video platform, as handed in beside the survey; a new one replaces the earlier."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已读取"
        FAILED = "failed", "未能读取"

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="platform_exports")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING)
    devices = models.PositiveIntegerField("设备数", default=0)
    summary = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.submission_id} {self.file_id}"


class ExportedDevice(models.Model):
    """One line of such an export."""

    id = models.BigAutoField(primary_key=True)
    export = models.ForeignKey(PlatformExport, models.CASCADE, related_name="lines")
    code = models.CharField("20位编码", max_length=20)
    name = models.CharField("名称", max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["export", "code"], name="device_by_code")]

    def __str__(self) -> str:
        return self.code
