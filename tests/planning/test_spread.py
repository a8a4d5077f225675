"""布点分析: every figure is the count of the list that it opens; what is missing is said in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from planning import assumptions
from sheets.kinds.places import townships
from tests.dashboards.pages import browse
from tests.factories_registry import register_camera
from tests.planning import scenes
from tests.planning.issued import listed

pytestmark = pytest.mark.django_db
PAGES = ("/planning/gaps/", "/planning/gaps/unplaced/", "/planning/gaps/leased/")
NOWHERE: dict[str, Any] = {"longitude": None, "latitude": None}


def page(client: Client, url: str) -> tuple[str, Any]:
    """Its words without any space, and what they were made of."""
    response = client.get(url)
    assert response.status_code == 200
    return re.sub(r"<[^>]*>|\s", "", response.content.decode()), response.context


@pytest.fixture
def county() -> None:
    """Roads are usual: thirteen townships have one camera, the first has ten. Some cells are blank."""
    for at, code in enumerate(list(townships())[:13]):
        for _ in range(1 if at else 10):
            register_camera("meishan", township=code, place_kind="road", leased=not at, status="维修" if at else "在用")
    register_camera("meishan", township="", place_kind="road", status="", leased=None)
    register_camera("mabu", township="341524101", place_kind="", leased=None, **NOWHERE)
    register_camera("mabu", township="341524101", place_kind="road", status="停用", leased=False, **NOWHERE)
    register_camera("mabu", mobility="mobile", vehicle="金寨公交1路", place_kind="transport", leased=False)
    register_camera("gubei", life="retired", leased=True, **NOWHERE)


def anchors(html: str) -> list[tuple[str, int]]:
    """Each link to a list of cameras, with the figure that it shows."""
    found = re.findall(r'<a href="(/cameras/[^"]*)">([\d,]+)(?: 台)?</a>', html)
    return [(url.replace("&amp;", "&"), int(number.replace(",", ""))) for url, number in found]


@pytest.mark.parametrize("url", PAGES)
def test_every_figure_is_the_count_of_the_list_that_it_opens(url: str, county: None, office: Person) -> None:
    client = browse(office)
    told = anchors(client.get(url).content.decode())
    assert len(told) > 4
    for address, number in told:
        assert listed(client, address) == number > 0, address


def test_cells_and_gaps_add_up_and_blanks_are_said(county: None, leader: Person) -> None:
    text, context = page(browse(leader), "/planning/gaps/")
    lines, totals = context["lines"], context["totals"]
    assert sum(line.total.count for line in lines) == totals.total.count == context["total"] == 25
    for place, figure in enumerate(totals.cells):
        assert figure.count == sum(line.cells[place].count for line in lines)
    assert "1台没有填乡镇，1台没有填场所类别，算不到格子里" in text
    missing = context["missing"]
    assert [(one.kind, one.figure.count, one.figure.word) for one in missing] == [("交通道路", 0, "缺")] * 10
    assert {one.township for one in missing} == set(list(townships().values())[13:23]), "the zone is no township"
    assert "疑似空白10处" in text
    assert "没有登记，不等于没有安装" in text


def test_cameras_without_a_position_by_unit(county: None, leader: Person) -> None:
    text, context = page(browse(leader), "/planning/gaps/unplaced/")
    (unit,) = context["units"]
    assert (unit.name, [one.count for one in unit.figures], unit.percent) == ("麻埠镇", [3, 2, 1], "66.7%")
    assert [one.count for one in context["total"].figures] == [26, 2, 1]
    assert "请填报单位在台账里“申请更正”补填" in text


def test_leased_beside_own_by_owner_and_what_renting_costs(county: None, office: Person) -> None:
    text, context = page(browse(office), "/planning/gaps/leased/")
    told = {unit.name: [one.count for one in unit.figures] for unit in context["units"]}
    assert told == {"梅山镇": [23, 10, 12, 1], "麻埠镇": [3, 0, 2, 1]}
    assert [one.count for one in context["total"].figures] == [26, 10, 14, 2]
    assert "还没有填租用一台的费用" in text
    assumptions.state(office, "rent", "0.12", "2022年租用合同", "")
    scenes.found(kind="leased")
    text, _ = page(browse(office), "/planning/gaps/leased/")
    assert "按每年0.12万元测算" in text
    assert "有1件整合方案" in text


def test_without_any_camera_each_says_so(office: Person) -> None:
    for url in PAGES:
        text, _ = page(browse(office), url)
        assert "台账里还没有" in text
        assert "<table" not in browse(office).get(url).content.decode()


def test_nothing_missing_is_said_too(office: Person) -> None:
    for code in list(townships())[:23]:
        register_camera("meishan", township=code)
    for url, words in zip(PAGES, ("没有看出空白", "固定的摄像机都有坐标", "没有租用的摄像机"), strict=True):
        assert words in page(browse(office), url)[0]


@pytest.mark.parametrize("who", ["meishan_clerk", "education_clerk", "sysadmin", "auditor"])
def test_who_sees_a_part_only_is_refused(who: str, request: pytest.FixtureRequest) -> None:
    for url in PAGES:
        assert browse(request.getfixturevalue(who)).get(url).status_code == 403


def test_queries_do_not_grow(office: Person) -> None:
    def asked() -> list[int]:
        found = []
        for url in PAGES:
            client = browse(office)
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            found.append(len(queries))
        return found

    register_camera("meishan", leased=True, **NOWHERE)
    few = asked()
    for code in list(townships())[:12]:
        register_camera("mabu", township=code, place_kind="school", leased=True, **NOWHERE)
    assert asked() == few
