"""Merged cells: which one is seen, and what becomes of a merge in which one cell was changed."""

from __future__ import annotations

import re
from typing import Any

from sheets.annotate.cells import value_at
from sheets.annotate.order import Place, column_of
from sheets.annotate.xml import Element, NotUnderstood

_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")
_MOST_CELLS = 500_000

Merge = tuple[int, int, int, int]
"""First row (1-based), first column (0-based), last row, last column."""


class Merges:
    """The merges of one sheet."""

    def __init__(self, root: Element) -> None:
        self._elements: dict[Merge, Element] = {}
        self._at: dict[Place, Merge] = {}
        merged = root.find("mergeCells")
        area = 0
        for each in merged.every("mergeCell") if merged is not None else ():
            corners = _RANGE.fullmatch(each.attributes.get("ref", ""))
            if corners is None:
                raise NotUnderstood("a merge without its range")
            top, left = int(corners[2]), column_of(corners[1])
            merge = top, left, int(corners[4] or top), column_of(corners[3] or corners[1])
            area += (merge[2] - top + 1) * (merge[3] - left + 1)
            if area > _MOST_CELLS:
                raise NotUnderstood("more merged cells than are worth it")
            self._elements[merge] = each
            for row in range(top, merge[2] + 1):
                for column in range(left, merge[3] + 1):
                    self._at[row, column] = merge

    def anchor(self, place: Place) -> Place:
        """The cell that is seen where this one stands."""
        return self._at[place][:2] if place in self._at else place

    def dissolve(self, rows: bytes, edits: dict[Place, Any]) -> list[Element]:
        """The merges over several rows in which a cell is changed. `edits` gets the others' values."""
        gone: dict[Merge, Element] = {}
        for place in list(edits):
            merge = self._at.get(place)
            if merge is None or merge in gone or merge[0] == merge[2]:
                continue
            gone[merge] = self._elements[merge]
            top, left, bottom, right = merge
            shown = value_at(rows, (top, left))
            for row in range(top, bottom + 1):
                edits.setdefault((row, left), shown)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self._at.pop((row, column))
        return list(gone.values())
