"""What is staged: rows as objects and as COPY text say the same, and the hash says what a row says."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.cells import BLANK_TOKENS
from sheets.declare import Sheet
from sheets.kinds.places import place_kinds, townships
from sheets.report import Report
from sheets.stage import StagedRow, copy_text, row_hash
from sheets.template import write_template
from sheets.vocabulary import BRANDS, MEASURES, POLE_CONDITIONS, STATUSES
from tests.workbooks.builder import camera_row, checked, filled, platform_row

_UNESCAPE = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


def from_copy(text: str) -> str | None:
    """A COPY text value as PostgreSQL would take it."""
    if text == r"\N":
        return None
    out, at = "", 0
    while at < len(text):
        pair = text[at : at + 2]
        out += _UNESCAPE.get(pair, text[at])
        at += 2 if pair in _UNESCAPE else 1
    return out


def copied(report: Report, sheet: Sheet) -> list[dict[str, str | None]]:
    """The rows of the COPY text, as PostgreSQL would take them."""
    text = b"".join(block for table in report.tables if table.sheet is sheet for block in copy_text(table)).decode()
    assert not text or text.endswith("\n")
    found = []
    for line in text.splitlines() if "\x85" not in text else text.split("\n")[:-1]:
        values = [from_copy(value) for value in line.split("\t")]
        found.append(dict(zip(sheet.copy_columns, values, strict=True)))
    return found


def as_copied(value: Any) -> str | None:
    """A clean value as it should stand in the COPY text, once unescaped."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    return "{" + ",".join(value) + "}" if isinstance(value, tuple) else str(value)


def same(staged: StagedRow, line: dict[str, str | None], sheet: Sheet) -> None:
    assert (line["sheet"], line["row_number"], line["row_hash"]) == (staged.sheet, str(staged.row), staged.hash)
    assert (line["error_count"], line["warning_count"]) == (str(staged.errors), str(staged.warnings))
    assert json.loads(line["raw"] or "") == list(staged.raw)
    for key, value in zip(sheet.clean_columns, staged.clean, strict=True):
        copy = line[key]
        if isinstance(value, (Decimal, float)):
            assert copy is not None
            assert Decimal(copy) == Decimal(str(value)), key
        else:
            assert copy == as_copied(value), key


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        (
            CAMERA,
            [
                camera_row(1),
                camera_row(
                    2, name='反斜杠\\ "引号" 100% 路口', brand="小\t牌子", label="第一行\n第二行", police_station="\\N"
                ),
                camera_row(
                    3, code=None, platform_name="/", brand="无", longitude=None, latitude="31.7271", leased=None
                ),
                camera_row(
                    4, longitude="115.93436612345678", built=date(2020, 3, 1), status="%s %d", pole_number="{1}"
                ),
                camera_row(5, mobility="移动", vehicle="皖N·12345", longitude=None, latitude=None),
            ],
        ),
        (
            PLATFORM,
            [
                platform_row(1),
                platform_row(
                    2, gbt28181="是，\\2016版", description="一\n二\t三", cost="/", upkeep=None, network="'单引号'"
                ),
                platform_row(3, retention="90天", cost=12.34567, gat1400='{"a":1}', sharing="流波䃥镇"),
            ],
        ),
    ],
    ids=["cameras", "platforms"],
)
def test_copy_text_says_what_the_rows_say(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    report = checked(filled(sheet, rows))
    staged = list(report.staged(sheet))
    lines = copied(report, sheet)
    assert len(lines) == len(staged) == len(rows)
    for row, line in zip(staged, lines, strict=True):
        same(row, line, sheet)


def test_clean_values_by_hand() -> None:
    (row,) = checked(filled(CAMERA, [camera_row(1, brand="/", longitude="115.9343660", platform_name="无")])).staged(
        CAMERA
    )
    assert row.raw == (
        1,
        "34152400001320000001",
        "梅山镇江店路与梅山路交叉口东南角",
        "无",
        "/",
        "金寨县梅山镇",
        "梅山派出所",
        "115.9343660",
        31.727178,
        "2020.03",
        "梅山镇江店路与梅山路交叉口",
        "否",
        "在用",
        "保留",
        "2020.03",
        "MS-001",
        6.5,
        1,
        "完整",
        "",
        "",
        "",
        "",
        "",
        "",
    )
    assert dict(zip(CAMERA.clean_columns, row.clean, strict=True)) == {
        "seq": 1,
        "code": "34152400001320000001",
        "name": "梅山镇江店路与梅山路交叉口东南角",
        "platform_name": "",
        "brand": "",
        "township": "341524100",
        "police_station": "梅山派出所",
        "longitude": Decimal("115.934366"),
        "latitude": Decimal("31.727178"),
        "built": "2020.03",
        "label": "梅山镇江店路与梅山路交叉口",
        "label_state": "yes",
        "leased": False,
        "status": "在用",
        "measure": "保留",
        "pole_built": "2020.03",
        "pole_number": "MS-001",
        "pole_height": Decimal("6.5"),
        "pole_arms": 1,
        "pole_condition": "完整",
        "place_kind": "",
        "funding": "",
        "datum": "wgs84",
        "mobility": "fixed",
        "vehicle": "",
        "registry_number": "",
        "wgs_longitude": 115.934366,
        "wgs_latitude": 31.727178,
        "merge_group": None,
        "erased": ("platform_name", "brand"),
    }


def test_defaults_come_from_the_upload_and_a_cell_overrides_them() -> None:
    rows = [camera_row(1), camera_row(2, place_kind="学校", datum="WGS-84", funding="社会投资")]
    report = checked(filled(CAMERA, rows), place_kind="road", datum="gcj02", funding="government")
    clean = [dict(zip(CAMERA.clean_columns, row.clean, strict=True)) for row in report.staged(CAMERA)]
    assert [(row["place_kind"], row["datum"], row["funding"]) for row in clean] == [
        ("road", "gcj02", "government"),
        ("school", "wgs84", "social"),
    ]
    assert clean[0]["wgs_longitude"] == pytest.approx(115.9290, abs=1e-3)
    assert clean[1]["wgs_longitude"] == 115.934366


def test_mobile_cameras_have_no_place() -> None:
    rows = [camera_row(1, mobility="移动", vehicle="3路"), camera_row(2)]
    report = checked(filled(CAMERA, rows))
    clean = [dict(zip(CAMERA.clean_columns, row.clean, strict=True)) for row in report.staged(CAMERA)]
    assert [(row["longitude"], row["wgs_latitude"]) for row in clean] == [
        (None, None),
        (Decimal("115.934366"), 31.727178),
    ]
    every = checked(filled(CAMERA, [camera_row(1, longitude=None, latitude=None, vehicle="3路")]), mobility="mobile")
    assert (every.errors, every.warnings) == (0, 0)


def test_the_hash_follows_the_values_and_nothing_else() -> None:
    def hashes(*rows: dict[str, Any], **options: Any) -> list[str]:
        return [row.hash for row in checked(filled(CAMERA, rows), **options).staged(CAMERA)]

    (usual,) = hashes(camera_row(1))
    assert len(usual) == 64
    assert hashes(camera_row(2, code="34152400001320000009"), camera_row(1, seq=7))[1] == usual, (
        "neither place nor 序号"
    )
    assert hashes(camera_row(1, brand="海康", longitude="115.9343660", leased="自建")) == [usual], "spelling aside"
    for change in (
        {"brand": "大华"},
        {"brand": None},
        {"brand": "/"},
        {"longitude": 115.934367},
        {"pole_height": None},
    ):
        assert hashes(camera_row(1, **change)) != [usual], change
    assert hashes(camera_row(1, brand=None)) != hashes(camera_row(1, brand="/")), "blank is not erased"
    assert hashes(camera_row(1), datum="gcj02") != [usual]


def test_the_hash_of_values_that_come_from_the_database() -> None:
    (row,) = checked(filled(CAMERA, [camera_row(1)])).staged(CAMERA)
    clean = dict(zip(CAMERA.clean_columns, row.clean, strict=True))
    stored = clean | {"longitude": Decimal("115.93436600"), "pole_height": Decimal("6.50"), "erased": [], "seq": None}
    assert row_hash(CAMERA, stored) == row.hash


names = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=2, max_size=30).filter(
    lambda text: text[0] not in "'#" and "DISPIMG" not in text and text not in BLANK_TOKENS
)
months = st.builds(lambda year, month: f"{year}.{month:02d}", st.integers(1990, 2021), st.integers(1, 12))
coordinates = st.tuples(
    st.integers(115_400_001, 116_100_000).filter(lambda number: number % 10),
    st.integers(31_200_001, 31_700_000).filter(lambda number: number % 10),
)


