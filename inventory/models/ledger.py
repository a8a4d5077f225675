"""What entered the registry, once for each case and round."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .changes import RowKind
from .intake import Version


class LedgerEntry(models.Model):
    """One entry per (case, round) accepted: what entered the registry, once.

    An ACCEPTANCE takes in the rows of a submission's version; an AMENDMENT what both sides decided of registered
    things without a sheet, and has no version. A WITHDRAWAL compensates either.
    """

    class Kind(models.TextChoices):
        ACCEPTANCE = "acceptance", "入库"
        AMENDMENT = "amendment", "更正"
        WITHDRAWAL = "withdrawal", "撤回"

    TAKES_IN = (Kind.ACCEPTANCE, Kind.AMENDMENT)

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ACCEPTANCE)
    round = models.ForeignKey("reviews.Round", models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("入库时间")
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "kind"], name="one_ledger_entry"),
            models.CheckConstraint(
                condition=Q(kind="acceptance", version__gt=0)
                | Q(kind="amendment", version=None)
                | Q(kind="withdrawal"),
                name="entry_of_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.round_id}"


class CoReport(models.Model):
    """One camera, many reports (model.md, Registry): an agency reports a thing that stays with the first one.

    Settled by both sides as 合并; from then on the agency's rows with this code are of that thing and no collision.
    """

    kind = models.CharField(max_length=10, choices=RowKind.choices)
    thing_id = models.BigIntegerField()
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    ledger_entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="co_reports")
    source_row_id = models.BigIntegerField()
    settled_at = models.DateTimeField("合并时间", db_default=Now())
    ended_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "thing_id", "agency"], condition=Q(ended_at__isnull=True), name="one_co_report"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id} {self.agency_id}"
