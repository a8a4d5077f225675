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
from typing import Generic, TypeVar

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
    """A workbook being opened. Parsing begins at once in a thread of its own, for the reader lets go of Python's lock.

    `sheets` raises `Refused` (S010, S011) for what cannot be read.
    """

    def __init__(self, data: bytes) -> None:
        self._book: calamine.CalamineWorkbook | None = None
        self._first = _Ahead(partial(self._open, data))
        self._broken = _Ahead(partial(broken_cells, data))

    def _open(self, data: bytes) -> calamine.CalamineSheet | None:
        """Open the book and parse its first sheet, which is nearly always the one that matters."""
        self._book = _guarded(partial(calamine.CalamineWorkbook.from_filelike, BytesIO(data)))
        metas = self._book.sheets_metadata
        return self._parse(metas[0]) if metas else None

    def _parse(self, meta: calamine.SheetMetadata) -> calamine.CalamineSheet | None:
        """One worksheet; charts and the like have no rows."""
        if self._book is None or meta.typ != calamine.SheetTypeEnum.WorkSheet:
            return None
        return _guarded(partial(self._book.get_sheet_by_name, meta.name))

    def sheets(self) -> Iterator[RawSheet]:
        """Every sheet in workbook order."""
        first = self._first.result()
        for number, meta in enumerate(self._book.sheets_metadata if self._book else ()):
            sheet = self._parse(meta) if number else first
            first = None
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            if sheet is None or sheet.start is None:
                yield RawSheet(meta.name, visible, 0, iter(()), (), {})
                continue
            ranges = _guarded(partial(getattr, sheet, "merged_cell_ranges")) or ()
            merges = [(top, left, bottom, right) for (top, left), (bottom, right) in ranges]
            broken = self._broken.result().get(meta.name, {})
            yield RawSheet(meta.name, visible, sheet.start[1], _batches(sheet), merges, broken)


class _Ahead(Generic[Result]):
    """A call under way in a thread; what it raises comes out where its result is asked for."""

    def __init__(self, call: Callable[[], Result]) -> None:
        self._call = call
        self._done: list[Result] = []
        self._problem: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        with suppress(RuntimeError):  # no thread to be had: the result is made when it is asked for
            self._thread.start()

    def _run(self) -> None:
        try:
            self._done.append(self._call())
        except BaseException as problem:  # noqa: BLE001 - raised again in `result`
            self._problem = problem

    def result(self) -> Result:
        """What the call returned."""
        if self._thread.ident is None:
            self._run()
        elif not self._done and self._problem is None:
            self._thread.join()
        if self._problem is not None:
            raise self._problem
        return self._done[0]


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
