"""Connection, filing and sign on a registered thing's page in the registry; and 接入 where there is nothing."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from cameras.models import Camera
from connecting import capacity, panel
from platforms.models import Platform
from tests.connecting.things import client_of, in_days, post
from tests.factories_registry import accepted_batch, register_camera, register_platform

pytestmark = pytest.mark.django_db
ASSESSED: dict[str, Any] = {
    "state": "not_ready",
    "cost": "12.50",
    "gain": "补上路口盲区",
    "text": "模拟摄像机，没有编码器",
}


def page(person: Person, thing: Any, query: str = "") -> str:
    """What the panel on the thing's page says, "" where there is none."""
    response = client_of(person).get(f"/{thing._meta.model_name}s/{thing.pk}/{query}")
    assert response.status_code == 200
    found = re.search(r'aria-labelledby="connection-title">(.*?)</section>', response.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found[1])) if found else ""


@pytest.mark.parametrize("kind", ["camera", "platform"])
def test_the_page_says_what_was_planned_assessed_and_filed(
    kind: str, meishan_clerk: Person, office: Person, police_reviewer: Person
) -> None:
    thing: Camera | Platform = (
        register_camera("meishan", platform=None) if kind == "camera" else register_platform("meishan", connected="no")
    )
    day = in_days(40)
    post(meishan_clerk, "state", thing, kind=kind, state="planned", by_date=day.isoformat())
    said = page(meishan_clerk, thing)
    assert f"计划接入 {day} 前" in said
    assert "单位说明，梅山镇" in said
    post(meishan_clerk, "state", thing, kind=kind, **ASSESSED)
    post(office, "decide", thing, kind=kind, decision="later", by_date=day.isoformat(), text="等二期资金")
    said = page(meishan_clerk, thing)
    for words in ("暂不具备条件", "暂缓再议", "改造费用 12.5 万元", "接入效益 补上路口盲区", "办公室决定"):
        assert words in said
    assert re.search(r"备案 未备案 .*2025-07-01 前，已逾期", said)
    post(meishan_clerk, "file", thing, kind=kind, filed_on="2025-06-20", number="金公备〔2025〕12号")
    post(meishan_clerk, "sign", thing, kind=kind, state="missing", by_date=day.isoformat())
    said = page(police_reviewer, thing)
    assert "待公安确认" in said
    assert "金公备〔2025〕12号 2025-06-20" in said
    assert f"现场标识 未设置 {day} 前" in said
    assert f'href="/connecting/{kind}/{thing.pk}/"' in client_of(office).get(f"/{kind}s/{thing.pk}/").content.decode()


def test_a_camera_follows_what_was_said_of_its_platform(meishan_clerk: Person) -> None:
    platform = register_platform("meishan", connected="no")
    camera = register_camera("meishan", platform=platform)
    assert "未接入未安排" in page(meishan_clerk, camera)
    assert "谁说明的" not in page(meishan_clerk, camera), "nobody has spoken: it is the sheet's"
    post(meishan_clerk, "state", platform, kind="platform", state="planned", by_date=in_days(40).isoformat())
    said = page(meishan_clerk, camera)
    assert "计划接入 随平台" in said
    assert "谁说明的 单位说明" in said


def test_a_masked_page_tells_states_and_no_position(meishan_clerk: Person, education_clerk: Person) -> None:
    camera = register_camera("meishan", place_kind="school", supervisor=education_clerk.agency)
    post(meishan_clerk, "state", camera, **ASSESSED)
    assert "暂不具备条件" in page(education_clerk, camera)
    html = client_of(education_clerk).get(f"/cameras/{camera.pk}/").content.decode()
    assert "位置已模糊" in html
    assert "115.934366" not in html


def test_nothing_for_a_past_day_nor_for_what_is_out_of_sight_or_gone(
    meishan_clerk: Person, mabu_clerk: Person, office: Person
) -> None:
    camera = register_camera("meishan", batch=accepted_batch("meishan", at=timezone.now() - dt.timedelta(days=3)))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    assert page(office, camera)
    assert not page(office, camera, f"?as_of={yesterday.isoformat()}")
    assert panel.panel(mabu_clerk, "camera", camera.pk) is None
    assert client_of(mabu_clerk).get(f"/cameras/{camera.pk}/").status_code == 404
    assert not page(office, register_camera("meishan", life="retired"))


def test_it_costs_two_queries_whatever_was_said(office: Person, meishan_clerk: Person) -> None:
    platform = register_platform("meishan")
    camera = register_camera("meishan", platform=platform)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert panel.panel(office, "camera", camera.pk) is not None
        return len(asked)

    queries()
    assert queries() == 2
    post(meishan_clerk, "state", platform, kind="platform", **ASSESSED)
    assert queries() == 2
    post(meishan_clerk, "state", camera, **ASSESSED)
    post(meishan_clerk, "state", camera, state="connected")
    assert queries() == 2


def test_a_unit_without_cameras_is_told_so(mabu_clerk: Person, leader: Person, police_reviewer: Person) -> None:
    amounts = capacity.Amounts(100, 96, 60, 20, Decimal(500), Decimal("312.5"))
    capacity.state_capacity(police_reviewer, dt.date(2026, 8, 1), amounts, "县公安局科信部门统计")

    def html(person: Person) -> str:
        told: str = client_of(person).get("/connecting/").content.decode()
        return told

    assert "还没有在册的摄像机" in html(leader)
    register_camera("meishan")
    own = html(mabu_clerk)
    assert "本单位没有在册的摄像机" in own
    assert not re.search(r"\b0\s*(</?\w+>\s*)*/\s*(</?\w+>\s*)*0\b", own), "no share of nothing"
    assert 'id="states"' not in own
    assert 'id="rates"' not in own
    assert "空余 4 路" in own, "the county platform is told all the same"
    assert "按计划还要接入" not in own
    assert "按计划还要接入" in html(leader)
    register_platform("mabu")
    assert "平台已备案" in html(mabu_clerk)
    assert "本单位没有在册的摄像机" not in html(leader)
