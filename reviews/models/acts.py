"""Acts beside verdicts: what both sides do together after a decision, and power lent to a colleague for a time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .cases import Case, Round, Side


class Motion(models.Model):
    """One side moves, with a reason, what only both sides can do; the other agrees or refuses (model.md, Withdrawal).

    Nothing of it is ever changed but for the answer, once.
    """

    class Kind(models.TextChoices):
        REOPEN = "reopen", "重新开启"
        UNDO = "undo", "撤销入库"

    class Answer(models.TextChoices):
        OPEN = "", "待对方答复"
        AGREED = "agreed", "对方同意"
        REFUSED = "refused", "对方不同意"
        TAKEN_BACK = "taken_back", "已收回"

    case = models.ForeignKey(Case, models.PROTECT, related_name="motions")
    round = models.ForeignKey(Round, models.PROTECT, related_name="motions")
    kind = models.CharField("事项", max_length=10, choices=Kind.choices)
    reason = models.TextField("理由")
    side = models.CharField("提出方", max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    for_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField("提出时间", db_default=Now())
    answer = models.CharField("答复", max_length=10, choices=Answer.choices, db_default="")
    answer_reason = models.TextField("答复说明", db_default="")
    answered_side = models.CharField(max_length=10, choices=Side.choices, db_default="")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(answer=""), name="one_open_motion"),
            models.CheckConstraint(condition=~Q(reason=""), name="motion_has_reason"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="motion_of_a_side"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True, answered_side="")
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="answered_motion_has_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["agreed", "refused"])
                | (Q(answered_side__in=["data", "police"]) & ~Q(answered_side=F("side"))),
                name="the_other_side_answers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Delegation(models.Model):
    """A reviewer lends the side's power to a colleague of the same agency until a day; never power that was lent.

    In force: starts_on <= today <= ends_on and not revoked, by the database's calendar.
    """

    side = models.CharField("代表", max_length=10, choices=Side.choices)
    delegator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="委托人")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="受托人")
    starts_on = models.DateField("自")
    ends_on = models.DateField("至")
    reason = models.TextField("事由")
    made_at = models.DateTimeField("委托时间", db_default=Now())
    revoked_at = models.DateTimeField("收回时间", null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delegator=F("deputy")), name="deputy_is_another"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_has_a_term"),
            models.CheckConstraint(condition=~Q(reason=""), name="delegation_has_reason"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="delegation_of_a_side"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegator_id} -> {self.deputy_id}"
