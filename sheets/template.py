"""The blank template: the official form made from its declaration, ready to fill in.

Title, 填报单位 line, filling notes, headers with their groups, the sample row, then empty rows with formats, drop-downs
and length checks. The notes stand above the headers and not below the rows, where the first long list would run into
them. A hidden sheet carries the version mark; a visible one tells how each column is filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from pathlib import Path
from re import compile as pattern
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheets.check import GUIDE_SHEET, MARK, MARK_SHEET
from sheets.declare import Column, Need, Sheet
from sheets.guide import NEED_WORDS, guide
from sheets.kinds.codes import RegistryNumber, UnifiedCode
from sheets.kinds.coordinates import Degrees
from sheets.kinds.dates import YearMonth
from sheets.kinds.text import Text

#: Rows with borders, about what a printed page holds; number formats and drop-downs reach further.
FORMATTED_ROWS = 30
VALIDATED_ROWS = 5000
#: Excel's limits for an inline list and for a prompt.
_LIST_LIMIT = 255
_PROMPT_LIMIT = 250

_TITLE_ROW, _UNIT_ROW, _NOTES_ROW, _GROUP_ROW, HEADER_ROW, SAMPLE_ROW, FIRST_ROW = range(1, 8)

_THIN = Side(style="thin", color="808080")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_FONT = "宋体"
#: What a reader takes for an escaped character of a text.
_ESCAPED = pattern("_(?=x[0-9A-Fa-f]{4}_)")
_REQUIRED = PatternFill("solid", start_color="FFF2CC")
_EXTRA = PatternFill("solid", start_color="EDEDED")


@dataclass(frozen=True)
class Form:
    """A form of the workbook to be written, and what stands in it below the sample row.

    `rows`: clean values by field key, one row below the other; fields that are absent stay blank. `cells`: raw cells by
    row number (`FIRST_ROW` at least) and column key, as somebody wrote them. Neither ever becomes a formula.
    `title`: the worksheet's name, where that is not the form's own.
    """

    declaration: Sheet
    unit_name: str = ""
    rows: Sequence[Mapping[str, Any]] = ()
    cells: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    title: str = ""

    @property
    def length(self) -> int:
        """How many rows below the sample row it takes."""
        return max(len(self.rows), max(self.cells, default=0) - FIRST_ROW + 1)


def write_template(
    declaration: Sheet,
    out: str | Path | IO[bytes],
    unit_name: str = "",
    rows: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the template as .xlsx to a path or binary stream.

    `rows`: clean values by field key, to be written below the sample row as a pre-filled template; fields that are
    absent stay blank. Values never become formulas.
    """
    write_forms(out, [Form(declaration, unit_name, rows)])


def write_forms(out: str | Path | IO[bytes], forms: Sequence[Form]) -> None:
    """Write several official forms, each its worksheet, into one .xlsx, with one guide and one mark."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for form in forms:
        _form_sheet(book.create_sheet(form.title or form.declaration.title), form)
    guide_sheet = book.create_sheet(GUIDE_SHEET)
    declarations = list({form.declaration.key: form.declaration for form in forms}.values())
    for declaration in declarations:
        _guide_sheet(guide_sheet, declaration)
    mark = book.create_sheet(MARK_SHEET)
    mark.append([MARK])
    for declaration in declarations:
        mark.append([declaration.key, declaration.version])
    mark.sheet_state = "hidden"
    book.save(out)


def letters_of(declaration: Sheet) -> dict[str, str]:
    """Column key -> letter, as the template has them."""
    return {column.key: get_column_letter(number) for number, column in enumerate(declaration.columns, 1)}


def _form_sheet(sheet: Worksheet, form: Form) -> None:
    declaration = form.declaration
    _heading(sheet, declaration, form.unit_name)
    _headers(sheet, declaration)
    _sample(sheet, declaration)
    _body(sheet, declaration, form.length)
    for number, row in enumerate(form.rows, FIRST_ROW):
        _fill(sheet, declaration, number, row)
    for number, cells in form.cells.items():
        for place, column in enumerate(declaration.columns, 1):
            if cells.get(column.key, "") != "":
                put(sheet, number, place, cells[column.key])
    _validations(sheet, declaration)
    _page(sheet, declaration)


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write a value that stays one: text never becomes a formula, decimals keep their digits."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} is within a merged range")
    if isinstance(value, str):
        value = _ESCAPED.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.value = value
        cell.data_type = "s"
        if value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
            cell.quotePrefix = True
    elif isinstance(value, Decimal):
        cell.value = float(value)
    else:
        cell.value = value
    return cell


def is_text(column: Column) -> bool:
    """Whether the column's cells are text even when they look like numbers: codes, months, pole numbers."""
    return isinstance(column.kind, (UnifiedCode, RegistryNumber, YearMonth)) or column.key == "pole_number"


