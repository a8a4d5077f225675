"""T56: old workbooks that loop, lie or ask for gigabytes."""

from __future__ import annotations

import struct

import pytest

from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.gate import code, shown


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ole.looping(), "G041"),
        (ole.looping_lists(), "G041"),
        (ole.outside(), "G041"),
        (ole.greedy(44, 0x7FFFFFFF), "G042"),
        (ole.greedy(44, 0xFFFFFFFF), "G042"),
        (ole.greedy(40, 0x7FFFFFFF), "G042"),
        (ole.greedy(64, 0x7FFFFFFF), "G042"),
        (ole.greedy(72, 0x7FFFFFFF), "G042"),
        (ole.xls(ole.dimensions(0x7FFFFFFF, 0xFFFF)), "G033"),
        (ole.xls(ole.dimensions(0xFFFFFFFF, 0xFFFF)), "G033"),
        (ole.xls(ole.dimensions(10, 10, first_row=11)), "G040"),
        (ole.xls(globals_=ole.record(0x00FC, struct.pack("<LL", 1, 0x7FFFFFFF))), "G042"),
        (ole.xls(globals_=ole.record(0x00FC, b"\0\0")), "G042"),
        (ole.xls(sheet_at=12), "G040"),
        (ole.xls()[:1000], "G040"),
        (ole.xls()[:2000], "G040"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000, "G040"),
        (bytes(ole.container({"Workbook": b"not BIFF"})), "G040"),
        (ole.xls() + wb.book(), "G043"),
    ],
    ids=shown,
)
def test_broken_or_greedy_old_workbooks_are_turned_away(data: bytes, expected: str) -> None:
    assert code(data, "清单.xls") == expected
