"""Work begun early, in a thread: above all the parsing of a workbook, during which the reader lets go of Python's lock.

Imports next to nothing, so that the confined child can set the parser going before it imports all the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from threading import Thread
from typing import Generic, TypeVar

import python_calamine as calamine

from sheets.sniff import container_kind

Result = TypeVar("Result")


class Ahead(Generic[Result]):
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


Opened = tuple[calamine.CalamineWorkbook, calamine.CalamineSheet | None] | None


def open_ahead(data: bytes) -> Ahead[Opened]:
    """Begin to open a workbook and to parse its first sheet, which is nearly always the one that matters.

    None for containers that this parser is not asked to read (see `sheets.reader`).
    """

    def read() -> Opened:
        if container_kind(data) in {"ods", "csv"}:
            return None
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        metas = book.sheets_metadata
        return book, parse(book, metas[0]) if metas else None

    return Ahead(read)


def parse(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> calamine.CalamineSheet | None:
    """One worksheet; charts and the like have no rows."""
    return book.get_sheet_by_name(meta.name) if meta.typ == calamine.SheetTypeEnum.WorkSheet else None
