"""Every odd workbook yields exactly the rows and findings written beside it; none is left out in silence."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

import pytest
from _pytest.mark import ParameterSet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.findings import Refused, Severity
from sheets.gate import examine
from sheets.report import Report
from tests.odd import containers, shapes, values
from tests.odd.case import CASES, Odd
from tests.workbooks.builder import checked

MODULES = (containers, shapes, values)
FORMS = {"camera": CAMERA, "platform": PLATFORM}


@pytest.fixture(scope="session")
def by_office(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What LibreOffice made of the cases that pass through it, by name; one run for each format."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.fail(
            "LibreOffice is NOT installed: odd workbooks written by it cannot be read (apt: libreoffice-calc-nogui)"
        )
    folder = tmp_path_factory.mktemp("office")
    found: dict[str, bytes] = {}
    for ending in sorted({case.office for case in CASES if case.office}):
        cases = [case for case in CASES if case.office == ending]
        out = folder / ending
        sources = []
        for case in cases:
            data = case.build()
            sources.append(folder / f"{case.id}.{'xlsx' if data[:2] == b'PK' else 'xls'}")
            sources[-1].write_bytes(data)
        words = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", ending]
        subprocess.run([*words, "--outdir", out, *sources], check=True, capture_output=True, timeout=300)
        found |= {case.id: (out / f"{case.id}.{ending}").read_bytes() for case in cases}
    return found


def made(case: Odd, request: pytest.FixtureRequest) -> bytes:
    data: bytes = request.getfixturevalue("by_office")[case.id] if case.office else case.build()
    return data


def param(case: Odd) -> ParameterSet:
    """The case as a parameter; those that LibreOffice writes stay together, so that it runs but once."""
    marks = [pytest.mark.office, pytest.mark.xdist_group("office")] if case.office else []
    return pytest.param(case, marks=marks, id=case.id)


@pytest.mark.parametrize("case", map(param, CASES))
def test_an_odd_workbook(case: Odd, request: pytest.FixtureRequest) -> None:
    data = made(case, request)
    if case.refused:
        with pytest.raises(Refused) as refused:
            examine(data, case.file)
            checked(data, **case.options)
        finding = refused.value.finding
        assert (finding.code, finding.severity) == (case.refused, Severity.ERROR), case.what
        assert finding.message and finding.fix
        return
    assert examine(data, case.file).kind == case.kind, case.what
    report = checked(data, **case.options)
    assert sorted((found.code, found.cell) for found in report.findings) == sorted(case.found), case.what
    ignored = sum(sheet.ignored for sheet in report.sheets)
    assert (report.rows, ignored) == (case.rows, case.ignored), (case.what, [sheet.note for sheet in report.sheets])
    for name, expected in case.clean.items():
        kind, _, field = name.partition(".")
        assert clean(report, kind, field) == list(expected), (case.what, name)
    adds_up(report)


def clean(report: Report, kind: str, field: str) -> list[object]:
    place = FORMS[kind].clean_columns.index(field)
    return [row.clean[place] for row in report.staged(FORMS[kind])]


def adds_up(report: Report) -> None:
    """Rows read = accepted + refused + ignored; no rows is an error; every finding stands where its row does."""
    for sheet in report.sheets:
        reasons = sheet.sample + sheet.blank + sheet.footer + sheet.repeated
        accepted = sheet.rows - sheet.rows_with_errors
        assert sheet.rows_read == accepted + sheet.rows_with_errors + reasons
        assert sheet.ignored == reasons
        if sheet.ignored:
            assert sheet.note.startswith(f"读到 {sheet.rows_read} 行")
    staged = {kind: list(report.staged(form)) for kind, form in FORMS.items()}
    assert sum(map(len, staged.values())) == report.rows
    rows = {(row.sheet, row.row) for found in staged.values() for row in found}
    assert len(rows) == report.rows
    for finding in report.iter_findings():
        if finding.cell and not finding.code.startswith("S"):
            assert (finding.sheet, finding.row) in rows
            assert finding.cell.endswith(str(finding.row))
    if not report.rows:
        assert report.errors and not report.clean


def test_there_are_enough_and_each_is_named_once() -> None:
    assert len(CASES) >= 60
    assert len({case.id for case in CASES}) == len(CASES)
    assert {case.build.__module__ for case in CASES} == {module.__name__ for module in MODULES}
