"""T53, T54, T61: zip containers that bomb, overlap, lie or climb out."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import zlib

import pytest

from sheets.gate import Limits
from tests.hostile import workbooks as wb
from tests.hostile.gate import code
from tests.hostile.zips import Entry, build


def test_a_sheet_packed_too_tightly_is_turned_away() -> None:
    assert code(wb.bomb()) == "G022"


def test_the_inflated_budget_holds_over_all_parts() -> None:
    limits = dataclasses.replace(Limits(), max_inflated=1 << 20)
    data = wb.book({f"xl/media/image{n}.png": hashlib.shake_256(bytes([n])).digest(300_000) for n in range(4)})
    assert code(data, limits=limits) == "G023"


def test_a_nested_archive_is_turned_away() -> None:
    inner = build([Entry(f"{n}.zip", b"PK") for n in range(16)])
    assert code(build([Entry(f"lib{n}.zip", inner) for n in range(16)])) == "G007"


def test_too_many_entries_are_turned_away_before_they_are_listed() -> None:
    data = build(wb.entries() + [Entry(f"xl/media/{n}", b"", method=0) for n in range(100_000 // 20)])
    assert code(data) == "G021"
    end = data.rfind(b"PK\5\6")
    lying = data[: end + 8] + struct.pack("<HH", 65_535, 65_535) + data[end + 12 :]
    assert code(lying) in {"G020", "G021"}


def test_overlapping_entries_are_turned_away() -> None:
    entries = [*wb.entries(), Entry("xl/copy.xml", wb.sheet())]
    entries[-1].local_name = wb.SHEET
    sheet = [entry.name for entry in entries].index(wb.SHEET)
    assert code(build(entries, offsets={len(entries) - 1: sheet})) in {"G024", "G028"}
    twins = wb.entries()
    twins += [Entry("xl/a.xml", b"<a/>", method=0, trailer=b"")]
    inner = build([Entry("xl/b.xml", b"<b/>", method=0)])
    quoted = inner[: inner.index(b"PK\1\2")]
    twins[-1].data = quoted
    at = len(build(twins)) - len(build(twins)[build(twins).rindex(quoted) :])
    data = build([*twins, Entry("xl/b.xml", b"<b/>", method=0)])
    entry_at = data.index(b"PK\1\2", data.rindex(b"PK\1\2"))
    overlapping = data[: entry_at + 42] + struct.pack("<L", at) + data[entry_at + 46 :]
    assert code(overlapping) == "G024"


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ({"said_size": 1024}, "G025"),
        ({"said_size": 5 << 20}, "G025"),
        ({"said_size": 1024, "local_size": 1024}, "G025"),
        ({"local_size": 1024}, "G025"),
        ({"trailer": b"behind the end"}, "G025"),
        ({"said_packed": 10}, "G030"),
        ({"said_packed": 100_000_000}, "G025"),
        ({"said_crc": 1}, "G030"),
        ({"flags": 0x801}, "G026"),
        ({"flags": 0x840}, "G026"),
        ({"method": 12}, "G029"),
        ({"outer": 0o120777 << 16}, "G027"),
        ({"local_name": "xl/worksheets/sheet2.xml"}, "G028"),
        ({"extra": struct.pack("<HH", 0x7075, 9) + b"\1\0\0\0\0" + b"a.ml"}, "G028"),
    ],
)
def test_entries_that_lie_are_turned_away(lie: dict[str, object], expected: str) -> None:
    padded = wb.sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * (4 << 20))
    entries = [
        dataclasses.replace(entry, data=padded, **lie) if entry.name == wb.SHEET else entry  # type: ignore[arg-type]
        for entry in wb.entries()
    ]
    assert code(build(entries)) == expected


def test_a_stream_that_goes_on_past_its_declared_size_is_stopped_there() -> None:
    """T54: the directory says 1 KB, the stream would inflate to a gigabyte; `small_memory` watches."""

    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(engine.compress(b" " * (1 << 20)) for _ in range(1024)) + engine.flush()
    entry = Entry(wb.SHEET, said_size=1024, local_size=1024, said_crc=0)
    entry._packed = packed
    entries = [entry if one.name == wb.SHEET else one for one in wb.entries()]
    assert code(build(entries)) == "G025"


@pytest.mark.parametrize(
    "name", ["../x", "xl/../../x", "/etc/passwd", "C:\\x", "..\\x", "xl/a\x00b", "xl/\x1b[31m", ""]
)
def test_unsafe_entry_names_are_turned_away(name: str) -> None:
    assert code(wb.book(extra=[Entry(name, b"<x/>")])) == "G027"


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "XL/Worksheets/SHEET1.xml", "xl\\worksheets\\sheet1.xml"])
def test_two_parts_of_one_name_are_turned_away(name: str) -> None:
    assert code(wb.book(extra=[Entry(name, wb.far_sheet())])) == "G028"


def test_only_one_directory_at_the_very_end_is_believed() -> None:
    honest = wb.book()
    assert code(honest + b"\0") == "G020"
    assert code(honest[:-1]) == "G020"
    assert code(honest[: len(honest) // 2]) == "G020"
    end = honest.rindex(b"PK\5\6")
    twice = honest[: end + 20] + struct.pack("<H", 22) + honest[end : end + 20] + b"\0\0"
    assert code(twice) == "G020"
    assert code(b"PK\3\4" + honest) == "G020"
