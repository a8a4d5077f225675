"""Random rows through the template and back: what was filled in is what is read, to the last digit."""

from __future__ import annotations

import warnings
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import check
from sheets.options import Options
from sheets.stage import staged_rows
from sheets.template import FIRST_ROW, letters_of, write_template
from tests.fuzz.values import Values, rows

OPTIONS = Options(today=date(2022, 8, 20))
FORMS = {"camera": CAMERA, "platform": PLATFORM}
FEW = settings(
    deadline=None, derandomize=True, max_examples=30, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
MANY = settings(FEW, max_examples=500)


@cache
def template(kind: str) -> bytes:
    out = BytesIO()
    write_template(FORMS[kind], out)
    return out.getvalue()


def filled(kind: str, told: list[dict[str, Values]], as_text: bool) -> tuple[bytes, list[dict[str, Any]]]:
    """The template filled in with openpyxl as people fill it in, and what was written, by row and column key."""
    sheet = FORMS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(BytesIO(template(kind)))
    page, letters = book[sheet.title], letters_of(sheet)
    written: list[dict[str, Any]] = []
    for number, row in enumerate(told, FIRST_ROW):
        cells = {key: sheet.by_key[key].kind.show(*values) for key, values in row.items()}
        cells = {
            key: format(cell, "f") if isinstance(cell, Decimal) and as_text else cell for key, cell in cells.items()
        }
        for key, cell in cells.items():
            place = page[f"{letters[key]}{number}"]
            place.value = float(cell) if isinstance(cell, Decimal) else cell
            if isinstance(cell, str):
                place.data_type = "s"
        written.append(cells)
    out = BytesIO()
    book.save(out)
    return out.getvalue(), written


def round_trip(kind: str, told: list[dict[str, Values]], as_text: bool) -> None:
    sheet = FORMS[kind]
    data, written = filled(kind, told, as_text)
    report = check(data, [CAMERA, PLATFORM], OPTIONS)
    (table,) = report.tables
    read = list(staged_rows(table))
    assert [row.row for row in read] == list(range(FIRST_ROW, FIRST_ROW + len(told)))
    for row, cells, values in zip(read, written, told, strict=True):
        raw = dict(zip([column.key for column in sheet.columns], row.raw, strict=True))
        clean = dict(zip(sheet.clean_columns, row.clean, strict=True))
        for column in sheet.columns:
            key = column.key
            cell = cells.get(key, "")
            assert raw[key] == (float(cell) if isinstance(cell, Decimal) else cell), key
            blank = tuple(entry.blank for entry in column.fields)
            if column.default:
                blank = (getattr(OPTIONS, column.default),)
            found = tuple(clean[entry.key] for entry in column.fields)
            assert found == tuple(values.get(key, blank)), key
    faults = {finding.code for finding in report.iter_findings() if finding.severity == "error" and finding.value}
    assert [code for code in faults if code[1] == "1"] == [], "a cell is at fault only beside others (C2xx and above)"


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_filled_in_is_read(kind: str) -> None:
    FEW(given(rows(FORMS[kind]), st.booleans())(lambda told, as_text: round_trip(kind, told, as_text)))()


@pytest.mark.nightly
@pytest.mark.parametrize("kind", FORMS)
def test_what_is_filled_in_is_read_many_times(kind: str) -> None:
    MANY(given(rows(FORMS[kind]), st.booleans())(lambda told, as_text: round_trip(kind, told, as_text)))()


@pytest.mark.parametrize("kind", FORMS)
def test_every_column_takes_part(kind: str) -> None:
    """A column whose values nobody thought of here would not be round-tripped."""
    seen: set[str] = set()
    settings(FEW, max_examples=60)(given(rows(FORMS[kind]))(lambda told: seen.update(*told)))()
    assert seen == {column.key for column in FORMS[kind].columns} - {"mobility", "vehicle"}
