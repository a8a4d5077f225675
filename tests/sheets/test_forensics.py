"""Cells that the reader shows as empty though they are not."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest

from sheets.forensics import Broken, sheet_facts
from tests.odd import xlsb
from tests.sheets.typed import HEADERS, by_hand, values
from tests.workbooks.builder import checked, places


def with_part(data: bytes, change: Callable[[str], str], path: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with one part rewritten."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == path else text)
    return out.getvalue()


def cell(place: str, inside: str) -> Callable[[str], str]:
    """Rewrites one cell of a sheet's XML; `inside` is what follows `<c r="B2"`."""
    return lambda text: re.sub(rf'<c r="{place}"[^>]*?(?:/>|>.*?</c>)', f'<c r="{place}"{inside}', text, count=1)


SOUND = by_hand([HEADERS, values()])


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (' t="e"><v>#N/A</v></c>', "C192"),
        (" t='e'><f>1/0</f><v>#DIV/0!</v></c>", "C192"),
        ("><f>D2&amp;E2</f></c>", "C193"),
        ("><f>D2&amp;E2</f><v></v></c>", "C193"),
        ("><f>D2&amp;E2</f><v/></c>", "C193"),
        (' s="1"><f>D2&amp;E2</f><v /></c>', "C193"),
    ],
)
def test_a_broken_cell_is_no_blank(inside: str, code: str) -> None:
    # 品牌 and 状态: one that should be filled in, one that must be; neither is reported as missing.
    for place in ("E2", "M2"):
        assert places(checked(with_part(SOUND, cell(place, inside)))) == [(code, place)]


@pytest.mark.parametrize(
    "inside",
    [
        "><f>1+1</f><v>2</v></c>",
        ' t="str"><f>"大"&amp;"华"</f><v>大华</v></c>',
    ],
)
def test_a_formula_with_its_result_is_content(inside: str) -> None:
    assert places(checked(with_part(SOUND, cell("E2", inside)))) == []


def test_a_formula_whose_result_is_empty_is_blank() -> None:
    data = with_part(SOUND, cell("E2", ' t="str"><f>""</f><v></v></c>'))
    assert places(checked(data)) == [("C115", "E2")]


def test_what_the_finding_quotes() -> None:
    (found,) = checked(with_part(SOUND, cell("E2", ' t="e"><v>#REF!</v></c>'))).findings
    assert (found.value, found.cell) == ("#REF!", "E2")
    assert "#REF!" in found.message


def test_cells_are_found_by_sheet_and_across_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    import sheets.forensics_xlsx

    monkeypatch.setattr(sheets.forensics_xlsx, "_PIECE", 64)
    monkeypatch.setattr(sheets.forensics_xlsx, "_OVERLAP", 128)
    data = with_part(with_part(SOUND, cell("E2", ' t="e"><v>#N/A</v></c>')), cell("M2", "><f>A1</f></c>"))
    (facts,) = sheet_facts(data)
    assert facts.cells == {(1, 4): Broken("excel_error", "#N/A"), (1, 12): Broken("no_result")}


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", SOUND[:-200]], ids=["nothing", "zip", "ole", "cut"]
)
def test_odd_containers_are_left_to_the_reader(data: bytes) -> None:
    assert sheet_facts(data) == []


def test_a_whole_column_of_odd_cells_is_found() -> None:
    rows = [HEADERS, *(values(number=number, built=xlsb.Styled(43891, 2, packed=True)) for number in range(12_000))]
    (facts,) = sheet_facts(xlsb.book(rows))
    assert facts.cells == {(row, 9): date(2020, 3, 1) for row in range(1, 12_001)}
