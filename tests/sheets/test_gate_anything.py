"""Whatever the bytes, the gate answers; and wherever a cell stands and however it is written, the budget decides."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from sheets.findings import Refused
from sheets.gate import Limits, examine
from sheets.gate_codes import GATE
from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.gate import code, passes


def mutated(seed: Callable[[], bytes]) -> st.SearchStrategy[bytes]:
    base = seed()

    def change(edits: list[tuple[int, int]]) -> bytes:
        data = bytearray(base)
        for at, value in edits:
            data[at % len(data)] = value
        return bytes(data)

    return st.lists(st.tuples(st.integers(0, len(base) - 1), st.integers(0, 255)), min_size=1, max_size=12).map(change)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(mutated(wb.book) | mutated(ole.xls) | mutated(wb.far_cell) | mutated(ole.looping))
def test_whatever_the_bytes_the_gate_answers(data: bytes) -> None:
    try:
        examine(data, "清单.xlsx")
    except Refused as refused:
        assert refused.finding.code in GATE


SPELLINGS = ['<c r="{ref}"{s}>', "<c r='{ref}'{s}>", '<c{s} r="{ref}">', '<n:c r="{ref}"{s} >', '<c\n r="{ref}"{s}\t>']


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    row=st.integers(1, 1_048_576) | st.sampled_from([249_999, 250_000, 250_001, 99_999, 100_000, 200_000]),
    column=st.integers(1, 16_384) | st.sampled_from([26, 27, 52, 53, 256, 257]),
    spelling=st.sampled_from(SPELLINGS),
    style=st.sampled_from(["", ' s="3"', ' t="n"']),
    empty=st.booleans(),
)
def test_the_verdict_on_one_cell_follows_the_budget(
    row: int, column: int, spelling: str, style: str, empty: bool
) -> None:
    start = spelling.format(ref=f"{get_column_letter(column)}{row}", s=style)
    close = "</n:c>" if start.startswith("<n:") else "</c>"
    data = wb.with_rows(f'<row r="{row}">{start}{"" if empty else "<v>1</v>"}{close}</row>')
    limits = Limits()
    near = row <= limits.max_rows and column <= limits.max_columns and row * column <= limits.max_area
    if near or empty:
        assert passes(data) == "xlsx"
    else:
        assert code(data) == "G033"


FRAGMENTS = [
    '<row r="{n}" spans="1:3"><c r="A{n}" s="1"><v>1</v></c><c r="B{n}" t="n"><v>2</v></c></row>',
    '<row r="{n}"><c r="{l}{n}"><v>1</v></c><c><v>2</v></c></row>',
    "<row><c><v>1</v></c><c/><c><v>2</v></c></row>",
    "<row r='{n}'/>",
    '<row r="{n}"><c s="1" r="{l}{n}"/><c><v>3</v></c></row>',
    '<x:row r="{n}"><x:c r="{l}{n}"><x:v>1</x:v></x:c></x:row>',
    '<row r="{n}"><c r="A{m}"><v>1</v></c></row>',
    '<row r="{n}"><c r="{l}{n}" t="inlineStr"><is><t> a &lt; b </t></is></c></row>',
    '<row r="{n}"><c r="A1"/></row>',
    '<row r="{n}"><c r="{l}{n}"><f>A1</f><v>3</v></c><c r="{l}{m}"><v></v></c></row>',
]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(FRAGMENTS), st.integers(1, 260), st.integers(1, 260), st.integers(1, 70), st.integers(1, 30)
        ),
        max_size=6,
    )
)
def test_what_passes_fits_the_budget_when_the_reader_reads_it(pieces: list[tuple[str, int, int, int, int]]) -> None:
    """The gate's idea of positions against the reader's own, with small budgets so that both sides occur."""
    limits = dataclasses.replace(Limits(), max_rows=220, max_columns=60, max_area=220 * 58)
    rows = "".join(
        text.replace("{n}", str(n)).replace("{m}", str(m)).replace("{l}", get_column_letter(column)) * times
        for text, n, m, column, times in pieces
    )
    data = wb.with_rows(rows)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    try:
        examine(data, "清单.xlsx", limits)
    except Refused as refused:
        assert refused.finding.code == "G033"
        wide = max(width, 52)  # rows in the usual form count as wide as such a row can be
        assert height > limits.max_rows or width > limits.max_columns or height * wide > limits.max_area
    else:
        assert height <= limits.max_rows and width <= limits.max_columns and height * width <= limits.max_area
