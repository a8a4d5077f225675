"""Reading a workbook: true cell addresses, every sheet, broken cells, merged ranges. Refuses what cannot be read.

Parsing untrusted bytes belongs in the confined child (`sheets.confined`); this module is what runs there. Rows come in
batches small enough to be judged while the processor's cache still holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from threading import Thread
from typing import TypeVar

import python_calamine as calamine

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
    """An opened workbook. Raises `Refused` (S010, S011) for what cannot be read."""

    def __init__(self, data: bytes) -> None:
        self._broken: dict[str, dict[tuple[int, int], Broken]] = {}
        # Beside the reader, which lets go of Python's lock while it parses.
        self._search: Thread | None = Thread(target=self._find_broken, args=(data,), daemon=True)
        with suppress(RuntimeError):
            self._search.start()
        if self._search.ident is None:
            self._search = None
            self._find_broken(data)
        self._book = _guarded(partial(calamine.CalamineWorkbook.from_filelike, BytesIO(data)))

    def _find_broken(self, data: bytes) -> None:
        self._broken = broken_cells(data)

    def sheets(self) -> Iterator[RawSheet]:
        """Every worksheet in workbook order; charts and the like come without rows."""
        for meta in list(self._book.sheets_metadata):
            is_sheet = meta.typ == calamine.SheetTypeEnum.WorkSheet
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            sheet = _guarded(partial(self._book.get_sheet_by_name, meta.name)) if is_sheet else None
            if self._search is not None:
                self._search.join()
            if sheet is None or sheet.start is None:
                yield RawSheet(meta.name, visible, 0, iter(()), (), {})
                continue
            ranges = _guarded(partial(getattr, sheet, "merged_cell_ranges")) or ()
            merges = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
            broken = self._broken.pop(meta.name, {})
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