def _heading(sheet: Worksheet, declaration: Sheet, unit_name: str) -> None:
    last = len(declaration.official)
    for row, text, font, alignment, height in (
        (_TITLE_ROW, declaration.form, Font(name="黑体", size=16, bold=True), _CENTRE, 32),
        (_UNIT_ROW, _unit_line(unit_name), Font(name=_FONT, size=11), _LEFT, 22),
        (_NOTES_ROW, _notes_line(declaration), Font(name=_FONT, size=10, color="595959"), _LEFT, 34),
    ):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
        cell = put(sheet, row, 1, text)
        cell.font, cell.alignment = font, alignment
        sheet.row_dimensions[row].height = height


def _unit_line(unit_name: str) -> str:
    return f"填报单位：{unit_name}{' ' * max(4, 57 - 2 * len(unit_name))}联系电话："


def _notes_line(declaration: Sheet) -> str:
    official = "".join(declaration.notes)
    return f"填写说明：{official}\n黄色表头必填；样例行不用删，系统会跳过；每列的填法见“{GUIDE_SHEET}”工作表。"


def _headers(sheet: Worksheet, declaration: Sheet) -> None:
    """Groups in one row, headers in the next; a column without a group has its header in both, merged."""
    start = 1
    for number, column in enumerate(declaration.columns, 1):
        following = declaration.columns[number] if number < len(declaration.columns) else None
        put(sheet, HEADER_ROW if column.group else _GROUP_ROW, number, column.printed)
        if not column.group:
            sheet.merge_cells(start_row=_GROUP_ROW, start_column=number, end_row=HEADER_ROW, end_column=number)
        if following is None or following.group != column.group:
            if column.group:
                put(sheet, _GROUP_ROW, start, column.group)
                sheet.merge_cells(start_row=_GROUP_ROW, start_column=start, end_row=_GROUP_ROW, end_column=number)
            start = number + 1
        for row in (_GROUP_ROW, HEADER_ROW):
            box = sheet.cell(row, number)
            box.font = Font(name=_FONT, size=10, bold=True)
            box.alignment, box.border = _CENTRE, _BORDER
            if not column.official:
                box.fill = _EXTRA
            elif column.need is Need.REQUIRED and (row == HEADER_ROW or not column.group):
                box.fill = _REQUIRED
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        sheet.column_dimensions[letter].hidden = column.hidden
        if is_text(column):
            sheet.column_dimensions[letter].number_format = "@"
    sheet.row_dimensions[HEADER_ROW].height = 62


def _sample(sheet: Worksheet, declaration: Sheet) -> None:
    for number, column in enumerate(declaration.columns, 1):
        cell = put(sheet, SAMPLE_ROW, number, column.sample or None)
        cell.font = Font(name=_FONT, size=9, italic=True, color="7F7F7F")
        cell.alignment, cell.border = _CENTRE, _BORDER
        if is_text(column):
            cell.number_format = "@"
    sheet.row_dimensions[SAMPLE_ROW].height = 14 * max(_lines(column) for column in declaration.columns)


def _lines(column: Column) -> int:
    """Lines that the sample text takes in its column: a Chinese character is two wide."""
    widths = [sum(2 if ord(letter) > 0xFF else 1 for letter in line) for line in column.sample.split("\n")]
    return sum(max(1, ceil(width / (column.width - 1))) for width in widths)


