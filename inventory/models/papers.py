"""That somebody compared the stamped scan with the version, where its printed code does not say so by itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reviews.models import Side

from .intake import Version


class ScanTick(models.Model):
    """A side's word that the scan, which carries no code, attests this version. Append-only.

    `for_person` is who delegated the power to `person`, null where it is the person's own. A trigger refuses whoever
    has no part in the case on that side.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="scan_ticks")
    side = models.CharField(max_length=10, choices=Side.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    for_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField("说明", db_default="")
    ticked_at = models.DateTimeField("核对时间", db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="one_scan_tick_a_side"),
            models.CheckConstraint(condition=Q(side__in=["data", "police"]), name="scan_tick_of_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.side}"
