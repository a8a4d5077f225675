"""OLE containers and BIFF streams written by hand: the smallest .xls, and what can be wrong with it."""

from __future__ import annotations

import struct

SIGNATURE_BYTES = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, body: bytes = b"") -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", kind, len(body)) + body


def number(row: int, column: int, value: float = 1.0) -> bytes:
    """A NUMBER cell, 0-based."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def dimensions(rows: int, columns: int, first_row: int = 0) -> bytes:
    """DIMENSIONS: the reader reserves this box."""
    return record(0x0200, struct.pack("<LLHHH", first_row, rows, 0, columns, 0))


def merged(*ranges: tuple[int, int, int, int]) -> bytes:
    """MERGEDCELLS: first row, last row, first column, last column."""
    return record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(struct.pack("<4H", *one) for one in ranges))


def biff(cells: bytes = b"", *, globals_: bytes = b"", sheet_type: int = 0, sheet_at: int | None = None) -> bytes:
    """A workbook stream with one sheet."""
    bof = record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0, 0, 0, 6))
    name = b"a"
    length = len(bof) + len(globals_) + 4 + 8 + len(name) + 4
    bound = record(
        0x0085, struct.pack("<LBBBB", length if sheet_at is None else sheet_at, 0, sheet_type, len(name), 0) + name
    )
    head = bof + globals_ + bound + record(0x000A)
    start = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x10, 0, 0, 0, 6))
    return head + start + (cells or dimensions(1, 1) + number(0, 0)) + record(0x000A)


def container(streams: dict[str, bytes], *, storages: tuple[str, ...] = ()) -> bytearray:
    """A version 3 container; every stream is padded to 4096 bytes so that none is a small one."""
    bodies = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    counts = {name: -(-len(body) // SECTOR) for name, body in bodies.items()}
    names = list(bodies) + list(storages)
    directory_sectors = -(-(len(names) + 1) * 128 // SECTOR)
    data_sectors = sum(counts.values())
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + data_sectors:
        fat_sectors += 1
    fat = [FAT] * fat_sectors
    fat += [*range(fat_sectors + 1, fat_sectors + directory_sectors), END]
    directory = _entry("Root Entry", 5, END, 0, child=1 if names else FREE)
    body = b""
    for index, name in enumerate(names, 1):
        right = index + 1 if index < len(names) else FREE
        if name in bodies:
            start = len(fat)
            fat += [*range(start + 1, start + counts[name]), END]
            directory += _entry(name, 2, start, len(bodies[name]), right=right)
            body += bodies[name].ljust(counts[name] * SECTOR, b"\0")
        else:
            directory += _entry(name, 1, 0, 0, right=right)
    directory = directory.ljust(directory_sectors * SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(fat_sectors * SECTOR, b"\xff")
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9L", header, 40, 0, fat_sectors, fat_sectors, 0, 4096, END, 0, END, 0)
    places = [*range(fat_sectors)] + [FREE] * (109 - fat_sectors)
    struct.pack_into("<109L", header, 76, *places)
    return bytearray(header + table + directory + body)


def xls(cells: bytes = b"", **more: object) -> bytes:
    """The smallest .xls."""
    return bytes(container({"Workbook": biff(cells, **more)}))  # type: ignore[arg-type]


def looping() -> bytes:
    """T56: the workbook's chain runs back into itself."""
    data = container({"Workbook": biff()})
    start = 2  # one sector of table, one of directory
    struct.pack_into("<L", data, SECTOR + 4 * (start + 3), start)
    return bytes(data)


def looping_lists() -> bytes:
    """T56: the chain of sector lists points at itself."""
    data = container({"Workbook": biff()})
    data += struct.pack("<128L", *([FREE] * 127 + [(len(data) - SECTOR) // SECTOR]))
    struct.pack_into("<2L", data, 68, (len(data) - SECTOR) // SECTOR - 1, 1)
    return bytes(data)


def greedy(field: int, value: int) -> bytes:
    """T56: one count of the header (44 table, 64 small table, 72 lists, 40 directory) asks for gigabytes."""
    data = container({"Workbook": biff()})
    struct.pack_into("<L", data, field, value)
    return bytes(data)


def outside() -> bytes:
    """T56: a chain leads to sector 0x7FFFFFF0, a terabyte into the file."""
    data = container({"Workbook": biff()})
    struct.pack_into("<L", data, SECTOR + 4 * 2, 0x7FFFFFF0)
    return bytes(data)


def _entry(name: str, kind: int, start: int, size: int, *, right: int = FREE, child: int = FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    body = raw.ljust(64, b"\0") + struct.pack("<HBBLLL", len(raw), kind, 1, FREE, right, child)
    return body.ljust(116, b"\0") + struct.pack("<LLL", start, size, 0)
