"""One worksheet that holds forms: its rows sorted and judged, section by section.

Usually there is one section, from the header to the end. Where a header of another form, or of other columns, stands
further down, another section begins there; the same header again (one for each printed page) is ignored and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sheets.cells import address, letters, shorten, trim
from sheets.declare import Sheet
from sheets.findings import Finding
from sheets.forensics import RawCell
from sheets.headers import Header, header_among, likely_column
from sheets.judge import raw_text
from sheets.merges import Merges
from sheets.options import Options
from sheets.reader import RawSheet, Row
from sheets.rowkinds import RowSorter, is_lead
from sheets.structure import structure_finding
from sheets.table import Table

#: More rows than this in one sheet are not judged; the gate's own limits come first.
MOST_ROWS = 200_000
#: So many hidden rows are named one by one.
_NAMED = 10

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Section:
    """A form in a worksheet: its judged rows, the counts of all rows below its header, what is to be said of it."""

    table: Table
    sorter: RowSorter
    findings: list[Finding]


def read_sections(
    raw: RawSheet, header: Header, batch: list[Row], forms: Sequence[Sheet], options: Options, progress: Progress
) -> Iterator[Section]:
    """The sections of a sheet whose first header was found in its first batch."""
    rows = _Rows(header.row + 1, batch[header.row + 1 :], raw.batches)
    left = 0
    found: Header | None = header
    while found is not None:
        section, found = _read_section(raw, found, rows, forms, options, progress)
        left += len(section.table)
        yield section
        if left > MOST_ROWS:
            return


class _Rows:
    """The rows of a sheet in batches, of which a part may be given back. `first` is the 0-based row of the batch."""

    def __init__(self, first: int, batch: list[Row], batches: Iterator[list[Row]]) -> None:
        self.first = first
        self._batch = batch
        self._batches = batches

    def take(self) -> list[Row]:
        """The rows from `first` on; an empty list at the end."""
        batch = self._batch or next(self._batches, [])
        self._batch = []
        return batch

    def give_back(self, used: int, batch: list[Row]) -> None:
        """So many rows of the batch were used; the others come again."""
        self.first += used
        self._batch = batch[used:]


def _read_section(
    raw: RawSheet, header: Header, rows: _Rows, forms: Sequence[Sheet], options: Options, progress: Progress
) -> tuple[Section, Header | None]:
    """The section under `header`, and the header of the next one."""
    table = Table(raw.name, header, options)
    sorter = RowSorter(header, raw.left, forms, raw.merges)
    section = Section(table, sorter, [])
    merges = Merges(header, raw.merges)
    filled: set[int] = set()
    nameless: list[int] | None = None
    following: Header | None = None
    while following is None and (batch := rows.take()):
        if nameless is None:
            nameless = _places_without_header(raw, header, len(batch[0]))
        columns: list[Sequence[RawCell]] = list(zip(*batch, strict=True))
        odd = sorter.odd_rows(columns)
        used = len(batch)
        for run in sorter.header_runs(batch, odd):
            other = header_among(batch, run, raw.left, forms)
            if other is not None and not other.same_layout(header):
                used = run.start
                while used and is_lead(batch[used - 1], forms):
                    used -= 1
                sorter.count_leads(batch[used : run.stop])
                following = other
                following.row += rows.first
                batch, after = batch[:used], batch[run.stop :]
                columns = list(zip(*batch, strict=True))
                odd = sorter.odd_rows(columns) if batch else set()
                _judge(raw, header, sorter, merges, table, (batch, columns, odd, rows.first), nameless, filled)
                rows.first += run.stop
                rows.give_back(0, after)
                break
        else:
            _judge(raw, header, sorter, merges, table, (batch, columns, odd, rows.first), nameless, filled)
            rows.give_back(used, [])
        progress("read", rows.first)
        if len(table) > MOST_ROWS:
            section.findings.append(structure_finding("S012", sheet=raw.name, limit=f"{MOST_ROWS:,}"))
            break
    table.finish()
    section.findings += _about_the_header(raw, header, sorted(filled))
    section.findings += _about_the_hidden(raw, header, table)
    return section, following


def _judge(
    raw: RawSheet,
    header: Header,
    sorter: RowSorter,
    merges: Merges,
    table: Table,
    given: tuple[list[Row], list[Sequence[RawCell]], set[int], int],
    nameless: Sequence[int],
    filled: set[int],
) -> None:
    """Sort a batch and judge its data rows; note columns without a header that are filled in."""
    batch, columns, odd, first = given
    if not batch:
        return
    rows, columns = sorter.sort(batch, columns, odd, first)
    if not rows:
        return
    cells = {key: columns[place - raw.left] for key, place in header.columns.items()}
    merged, groups = merges.fill(rows, cells)
    numbers = range(rows.start + 1, rows.stop + 1) if isinstance(rows, range) else [row + 1 for row in rows]
    table.add(numbers, cells, merged, groups)
    filled.update(place for place in nameless if any(cell != "" for cell in columns[place - raw.left]))


def _places_without_header(raw: RawSheet, header: Header, width: int) -> list[int]:
    known = {
        *header.columns.values(),
        *(place for place, _ in header.unknown),
        *(place for place, _ in header.repeated),
    }
    return [place for place in range(raw.left, raw.left + width) if place not in known]


def _about_the_header(raw: RawSheet, header: Header, nameless: Sequence[int]) -> list[Finding]:
    """Columns missing, unknown, twice, or filled in without a header."""
    row = header.row + 1
    found = [
        structure_finding("S003", sheet=raw.name, row=row, column=column.label, key=column.key)
        for column in header.missing
    ]
    for place, text in header.unknown:
        said = shorten(trim(text), 60)
        near = likely_column(text, header)
        if near is None:
            found.append(structure_finding("S004", sheet=raw.name, row=row, cell=address(row, place), value=said))
        else:
            found.append(
                structure_finding(
                    "S015", sheet=raw.name, row=row, cell=address(row, place), value=said, near=near.label
                )
            )
    for place in nameless:
        said = f"（{letters(place)}列，没有表头）"
        found.append(structure_finding("S004", sheet=raw.name, row=row, cell=address(row, place), value=said))
    for place, key in header.repeated:
        label = header.declaration.by_key[key].label
        found.append(
            structure_finding("S005", sheet=raw.name, row=row, cell=address(row, place), column=label, key=key)
        )
    return found


def _about_the_hidden(raw: RawSheet, header: Header, table: Table) -> list[Finding]:
    """Hidden rows and columns, which are read like any others."""
    found = []
    facts = raw.facts
    if facts.hidden_rows:
        hidden = [number for batch in table.batches for number in batch.numbers if number - 1 in facts.hidden_rows]
        if hidden:
            named = "、".join(map(str, hidden[:_NAMED])) + (" 等" if len(hidden) > _NAMED else "")
            place = address(hidden[0], min(header.columns.values()))
            found.append(
                structure_finding("S013", sheet=raw.name, row=hidden[0], cell=place, value=named, count=len(hidden))
            )
    for key, at in header.columns.items():
        column = header.declaration.by_key[key]
        if not column.hidden and any(first <= at <= last for first, last in facts.hidden_columns):
            row = header.row + 1
            found.append(
                structure_finding("S014", sheet=raw.name, row=row, cell=address(row, at), column=column.label, key=key)
            )
    return found


def wide_rows(raw: RawSheet, batch: list[Row], least: int) -> int:
    """How many rows of a sheet that is not read hold at least so many cells."""
    count = 0
    while batch:
        count += sum(sum(raw_text(cell) != "" for cell in row) >= least for row in batch)
        batch = next(raw.batches, [])
    return count
