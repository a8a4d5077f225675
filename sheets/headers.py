"""Finding the form in a sheet: which declaration, which row holds the headers, which column is which.

The header is found by meaning: each of the first rows is scored by how many official headers it holds, one or two
header rows, spaces, line breaks and brackets aside, columns in any order. A header that occurs twice (建设时间) is told
apart by the group above it, else by its neighbours, else by its order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from sheets.cells import fold, trim
from sheets.declare import Column, Sheet
from sheets.forensics import RawCell
from sheets.judge import raw_text

SEARCHED_ROWS = 15
#: A sheet counts as the form when so many official headers, and so large a part of them, are there.
LEAST_HEADERS = 5
LEAST_SHARE = 0.3
#: How much of an unknown header must be as in an official one for it to be proposed.
_ALIKE = 0.6

_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]", re.DOTALL)


@dataclass(slots=True)
class Header:
    """A recognised form. `row` is the 0-based header row (data begin below it), `columns` key -> 0-based column.

    `unknown` and `repeated` are (0-based column, text or key); `missing` the official columns that are not there;
    `texts` the header cells as they stand, by key.
    """

    declaration: Sheet
    row: int
    columns: dict[str, int]
    unknown: list[tuple[int, str]] = field(default_factory=list)
    repeated: list[tuple[int, str]] = field(default_factory=list)
    texts: dict[str, RawCell] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How many official headers were found."""
        return sum(self.declaration.by_key[key].official for key in self.columns)

    @property
    def missing(self) -> tuple[Column, ...]:
        """Official columns without a header."""
        return tuple(column for column in self.declaration.official if column.key not in self.columns)

    @property
    def is_enough(self) -> bool:
        """Whether so many official headers are there that this is the form."""
        return self.score >= max(LEAST_HEADERS, LEAST_SHARE * len(self.declaration.official))

    def same_layout(self, other: Header) -> bool:
        """Whether each column of this header stands at the same place in the other."""
        return self.declaration is other.declaration and self.columns.items() <= other.columns.items()


@cache
def spellings(declaration: Sheet) -> Mapping[str, tuple[str, ...]]:
    """Folded header text -> keys of the columns that bear it, with and without what stands in brackets."""
    found: dict[str, list[str]] = {}
    for column in declaration.columns:
        for text in (column.header, column.label, *column.aliases):
            for spelling in {fold(text), fold(_BRACKETS.sub("", text))}:
                keys = found.setdefault(spelling, [])
                if column.key not in keys:
                    keys.append(column.key)
    return {spelling: tuple(keys) for spelling, keys in found.items() if spelling}


def recognise(rows: Sequence[Sequence[RawCell]], declarations: Sequence[Sheet]) -> Header | None:
    """The form in the first rows of a sheet, or None. `rows` start at row 1 of the sheet."""
    best: Header | None = None
    for declaration in declarations:
        for row in range(min(SEARCHED_ROWS, len(rows))):
            found = _match(rows, row, declaration)
            if best is None or len(found.columns) > len(best.columns):
                best = found
    return best if best is not None and best.is_enough else None


def header_among(
    rows: Sequence[Sequence[RawCell]], run: range, left: int, declarations: Sequence[Sheet]
) -> Header | None:
    """The form whose header stands in one of the rows of `run`, or None; row numbers are those of `rows`."""
    above = max(0, run.start - 1)
    near = [[*[""] * left, *row] for row in rows[above : run.stop]]
    best: Header | None = None
    for declaration in declarations:
        for row in run:
            found = _match(near, row - above, declaration)
            if best is None or len(found.columns) > len(best.columns):
                best = found
    if best is None or not best.is_enough:
        return None
    best.row += above
    return best


def likely_column(text: str, header: Header) -> Column | None:
    """The column that an unknown header may mean: one that is not there, with nearly the same name."""
    known = {
        spelling: key
        for spelling, keys in spellings(header.declaration).items()
        for key in keys
        if key not in header.columns
    }
    near = get_close_matches(fold(text), known, n=1, cutoff=_ALIKE)
    return header.declaration.by_key[known[near[0]]] if near else None


def _match(rows: Sequence[Sequence[RawCell]], row: int, declaration: Sheet) -> Header:
    """Columns of `declaration` in header row `row`, with the row above as group row or upper half of merged headers."""
    known = spellings(declaration)
    lower = [trim(raw_text(cell)) for cell in rows[row]]
    upper = [trim(raw_text(cell)) for cell in rows[row - 1]] if row else []
    upper += [""] * (len(lower) - len(upper))
    groups = _groups(upper, declaration)
    texts = [text or above for text, above in zip(lower, upper, strict=False)]
    candidates: list[tuple[str, ...]] = [_keys(text, known) for text in texts]
    header = Header(declaration, row, {})
    settled = {place: keys[0] for place, keys in enumerate(candidates) if len(keys) == 1}
    for place, keys in enumerate(candidates):
        if len(keys) > 1:
            settled[place] = _told_apart(place, keys, groups, settled, declaration)
    for place in sorted(settled):
        key = settled[place]
        if key in header.columns:
            header.repeated.append((place, key))
        else:
            header.columns[key] = place
            header.texts[key] = rows[row][place]
    # A text above counts as a header where the row above is half of the header, not a title or the names of groups.
    is_half = any(keys and not text for keys, text in zip(candidates, lower, strict=True))
    header.unknown = [
        (place, text)
        for place, text in enumerate(texts)
        if text and not candidates[place] and (lower[place] or (is_half and not groups[place]))
    ]
    return header


def _keys(text: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if not text or len(text) > 60:
        return ()
    return known.get(fold(text)) or known.get(fold(_BRACKETS.sub("", text))) or ()


def _groups(upper: Sequence[str], declaration: Sheet) -> list[str]:
    """The group above each column, a merged group header holding until the next one; "" when there is no group row."""
    names = {fold(column.group): column.group for column in declaration.columns if column.group}
    names |= {fold(_BRACKETS.sub("", group)): group for group in names.values()}
    found, current = [], ""
    for text in upper:
        current = names.get(fold(text), names.get(fold(_BRACKETS.sub("", text)), "")) if text else current
        found.append(current)
    return found


def _told_apart(
    place: int, keys: tuple[str, ...], groups: Sequence[str], settled: Mapping[int, str], declaration: Sheet
) -> str:
    """Which of the columns that share a header stands at `place`: its group says, or that no other is left."""
    group_of = {key: declaration.by_key[key].group for key in keys}
    neighbours = (settled.get(place + 1), settled.get(place - 1))
    taken = set(settled.values())
    free = [key for key in keys if key not in taken]
    for group in (groups[place], *(declaration.by_key[near].group for near in neighbours if near)):
        fitting = [key for key in keys if group_of[key] == group]
        if len(fitting) == 1:
            return fitting[0]
        if len(free) == 1:
            return free[0]
    return next(iter(free), keys[0])
