"""What people are told comes from the declarations and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from cameras.sheet import CAMERA
from inventory.guide import registry_rules
from inventory.registering.registry_rules import DECLARATIONS
from platforms.sheet import PLATFORM
from sheets.docs import documents
from sheets.findings import Severity
from sheets.gate_codes import GATE
from sheets.guide import catalogue, guide
from sheets.rules import placeholders
from sheets.structure import STRUCTURE

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "sheets"


@pytest.mark.parametrize("name", ["camera.md", "platform.md", "rules.md"])
def test_the_documents_are_what_the_declarations_say(name: str) -> None:
    wanted = documents(tuple(DECLARATIONS.values()), registry_rules())[name]
    assert (DOCS / name).read_text(encoding="utf-8") == wanted, "run manage.py write_sheet_docs"


def test_the_catalogue_holds_every_rule_once() -> None:
    found = catalogue((CAMERA, PLATFORM), registry_rules())
    codes = [info.code for info in found]
    assert codes == sorted(set(codes))
    assert set(codes) >= {*STRUCTURE, *GATE, *CAMERA.rules, *PLATFORM.rules, "C401", "P401"}


def test_every_rule_has_its_words() -> None:
    for info in catalogue((CAMERA, PLATFORM)):
        assert info.title, info
        assert info.wording, info
        assert info.fix.endswith("。"), info
        assert "{" not in info.wording + info.fix, info
        if info.code[0] in "CP":
            assert info.columns, info
            assert len(info.columns) == len(info.keys)


def test_codes_stand_in_their_blocks() -> None:
    for sheet, letter in ((CAMERA, "C"), (PLATFORM, "P")):
        rows = {rule.code for rule in sheet.row_rules}
        files = sheet.file_codes
        for code in sheet.rules:
            block = "2" if code in rows else "3" if code in files else "1"
            assert code.startswith(letter + block), code


def test_only_the_sixth_decimal_may_be_set() -> None:
    assert [info.code for info in catalogue((CAMERA, PLATFORM)) if info.adjustable] == ["C134"]


def test_both_forms_say_the_same_of_the_same_mistake() -> None:
    for number in (
        "101",
        "102",
        "104",
        "105",
        "106",
        "107",
        "108",
        "109",
        "110",
        "172",
        "173",
        "174",
        "175",
        "195",
        "196",
        "197",
        "142",
        "143",
        "144",
        "145",
        "146",
        "191",
        "192",
    ):
        camera, platform = CAMERA.rules[f"C{number}"], PLATFORM.rules[f"P{number}"]
        assert (camera.title, camera.says, camera.says_fix) == (platform.title, platform.says, platform.says_fix)
        assert camera.severity is platform.severity


def test_severities_of_the_model() -> None:
    """The table of the columns: what is missing, and what is wrong."""
    errors = {
        "camera": {"name", "township", "longitude", "latitude", "leased", "status"},
        "platform": {"name", "vendor", "gbt28181", "network", "retention", "connected"},
    }
    warnings = {
        "camera": {"code", "platform_name", "brand", "built", "measure"},
        "platform": {"address", "protection", "sharing", "built", "cost", "upkeep"},
    }
    for sheet in (CAMERA, PLATFORM):
        missing = {
            column.key: sheet.rules[column.codes["missing"]].severity
            for column in sheet.columns
            if "missing" in column.codes
        }
        assert {key for key, severity in missing.items() if severity is Severity.ERROR} == errors[sheet.key]
        assert {key for key, severity in missing.items() if severity is Severity.WARNING} == warnings[sheet.key]


def test_the_guide_tells_of_every_visible_column() -> None:
    told = guide(CAMERA)
    assert [column.key for column in told.columns] == [column.key for column in CAMERA.columns if not column.hidden]
    longitude = next(column for column in told.columns if column.key == "longitude")
    assert (longitude.need_word, longitude.example) == ("必填", "115.934366")
    assert [info.code for info in longitude.rules][:2] == ["C123", "C124"]
    assert longitude.rules[-1].code == "C196", "warnings come last"
    assert all(column.help for column in told.columns)
    assert [info.code for info in told.row_rules] == ["C201", "C203", "C204", "C205", "C206"]


def test_details_that_wordings_speak_of() -> None:
    known = {"column", "value", "cells", "count", "label", "detail", "total", "number", "metres", "arms", "rows"}
    known |= {"east", "north", "station"}
    for sheet in (CAMERA, PLATFORM):
        for code in [rule.code for rule in sheet.row_rules] + [*sheet.file_codes]:
            info = sheet.rules[code]
            assert placeholders(info.says) | placeholders(info.says_fix) <= known, code
