"""The blank official form for download, and what an agency's name may do to it (T49)."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import quote

import openpyxl
import pytest

from agencies.models import Agency, Person
from tests.inventory import web

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "title"), [("camera", "摄像机"), ("platform", "平台")])
def test_it_opens_with_the_units_name_in_it(meishan_clerk: Person, kind: str, title: str) -> None:
    answer = web.of(meishan_clerk).get(web.url("template", kind))
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(f'调研表（{title}）.xlsx')}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
    assert any("填报单位" in text and "梅山镇人民政府" in text for text in texts), texts
    assert any("调研表" in text for text in texts)


@pytest.mark.parametrize("who", ["data_reviewer", "office", "leader"])
def test_others_who_see_reports_may_have_it(request: pytest.FixtureRequest, who: str) -> None:
    assert web.of(request.getfixturevalue(who)).get(web.url("template", "camera")).status_code == 200


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_administrators_may_not(request: pytest.FixtureRequest, who: str) -> None:
    assert web.of(request.getfixturevalue(who)).get(web.url("template", "camera")).status_code == 403


@pytest.mark.parametrize("kind", ["pole", "CAMERA", "camera-x"])
def test_another_form_is_not_there(meishan_clerk: Person, kind: str) -> None:
    assert web.of(meishan_clerk).get(f"/templates/{kind}.xlsx").status_code == 404


@pytest.mark.parametrize(
    "name", ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1", "{=1}", "http://example.org/x", "<b>&\"'"]
)
def test_a_name_is_only_ever_text(meishan_clerk: Person, name: str) -> None:
    """T49: no formula, no link."""
    Agency.objects.filter(code="meishan").update(name=name)
    answer = web.of(Person.objects.get(pk=meishan_clerk.pk)).get(web.url("template", "camera"))
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    for part in book.namelist():
        if part.startswith("xl/worksheets/") and part.endswith(".xml"):
            xml = book.read(part).decode()
            assert "<f>" not in xml and "<f " not in xml and "<hyperlink" not in xml
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(max_row=4) for cell in row if name.strip() in str(cell.value)]
    assert cells and all(cell.data_type == "s" for cell in cells)