def _body(sheet: Worksheet, declaration: Sheet, rows: int) -> None:
    """The rows to fill in. The first one is styled; the others take its styles over."""
    font = Font(name=_FONT, size=10)
    for number, column in enumerate(declaration.columns, 1):
        cell = sheet.cell(FIRST_ROW, number)
        cell.font, cell.border = font, _BORDER
        cell.alignment = _LEFT if isinstance(column.kind, Text) else _CENTRE
        if is_text(column):
            cell.number_format = "@"
        elif isinstance(column.kind, Degrees):
            cell.number_format = "0.000000##"
    styled = [sheet.cell(FIRST_ROW, number) for number in range(1, len(declaration.columns) + 1)]
    for row in range(FIRST_ROW, FIRST_ROW + max(FORMATTED_ROWS, rows)):
        sheet.row_dimensions[row].height = 19
        for number, first in enumerate(styled, 1):
            sheet.cell(row, number)._style = copy(first._style)  # type: ignore[union-attr]


def _fill(sheet: Worksheet, declaration: Sheet, number: int, row: Mapping[str, Any]) -> None:
    for place, column in enumerate(declaration.columns, 1):
        values = [row.get(entry.key, entry.blank) for entry in column.fields]
        if any(value not in {None, ""} for value in values[:1]):
            put(sheet, number, place, column.kind.show(*values))


def _validations(sheet: Worksheet, declaration: Sheet) -> None:
    for number, column in enumerate(declaration.columns, 1):
        check = _validation(column)
        if check is None:
            continue
        letter = get_column_letter(number)
        check.add(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + VALIDATED_ROWS - 1}")
        sheet.add_data_validation(check)


def _validation(column: Column) -> DataValidation | None:
    """A drop-down, a length check, or only a prompt that says how the cell is filled in."""
    prompt = column.help[:_PROMPT_LIMIT]
    listed = ",".join(column.choices)
    if column.choices and len(listed) <= _LIST_LIMIT and not any("," in choice for choice in column.choices):
        # Other spellings are read too, so the list helps and does not forbid.
        check = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    elif isinstance(column.kind, UnifiedCode):
        check = DataValidation(
            type="textLength", operator="equal", formula1="20", allow_blank=True, showErrorMessage=True,
            errorTitle="编码应为 20 位", error="请按文本填写 20 位数字；没有编码的留空。", errorStyle="stop",
        )  # fmt: skip
    else:
        check = DataValidation(allow_blank=True, showErrorMessage=False)
    if not prompt:
        return check if check.type else None
    check.showInputMessage = True
    check.promptTitle = column.label[:30]
    check.prompt = prompt
    return check


def _page(sheet: Worksheet, declaration: Sheet) -> None:
    name = declaration.index["name"] + 2
    sheet.freeze_panes = f"{get_column_letter(name)}{SAMPLE_ROW}"
    _on_paper(sheet)
    # Whole columns, so that no row is ever left off the paper that is stamped.
    area = f"'{sheet.title}'!$A:${get_column_letter(len(declaration.official))}"
    sheet.defined_names["_xlnm.Print_Area"] = DefinedName("_xlnm.Print_Area", attr_text=area)
    sheet.print_title_rows = f"{_GROUP_ROW}:{HEADER_ROW}"


def _on_paper(sheet: Worksheet) -> None:
    """A4 landscape, as many pages as it takes, each as wide as the form."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_options.horizontalCentered = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.4)


def _guide_sheet(sheet: Worksheet, declaration: Sheet) -> None:
    """How each column is filled in, from the same declaration as the check."""
    told = guide(declaration)
    row = sheet.max_row + 2 if sheet.max_row > 1 else 1
    put(sheet, row, 1, f"{declaration.form} 填写说明").font = Font(name="黑体", size=14, bold=True)
    row += 1
    for note in told.notes:
        put(sheet, row, 1, note)
        row += 1
    row += 1
    for place, text in enumerate(("列", "表头", "要不要填", "怎么填", "示例", "常用选项"), 1):
        cell = put(sheet, row, place, text)
        cell.font, cell.border, cell.alignment = Font(name=_FONT, size=10, bold=True), _BORDER, _CENTRE
    font = Font(name=_FONT, size=10)
    for number, entry in enumerate(told.columns, 1):
        texts = (get_column_letter(number), entry.label, NEED_WORDS[entry.need], entry.help, entry.example)
        for place, text in enumerate((*texts, "、".join(entry.choices)), 1):
            cell = put(sheet, row + number, place, text)
            cell.font, cell.border, cell.alignment = font, _BORDER, _LEFT
    _on_paper(sheet)
    for letter, width in zip("ABCDEF", (6, 26, 12, 48, 26, 60), strict=True):
        sheet.column_dimensions[letter].width = width
