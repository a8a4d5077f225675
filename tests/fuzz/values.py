"""Strategies made from the declarations: faultless clean values of every column, and odd cells for any of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from sheets.declare import Column, Sheet
from sheets.kinds.choices import Closed, OpenList, Partly, YesNo
from sheets.kinds.codes import RegistryNumber, UnifiedCode
from sheets.kinds.coordinates import Degrees
from sheets.kinds.dates import YearMonth
from sheets.kinds.numbers import Count, Days, Measure, Money, RunningNumber
from sheets.kinds.places import Township, townships
from sheets.kinds.text import Label, Name, Text

Values = tuple[Any, ...]
"""The clean values of one column of a row, one for each field."""

_LETTERS = "梅山镇江店路与新北交叉口东南角楼霍邱ABCxyz0123456789．·（）"
_words = st.text(_LETTERS, min_size=2, max_size=24)


def _text(limit: int) -> st.SearchStrategy[str]:
    """Text that is nothing but content: no blank sign, nothing to trim."""
    free = st.text(
        st.characters(codec="utf-8", categories=["Lu", "Ll", "Lo", "Nd"]), min_size=2, max_size=min(limit, 40)
    )
    return st.one_of(_words, free).map(lambda text: f"路{text}"[:limit])


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def clean_values(column: Column) -> st.SearchStrategy[Values]:
    """Values that a faultless cell of this column may have."""
    kind = column.kind
    one: st.SearchStrategy[Any]
    if isinstance(kind, UnifiedCode):
        one = st.tuples(_digits(8), st.sampled_from(sorted(kind.expected)), _digits(7)).map(
            lambda parts: f"341524{parts[0][:4]}{parts[1]}{parts[2]}"
        )
    elif isinstance(kind, RegistryNumber):
        one = _digits(6).map(lambda digits: f"{kind.example[:-6]}{digits}")
    elif isinstance(kind, Degrees):
        # Well within the county, in whatever datum.
        low, high = (115_400_001, 116_149_999) if kind.example.startswith("115") else (31_120_001, 31_799_999)
        millionths = st.integers(low, high).filter(lambda micro: micro % 10)
        one = millionths.map(lambda micro: Decimal(micro) / 1_000_000)
    elif isinstance(kind, YearMonth):
        year = st.integers(1985, 2021)
        one = st.one_of(year.map(str), st.tuples(year, st.integers(1, 12)).map(lambda told: f"{told[0]}.{told[1]:02d}"))
    elif isinstance(kind, Township):
        one = st.sampled_from(sorted(townships()))
    elif isinstance(kind, Closed):
        one = st.sampled_from(sorted(kind.labels))
    elif isinstance(kind, YesNo):
        one = st.booleans()
    elif isinstance(kind, Partly):
        one = st.sampled_from(["yes", "no", "partial"])
        if kind.remark:
            # Kept in compatibility form, as the word before it is recognised by.
            said = st.text("梅山镇ABC123版", max_size=12).map(lambda text: f"已报{text}平台")
            return st.tuples(one, st.just("") | said)
    elif isinstance(kind, OpenList):
        one = st.sampled_from(sorted(kind.choices))
    elif isinstance(kind, Days):
        one = st.integers(30, 3650)
    elif isinstance(kind, Money):
        one = st.integers(1, 9_999_999).map(lambda cents: Decimal(cents) / 10_000)
    elif isinstance(kind, Measure):
        low, high = int(kind.low * 10), int(kind.high * 10)
        one = st.integers(low, high).map(lambda tenths: Decimal(tenths) / 10)
    elif isinstance(kind, Count):
        one = st.integers(0, kind.high)
    elif isinstance(kind, RunningNumber):
        one = st.integers(1, 99_999)
    elif isinstance(kind, Label):
        return _text(kind.limit).map(lambda text: (text, "yes"))
    elif isinstance(kind, (Name, Text)):
        one = _text(kind.limit)
    else:
        raise TypeError(f"no values for {type(kind).__name__}: say what its cells may hold")
    return one.map(lambda value: (value,))


def rows(sheet: Sheet, most: int = 6) -> st.SearchStrategy[list[dict[str, Values]]]:
    """Rows of clean values by column key; columns that need not be filled are now and then absent."""
    columns = {
        column.key: clean_values(column) if column.key == "name" else st.none() | clean_values(column)
        for column in sheet.columns
        if column.key not in {"mobility", "vehicle"}
    }
    row = st.fixed_dictionaries(columns).map(lambda told: {key: values for key, values in told.items() if values})
    return st.lists(row, min_size=1, max_size=most)


_ODD = (
    "/", "无", "—", "不详", " ", "　", "\u200b", "#N/A", '=DISPIMG("ID_1",1)', "ＮＡ１２", "３４１５２４", "是否",
    "115.93,31.73", "115°56′03″", "3.41524E+19", "一个月", "≥30", "12万元", "样 例", "%s", "{detail}", "<b>", "TRUE",
    "'341524", "\u202e12", "1e999", "-", "0", "0.0", "２０２０．１０", "2020年13月", "①", "\n",
)  # fmt: skip


def odd_cells() -> st.SearchStrategy[Any]:
    """What stands in a cell where it should not: other types, far numbers, signs, marks of direction, pictures."""
    return st.one_of(
        st.sampled_from(_ODD),
        # Not more digits than every writer and reader keep.
        st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda number: float(f"{number:.12g}")),
        st.integers(-(10**6), 10**19).map(float),
        st.booleans(),
        st.dates(dt.date(1901, 1, 1), dt.date(2090, 1, 1)),
        _digits(19),
        _digits(20),
        _digits(21),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    )  # fmt: skip
