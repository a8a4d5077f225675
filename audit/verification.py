"""Does the journal hold? The chain from its first entry, and the heads that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Subquery

from .chain import FIRST_HASH, digest
from .models import DailyHead, Entry, Head


@dataclass(frozen=True)
class Fault:
    """The first entry at which the journal does not hold, and why."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Kept:
    """A head as it once was: number and hash of an entry, and the day it was written for when it is a daily one."""

    seq: int
    hash: str
    day: date | None = None
    inside: bool = False
    """From the database's own table; what was kept outside is what vouches."""

    def __str__(self) -> str:
        what = "每日链尾" if self.inside else "抄存的链尾"
        return f"{self.day:%Y-%m-%d} {what}" if self.day else what


def head() -> tuple[int, str]:
    """Number and hash of the latest entry."""
    seq, text = Head.objects.values_list("seq", "hash").get(pk=1)
    return seq, text


def anchor(seq: int) -> tuple[int, str]:
    """Number and hash of an entry that was just verified: what to copy out. Later entries nobody has looked at yet."""
    held = Entry.objects.filter(seq=seq).values_list("hash", flat=True).first()
    return seq, held or FIRST_HASH


def verify(anchor: tuple[int, str] | None = None, *, kept: Iterable[Kept] = ()) -> tuple[int, Fault | None]:
    """Walk the chain from the first entry; return (entries that hold, first fault or None).

    Finds a changed, swapped, removed or inserted entry, and a tail that was cut (the head disagrees). `anchor` and
    `kept`: heads copied out earlier; they find a journal rewritten as a whole, or put back to an older state. The
    entries that hold are then those up to the last head that still fits: the rewriting lies behind it, and not behind
    the one named. The table's own daily heads are always asked. Entries and head come from one statement, hence one
    moment: nobody who writes has to wait.
    """
    told = [*kept, *_daily()]
    if anchor:
        told.append(Kept(*anchor))
    expected: dict[int, list[Kept]] = {}
    for each in told:
        expected.setdefault(each.seq, []).append(each)
    if fault := _begins(expected.pop(0, [])):
        return 0, fault
    previous, seen, vouched, last = FIRST_HASH, 0, 0, (0, FIRST_HASH)
    for entry in _in_order():
        seen += 1
        last = (entry.head_seq, entry.head_hash)
        if entry.seq != seen:
            return seen - 1, Fault(seen, f"缺少第 {seen} 条")
        if entry.previous_hash != previous:
            return seen - 1, Fault(seen, "与上一条的校验值不衔接")
        if digest(entry) != entry.hash:
            return seen - 1, Fault(seen, "内容与校验值不符")
        previous = entry.hash
        if here := expected.pop(seen, None):
            for each in here:
                if each.hash != previous:
                    return vouched, Fault(seen, f"与{each}不符，第 {vouched + 1} 条至第 {seen} 条之间被改写")
            vouched = seen
    if not seen and not Entry.objects.exists():
        last = head()
    if last != (seen, previous):
        return seen, Fault(seen + 1, f"链尾不符：应有 {last[0]} 条，实有 {seen} 条")
    if expected:
        longest = expected[max(expected)][0]
        return seen, Fault(seen + 1, f"比抄存时短：{longest}已有 {longest.seq} 条，现在只有 {seen} 条")
    return seen, None


def _daily() -> list[Kept]:
    return [Kept(*each, inside=True) for each in DailyHead.objects.order_by("day").values_list("seq", "hash", "day")]


def _begins(kept: list[Kept]) -> Fault | None:
    """A head of the empty journal says nothing but that; another hash for it was not written by us."""
    wrong = next((each for each in kept if each.hash != FIRST_HASH), None)
    return Fault(1, f"与{wrong}不符") if wrong else None


def _in_order() -> Iterator[Any]:
    """Every entry, oldest first, each with the head as it stood when the walk began."""
    at_head = Head.objects.filter(pk=1)
    entries = Entry.objects.annotate(
        head_seq=Subquery(at_head.values("seq")), head_hash=Subquery(at_head.values("hash"))
    )
    return entries.order_by("seq").iterator(chunk_size=5000)
