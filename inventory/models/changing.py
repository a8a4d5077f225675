"""A unit asks for a change of what is registered, after acceptance: a small form, judged by both sides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.access import VisibleQuerySet

from .changes import RowKind


class ChangeRequestQuerySet(VisibleQuerySet["ChangeRequest"]):
    pass


class ChangeRequest(models.Model):
    """One thing, one open request. The subject of a case of kind "change"; what was asked stands in its versions."""

    class State(models.TextChoices):
        IN_REVIEW = "in_review", "审核中"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已更正"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN_STATES = (State.IN_REVIEW, State.RETURNED)

    kind = models.CharField(max_length=10, choices=RowKind.choices)
    thing_id = models.BigIntegerField()
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="填报单位")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.IN_REVIEW)
    state_since = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", db_default=Now())

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "thing_id"], condition=Q(state__in=["in_review", "returned"]), name="one_open_change"
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="changes_of_agency"),
            models.Index(fields=["state", "-id"], name="changes_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id} {self.state}"


class RequestedChange(models.Model):
    """What was handed in as round `number`: column -> clean value, beside the thing's version `seen`. Append-only.

    `warnings` are the sentences that travel to the reviewers: {"key": column, "code": rule, "message": words}.
    """

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("第几次")
    seen = models.PositiveIntegerField("所据版本")
    retires = models.BooleanField("注销", default=False)
    values = models.JSONField(default=dict)
    reason = models.TextField("原因")
    evidence = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    warnings = models.JSONField(default=list)
    hash = models.CharField("内容校验值", max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提交时间", db_default=Now())

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="requested_change_once")]

    def __str__(self) -> str:
        return f"{self.request_id} 第{self.number}次"
