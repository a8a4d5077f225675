"""/poles/export.<form>."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from tests.factories_registry import register_pole
from tests.registry.reading import as_person, csv_rows, xlsx_rows


def rows(person: Person, form: str, query: str = "") -> list[dict[str, Any]]:
    response = as_person(person).get(f"/poles/export.{form}{query}")
    assert response.status_code == 200
    return csv_rows(response) if form == "csv" else xlsx_rows(response)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_own_poles_under_the_official_headers(form: str, meishan_clerk: Person) -> None:
    pole = register_pole("meishan", pole_number="-2+3", pole_height=Decimal("6.5"))
    register_pole("mabu")
    (row,) = rows(meishan_clerk, form)
    assert row["登记编号"] == pole.number
    assert row["杆件 编号"] == ("'-2+3" if form == "csv" else "-2+3")
    assert float(row["高度（米）"]) == 6.5
    assert row["杆件状况"] == "完整"
    assert Entry.objects.get(action="poles.exported").facts["count"] == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_masked_rows_have_blurred_positions(form: str, education_clerk: Person) -> None:
    register_pole("meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    (row,) = rows(education_clerk, form)
    assert float(row["经度（保留后六位）"]) == 115.93
    assert row["位置说明"] == "位置已模糊"


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    response = as_person(request.getfixturevalue(role)).get("/poles/export.xlsx")
    assert response.status_code == 403


def test_what_is_not_declared_is_refused(data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    assert client.get("/poles/export.csv?status=x").status_code == 400
    assert client.get("/poles/export.doc").status_code == 404
