"""The OLE container of an .xls: header, sector tables, directory and the workbook stream, with every chain bounded.

The reader trusts the header's counts when it reserves memory and follows chains until they end, so a loop or a count
of four billion kills it. Here each count is held against the file's own size and each chain may visit a sector once.
"""

from __future__ import annotations

import re
import struct
from array import array
from dataclasses import dataclass

from sheets.gate_codes import refused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST_SECTOR = 0xFFFFFFFA
_END_OF_CHAIN = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_ENTRY_BYTES = 128
_MINI_BYTES = 64
_MINI_CUTOFF = 4096
_MAX_MINI_TABLE_SECTORS = 1024
"""8 MB of small streams; the reader multiplies this count before it reserves."""
_MAX_ENTRIES = 4096
_STORAGE, _STREAM, _ROOT = 1, 2, 5

_OBJECT_STORAGE = re.compile(r"(?:MBD|LNK)[0-9A-F]{8}", re.IGNORECASE)
_VBA_STORAGES = {"_vba_project_cur", "_vba_project", "vba", "macros"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One directory entry: a storage (folder) or a stream."""

    name: str
    kind: int
    start: int
    size: int


class OleFile:
    """A compound file held in memory. Raises Refused G040-G042 from the constructor and from `stream`."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 1536:
            raise refused("G040", "文件太短")
        self._data = data
        (version,) = struct.unpack_from("<H", data, 26)
        (shift,) = struct.unpack_from("<H", data, 30)
        (mini_shift,) = struct.unpack_from("<H", data, 32)
        if shift not in (9, 12) or mini_shift != 6 or version not in (3, 4):
            raise refused("G040", "文件头不对")
        self._sector = 1 << shift
        self._sectors = -(-max(0, len(data) - self._sector) // self._sector)
        directory_count, fat_count, directory_start = struct.unpack_from("<3L", data, 40)
        mini_start, mini_count, difat_start, difat_count = struct.unpack_from("<4L", data, 60)
        for count in (directory_count, fat_count, mini_count, difat_count):
            if count > self._sectors:
                raise refused("G042", f"声明 {count} 个扇区，文件只有 {self._sectors} 个")
        if mini_count > _MAX_MINI_TABLE_SECTORS:
            raise refused("G042", f"小扇区表有 {mini_count} 个扇区")
        self._fat = self._read_fat(difat_start, difat_count)
        if any(entry != _FREE for entry in self._fat[self._sectors :]):
            raise refused("G040", "没有传完")
        self.entries = self._read_directory(directory_start)
        root = self.entries[0]
        if root.size > len(data) + self._sector:
            raise refused("G042", f"根目录声明 {root.size} 字节")
        self._mini_fat: array[int] = array("I")
        self._mini = b""
        if mini_count:
            # The reader follows both chains to their ends whatever the sizes say.
            self._mini = bytes(self._join(self._chain(root.start)))[: root.size]
            self._mini_fat = _words(bytes(self._join(self._chain(mini_start))))

    def names(self) -> set[str]:
        """Lower-case names of all storages and streams."""
        return {entry.name.lower() for entry in self.entries}

    def has_vba(self) -> bool:
        """Whether a VBA project is inside."""
        return bool(self.names() & _VBA_STORAGES)

    def embedded(self) -> str:
        """The name of the first embedded or linked object's storage, or ""."""
        for entry in self.entries:
            if entry.kind == _STORAGE and _OBJECT_STORAGE.fullmatch(entry.name):
                return entry.name
        return ""

    def find(self, *names: str) -> Entry | None:
        """The stream with one of these names, preferring the earlier name; two of one name are refused."""
        for name in names:
            same = [entry for entry in self.entries if entry.name == name]
            if len(same) > 1:
                raise refused("G040", f"有两个 {name}")
            if same and same[0].kind == _STREAM:
                return same[0]
        return None

    def stream(self, entry: Entry) -> memoryview:
        """The stream's bytes; a view of the file itself when its sectors lie side by side."""
        if entry.size > len(self._data):
            raise refused("G042", f"{entry.name} 声明 {entry.size} 字节")
        if entry.size < _MINI_CUTOFF:
            return memoryview(self._mini_stream(entry))
        joined = self._join(self._chain(entry.start))
        if len(joined) < entry.size:
            raise refused("G040", f"{entry.name} 不完整")
        return joined[: entry.size]

    def _read_fat(self, difat_start: int, difat_count: int) -> array[int]:
        """The sector table from the 109 places in the header and the chain of further lists behind them."""
        places = list(struct.unpack_from("<109L", self._data, 76))
        at, visited = difat_start, 0
        while at < _LAST_SECTOR:
            visited += 1
            if visited > max(difat_count, 1) or visited > self._sectors:
                raise refused("G041", "扇区总表")
            words = _words(bytes(self._sector_view(at)))
            at = words.pop() if words else _END_OF_CHAIN
            places.extend(words)
        used = [place for place in places if place < _LAST_SECTOR]
        if len(used) > self._sectors or len(set(used)) != len(used):
            raise refused("G041", "扇区表")
        table: array[int] = array("I")
        for place in used:
            table.extend(_words(bytes(self._sector_view(place))))
        return table

    def _read_directory(self, start: int) -> list[Entry]:
        raw = bytes(self._join(self._chain(start)))
        entries: list[Entry] = []
        for at in range(0, len(raw) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            (length,) = struct.unpack_from("<H", raw, at + 64)
            name = raw[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            (first,) = struct.unpack_from("<L", raw, at + 116)
            size = int.from_bytes(raw[at + 120 : at + (124 if self._sector == 512 else 128)], "little")
            entries.append(Entry(name, raw[at + 66], first, size))
        if not entries or entries[0].kind != _ROOT:
            raise refused("G040", "没有根目录")
        if len(entries) > _MAX_ENTRIES:
            raise refused("G042", f"目录有 {len(entries)} 项")
        return entries

    def _chain(self, start: int) -> list[int]:
        """Sector numbers from `start` to the end mark; each at most once, each inside the file."""
        chain: list[int] = []
        at = start
        while at != _END_OF_CHAIN:
            if at >= self._sectors or at >= len(self._fat) or len(chain) >= self._sectors:
                raise refused("G041", f"第 {len(chain) + 1} 段")
            chain.append(at)
            at = self._fat[at]
        return chain

    def _join(self, chain: list[int]) -> memoryview:
        whole = memoryview(self._data)
        if not chain:
            return whole[:0]
        if chain == list(range(chain[0], chain[0] + len(chain))):
            start = (chain[0] + 1) * self._sector
            return whole[start : start + len(chain) * self._sector]
        return memoryview(b"".join(self._sector_view(at) for at in chain))

    def _mini_stream(self, entry: Entry) -> bytes:
        pieces: list[bytes] = []
        at, most = entry.start, len(self._mini) // _MINI_BYTES + 1
        while at != _END_OF_CHAIN and entry.size:
            if at >= len(self._mini_fat) or len(pieces) >= most:
                raise refused("G041", entry.name)
            pieces.append(self._mini[at * _MINI_BYTES : (at + 1) * _MINI_BYTES])
            at = self._mini_fat[at]
        return b"".join(pieces)[: entry.size]

    def _sector_view(self, number: int) -> memoryview:
        if number >= self._sectors:
            raise refused("G041", f"扇区 {number} 不在文件里")
        start = (number + 1) * self._sector
        return memoryview(self._data)[start : start + self._sector]


def _words(raw: bytes) -> array[int]:
    """Little-endian 32-bit words; a rest of less than four bytes is dropped."""
    count = len(raw) // 4
    return array("I", struct.unpack(f"<{count}I", raw[: count * 4]))