@st.composite
def camera_values(draw: st.DrawFn) -> dict[str, Any]:
    longitude, latitude = draw(coordinates)
    return {
        "code": f"3415240000132{draw(st.integers(1, 9_999_999)):07d}",
        "name": draw(names),
        "platform_name": draw(names),
        "brand": draw(st.sampled_from([*BRANDS, "本地品牌"])),
        "township": draw(st.sampled_from(list(townships()))),
        "police_station": draw(names),
        "longitude": Decimal(longitude).scaleb(-6),
        "latitude": Decimal(latitude).scaleb(-6),
        "built": draw(months),
        "leased": draw(st.booleans()),
        "status": draw(st.sampled_from(list(STATUSES))),
        "measure": draw(st.sampled_from(list(MEASURES))),
        "pole_built": draw(months),
        "pole_number": draw(names),
        "pole_height": Decimal(draw(st.integers(10, 400))) / 10,
        "pole_arms": draw(st.integers(0, 12)),
        "pole_condition": draw(st.sampled_from(list(POLE_CONDITIONS))),
        "place_kind": draw(st.sampled_from(list(place_kinds()))),
        "funding": draw(st.sampled_from(["government", "social"])),
        "datum": draw(st.sampled_from(["wgs84", "gcj02"])),
        "mobility": "fixed",
    }


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(camera_values(), min_size=1, max_size=4, unique_by=lambda row: row["code"]))
def test_what_is_written_is_read_again(rows: list[dict[str, Any]]) -> None:
    out = BytesIO()
    write_template(CAMERA, out, rows=rows)
    report = checked(out.getvalue())
    staged = list(report.staged(CAMERA))
    assert len(staged) == len(rows)
    for row, found in zip(rows, staged, strict=True):
        clean = dict(zip(CAMERA.clean_columns, found.clean, strict=True))
        assert {key: clean[key] for key in row} == row
    for found, line in zip(staged, copied(report, CAMERA), strict=True):
        same(found, line, CAMERA)
