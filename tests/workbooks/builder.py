"""Fills in the real template as a clerk would, cell by cell."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import check
from sheets.declare import Sheet
from sheets.options import Options
from sheets.report import Report
from sheets.template import write_template

#: The day on which all these workbooks are judged.
TODAY = date(2022, 8, 20)
#: The first row below the template's sample row.
FIRST = 7

#: Where each column stands in the template; by hand, so that a moved column shows.
CAMERA_LETTERS = {
    "seq": "A",
    "code": "B",
    "name": "C",
    "platform_name": "D",
    "brand": "E",
    "township": "F",
    "police_station": "G",
    "longitude": "H",
    "latitude": "I",
    "built": "J",
    "label": "K",
    "leased": "L",
    "status": "M",
    "measure": "N",
    "pole_built": "O",
    "pole_number": "P",
    "pole_height": "Q",
    "pole_arms": "R",
    "pole_condition": "S",
    "place_kind": "T",
    "funding": "U",
    "datum": "V",
    "mobility": "W",
    "vehicle": "X",
    "registry_number": "Y",
}
PLATFORM_LETTERS = {
    "seq": "A",
    "name": "B",
    "vendor": "C",
    "gbt28181": "D",
    "gat1400": "E",
    "address": "F",
    "network": "G",
    "protection": "H",
    "retention": "I",
    "description": "J",
    "version": "K",
    "sharing": "L",
    "connected": "M",
    "code": "N",
    "cascade": "O",
    "built": "P",
    "cost": "Q",
    "upkeep": "R",
    "place_kind": "S",
    "funding": "T",
    "registry_number": "U",
}
LETTERS = {"camera": CAMERA_LETTERS, "platform": PLATFORM_LETTERS}

#: A row in which nothing is wrong and everything is filled in.
GOOD_CAMERA: dict[str, Any] = {
    "seq": 1,
    "code": "34152400001320000001",
    "name": "梅山镇江店路与梅山路交叉口东南角",
    "platform_name": "梅山镇平安乡村视频平台",
    "brand": "海康威视",
    "township": "金寨县梅山镇",
    "police_station": "梅山派出所",
    "longitude": 115.934366,
    "latitude": 31.727178,
    "built": "2020.03",
    "label": "梅山镇江店路与梅山路交叉口",
    "leased": "否",
    "status": "在用",
    "measure": "保留",
    "pole_built": "2020.03",
    "pole_number": "MS-001",
    "pole_height": 6.5,
    "pole_arms": 1,
    "pole_condition": "完整",
}
GOOD_PLATFORM: dict[str, Any] = {
    "seq": 1,
    "name": "梅山镇平安乡村视频平台",
    "vendor": "海康威视",
    "gbt28181": "是",
    "gat1400": "1.视图库",
    "address": "金寨县梅山镇新北路1号",
    "network": "局域网",
    "protection": "防火墙，深信服 AF-1000",
    "retention": "30天",
    "description": "全镇路口视频",
    "version": "iVMS-8700 V2.9",
    "sharing": "具备联网网关",
    "connected": "已对接",
    "code": "34152400002000000001",
    "cascade": "市县两级",
    "built": "2020.03",
    "cost": 125.5,
    "upkeep": 8.6,
}
GOOD = {"camera": GOOD_CAMERA, "platform": GOOD_PLATFORM}


class Typed(str):
    """A text that must stay one, whatever it looks like: "=1+1" typed behind an apostrophe."""


def camera_row(number: int = 1, **cells: Any) -> dict[str, Any]:
    """The good camera with its own number, code and pole; `cells` replace cells, None empties one."""
    own = {"seq": number, "code": f"3415240000132{number:07d}", "pole_number": f"MS-{number:03d}"}
    return GOOD_CAMERA | own | cells


def platform_row(number: int = 1, **cells: Any) -> dict[str, Any]:
    """The good platform with its own number, name and code; `cells` replace cells, None empties one."""
    own = {"seq": number, "name": f"第{number}视频平台", "code": f"3415240000200{number:07d}"}
    return GOOD_PLATFORM | own | cells


@cache
def blank(sheet: Sheet, unit: str = "") -> bytes:
    """The blank template's bytes."""
    out = BytesIO()
    write_template(sheet, out, unit_name=unit)
    return out.getvalue()


def opened(sheet: Sheet, unit: str = "") -> tuple[Workbook, Worksheet]:
    """The blank template as openpyxl opens it."""
    with warnings.catch_warnings():
        # It keeps no print area of whole columns, which no test here is about.
        warnings.filterwarnings("ignore", message="Print area")
        book = openpyxl.load_workbook(BytesIO(blank(sheet, unit)))
    return book, book[sheet.title]


def fill(page: Worksheet, kind: str, rows: Sequence[Mapping[str, Any]], first: int = FIRST) -> None:
    """Type rows into the form."""
    for number, row in enumerate(rows, first):
        for key, value in row.items():
            if value is not None:
                cell = page[f"{LETTERS[kind][key]}{number}"]
                cell.value = value
                if isinstance(value, Typed):
                    cell.data_type = "s"


def saved(book: Workbook) -> bytes:
    """The workbook's bytes."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def filled(
    sheet: Sheet, rows: Sequence[Mapping[str, Any]], edit: Callable[[Workbook, Worksheet], object] | None = None
) -> bytes:
    """The template with these rows; `edit` may do further things to it."""
    book, page = opened(sheet)
    fill(page, sheet.key, rows)
    if edit is not None:
        edit(book, page)
    return saved(book)


def checked(data: bytes, **options: Any) -> Report:
    """The workbook judged on the fixed day."""
    return check(data, [CAMERA, PLATFORM], Options(**{"today": TODAY, **options}))


def places(report: Report) -> list[tuple[str, str]]:
    """(code, cell) of each finding, sorted."""
    return sorted((found.code, found.cell) for found in report.findings)
