"""Immutable originals: named by us, found by SHA-256."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """One original as it was handed in. Never changed, never overwritten; a trigger refuses updates of its content."""

    class Kind(models.TextChoices):
        WORKBOOK = "workbook", "原表"
        SCAN = "scan", "盖章扫描件"
        EVIDENCE = "evidence", "落实证明"
        PLAN = "plan", "整合方案"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("文件名", max_length=150)
    path = models.CharField(max_length=200, unique=True)
    preview = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("字节数")
    agency_id = models.BigIntegerField("单位", db_index=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    def __str__(self) -> str:
        return self.name
