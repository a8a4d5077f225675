"""How a thing stands: said of it, of its platform, in its sheet; when its filing is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agencies.models import Person
from connecting import invariants
from connecting.models import PlatformStanding, Statement
from platforms.models import Platform
from tests.connecting.things import client_of, in_days, post, stand
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db
OLD = "2025-07-01"


@pytest.mark.parametrize(
    ("connected", "funding", "of_platform", "of_camera"),
    [
        ("yes", "government", "connected", "connected"),
        ("partial", "government", "partial", "partial"),
        ("no", "government", "unplanned", "unplanned"),
        ("", "government", "unstated", "unstated"),
        ("yes", "social", "connected", "connected"),
        ("no", "social", "social_open", "social_open"),
        ("", "social", "social_open", "social_open"),
    ],
)
def test_by_the_sheet(connected: str, funding: str, of_platform: str, of_camera: str, leader: Person) -> None:
    platform = register_platform("meishan", connected=connected, funding=funding)
    camera = register_camera("meishan", platform=platform, funding=funding)
    assert (stand(leader, platform).now_access, stand(leader, camera).now_access) == (of_platform, of_camera)
    assert (stand(leader, platform).access_from, stand(leader, camera).access_from) == ("sheet", "sheet")


def test_a_camera_follows_until_something_is_said_of_it(meishan_clerk: Person, leader: Person) -> None:
    platform = register_platform("meishan", connected="yes")
    follows, other = (register_camera("meishan", platform=platform) for _ in range(2))
    post(meishan_clerk, "state", platform, kind="platform", state="planned", by_date=in_days(40))
    post(meishan_clerk, "state", other, state="connected")
    now = stand(leader, follows)
    assert (now.now_access, now.now_due, now.access_from) == ("planned", in_days(40), "platform")
    assert (stand(leader, other).now_access, stand(leader, other).now_due) == ("connected", None)
    assert stand(leader, platform).now_access == "planned"


def test_a_platform_that_is_gone_is_not_followed(leader: Person) -> None:
    platform = register_platform("meishan", connected="yes")
    camera = register_camera("meishan", platform=platform)
    Platform.objects.filter(pk=platform.pk).update(life="retired")
    assert stand(leader, camera).now_access == "unstated"


@pytest.mark.parametrize(
    ("built", "due"),
    [
        ("2018.06", OLD),
        ("2024", OLD),
        ("2025.03", OLD),
        ("2025.04", "2025-05-30"),
        ("2026.02", "2026-03-30"),
        ("2025", "2026-01-30"),
        ("", None),
        ("2026.13", None),
    ],
)
def test_when_a_filing_is_due(built: str, due: str | None, leader: Person) -> None:
    platform = register_platform("meishan", built=built)
    expected = dt.date.fromisoformat(due) if due else None
    assert stand(leader, platform).filing_due == expected
    assert stand(leader, register_camera("meishan", built=built)).filing_due == expected
    follows = register_camera("meishan", built="2026.01", platform=platform)
    assert stand(leader, follows).filing_due == expected, "what is filed is the whole system"


@pytest.mark.parametrize(("used_since", "due"), [("2025-03-31", OLD), ("2025-04-01", "2025-05-01")])
def test_the_day_that_the_unit_states_goes_before_the_month(
    used_since: str, due: str, meishan_clerk: Person, police_reviewer: Person, leader: Person
) -> None:
    platform = register_platform("meishan", built="2025.04")
    post(meishan_clerk, "file", platform, kind="platform", filed_on="2025-07-20", used_since=used_since)
    post(police_reviewer, "refuse", platform, kind="platform", text="没有收到")
    assert stand(leader, platform).filing_due == dt.date.fromisoformat(due)


def test_cameras_added_after_the_filing_are_a_change(
    meishan_clerk: Person, police_reviewer: Person, leader: Person
) -> None:
    platform = register_platform("meishan", built="2018.06")
    old = register_camera("meishan", built="2019.01", platform=platform)
    post(meishan_clerk, "file", platform, kind="platform", filed_on="2025-06-20", number="1")
    post(police_reviewer, "confirm", platform, kind="platform")
    assert stand(leader, platform).now_filing == "confirmed"
    new = register_camera("meishan", built="2025.09", platform=platform)
    for thing in (platform, new):
        now = stand(leader, thing)
        assert (now.now_filing, now.filing_due) == ("changed", dt.date(2025, 10, 30))
    assert stand(leader, old).now_filing == "confirmed"
    page = client_of(leader).get(f"/connecting/platform/{platform.pk}/").content.decode()
    assert "备案后新增了摄像机（2025年09月建）" in page
    post(meishan_clerk, "file", platform, kind="platform", filed_on="2025-10-10", text="新增一台")
    post(police_reviewer, "confirm", platform, kind="platform", number="1")
    assert {stand(leader, thing).now_filing for thing in (platform, old, new)} == {"confirmed"}


def test_what_is_kept_is_the_last_that_was_said(meishan_clerk: Person) -> None:
    """I6, and that it notices what it is there for."""
    platform = register_platform("meishan")
    post(meishan_clerk, "state", platform, kind="platform", state="planned", by_date=in_days(3))
    post(meishan_clerk, "sign", platform, kind="platform", state="set")
    assert list(invariants.standings()) == []
    first = Statement.objects.order_by("pk")[0]
    PlatformStanding.objects.filter(pk=platform.pk).update(access_state="connected")
    assert any("access" in line for line in invariants.standings())
    PlatformStanding.objects.filter(pk=platform.pk).update(access_state="planned", sign=first)
    assert any("sign" in line for line in invariants.standings())
    PlatformStanding.objects.all().delete()
    assert any("没有记下现状" in line for line in invariants.standings())


def test_the_page_tells_where_a_state_comes_from(meishan_clerk: Person, leader: Person) -> None:
    platform = register_platform("meishan", connected="no", built="2018.06")
    camera = register_camera("meishan", platform=platform)
    post(meishan_clerk, "state", platform, kind="platform", state="not_ready", cost="12.50", gain="覆盖", text="缺网关")
    page = client_of(leader).get(f"/connecting/camera/{camera.pk}/").content.decode()
    assert "随平台" in page and "待办公室决定" in page and "2025年4月1日前已在用" in page
    told = client_of(leader).get(f"/connecting/platform/{platform.pk}/").content.decode()
    assert "12.5 万元" in told and "缺网关" in told and "梅山镇 填报员" in told


def test_one_that_is_not_there(leader: Person, mabu_clerk: Person) -> None:
    camera: Any = register_camera("meishan")
    assert client_of(leader).get("/connecting/camera/999999999/").status_code == 404
    assert client_of(mabu_clerk).get(f"/connecting/camera/{camera.pk}/").status_code == 404
