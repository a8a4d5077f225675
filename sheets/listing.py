"""The list of findings as a workbook that people can sort and pass on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from sheets.findings import Finding, Severity

COLUMNS = (
    ("级别", 8),
    ("规则", 8),
    ("工作表", 16),
    ("单元格", 10),
    ("列", 22),
    ("填写的内容", 30),
    ("问题", 52),
    ("怎么改", 52),
    ("相关单元格", 20),
)


def write_listing(findings: Iterable[Finding], out: str | Path | IO[bytes], name: str) -> None:
    """Write the findings of the file `name` as .xlsx. What users wrote stays text: no formula, no link comes alive."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("检查结果")
    for number, (_, width) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHI"[number]].width = width
    sheet.freeze_panes = "A3"
    sheet.append([_text(sheet, f"{name} 的检查结果", bold=True)])
    sheet.append([_text(sheet, title, bold=True) for title, _ in COLUMNS])
    rows = 0
    for found in findings:
        rows += 1
        word = "错误" if found.severity is Severity.ERROR else "提醒"
        row = (word, found.code, found.sheet, found.cell, found.column, found.value, found.message, found.fix)
        sheet.append([_text(sheet, text) for text in (*row, "、".join(found.related))])
    sheet.auto_filter.ref = f"A2:I{rows + 2}"
    book.save(out)


def _text(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> Cell:
    """A text cell, whatever the text looks like; characters that XML cannot hold are left out."""
    cell = WriteOnlyCell(sheet, value="".join(letter for letter in text if letter.isprintable() or letter == "\n"))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if bold:
        cell.font = Font(bold=True)
    if text[:1] in {"=", "+", "-", "@", "＝"}:
        cell.quotePrefix = True
    return cell
