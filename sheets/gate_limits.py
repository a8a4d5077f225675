"""How much an uploaded workbook may be. The defaults hold a sheet of 250,000 cameras; settings may lower them."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024

SHEET_MAX_ROWS = 1_048_576
"""Rows of an .xlsx sheet by the format itself (ECMA-376); nothing beyond it is a cell."""
SHEET_MAX_COLUMNS = 16_384
XLS_MAX_ROWS, XLS_MAX_COLUMNS = 65_536, 256


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of the gate. Sizes in bytes; rows and columns count where a value stands, not mere formatting."""

    max_bytes: int = 50 * MIB
    max_inflated: int = 300 * MIB
    max_entries: int = 4096
    max_ratio: int = 100
    ratio_from: int = 10 * MIB
    """A part may be packed tighter than `max_ratio` while it inflates to no more than this."""
    max_rows: int = 250_000
    max_columns: int = 256
    max_area: int = XLS_MAX_ROWS * XLS_MAX_COLUMNS
    """Rows x columns of the box around a sheet's values: what the reader allocates, about 40 bytes each."""
    max_merge_area: int = 1_000_000
    max_merged_cells: int = 5_000_000
    max_merges: int = 300_000
    max_odd_cells: int = 2_500_000
    """Rows and cells looked at one by one, in sheets whose cells are not written in the usual form."""


def human_size(size: int) -> str:
    """A byte count for a Chinese sentence: 50 MB, 812 KB."""
    if size >= MIB:
        return f"{size / MIB:.0f} MB"
    return f"{max(1, round(size / 1024))} KB"
