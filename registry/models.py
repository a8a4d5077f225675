"""Abstract tables: identity with current values, and its append-only versions (model.md, Registry); kept views."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Life(models.TextChoices):
    """LIVE counts; RETIRED was removed in the field; WITHDRAWN left through a compensating entry."""

    LIVE = "live", "在册"
    RETIRED = "retired", "已注销"
    WITHDRAWN = "withdrawn", "已撤回"


class Identity(models.Model):
    """A surrogate id for ever, and beside it the open version: the current values, the one table that lists read.

    `ledger_entry_id` and `source_row_id` lead to the acceptance and to the staged row, in the app that owns the ledger
    and stands above. Whoever changes a row, raises its `version_number` and says these two anew; what it said before is
    kept by the database (keeping.py).

    References are enforced by the database set by set, not row by row (docs/decisions/0002-set-based-keys.md); hence
    `db_constraint=False`.
    """

    prefix: ClassVar[str]

    id = models.BigAutoField(primary_key=True)
    life = models.CharField("在册状态", max_length=10, choices=Life.choices, default=Life.LIVE)
    reporting_agency = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        related_name="+",
        verbose_name="填报单位",
        db_index=False,
        db_constraint=False,
    )
    owner = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        related_name="+",
        verbose_name="权属单位",
        db_index=False,
        db_constraint=False,
    )
    supervisor = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="主管部门",
        db_index=False,
        db_constraint=False,
    )
    maintainer = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="运维单位",
        db_index=False,
        db_constraint=False,
    )
    version_number = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("更新时间")
    ledger_entry_id = models.BigIntegerField()
    source_row_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True

    @staticmethod
    def row_once(name: str) -> models.UniqueConstraint:
        """Each staged row applied at most once; what a former version came from is compared by a trigger (keeping)."""
        return models.UniqueConstraint(fields=["source_row_id"], name=f"{name}_row_once")

    @staticmethod
    def by_batch(name: str) -> models.Index:
        """The rows of one ledger entry lie together, so a block index finds a batch at hardly any cost."""
        return BrinIndex(fields=["ledger_entry_id"], name=f"{name}_batch")

    @property
    def number(self) -> str:
        """The registry number shown to people, e.g. JZ-C-000123."""
        return number_for(self.prefix, self.pk)

    def __str__(self) -> str:
        return self.number


class Recorded(models.Model):
    """One version: values as recorded from one moment to the next; the open one (`recorded_to` null) is the identity's.

    Read from a view of the identities and their former versions. Ids of open versions are below zero.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField("版本")
    life = models.CharField(max_length=10, choices=Life.choices, default=Life.LIVE)
    reporting_agency_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    supervisor_id = models.BigIntegerField(null=True)
    maintainer_id = models.BigIntegerField(null=True)
    recorded_from = models.DateTimeField("记录起")
    recorded_to = models.DateTimeField("记录止", null=True)
    ledger_entry_id = models.BigIntegerField()
    source_row_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class Former:
    """What tables of former versions promise; they are written by triggers only, and never changed."""

    @staticmethod
    def constraints_for(name: str, identity: str) -> list[models.BaseConstraint]:
        """Numbered once for each identity, over, and each staged row applied at most once."""
        return [
            models.UniqueConstraint(fields=[identity, "number"], name=f"{name}_number_once"),
            models.CheckConstraint(condition=Q(recorded_to__isnull=False), name=f"{name}_is_over"),
            models.UniqueConstraint(fields=["source_row_id"], name=f"{name}_row_once"),
        ]

    @staticmethod
    def by_batch(name: str) -> models.Index:
        return BrinIndex(fields=["ledger_entry_id"], name=f"{name}_batch")

    @staticmethod
    def codes(name: str) -> models.Index:
        """The codes that things had before."""
        return models.Index(fields=["code"], name=f"{name}_code")


class SavedView(models.Model):
    """A list as one person likes to see it: `query` is the address without day and page."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("agencies.Person", models.CASCADE, related_name="+")
    listing = models.CharField("台账", max_length=10)
    name = models.CharField("名称", max_length=20)
    query = models.TextField("条件", blank=True)

    class Meta:
        verbose_name = "视图"
        constraints = [models.UniqueConstraint(fields=["person", "listing", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


def is_code(text: str) -> bool:
    """Whether this is a whole 20-digit code, which is looked up and not searched for."""
    return len(text) == 20 and text.isascii() and text.isdigit()


def number_for(prefix: str, pk: int) -> str:
    return f"{prefix}{pk:06d}"


def id_from_number(prefix: str, text: str) -> int | None:
    """The surrogate id behind a registry number, or None when `text` is not one of this kind."""
    text = text.strip().upper()
    digits = text.removeprefix(prefix)
    return int(digits) if text.startswith(prefix) and digits.isascii() and digits.isdigit() else None
