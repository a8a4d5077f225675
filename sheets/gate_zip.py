"""The zip container, read so strictly that no two readers can see two different files in it.

The directory must end the file, start where it says, and name each part once; parts must not overlap, local headers
must agree with the directory, and the bytes that come out are counted against what was declared. `zipfile` is not used:
it forgives all of these.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sheets.gate_codes import refused
from sheets.gate_limits import MIB, Limits, human_size

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR64_SIGNATURE = b"PK\x06\x07"

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_FLAG_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_FLAG_STREAMED = 0x0008
_FLAG_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8
_EXTRA_ZIP64, _EXTRA_UNICODE_PATH = 0x0001, 0x7075

_IN_STEP = 64 * 1024
_OUT_STEP = 256 * 1024
_UNSAFE_NAME = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Part:
    """One entry: where its packed bytes lie in the file and what the directory promises about them."""

    name: str
    method: int
    crc: int
    start: int
    packed: int
    size: int


def end_of_directory(data: bytes) -> int:
    """Offset of the end record, or -1 when the last 64 KB hold none."""
    return data.rfind(END_SIGNATURE, max(0, len(data) - _END.size - 0xFFFF))


def read_directory(data: bytes, limits: Limits) -> tuple[Part, ...]:
    """All entries but folders, in file order. Raises Refused G020-G029 for anything ambiguous or over budget."""
    count, start, end = _directory_bounds(data)
    if count > limits.max_entries:
        raise refused("G021", f"{count} 个，最多 {limits.max_entries} 个")
    entries: list[tuple[int, int, Part]] = []
    seen: set[str] = set()
    at = start
    for _ in range(count):
        offset, part, at = _central_entry(data, at, end)
        key = part.name.replace("\\", "/").casefold()
        if key in seen:
            raise refused("G028", _short(part.name))
        seen.add(key)
        entries.append(_local_entry(data, offset, part, start))
    if at != end:
        raise refused("G020", "压缩目录长度不符")
    entries.sort(key=lambda entry: entry[0])
    for (_, before, _), (offset, _, part) in pairwise(entries):
        if offset < before:
            raise refused("G024", _short(part.name))
    parts = tuple(part for _, _, part in entries if not part.name.endswith("/"))
    _check_budget(parts, limits)
    return parts


def inflate(data: bytes, part: Part) -> Iterator[bytes]:
    """The part's bytes in pieces of at most 256 KB, counted as they come: stops at the declared size, never beyond."""
    packed = memoryview(data)[part.start : part.start + part.packed]
    made, crc = 0, 0
    for piece in _pieces(packed, part):
        made += len(piece)
        if made > part.size:
            raise refused("G025", f"{_short(part.name)} 登记 {human_size(part.size)}，实际更大")
        crc = zlib.crc32(piece, crc)
        yield piece
    if made != part.size:
        raise refused("G025", f"{_short(part.name)} 登记 {part.size} 字节，实际 {made} 字节")
    if crc != part.crc:
        raise refused("G030", f"{_short(part.name)} 校验和不符")


def _pieces(packed: memoryview, part: Part) -> Iterator[bytes]:
    if part.method == _STORED:
        for at in range(0, len(packed), _OUT_STEP):
            yield bytes(packed[at : at + _OUT_STEP])
        return
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _IN_STEP):
            # The unread rest of a step is at most one step: a 1000:1 stream costs no more memory than a plain one.
            rest: bytes | memoryview = packed[at : at + _IN_STEP]
            while rest and not engine.eof:
                piece = engine.decompress(rest, _OUT_STEP)
                rest = engine.unconsumed_tail
                if piece:
                    yield piece
            if engine.eof:
                if engine.unused_data or at + _IN_STEP < len(packed):
                    raise refused("G025", f"{_short(part.name)} 后面藏有多余内容")
                return
        while not engine.eof and (piece := engine.decompress(b"", _OUT_STEP)):
            yield piece
    except zlib.error:
        raise refused("G030", f"{_short(part.name)} 解不开") from None
    if not engine.eof:
        raise refused("G030", f"{_short(part.name)} 不完整")


def _directory_bounds(data: bytes) -> tuple[int, int, int]:
    """(entries, start, end) of the central directory; its end record must be the file's last bytes, the only one."""
    at = end_of_directory(data)
    if at < 0:
        raise refused("G020", "压缩目录缺失，可能没有传完")
    if at + _END.size > len(data):
        raise refused("G020", "压缩目录残缺")
    _, disk, start_disk, here, count, size, offset, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data):
        raise refused("G020", "压缩目录后面还有多余内容")
    if data.find(END_SIGNATURE, max(0, len(data) - _END.size - 0xFFFF)) != at:
        raise refused("G020", "有两个压缩目录")
    end = at
    locator_at = at - _LOCATOR64.size
    if locator_at >= 0 and data[locator_at : locator_at + 4] == LOCATOR64_SIGNATURE:
        end = _LOCATOR64.unpack_from(data, locator_at)[2]
        if end + _END64.size != locator_at or data[end : end + 4] != END64_SIGNATURE:
            raise refused("G020", "压缩目录（64 位）不完整")
        _, _, _, _, disk64, start64, here64, count64, size64, offset64 = _END64.unpack_from(data, end)
        for short, full, filler in (
            (disk, disk64, 0xFFFF),
            (start_disk, start64, 0xFFFF),
            (here, here64, 0xFFFF),
            (count, count64, 0xFFFF),
            (size, size64, 0xFFFFFFFF),
            (offset, offset64, 0xFFFFFFFF),
        ):
            if short not in (filler, full):
                raise refused("G020", "两份压缩目录说法不一")
        disk, start_disk, here, count, size, offset = disk64, start64, here64, count64, size64, offset64
    if disk or start_disk or here != count:
        raise refused("G020", "分卷压缩")
    if offset + size != end or count * _CENTRAL.size > size:
        raise refused("G020", "压缩目录位置不符")
    return count, offset, end


