"""The supervising department plans the connection of social resources of its kinds of place."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.failures import Conflict
from connecting import services
from connecting.models import Statement
from notices.models import Notice
from tests.connecting.things import act_url, client_of, in_days, last_entry, nothing_happened, post, stand
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db
TOLD: dict[str, Any] = {"text": "由各校接入运营商汇聚平台，费用由学校承担"}


def school(agency: str = "meishan", **values: Any) -> Any:
    return register_camera(agency, place_kind="school", funding="social", **values)


def test_it_works_and_the_reporter_is_told(education_clerk: Person, meishan_clerk: Person, leader: Person) -> None:
    cameras = [school(), school("mabu")]
    assert {stand(leader, camera).now_access for camera in cameras} == {"social_open"}
    day = in_days(60)
    assert post(education_clerk, "plan", *cameras, by_date=day, **TOLD).status_code == 302
    for camera in cameras:
        now = stand(leader, camera)
        assert (now.now_access, now.now_due) == ("social", day)
    assert {one.voice for one in Statement.objects.all()} == {"supervisor"}
    entry = last_entry()
    assert (entry.action, entry.facts["count"]) == ("connecting.planned", 2)
    notice = Notice.objects.get(person=meishan_clerk)
    assert "行业主管部门已定接入方案" in notice.text
    assert client_of(meishan_clerk).get(notice.url).status_code == 200


def test_its_list_offers_what_is_to_be_planned_and_no_position(education_clerk: Person) -> None:
    waiting, public = school(), register_camera("meishan", place_kind="school")
    answer = client_of(education_clerk).get("/connecting/camera/")
    ticked = {row.pk: row.ticked for row in answer.context["rows"]}
    assert ticked == {waiting.pk: True, public.pk: False}
    assert "115.93" not in answer.content.decode() and "31.72" not in answer.content.decode()
    page = client_of(education_clerk).get(f"/connecting/camera/{waiting.pk}/").content.decode()
    assert "制定接入方案" in page and "115.93" not in page and "31.72" not in page


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    assert client_of(mabu_clerk).get(act_url("plan"), {"id": school().pk}).status_code == 403
    assert nothing_happened(0)


def test_another_department_does_not_see_it(education_clerk: Person) -> None:
    clinic = register_camera("meishan", place_kind="medical", funding="social")
    assert client_of(education_clerk).get(act_url("plan"), {"id": clinic.pk}).status_code == 404


@pytest.mark.parametrize("role", ["meishan_clerk", "office", "police_reviewer", "leader", "secadmin"])
def test_wrong_role(role: str, request: pytest.FixtureRequest) -> None:
    camera = school()
    assert post(request.getfixturevalue(role), "plan", camera, by_date=in_days(9), **TOLD).status_code == 403
    assert nothing_happened(0)


def test_wrong_state(education_clerk: Person, meishan_clerk: Person) -> None:
    camera = school()
    post(meishan_clerk, "state", camera, state="connected")
    answer = post(education_clerk, "plan", camera, by_date=in_days(9), **TOLD)
    assert answer.status_code == 409 and "已经接入" in answer.content.decode()
    with pytest.raises(Conflict, match="有了新的登记"):
        services.plan(education_clerk, "camera", [camera.pk], 0, by_date=in_days(9), text="-")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({**TOLD}, "请填写接入日期"),
        ({**TOLD, "by_date": "2020-01-01"}, "日期要从今天"),
        ({"by_date": "2030-01-01", "text": " "}, "请填写接入方案"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, education_clerk: Person) -> None:
    answer = post(education_clerk, "plan", school(), **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert nothing_happened(0)


def test_what_the_government_paid_for_is_the_units_affair(education_clerk: Person) -> None:
    platform = register_platform("meishan", place_kind="school", funding="government", connected="no")
    answer = post(education_clerk, "plan", platform, kind="platform", by_date=in_days(9), **TOLD)
    assert answer.status_code == 422 and "不是社会资金投资的" in answer.content.decode()
    assert nothing_happened(0)
