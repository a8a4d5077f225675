"""How far a sheet's values and merges reach, held against the budget; shared by .xlsx and .xls."""

from __future__ import annotations

from dataclasses import dataclass

from sheets.gate_codes import refused
from sheets.gate_limits import Limits

Place = tuple[int, int]
"""(row, column), 0-based."""


@dataclass(slots=True)
class Reach:
    """The box from A1 around the values of one sheet: what a reader allocates."""

    limits: Limits
    rows: int = 0
    columns: int = 0

    def add(self, row: int, column: int) -> None:
        """A value stands at (row, column), 0-based; raises G033 when the box grows over budget."""
        if row < self.rows and column < self.columns:
            return
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        limits = self.limits
        where = f"{column_letters(column + 1)}{row + 1} 有内容"
        if self.rows > limits.max_rows:
            raise refused("G033", f"{where}，最多 {limits.max_rows} 行")
        if self.columns > limits.max_columns:
            raise refused("G033", f"{where}，最多 {limits.max_columns} 列")
        if self.rows * self.columns > limits.max_area:
            raise refused("G033", f"内容铺开到 {self.rows} 行 × {self.columns} 列（{where}）")


@dataclass(slots=True)
class Tally:
    """What is counted over the whole workbook."""

    limits: Limits
    merges: int = 0
    merged_cells: int = 0
    odd_cells: int = 0

    def add_merge(self, first: Place, last: Place, ref: str) -> None:
        """Count one merged range, corners inclusive; raises G034 over budget or upside down."""
        if last[0] < first[0] or last[1] < first[1]:
            raise refused("G034", f"{ref} 不是有效的区域")
        area = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
        self.merges += 1
        self.merged_cells += area
        if area > self.limits.max_merge_area:
            raise refused("G034", f"{ref} 合并了 {area} 个单元格")
        if self.merged_cells > self.limits.max_merged_cells:
            raise refused("G034", f"共合并了超过 {self.limits.max_merged_cells} 个单元格")
        if self.merges > self.limits.max_merges:
            raise refused("G034", f"合并区域超过 {self.limits.max_merges} 处")

    def add_odd_cell(self, name: str) -> None:
        """Count one row or cell looked at by itself; raises G033 over budget."""
        self.odd_cells += 1
        if self.odd_cells > self.limits.max_odd_cells:
            raise refused("G033", f"{name} 的单元格太多")


def column_number(letters: bytes) -> int:
    """1 for A, 27 for AA; either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
