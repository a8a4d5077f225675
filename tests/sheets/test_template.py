"""The blank template looks and behaves like the official form."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets.check import GUIDE_SHEET, MARK, MARK_SHEET
from sheets.declare import Sheet
from sheets.template import write_template
from tests.workbooks.builder import CAMERA_LETTERS, LETTERS, PLATFORM_LETTERS, blank, checked, opened, places

#: The headers of Attachment 4, letter by letter with its line breaks; typed from the plan.
PLATFORM_HEADERS = [
    "序号",
    "项目\n名称",
    "平台\n厂家\n（品牌）",
    "是否\n符合\nGB/T 28181",
    "是否符合\nGA/T 1400",
    "单位地址",
    "联网\n方式\n（局域网/互联网等等）",
    "视频监控网络安全防护",
    "视频存储时长",
    "平台描述",
    "品牌型号/系统版本",
    "平台共享和\n转发能力",
    "是否对接本级雪亮平台",
    "20位\n编码",
    "省市县\n级联\n情况",
    "建设时间",
    "建设费用\n（万元）",
    "运维\n费用\n（万元\n/年）",
]
CAMERA_HEADERS = [
    "序号",
    "20位编码",
    "位置名称",
    "管理平台名称",
    "品牌",
    "所在县（市、区）、乡镇（街道）",
    "所属派出所",
    "经度\n（保留后六位）",
    "纬度\n（保留后六位）",
    "建设时间",
    "视频图像命名及视频图像文字标注",
    "是否以租代建",
    "状态",
    "计划整合方式",
    "建设时间",
    "编号",
    "高度（米）",
    "横臂数量",
    "杆件状况",
]
PLATFORM_SAMPLE = [
    "样例",
    "全市旅游视频管理平台",
    "华为",
    "是",
    "1.视图库\n2.视频图像解析算法/算力资源",
    "**区**路100号",
    "调研视频监控网络情况及规划使用的地址段",
    "有无安全设备\n，品牌，型号，版本",
    "30天",
    "管理4A级景区出入口视频",
    "XX版本平台/XX型号NVR",
    "是否具备向雪亮平台共享能力\n1.是否具备联网网关\n2.是否具备共享资源授权（满足全量共享？）\n"
    "3.是否满足视频流共享转发需求（满足上级？路并发需求）",
    "已对接",
    "是否开展GB28181国标编码，如有则填写：34012341002000175079",
    "是否本系统内已开展级联\n三级级联/省市两级/市县两级/市本级",
    "2020.03",
    None,
    None,
]
CAMERA_SAMPLE = [
    "样例",
    "34012341001320175079",
    "**区**路口东南角",
    "全市旅游视频管理平台",
    "XXX",
    "**区***街道",
    None,
    "117.266573",
    "31.870837",
    "2020.03",
    None,
    "否",
    "在用",
    "保留",
    "2020.03",
    None,
    None,
    "1",
    "完整/破损/损坏",
]


def shown(page: Worksheet, row: int, count: int) -> list[Any]:
    return [page.cell(row, column).value for column in range(1, count + 1)]


def test_the_camera_form_to_the_letter() -> None:
    _, page = opened(CAMERA, "梅山镇")
    assert page["A1"].value == "金寨县公共场所视频监控资源整合接入调研表（摄像机）"
    assert re.fullmatch("填报单位：梅山镇 {4,}联系电话：", page["A2"].value)
    assert page["A3"].value.startswith(
        "填写说明：1、20位编码及名称由视频监控平台导出；2、经度、维度小数点后不少于6位，第6位不为0。"
    )
    assert (page["A4"].value, page["O4"].value, page["T4"].value) == ("摄像机", "杆件（自建）", "补充信息（可选）")
    merged = {str(found) for found in page.merged_cells.ranges}
    assert {"A1:S1", "A2:S2", "A3:S3", "A4:N4", "O4:S4", "T4:Y4"} == merged
    assert shown(page, 5, 19) == CAMERA_HEADERS
    assert shown(page, 6, 19) == CAMERA_SAMPLE


def test_the_platform_form_to_the_letter() -> None:
    _, page = opened(PLATFORM)
    assert page["A1"].value == "金寨县公共场所视频监控资源整合接入调研表（平台）"
    assert shown(page, 4, 18) == PLATFORM_HEADERS
    assert shown(page, 6, 18) == PLATFORM_SAMPLE
    assert page["S4"].value == "补充信息（可选）"
    assert shown(page, 5, 21)[18:] == ["场所类别", "资金来源", "登记编号"]


@pytest.mark.parametrize(("sheet", "letters"), [(CAMERA, CAMERA_LETTERS), (PLATFORM, PLATFORM_LETTERS)])
def test_columns_stand_where_the_tests_say(sheet: Sheet, letters: dict[str, str]) -> None:
    assert checked(blank(sheet)).sheets[0].columns == letters


@pytest.mark.parametrize("sheet", [CAMERA, PLATFORM], ids=["camera", "platform"])
def test_formats_lists_and_page(sheet: Sheet) -> None:
    _, page = opened(sheet)
    letters = LETTERS[sheet.key]
    for key in ("code", "built", "registry_number"):
        assert page[f"{letters[key]}7"].number_format == "@"
        assert page.column_dimensions[letters[key]].number_format == "@", "far rows too"
    assert page.column_dimensions[letters["registry_number"]].hidden
    checks = {str(found.sqref): found for found in page.data_validations.dataValidation}
    for column in sheet.columns:
        found = checks[f"{letters[column.key]}7:{letters[column.key]}5006"]
        assert found.prompt == column.help
        if column.choices:
            assert found.type == "list"
            assert found.formula1 == f'"{",".join(column.choices)}"'
    code = checks[f"{letters['code']}7:{letters['code']}5006"]
    assert (code.type, code.operator, code.formula1) == ("textLength", "equal", "20")
    assert page.freeze_panes == ("D6" if sheet is CAMERA else "C6")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$4:$5"


def test_townships_and_kinds_fit_into_the_drop_down() -> None:
    for key in ("township", "place_kind", "brand", "measure"):
        assert len(",".join(CAMERA.by_key[key].choices)) <= 255


@pytest.mark.parametrize("sheet", [CAMERA, PLATFORM], ids=["camera", "platform"])
def test_the_version_mark_is_hidden(sheet: Sheet) -> None:
    book, _ = opened(sheet)
    mark = book[MARK_SHEET]
    assert mark.sheet_state == "hidden"
    assert [[cell.value for cell in row] for row in mark.iter_rows()] == [[MARK, None], [sheet.key, sheet.version]]


@pytest.mark.parametrize("sheet", [CAMERA, PLATFORM], ids=["camera", "platform"])
def test_the_notes_come_from_the_declaration(sheet: Sheet) -> None:
    book, _ = opened(sheet)
    text = "\n".join(str(cell.value) for row in book[GUIDE_SHEET].iter_rows() for cell in row if cell.value)
    for column in sheet.columns:
        assert column.hidden or (column.label in text and column.help in text)


def test_the_pre_filled_template_comes_back_as_it_was() -> None:
    rows = [
        {
            "code": "34152400001320000001",
            "name": "江店路口",
            "township": "341524112",
            "leased": False,
            "status": "在用",
            "built": "2020.10",
            "pole_number": "001",
            "registry_number": "JZ-C-000007",
            "place_kind": "road",
            "funding": "government",
            "mobility": "fixed",
            "datum": "gcj02",
            "longitude": 115.934366,
            "latitude": 31.727178,
        }
    ]
    out = BytesIO()
    write_template(CAMERA, out, unit_name="流波䃥镇", rows=rows)
    report = checked(out.getvalue())
    assert places(report) == [("C114", "D7"), ("C115", "E7"), ("C155", "N7")]
    (row,) = report.staged(CAMERA)
    clean = dict(zip(CAMERA.clean_columns, row.clean, strict=True))
    for key, value in rows[0].items():
        kept = clean[key]
        assert (float(kept) if key in {"longitude", "latitude"} else kept) == value
    assert report.sheets[0].unit == "流波䃥镇"


def test_values_never_become_formulas() -> None:
    names = ["=1+1路口", "+86路口", "-2层", "@SUM(1)", "=HYPERLINK(1)", "＝1路口"]
    out = BytesIO()
    write_template(CAMERA, out, unit_name="=cmd|' /c calc'!A1", rows=[{"name": name} for name in names])
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")}
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts.values())
    page = openpyxl.load_workbook(out)["摄像机"]
    assert [page[f"C{row}"].value for row in range(7, 13)] == names
    assert [page[f"C{row}"].data_type for row in range(7, 13)] == ["s"] * 6
