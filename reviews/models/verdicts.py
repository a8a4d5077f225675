"""What a side says: verdicts on items, questions answered, and the closing of a round."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .cases import Case, Round, Side


class Decision(models.TextChoices):
    PASS = "pass", "通过"
    RETURN = "return", "退回"
    QUESTION = "question", "疑问"


class Choice(models.TextChoices):
    """What passing means where two units reported one code (model.md: 合并、移交、各自独立)."""

    NONE = "", "—"
    MERGE = "merge", "合并"
    TRANSFER = "transfer", "移交"
    DISTINCT = "distinct", "各自独立"


class Verdict(models.Model):
    """What one side says of one content: it belongs to (case, item key, item hash, side); an unchanged row keeps it.

    `for_person` is who delegated the power to `person`, null where it is the person's own. `choice` is how a collided
    item is settled by passing it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="verdicts", db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+", db_index=False)
    item_key = models.BigIntegerField()
    item_hash = models.CharField(max_length=64)
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    for_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="受谁委托"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices)
    choice = models.CharField(max_length=10, choices=Choice.choices, db_default="")
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "side", "item_key", "item_hash"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_verdict",
            ),
            models.CheckConstraint(condition=~Q(decision="return") | ~Q(reason=""), name="return_has_reason"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="verdict_of_a_side"),
            models.CheckConstraint(condition=Q(choice="") | Q(decision="pass"), name="choice_goes_with_a_pass"),
        ]
        indexes = [
            models.Index(fields=["person", "decided_at"], condition=~Q(reason=""), name="reasons_of_a_person"),
            models.Index(
                fields=["case", "item_key"], condition=Q(superseded_at__isnull=False), name="superseded_verdicts"
            ),
            models.Index(
                fields=["case"], condition=Q(decision="question", superseded_at__isnull=True), name="open_questions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item_key} {self.side} {self.decision}"


class Closing(models.Model):
    """A side has judged every item of the round, for exactly this content."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="closings")
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    for_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="受谁委托"
    )
    version_hash = models.CharField(max_length=64)
    passed = models.PositiveIntegerField("通过行数")
    returned = models.PositiveIntegerField("退回行数")
    closed_at = models.DateTimeField("办结时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "side"], name="one_closing_a_side"),
            models.CheckConstraint(condition=Q(passed__gte=0) & Q(returned__gte=0), name="closing_counts"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="closing_of_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.side}"


class Answer(models.Model):
    """What the unit answers to a question about one of its rows, while nothing can be edited. Append-only."""

    verdict = models.OneToOneField(Verdict, models.PROTECT, related_name="answer")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField("答复")
    answered_at = models.DateTimeField("答复时间", db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="answer_says_something")]

    def __str__(self) -> str:
        return f"{self.verdict_id}"
