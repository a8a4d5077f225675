"""By what an annotated workbook's list of findings is known again."""

from __future__ import annotations

NAME = "问题清单"
TITLE = "问题清单（系统生成）"
"""The list's first cell."""


def is_listing(sheet: str, first: object) -> bool:
    """Whether a sheet of this name with this first cell is our list of findings, which is no data."""
    return sheet.startswith(NAME) and first == TITLE
