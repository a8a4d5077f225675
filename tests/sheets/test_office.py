"""The same form saved by LibreOffice as .xlsx and as .xls is read alike."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from sheets.report import Report
from tests.workbooks import together
from tests.workbooks.builder import camera_row, checked, filled, places, platform_row

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(
        SOFFICE is None,
        reason="LibreOffice is NOT installed: .xlsx and .xls read alike was NOT tested (apt: libreoffice-calc-nogui)",
    ),
]


def resaved(data: bytes, ending: str, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it in that format."""
    assert SOFFICE is not None
    source = folder / "form.xlsx"
    source.write_bytes(data)
    out = folder / f"as-{ending}"
    out.mkdir()
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            ending,
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (out / f"form.{ending}").read_bytes()


def cleaned(report: Report, sheet: Sheet) -> list[dict[str, Any]]:
    rows = [dict(zip(sheet.clean_columns, row.clean, strict=True)) for row in report.staged(sheet)]
    return [
        {key: value.normalize() if isinstance(value, Decimal) else value for key, value in row.items()} for row in rows
    ]


@pytest.mark.parametrize(
    ("sheet", "rows", "found"),
    [
        (CAMERA, together.CAMERAS, together.CAMERAS_FOUND),
        (PLATFORM, together.PLATFORMS, together.PLATFORMS_FOUND),
        (CAMERA, [camera_row(1), camera_row(2, label="无", brand="/", leased="是")], []),
        (PLATFORM, [platform_row(1), platform_row(2, cost="12.5万元", sharing="一\n二")], [("P163", "Q8")]),
    ],
    ids=["every camera rule", "every platform rule", "sound cameras", "sound platforms"],
)
def test_saved_by_libreoffice(
    sheet: Sheet, rows: list[dict[str, Any]], found: list[tuple[str, str]], tmp_path: Path
) -> None:
    data = filled(sheet, rows)
    reports = {"as filled in": checked(data)}
    for ending in ("xlsx", "xls"):
        again = resaved(data, ending, tmp_path)
        assert again[:2] == (b"PK" if ending == "xlsx" else b"\xd0\xcf")
        reports[ending] = checked(again)
    for name, report in reports.items():
        assert places(report) == sorted(found), name
        assert report.sheets[0].template == sheet.version, name
        assert report.sheets[0].sample == 1, name
    expected = reports["as filled in"]
    for name in ("xlsx", "xls"):
        assert cleaned(reports[name], sheet) == cleaned(expected, sheet), name
        assert [row.hash for row in reports[name].staged(sheet)] == [row.hash for row in expected.staged(sheet)], name
        assert [finding.value for finding in reports[name].findings] == [finding.value for finding in expected.findings]
