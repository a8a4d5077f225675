"""What is missing is said in a clear sentence, and never becomes a wrong figure: positions and costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from planning import making
from planning.models import Issue, Proposal
from tests.dashboards.pages import browse
from tests.factories_registry import register_camera, register_platform
from tests.planning import issued, scenes
from tests.planning.issued import listed
from tests.planning.test_document_issue import texts

pytestmark = pytest.mark.django_db
NOWHERE: dict[str, Any] = {"longitude": None, "latitude": None}


def words(person: Person, url: str) -> str:
    """The page's words without any space."""
    response = browse(person).get(url)
    assert response.status_code == 200
    return re.sub(r"<[^>]*>|\s", "", response.content.decode())


def test_a_search_says_how_many_it_cannot_compare(office: Person) -> None:
    register_camera("meishan")
    assert "没有坐标" not in words(office, "/planning/search/")
    for _ in range(2):
        register_camera("meishan", name="江店路口", **NOWHERE)
    register_camera("meishan", mobility="mobile", vehicle="金寨公交1路")
    assert "有2台摄像机没有坐标，算不出间距，按距离查找时比不到它们" in words(office, "/planning/search/")
    assert listed(browse(office), "/cameras/?placed=no") == 2


def by_hand(office: Person, *cameras: Any) -> Proposal:
    return making.make(office, [camera.number for camera in cameras], "同一路口，两家各建一台")


def test_a_proposal_says_which_members_have_no_position(office: Person) -> None:
    here, nowhere = register_camera("meishan", name="甲"), register_camera("mabu", name="乙", **NOWHERE)
    some, none = by_hand(office, here, nowhere), by_hand(office, nowhere)
    assert "麻埠镇乙没有坐标，图上没有，也算不出与它的间距" in words(office, f"/planning/{some.pk}/")
    told = words(office, f"/planning/{none.pk}/")
    assert "成员都没有坐标，画不出位置，也算不出间距" in told
    assert "最大间距" not in told
    assert "没有坐标" not in words(office, f"/planning/{by_hand(office, here).pk}/")


def test_the_plan_lists_a_camera_without_a_position_with_a_dash(office: Person) -> None:
    register_camera("meishan", name="甲")
    register_camera("meishan", name="乙", **NOWHERE)
    part = issued.make().parts.get()
    told = texts(part.file)
    assert [told[told.index(name) + 2] for name in ("甲", "乙")] == ["115.934366, 31.727178", "–"]
    assert part.figures["stock"]["cameras"] == 2


def test_without_costs_a_proposal_and_the_plan_have_no_figure_but_a_reason(office: Person) -> None:
    bare = register_platform("meishan", cost=None, upkeep=None)
    cameras = scenes.two_cameras(platform=bare)
    proposal = scenes.found(*cameras)
    told = words(office, f"/planning/{proposal.pk}/")
    assert "不能测算" in told
    assert "平台没有填运维费用" in told
    assert "没有填测算参数“拆除一台摄像机的费用”" in told
    assert "0万元" not in told
    register_camera("meishan", platform=bare, measure="拆除")
    issued.make()
    plan = "".join(texts(Issue.objects.get().file))
    assert "一次性节约没有测算结果" in plan
    assert "每年节约没有测算结果" in plan
    assert "平台没有填运维费用" in plan


def test_a_search_page_asks_as_often_whatever_is_missing(office: Person) -> None:
    def queries() -> int:
        client = browse(office)
        client.get("/planning/search/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/planning/search/")
        return len(asked)

    register_camera("meishan", **NOWHERE)
    few = queries()
    for _ in range(3):
        register_camera("meishan", **NOWHERE)
    assert queries() == few
