"""What the inbox reads; always one person's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, Max, QuerySet, Value, When
from django.utils import timezone

from .models import Notice


def unread_count(person: Any) -> int:
    """For the frame of every page: one look into the index of unread notices."""
    return Notice.objects.of(person).unread().count()


def unread_until(person: Any) -> dt.datetime | None:
    """When the newest unread notice came up; None where all is read."""
    newest: dt.datetime | None = Notice.objects.of(person).unread().aggregate(newest=Max("created_at"))["newest"]
    return newest


def inbox(person: Any, kind: str = "", only_unread: bool = False) -> QuerySet[Notice]:
    """Unread ones first, each part the newest first. Each with `is_unread`."""
    found = Notice.objects.of(person)
    if kind:
        found = found.filter(kind=kind)
    if only_unread:
        found = found.unread()
    unread = Case(
        When(read_at=None, settled_at=None, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return found.annotate(is_unread=unread).order_by("-is_unread", "-created_at", "-pk")


@dataclass(frozen=True)
class Day:
    """The notices of one local day, all unread or all not."""

    unread: bool
    day: dt.date
    notices: list[Notice]


def by_day(notices: Iterable[Notice]) -> list[Day]:
    """As `inbox` gives them, cut by day."""

    def place(notice: Notice) -> tuple[bool, dt.date]:
        return bool(vars(notice)["is_unread"]), timezone.localdate(notice.created_at)

    return [Day(unread, day, list(told)) for (unread, day), told in groupby(notices, place)]
