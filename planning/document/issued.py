"""What a document is made for: which issue, of which moment, who reads its lists, what changed since the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from agencies.models import Person
from registry.names import Names

from .changes import Change
from .figures import Figures


@dataclass(frozen=True)
class Issued:
    """What a document is made for: which issue, its moment, who reads the lists, and what changed since the last.

    `strict`: a list must have as many rows as its figure says (lists.Moved).
    """

    number: int
    as_of: datetime
    reader: Person
    names: Names
    changes: Sequence[Change] = ()
    before: int | None = None
    figures: Figures = field(default_factory=dict)
    strict: bool = True

    @property
    def day(self) -> str:
        day = timezone.localtime(self.as_of)
        return f"{day.year}年{day.month}月{day.day}日"

    @property
    def minute(self) -> str:
        return f"{self.day}{timezone.localtime(self.as_of):%H:%M}"
