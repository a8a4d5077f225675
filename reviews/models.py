"""One engine for every dual review: data bureau AND police decide a case (plan: "双把关"; model.md, Review)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from agencies.access import VisibleQuerySet


class Side(models.TextChoices):
    DATA = "data", "数据局"
    POLICE = "police", "公安局"


class CaseQuerySet(VisibleQuerySet["Case"]):
    pass


class Case(models.Model):
    """1:1 with what is decided. The row is the root that every decision locks."""

    class State(models.TextChoices):
        OPEN = "open", "审核中"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已通过"

    kind = models.CharField("事项", max_length=30)
    subject_id = models.BigIntegerField()
    title = models.CharField("标题", max_length=120)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="报送单位")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    own_side = models.CharField("本单位报送", max_length=10, choices=Side.choices, blank=True)
    opened_at = models.DateTimeField("提交时间", auto_now_add=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_case_a_subject")]
        indexes = [models.Index(fields=["state", "opened_at"], name="case_queue")]

    def __str__(self) -> str:
        return self.title


class Round(models.Model):
    """One version under review. Both sides work from its start; it ends when both have closed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "通过"
        RETURNED = "returned", "退回"

    case = models.ForeignKey(Case, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField("轮次")
    version_hash = models.CharField("内容校验值", max_length=64)
    item_count = models.PositiveIntegerField("行数", default=0)
    opened_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("结束", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="round_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_open_round"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="ended_round_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 第{self.number}轮"


class Item(models.Model):
    """One thing to judge in a round: a row's stable key and the hash of its content."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="items", db_index=False)
    key = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="item_once")]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.key}"


class Participation(models.Model):
    """The one part a person plays in a case: author, or reviewer of one side.

    One row per (case, person) is four eyes: who uploaded, edited or submitted cannot also judge, and nobody acts for
    both sides. Verdicts and closings refer to (case, person, part) by composite foreign key (see the migration).
    """

    class Part(models.TextChoices):
        AUTHOR = "author", "报送人"
        DATA = "data", "数据局审核"
        POLICE = "police", "公安审核"

    case = models.ForeignKey(Case, models.PROTECT, related_name="participations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="one_part_a_person"),
            models.UniqueConstraint(fields=["case", "person", "part"], name="participation_part"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id} {self.part}"


class Decision(models.TextChoices):
    PASS = "pass", "通过"
    RETURN = "return", "退回"
    QUESTION = "question", "疑问"


class Verdict(models.Model):
    """What one side says of one content: it belongs to (case, item key, item hash, side); an unchanged row keeps it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="verdicts", db_index=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+", db_index=False)
    item_key = models.BigIntegerField()
    item_hash = models.CharField(max_length=64)
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    decision = models.CharField(max_length=10, choices=Decision.choices)
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
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item_key} {self.side} {self.decision}"


class Closing(models.Model):
    """A side has judged every item of the round, for exactly this content."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="closings")
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
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
