"""Writing and verifying the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import connection, models, transaction
from django.db.models import Subquery

from .models import Entry, Head

current_address: ContextVar[str | None] = ContextVar("current_address", default=None)
"""The peer address of the request under way, set by the middleware; None for the machine's own work."""

FIRST_HASH = "0" * 64


class Actor(Protocol):
    """Whoever acts: a person or the named system user."""

    pk: Any

    def get_username(self) -> str: ...


def record(by: Actor, action: str, obj: models.Model, *, agency_id: int | None = None, **facts: Any) -> Entry:
    """Append one entry in the caller's transaction.

    Call it last before the transaction ends: it locks the head of the chain. `facts` must be plain JSON values; counts
    and digests, never a list of thousands of rows. Raises when called outside a transaction: no audit row, no change.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record outside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash, clock_timestamp() FROM audit_head WHERE id = 1 FOR UPDATE")
        seq, previous, now = cursor.fetchone()
    entry = Entry(
        seq=seq + 1,
        at=now,
        actor_id=by.pk,
        actor_name=by.get_username(),
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        agency_id=agency_id,
        facts=_plain(facts),
        address=current_address.get(),
        previous_hash=previous,
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    Head.objects.filter(pk=1).update(seq=entry.seq, hash=entry.hash)
    return entry


def _plain(value: Any) -> Any:
    """JSON that comes back from the database as it went in, or the digest would not hold.

    No NUL and no half surrogates (jsonb refuses them), no float where a whole number is meant (jsonb writes 1e+20 out).
    """
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no plain JSON value")


def digest(entry: Entry) -> str:
    """SHA-256 (hex) over the entry's canonical JSON and its predecessor's hash."""
    told: Mapping[str, Any] = {
        "seq": entry.seq,
        "at": _utc(entry.at),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "agency": entry.agency_id,
        "facts": entry.facts,
        "address": entry.address,
        "previous": entry.previous_hash,
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Fault:
    """The first entry at which the chain does not hold, and why."""

    seq: int
    reason: str


def anchor(seq: int) -> tuple[int, str]:
    """Number and hash of an entry that was just verified: what to copy out. Later entries nobody has looked at yet."""
    held = Entry.objects.filter(seq=seq).values_list("hash", flat=True).first()
    return seq, held or FIRST_HASH


def head() -> tuple[int, str]:
    """Number and hash of the latest entry."""
    seq, text = Head.objects.values_list("seq", "hash").get(pk=1)
    return seq, text


def verify(anchor: tuple[int, str] | None = None) -> tuple[int, Fault | None]:
    """Walk the chain from the first entry; return (entries that hold, first fault or None).

    Finds a changed, swapped, removed or inserted entry, and a tail that was cut (the head disagrees). `anchor`: number
    and hash of an entry copied out earlier; finds a journal rewritten as a whole, or put back to an older state.
    Entries and head come from one statement, hence one moment: nobody who writes has to wait.
    """
    previous, seen, last = FIRST_HASH, 0, (0, FIRST_HASH)
    for entry in _in_order():
        seen += 1
        last = (entry.head_seq, entry.head_hash)
        if entry.seq != seen:
            return seen - 1, Fault(seen, f"缺少第 {seen} 条")
        if entry.previous_hash != previous:
            return seen - 1, Fault(seen, "与上一条的校验值不衔接")
        if digest(entry) != entry.hash:
            return seen - 1, Fault(seen, "内容与校验值不符")
        if anchor and anchor[0] == seen and anchor[1] != entry.hash:
            return seen - 1, Fault(seen, "与抄存的校验值不符")
        previous = entry.hash
    if not seen and not Entry.objects.exists():
        last = head()
    if last != (seen, previous):
        return seen, Fault(seen + 1, f"链尾不符：应有 {last[0]} 条，实有 {seen} 条")
    if anchor and anchor[0] > seen:
        return seen, Fault(seen + 1, f"比抄存时短：抄存时已有 {anchor[0]} 条，现在只有 {seen} 条")
    return seen, None


def _in_order() -> Iterator[Any]:
    """Every entry, oldest first, each with the head as it stood when the walk began."""
    at_head = Head.objects.filter(pk=1)
    entries = Entry.objects.annotate(
        head_seq=Subquery(at_head.values("seq")), head_hash=Subquery(at_head.values("hash"))
    )
    return entries.order_by("seq").iterator(chunk_size=5000)
