"""Shapes: where the form stands in a workbook, and what stands around it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import xlsxwriter
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter.worksheet import Worksheet as Page

from cameras.sheet import CAMERA
from tests.odd.case import odd
from tests.odd.make import CAMERA_HEADERS, PLATFORM_HEADERS, Line, at, by_hand, camera, only, platform, xls, xlsx
from tests.workbooks.builder import camera_row, filled

TITLE = "金寨县公共场所视频监控资源整合接入调研表（摄像机）"
GROUPS: Line = ["摄像机", *[None] * 13, "杆件（自建）", *[None] * 4]
#: The header as many write it: pole columns below their group, all others merged over two rows.
UPPER: Line = [*CAMERA_HEADERS[:14], "杆件（自建）", *[None] * 4]
LOWER: Line = [*[None] * 14, *CAMERA_HEADERS[14:]]


@odd("both forms in one workbook", rows=3, clean={"platform.name": ["第1视频平台"], "camera.seq": [1, 2]})
def both_forms() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1), camera(2)], more={"平台": [PLATFORM_HEADERS, platform(1)]})


@odd(
    "three sheets of cameras",
    rows=4,
    ignored=1,
    found=[("C301", "B2"), ("C301", "B3")],
    clean={"camera.seq": [1, 2, 3, 1]},
)
def three_sheets() -> bytes:
    more = {"梅山镇": [CAMERA_HEADERS, camera(2), camera(3)], "古碑镇": [CAMERA_HEADERS, only(), camera(1)]}
    return xlsx([CAMERA_HEADERS, camera(1)], more=more)


@odd("a hidden sheet with the form", rows=1, found=[("S008", "")])
def hidden_sheet() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        book.get_worksheet_by_name("旧").hide()

    return xlsx([CAMERA_HEADERS, camera(1)], edit, more={"旧": [CAMERA_HEADERS, camera(9)]})


@odd("a very hidden sheet with the form, by openpyxl", rows=1, ignored=1, found=[("S008", "")])
def very_hidden_sheet() -> bytes:
    def edit(book: Workbook, page: Worksheet) -> None:
        old = book.create_sheet("旧")
        for row in (CAMERA_HEADERS, camera(9)):
            old.append(row)
        old.sheet_state = "veryHidden"

    return filled(CAMERA, [camera_row(1)], edit)


@odd("rows hidden by a filter, one of them wrong", rows=4, found=[("S013", "A3"), ("C151", "L4")])
def hidden_rows() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.autofilter(0, 0, 4, 18)
        for row in (2, 3):
            sheet.set_row(row, None, None, {"hidden": True})

    return xlsx([CAMERA_HEADERS, camera(1), camera(2), camera(3, leased=None), camera(4)], edit)


@odd("hidden rows in an .xls by LibreOffice", rows=2, found=[("S013", "A3")], office="xls", file="清单.xls", kind="xls")
def hidden_rows_old() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.set_row(2, None, None, {"hidden": True})

    return xlsx([CAMERA_HEADERS, camera(1), camera(2)], edit)


@odd("hidden columns", rows=1, found=[("S014", "H1"), ("S014", "I1")])
def hidden_columns() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.set_column(7, 8, None, None, {"hidden": True})

    return xlsx([CAMERA_HEADERS, camera(1)], edit)


@odd("a title, a line for the unit, groups above the header", rows=2, found=[("C142", "J6")])
def title_and_groups() -> bytes:
    rows = [
        only(TITLE),
        only("填报单位：梅山镇人民政府"),
        GROUPS,
        CAMERA_HEADERS,
        camera(1),
        camera(2, built="二零二零"),
    ]
    return xlsx(rows)


@odd(
    "a header over two rows, most of it merged downwards",
    rows=1,
    found=[("C142", "O4")],
    clean={"camera.built": ["2020.03"], "camera.pole_number": ["MS-001"]},
)
def two_header_rows() -> bytes:
    return xlsx([only(TITLE), UPPER, LOWER, camera(1, pole_built="很早以前")])


@odd("a header over two rows with a column of their own, merged downwards", rows=1, found=[("S004", "T2")])
def two_header_rows_and_more() -> bytes:
    return xlsx([[*UPPER, "验收人"], [*LOWER, None], [*camera(1), "甲"]])


@odd("line breaks and spaces in the headers", rows=1)
def broken_headers() -> bytes:
    headers = [" \r\n".join(text) if len(text) < 5 else text.replace("（", "\n（") for text in CAMERA_HEADERS]
    return xlsx([headers, camera(1)])


@odd(
    "other words for the headers", rows=1, clean={"camera.name": ["甲路口"], "camera.latitude": [Decimal("31.727178")]}
)
def renamed_headers() -> bytes:
    words = {
        "20位编码": "国标编码",
        "位置名称": "点位名称",
        "品牌": "摄像机品牌",
        "所属派出所": "派出所",
        "状态": "设备状态",
    }
    headers = [words.get(text, text) for text in CAMERA_HEADERS]
    headers[7:9] = ["经度", "维度"]
    return xlsx([headers, at(camera(1), name="甲路口")])


@odd("the columns in another order", rows=1, found=[("C152", "H2")], clean={"camera.brand": ["海康威视"]})
def moved_columns() -> bytes:
    return xlsx([CAMERA_HEADERS[::-1], camera(1, leased="不知道")[::-1]])


@odd(
    "a column of their own, one nearly right, one of ours missing",
    rows=1,
    found=[("S004", "T1"), ("S015", "C1"), ("S003", "")],
)
def columns_of_their_own() -> bytes:
    headers = ["位置名字" if text == "位置名称" else text for text in CAMERA_HEADERS]
    return xlsx([[*headers, "验收人"], [*camera(1), "甲"]])


@odd("two columns missing", rows=1, found=[("S003", ""), ("S003", "")])
def missing_columns() -> bytes:
    gone = {CAMERA_HEADERS.index("状态"), CAMERA_HEADERS.index("品牌")}
    return xlsx([[cell for place, cell in enumerate(row) if place not in gone] for row in (CAMERA_HEADERS, camera(1))])


@odd("a column twice, another filled in without a header", rows=1, found=[("S005", "T1"), ("S004", "U1")])
def repeated_column() -> bytes:
    return xlsx([[*CAMERA_HEADERS, "品牌"], [*camera(1), "大华", "备用"]])


@odd("totals, signatures and notes below the rows", rows=2, ignored=5, found=[("C121", "F3")])
def footers() -> bytes:
    rows = [
        CAMERA_HEADERS,
        camera(1),
        camera(2, township=None),
        only("合计", None, "2台"),
        only("填表人：张三", None, None, None, "审核人：李四"),
        only(None, None, "盖章："),
        only("填写说明："),
        only("1、经纬度保留六位小数。"),
    ]
    return xlsx(rows)


@odd("names of townships merged across the rows between", rows=2, ignored=2, found=[("C152", "L5")])
def banners() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        sheet.merge_range(1, 0, 1, 18, "梅山镇")
        sheet.merge_range(3, 0, 3, 18, "古碑镇")

    return xlsx([CAMERA_HEADERS, only(), camera(1), only(), camera(2, leased="？")], edit)


@odd("the numbers of the columns below the header", rows=1, ignored=1, found=[("C152", "L3")])
def column_numbers() -> bytes:
    return xlsx([CAMERA_HEADERS, [*range(1, 20)], camera(1, leased="？")])


@odd("a title and the header again for each page", rows=2, ignored=3, found=[("C152", "L6")])
def page_titles() -> bytes:
    rows = [CAMERA_HEADERS, camera(1), only(None, None, "第 1 页"), only("续表"), CAMERA_HEADERS]
    return xlsx([*rows, camera(2, leased="？")])


@odd("rows of nothing but spaces", rows=2, ignored=2, found=[("C152", "L5")])
def spaces() -> bytes:
    blank: Line = [" "] * 19
    return xlsx([CAMERA_HEADERS, camera(1), blank, only(None, "\u3000", "\xa0 "), camera(2, leased="？")])


@odd("blank rows, and rows numbered in advance", rows=2, ignored=4, found=[("C121", "F7")])
def gaps() -> bytes:
    rows = [CAMERA_HEADERS, only(), camera(1), only(), only(), only(3), camera(4, township=None)]
    return xlsx(rows)


@odd(
    "a pole merged over three cameras, township and platform over all",
    rows=4,
    found=[("C115", "E4")],
    clean={
        "camera.pole_number": ["MS-001", "MS-001", "MS-001", "MS-004"],
        "camera.merge_group": [2, 2, 2, None],
        "camera.township": ["341524100"] * 4,
        "camera.platform_name": ["梅山镇平安乡村视频平台"] * 4,
    },
)
def merged_poles() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: Page) -> None:
        for column, value in ((14, "2020.03"), (15, "MS-001"), (16, 6.5), (17, 3), (18, "完整")):
            sheet.merge_range(1, column, 3, column, value)
        sheet.merge_range(1, 3, 4, 3, "梅山镇平安乡村视频平台")
        sheet.merge_range(1, 5, 4, 5, "金寨县梅山镇")

    pole: dict[str, Any] = dict.fromkeys(("pole_built", "pole_number", "pole_height", "pole_arms", "pole_condition"))
    both: dict[str, Any] = {"township": None, "platform_name": None}
    rows = [CAMERA_HEADERS, camera(1, **pole, **both), camera(2, **pole, **both)]
    return xlsx([*rows, camera(3, brand=None, **pole, **both), camera(4, **both)], edit)


@odd("merged poles in an .xls", rows=2, clean={"camera.pole_number": ["MS-001", "MS-001"]}, file="a.xls", kind="xls")
def merged_poles_old() -> bytes:
    def edit(book: Any, sheet: Any) -> None:
        sheet.merge(1, 2, 15, 15)

    return xls([CAMERA_HEADERS, camera(1), camera(2, pole_number=None)], edit)


@odd("formatting out to the last row and column", rows=1, ignored=1, found=[("C133", "H7")])
def formatted_to_the_end() -> bytes:
    def edit(book: Workbook, page: Worksheet) -> None:
        for place in ("A1048576", "XFD7", "XFD1048576"):
            page[place].fill = PatternFill("solid", fgColor="FFFF00")

    return filled(CAMERA, [camera_row(1, longitude="115.9343")], edit)


@odd("a wrong dimension", rows=2, found=[("C153", "M3")])
def wrong_dimension() -> bytes:
    return by_hand([CAMERA_HEADERS, camera(1), camera(2, status=None)], before='<dimension ref="A1"/>')


@odd("cells without addresses", rows=2, found=[("C153", "M3")])
def no_addresses() -> bytes:
    import re

    rows = [CAMERA_HEADERS, camera(1), camera(2, status="")]
    return by_hand(rows, change=lambda text: re.sub(r'(<(?:row|c)) r="[A-Z]*[0-9]+"', r"\1", text))


@odd(
    "a prefix before every name of the XML, an error and a formula without a result",
    rows=1,
    found=[("C192", "E2"), ("C193", "G2")],
)
def prefixed() -> bytes:
    import re

    odd_cells = {"E2": '<c r="E2" t="e"><v>#REF!</v></c>', "G2": '<c r="G2"><f>A1</f></c>'}

    def change(text: str) -> str:
        text = text.replace("<worksheet xmlns=", "<worksheet xmlns:x=")
        return re.sub(r"<(/?)(\w)", r"<\1x:\2", text).replace("<x:?xml", "<?xml")

    return by_hand([CAMERA_HEADERS, camera(1)], odd_cells, change=change)


@odd("the header again for each page", rows=3, ignored=2, found=[("C152", "L6")])
def repeated_headers() -> bytes:
    rows = [CAMERA_HEADERS, camera(1), CAMERA_HEADERS, camera(2), CAMERA_HEADERS, camera(3, leased="？")]
    return xlsx(rows)


@odd(
    "platforms below the cameras in one sheet, with a title",
    rows=4,
    ignored=4,
    found=[("C152", "L3"), ("P125", "I9")],
    clean={"camera.seq": [1, 2], "platform.name": ["第1视频平台", "第2视频平台"]},
)
def platforms_below() -> bytes:
    rows = [
        CAMERA_HEADERS,
        camera(1),
        camera(2, leased="？"),
        only("小计", "2台"),
        only(),
        only("平台"),
        PLATFORM_HEADERS,
    ]
    return xlsx([*rows, platform(1), platform(2, retention=None)])


@odd(
    "a second table of cameras below, in other columns",
    rows=3,
    ignored=2,
    found=[("C152", "H5"), ("C121", "N6")],
    clean={"camera.brand": ["海康威视", "海康威视", "大华"]},
)
def other_columns_below() -> bytes:
    rows = [CAMERA_HEADERS, camera(1), only(), CAMERA_HEADERS[::-1]]
    return xlsx([*rows, camera(2, leased="？")[::-1], camera(3, township=None, brand="大华")[::-1]])


@odd("the table begins at D6", rows=2, found=[("C152", "O8")])
def shifted() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1), camera(2, leased="？")], start=(5, 3))


@odd("the header stands in row 14 below instructions", rows=1, found=[("C152", "L15")])
def low_header() -> bytes:
    notes = [only(f"{number}、请按实际情况填写。") for number in range(1, 14)]
    return xlsx([*notes, CAMERA_HEADERS, camera(1, leased="？")])


@odd("a sample row and more samples", rows=1, ignored=3)
def samples() -> bytes:
    rows = [CAMERA_HEADERS, camera(1, seq="样例"), camera(2, seq="（示例）："), camera(3, code="34012341001320175079")]
    return xlsx([*rows, camera(4)])


@odd("a further sheet that goes on without a header", rows=1, found=[("S017", "")])
def no_header_beside() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1)], more={"续表": [camera(2), camera(3)], "说明": [["请填写"]]})


@odd("the form, but not one row", ignored=2, found=[("S002", "")])
def no_rows() -> bytes:
    return xlsx([CAMERA_HEADERS, only(1), only("合计")])


@odd("another table altogether", found=[("S001", "")])
def no_form() -> bytes:
    return xlsx([["姓名", "电话", "地址", "单位", "备注"], ["甲", "1", "2", "3", "4"]])


@odd("what was asked for is not in the file", found=[("S009", "")], options={"kind": "platform"})
def other_form() -> bytes:
    return xlsx([CAMERA_HEADERS, camera(1)])


@odd(
    "an older template, filled in for another unit",
    rows=1,
    ignored=1,
    found=[("S006", ""), ("S007", "")],
    options={"unit": "古碑镇"},
)
def older_template() -> bytes:
    def edit(book: Workbook, page: Worksheet) -> None:
        book["_模板"]["B2"].value = "2021.9"
        lines = [cell for row in page["A1:S4"] for cell in row if "填报单位" in str(cell.value)]
        lines[0].value = "填报单位：梅山镇人民政府"

    return filled(CAMERA, [camera_row(1)], edit)
