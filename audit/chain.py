"""How entries hang together: each carries the digest of what it says and of its predecessor's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Entry

FIRST_HASH = "0" * 64
"""What the first entry hangs on."""


def told(entry: Entry) -> dict[str, Any]:
    """All that an entry says, as plain JSON values: what the digest is over, and what the copy of the journal holds."""
    return {
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


def digest(entry: Entry) -> str:
    """SHA-256 (hex) over the entry's canonical JSON, its predecessor's hash in it."""
    return digest_of(told(entry))


def digest_of(said: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over canonical JSON."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(day: str, seq: int, entries: int, text: str) -> str:
    """Four signs over a daily head, so that a slip of the pen in copying it shows."""
    return hashlib.sha256(f"{day} {seq} {entries} {text}".encode()).hexdigest()[:4]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
