"""Carrying out what was settled (落实): planned, under way, done with evidence, confirmed by the office."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .proposals import Member


class Carrying(models.Model):
    """One member's settled measure in the field. Its owner reports, the office confirms.

    VOID: the settlement was undone. A member has one that is not void at most.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "待落实"
        UNDER_WAY = "under_way", "落实中"
        DONE = "done", "待确认"
        CONFIRMED = "confirmed", "已落实"
        VOID = "void", "已撤销"

    member = models.ForeignKey(Member, models.CASCADE, related_name="carryings")
    measure = models.CharField("整合方式", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    since = models.DateTimeField("状态起", db_default=Now())
    note = models.TextField("说明", blank=True, default="")
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    objection = models.TextField("退回理由", blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=~Q(state="void"), name="one_carrying_a_member"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "under_way", "done", "confirmed", "void"]), name="carrying_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "confirmed"])
                | Q(evidence__isnull=False, reported_by__isnull=False, reported_at__isnull=False),
                name="done_with_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.state}"
