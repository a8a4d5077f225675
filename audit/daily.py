"""The daily head: at the end of each day, how far the journal had come. Kept outside, it vouches for all before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now, TruncDate
from django.utils import timezone

from .chain import FIRST_HASH, digest
from .models import DailyHead, Entry, Head

_SEALING = 0x4A524E4C
"""Number of the advisory lock under which heads are written: two workers do not both seal a day."""


class Broken(Exception):
    """The journal does not hold: what is not sound is not sealed. `seq` is the first entry at fault."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"审计日志第 {seq} 条{reason}，没有记下每日链尾。请运行 manage.py verify_audit 核对。")
        self.seq = seq


@dataclass
class _Reached:
    """Where the walk stands: the last entry taken in, and the day that it belongs to."""

    day: date
    seq: int
    hash: str
    counted: int = 0


def seal() -> list[DailyHead]:
    """Write the head of every day that is over and has none; return those written.

    May be called at any time and by several at once: a day is sealed once, missed days are made up for. The entries
    since the last head are verified on the way; raises Broken after the sound days before the fault were sealed. A day
    is an entry's local day by the database's clock; where that clock went back, an entry counts for the day of its
    predecessor: days follow the numbers, so that their counts add up.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALING])
        written, fault = _seal_in_turn()
    if fault:
        raise fault
    return written


def _seal_in_turn() -> tuple[list[DailyHead], Broken | None]:
    reached = _start()
    if reached is None:
        return [], None
    today: date = Head.objects.annotate(today=TruncDate(Now())).values_list("today", flat=True).get()
    written: list[DailyHead] = []
    fault = None
    try:
        for entry_day in _days(reached, today):
            while reached.day < entry_day:
                written.append(_write(reached))
    except Broken as found:
        fault = found
    else:
        while reached.day < today:
            written.append(_write(reached))
    return written, fault


def _start() -> _Reached | None:
    """The day after the last head, or the first entry's day; None while there is no entry."""
    if last := DailyHead.objects.order_by("-day").first():
        return _Reached(last.day + timedelta(days=1), last.seq, last.hash)
    first = Entry.objects.order_by("seq").first()
    return _Reached(timezone.localdate(first.at), 0, FIRST_HASH) if first else None


def _days(reached: _Reached, today: date) -> Iterator[date]:
    """The day of each entry after the last head, until today's; the entry is taken in once its day has come.

    Raises Broken.
    """
    length = Head.objects.values_list("seq", flat=True).get()
    if length < reached.seq:
        raise Broken(length + 1, f"起缺失：已记下的每日链尾到第 {reached.seq} 条")
    for entry in Entry.objects.filter(seq__gt=reached.seq).order_by("seq").iterator(chunk_size=2000):
        day = max(reached.day, timezone.localdate(entry.at))
        if entry.seq != reached.seq + 1:
            raise Broken(reached.seq + 1, "缺失")
        if entry.previous_hash != reached.hash:
            raise Broken(entry.seq, "与上一条的校验值不衔接")
        if digest(entry) != entry.hash:
            raise Broken(entry.seq, "内容与校验值不符")
        if day >= today:
            return
        yield day
        reached.seq, reached.hash = entry.seq, entry.hash
        reached.counted += 1


def _write(reached: _Reached) -> DailyHead:
    """Seal the day and go on to the next."""
    head = DailyHead.objects.create(day=reached.day, seq=reached.seq, hash=reached.hash, entries=reached.counted)
    reached.day += timedelta(days=1)
    reached.counted = 0
    return head
