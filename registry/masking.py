"""Exact positions that a person may not see: a supervising department sees its kinds of place, positions blurred.

`visible_to` annotates each row with `is_masked`. `conceal` blurs the position in the instance itself, right after it
was read, so that no template, export or history that comes later can show more by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)

POSITION_FIELDS = ("longitude", "latitude", "wgs_longitude", "wgs_latitude")
BLURRED = "位置已模糊"
_HUNDREDTH = Decimal("0.01")
"""About a kilometre."""


def conceal(row: M, *, masked: bool | None = None) -> M:
    """The row itself, its position rounded to two decimals when it is masked. Such a row must never be saved.

    `masked` overrides the row's own `is_masked` (for versions, which are seen like the row they belong to). A row read
    without `visible_to` raises AttributeError: nothing is shown by default.
    """
    hidden = row.is_masked if masked is None else masked  # type: ignore[attr-defined]
    if hidden:
        for name in POSITION_FIELDS:
            value = getattr(row, name, None)
            if value is not None:
                setattr(row, name, _blurred(value))
    return row


def concealed(rows: Iterable[M]) -> list[M]:
    return [conceal(row) for row in rows]


def _blurred(value: Decimal | float) -> Decimal:
    return Decimal(str(value)).quantize(_HUNDREDTH, ROUND_HALF_EVEN)
