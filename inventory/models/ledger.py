"""What entered the registry, once for each case and round."""

from __future__ import annotations

from django.db import models

from .intake import Version


class LedgerEntry(models.Model):
    """One entry per (case, round) accepted: what entered the registry, once."""

    class Kind(models.TextChoices):
        ACCEPTANCE = "acceptance", "入库"
        WITHDRAWAL = "withdrawal", "撤回"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ACCEPTANCE)
    round = models.ForeignKey("reviews.Round", models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("入库时间")
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "kind"], name="one_ledger_entry")]

    def __str__(self) -> str:
        return f"{self.kind} {self.round_id}"
