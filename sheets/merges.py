"""Vertically merged cells: one value for several rows (a pole with two cameras, a township for a whole block)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheets.headers import Header
from sheets.judge import RawCell

#: (first row, first column, last row, last column), 0-based and true to the sheet.
Merge = tuple[int, int, int, int]

#: Excel's last row; a merge cannot reach further.
_LAST_ROW = 1_048_575


class Merges:
    """The vertical merges of one sheet in columns declared `merged`; fed with data rows from top to bottom."""

    def __init__(self, header: Header, merges: Sequence[Merge]) -> None:
        columns = {place: key for key, place in header.columns.items() if header.declaration.by_key[key].merged}
        self._declaration = header.declaration
        self._ranges: dict[str, list[tuple[int, int]]] = {}
        for top, left, bottom, _right in merges:
            if bottom > top > header.row and left in columns:
                self._ranges.setdefault(columns[left], []).append((top, min(bottom, _LAST_ROW)))
        for ranges in self._ranges.values():
            ranges.sort(reverse=True)
        self._open: dict[str, tuple[int, int, RawCell]] = {}

    def fill(
        self, rows: Sequence[int], cells: Mapping[str, Sequence[RawCell]]
    ) -> tuple[dict[str, Sequence[RawCell]], list[int | None] | None]:
        """(columns with each merged value repeated in its rows, for each row the 1-based first row of its merged pole).

        `rows` are the 0-based sheet rows of this batch of data. Only empty cells are filled; columns without merges are
        left out, and the second is None when no pole is merged.
        """
        filled: dict[str, Sequence[RawCell]] = {}
        groups: list[int | None] | None = None
        for key, ranges in self._ranges.items():
            marks = self._declaration.by_key[key].merge_group
            target = list(cells[key])
            for place, row in enumerate(rows):
                top, bottom, value = self._open.get(key, (0, -1, ""))
                if row > bottom:
                    while ranges and ranges[-1][1] < row:
                        ranges.pop()
                    if not ranges or ranges[-1][0] > row:
                        continue
                    top, bottom = ranges.pop()
                    value = target[place] if top == row else ""
                    self._open[key] = (top, bottom, value)
                if target[place] == "":
                    target[place] = value
                if marks and value != "":
                    groups = groups or [None] * len(rows)
                    groups[place] = top + 1
            filled[key] = target
        return filled, groups
