"""Facts of an .xlsx: its parts are inflated piece by piece and searched for the few marks that odd cells leave.

A sound file costs little more than inflating it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from posixpath import normpath
from zipfile import BadZipFile, ZipFile

from sheets.forensics import LIMIT, TWO_DECIMALS, Broken, Facts, formatted, shows_two_decimals

_PIECE = 1 << 20
#: A cell's opening tag and formula fit into so many bytes; pieces overlap by it.
_OVERLAP = 1 << 14

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_SHEET_RELATION = re.compile(rb"""\w+:id\s*=\s*["']([^"']*)["']""")
_TARGET = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ID = re.compile(rb"""\bId\s*=\s*["']([^"']*)["']""")
_PATH = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)["']""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_VALUE = re.compile(rb"<v\b[^>]*>([^<]{0,20})<")
_MARKS = (b't="e"', b"t='e'")
_ENDS = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")
_PREFIXED = re.compile(rb"<(\w+):(?:worksheet|sheetData)\b")
_YEAR_AND_ONE = re.compile(rb"<v>((?:19|20)[0-9]{2}\.1)</v>")
_HIDDEN = re.compile(rb"""<(row|col)\b[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'][^<>]*>""")
_NUMBER = {
    name: re.compile(rb"\b" + name.encode() + rb"""\s*=\s*["']([0-9]{1,7})["']""") for name in ("r", "min", "max", "s")
}
_DRAWING = re.compile(rb"<(?:drawing|picture)\b")
_FORMAT = re.compile(rb"""<(?:\w+:)?numFmt\b[^>]*>""")
_FORMAT_ID = re.compile(rb"""\bnumFmtId\s*=\s*["']([0-9]{1,9})["']""")
_FORMAT_CODE = re.compile(rb"""\bformatCode\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs\s*>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")


def xlsx_facts(data: bytes) -> list[Facts]:
    """The facts of each sheet, in the order of the workbook; what cannot be read is left to the parser to say."""
    found: list[Facts] = []
    try:
        with ZipFile(BytesIO(data)) as archive:
            styles = _Styles(archive)
            for path in sheet_paths(archive):
                facts = Facts()
                found.append(facts)
                if path is not None:
                    _search_part(_pieces(archive, path), facts, styles)
    except (BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error):
        return found
    return found


def sheet_paths(archive: ZipFile) -> Iterator[str | None]:
    """The path of each sheet's part, in the order of the workbook."""
    book = archive.read("xl/workbook.xml")
    relations = archive.read("xl/_rels/workbook.xml.rels")
    paths: dict[bytes, str] = {}
    for tag in _TARGET.findall(relations):
        identity, target = _ID.search(tag), _PATH.search(tag)
        if identity and target:
            path = unescape(target[1].decode("utf-8", "replace"))
            paths[identity[1]] = path[1:] if path.startswith("/") else normpath(f"xl/{path}")
    for tag in sheet_tags(book):
        identity = _SHEET_RELATION.search(tag)
        found = paths.get(identity[1]) if identity else None
        yield found if found in archive.namelist() else None


def sheet_tags(book: bytes) -> list[bytes]:
    """The tag of each sheet in the workbook's own part, in its order."""
    return _SHEET.findall(book)


def _pieces(archive: ZipFile, path: str) -> Iterator[bytes]:
    """The part in overlapping pieces; a prefix before every name, as some programs write it, taken off."""
    with archive.open(path) as part:
        tail = b""
        prefix: re.Pattern[bytes] | None = None
        first = True
        while piece := part.read(_PIECE):
            if first and (prefixed := _PREFIXED.search(piece)):
                prefix = re.compile(rb"<(/?)" + prefixed[1] + rb":")
            first = False
            whole = tail + piece
            tail = piece[-_OVERLAP:]
            yield prefix.sub(rb"<\1", whole) if prefix else whole


def _search_part(pieces: Iterator[bytes], facts: Facts, styles: _Styles) -> None:
    """Every mark costs a walk over the part: those that cannot be there are not looked for."""
    piece = b""
    marks: tuple[bytes, ...] | None = None
    for piece in pieces:
        if marks is None:
            marks = _MARKS if b"='" in piece else _MARKS[:1]
        _search(piece, facts, styles, marks)
        if len(facts.cells) > LIMIT:
            return
    # What is drawn stands behind the cells.
    facts.pictures = _DRAWING.search(piece) is not None


def _search(piece: bytes, facts: Facts, styles: _Styles, marks: tuple[bytes, ...]) -> None:
    for mark in marks:
        for at in _every(mark, piece):
            tag = piece[piece.rfind(b"<", 0, at) : at + 64].partition(b">")[0]
            if place := _PLACE.search(tag):
                value = _VALUE.search(piece, at, at + _OVERLAP)
                end = piece.find(b"</c>", at)
                text = value[1].decode("ascii", "replace") if value and (end < 0 or value.start() < end) else "#ERROR"
                # A picture in the cell is an error value with the picture's number beside it.
                is_picture = text == "#VALUE!" and b" vm=" in tag
                facts.cells[_position(place)] = Broken("picture") if is_picture else Broken("excel_error", text)
    if b"</f>" in piece:
        for end_mark in _ENDS:
            for at in _every(end_mark, piece):
                tag = piece[piece.rfind(b"<c ", 0, at) : at].partition(b">")[0]
                place = _PLACE.search(tag)
                # t="str" with an empty value is a formula whose result is the empty text.
                if place and (end_mark == _ENDS[0] or b't="str"' not in tag):
                    facts.cells[_position(place)] = Broken("no_result")
    for at in _every(b".1</v>", piece) if styles.any_two_decimals else ():
        value = _YEAR_AND_ONE.match(piece, max(0, at - 7))
        tag = piece[piece.rfind(b"<c ", 0, at) : at].partition(b">")[0]
        if value and b't="s' not in tag and (place := _PLACE.search(tag)):
            style = _NUMBER["s"].search(tag)
            number = formatted(float(value[1]), styles.two_decimals(int(style[1]) if style else 0))
            if number != float(value[1]):
                facts.cells[_position(place)] = number
    if b" hidden" in piece:
        _note_hidden(piece, facts)


def _note_hidden(piece: bytes, facts: Facts) -> None:
    for tag in _HIDDEN.finditer(piece):
        if tag[1] == b"row":
            if number := _NUMBER["r"].search(tag[0]):
                facts.hidden_rows.add(int(number[1]) - 1)
        elif (first := _NUMBER["min"].search(tag[0])) and (last := _NUMBER["max"].search(tag[0])):
            facts.hidden_columns.append((int(first[1]) - 1, int(last[1]) - 1))


class _Styles:
    """Which styles of the workbook show a number with two decimals."""

    def __init__(self, archive: ZipFile) -> None:
        self._two = self._read(archive)
        self.any_two_decimals = any(self._two)

    def two_decimals(self, style: int) -> bool:
        """Whether cells of that style show two decimals."""
        return style < len(self._two) and self._two[style]

    @staticmethod
    def _read(archive: ZipFile) -> list[bool]:
        if "xl/styles.xml" not in archive.namelist():
            return []
        text = archive.read("xl/styles.xml")
        two = set(TWO_DECIMALS)
        for tag in _FORMAT.findall(text):
            number, code = _FORMAT_ID.search(tag), _FORMAT_CODE.search(tag)
            if number and code:
                said = unescape((code[1] or code[2] or b"").decode("utf-8", "replace"))
                (two.add if shows_two_decimals(said) else two.discard)(int(number[1]))
        styles = _CELL_STYLES.search(text)
        numbers = [_FORMAT_ID.search(tag) for tag in _STYLE.findall(styles[0])] if styles else []
        return [number is not None and int(number[1]) in two for number in numbers]


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
