"""A long worksheet of an .xlsx in pieces: its first rows are judged while the parser is still at the next.

The parser hands out a sheet when it has all of it. So a copy of the workbook is written in which each run of the long
sheet's rows is a worksheet by itself, the further ones behind all others; everything else stays as it is. Only XML of
the plainest make is taken apart: no comments or CDATA, each piece beginning with a row that tells its number. What is
made otherwise is left whole; and what only shows as the pieces are read makes the reader start over with the whole
(`sheets.reader.StartOver`). So the rows are the same either way.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import Struct
from typing import IO
from zipfile import ZipFile, ZipInfo

from sheets.forensics_xlsx import sheet_paths, sheet_tags
from sheets.gate_limits import Limits
from sheets.gate_zip import CENTRAL_SIGNATURE, END_SIGNATURE, LOCAL_SIGNATURE, Part, inflate

#: A sheet of fewer bytes is parsed in no time.
LEAST = 4 << 20
#: Bytes of a piece: a tenth of the sheet within these bounds, so that little is left to judge when all is parsed.
SMALLEST, LARGEST = 1 << 20, 6 << 20
#: Workbooks in which the first piece, which is kept until the end, would come with more than this are left whole.
MOST_TAIL = 32 << 20

_NAME = b"jinzhai-piece-"
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_START, _END = b"<sheetData>", b"</sheetData>"
_CLOSED = b"</sheetData></worksheet>"
_ROW = re.compile(rb'<row (?:[^<>]*? )?r="([1-9][0-9]{0,6})"[^<>]*>')
_ID = re.compile(rb"""\s(\w+:id)\s*=\s*["']([^"']*)["']""")
_RELATION = rb"""<Relationship\b[^>]*\sId\s*=\s*["']%s["'][^>]*>"""
_TYPE = re.compile(rb"""\sType\s*=\s*(?:"[^"]*"|'[^']*')""")
#: What is looked for may lie across two blocks of the inflated sheet by so many bytes.
_OVERLAP = len(_END)

_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_TAIL = Struct("<4s4H2LH")
_WIDE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Pieces:
    """Sheet `number` of the workbook (0-based) at `path` is the first piece, the last `more` sheets are the others.

    `sheets`: how many the workbook has of its own; `rows`: about how many the long one has.
    """

    path: Path
    number: int
    sheets: int
    more: int
    rows: int


def set_out(data: bytes, folder: Path) -> Pieces | None:
    """Write the copy into the folder; None for what is left whole."""
    path = folder / "pieces.xlsx"
    try:
        with ZipFile(BytesIO(data)) as archive, path.open("xb") as out:
            made = _set_out(data, archive, path, out)
    except Exception:  # noqa: BLE001 - whatever it is, it is said of the whole
        made = None
    if made is None:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return made


def _set_out(data: bytes, archive: ZipFile, path: Path, out: IO[bytes]) -> Pieces | None:
    paths = list(sheet_paths(archive))
    infos = {info.filename: info for info in archive.infolist()}
    sizes = [infos[found].file_size if found else 0 for found in paths]
    longest = max(sizes, default=0)
    number = sizes.index(longest) if sizes else 0
    if not LEAST <= longest <= Limits().max_inflated or len(infos) != len(archive.infolist()):
        return None
    name = paths[number]
    if name is None or paths.count(name) > 1:
        return None
    out.write(memoryview(data)[: archive.start_dir])
    directory = _Directory(out)
    sheet = _Cutter(directory, name.encode(), min(max(longest // 10, SMALLEST), LARGEST))
    sheet.cut(inflate(data, _part(data, infos[name])))
    replaced = {name: b"", **_listed(archive, number, len(sheet.names))}
    for other, content in replaced.items():
        if content:
            directory.begin(other.encode())
            directory.write(content)
            directory.end()
    directory.keep(data, archive.start_dir, len(infos), {other.encode() for other in replaced})
    directory.close()
    return Pieces(path, number, len(paths), len(sheet.names), sheet.rows)


def _part(data: bytes, info: ZipInfo) -> Part:
    """The part of an entry that lies where the directory says, in the plain way."""
    header = _LOCAL.unpack_from(data, info.header_offset)
    if header[0] != LOCAL_SIGNATURE or info.flag_bits & 0x41 or info.compress_type not in (0, 8):
        raise ValueError("no plain entry")
    start = info.header_offset + _LOCAL.size + header[9] + header[10]
    return Part(info.filename, info.compress_type, info.CRC, start, info.compress_size, info.file_size)


def _listed(archive: ZipFile, number: int, more: int) -> dict[str, bytes]:
    """The workbook's list of sheets and their places, with the further pieces at the end."""
    book, relations = archive.read(_BOOK), archive.read(_RELATIONS)
    tag = sheet_tags(book)[number]
    identity = _ID.search(tag)
    if b"<!" in book or b"<!" in relations or _NAME in book or _NAME in relations or identity is None:
        raise ValueError("not of the plain make")
    relation = re.search(_RELATION % re.escape(identity[2]), relations)
    kind = _TYPE.search(relation[0]) if relation else None
    if kind is None or book.count(b"</sheets>") != 1 or relations.count(b"</Relationships>") != 1:
        raise ValueError("not of the plain make")
    sheets, targets = b"", b""
    for place in range(1, more + 1):
        told = _NAME + b"%d" % place
        sheets += b'<sheet name="%s" sheetId="%d" %s="%s"/>' % (told, 60000 + place, identity[1], told)
        targets += b'<Relationship Id="%s"%s Target="%s.xml"/>' % (told, kind[0], told)
    return {
        _BOOK: book.replace(b"</sheets>", sheets + b"</sheets>"),
        _RELATIONS: relations.replace(b"</Relationships>", targets + b"</Relationships>"),
    }


class _Cutter:
    """Cuts a worksheet's XML into parts of about `size` bytes of rows. `names` are those of the further parts.

    The first piece is written last: it ends as the sheet does, with its merged cells.
    """

    def __init__(self, directory: _Directory, name: bytes, size: int) -> None:
        self.names: list[bytes] = []
        self.rows = 0
        self._directory = directory
        self._name = name
        self._size = size
        self._head = b""
        self._first: list[bytes] = []
        self._in_piece = 0

    def cut(self, blocks: Iterator[bytes]) -> None:
        """Write all pieces. ValueError for XML that is not of the plain make."""
        rest = b""
        for found in blocks:
            block = rest + found if self._head else self._begin(found)
            if b"?" in block and b"<?" in block:
                raise ValueError("an instruction among the rows")
            if b"!" in block and b"<!" in block:
                raise ValueError("a comment or CDATA")
            end = block.find(_END)
            if end >= 0:
                self._rows_of(block[:end])
                self._finish(b"".join((block[end:], *_bounded(blocks))))
                return
            keep = max(0, len(block) - _OVERLAP)
            rest = block[keep:]
            self._rows_of(block[:keep])
        raise ValueError("no end")

    def _begin(self, block: bytes) -> bytes:
        at = block.find(_START)
        head = block[: max(at, 0)]
        if b"<worksheet" not in head or b"<row" in head or block.find(b"<?", 1) >= 0:
            raise ValueError("no plain head")
        self._head = head + _START
        self._first.append(self._head)
        return block[len(self._head) :]

    def _rows_of(self, block: bytes) -> None:
        """Rows, cut where enough of them stand in the piece."""
        while self._in_piece + len(block) >= self._size:
            row = _ROW.search(block, max(0, self._size - self._in_piece))
            if row is None or not row.start():
                break
            self._write(block[: row.start()])
            self._next()
            self.rows = int(row[1])
            block = block[row.start() :]
        self._write(block)

    def _write(self, rows: bytes) -> None:
        self._in_piece += len(rows)
        if self.names:
            self._directory.write(rows)
        else:
            self._first.append(rows)

    def _next(self) -> None:
        if self.names:
            self._directory.write(_CLOSED)
            self._directory.end()
        self.names.append(b"xl/%s%d.xml" % (_NAME, len(self.names) + 1))
        self._directory.begin(self.names[-1])
        self._directory.write(self._head)
        self._in_piece = 0

    def _finish(self, tail: bytes) -> None:
        if not self.names or b"<!" in tail:
            raise ValueError("nothing to cut")
        self._directory.write(_CLOSED)
        self._directory.end()
        self.rows += self.rows // len(self.names)
        self._directory.begin(self._name)
        for content in (*self._first, tail):
            self._directory.write(content)
        self._directory.end()


def _bounded(blocks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for block in blocks:
        size += len(block)
        if size > MOST_TAIL:
            raise ValueError("a long tail")
        yield block


class _Directory:
    """A zip being written: parts that are not packed, and the directory at its end."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._at = out.tell()
        self._name = b""
        self._start = 0
        self._crc = 0
        self._records: list[bytes] = []

    def begin(self, name: bytes) -> None:
        """A part begins; its size and checksum are written over the header when it ends."""
        self._name, self._start, self._crc = name, self._at, 0
        self._write(self._header(0))

    def write(self, content: bytes) -> None:
        """A stretch of the part."""
        self._crc = zlib.crc32(content, self._crc)
        self._write(content)

    def end(self) -> None:
        """The part ends."""
        size = self._at - self._start - _LOCAL.size - len(self._name)
        self._out.seek(self._start)
        self._out.write(self._header(size))
        self._out.seek(self._at)
        common = (20, 20, 0, 0, 0, 0x21, self._crc, size, size, len(self._name), 0, 0, 0, 0, 0, self._start)
        self._records.append(_CENTRAL.pack(CENTRAL_SIGNATURE, *common) + self._name)

    def keep(self, data: bytes, at: int, count: int, without: set[bytes]) -> None:
        """The entries of the file that was copied, but for some; `at` is where its directory begins."""
        expected = len(self._records) + count - len(without)
        for _ in range(count):
            record = _CENTRAL.unpack_from(data, at)
            named, extra, comment = record[10:13]
            following = at + _CENTRAL.size + named + extra + comment
            offset = record[16]
            if record[0] != CENTRAL_SIGNATURE or data[offset : offset + 4] != LOCAL_SIGNATURE or _WIDE in record[8:10]:
                raise ValueError("no plain directory")
            if data[at + _CENTRAL.size : at + _CENTRAL.size + named] not in without:
                self._records.append(data[at:following])
            at = following
        if len(self._records) != expected:
            raise ValueError("a part of another name")

    def close(self) -> None:
        """Write the directory."""
        listed = b"".join(self._records)
        count = len(self._records)
        self._out.write(listed)
        self._out.write(_TAIL.pack(END_SIGNATURE, 0, 0, count, count, len(listed), self._at, 0))

    def _header(self, size: int) -> bytes:
        return _LOCAL.pack(LOCAL_SIGNATURE, 20, 0, 0, 0, 0x21, self._crc, size, size, len(self._name), 0) + self._name

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._at += len(content)
