"""Days of the past for tests of what the registry said then."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from inventory.models import LedgerEntry
from registry.keeping import KEPT
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


def backdate(entry: LedgerEntry, moment: dt.datetime) -> None:
    """Let the registry have recorded at this moment what the entry wrote, past the triggers that keep versions."""
    written = entry.recorded_at
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for kept in KEPT:
            cursor.execute(
                f"UPDATE {kept.former} SET recorded_from = %s WHERE ledger_entry_id = %s AND recorded_from = %s",
                [moment, entry.pk, written],
            )
            cursor.execute(f"UPDATE {kept.former} SET recorded_to = %s WHERE recorded_to = %s", [moment, written])
            cursor.execute(f"UPDATE {kept.things} SET changed_at = %s WHERE changed_at = %s", [moment, written])
        cursor.execute("UPDATE inventory_coreport SET settled_at = %s WHERE settled_at = %s", [moment, written])
        cursor.execute("UPDATE inventory_coreport SET ended_at = %s WHERE ended_at = %s", [moment, written])
        cursor.execute("UPDATE inventory_ledgerentry SET recorded_at = %s WHERE id = %s", [moment, entry.pk])
        cursor.execute("SET session_replication_role = origin")
    entry.recorded_at = moment
