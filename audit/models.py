"""The journal: who did what, when; append-only and hash-chained (plan, task 5: 落实责任，确保数据安全)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from . import actions
from .chain import FIRST_HASH, check


class Head(models.Model):
    """The chain's single head. Its row lock serialises writers and is taken last in every transaction."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_HASH)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Entry(models.Model):
    """One action. Rows are never changed nor removed: a trigger refuses both."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(verbose_name="时间")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人")
    actor_name = models.CharField("操作人", max_length=150)
    action = models.CharField("操作", max_length=60)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=60)
    agency_id = models.BigIntegerField("单位", null=True)
    facts = models.JSONField("内容", default=dict)
    address = models.GenericIPAddressField("来源地址", null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="audit_by_object"),
            models.Index(fields=["action", "seq"], name="audit_by_action"),
            models.Index(fields=["actor", "seq"], name="audit_by_actor"),
            models.Index(fields=["agency_id", "seq"], name="audit_by_agency"),
        ]

    agency_name = ""
    """Filled in for pages and exports (search.py)."""

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    @property
    def action_word(self) -> str:
        return actions.action_word(self.action)

    @property
    def object_word(self) -> str:
        return actions.object_word(self.object_type)

    @property
    def actor_text(self) -> str:
        return actions.fact_text(self.actor_name)

    @property
    def fact_lines(self) -> list[tuple[str, str]]:
        return actions.fact_lines(self.facts)


class DailyHead(models.Model):
    """How far the journal had come when a day was over. Never changed nor removed: a trigger refuses both.

    `entries` is the count since the head of the day before, so that the counts of all days add up to `seq`.
    """

    day = models.DateField("日期", primary_key=True)
    seq = models.BigIntegerField("序号")
    hash = models.CharField("校验值", max_length=64)
    entries = models.PositiveIntegerField("当日条数")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.seq}:{self.hash}"

    @property
    def groups(self) -> list[str]:
        """The hash in groups of four, as it is copied by hand."""
        return [self.hash[start : start + 4] for start in range(0, len(self.hash), 4)]

    @property
    def check_signs(self) -> str:
        """Four signs over day, number, count and hash: a slip of the pen is told from a journal that was rewritten."""
        return check(f"{self.day:%Y-%m-%d}", self.seq, self.entries, self.hash)
