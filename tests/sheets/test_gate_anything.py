"""Whatever the bytes, the gate answers; and wherever a cell stands and however it is written, the budget decides."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

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