def _central_entry(data: bytes, at: int, end: int) -> tuple[int, Part, int]:
    """(offset of the local header, the part without its start, offset of the next directory entry)."""
    if at + _CENTRAL.size > end or data[at : at + 4] != CENTRAL_SIGNATURE:
        raise refused("G020", "压缩目录残缺")
    fields = _CENTRAL.unpack_from(data, at)
    _, made_by, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, disk, _, outer, offset = fields
    name_at = at + _CENTRAL.size
    extra_at = name_at + n_name
    following = extra_at + n_extra + n_comment
    if following > end or disk not in (0, 0xFFFF):
        raise refused("G020", "压缩目录残缺")
    raw = data[name_at:extra_at]
    name = _decode(raw, flags)
    for tag, body in _extras(data[extra_at : extra_at + n_extra]):
        if tag == _EXTRA_UNICODE_PATH and body[5:] != raw:
            raise refused("G028", f"{_short(name)} 有两个名字")
        if tag == _EXTRA_ZIP64:
            size, packed, offset = _wide(body, size, packed, offset)
    if flags & _FLAG_ENCRYPTED:
        raise refused("G026", _short(name))
    if _UNSAFE_NAME.search(name.replace("\\", "/")) or not name:
        raise refused("G027", _short(name))
    if made_by >> 8 == 3 and stat.S_IFMT(outer >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refused("G027", f"{_short(name)} 是链接")
    if method not in (_STORED, _DEFLATED):
        raise refused("G029", f"{_short(name)}，方式 {method}")
    if (method == _STORED and packed != size) or (name.endswith("/") and size):
        raise refused("G025", _short(name))
    return offset, Part(name, method, crc, 0, packed, size), following


def _local_entry(data: bytes, offset: int, part: Part, limit: int) -> tuple[int, int, Part]:
    """(start, end, part) of an entry's span; its local header must say what the directory says."""
    if offset + _LOCAL.size > limit or data[offset : offset + 4] != LOCAL_SIGNATURE:
        raise refused("G020", f"{_short(part.name)} 位置不符")
    _, _, flags, method, _, _, _, packed, size, n_name, n_extra = _LOCAL.unpack_from(data, offset)
    name_at = offset + _LOCAL.size
    start = name_at + n_name + n_extra
    if start + part.packed > limit:
        raise refused("G025", _short(part.name))
    if flags & _FLAG_ENCRYPTED:
        raise refused("G026", _short(part.name))
    if _decode(data[name_at : name_at + n_name], flags) != part.name or method != part.method:
        raise refused("G028", f"{_short(part.name)} 前后登记不一")
    if not flags & _FLAG_STREAMED:
        for said, known in ((packed, part.packed), (size, part.size)):
            if said not in (known, 0xFFFFFFFF):
                raise refused("G025", _short(part.name))
    return offset, start + part.packed, Part(part.name, part.method, part.crc, start, part.packed, part.size)


def _check_budget(parts: tuple[Part, ...], limits: Limits) -> None:
    total = 0
    for part in parts:
        total += part.size
        if part.size > limits.ratio_from and part.size > part.packed * limits.max_ratio:
            raise refused("G022", f"{_short(part.name)}（{human_size(part.packed)} 变 {human_size(part.size)}）")
    if total > limits.max_inflated:
        raise refused("G023", f"{limits.max_inflated // MIB} MB")


def _wide(body: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset from the 64-bit extra field: it holds, in this order, only those whose 32-bit field is full."""
    values = [body[i : i + 8] for i in range(0, len(body) - 7, 8)]
    out: list[int] = []
    for short in (size, packed, offset):
        if short != 0xFFFFFFFF:
            out.append(short)
        elif values:
            out.append(int.from_bytes(values.pop(0), "little"))
        else:
            raise refused("G020", "压缩目录（64 位）不完整")
    return out[0], out[1], out[2]


def _extras(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(raw):
        tag, length = struct.unpack_from("<HH", raw, at)
        yield tag, raw[at + 4 : at + 4 + length]
        at += 4 + length


def _decode(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _FLAG_UTF8 else "cp437")
    except UnicodeDecodeError:
        raise refused("G027", "名称不是 UTF-8") from None


def _short(name: str) -> str:
    """A part's name for a sentence: printable, at most 60 characters."""
    clean = "".join(ch if ch.isprintable() else "?" for ch in name)
    return clean if len(clean) <= 60 else "…" + clean[-59:]
