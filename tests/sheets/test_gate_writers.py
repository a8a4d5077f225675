"""Honest workbooks by the programs that write them: all pass, and the reader then reads them."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image as Pillow
from python_calamine import CalamineWorkbook

from sheets.gate import examine
from tests.hostile.gate import passes

ROWS: list[list[Any]] = [
    ["序号", "20位编码", "位置名称", "经度"],
    *[[n, f"341524010013200{n:05d}", f'路口{n} <& r="XFD1048576"', Decimal("115.930001")] for n in range(1, 400)],
]


def first_sheet(data: bytes) -> list[list[Any]]:
    rows: list[list[Any]] = []
    rows += CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return rows


def by_openpyxl(*, write_only: bool = False) -> bytes:
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet("表", 0)
    for row in ROWS:
        sheet.append(row)
    if not write_only:
        sheet.merge_cells("A500:S500")
        sheet["A1"].comment = Comment("填报说明", "县数据局")
        sheet.add_data_validation(DataValidation(type="list", formula1='"是,否"', sqref="D2:D1048576"))
        sheet["XFD1048576"].fill = PatternFill("solid", start_color="FFFF00")
        sheet.column_dimensions["A"].width = 30
        picture = io.BytesIO()
        Pillow.new("RGB", (8, 8), "red").save(picture, "PNG")
        sheet.add_image(Image(picture), "F2")
        sheet["B2"].hyperlink = "https://example.org/"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(**options: object) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet("表")
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, [float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    sheet.set_column(0, 16_383, 12, book.add_format({"num_format": "@"}))
    sheet.autofilter(0, 0, 399, 3)
    sheet.freeze_panes(1, 0)
    sheet.conditional_format("A1:XFD1048576", {"type": "duplicate", "format": book.add_format({"bold": True})})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=表!$A$2:$A$400"})
    book.add_worksheet("图").insert_chart("A1", chart)
    book.close()
    return out.getvalue()


def by_xlwt() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表")
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            sheet.write(number, column, float(cell) if isinstance(cell, Decimal) else cell)
    sheet.write_merge(500, 501, 0, 18, "合计")
    sheet.write(502, 0, xlwt.Formula("SUM(A2:A9)"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS: dict[str, Callable[[], bytes]] = {
    "openpyxl": by_openpyxl,
    "openpyxl write_only": lambda: by_openpyxl(write_only=True),
    "XlsxWriter": by_xlsxwriter,
    "XlsxWriter constant_memory": lambda: by_xlsxwriter(constant_memory=True),
    "XlsxWriter zip64": lambda: by_xlsxwriter(use_zip64=True),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_workbooks_by_libraries_pass(writer: str) -> None:
    data = WRITERS[writer]()
    assert passes(data) == "xlsx"
    assert first_sheet(data)[1][1] == ROWS[1][1]


def test_old_workbooks_by_xlwt_pass() -> None:
    data = by_xlwt()
    assert passes(data, "清单.xls") == "xls"
    assert first_sheet(data)[1][1] == ROWS[1][1]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The openpyxl workbook saved again by LibreOffice as .xlsx and as .xls."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: install libreoffice-calc-nogui (.ci/run does)")
    folder = tmp_path_factory.mktemp("office")
    source = folder / "source.xlsx"
    source.write_bytes(by_openpyxl())
    for kind in ("xlsx", "xls:MS Excel 97"):
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                str(folder / "out"),
                str(source),
            ],
            check=True,
            timeout=120,
            capture_output=True,
        )
    return folder / "out"


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_workbooks_by_libreoffice_pass(office: Path, kind: str) -> None:
    data = (office / f"source.{kind}").read_bytes()
    assert examine(data, f"source.{kind}").kind == kind
    rows = first_sheet(data)
    assert rows[1][1] == ROWS[1][1]
    assert rows[399][2] == ROWS[399][2]
