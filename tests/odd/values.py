"""Values: what Excel made of what was typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet as Page

from tests.odd.case import odd
from tests.odd.make import (
    CAMERA_HEADERS,
    PLATFORM_HEADERS,
    Formatted,
    by_hand,
    camera,
    platform,
    styles,
    xls,
    xlsx,
)

LOST = 34152400001320000001


@odd("a code typed as a number", rows=1, found=[("C101", "B2")], clean={"camera.code": [None]})
def number_code() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1, code=float(LOST))])


@odd("a code typed as a number, all digits in the XML", rows=1, found=[("C101", "B2")], clean={"camera.code": [None]})
def number_code_in_xml() -> bytes:
    return by_hand([CAMERA_HEADERS, camera(1, code=LOST)])


@odd("a code typed as a number, .xls", rows=1, found=[("C101", "B2")], file="清单.xls", kind="xls")
def number_code_old() -> bytes:
    return xls([CAMERA_HEADERS, camera(1, code=float(LOST))])


@odd(
    "2020.10 by its number format, and where nothing tells",
    rows=6,
    found=[("C144", "J5"), ("C144", "J6")],
    clean={"camera.built": ["2020.10", "2020.10", "2020.10", "2020", "2020", "2020.01"]},
)
def october() -> bytes:
    built: list[Any] = [
        Formatted(2020.1, "0.00"),
        Formatted(2020.1, "0.00_ "),
        Formatted(2020.1, "#,##0.00_);[Red]\\(#,##0.00\\)".replace("#,##0", "0")),
        2020.1,
        Formatted(2020.1, "0.0"),
        Formatted(2020.01, "0.00"),
    ]
    return xlsx([CAMERA_HEADERS, *(camera(number, built=value) for number, value in enumerate(built, 1))])


@odd("2020.10 by the built-in format 2", rows=2, found=[("C144", "J3")], clean={"camera.built": ["2020.10", "2020"]})
def october_built_in() -> bytes:
    instead = {"J2": '<c r="J2" s="1"><v>2020.1</v></c>', "J3": '<c r="J3" s="2"><v>2020.1</v></c>'}
    return by_hand([CAMERA_HEADERS, camera(1), camera(2)], instead, parts=styles(2, "0.000"))


@odd(
    "the date formats of Chinese systems, which stand in no file",
    rows=8,
    clean={"camera.built": ["2020.03"] * 8, "camera.pole_built": ["2020.03"] * 8},
)
def chinese_dates() -> bytes:
    numbers = [14, 27, 28, 29, 30, 31, 32, 36, 50, 51, 52, 53, 54, 56, 57, 58]
    places = [f"{column}{row}" for column in "JO" for row in range(2, 10)]
    instead = {place: f'<c r="{place}" s="{style}"><v>43891</v></c>' for style, place in enumerate(places, 1)}
    return by_hand([CAMERA_HEADERS, *(camera(number) for number in range(1, 9))], instead, parts=styles(*numbers))


@odd(
    "dates in many formats, and text dates",
    rows=6,
    clean={"camera.built": ["2020.03", "2020.03", "2020.03", "2020.03", "2020.03", "2020.03"]},
)
def dates() -> bytes:
    built: list[Any] = [
        Formatted(date(2020, 3, 1), 'yyyy"年"m"月"'),
        Formatted(date(2020, 3, 31), "[$-804]yyyy年m月d日;@"),
        Formatted(date(2020, 3, 1), "yyyy.mm"),
        "2020年3月",
        "2020/3/15",
        "2020-03",
    ]
    return xlsx([CAMERA_HEADERS, *(camera(number, built=value) for number, value in enumerate(built, 1))])


@odd(
    "dates of the 1904 system, and a year in such a cell",
    rows=2,
    found=[("C146", "J3")],
    clean={"camera.built": ["2020.03", "2020"]},
)
def dates_1904() -> bytes:
    instead = {
        "J2": f'<c r="J2" s="1"><v>{43891 - 1462}</v></c>',
        "J3": '<c r="J3" s="1"><v>2020</v></c>',
    }
    parts = styles(14)
    from tests.hostile import workbooks as hand

    book = hand.parts()["xl/workbook.xml"].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    return by_hand([CAMERA_HEADERS, camera(1), camera(2)], instead, parts={**parts, "xl/workbook.xml": book})


@odd(
    "a year in a date cell, a date that became a number, a year as a number, eight digits",
    rows=4,
    found=[("C146", "J2"), ("C145", "J3")],
    clean={"camera.built": ["2020", "2020.03", "2020", "2020.03"]},
)
def years_and_serials() -> bytes:
    built: list[Any] = [Formatted(2020, "yyyy/m/d"), 43891, 2020, 20200301]
    return xlsx([CAMERA_HEADERS, *(camera(number, built=value) for number, value in enumerate(built, 1))])


@odd(
    "errors, formulas without a result, pictures in cells",
    rows=4,
    found=[("C192", "E2"), ("C193", "E3"), ("C194", "E4"), ("C194", "E5")],
)
def broken_cells() -> bytes:
    instead = {
        "E2": '<c r="E2" t="e"><f>VLOOKUP(B2,X:Y,2,0)</f><v>#N/A</v></c>',
        "E3": '<c r="E3"><f>D3&amp;""</f></c>',
        "E4": '<c r="E4" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
        "E5": '<c r="E5" t="e" vm="1"><v>#VALUE!</v></c>',
    }
    return by_hand([CAMERA_HEADERS, *(camera(number) for number in range(1, 5))], instead)


@odd(
    "the last row is nothing but formulas without results",
    rows=2,
    found=[("C193", f"{c}3") for c in "ABCDEFGHIJKLMNOPQRS"],
)
def formulas_at_the_end() -> bytes:
    instead = {f"{c}3": f'<c r="{c}3"><f>{c}2</f></c>' for c in "ABCDEFGHIJKLMNOPQRS"}
    return by_hand([CAMERA_HEADERS, camera(1), camera(2)], instead)


@odd("dates that the XML spells out", rows=2, clean={"camera.built": ["2020.03", "2020.03"]})
def spelled_dates() -> bytes:
    instead = {
        "J2": '<c r="J2" t="d"><v>2020-03-01T00:00:00</v></c>',
        "J3": '<c r="J3" t="d"><v>2020-03-01</v></c>',
    }
    return by_hand([CAMERA_HEADERS, camera(1), camera(2)], instead)


@odd("errors in an .xls by LibreOffice", rows=1, found=[("C192", "E2")], office="xls", file="清单.xls", kind="xls")
def broken_cells_old() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")

    return xlsx([CAMERA_HEADERS, camera(1)], edit)


@odd(
    "hidden characters around texts, rich text in one",
    rows=1,
    clean={"camera.name": ["甲路口东"], "camera.brand": ["海康威视"]},
)
def hidden_characters() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        bold = book.add_format({"bold": True})
        sheet.write_rich_string(1, 2, "甲路口", bold, "东")

    return xlsx([CAMERA_HEADERS, camera(1, name=None, brand="\u200b海康威视\xa0\u3000", status="'在用")], edit)


@odd(
    "signs for nothing",
    rows=1,
    clean={"camera.erased": [("brand", "measure", "pole_number")]},
)
def signs_for_nothing() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1, brand="/", measure="不详", pole_number="—")])


@odd("numbers that are shown with a unit", rows=1, clean={"platform.cost": [Decimal("125.5")], "camera.seq": []})
def units_by_format() -> bytes:
    return xlsx([PLATFORM_HEADERS, platform(1, cost=Formatted(125.5, '0.00"万元"'))])


@odd(
    "how long recordings are kept, as people write it",
    rows=4,
    found=[("P132", "I2"), ("P132", "I3"), ("P133", "I4")],
    clean={"platform.retention_days": [30, 90, 30, 30]},
)
def retention() -> bytes:
    texts = ["一个月", "3个月", "≥30", 30]
    return xlsx([PLATFORM_HEADERS, *(platform(number, retention=text) for number, text in enumerate(texts, 1))])


@odd("TRUE and FALSE for yes and no", rows=2, clean={"camera.leased": [True, False]})
def booleans() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1, leased=True), camera(2, leased=False)])


@odd(
    "coordinates in degrees, swapped, zero, short",
    rows=4,
    found=[
        ("C123", "H2"),
        ("C201", "H3"),
        ("C201", "I3"),
        ("C136", "H4"),
        ("C136", "I4"),
        ("C133", "H5"),
        ("C133", "I5"),
    ],
)
def coordinates() -> bytes:
    rows = [
        camera(1, longitude="115°55′48.5″"),
        camera(2, longitude=31.727178, latitude=115.934366),
        camera(3, longitude=0, latitude=0),
        camera(4, longitude=115.93, latitude=31.72),
    ]
    return xlsx([CAMERA_HEADERS, *rows])


@odd(
    "a pair in one cell, letters, a comma for the point, a sixth decimal of zero",
    rows=4,
    found=[("C125", "H2"), ("C124", "H3"), ("C124", "I3"), ("C126", "H4"), ("C134", "I5")],
)
def coordinates_as_text() -> bytes:
    rows = [
        camera(1, longitude="115.934366,31.727178"),
        camera(2, longitude="E115.934366", latitude="N31.727178"),
        camera(3, longitude="115，934366"),
        camera(4, latitude="31.727170"),
    ]
    return xlsx([CAMERA_HEADERS, *rows])


@odd(
    "full-width digits",
    rows=1,
    found=[("C196", "B2"), ("C196", "H2"), ("C196", "Q2")],
    clean={"camera.code": ["34152400001320000001"], "camera.longitude": [Decimal("115.934366")]},
)
def full_width() -> bytes:
    code = "".join(chr(ord(digit) + 0xFEE0) for digit in "34152400001320000001")
    return xlsx([CAMERA_HEADERS, camera(1, code=code, longitude="１１５．９３４３６６", pole_height="６．５")])


@odd(
    "codes as scientific text, with 18 digits, with spaces, with a hidden character, as a short number",
    rows=5,
    found=[("C109", "B2"), ("C172", "B3"), ("C195", "B5"), ("C101", "B6")],
    clean={"camera.code": [None, None, "34152400001320000003", "34152400001320000004", None]},
)
def codes() -> bytes:
    texts: list[Any] = ["3.41524E+19", "341524000013200000", "3415 2400 0013 2000 0003", "34152400\u200b001320000004"]
    texts.append(1234567890123456)
    rows = [camera(number, code=text, name=f"第{number}路口") for number, text in enumerate(texts, 1)]
    return xlsx([CAMERA_HEADERS, *rows])


@odd(
    "money with units, in yuan, with separators",
    rows=3,
    found=[("P163", "Q2"), ("P162", "Q3"), ("P165", "Q4"), ("P164", "R4")],
    clean={"platform.upkeep": [Decimal("8.6")] * 3},
)
def money() -> bytes:
    rows = [platform(1, cost="12.5万元"), platform(2, cost=1255000), platform(3, cost="1,200.00", upkeep="86000元")]
    return xlsx([PLATFORM_HEADERS, *rows])


@odd("signs for nothing where something must stand", rows=1, found=[("C111", "C2"), ("C121", "F2"), ("C152", "L2")])
def signs_for_needed() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1, township="/", leased="无", name="不详", label="/")])


@odd(
    "a pole described twice, a camera copied with its code",
    rows=3,
    found=[("C302", "Q2"), ("C302", "Q3"), ("C301", "B2"), ("C301", "B4")],
)
def contradictions() -> bytes:
    first = camera(1, pole_number="A-1")
    return xlsx([CAMERA_HEADERS, first, camera(2, pole_number="A-1", pole_height=8), camera(3, code=first[1])])


@odd(
    "all at once: title, two header rows, a hidden row, 2020.10, a merged pole, an error, a footer, more sheets",
    rows=4,
    ignored=2,
    found=[("C101", "B4"), ("C192", "E5"), ("S013", "A5"), ("S017", "")],
    clean={"camera.built": ["2020.10", "2020.03", "2020.03"], "camera.merge_group": [4, 4, None]},
)
def everything() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.merge_range(3, 15, 4, 15, "MS-001")
        sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")

    upper = [*CAMERA_HEADERS[:14], "杆件（自建）", *[None] * 4]
    lower = [*[None] * 14, *CAMERA_HEADERS[14:]]
    rows = [["调研表（摄像机）"], upper, lower, camera(1, code=3.4e19, name="甲路口", built=Formatted(2020.1, "0.00"))]
    rows += [camera(2, pole_number=None), camera(3), [], ["合计", "3台"]]
    return xlsx(rows, edit, more={"平台": [PLATFORM_HEADERS, platform(1)], "续表": [camera(4)]})
