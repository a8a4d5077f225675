"""What is decided, the rounds of its review, the items of a round, and the part a person plays."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

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
        WITHDRAWN = "withdrawn", "已撤回"

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
    """One version under review. Both sides work from its start; it ends when both have closed, or is taken back.

    Of a round that ended ACCEPTED or PARTIAL every item but those marked `Item.returned` was accepted, unless
    `undone_at` says that the batch was withdrawn again (model.md, Withdrawal). `figures` are the owner's totals of the
    version, worked out once when the round opens.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "通过"
        PARTIAL = "partial", "部分通过"
        RETURNED = "returned", "退回"
        WITHDRAWN = "withdrawn", "撤回"

    case = models.ForeignKey(Case, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField("轮次")
    version_hash = models.CharField("内容校验值", max_length=64)
    item_count = models.PositiveIntegerField("行数", default=0)
    opened_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("结束", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, blank=True)
    due_on = models.DateField("办理期限", null=True)
    undone_at = models.DateTimeField("撤销入库时间", null=True)
    figures = models.JSONField(default=dict, db_default={})

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="round_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_open_round"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="ended_round_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(outcome__in=["accepted", "partial"]), name="undone_was_accepted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 第{self.number}轮"


class Item(models.Model):
    """One thing to judge in a round: a row's stable key and the hash of its content.

    `part` is the owner's code of the table it stands in, `risk` its rank there (the highest is shown first), both
    worked out once when the round opens. `returned` is set when the round ends, on what went back.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="items", db_index=False)
    key = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    part = models.CharField(max_length=10, db_default="")
    risk = models.SmallIntegerField(db_default=0)
    returned = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="item_once")]
        indexes = [models.Index(F("round"), F("part"), F("risk").desc(), F("key"), name="item_by_risk")]

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
