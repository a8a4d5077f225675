"""Coordinates written in other ways: what is read back is the position meant, and never looks better measured."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cameras.sheet import CAMERA
from sheets.findings import Finding
from tests.sheets.test_examples import judged

EAST = st.integers(115_450_000, 116_099_999).filter(lambda value: value % 10).map(lambda value: f"{value / 1e6:.6f}")
NORTH = st.integers(31_150_000, 31_799_999).filter(lambda value: value % 10).map(lambda value: f"{value / 1e6:.6f}")


def fixed(longitude: object, latitude: object) -> tuple[Finding, dict[str, str]]:
    """The finding at the longitude, and the row's cells after its safe fix."""
    cells = {"longitude": longitude, "latitude": latitude}
    finding = next(found for found in judged(CAMERA, [cells]) if found.key == "longitude")
    return finding, {key: str(value) for key, value in cells.items()} | dict(finding.fixes)


@settings(deadline=None, max_examples=60)
@given(EAST, NORTH, st.sampled_from(("E{}", "东经{}", "{}°E", "经度：{}")), st.sampled_from("，。,"))
def test_the_same_digits_come_back(east: str, north: str, letters: str, comma: str) -> None:
    for code, written in (
        ("C124", letters.format(east)),
        ("C196", "".join(_wide(sign) for sign in east)),
        ("C126", east.replace(".", comma)),
        ("C128", float(east.replace(".", ""))),
        ("C195", f"{east}\u200b"),
    ):
        finding, mended = fixed(written, north)
        assert (finding.code, mended["longitude"]) == (code, east)
        assert judged(CAMERA, [mended]) == []


@settings(deadline=None, max_examples=60)
@given(EAST, NORTH, st.sampled_from((",", "，", "、", " ", "/", "；")), st.booleans(), st.booleans())
def test_both_numbers_of_a_cell_go_where_they_belong(
    east: str, north: str, between: str, turned: bool, twice: bool
) -> None:
    both = between.join((north, east) if turned else (east, north))
    finding, mended = fixed(both, both if twice else "")
    assert (finding.code, mended) == ("C125", {"longitude": east, "latitude": north})
    assert judged(CAMERA, [mended]) == []


@settings(deadline=None, max_examples=60)
@given(EAST, NORTH)
def test_exchanged_numbers_are_exchanged_back(east: str, north: str) -> None:
    finding, mended = fixed(north, east)
    assert (finding.code, mended) == ("C201", {"longitude": east, "latitude": north})


@settings(deadline=None, max_examples=60)
@given(st.integers(27, 59), st.integers(0, 59), st.integers(0, 4), st.data())
def test_degrees_minutes_and_seconds_keep_their_precision(
    minutes: int, seconds: int, places: int, data: st.DataObject
) -> None:
    decimals = f".{data.draw(st.integers(0, 10**places - 1)):0{places}d}" if places else ""
    finding, mended = fixed(f"115°{minutes}′{seconds}{decimals}″", "31.727178")
    assert finding.code == "C123"
    read = Decimal(mended["longitude"])
    meant = 115 + Decimal(minutes) / 60 + Decimal(f"{seconds}{decimals}") / 3600
    assert -read.as_tuple().exponent == 4 + places  # type: ignore[operator]
    assert abs(read - meant) <= Decimal(1).scaleb(-(4 + places)) / 2


def _wide(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0)
