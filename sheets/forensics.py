"""Cells that the reader shows as empty though they are not: Excel errors, and formulas saved without a result.

An .xlsx part is inflated piece by piece and searched for the few marks such cells leave; a sound file costs little more
than inflating it, and that beside the reader, which leaves Python's lock alone while it parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zipfile import ZipFile

#: Beyond so many broken cells in one sheet the rest is left to be found next time.
LIMIT = 10_000
_PIECE = 1 << 20
#: A cell's opening tag and formula fit into so many bytes; pieces overlap by it.
_OVERLAP = 1 << 14

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_NAME = re.compile(rb"""\bname\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_RELATION = re.compile(rb"""\b(?:\w+:)?id\s*=\s*(?:"(rId[^"]*|[^"]*)"|'([^']*)')""")
_TARGET = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ID = re.compile(rb"""\bId\s*=\s*["']([^"']*)["']""")
_PATH = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]{0,20})<")
_MARKS = (b't="e"', b"t='e'")
_ENDS = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a usable value: an Excel error ("#N/A"), or a formula without a result."""

    issue: Literal["excel_error", "no_result"]
    text: str = ""

    def __str__(self) -> str:
        return self.text


def broken_cells(data: bytes) -> dict[str, dict[tuple[int, int], Broken]]:
    """Sheet name -> (0-based row, 0-based column) -> what is broken there. Empty for .xls and for odd containers."""
    if not data.startswith(b"PK"):
        return {}
    import zipfile

    found: dict[str, dict[tuple[int, int], Broken]] = {}
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name, path in _sheets(archive).items():
                cells: dict[tuple[int, int], Broken] = {}
                for piece in _pieces(archive, path):
                    cells.update(_search(piece))
                    if len(cells) > LIMIT:
                        break
                if cells:
                    found[name] = cells
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, OSError):
        return found
    return found


def _sheets(archive: ZipFile) -> dict[str, str]:
    """Sheet name -> path of its part."""
    from html import unescape

    book = archive.read("xl/workbook.xml")
    relations = archive.read("xl/_rels/workbook.xml.rels")
    paths: dict[bytes, str] = {}
    for tag in _TARGET.findall(relations):
        identity, target = _ID.search(tag), _PATH.search(tag)
        if identity and target:
            path = target[1].decode("utf-8", "replace")
            paths[identity[1]] = path[1:] if path.startswith("/") else f"xl/{path}"
    found = {}
    for tag in _SHEET.findall(book):
        name = _NAME.search(tag)
        identity = re.search(rb"""\w+:id\s*=\s*["']([^"']*)["']""", tag)
        if name and identity and identity[1] in paths:
            found[unescape((name[1] or name[2] or b"").decode("utf-8", "replace"))] = paths[identity[1]]
    return found


def _pieces(archive: ZipFile, path: str) -> Iterator[bytes]:
    with archive.open(path) as part:
        tail = b""
        while piece := part.read(_PIECE):
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _search(piece: bytes) -> Mapping[tuple[int, int], Broken]:
    found: dict[tuple[int, int], Broken] = {}
    for mark in _MARKS:
        for at in _every(mark, piece):
            tag = piece[piece.rfind(b"<", 0, at) : at + 64].partition(b">")[0]
            place = _PLACE.search(tag)
            if place:
                value = _VALUE.search(piece, at, at + _OVERLAP)
                end = piece.find(b"</c>", at)
                text = value[1].decode("ascii", "replace") if value and (end < 0 or value.start() < end) else "#ERROR"
                found[_position(place)] = Broken("excel_error", text)
    if b"</f>" not in piece:
        return found
    for end_mark in _ENDS:
        for at in _every(end_mark, piece):
            tag = piece[piece.rfind(b"<c ", 0, at) : at].partition(b">")[0]
            place = _PLACE.search(tag)
            # t="str" with an empty value is a formula whose result is the empty text.
            if place and (end_mark == _ENDS[0] or b't="str"' not in tag):
                found[_position(place)] = Broken("no_result")
    return found


def _every(mark: bytes, piece: bytes) -> Iterator[int]:
    at = piece.find(mark)
    while at >= 0:
        yield at
        at = piece.find(mark, at + 1)


def _position(place: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]) - 1, column - 1
