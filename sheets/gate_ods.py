"""The content of an .ods: how far its values and merges reach once repeated cells and rows are counted out.

Source: OpenDocument 1.3 part 3, 9.1 (number-rows-repeated, number-columns-repeated, number-*-spanned).
A cell without content may be repeated to the sheet's edge; one with content is counted as often as it says.
"""

from __future__ import annotations

import re

from sheets.gate_codes import refused
from sheets.gate_limits import SHEET_MAX_ROWS
from sheets.gate_reach import Reach, Tally, column_letters
from sheets.gate_xml import Chunks, windows

_PREFIX = rb"""(?:[^\s<>/"'=:!?]++:)?"""
_INSIDE = rb"""(?:[^<>"']++|"[^"]*"|'[^']*')*+"""
_TOKEN = re.compile(
    rb"<"
    + _PREFIX
    + rb"(?P<kind>table|table-row|table-cell|covered-table-cell)(?=[\s/>])(?P<inside>"
    + _INSIDE
    + rb">)?+"
    rb"|</" + _PREFIX + rb"(?P<end>table-row|table)\s*+>"
)
_NUMBER = re.compile(
    rb"number-(?P<what>columns-repeated|rows-repeated|columns-spanned|rows-spanned)\s*=\s*[\"'](?P<number>[^\"']*)[\"']"
)
_EMPTY_AHEAD = re.compile(rb"\s*+</")
_FORBIDDEN = (
    (
        re.compile(rb"<" + _PREFIX + rb"(?:table-source|cell-range-source|dde-source|dde-link)[\s/>]"),
        "G015",
        "外部数据",
    ),
    (re.compile(rb"<" + _PREFIX + rb"(?:object-ole|plugin|applet)[\s/>]"), "G016", "嵌入的文件"),
    (re.compile(rb"<" + _PREFIX + rb"event-listener[\s/>]"), "G014", "宏"),
)
_MOST_SHEETS = 256


def scan_content(name: str, chunks: Chunks, tally: Tally) -> None:
    """Raise Refused for what may not stand in content.xml."""
    reach = Reach(tally.limits)
    row, column, times, sheets = 0, 0, 1, 0
    for window, limit in windows(chunks()):
        for pattern, code, what in _FORBIDDEN:
            if pattern.search(window):
                raise refused(code, what)
        for token in _TOKEN.finditer(window):
            if token.start() >= limit:
                break
            kind = token["kind"]
            if kind is None:
                if token["end"] == b"table-row":
                    row, column = row + times, 0
                continue
            inside = token["inside"]
            if inside is None:
                raise refused("G035", name)
            if kind == b"table":
                reach, row, sheets = Reach(tally.limits), 0, sheets + 1
                if sheets > _MOST_SHEETS:
                    raise refused("G021", f"超过 {_MOST_SHEETS} 个工作表")
                continue
            numbers = _numbers(inside, name)
            closed = inside.endswith(b"/>")
            if kind == b"table-row":
                times, column = numbers.get("rows-repeated", 1), 0
                if closed:
                    row += times
                continue
            wide = numbers.get("columns-repeated", 1)
            if not closed and not _EMPTY_AHEAD.match(window, token.end()):
                reach.add(row + times - 1, column + wide - 1)
            down, across = numbers.get("rows-spanned", 1), numbers.get("columns-spanned", 1)
            if down > 1 or across > 1:
                where = f"{column_letters(column + 1)}{row + 1} 起 {down} 行 {across} 列"
                tally.add_merge((row, column), (row + down - 1, column + across - 1), where)
            column += wide
        if row > 2 * SHEET_MAX_ROWS:
            raise refused("G033", f"{name} 有 {row} 行")


def _numbers(inside: bytes, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    if b"number-" not in inside:
        return found
    for match in _NUMBER.finditer(inside):
        text = match["number"]
        if not re.fullmatch(rb"[0-9]{1,7}", text) or not 1 <= int(text) <= SHEET_MAX_ROWS:
            raise refused("G033", f"{name} 里有单元格重复 {text[:20].decode('ascii', 'replace')} 次")
        found[match["what"].decode()] = int(text)
    return found
