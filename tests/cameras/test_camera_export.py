"""/cameras/export.<form>: the list as a file, only what the person may see, nothing in it that runs."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from agencies.models import Person
from audit.journal import verify
from audit.models import Entry
from cameras.models import Camera
from tests.factories_registry import accepted_batch, register_camera
from tests.registry.reading import as_person, body, csv_rows, html, xlsx_cells, xlsx_rows

FORMS = ("csv", "xlsx")
HEADERS = [
    "登记编号", "序号", "20位编码", "位置名称", "管理平台名称", "品牌", "所在县（市、区）、乡镇（街道）", "所属派出所",
    "经度（保留后六位）", "纬度（保留后六位）", "建设时间", "视频图像命名及视频图像文字标注", "是否以租代建", "状态",
    "计划整合方式", "杆件 建设时间", "杆件 编号", "高度（米）", "横臂数量", "杆件状况",
    "场所类别", "资金来源", "坐标系", "固定或移动", "车辆或线路",
    "填报单位", "权属单位", "主管部门", "在册状态", "位置说明", "更新时间",
]  # fmt: skip


def get(person: Person, form: str, query: str = "") -> Any:
    return as_person(person).get(f"/cameras/export.{form}{query}")


def rows(person: Person, form: str, query: str = "") -> list[dict[str, Any]]:
    response = get(person, form, query)
    assert response.status_code == 200
    return csv_rows(response) if form == "csv" else xlsx_rows(response)


def exported(person: Person, form: str, query: str = "") -> list[str]:
    return [row["登记编号"] for row in rows(person, form, query)]


def numbers(*cameras: Camera) -> list[str]:
    return [camera.number for camera in cameras]


@pytest.mark.parametrize("form", FORMS)
def test_the_filtered_list_in_its_order(form: str, data_reviewer: Person) -> None:
    one, two = register_camera("meishan", name="b", status="停用"), register_camera("mabu", name="a", status="停用")
    register_camera("meishan", status="在用")
    query = f"?status={quote('停用')}&sort=name&at=after-3&view=place"
    assert exported(data_reviewer, form, query) == numbers(two, one)


@pytest.mark.parametrize("form", FORMS)
def test_every_declared_column_under_its_official_header(form: str, data_reviewer: Person) -> None:
    register_camera(
        "meishan", pole_number="MS-001", code="34152401001320000001", leased=False, pole_height=Decimal("6.50")
    )
    row = rows(data_reviewer, form)[0]
    assert list(row) == HEADERS
    assert row["20位编码"] == "34152401001320000001"
    assert row["所在县（市、区）、乡镇（街道）"] == "金寨县梅山镇"
    assert row["是否以租代建"] == "否"
    assert row["场所类别"] == "交通道路"
    assert row["坐标系"] == "WGS-84/CGCS2000"
    assert row["填报单位"] == "金寨县梅山镇人民政府"
    assert row["在册状态"] == "在册"


def test_csv_is_utf8_with_bom_and_numbers_as_written(data_reviewer: Person) -> None:
    register_camera("meishan", longitude=Decimal("-115.934366"), pole_height=Decimal("6.5"))
    response = get(data_reviewer, "csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    data = body(response)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 2
    row = rows(data_reviewer, "csv")[0]
    assert Decimal(row["经度（保留后六位）"]) == Decimal("-115.934366")


def test_xlsx_keeps_codes_as_text_and_numbers_as_numbers(data_reviewer: Person) -> None:
    register_camera("meishan", code="34152401001320000001", longitude=Decimal("-115.934366"), built="2020.10")
    header, row = xlsx_cells(get(data_reviewer, "xlsx"))
    cells = {head.value: cell for head, cell in zip(header, row, strict=True)}
    assert (cells["20位编码"].data_type, cells["20位编码"].number_format) == ("s", "@")
    assert cells["建设时间"].value == "2020.10"
    assert cells["经度（保留后六位）"].data_type == "n"
    assert cells["经度（保留后六位）"].value == -115.934366


DANGEROUS = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    "＋1",
    " =1+1",
    "{=1}",
    "http://example.com/x",
]


@pytest.mark.parametrize("value", DANGEROUS)
def test_nothing_in_a_file_runs(value: str, data_reviewer: Person) -> None:
    register_camera("meishan", name=value, brand=value)
    text = rows(data_reviewer, "csv")[0]["位置名称"]
    assert text == (value if value[0] in "{h" else f"'{value}")
    parts = zipfile.ZipFile(io.BytesIO(body(get(data_reviewer, "xlsx"))))
    sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet.replace("<fonts", "")
    assert "hyperlink" not in sheet.lower()
    assert rows(data_reviewer, "xlsx")[0]["位置名称"] == value


def test_the_workbook_is_read_by_other_readers(data_reviewer: Person) -> None:
    register_camera("meishan", name='a & b <c> _x000D_ "d"\n下一行', brand="")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body(get(data_reviewer, "xlsx")))).get_sheet_by_index(0)
    header, row = sheet.to_python()
    cells = dict(zip(header, row, strict=True))
    assert cells["位置名称"] == 'a & b <c> _x000D_ "d"\n下一行'
    assert cells["品牌"] == ""


@pytest.mark.parametrize("form", FORMS)
def test_forged_columns_and_ids_are_passed_over(form: str, meishan_clerk: Person) -> None:
    own, other = register_camera("meishan"), register_camera("mabu")
    forged = f"?ids={other.pk}&columns=password&columns=longitude"
    assert exported(meishan_clerk, form, forged) == numbers(own)
    assert list(rows(meishan_clerk, form, forged)[0]) == list(rows(meishan_clerk, form)[0])


@pytest.mark.parametrize("form", FORMS)
def test_masked_rows_have_blurred_positions(form: str, education_clerk: Person) -> None:
    register_camera("meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    register_camera("education", longitude=Decimal("115.881234"), latitude=Decimal("31.701239"))
    own, masked = rows(education_clerk, form)
    assert [float(masked[key]) for key in ("经度（保留后六位）", "纬度（保留后六位）")] == [115.93, 31.73]
    assert masked["位置说明"] == "位置已模糊"
    assert float(own["经度（保留后六位）"]) == 115.881234
    assert not own["位置说明"]
    data = body(get(education_clerk, "csv"))
    assert b"115.9343" not in data
    assert b"31.727" not in data


@pytest.mark.parametrize("form", FORMS)
def test_it_leaves_its_entry_in_the_journal(form: str, data_reviewer: Person) -> None:
    register_camera("meishan", status="停用")
    register_camera("meishan", status="在用")
    body(get(data_reviewer, form, f"?status={quote('停用')}&q={quote('测试')}"))
    entry = Entry.objects.get(action="cameras.exported")
    assert entry.actor == data_reviewer
    assert entry.agency_id == data_reviewer.agency_id
    assert entry.facts["count"] == 1
    assert entry.facts["form"] == form
    assert entry.facts["filters"] == [["q", "测试"], ["status", "停用"]]
    assert len(entry.facts["sha256"]) == 64
    assert verify()[1] is None


def test_without_its_entry_there_is_no_file(data_reviewer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("journal is full")

    register_camera("meishan")
    monkeypatch.setattr("registry.exports.journal.record", broken)
    with pytest.raises(RuntimeError):
        get(data_reviewer, "csv")


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    camera = register_camera("meishan")
    response = get(person, "csv")
    assert response.status_code == 403
    assert camera.number not in html(response)
    assert not Entry.objects.filter(action="cameras.exported").exists()


@pytest.mark.parametrize(
    ("form", "query", "status"),
    [("csv", "?longitude=1", 400), ("xlsx", "?sort=owner__password", 400), ("csv", "?at=x", 400), ("pdf", "", 404),
     ("xls", "", 404)],
)  # fmt: skip
def test_what_is_not_declared_is_refused(form: str, query: str, status: int, data_reviewer: Person) -> None:
    assert get(data_reviewer, form, query).status_code == status
    assert not Entry.objects.filter(action="cameras.exported").exists()


def test_only_by_get(data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    assert client.post("/cameras/export.csv").status_code == 405
    assert client.head("/cameras/export.csv").status_code == 405
    assert not Entry.objects.filter(action="cameras.exported").exists()


def test_the_file_is_named_for_the_list_and_kept_by_nobody(data_reviewer: Person) -> None:
    response = get(data_reviewer, "xlsx")
    body(response)
    assert "filename*=utf-8''" + quote("摄像机台账_") in response["Content-Disposition"]
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "no-store"


def test_an_empty_list_is_a_file_with_headers(meishan_clerk: Person) -> None:
    assert rows(meishan_clerk, "csv") == rows(meishan_clerk, "xlsx") == []


def test_queries_do_not_grow_with_the_rows(data_reviewer: Person, django_assert_max_num_queries: Any) -> None:
    batch = accepted_batch("meishan")
    register_camera("meishan", batch=batch)
    client = as_person(data_reviewer)
    with CaptureQueriesContext(connection) as few:
        body(client.get("/cameras/export.csv"))
    for _ in range(30):
        register_camera("meishan", batch=batch)
    with django_assert_max_num_queries(len(few)):
        body(client.get("/cameras/export.csv"))
