"""OpenDocument spreadsheets (.ods): values, what cells show, merges and hidden rows, at true addresses.

Read here rather than by the general parser, which knows neither merged cells nor errors nor what is hidden in this
format. Source: OpenDocument 1.3 part 3, 9 (tables), 19.385 (office:value-type). Repeated cells are counted out against
the gate's budget, so a file of a few bytes cannot become a sheet of a million rows.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, iterparse

from sheets.cells import Cell
from sheets.forensics import Broken, Facts, Merge, RawCell, as_shown
from sheets.gate_limits import Limits
from sheets.gate_reach import Reach
from sheets.structure import unreadable

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_HIDDEN = {"collapse", "filter"}
_NUMBERS = {"float", "currency", "percentage"}
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


@dataclass(slots=True)
class OdsSheet:
    """One sheet: its rows, from row 1 and column A, of equal length; what else is known of it stands in `facts`."""

    name: str
    visible: bool
    rows: list[list[RawCell]]
    facts: Facts


def ods_sheets(data: bytes, limits: Limits | None = None) -> Iterator[OdsSheet]:
    """Every sheet in order. Raises Refused S010 for what cannot be read, G033 for what is over budget."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, archive.open("content.xml") as content:
            # Entities are refused by the gate, bounded by the parser, and paid for by the confined child.
            yield from _sheets(iterparse(content, events=("end",)), limits or Limits())  # noqa: S314
    except _UNREADABLE as problem:
        raise unreadable() from problem


def _sheets(events: Iterator[tuple[str, Element]], limits: Limits) -> Iterator[OdsSheet]:
    hidden_styles: set[str] = set()
    page = _Page(limits)
    for _, element in events:
        tag = element.tag
        if tag == f"{_TABLE}table-row":
            page.add_row(element)
            element.clear()
        elif tag == f"{_TABLE}table-column":
            page.add_column(element)
        elif tag == f"{_STYLE}style":
            properties = element.find(f"{_STYLE}table-properties")
            if properties is not None and properties.get(f"{_TABLE}display") == "false":
                hidden_styles.add(element.get(f"{_STYLE}name", ""))
        elif tag == f"{_DRAW}image":
            page.facts.pictures = True
        elif tag == f"{_TABLE}table":
            visible = element.get(f"{_TABLE}style-name", "") not in hidden_styles
            yield page.finished(element.get(f"{_TABLE}name", ""), visible)
            page = _Page(limits)
            element.clear()


@dataclass(slots=True)
class _Page:
    """A sheet being read."""

    limits: Limits
    rows: list[list[RawCell]] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    row: int = 0
    column: int = 0
    merges: list[Merge] = field(default_factory=list)
    reach: Reach = field(init=False)

    def __post_init__(self) -> None:
        self.reach = Reach(self.limits)
        self.facts.merges = self.merges

    def add_column(self, element: Element) -> None:
        """A column's properties; only whether it is hidden matters."""
        count = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        if element.get(f"{_TABLE}visibility") in _HIDDEN:
            self.facts.hidden_columns.append((self.column, self.column + count - 1))
        self.column += count

    def add_row(self, element: Element) -> None:
        """One row, as often as it says."""
        times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
        cells: list[RawCell] = []
        column = 0
        for cell in element:
            if cell.tag not in _CELLS:
                continue
            wide = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            value = "" if cell.tag != f"{_TABLE}table-cell" else _value(cell)
            self._merge(cell, column)
            if value != "":
                self.reach.add(self.row + times - 1, column + wide - 1)
                cells += [""] * (column - len(cells)) + [value] * wide
            column += wide
        if cells:
            self.rows += [[] for _ in range(self.row - len(self.rows))]
            self.rows += [list(cells) for _ in range(times)]
            if element.get(f"{_TABLE}visibility") in _HIDDEN:
                self.facts.hidden_rows.update(range(self.row, self.row + times))
        self.row += times

    def _merge(self, cell: Element, column: int) -> None:
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        across = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or across > 1:
            self.merges.append((self.row, column, self.row + down - 1, column + across - 1))

    def finished(self, name: str, visible: bool) -> OdsSheet:
        """The sheet, its rows made equally long."""
        width = max(map(len, self.rows), default=0)
        for row in self.rows:
            row.extend([""] * (width - len(row)))
        return OdsSheet(name, visible, self.rows, self.facts)


def _value(cell: Element) -> RawCell:
    """What stands in a cell; "" for nothing."""
    kind = cell.get(f"{_OFFICE}value-type") or ""
    if cell.get(f"{_CALC}value-type") == "error":
        return Broken("excel_error", _text(cell) or "#ERROR")
    if not kind:
        text = _text(cell)
        is_formula = cell.get(f"{_TABLE}formula") is not None
        return Broken("no_result") if is_formula and text is None else text or ""
    if kind in _NUMBERS:
        number = float(cell.get(f"{_OFFICE}value", ""))
        return as_shown(number, _text(cell) or "")
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "date":
        return _date(cell.get(f"{_OFFICE}date-value", "")) or _text(cell) or ""
    text = cell.get(f"{_OFFICE}string-value")
    return text if text is not None else _text(cell) or ""


def _date(text: str) -> Cell | None:
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.time().replace(tzinfo=None) != datetime.min.time() else moment.date()


def _text(cell: Element) -> str | None:
    """The paragraphs of a cell as lines; None when it has none. Comments and drawings are no text."""
    paragraphs = cell.findall(f"{_TEXT}p")
    return "\n".join("".join(_pieces(paragraph)) for paragraph in paragraphs) if paragraphs else None


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * min(int(child.get(f"{_TEXT}c", "1")), 100)
        elif child.tag == f"{_TEXT}tab":
            yield "\t"
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag.startswith(_TEXT):
            yield from _pieces(child)
        yield child.tail or ""
