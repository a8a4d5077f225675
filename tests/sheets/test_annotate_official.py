"""The second way: the official layout; other programs read both; the child chooses."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets import confined
from sheets.annotate.comments import OPENS
from sheets.annotate.listing import listing
from sheets.annotate.official import NOTE, Form, official
from sheets.annotate.order import Mark, Order, write_lines
from sheets.annotate.patch import patch
from tests.sheets.annotating import (
    RED,
    WORKBOOKS,
    by_hand,
    by_openpyxl,
    marks_of,
    opened,
    openpyxl_values,
    rows,
    unsound,
)
from tests.workbooks.builder import checked, filled, platform_row


# --- the official layout ------------------------------------------------------------------------------------------
def test_the_official_form_holds_the_same_rows_in_the_same_order() -> None:
    """As of an .xls or .csv with moved columns: two camera sheets and one of platforms, read again as the same."""
    data = filled(CAMERA, rows())
    report = checked(data)
    staged = list(report.staged(CAMERA))
    platform = list(checked(filled(PLATFORM, [platform_row(1, cost=None)])).staged(PLATFORM))
    forms = [
        Form("甲/乙", CAMERA, [row.row + 90 for row in staged[:6]], [row.raw for row in staged[:6]]),
        Form("丙", CAMERA, [row.row for row in staged[6:]], [row.raw for row in staged[6:]]),
        Form("台", PLATFORM, [3], [platform[0].raw]),
    ]
    mark = Mark("C133", "error", "短", "补", "甲/乙", "Q99", 99, "经度", "115.9", "longitude")
    made = official(forms, Order(marks=[mark, Mark("S004", "warning", "多", "删", "丙", "Z1", 1)]), "梅山镇人民政府")
    assert unsound(made) == []
    book = opened(made)
    assert book.sheetnames[:4] == ["问题清单", "甲乙", "丙", "台"]
    page = book["问题清单"]
    assert NOTE in page["A2"].value
    assert [cell.value for cell in page[5]][3:5] == ["甲乙", "H9"]
    assert page["J5"].value == "甲/乙!Q99"
    assert (page["E6"].value, page["J6"].value) == ("整张", "丙!Z1")
    assert book["甲乙"]["H9"].fill.fgColor.rgb == RED
    assert book["甲乙"]["H9"].comment.text == f"{OPENS}C133 短\n补"
    again = checked(made)
    assert [row.hash for row in again.staged(CAMERA)] == [row.hash for row in staged]
    assert [row.hash for row in again.staged(PLATFORM)] == [row.hash for row in platform]
    assert [found.code for found in again.findings if found.sheet == "甲乙"] == [
        found.code for found in report.findings if found.row <= staged[5].row
    ]


def test_raw_values_of_every_kind_are_written_as_what_people_saw() -> None:
    values = [
        True,
        115.5,
        7,
        {"date": "2020-03-01"},
        {"error": "#N/A"},
        {"number": 2020.1, "shown": "2020.10"},
        3.41524e19,
    ]
    raw = [*values, *[""] * (len(CAMERA.columns) - len(values))]
    page = opened(official([Form("表", CAMERA, [4], [raw])], Order()))["表"]
    found = [page.cell(7, place + 1) for place in range(len(values))]
    assert [cell.value for cell in found] == [True, 115.5, 7, "2020-03-01", "#N/A", "2020.10", 3.41524e19]
    assert [cell.data_type for cell in found] == ["b", "n", "n", "s", "e", "s", "n"]


# --- other programs -----------------------------------------------------------------------------------------------
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.office
@pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is NOT installed: that it reads annotated files was NOT tested"
)
def test_libreoffice_reads_the_same_and_its_own_is_marked_as_well(tmp_path: Path) -> None:
    """One run over originals and annotated ones; then what it saved is annotated, sound and read again."""
    for name, make in WORKBOOKS.items():
        data = make()
        (tmp_path / f"{name}.xlsx").write_bytes(data)
        (tmp_path / f"{name}-marked.xlsx").write_bytes(patch(data, Order(marks=marks_of(data))))
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    out = tmp_path / "out"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, *map(str, sorted(tmp_path.glob("*.xlsx")))], check=True, capture_output=True, timeout=180)
    for name, make in WORKBOOKS.items():
        plain, marked = (out / f"{name}.xlsx").read_bytes(), (out / f"{name}-marked.xlsx").read_bytes()
        before = openpyxl_values(plain)
        after = {place: value for place, value in openpyxl_values(marked).items() if place[0] != "问题清单"}
        assert after == before, name
        book = opened(marked)
        assert book["问题清单"]["A1"].value == "问题清单（系统生成）"
        notes = [
            cell.coordinate
            for sheet in book.worksheets[1:]
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment
        ]
        assert set(notes) >= {mark.cell for mark in marks_of(make()) if mark.cell}
        again = patch(marked, Order(marks=marks_of(marked)))
        assert unsound(again) == []
        assert opened(again).sheetnames == book.sheetnames, "the list is known again"
        assert checked(again).sheets[0].note == "系统生成的问题清单，不读入"
        clean = opened(patch(marked, Order()))
        left = [
            cell.comment.text
            for sheet in clean.worksheets[1:]
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment and OPENS in cell.comment.text
        ]
        assert left == []


def test_a_list_without_findings_says_so() -> None:
    made = patch(by_openpyxl(), Order())
    assert opened(made)["问题清单"]["A2"].value == "没有发现问题。"
    assert callable(listing)


# --- in the child -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("strict", "way"), [(False, "patched"), (True, "official")])
def test_the_confined_child_takes_the_second_way_where_the_first_is_not_understood(
    strict: bool, way: str, tmp_path: Path
) -> None:
    data = by_hand()
    if strict:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
            for name in before.namelist():
                part = before.read(name).replace(
                    b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml"
                )
                after.writestr(name, part)
        data = out.getvalue()
    (tmp_path / "book.xlsx").write_bytes(data)
    report = checked(by_hand())
    lines: list[Any] = [{"sheet": "摄像机", "kind": "camera"}]
    lines += [[row.row, list(row.raw)] for row in report.staged(CAMERA)]
    (tmp_path / "rows").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    write_lines(tmp_path / "order", [{"mark": asdict(mark)} for mark in marks_of(by_hand())])
    args = ["sheets.annotate.child", "--sheet", "cameras.sheet:CAMERA", "--sheet", "platforms.sheet:PLATFORM"]
    for word, name in (("file", "book.xlsx"), ("rows", "rows"), ("order", "order"), ("out", "made.xlsx")):
        args += [f"--{word}", str(tmp_path / name)]
    done = confined.run(args, cwd=tmp_path)
    assert done.result["way"] == way, done.result
    made = (tmp_path / "made.xlsx").read_bytes()
    assert unsound(made) == []
    assert [row.hash for row in checked(made).staged(CAMERA)] == [row.hash for row in report.staged(CAMERA)]
