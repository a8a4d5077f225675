"""The parts of an .xlsx, as bytes: declarations, encodings, and how far the cells reach.

Two passes at most. The quick one only asks whether a part holds anything out of the ordinary: a cell not written as
`<c r="B7" ...>` with a near address, a `<!` that is no comment, a NUL byte, a merge. No tag needs to be understood for
that, so nothing can hide in odd quoting. A part with odd cells (formatting out to the last row, addresses left out) is
read again tag by tag, following positions as the reader does; there a cell without a value is formatting and may stand
anywhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sheets.gate_codes import refused
from sheets.gate_limits import SHEET_MAX_COLUMNS, SHEET_MAX_ROWS, Limits
from sheets.gate_reach import Reach, Tally, column_number

Chunks = Callable[[], Iterator[bytes]]

OVERLAP = 8192
"""Bytes kept from one window to the next; a tag that matters here and is longer is refused."""

_DECLARATION = re.compile(rb"""\s*<\?xml(?:[^<>"']|"[^"]*"|'[^']*')*\?>""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")
_PLAIN_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"+/v", b"\x00", b"\x4c\x6f\xa7\x94")
_UTF8_MARK = b"\xef\xbb\xbf"
_DTD_IN_XML = re.compile(rb"<!(?!--|\[CDATA\[)")
_DTD_ANYWHERE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_PREFIXED_CELL = re.compile(rb":(?=c[\s/>])")

_PREFIX = rb"""(?:[^\s<>/"'=:!?]++:)?"""
_INSIDE = rb"""(?:[^<>"']++|"[^"]*"|'[^']*')*+"""
_MERGE = re.compile(rb"<" + _PREFIX + rb"mergeCell(?=[\s/>])(?P<inside>" + _INSIDE + rb">)?+")
_RELATION = re.compile(rb"<" + _PREFIX + rb"Relationship(?=[\s/>])(?P<inside>" + _INSIDE + rb">)?+")
_ATTRIBUTE = re.compile(rb"""\s*([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")

_OTHER = (
    rb"[^<]++"
    rb"|<(?!" + _PREFIX + rb"(?:c|row)[\s/>])[^\s<>/\"'=!?]++" + _INSIDE + rb">"
    rb"|</(?!" + _PREFIX + rb"row\s*+>)[^\s<>/\"'=!?]++\s*+>"
)
_SKIPPED = re.compile(rb"(?:" + _OTHER + rb")*+")
_TAG = (
    rb"<" + _PREFIX + rb"(?P<kind>row|c)(?=[\s/>])(?P<inside>" + _INSIDE + rb")>"
    rb"|</" + _PREFIX + rb"row\s*+>"
)
_NO_VALUE = re.compile(
    rb"\s*+(?:<" + _PREFIX + rb"v\s*+(?:/>|>\s*+</" + _PREFIX + rb"v\s*+>)\s*+)?</" + _PREFIX + rb"c\s*+>"
)
_VALUE = re.compile(rb"</(?:v|is|f)>")
_MAX_CARRY = 256 * 1024

_FORBIDDEN_RELATIONS = {
    "vbaproject": ("G014", "VBA 宏"),
    "xlmacrosheet": ("G014", "Excel 4.0 宏表"),
    "xlintlmacrosheet": ("G014", "Excel 4.0 宏表"),
    "externallink": ("G015", "外部链接"),
    "externallinkpath": ("G015", "外部链接"),
    "connections": ("G015", "外部数据连接"),
    "querytable": ("G015", "外部数据查询"),
    "oleobject": ("G016", "OLE 对象"),
    "package": ("G016", "嵌入的文件"),
    "control": ("G016", "ActiveX 控件"),
    "activexcontrolbinary": ("G016", "ActiveX 控件"),
}


def scan_part(name: str, chunks: Chunks, tally: Tally) -> None:
    """Raise Refused for what may not stand in a part. `chunks` yields its bytes and can be called twice."""
    if _quick_pass(name, chunks(), tally):
        _exact_pass(name, chunks(), tally)


def windows(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """(window, limit): every match that starts before `limit` lies whole in the window; each start is offered once."""
    carry = b""
    current = next(chunks, b"")
    while True:
        following = next(chunks, None)
        window = carry + current
        if following is None:
            yield window, len(window)
            return
        limit = max(0, len(window) - OVERLAP)
        yield window, limit
        carry = window[limit:]
        current = following


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What the two passes look for under given limits; `width` is the number of near columns."""

    odd_cell: re.Pattern[bytes]
    token: re.Pattern[bytes]
    width: int


@lru_cache(maxsize=8)
def _patterns(limits: Limits) -> _Patterns:
    """`odd_cell` matches a `<c` that is no plain cell with a near address, `token` the next thing to look at closely.

    Near: columns A to AZ (to Z, when the budget is smaller), rows below a round number not above `max_rows`. A
    second `r` attribute would win in the reader, so the whole tag must be in the usual form.
    """
    width = 52 if limits.max_columns >= 52 else 26
    skip = rb"(?:" + _OTHER + rb")*+"
    if limits.max_columns < width or width * limits.max_rows > limits.max_area or limits.max_rows < 100:
        nothing = rb"(?P<usual>(?!))(?P<row>)|"
        return _Patterns(re.compile(rb"<c[\s/>]"), re.compile(skip + rb"(?P<tag>" + nothing + _TAG + rb")"), width)
    columns = rb"A?[A-Z]" if width == 52 else rb"[A-Z]"
    digits = str(limits.max_rows)
    rest = len(digits) - 1
    rows = rb"[1-9][0-9]{0,%d}" % (rest - 1)
    if digits[0] > "1":
        rows += rb"|[1-%d][0-9]{%d}" % (int(digits[0]) - 1, rest)
    if digits[1] > "0":
        rows += rb"|%s[0-%d][0-9]{%d}" % (digits[0].encode(), int(digits[1]) - 1, rest - 1)
    others = rb'(?: (?:s|t|cm|vm|ph|i|l|a)="\w*+")*+'
    usual = others + rb' r="' + columns + rb"(?:" + rows + rb')"' + others + rb" ?/?>"
    usual_row = (
        rb'(?P<usual><row r="(?P<row>[1-9][0-9]{0,6})"(?: [\w:]++="[^"<>]*+")*+>'
        rb"(?:<c" + usual + rb"(?:<v>[^<]*+</v></c>)?+|" + _OTHER + rb")*+</row>)|"
    )
    token = re.compile(skip + rb"(?P<tag>" + usual_row + _TAG + rb")")
    return _Patterns(re.compile(rb"<c(?!" + usual + rb")[\s/>]"), token, width)


def _quick_pass(name: str, chunks: Iterator[bytes], tally: Tally) -> bool:
    """True when the part holds cells to be looked at one by one."""
    odd_cell = _patterns(tally.limits).odd_cell
    is_relations = name.lower().endswith(".rels")
    is_types = name.lower() == "[content_types].xml"
    is_xml, odd = False, False
    for index, (window, limit) in enumerate(windows(chunks)):
        if index == 0:
            is_xml = _is_xml(name, window)
        if is_xml and b"\x00" in window:
            raise refused("G032", name)
        if b"!" in window:
            declared = (_DTD_IN_XML if is_xml else _DTD_ANYWHERE).search(window)
            if declared and declared.start() < limit:
                raise refused("G031", name)
        if not is_xml:
            # The reader can be pointed at any part; without this word it finds no cells there.
            if b"sheetData" in window:
                raise refused("G035", name)
            continue
        if not odd:
            odd = any(
                found is not None and found.start() < limit
                for found in (odd_cell.search(window), _PREFIXED_CELL.search(window))
            )
        if b"mergeCell" in window:
            _count_merges(window, limit, tally)
        if is_relations:
            _check_relations(name, window, limit)
        if is_types:
            _check_types(window)
    return odd


def _is_xml(name: str, head: bytes) -> bool:
    """Whether the part is XML in UTF-8; raises G032 when it is XML in anything else. Binary parts are False."""
    named_xml = name.lower().endswith((".xml", ".rels", ".vml"))
    if named_xml and head.startswith(_WIDE_MARKS):
        raise refused("G032", name)
    body = head.removeprefix(_UTF8_MARK)
    if not body.lstrip(b" \t\r\n").startswith(b"<"):
        if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise refused("G016", name)
        if head.startswith((b"PK\x03\x04", b"MZ")):
            raise refused("G016", name)
        return named_xml
    if body.lstrip(b" \t\r\n").startswith(b"<?xml"):
        declaration = _DECLARATION.match(body)
        if declaration is None:
            raise refused("G032", name)
        encoding = _ENCODING.search(declaration.group())
        if encoding and encoding.group(1).lower() not in _PLAIN_ENCODINGS:
            raise refused("G032", f"{name} 声明为 {encoding.group(1).decode('ascii', 'replace')[:20]}")
    return True


def _check_types(window: bytes) -> None:
    """The list of content types names macros whatever their parts are called."""
    # Every .xlsb is called so, with macros or without.
    low = window.lower().replace(b"sheet.binary.macroenabled", b"")
    if b"macroenabled" in low or b"vbaproject" in low:
        raise refused("G014", "VBA 宏")
    if b"macrosheet" in low:
        raise refused("G014", "Excel 4.0 宏表")
    if b"externallink" in low:
        raise refused("G015", "外部链接")


def _check_relations(name: str, window: bytes, limit: int) -> None:
    for tag in _RELATION.finditer(window):
        if tag.start() >= limit:
            break
        if tag["inside"] is None:
            raise refused("G035", name)
        said = {
            key.decode("utf-8", "replace"): html.unescape((one or two).decode("utf-8", "replace"))
            for key, one, two in _ATTRIBUTE.findall(tag["inside"])
        }
        kind = said.get("Type", "").rsplit("/", 1)[-1].lower()
        if kind in _FORBIDDEN_RELATIONS:
            code, what = _FORBIDDEN_RELATIONS[kind]
            raise refused(code, what)
        if said.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise refused("G015", f"{kind[:30] or '未说明的'}链接")


def _count_merges(window: bytes, limit: int, tally: Tally) -> None:
    for tag in _MERGE.finditer(window):
        if tag.start() >= limit:
            break
        if tag["inside"] is None:
            raise refused("G034", "合并区域的写法不规范")
        for key, one, two in _ATTRIBUTE.findall(tag["inside"]):
            if key == b"ref":
                _add_merge((one or two).decode("ascii", "replace"), tally)


def _add_merge(ref: str, tally: Tally) -> None:
    corners = [_REFERENCE.fullmatch(corner.strip().encode()) for corner in ref.split(":")]
    if not 1 <= len(corners) <= 2 or None in corners:
        raise refused("G034", f"{ref[:30]} 不是有效的区域")
    places = [(int(match[2]), column_number(match[1])) for match in corners if match]
    tally.add_merge(places[0], places[-1], ref[:30])


def _exact_pass(name: str, chunks: Iterator[bytes], tally: Tally) -> None:
    """Follow every cell as the reader does and hold the box around those with a value against the budget.

    A row of usual cells is taken in one step, as wide as such a row can be.
    """
    patterns = _patterns(tally.limits)
    row, column, carry = 0, 0, b""
    reach = Reach(tally.limits)
    first = True
    for chunk, last in _marked(chunks):
        window = carry + chunk
        at = 0
        if first:
            declaration = _DECLARATION.match(window.removeprefix(_UTF8_MARK))
            at = window.index(b"?>") + 2 if declaration else 0
            first = False
        while token := patterns.token.match(window, at):
            end = token.end()
            if not last and end > len(window) - OVERLAP:
                break
            at = end
            if token["usual"] is not None:
                row, column = int(token["row"]), 0
                if _VALUE.search(window, token.start("tag"), end):
                    reach.add(min(row, tally.limits.max_rows) - 1, patterns.width - 1)
                continue
            tally.add_odd_cell(name)
            kind, inside = token["kind"], token["inside"]
            if kind is None:
                row, column = row + 1, 0
                continue
            address = _own_address(inside, name)
            closed = inside.endswith(b"/")
            if kind == b"row":
                row = _row_number(address, name) - 1 if address is not None else row
                if closed:
                    row, column = row + 1, 0
                continue
            here = row
            if address is not None:
                here, column = _place(address, name)
            if here >= SHEET_MAX_ROWS or column >= SHEET_MAX_COLUMNS:
                raise refused("G033", f"{name} 有超出 Excel 范围的单元格")
            if not closed and not _NO_VALUE.match(window, end):
                reach.add(here, column)
            column += 1
        skipped = _SKIPPED.match(window, at)
        rest = skipped.end() if skipped else at
        carry = window[rest:]
        if (last and carry) or len(carry) > _MAX_CARRY:
            raise refused("G035", name)


def _own_address(inside: bytes, name: str) -> bytes | None:
    """The tag's `r` attribute; None without one. Two of them, or a tag that is no list of attributes, are refused."""
    address, at = None, 0
    body = inside.removesuffix(b"/")
    while match := _ATTRIBUTE.match(body, at):
        at = match.end()
        if match[1] == b"r":
            if address is not None:
                raise refused("G035", name)
            address = match[2] or match[3] or b""
    if body[at:].strip():
        raise refused("G035", name)
    return address


def _row_number(address: bytes, name: str) -> int:
    if not re.fullmatch(rb"[0-9]{1,7}", address) or not 1 <= int(address) <= SHEET_MAX_ROWS:
        raise refused("G033", f"{name} 的行号 {address[:20].decode('ascii', 'replace')} 超出 Excel 范围")
    return int(address)


def _place(address: bytes, name: str) -> tuple[int, int]:
    """0-based (row, column) of an A1 address."""
    match = re.fullmatch(rb"([A-Za-z]{1,3})([0-9]{1,7})", address)
    if match is None or int(match[2]) < 1:
        raise refused("G033", f"{name} 的单元格地址 {address[:20].decode('ascii', 'replace')} 超出 Excel 范围")
    return int(match[2]) - 1, column_number(match[1]) - 1


def _marked(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and whether it is the last."""
    current = next(chunks, b"")
    for following in chunks:
        yield current, False
        current = following
    yield current, True
