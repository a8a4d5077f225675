"""Every rule's own examples, through the real check: what fails yields that code there and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.findings import Finding
from sheets.headers import Header
from sheets.options import Options
from sheets.table import Table

TODAY = date(2026, 8, 20)
SHEETS = (CAMERA, PLATFORM)
RULES = [(sheet, code) for sheet in SHEETS for code in sheet.rules]


def judged(sheet: Sheet, rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any] | None = None) -> list[Finding]:
    """The findings of rows that are changes to the form's good row; row n stands in sheet row n + 2."""
    places = {column.key: place for place, column in enumerate(sheet.columns)}
    table = Table(sheet.title, Header(sheet, 0, places), Options(**{"today": TODAY, **(options or {})}))
    good = dict.fromkeys(places, "") | sheet.good_row()
    cells = {key: [{**good, **row}[key] for row in rows] for key in places}
    table.add(range(2, len(rows) + 2), cells, {}, None)
    table.finish()
    apply_file_rules([table])
    return list(table.findings())


@pytest.mark.parametrize(("sheet", "code"), RULES, ids=[code for _, code in RULES])
def test_an_example_breaks_its_rule_and_no_other(sheet: Sheet, code: str) -> None:
    example = sheet.examples[code]
    found = [
        (finding.code, finding.row - 2, finding.key) for finding in judged(sheet, example.failing, example.options)
    ]
    assert found == [(code, row, key) for row, key in example.at]
    assert judged(sheet, example.passing, example.options) == []


def test_the_good_row_is_good() -> None:
    for sheet in SHEETS:
        assert judged(sheet, [{}]) == []


def test_every_rule_shows_what_fails_and_what_passes() -> None:
    for sheet in SHEETS:
        for info in sheet.rules.values():
            assert info.fails, info.code
            assert info.passes, info.code
            assert info.fails != info.passes


@pytest.mark.parametrize(("sheet", "code"), RULES, ids=[code for _, code in RULES])
def test_a_safe_fix_leads_to_fewer_findings(sheet: Sheet, code: str) -> None:
    """What a fix writes is read by the same rules, and better: nothing new, and the mistake it is for is gone."""
    example = sheet.examples[code]
    for finding in judged(sheet, example.failing, example.options):
        if not finding.fixes:
            continue
        mended = [dict(row) for row in example.failing]
        mended[finding.row - 2] |= dict(finding.fixes)
        left = judged(sheet, mended, example.options)
        assert code not in {other.code for other in left if other.row == finding.row}
        assert len(left) <= len(example.at)
