"""Staged rows and what was found about them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cameras.models import CameraValues
from platforms.models import PlatformValues

from .intake import SourceFile

TO_MEND = Q(errors__gt=0) | Q(warnings__gt=0)
"""Rows with findings; few, and counted and listed after every change on screen."""


class StagedRow(models.Model):
    """A row as read: raw cells and clean values. `key` is the row's identity, stable across versions.

    `erased` names the columns whose cell says "/": unlike a blank one, it erases what is registered. `merge_group` is
    the first row of a vertically merged pole: its rows stand on one. `edited` names the columns changed on screen since
    the file was read. `match_id` and `fate` say what the row would do to
    the registry as it stood when last looked at.
    """

    id = models.BigAutoField(primary_key=True)
    source_file = models.ForeignKey(
        SourceFile, models.PROTECT, related_name="%(class)ss", db_index=False, db_constraint=False
    )
    key = models.BigIntegerField()
    sheet = models.CharField("工作表", max_length=64)
    row = models.PositiveIntegerField("行号")
    seq = models.IntegerField("序号", null=True)
    raw = models.JSONField()
    merge_group = models.IntegerField(null=True)
    erased = ArrayField(models.CharField(max_length=40), db_default=[])
    edited = ArrayField(models.CharField(max_length=40), db_default=[])
    row_hash = models.CharField(max_length=64)
    errors = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    registry_number = models.CharField("登记编号", max_length=20, blank=True, default="")
    match_id = models.BigIntegerField("对应的登记记录", null=True)
    fate = models.CharField("入库方式", max_length=12, blank=True, db_default="")

    class Meta:
        abstract = True

    class Fate(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        UNCHANGED = "unchanged", "无变化"
        REACTIVATED = "reactivated", "恢复"
        MERGED = "merged", "合并报送"
        TRANSFERRED = "transferred", "移交"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row}"


class CameraRow(StagedRow, CameraValues):
    """A staged camera-and-pole row."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_file", "sheet", "row"], name="camerarow_address"),
            models.UniqueConstraint(fields=["source_file", "key"], name="camerarow_key"),
        ]
        indexes = [
            models.Index(fields=["source_file"], condition=Q(errors__gt=0), name="camerarow_wrong"),
            models.Index(fields=["source_file", "sheet", "row"], condition=TO_MEND, name="camerarow_to_mend"),
            models.Index(
                fields=["source_file", "merge_group"], condition=Q(merge_group__isnull=False), name="camerarow_merged"
            ),
        ]


class PlatformRow(StagedRow, PlatformValues):
    """A staged platform row."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_file", "sheet", "row"], name="platformrow_address"),
            models.UniqueConstraint(fields=["source_file", "key"], name="platformrow_key"),
        ]
        indexes = [
            models.Index(fields=["source_file"], condition=Q(errors__gt=0), name="platformrow_wrong"),
            models.Index(fields=["source_file", "sheet", "row"], condition=TO_MEND, name="platformrow_to_mend"),
        ]


class RowFinding(models.Model):
    """A finding of a source file, at its cell; row 0 concerns the sheet or the file.

    `fixes` is the safe fix, where there is one: column key -> what to write there. `waived`: a waiver in force sets the
    finding aside; it is shown, and counted nowhere.
    """

    source_file = models.ForeignKey(
        SourceFile, models.PROTECT, related_name="findings", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, blank=True)
    sheet = models.CharField("工作表", max_length=64, blank=True)
    row = models.PositiveIntegerField("行号")
    cell = models.CharField("单元格", max_length=12, blank=True)
    column_key = models.CharField(max_length=40, blank=True)
    column_title = models.CharField("列", max_length=60, blank=True)
    code = models.CharField("编号", max_length=6)
    severity = models.CharField(max_length=10)
    value = models.TextField("原值", blank=True)
    message = models.TextField("问题")
    fix = models.TextField("怎么改")
    related = models.JSONField(default=list)
    fixes = models.JSONField(default=dict, db_default={})
    waived = models.BooleanField("豁免", db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["source_file", "severity", "code"], name="finding_by_code"),
            models.Index(fields=["source_file", "sheet", "row"], name="finding_by_row"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.cell}"
