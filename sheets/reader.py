"""Reading a workbook of any container: true cell addresses, every sheet, odd cells. Refuses what cannot be read.

Parsing untrusted bytes belongs in the confined child (`sheets.confined`); this module is what runs there. Rows come in
batches small enough to be judged while the processor's cache still holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice, repeat
from threading import Event
from typing import TypeVar, cast

import python_calamine as calamine
from python_calamine import CalamineSheet

from sheets.ahead import Ahead, Opened, Parsed, Stream, open_ahead, parse
from sheets.cells import Cell
from sheets.forensics import Facts, Merge, RawCell, sheet_facts
from sheets.gate_limits import Limits
from sheets.sniff import container_kind
from sheets.structure import unreadable

#: Rows in one batch.
BATCH = 1000
#: What the one sheet of a text file is called.
TEXT_SHEET = "CSV"

_YEAR_AND_ONE = len("2020.1")

Row = list[RawCell]
Result = TypeVar("Result")


@dataclass(slots=True)
class RawSheet:
    """One worksheet. Rows start at row 1; column 0 of each is the sheet's column `left` (0-based).

    `facts` are true to the sheet, 0-based; their cells stand in the rows already. `batches` can be walked once.
    """

    name: str
    visible: bool = True
    left: int = 0
    batches: Iterator[list[Row]] = field(default_factory=lambda: iter(()))
    merges: Sequence[Merge] = ()
    facts: Facts = field(default_factory=Facts)


class StartOver(Exception):
    """Pieces of a sheet do not make the whole that the parser would see: the workbook is to be read whole."""


class Workbook:
    """A workbook being opened; parsing is under way in a thread of its own, the search for odd cells in another.

    `parsed`, `begun`: when `open_ahead` was called earlier still. `sheets` raises `Refused` (S010, S011, and the gate's
    own codes for text and .ods) for what cannot be read, and `StartOver`, also from the rows, when the workbook is to
    be read again as `whole` gives it.
    """

    def __init__(
        self,
        data: bytes,
        parsed: Stream[Parsed] | None = None,
        begun: Event | None = None,
        facts: Ahead[list[Facts]] | None = None,
    ) -> None:
        self._data = data
        self._parsed = parsed or open_ahead(data)
        self._facts = facts or Ahead(partial(_facts, data, begun))
        self.rows = 0
        """About how many rows the first long sheet has; 0 where that is not known."""

    def whole(self) -> Workbook:
        """The same workbook, no sheet of which comes in pieces."""
        self.close()
        return Workbook(self._data, facts=self._facts)

    def close(self) -> None:
        """Nothing more of it is wanted."""
        self._parsed.close()

    def sheets(self) -> Iterator[RawSheet]:
        """Every sheet in workbook order."""
        opened = _guarded(partial(next, self._parsed))
        if isinstance(opened, Opened):
            self.rows = opened.rows
            return self._sheets(opened)
        return _ods(self._data) if container_kind(self._data) == "ods" else _text(self._data)

    def _sheets(self, opened: Opened) -> Iterator[RawSheet]:
        for number, meta in enumerate(opened.sheets):
            in_pieces = number == opened.last and opened.pieces > 1
            if in_pieces:
                sheet = _piece(self._parsed)
            elif number <= opened.last:
                sheet = cast("CalamineSheet | None", _guarded(partial(next, self._parsed)))
            else:
                sheet = _guarded(partial(parse, opened.book, meta))
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            known = self._facts.result()
            facts = known[number] if number < len(known) else Facts()
            if sheet is None or sheet.start is None:
                if in_pieces:
                    raise StartOver
                yield RawSheet(meta.name, visible, facts=facts)
                continue
            merges = facts.merges
            if merges is None:
                ranges = _guarded(partial(getattr, sheet, "merged_cell_ranges")) or ()
                merges = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
            left = sheet.start[1]
            rows = cast("Iterator[Row]", _guarded(sheet.iter_rows))
            if in_pieces:
                rows = chain.from_iterable(_joined(sheet, rows, self._parsed, opened.pieces - 1))
            yield RawSheet(meta.name, visible, left, _with_facts(_batches(rows), left, facts), merges, facts)


def _facts(data: bytes, begun: Event | None) -> list[Facts]:
    if begun is not None:
        begun.wait()
    return sheet_facts(data)


def _piece(parsed: Stream[Parsed]) -> CalamineSheet | None:
    """The next piece of a sheet. What is wrong with it is said of the whole."""
    try:
        return cast("CalamineSheet | None", next(parsed))
    except BaseException as problem:
        if not isinstance(problem, Exception) and type(problem).__name__ != "PanicException":
            raise
        raise StartOver from problem


def _joined(sheet: CalamineSheet, rows: Iterator[Row], parsed: Stream[Parsed], more: int) -> Iterator[Iterable[Row]]:
    """The rows of a sheet, piece by piece, as the parser gives those of the whole: all as wide, those between empty.

    `rows` are those of the first piece, `more` are to come. Each has to lie below the last and within its columns.
    """
    left, (end, right) = sheet.start[1] if sheet.start else 0, sheet.end or (0, 0)
    width = right - left + 1
    yield rows
    for _ in repeat(None, more):
        piece = _piece(parsed)
        if piece is None or piece.start is None or piece.end is None:
            continue
        (top, first), (bottom, last) = piece.start, piece.end
        if top <= end or first < left or last > right:
            raise StartOver
        yield ([""] * width for _ in range(top - end - 1))
        found = cast("list[Row]", piece.to_python())
        if last - first + 1 < width:
            before: Row = [""] * (first - left)
            after: Row = [""] * (right - last)
            yield ([*before, *row, *after] for row in found)
        else:
            yield found
        end = bottom


def _ods(data: bytes) -> Iterator[RawSheet]:
    from sheets.odsfile import ods_sheets

    for sheet in ods_sheets(data):
        batches = _batches(iter(sheet.rows))
        yield RawSheet(sheet.name, sheet.visible, 0, batches, sheet.facts.merges or (), sheet.facts)


def _text(data: bytes) -> Iterator[RawSheet]:
    from sheets.textfile import text_rows

    rows = list(text_rows(data))
    width = max(map(len, rows), default=0)
    padded: Iterable[Row] = ([*map(_as_typed, row), *[""] * (width - len(row))] for row in rows)
    yield RawSheet(TEXT_SHEET, batches=_batches(iter(padded)))


def _as_typed(cell: str) -> Cell:
    """A cell of text as it was in the table it came from: 2020.1 is likely the number that 2020.10 was."""
    return float(cell) if len(cell) == _YEAR_AND_ONE and cell.endswith(".1") and cell[:4].isdecimal() else cell


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := _guarded(lambda: list(islice(rows, BATCH))):
        yield batch


def _with_facts(batches: Iterator[list[Row]], left: int, facts: Facts) -> Iterator[list[Row]]:
    """The batches with odd cells in place of what the parser gave; rows that hold nothing else come at the end."""
    odd: dict[int, list[tuple[int, RawCell]]] = {}
    for (row, column), cell in facts.cells.items():
        if column >= left:
            odd.setdefault(row, []).append((column - left, cell))
    if not odd:
        yield from batches
        return
    last = min(max(odd) + 1, Limits().max_rows)
    first, width = 0, 0
    for batch in batches:
        width = len(batch[0])
        _put(batch, first, width, odd)
        first += len(batch)
        yield batch
    while first < last and width:
        batch = [[""] * width for _ in repeat(None, min(BATCH, last - first))]
        _put(batch, first, width, odd)
        first += len(batch)
        yield batch


def _put(batch: list[Row], first: int, width: int, odd: dict[int, list[tuple[int, RawCell]]]) -> None:
    if len(odd) < len(batch):
        rows: Iterable[int] = [row for row in odd if first <= row < first + len(batch)]
    else:
        rows = [row for row in range(first, first + len(batch)) if row in odd]
    for row in rows:
        for column, cell in odd[row]:
            if column < width:
                batch[row - first][column] = cell


def _guarded(read: Callable[[], Result]) -> Result:
    """What the reader returns; its exceptions, and the panics of its native code, become a refusal."""
    try:
        return read()
    except calamine.PasswordError as problem:
        raise unreadable("S011") from problem
    except (calamine.CalamineError, OSError, ValueError, RuntimeError) as problem:
        raise unreadable() from problem
    except BaseException as problem:
        # A panic in Rust is a BaseException that no package exports; anything else is not ours to swallow.
        if type(problem).__name__ != "PanicException":
            raise
        raise unreadable() from problem
