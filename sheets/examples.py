"""Examples of rules: rows that break one and rows that keep it, shown in the guide and run by a test.

An example's row is written as changes to the form's good row (`Sheet.good_row`), in which every official column holds
its declared example; "" empties a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheets.cells import cell_text
from sheets.forensics import Broken

if TYPE_CHECKING:
    from sheets.declare import Column, Sheet

Changes = Mapping[str, Any]
Rows = Sequence[Changes] | Callable[[], Sequence[Changes]]


@dataclass(frozen=True, slots=True)
class Example:
    """`fails` yields the rule's code at the cells `at` ((place of the row, column key) pairs) and nothing else.

    `passes` yields nothing at all. `told` are both in words, where showing the changed cells would not be enough.
    `options`: of the check. Many rows are given as a function, so that declaring them costs nothing.
    """

    fails: Rows
    passes: Rows
    at: Sequence[tuple[int, str]]
    told: tuple[str, str] = ("", "")
    options: Mapping[str, Any] = field(default_factory=dict)

    def words(self, sheet: Sheet) -> tuple[str, str]:
        """What fails and what passes, in words for people."""
        return (
            self.told[0] or "；".join(_row(sheet, row) for row in self.failing),
            self.told[1] or "；".join(_row(sheet, row) for row in self.passing),
        )

    @property
    def failing(self) -> Sequence[Changes]:
        """The rows that break the rule."""
        return self.fails() if callable(self.fails) else self.fails

    @property
    def passing(self) -> Sequence[Changes]:
        """The rows that keep it."""
        return self.passes() if callable(self.passes) else self.passes


def of_cell(column: Column, wrong: Any) -> Example:
    """The example of an issue of one column: its cell wrong, then as its declared example."""
    key = column.key
    changes = wrong if isinstance(wrong, Mapping) else {key: wrong}
    return Example((changes,), ({key: column.example},), ((0, key),))


def shown(cell: Any) -> str:
    """A cell as the guide shows it: what cannot be seen is said."""
    if cell in ("", None):
        return "（空白）"
    if isinstance(cell, Broken):
        return cell.text or "（没有计算结果的公式）"
    if isinstance(cell, str):
        text = cell if len(cell) <= 60 else f"{cell[:12]}……（{len(cell)} 个字）"
        return "".join(_VISIBLE.get(character, character) for character in text)
    return f"{cell_text(cell)}（{'日期' if hasattr(cell, 'year') else '数字'}格式）"


_VISIBLE = {"\n": "⏎", "\u200b": "〔零宽空格〕", "\xa0": "〔不换行空格〕"}


def _row(sheet: Sheet, changes: Changes) -> str:
    cells = [(key, shown(cell)) for key, cell in changes.items()]
    if len(cells) == 1:
        return cells[0][1]
    return "，".join(f"{sheet.by_key[key].label} {text}" for key, text in cells)
