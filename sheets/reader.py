"""Reading a workbook: true cell addresses, every sheet, broken cells, merged ranges. Refuses what cannot be read.

Parsing untrusted bytes belongs in the confined child (`sheets.confined`); this module is what runs there. Rows come in
batches small enough to be judged while the processor's cache still holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import python_calamine as calamine

from sheets.ahead import Ahead, Opened, open_ahead, parse
from sheets.cells import Cell
from sheets.forensics import Broken, broken_cells
from sheets.structure import unreadable

#: Rows in one batch.
BATCH = 4000

Row = list[Cell]
Result = TypeVar("Result")


@dataclass(slots=True)
class RawSheet:
    """One worksheet. Rows start at row 1; column 0 of each is the sheet's column `left` (0-based).

    `merges` are (first row, first column, last row, last column) and `broken` is by (row, column), both 0-based and
    true to the sheet. `batches` can be walked once.
    """

    name: str
    visible: bool
    left: int
    batches: Iterator[list[Row]]
    merges: Sequence[tuple[int, int, int, int]]
    broken: dict[tuple[int, int], Broken]


class Workbook:
    """A workbook being opened; parsing is under way in a thread of its own, the search for broken cells in another.

    `opened`: when it was begun earlier still. `sheets` raises `Refused` (S010, S011) for what cannot be read.
    """

    def __init__(self, data: bytes, opened: Ahead[Opened] | None = None) -> None:
        self._opened = opened or open_ahead(data)
        self._broken = Ahead(partial(broken_cells, data))

    def sheets(self) -> Iterator[RawSheet]:
        """Every sheet in workbook order."""
        book, first = _guarded(self._opened.result)
        for number, meta in enumerate(book.sheets_metadata):
            sheet = _guarded(partial(parse, book, meta)) if number else first
            first = None
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            if sheet is None or sheet.start is None:
                yield RawSheet(meta.name, visible, 0, iter(()), (), {})
                continue
            ranges = _guarded(partial(getattr, sheet, "merged_cell_ranges")) or ()
            merges = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
            broken = self._broken.result().get(meta.name, {})
            yield RawSheet(meta.name, visible, sheet.start[1], _batches(sheet), merges, broken)


def _batches(sheet: calamine.CalamineSheet) -> Iterator[list[Row]]:
    rows: Iterator[Row] = _guarded(sheet.iter_rows)
    while batch := _guarded(lambda: list(islice(rows, BATCH))):
        yield batch


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
