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
        facts=json.loads(json.dumps(facts, ensure_ascii=False)),
        address=current_address.get(),
        previous_hash=previous,
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    Head.objects.filter(pk=1).update(seq=entry.seq, hash=entry.hash)
    return entry


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


def verify() -> tuple[int, Fault | None]:
    """Walk the chain from the first entry; return (entries checked, first fault or None).

    Finds a changed, swapped, removed or inserted entry, and a tail that was cut (the head disagrees).
    """
    previous, expected = FIRST_HASH, 0
    with transaction.atomic():
        head = Head.objects.select_for_update().get(pk=1)
        for entry in _in_order():
            expected += 1
            if entry.seq != expected:
                return expected - 1, Fault(expected, f"缺少第 {expected} 条")
            if entry.previous_hash != previous:
                return expected - 1, Fault(entry.seq, "与上一条的校验值不衔接")
            if digest(entry) != entry.hash:
                return expected - 1, Fault(entry.seq, "内容与校验值不符")
            previous = entry.hash
        if (head.seq, head.hash) != (expected, previous):
            return expected, Fault(expected + 1, f"链尾被截断：应有 {head.seq} 条")
    return expected, None


def _in_order() -> Iterator[Entry]:
    return Entry.objects.order_by("seq").iterator(chunk_size=5000)
