"""The inbox: what happened that concerns a person, and where to open it. Nobody has to go and look."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

LOCAL_PATH = r"^/(?![/\\])[!-\[\]-~]*$"
"""An address on this very site: one slash, then printable ASCII without a backslash. No host can hide in it."""


WHAT_NEXT: dict[str, str] = {
    "to_review": "去审核",
    "returned": "去修改",
    "question": "去答复",
    "answered": "看答复",
    "asked": "去答复",
    "carrying": "去办理",
    "due_soon": "去办理",
    "overdue": "去办理",
}
"""The word on the button of a notice whose matter is open; 查看 for all others."""


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, person: models.Model) -> Self:
        """A person's own notices; nobody sees another's."""
        return self.filter(person=person.pk)

    def unread(self) -> Self:
        return self.filter(read_at=None, settled_at=None)


class Notice(models.Model):
    """One thing told to one person.

    Unread until the person opens or ticks it off (`read_at`); over, read or not, once the matter is done
    (`settled_at`). `key` names the matter and what is said of it: while a notice of the key is unread and not over, a
    newer one replaces it. Notices are no record of anything: that is the journal.
    """

    class Kind(models.TextChoices):
        TO_REVIEW = "to_review", "待审核"
        RETURNED = "returned", "退回"
        ACCEPTED = "accepted", "通过"
        QUESTION = "question", "疑问"
        ANSWERED = "answered", "答复"
        MOTION = "motion", "动议"
        DELEGATED = "delegated", "委托"
        DUE_SOON = "due_soon", "快到期"
        OVERDUE = "overdue", "逾期"
        SCAN = "scan", "扫描件"
        JOURNAL = "journal", "审计日志"
        ASKED = "asked", "征求意见"
        CARRYING = "carrying", "落实"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=120)
    text = models.CharField("内容", max_length=200)
    whose = models.CharField("单位", max_length=60, blank=True)
    url = models.CharField("去处", max_length=300)
    created_at = models.DateTimeField("时间", db_default=Now())
    read_at = models.DateTimeField("已读时间", null=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], condition=Q(read_at=None, settled_at=None), name="one_unread_a_key"
            ),
            models.CheckConstraint(condition=Q(url__regex=LOCAL_PATH), name="notice_leads_nowhere_else"),
        ]
        indexes = [
            models.Index(F("person"), F("created_at").desc(), F("id").desc(), name="notice_inbox"),
            models.Index(fields=["key"], condition=Q(settled_at=None), name="notice_open_key"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"

    @property
    def verb(self) -> str:
        return "查看" if self.settled_at else WHAT_NEXT.get(self.kind, "查看")


class Channel(models.TextChoices):
    """Ways out of the system, each off until settings.NOTICE_CHANNELS names it (notices/adapters.py)."""

    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"


class Address(models.Model):
    """Where a person wants the daily digest: at most one address a channel, set by the person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField("方式", max_length=10, choices=Channel.choices)
    address = models.CharField("地址", max_length=120)
    enabled = models.BooleanField("启用", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="one_address_a_channel"),
            models.CheckConstraint(condition=~Q(address=""), name="address_given"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.channel}"


class Delivery(models.Model):
    """One day's digest to one person by one channel: at most one is sent. `error`: why the last attempt failed.

    `told_until` is when the newest notice counted in it came up: the next digest waits for something newer.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField("方式", max_length=10, choices=Channel.choices)
    day = models.DateField("日期")
    attempt = models.PositiveSmallIntegerField(db_default=0)
    unread = models.PositiveIntegerField("未读", db_default=0)
    told_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    error = models.CharField(max_length=300, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "day"], name="one_digest_a_day"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(told_until__isnull=False), name="sent_digest_told_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.channel} {self.day}"
