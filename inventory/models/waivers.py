"""A rule set aside for one cell: asked for with a reason, granted by a reviewer, for a time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.access import VisibleQuerySet

from .changes import RowKind
from .intake import Submission


class WaiverQuerySet(VisibleQuerySet["Waiver"]):
    pass


class Waiver(models.Model):
    """It holds for this rule, this row and this very value, until it expires or is revoked.

    A rule over several cells is asked for at each of them at once: what was asked by one press has one `asked_at`.
    ENDED: expired, or the value changed, and asked for anew. `ended_*` say who revoked or replaced it and why.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待批"
        GRANTED = "granted", "已豁免"
        REFUSED = "refused", "未同意"
        REVOKED = "revoked", "已撤销"
        ENDED = "ended", "已失效"

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="waivers")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    row_key = models.BigIntegerField()
    code = models.CharField("规则", max_length=6)
    column_key = models.CharField(max_length=40, blank=True)
    value = models.TextField("原值", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    reason = models.TextField("理由")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("批复时间", null=True)
    answer = models.TextField("批复意见", blank=True, default="")
    expires_on = models.DateField("有效期至", null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_reason = models.TextField("结束原因", blank=True, db_default="")

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "kind", "row_key", "code", "column_key"],
                condition=Q(state__in=["asked", "granted"]),
                name="one_live_waiver",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_waiver_has_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(expires_on__isnull=False), name="granted_waiver_expires"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="waiver_asked_and_granted_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["revoked", "ended"]) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="ended_waiver_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.row_key} {self.state}"
