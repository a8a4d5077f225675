"""Zip files written by hand, so that every field may lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field


@dataclass
class Entry:
    """One entry; a field left None is told truly."""

    name: str
    data: bytes = b""
    method: int = 8
    flags: int = 0x800
    said_size: int | None = None
    said_packed: int | None = None
    said_crc: int | None = None
    local_name: str | None = None
    local_size: int | None = None
    extra: bytes = b""
    outer: int = 0o100644 << 16
    made_by: int = 3 << 8 | 20
    trailer: bytes = b""
    _packed: bytes = field(default=b"", repr=False)

    def packed(self) -> bytes:
        """The bytes that stand in the file for this entry."""
        if not self._packed:
            engine = zlib.compressobj(9, zlib.DEFLATED, -15)
            body = self.data if self.method != 8 else engine.compress(self.data) + engine.flush()
            self._packed = body + self.trailer
        return self._packed


def build(
    entries: list[Entry], *, offsets: dict[int, int] | None = None, comment: bytes = b"", tail: bytes = b""
) -> bytes:
    """The file; `offsets` lets the directory point entry i at the local header of entry j."""
    out = bytearray()
    starts: list[int] = []
    for entry in entries:
        starts.append(len(out))
        name = (entry.local_name if entry.local_name is not None else entry.name).encode()
        size = entry.local_size if entry.local_size is not None else _size(entry)
        out += struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, entry.flags, entry.method, 0, 0, _crc(entry), _packed(entry), size, len(name), 0
        )
        out += name + entry.packed()
    directory = bytearray()
    for index, entry in enumerate(entries):
        name = entry.name.encode()
        start = starts[(offsets or {}).get(index, index)]
        directory += struct.pack(
            "<4s6H3L5H2L",
            b"PK\1\2", entry.made_by, 20, entry.flags, entry.method, 0, 0, _crc(entry), _packed(entry), _size(entry),
            len(name), len(entry.extra), 0, 0, 0, entry.outer, start,
        )  # fmt: skip
        directory += name + entry.extra
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(out), len(comment))
    return bytes(out + directory + end + comment + tail)


def _size(entry: Entry) -> int:
    return len(entry.data) if entry.said_size is None else entry.said_size


def _packed(entry: Entry) -> int:
    return len(entry.packed()) if entry.said_packed is None else entry.said_packed


def _crc(entry: Entry) -> int:
    return zlib.crc32(entry.data) if entry.said_crc is None else entry.said_crc
