"""Registered things of the unit that its survey does not mention: each one needs a word (model.md, Registry)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .changes import RowKind
from .intake import Version


class MissingMark(models.Model):
    """What the unit says of a live camera (or platform) of its own that is not in the version.

    Marks are items of the same review: `item_key` stands for the mark there, and is never a staged row's key.
    """

    class Mark(models.TextChoices):
        PRESENT = "present", "仍在"
        REMOVED = "removed", "拆除"
        TRANSFERRED = "transferred", "移交"
        ELSEWHERE = "elsewhere", "他人填报"

    version = models.ForeignKey(Version, models.PROTECT, related_name="missing_marks")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    thing_id = models.BigIntegerField("登记记录")
    item_key = models.BigIntegerField()
    mark = models.CharField("情况", max_length=12, choices=Mark.choices)
    to_agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", verbose_name="移交给")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    row_hash = models.CharField(max_length=64)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "thing_id"], name="one_mark_a_thing"),
            models.UniqueConstraint(fields=["version", "item_key"], name="one_mark_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing_id} {self.mark}"

    @property
    def sentence(self) -> str:
        """What was said, in words: 移交给青山镇（2025年6月划转）."""
        said = self.Mark(self.mark).label + (f"给{self.to_agency.short_name}" if self.to_agency else "")
        return f"{said}（{self.note}）" if self.note else said
