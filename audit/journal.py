"""Writing the journal; whether it holds is asked of verification.py, whose answers are at hand here."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Protocol

from django.db import connection, models, transaction

from . import sink
from .chain import FIRST_HASH, digest
from .models import Entry, Head
from .verification import Fault, Kept, anchor, head, verify

__all__ = ["FIRST_HASH", "Fault", "Kept", "anchor", "current_address", "digest", "head", "record", "verify"]

current_address: ContextVar[str | None] = ContextVar("current_address", default=None)
"""The peer address of the request under way, set by the middleware; None for the machine's own work."""


class Actor(Protocol):
    """Whoever acts: a person or the named system user."""

    pk: Any

    def get_username(self) -> str: ...


def record(by: Actor, action: str, obj: models.Model, *, agency_id: int | None = None, **facts: Any) -> Entry:
    """Append one entry in the caller's transaction.

    Call it last before the transaction ends: it locks the head of the chain. `facts` must be plain JSON values; counts
    and digests, never a list of thousands of rows. Raises when called outside a transaction, and Unavailable when the
    copy cannot be written: no audit row, no change.
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
    sink.write(entry)
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
