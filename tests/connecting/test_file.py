"""备案: the unit states it, the police confirm with a number, or say why not."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from connecting.models import Statement
from notices.models import Notice
from tests.connecting.things import act_url, client_of, in_days, last_entry, nothing_happened, post, stand
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db
NUMBER = "金公备视〔2025〕12号"


@pytest.fixture
def platform(police_reviewer: Person) -> Any:
    return register_platform("meishan")


def file(clerk: Person, *things: Any, **data: Any) -> Any:
    return post(clerk, "file", *things, kind="platform", **{"filed_on": "2025-06-20", **data})


def test_stated_then_confirmed(platform: Any, meishan_clerk: Person, police_reviewer: Person, leader: Person) -> None:
    camera = register_camera("meishan", platform=platform)
    assert stand(leader, platform).now_filing == "unfiled"
    assert file(meishan_clerk, platform).status_code == 302
    assert last_entry().action == "connecting.filed"
    assert stand(leader, camera).now_filing == "stated"
    asked = Notice.objects.get(person=police_reviewer)
    listed = client_of(police_reviewer).get(asked.url)
    assert [row.ticked for row in listed.context["rows"]] == [True]
    answer = post(police_reviewer, "confirm", platform, kind="platform", number=NUMBER)
    assert answer.status_code == 302 and last_entry().action == "connecting.filing_confirmed"
    for thing in (platform, camera):
        now = stand(leader, thing)
        assert (now.now_filing, now.now_number, f"{now.now_filed_on}") == ("confirmed", NUMBER, "2025-06-20")
    asked.refresh_from_db()
    assert asked.settled_at is not None
    assert Notice.objects.get(person=meishan_clerk).kind == "accepted"


def test_refused_with_a_reason_then_again(
    platform: Any, meishan_clerk: Person, police_reviewer: Person, leader: Person
) -> None:
    file(meishan_clerk, platform, number="12")
    answer = post(police_reviewer, "refuse", platform, kind="platform", text="没有收到材料")
    assert answer.status_code == 302 and last_entry().facts["reason"] == "没有收到材料"
    assert stand(leader, platform).now_filing == "refused"
    told = Notice.objects.get(person=meishan_clerk)
    assert (told.kind, "没有收到材料" in told.text) == ("returned", True)
    file(meishan_clerk, platform, filed_on="2025-06-25")
    assert stand(leader, platform).now_filing == "stated"
    assert Statement.objects.count() == 3


def test_a_camera_without_a_platform_is_filed_alone(meishan_clerk: Person, police_reviewer: Person) -> None:
    alone, with_one = register_camera("meishan"), register_camera("meishan", platform=register_platform("meishan"))
    listed = client_of(meishan_clerk).get("/connecting/camera/?view=filing&alone=yes")
    assert [row.pk for row in listed.context["rows"]] == [alone.pk]
    post(meishan_clerk, "file", alone, filed_on="2025-06-20", number="7")
    post(police_reviewer, "confirm", alone)
    assert (stand(police_reviewer, alone).now_filing, stand(police_reviewer, alone).now_number) == ("confirmed", "7")
    assert stand(police_reviewer, with_one).now_filing == "unfiled"


def test_strangers_and_wrong_roles(
    platform: Any, mabu_clerk: Person, meishan_clerk: Person, police_reviewer: Person, leader: Person
) -> None:
    assert client_of(mabu_clerk).get(act_url("file", "platform"), {"id": platform.pk}).status_code == 404
    assert file(mabu_clerk, platform).status_code == 404
    assert file(police_reviewer, platform).status_code == 403
    assert file(leader, platform).status_code == 403
    assert post(meishan_clerk, "confirm", platform, kind="platform", number="1").status_code == 403
    assert nothing_happened(0)


@pytest.mark.parametrize("role", ["data_reviewer", "office", "leader", "auditor"])
@pytest.mark.parametrize("key", ["confirm", "refuse"])
def test_only_the_police_confirm(
    role: str, key: str, platform: Any, meishan_clerk: Person, request: pytest.FixtureRequest
) -> None:
    file(meishan_clerk, platform)
    answer = post(request.getfixturevalue(role), key, platform, kind="platform", number="1", text="-")
    assert answer.status_code == 403 and Statement.objects.count() == 1


def test_wrong_state(platform: Any, meishan_clerk: Person, police_reviewer: Person, police_reviewer2: Person) -> None:
    for key in ("confirm", "refuse"):
        answer = post(police_reviewer, key, platform, kind="platform", number="1", text="-")
        assert answer.status_code == 409 and "没有待确认的备案" in answer.content.decode()
    file(meishan_clerk, platform)
    seen = client_of(police_reviewer).get(act_url("confirm", "platform"), {"id": platform.pk}).context["seen"]
    post(police_reviewer2, "refuse", platform, kind="platform", text="材料不全")
    stale = post(police_reviewer, "confirm", platform, kind="platform", seen=seen, number="1")
    assert stale.status_code == 409
    assert [one.state for one in Statement.objects.order_by("pk")] == ["stated", "refused"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"filed_on": ""}, "请填写备案日期"),
        ({"filed_on": "1999-12-31"}, "备案日期要在"),
        ({"filed_on": "昨天"}, "日期请写成"),
        ({"used_since": "1950-01-01"}, "投入使用日期要在"),
        ({"number": "1 2"}, "中间没有空格"),
        ({"number": "1" * 61}, "60"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, platform: Any, meishan_clerk: Person) -> None:
    answer = file(meishan_clerk, platform, **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert nothing_happened(0)


def test_not_filed_in_the_future(platform: Any, meishan_clerk: Person) -> None:
    assert file(meishan_clerk, platform, filed_on=in_days(1)).status_code == 422
    assert file(meishan_clerk, platform, filed_on=in_days(0)).status_code == 302


def test_the_police_must_give_what_is_missing(platform: Any, meishan_clerk: Person, police_reviewer: Person) -> None:
    file(meishan_clerk, platform)
    answer = post(police_reviewer, "confirm", platform, kind="platform", number="")
    assert answer.status_code == 422 and "还没有备案编号" in answer.content.decode()
    assert post(police_reviewer, "refuse", platform, kind="platform", text="").status_code == 422
    assert Statement.objects.count() == 1
