"""What people changed on screen: who, when, which cells, from what to what. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .intake import SourceFile, Version


class RowKind(models.TextChoices):
    CAMERA = "camera", "摄像机"
    PLATFORM = "platform", "平台"


class ChangeSet(models.Model):
    """One act: a cell edited, a block pasted, a value replaced, a fix applied, rows added or removed, or an undo.

    Undoing is an act too: it has changes of its own, and `undoes` names the one it takes back.
    """

    class Way(models.TextChoices):
        EDIT = "edit", "修改"
        PASTE = "paste", "粘贴"
        REPLACE = "replace", "替换"
        FIX = "fix", "采用建议"
        ENTRY = "entry", "在线填写"
        MAP = "map", "在地图上点选位置"
        REMOVE = "remove", "删除行"
        UNDO = "undo", "撤销"
        KEEP = "keep", "沿用在线修改"
        SETTLE = "settle", "确认以哪个为准"

    version = models.ForeignKey(Version, models.PROTECT, related_name="change_sets")
    way = models.CharField("方式", max_length=10, choices=Way.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("时间", db_default=Now())
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.way} {self.pk}"


class Change(models.Model):
    """One cell's raw value before and after, or with `column_key` '' a whole row's raw cells (null: not there).

    The row is known by its `key`, which outlives versions and re-uploads; `sheet` and `row` are where it stood, `file`
    the original whose cell was changed (the blank form for a row entered on screen).
    """

    id = models.BigAutoField(primary_key=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    row_key = models.BigIntegerField()
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    sheet = models.CharField("工作表", max_length=64)
    row = models.PositiveIntegerField("行号")
    column_key = models.CharField(max_length=40, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["row_key", "kind", "column_key"], name="changes_of_a_cell")]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.row} {self.column_key}"


class Clash(models.Model):
    """A cell changed on screen and, to something else, in the mended file: the unit says which one holds.

    Until then the file's value stands, and the version cannot be submitted.
    """

    class Choice(models.TextChoices):
        FILE = "file", "以文件为准"
        SCREEN = "screen", "以在线修改为准"

    source_file = models.ForeignKey(SourceFile, models.CASCADE, related_name="clashes")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    row_key = models.BigIntegerField()
    column_key = models.CharField(max_length=40, blank=True)
    in_old_file = models.JSONField(null=True)
    in_new_file = models.JSONField(null=True)
    on_screen = models.JSONField(null=True)
    choice = models.CharField(max_length=10, choices=Choice.choices, blank=True, db_default="")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_file", "kind", "row_key", "column_key"], name="one_clash_a_cell"),
            models.CheckConstraint(
                condition=Q(choice="", settled_by__isnull=True) | ~Q(choice="") & Q(settled_by__isnull=False),
                name="settled_clash_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_key} {self.column_key}"
