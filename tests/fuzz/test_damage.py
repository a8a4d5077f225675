"""Random damage to a filled sheet: never a traceback, never a wrong address, never a changed digit.

Columns moved, headers broken over lines, blank rows put in, types changed, cells merged, odd cells anywhere. What was
written is known, so every finding and every staged value is held against the very cell that it names.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.utils.cell import coordinate_to_tuple

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.cells import cell_text, shorten
from sheets.check import check
from sheets.declare import Sheet
from sheets.findings import Finding
from sheets.options import Options
from sheets.stage import raw_text, staged_rows
from tests.fuzz.values import odd_cells, rows

OPTIONS = Options(today=dt.date(2022, 8, 20))
FORMS = {"camera": CAMERA, "platform": PLATFORM}
FEW = settings(
    deadline=None, derandomize=True, max_examples=30, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
MANY = settings(FEW, max_examples=500)
EXACT = ("code", "registry_number", "pole_number")
"""Columns of which what is kept has the very digits of the cell, or nothing."""
DEGREES = ("longitude", "latitude")


@dataclass
class Grid:
    """A damaged sheet as it was written: by (row, column), 1-based."""

    sheet: Sheet
    keys: list[str]
    header_row: int
    headers: list[str]
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def at(self, row: int, column: int) -> list[Any]:
        """What may be said of a cell: its own content, and that of a merged range that it lies in."""
        said = [self.cells.get((row, column), "")]
        for top, left, bottom, right in self.merges:
            if top <= row <= bottom and left <= column <= right:
                said.append(self.cells.get((top, left), ""))
        return said

    @property
    def filled_rows(self) -> list[int]:
        return sorted({row for (row, _), value in self.cells.items() if value != ""})

    def as_bytes(self) -> bytes:
        out = BytesIO()
        book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
        page, day = book.add_worksheet(self.sheet.title), book.add_format({"num_format": "yyyy-mm-dd"})
        for place, header in enumerate(self.headers):
            page.write_string(self.header_row - 1, place, header)
        for (row, column), value in self.cells.items():
            if isinstance(value, dt.date):
                page.write_datetime(row - 1, column - 1, value, day)
            elif isinstance(value, bool):
                page.write_boolean(row - 1, column - 1, value)
            elif isinstance(value, float):
                page.write_number(row - 1, column - 1, value)
            elif value != "":
                page.write_string(row - 1, column - 1, value)
        for top, left, bottom, right in self.merges:
            # The range alone: its cells are written above, also those that a merge hides.
            page.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
            self._again(page, day, top, left)
        book.close()
        return out.getvalue()

    def _again(self, page: Any, day: Any, top: int, left: int) -> None:
        value = self.cells.get((top, left), "")
        if isinstance(value, dt.date):
            page.write_datetime(top - 1, left - 1, value, day)
        elif isinstance(value, str):
            page.write_string(top - 1, left - 1, value)
        else:
            page.write(top - 1, left - 1, value)


@st.composite
def grids(draw: st.DrawFn, sheet: Sheet) -> Grid:
    """A faultless sheet, damaged."""
    told = draw(rows(sheet, most=8))
    keys = draw(st.permutations([column.key for column in sheet.columns if not column.hidden]))
    headers = [_broken(draw, sheet.by_key[key].label) for key in keys]
    header_row = draw(st.integers(1, 6))
    grid = Grid(sheet, list(keys), header_row, headers)
    row = header_row
    for values in told:
        row += 1 + draw(st.sampled_from([0, 0, 0, 1, 3]))
        for place, key in enumerate(keys, 1):
            if key in values:
                cell = sheet.by_key[key].kind.show(*values[key])
                grid.cells[row, place] = _retyped(draw, cell)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.sampled_from(sorted(grid.cells)))
        grid.cells[at] = draw(odd_cells())
    _merge(draw, grid)
    return grid


def _broken(draw: st.DrawFn, label: str) -> str:
    """A header as people break it: over lines, with spaces, with brackets of the other width."""
    way = draw(st.sampled_from(["as it is", "as it is", "lines", "spaces", "narrow"]))
    if way == "narrow":
        return unicodedata.normalize("NFKC", label)
    place = draw(st.integers(1, max(1, len(label) - 1)))
    between = {"lines": "\n", "spaces": " "}.get(way, "")
    return label[:place] + between + label[place:]


def _retyped(draw: st.DrawFn, cell: Any) -> Any:
    """Mostly as it should be; a number as text, a text of digits as a number."""
    if isinstance(cell, Decimal):
        return draw(st.sampled_from([float(cell), format(cell, "f")]))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return draw(st.sampled_from([float(cell), str(cell), f" {cell} "]))
    if isinstance(cell, str) and re.fullmatch(r"[0-9]{4,20}(\.[0-9]{2})?", cell) and draw(st.integers(0, 4)) == 0:
        return float(cell)
    return cell


def _merge(draw: st.DrawFn, grid: Grid) -> None:
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.sampled_from(sorted(grid.cells)))
        bottom, right = top + draw(st.integers(0, 3)), min(len(grid.keys), left + draw(st.integers(0, 1)))
        apart = all(bottom < other[0] or top > other[2] or right < other[1] or left > other[3] for other in grid.merges)
        if apart and (top, left) != (bottom, right):
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        grid.cells.pop((row, column), None)
            grid.merges.append((top, left, bottom, right))


def held(grid: Grid) -> None:
    report = check(grid.as_bytes(), [CAMERA, PLATFORM], OPTIONS)
    assert [table.sheet for table in report.tables] == [grid.sheet], "moved columns and broken headers are recognised"
    (table,) = report.tables
    staged = list(staged_rows(table))
    content = [row for row in grid.filled_rows if _has_content(grid, row)]
    rows_read = [row.row for row in staged]
    assert rows_read == sorted(set(rows_read)) and set(rows_read) <= set(grid.filled_rows)
    (summary,) = [each for each in report.sheets if each.kind]
    assert summary.rows_read == summary.rows + summary.sample + summary.footer + summary.blank
    assert len(set(content) - set(rows_read)) <= summary.sample + summary.footer, "a row is missing"
    assert sum(row.errors for row in staged) + sum(row.warnings for row in staged) == len(table.hits)
    for row in staged:
        _row_is_true(grid, row)
    for finding in report.iter_findings():
        assert finding.message and finding.fix and "{" not in _said(finding)
        _place_is_true(grid, finding)


def _has_content(grid: Grid, row: int) -> bool:
    return any(cell_text(value).strip() for (at, _), value in grid.cells.items() if at == row)


def _row_is_true(grid: Grid, row: Any) -> None:
    """Each raw cell is the one written there; codes and degrees kept have its digits."""
    raw = dict(zip([column.key for column in grid.sheet.columns], row.raw, strict=True))
    clean = dict(zip(grid.sheet.clean_columns, row.clean, strict=True))
    for place, key in enumerate(grid.keys, 1):
        written = [_plain(value) for value in grid.at(row.row, place)]
        assert _plain(raw_text(raw[key])) in written, f"{key} of row {row.row}: {raw[key]!r} for {written}"
        if key in EXACT and clean.get(key):
            assert any(_digits(text) == _digits(str(clean[key])) for text in written), key
        if key in DEGREES and clean.get(key) is not None:
            kept = [text for text in written if _decimal(text) is not None]
            assert any(_decimal(text) == clean[key] for text in kept), f"{key}: {clean[key]} of {written}"


def _place_is_true(grid: Grid, finding: Finding) -> None:
    """The cell that a finding names lies in its row and column, and holds the value that it quotes."""
    if finding.row <= grid.header_row or not finding.cell:
        return
    row, column = coordinate_to_tuple(finding.cell)
    assert row == finding.row
    if finding.key in grid.keys:
        assert column == grid.keys.index(finding.key) + 1, finding.cell
    if finding.value and finding.code[0] in "CP":
        assert _plain(finding.value) in [shorten(_plain(value)) for value in grid.at(row, column)], finding
    for place in finding.related:
        row, column = coordinate_to_tuple(place)
        assert row in grid.filled_rows and column <= len(grid.keys), place


def _plain(value: Any) -> str:
    """Text of a cell for comparison: as people see it, a date without its time of day."""
    text = value if isinstance(value, str) else cell_text(value)
    return re.sub(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", r"\1", text)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdigit() and unicodedata.digit(sign, -1) >= 0)


def _decimal(text: str) -> Decimal | None:
    narrow = unicodedata.normalize("NFKC", text).strip(" '\u200b")
    return Decimal(narrow) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", narrow) else None


def _said(finding: Finding) -> str:
    """Our own words of a finding, without what it quotes of the cell."""
    return f"{finding.message}{finding.fix}".replace(finding.value or "\0", "")


@pytest.mark.parametrize("kind", FORMS)
def test_damage_is_told_of_truly(kind: str) -> None:
    FEW(given(grids(FORMS[kind]))(held))()


@pytest.mark.nightly
@pytest.mark.parametrize("kind", FORMS)
def test_much_damage_is_told_of_truly(kind: str) -> None:
    MANY(given(grids(FORMS[kind]))(held))()
