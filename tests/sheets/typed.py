"""Workbooks typed from nothing, without our template."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from cameras.sheet import CAMERA
from tests.workbooks.builder import (
    camera_row,
)


def by_hand(rows: list[list[Any]], *, name: str = "Sheet1", start: tuple[int, int] = (0, 0)) -> bytes:
    """A workbook typed from nothing, without our template."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(name)
    for row, cells in enumerate(rows, start[0]):
        for column, value in enumerate(cells, start[1]):
            if value is not None:
                sheet.write(row, column, value)
    book.close()
    return out.getvalue()


HEADERS = [column.header for column in CAMERA.official]
KEYS = [column.key for column in CAMERA.official]


def values(**cells: Any) -> list[Any]:
    row = camera_row(**cells)
    return [row.get(key) for key in KEYS]
