"""Work begun early, in a thread: above all the parsing of a workbook, during which the reader lets go of Python's lock.

Imports next to nothing, so that the confined child can set the parser going before it imports all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from queue import Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

import python_calamine as calamine

from sheets.sniff import container_kind

if TYPE_CHECKING:
    from pathlib import Path

    from sheets.pieces import Pieces

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


class Stream(Generic[Result]):
    """An iterator walked in a thread, a few items ahead; what it raises comes out where it got to."""

    def __init__(self, items: Callable[[], Iterator[Result]], ahead: int) -> None:
        self._items = items
        self._queue: Queue[Result | _End] = Queue(maxsize=ahead)
        self._wanted = True
        self._inline: Iterator[Result] | None = None
        self._end: _End | None = None
        try:
            Thread(target=self._run, daemon=True).start()
        except RuntimeError:  # no thread to be had: each item is made when it is asked for
            self._inline = items()

    def _run(self) -> None:
        problem: BaseException = StopIteration()
        try:
            for item in self._items():
                self._queue.put(item)
                del item  # the reader's alone: it may be large
                if not self._wanted:
                    break
        except BaseException as raised:  # noqa: BLE001 - raised again in `__next__`
            problem = raised
        self._queue.put(_End(problem))

    def __iter__(self) -> Iterator[Result]:
        return self

    def __next__(self) -> Result:
        if self._inline is not None:
            return next(self._inline)
        if self._end is None:
            item = self._queue.get()
            if not isinstance(item, _End):
                return item
            self._end = item
        raise self._end.problem

    def close(self) -> None:
        """No more is wanted; returns when the thread has put down its work."""
        self._wanted = False
        with suppress(BaseException):
            for _ in self:
                pass


@dataclass(frozen=True, slots=True)
class _End:
    problem: BaseException


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook that was opened. `sheets` tell of its sheets; those up to number `last` come parsed in a stream.

    Sheet `last` comes in `pieces` (1: whole). `rows` about how many it has.
    """

    book: calamine.CalamineWorkbook
    sheets: Sequence[calamine.SheetMetadata]
    last: int
    pieces: int
    rows: int


Parsed = Opened | calamine.CalamineSheet | None
#: So many parsed sheets, or pieces of one, may wait for who judges them.
WAITING = 2


def open_ahead(data: bytes, folder: Path | None = None, begun: Event | None = None) -> Stream[Parsed]:
    """Begin to open a workbook: first comes what it is, then its first sheets, as `Opened` says.

    No `Opened` but None for containers that this parser is not asked to read (see `sheets.reader`). With a `folder` to
    write into, a long sheet comes in pieces (`sheets.pieces`). `begun` is set when the parser begins, which works
    without Python's lock: other work had better wait until then.
    """
    return Stream(lambda: _opened(data, folder, begun or Event()), WAITING)


def _opened(data: bytes, folder: Path | None, begun: Event) -> Iterator[Parsed]:
    kind = container_kind(data)
    pieces = None
    if folder is not None and kind == "xlsx" and len(data) >= LONG:
        from sheets.pieces import set_out

        pieces = set_out(data, folder)
    begun.set()
    if kind in {"ods", "csv"}:
        yield None
        return
    if pieces is not None and (found := _in_pieces(pieces)) is not None:
        yield found
        metas = found.book.sheets_metadata
        for place in (*range(found.last + 1), *range(len(found.sheets), len(metas))):
            yield parse(found.book, metas[place])
        return
    book = calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    metas = book.sheets_metadata
    sheet = parse(book, metas[0]) if metas else None
    yield Opened(book, metas, 0, 1, 0 if sheet is None else sheet.total_height)
    yield sheet


#: A smaller file holds no sheet that would be worth it.
LONG = 100_000


def _in_pieces(pieces: Pieces) -> Opened | None:
    """The workbook whose long sheet was set out in pieces; None when the parser does not see what was meant."""
    try:
        book = calamine.CalamineWorkbook.from_path(str(pieces.path))
    except BaseException as problem:
        # The whole is tried instead, and refused in its own words. A panic in Rust is a BaseException of its own.
        if not isinstance(problem, Exception) and type(problem).__name__ != "PanicException":
            raise
        return None
    finally:
        pieces.path.unlink(missing_ok=True)  # the open file stays readable
    metas = book.sheets_metadata
    if len(metas) != pieces.sheets + pieces.more:
        return None
    return Opened(book, metas[: pieces.sheets], pieces.number, 1 + pieces.more, pieces.rows)


def parse(book: calamine.CalamineWorkbook, meta: calamine.SheetMetadata) -> calamine.CalamineSheet | None:
    """One worksheet; charts and the like have no rows."""
    return book.get_sheet_by_name(meta.name) if meta.typ == calamine.SheetTypeEnum.WorkSheet else None
