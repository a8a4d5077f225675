"""What the office assumes where no sheet says it: the figures behind a saving."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Assumption(models.Model):
    """One value of `planning.assumptions.KNOWN`, as the office last said it; null: taken back, nothing is assumed.

    A key without a row has never been stated. What it was before stands in the journal.
    """

    key = models.CharField(max_length=20, unique=True)
    value = models.DecimalField("取值", max_digits=10, decimal_places=4, null=True)
    source = models.CharField("依据", max_length=200)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("修改时间", db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="assumed_from_something"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="assumed_not_negative"),
        ]

    def __str__(self) -> str:
        return self.key
