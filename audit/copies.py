"""Does the journal agree with its copies outside the database (sink.py)? Each convicts a change in the other.

Every entry from the first one that the copies hold must stand in them with its very hash. A line without an entry is
harmless where nothing confirms it: its transaction was rolled back or cut off. It is confirmed by a line written after
the commit, for itself or for any later entry that hangs on it; then the entry was there once, and is gone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from .chain import digest_of
from .sink import SUFFIX
from .verification import Fault, head

_TABLE = """
DROP TABLE IF EXISTS pg_temp.audit_copy;
CREATE TEMPORARY TABLE audit_copy (
    seq bigint NOT NULL, hash text NOT NULL,
    previous text,          -- NULL: a confirmation
    sound boolean NOT NULL  -- the line says what its hash is of
) ON COMMIT DROP
"""
_INDEX = "CREATE INDEX ON audit_copy (seq); ANALYZE audit_copy"
_HEX = frozenset("0123456789abcdef")


class Missing(Exception):
    """There is no copy to compare with. The message says what to do."""


@dataclass
class Comparison:
    """What was found. `first`: the first entry that the copies hold; those before it were not compared."""

    first: int = 0
    compared: int = 0
    """Entries that stand in the copies as they are in the table."""
    unfinished: int = 0
    """Lines of transactions that never were committed."""
    torn: int = 0
    """Lines that a full disk or a power cut left incomplete."""
    fault: Fault | None = None


def compare(folders: Sequence[Path]) -> Comparison:
    """Compare the journal with the copies in these folders (one for each machine that wrote). Raises Missing.

    The length of the journal is read before the copies: a line comes before its entry, so nobody who writes meanwhile
    is suspected.
    """
    files = sorted(file for folder in folders for file in folder.glob(f"*{SUFFIX}"))
    if not files:
        raise Missing(f"{'、'.join(map(str, folders))} 里没有日志副本（*{SUFFIX}）。请检查路径，或磁盘是否已挂载。")
    length, _ = head()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TABLE)
        told = _Reader(files)
        cursor.copy_expert("COPY audit_copy FROM STDIN", told, size=1 << 16)
        if told.unreadable:
            raise Missing(f"日志副本 {told.unreadable} 读不出来。请检查磁盘和权限。")
        cursor.execute(_INDEX)
        return _judge(length, told.torn)


def _judge(length: int, torn: int) -> Comparison:
    """The first fault of any kind, and the counts. Raises Missing."""
    first = _one("SELECT coalesce(min(seq), 0) FROM audit_copy WHERE previous IS NOT NULL AND sound")
    altered = _one("SELECT min(seq) FROM audit_copy WHERE NOT sound")
    if not first and altered is None:
        raise Missing("日志副本里还没有一行完整的记录。请确认这是正在使用的副本。")
    gone, unfinished = _without_entry()
    found = [
        (altered, "在日志副本里的内容被改动过"),
        (gone, "在日志副本里确认写成，数据库里却没有，或者已换成别的"),
    ]
    faults = [Fault(seq, reason) for seq, reason in found if seq is not None]
    if fault := _not_in_copy(first, length):
        faults.append(fault)
    compared = _one(
        """SELECT count(*) FROM audit_entry e WHERE e.seq BETWEEN %s AND %s
           AND EXISTS (SELECT FROM audit_copy c WHERE c.seq = e.seq AND c.hash = e.hash AND c.previous IS NOT NULL)""",
        first,
        length,
    )
    return Comparison(first, compared, unfinished, torn, min(faults, key=lambda fault: fault.seq, default=None))


def _not_in_copy(first: int, length: int) -> Fault | None:
    """The first entry whose line is not there, or says something else."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH line AS (SELECT seq, hash FROM audit_copy WHERE previous IS NOT NULL)
               SELECT e.seq, EXISTS (SELECT FROM line WHERE line.seq = e.seq) FROM audit_entry e
               WHERE e.seq BETWEEN %s AND %s
               AND NOT EXISTS (SELECT FROM line WHERE line.seq = e.seq AND line.hash = e.hash)
               ORDER BY e.seq LIMIT 1""",
            [first, length],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    return Fault(found[0], "与日志副本不符" if found[1] else "在日志副本里没有")


def _without_entry() -> tuple[int | None, int]:
    """(First line that was confirmed and has no entry, number of lines that never came to be)."""
    gone, unfinished = None, 0
    above, hung_on = 0, set[str]()
    here = set[str]()
    for seq, text, previous, confirmed in _orphans():
        if seq != above:
            hung_on, here = (here if seq == above - 1 else set()), set()
            above = seq
        if confirmed or text in hung_on:
            gone = seq
            here.add(previous)
        else:
            unfinished += 1
    return gone, unfinished


def _orphans() -> Iterator[Any]:
    """Lines without an entry, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT l.seq, l.hash, l.previous,
                      EXISTS (SELECT FROM audit_copy m WHERE m.seq = l.seq AND m.hash = l.hash AND m.previous IS NULL)
               FROM audit_copy l
               WHERE l.previous IS NOT NULL AND l.sound
                 AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.seq = l.seq AND e.hash = l.hash)
               ORDER BY l.seq DESC"""
        )
        while rows := cursor.fetchmany(5000):
            yield from rows


def _one(query: str, *params: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


class _Reader(io.RawIOBase):
    """The copies' lines as COPY takes them; those that are none are counted in `torn`.

    Where a file cannot be read it ends there and says so in `unreadable`: COPY would swallow the exception.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        super().__init__()
        self.torn = 0
        self.unreadable = ""
        self._pieces = self._lines(files)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        gathered, length = [self._left], len(self._left)
        while length < size and (piece := next(self._pieces, None)) is not None:
            gathered.append(piece)
            length += len(piece)
        whole = b"".join(gathered)
        self._left = whole[size:]
        return whole[:size]

    def _lines(self, files: Iterable[Path]) -> Iterator[bytes]:
        for file in files:
            try:
                with file.open("rb") as stream:
                    for raw in stream:
                        if raw.strip():
                            yield self._line(raw)
            except OSError as error:
                self.unreadable = f"{file}（{error.strerror}）"
                return

    def _line(self, raw: bytes) -> bytes:
        try:
            said = json.loads(raw)
            text = _hash(said.pop("hash"))
            if "confirmed" in said:
                return f"{_number(said['confirmed'])}\t{text}\t\\N\tt\n".encode()
            sound = digest_of(said) == text
            return f"{_number(said['seq'])}\t{text}\t{_hash(said['previous'])}\t{sound}\n".encode()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.torn += 1
            return b""


def _hash(text: Any) -> str:
    """The text when it is one; ValueError."""
    if isinstance(text, str) and len(text) == 64 and _HEX.issuperset(text):
        return text
    raise ValueError(text)


def _number(seq: Any) -> int:
    """The number when it is one that an entry can have; ValueError."""
    if isinstance(seq, int) and 0 < seq < 2**63:
        return seq
    raise ValueError(seq)
