"""The journal in the hands of somebody who has the whole database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction

from agencies.models import Person
from audit import journal
from audit.models import DailyHead, Entry, Head


def write(by: Person, count: int, action: str = "login.ok") -> list[Entry]:
    with transaction.atomic():
        return [journal.record(by, action, by, number=number) for number in range(count)]


@contextmanager
def without_trigger() -> Iterator[None]:
    """As a superuser who switches the triggers off, and on again."""
    connection.check_constraints()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def sql(statement: str, *params: str | int | datetime | date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def rewrite(after: int, *, actor_name: str = "somebody-else") -> None:
    """Change every entry after this one and make all the rest fit: hashes, head and daily heads."""
    previous = Entry.objects.get(seq=after).hash if after else journal.FIRST_HASH
    for entry in Entry.objects.filter(seq__gt=after).order_by("seq"):
        entry.previous_hash, entry.actor_name = previous, actor_name
        previous = journal.digest(entry)
        Entry.objects.filter(pk=entry.pk).update(
            actor_name=entry.actor_name, previous_hash=entry.previous_hash, hash=previous
        )
    Head.objects.update(hash=previous)
    for head in DailyHead.objects.filter(seq__gt=after):
        DailyHead.objects.filter(pk=head.pk).update(hash=Entry.objects.get(seq=head.seq).hash)


def put_back(to: int) -> None:
    """An older backup, which is sound in itself."""
    sql("DELETE FROM audit_entry WHERE seq > %s", to)
    sql("DELETE FROM audit_dailyhead WHERE seq > %s", to)
    Head.objects.update(seq=to, hash=Entry.objects.get(seq=to).hash)


def move(seq: int, at: datetime) -> None:
    """As though the entry had been written at another time; what follows it is made to fit."""
    sql("UPDATE audit_entry SET at = %s WHERE seq = %s", at, seq)
    rewrite_hashes(seq)


def rewrite_hashes(since: int) -> None:
    previous = Entry.objects.get(seq=since - 1).hash if since > 1 else journal.FIRST_HASH
    for entry in Entry.objects.filter(seq__gte=since).order_by("seq"):
        entry.previous_hash = previous
        previous = journal.digest(entry)
        Entry.objects.filter(pk=entry.pk).update(previous_hash=entry.previous_hash, hash=previous)
    Head.objects.update(hash=previous)
