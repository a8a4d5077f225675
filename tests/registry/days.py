"""Days of the past for tests of what the registry said then."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from inventory.models import LedgerEntry
from tests.factories_registry import accepted_batch


def ago(days: int, hour: int = 10) -> dt.datetime:
    """A moment so many days ago, in the county's time."""
    day = timezone.localdate() - dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def batch(days: int, agency: str = "meishan") -> LedgerEntry:
    """A batch of the agency that entered the registry so many days ago."""
    return accepted_batch(agency, at=ago(days))


def as_of(days: int) -> str:
    """The parameter that asks for the end of the day so many days ago; below zero in days to come."""
    return f"as_of={(timezone.localdate() - dt.timedelta(days=days)).isoformat()}"
