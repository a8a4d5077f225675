"""Whether the warning sign stands: said of a platform it holds for its cameras, but for those that say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from connecting.models import Statement
from tests.connecting.things import act_url, client_of, in_days, last_entry, nothing_happened, post, stand
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db


def test_cameras_follow_their_platform(meishan_clerk: Person, leader: Person) -> None:
    platform = register_platform("meishan")
    follows, other = (register_camera("meishan", platform=platform) for _ in range(2))
    assert stand(leader, follows).now_sign == "unstated"
    assert post(meishan_clerk, "sign", platform, kind="platform", state="set").status_code == 302
    post(meishan_clerk, "sign", other, state="missing", by_date=in_days(10))
    assert (last_entry().action, last_entry().facts["state"]) == ("connecting.signed", "missing")
    assert (stand(leader, follows).now_sign, stand(leader, follows).sign_from) == ("set", "platform")
    now = stand(leader, other)
    assert (now.now_sign, now.sign_due) == ("missing", in_days(10))


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    assert client_of(mabu_clerk).get(act_url("sign"), {"id": register_camera("meishan").pk}).status_code == 404


@pytest.mark.parametrize("role", ["leader", "police_reviewer", "data_reviewer", "secadmin"])
def test_wrong_role(role: str, request: pytest.FixtureRequest) -> None:
    assert post(request.getfixturevalue(role), "sign", register_camera("meishan"), state="set").status_code == 403
    assert nothing_happened(0)


def test_wrong_state(meishan_clerk: Person, meishan_colleague: Person) -> None:
    camera = register_camera("meishan")
    seen = client_of(meishan_clerk).get(act_url("sign"), {"id": camera.pk}).context["seen"]
    post(meishan_colleague, "sign", camera, state="set")
    assert post(meishan_clerk, "sign", camera, seen=seen, state="missing", by_date=in_days(2)).status_code == 409
    assert Statement.objects.get().state == "set"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "请选择现场提示标识"),
        ({"state": "missing"}, "请填写设置标识的日期"),
        ({"state": "missing", "by_date": "2020-01-01"}, "日期要从今天"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, meishan_clerk: Person) -> None:
    answer = post(meishan_clerk, "sign", register_camera("meishan"), **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert nothing_happened(0)
