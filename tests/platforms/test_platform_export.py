"""/platforms/export.<form>."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from tests.factories_registry import register_platform
from tests.registry.reading import as_person, csv_rows, xlsx_rows

HEADERS = [
    "登记编号", "序号", "项目名称", "平台厂家（品牌）", "是否符合GB/T 28181", "是否符合GA/T 1400", "单位地址",
    "联网方式（局域网/互联网等等）", "视频监控网络安全防护", "视频存储时长", "平台描述", "品牌型号/系统版本",
    "平台共享和转发能力",
    "是否对接本级雪亮平台", "20位编码", "省市县级联情况", "建设时间", "建设费用（万元）", "运维费用（万元/年）",
    "场所类别", "资金来源", "填报单位", "权属单位", "主管部门", "在册状态", "更新时间",
]  # fmt: skip


def rows(person: Person, form: str, query: str = "") -> list[dict[str, Any]]:
    response = as_person(person).get(f"/platforms/export.{form}{query}")
    assert response.status_code == 200
    return csv_rows(response) if form == "csv" else xlsx_rows(response)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_own_platforms_under_the_official_headers(form: str, meishan_clerk: Person) -> None:
    platform = register_platform(
        "meishan", name="＝梅山镇平台", code="34152401002000000001", gbt28181="partial", gbt28181_remark="2011版",
        cost=Decimal("125.5"), description="第一行\n第二行",
    )  # fmt: skip
    register_platform("mabu")
    (row,) = rows(meishan_clerk, form)
    assert list(row) == HEADERS
    assert row["登记编号"] == platform.number
    assert row["项目名称"] == ("'＝梅山镇平台" if form == "csv" else "＝梅山镇平台")
    assert row["20位编码"] == "34152401002000000001"
    assert row["是否符合GB/T 28181"] == "部分符合，2011版"
    assert float(row["建设费用（万元）"]) == 125.5
    assert row["平台描述"] == "第一行\n第二行"
    assert Entry.objects.get(action="platforms.exported").facts["count"] == 1


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    assert as_person(request.getfixturevalue(role)).get("/platforms/export.csv").status_code == 403


def test_what_is_not_declared_is_refused(data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    assert client.get("/platforms/export.csv?status=x").status_code == 400
    assert client.get("/platforms/export.ods").status_code == 404
