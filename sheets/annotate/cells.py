"""The rows of a sheet part: cells coloured, filled anew, put in where there were none. All other bytes stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sheets.annotate.order import Place, address, column_of
from sheets.annotate.styles import Fill, Styles
from sheets.annotate.xml import NotUnderstood, cell_content, with_attributes

_ROW = re.compile(rb"<row(?=[\s/>])([^<>]*)>")
_CELL = re.compile(rb"<c(?=[\s/>])[^<>]*?(?:/>|>(.*?)</c>)", re.DOTALL)
_OPENING = re.compile(rb"<c(?=[\s/>])[^<>]*>")
_REF = re.compile(rb"""\sr=["']([A-Z]{1,3})([1-9][0-9]{0,6})["']""")
_STYLE = re.compile(rb"""\ss=["']([0-9]{1,5})["']""")
_ROW_NUMBER = re.compile(rb"""\sr=["']([1-9][0-9]{0,6})["']""")
_FORMULA = re.compile(rb"<f(?=[\s/>])([^<>]*)>")
_SHARED = re.compile(rb"""\st=["'](?:shared|array|dataTable)["']""")
_ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"})
#: Signs that make a program take typed text for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "{")


@dataclass(slots=True)
class Touch:
    """What happens to one cell: a fill, a new value (`value` set: raw as staged), or both."""

    fill: Fill | None = None
    value: Any = None
    changes_value: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """The value of a cell as its part spells it: its type, and what stands in it."""

    kind: bytes
    inside: bytes


@dataclass(slots=True)
class Bases:
    """Formats of cells that are not there: of their row, else of their column."""

    columns: Sequence[tuple[int, int, int]] = ()

    def of(self, row_tag: bytes, column: int) -> int:
        style = _STYLE.search(row_tag)
        if style and re.search(rb"""\scustomFormat=["'](?:1|true)["']""", row_tag):
            return int(style[1])
        return next((found for first, last, found in self.columns if first <= column <= last), 0)


@dataclass(slots=True)
class Patched:
    """The rows anew; whether a formula went, the first cell of each greyed row, how far the cells put in reach."""

    data: bytes
    lost_formula: bool = False
    greyed: dict[int, Place] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = -1


def patch_rows(
    data: bytes, touches: Mapping[Place, Touch], grey: Set[int], ours: Set[int], styles: Styles, bases: Bases
) -> Patched:
    """The inside of <sheetData> with these cells touched; those still coloured by us from before lose the colour.

    Rows of `grey` are coloured as removed, as far as they have cells.

    Raises NotUnderstood for rows or cells without addresses or out of order, where they matter.
    """
    if b"<!--" in data or b"<![CDATA[" in data or b"<?" in data:
        raise NotUnderstood("comments among the rows")
    by_row: dict[int, dict[int, Touch]] = {}
    for (row, column), touch in touches.items():
        by_row.setdefault(row, {})[column] = touch
    for row, column in _coloured(data, ours):
        by_row.setdefault(row, {}).setdefault(column, Touch(Fill.NONE))
    for row in grey:
        by_row.setdefault(row, {})
    out = Patched(b"")
    pieces: list[bytes] = []
    at, last = 0, 0
    wanted = sorted(by_row)
    place = 0
    for tag in _ROW.finditer(data):
        number = _ROW_NUMBER.search(tag[1])
        if number is None or int(number[1]) <= last:
            raise NotUnderstood("rows without numbers, or out of order")
        last = int(number[1])
        while place < len(wanted) and wanted[place] < last:
            pieces += [data[at : tag.start()], _new_row(wanted[place], by_row[wanted[place]], styles, bases, out)]
            at = tag.start()
            place += 1
        if place == len(wanted) or wanted[place] != last:
            continue
        touched = by_row[last]
        place += 1
        closed = tag[1].endswith(b"/")
        end = tag.end() if closed else data.find(b"</row>", tag.end())
        if end < 0:
            raise NotUnderstood("a row that does not end")
        inside = b"" if closed else data[tag.end() : end]
        if last in grey:
            _grey(inside, last, touched, out)
        cells = _patch_row(inside, last, touched, tag[0], styles, bases, out)
        opening = with_attributes(tag[0], {"spans": None})
        if closed:
            opening, cells = opening[:-2].rstrip() + b">", cells + b"</row>"
        pieces += [data[at : tag.start()], opening, cells]
        at = end
    tail = [_new_row(row, by_row[row], styles, bases, out) for row in wanted[place:]]
    out.data = b"".join([*pieces, data[at:], *tail])
    return out


def _grey(inside: bytes, row: int, touches: dict[int, Touch], out: Patched) -> None:
    columns = [_place(_opening(cell[0]))[1] for cell in _CELL.finditer(inside)]
    for column in columns:
        touches.setdefault(column, Touch()).fill = Fill.REMOVED
    if columns:
        out.greyed[row] = row, min(columns)


def _coloured(data: bytes, ours: Set[int]) -> Iterator[Place]:
    if ours:
        ids = b"|".join(str(each).encode() for each in sorted(ours))
        for tag in re.finditer(rb"<c(?=\s)[^<>]*?\ss=[\"'](?:" + ids + rb")[\"'][^<>]*>", data):
            yield _place(tag[0])


def _place(tag: bytes) -> Place:
    ref = _REF.search(tag)
    if ref is None:
        raise NotUnderstood("a cell without an address")
    return int(ref[2]), column_of(ref[1].decode())


def _patch_row(
    data: bytes, row: int, touches: dict[int, Touch], row_tag: bytes, styles: Styles, bases: Bases, out: Patched
) -> bytes:
    pieces: list[bytes] = []
    at, last = 0, -1
    columns = sorted(touches)
    place = 0
    for cell in _CELL.finditer(data):
        here, column = _place(_opening(cell[0]))
        if here != row or column <= last:
            raise NotUnderstood("cells out of order")
        last = column
        pieces.append(data[at : cell.start()])
        at = cell.end()
        while place < len(columns) and columns[place] < column:
            pieces.append(_new_cell(row, columns[place], touches[columns[place]], row_tag, styles, bases, out))
            place += 1
        if place < len(columns) and columns[place] == column:
            pieces.append(_touched(cell[0], cell[1], touches[column], styles, out))
            place += 1
        else:
            pieces.append(cell[0])
    rest = [_new_cell(row, column, touches[column], row_tag, styles, bases, out) for column in columns[place:]]
    return b"".join([*pieces, *rest, data[at:]])


def _opening(cell: bytes) -> bytes:
    found = _OPENING.match(cell)
    if found is None:
        raise NotUnderstood("a cell that does not begin")
    return found[0]


def _touched(cell: bytes, inside: bytes | None, touch: Touch, styles: Styles, out: Patched) -> bytes:
    """The cell with another fill, another value, or both."""
    tag = _opening(cell)
    found = _STYLE.search(tag)
    base = int(found[1]) if found else 0
    style = styles.marked(base, touch.fill) if touch.fill is not None else base
    if not touch.changes_value:
        return with_attributes(tag, {"s": str(style)}) + cell[len(tag) :]
    formula = _FORMULA.search(inside or b"")
    if formula:
        if _SHARED.search(formula[1]):
            raise NotUnderstood("a formula that others depend on")
        out.lost_formula = True
    return value_cell(_place(tag), _style_for(touch, base, styles), touch.value)


def _style_for(touch: Touch, base: int, styles: Styles) -> int:
    typed = touch.changes_value and is_typed(touch.value)
    if touch.fill is not None:
        return styles.marked(base, touch.fill, typed=typed)
    return styles.typed(base) if typed else base


def _new_cell(row: int, column: int, touch: Touch, row_tag: bytes, styles: Styles, bases: Bases, out: Patched) -> bytes:
    out.last_row, out.last_column = max(out.last_row, row), max(out.last_column, column)
    style = _style_for(touch, bases.of(row_tag, column), styles)
    return value_cell((row, column), style, touch.value if touch.changes_value else "")


def _new_row(row: int, touches: dict[int, Touch], styles: Styles, bases: Bases, out: Patched) -> bytes:
    cells = [_new_cell(row, column, touches[column], b"", styles, bases, out) for column in sorted(touches)]
    return b'<row r="%d">%s</row>' % (row, b"".join(cells)) if cells else b""


def value_at(data: bytes, place: Place) -> Verbatim | str:
    """What stands in a cell, "" for nothing. A formula is not to be repeated elsewhere: NotUnderstood."""
    name = address(place).encode()
    opening = re.search(rb"<c(?=\s)[^<>]*?\sr=[\"']" + name + rb"[\"'][^<>]*>", data)
    cell = _CELL.match(data, opening.start()) if opening else None
    if cell is None or not cell[1]:
        return ""
    if _FORMULA.search(cell[1]):
        raise NotUnderstood("a formula in a merged cell")
    kind = re.search(rb"""\st=["'](\w+)["']""", _opening(cell[0]))
    return Verbatim(kind[1] if kind else b"n", cell[1])


def is_typed(value: Any) -> bool:
    """Whether a raw value is text that a program might take for a formula when somebody enters its cell."""
    return isinstance(value, str) and value.startswith(FORMULA_SIGNS)


def value_cell(place: Place, style: int, value: Any) -> bytes:
    """A cell holding a staged raw value: text stays text, a number a number, "" an empty cell with its format."""
    start = f'<c r="{address(place)}" s="{style}"'
    if isinstance(value, Verbatim):
        return f'{start} t="'.encode() + value.kind + b'">' + value.inside + b"</c>"
    if isinstance(value, dict):
        value = _shown(value)
        if value in _ERRORS:
            return f'{start} t="e"><v>{value}</v></c>'.encode()
    if isinstance(value, bool):
        return f'{start} t="b"><v>{int(value)}</v></c>'.encode()
    if isinstance(value, (int, float)):
        return f"{start}><v>{value!r}</v></c>".encode()
    if value is None or value == "":
        return f"{start}/>".encode()
    text = cell_content(str(value))
    keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'{start} t="inlineStr"><is><t{keep}>{text}</t></is></c>'.encode()


def _shown(value: dict[str, Any]) -> Any:
    """Of a cell that is no plain value: what people see in it."""
    from sheets.stage import raw_text

    return str(value["error"]) if "error" in value else raw_text(value)
