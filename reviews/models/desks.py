"""How a side works on a round: its kept counters, who has it open, what was drawn for a closer look."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .cases import Round, Side


class Desk(models.Model):
    """One side's desk in a round. The counters are kept by every act, under the lock of the case.

    passed + returned + questioned + untouched = Round.item_count; a round with `questioned` or untouched items is not
    closed by that side.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="desks")
    side = models.CharField(max_length=10, choices=Side.choices)
    passed = models.PositiveIntegerField("已通过", db_default=0)
    returned = models.PositiveIntegerField("已退回", db_default=0)
    questioned = models.PositiveIntegerField("有疑问", db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "side"], name="one_desk_a_side"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="desk_of_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.side}"


class Claim(models.Model):
    """Who of a side has the round open, and when last seen: a hint to colleagues, never a lock."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="claims")
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "side", "person"], name="one_claim_a_person")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.person_id}"


class Sample(models.Model):
    """Items drawn by lot: the first `size` in the order of sha256(seed:key), so anybody can draw them again."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="samples")
    side = models.CharField(max_length=10, choices=Side.choices)
    seed = models.CharField("随机种子", max_length=32)
    size = models.PositiveIntegerField("抽取行数")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField("抽取时间", db_default=Now())

    class Meta:
        ordering = [F("id").desc()]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="sample_of_some")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.seed} {self.size}"
