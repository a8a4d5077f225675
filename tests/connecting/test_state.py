"""A unit says of its things: connected, planned, not ready with an assessment. Five questions and the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agencies.models import Agency, Person
from audit.failures import Conflict
from audit.models import Entry
from connecting import services
from connecting.models import CameraStanding, Statement
from notices.models import Notice
from tests.connecting.things import act_url, client_of, in_days, last_entry, nothing_happened, post, stand
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db
ASSESSED: dict[str, Any] = {
    "state": "not_ready",
    "cost": "12.5",
    "gain": "补上路口盲区",
    "text": "模拟摄像机，没有编码器",
}


def test_many_at_once_with_one_audit_row(meishan_clerk: Person, leader: Person) -> None:
    cameras = [register_camera("meishan") for _ in range(3)]
    day = in_days(30)
    before = Entry.objects.count()
    answer = post(meishan_clerk, "state", *cameras, state="planned", by_date=day, back="access=unstated")
    assert (answer.status_code, answer["Location"]) == (302, "/connecting/camera/?access=unstated")
    page = client_of(meishan_clerk).get(act_url("state"), {"id": [camera.pk for camera in cameras]})
    assert "对 3 台摄像机说明接入情况" in page.content.decode()
    for camera in cameras:
        now = stand(leader, camera)
        assert (now.now_access, now.now_due, now.access_from) == ("planned", day, "own")
    said = Statement.objects.filter(camera__in=cameras)
    assert {(one.voice, one.made_by_id, one.agency_id) for one in said} == {
        ("unit", meishan_clerk.pk, meishan_clerk.agency_id)
    }
    entry = last_entry()
    assert (entry.action, entry.facts["count"], entry.facts["state"]) == ("connecting.stated", 3, "planned")
    assert Entry.objects.count() == before + 1


def test_what_was_said_stays(meishan_clerk: Person, leader: Person) -> None:
    camera = register_camera("meishan")
    post(meishan_clerk, "state", camera, state="planned", by_date=in_days(5))
    post(meishan_clerk, "state", camera, state="connected")
    assert stand(leader, camera).now_access == "connected"
    assert list(Statement.objects.values_list("state", flat=True)) == ["connected", "planned"]
    for change in ("UPDATE connecting_statement SET text = ''", "DELETE FROM connecting_statement"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_an_assessment_waits_for_the_office(meishan_clerk: Person, office: Person) -> None:
    camera = register_camera("meishan")
    post(meishan_clerk, "state", camera, **ASSESSED)
    now = stand(office, camera)
    assert (now.now_access, now.now_decision) == ("not_ready", "")
    notice = Notice.objects.get(person=office)
    assert (notice.kind, notice.settled_at) == ("to_review", None)
    listed = client_of(office).get(notice.url)
    assert [row.pk for row in listed.context["rows"]] == [camera.pk] and listed.context["rows"][0].ticked


def test_the_office_speaks_for_a_unit(office: Person, leader: Person) -> None:
    platform = register_platform("meishan", connected="no")
    post(office, "state", platform, kind="platform", state="connected")
    assert stand(leader, platform).now_access == "connected"
    assert Statement.objects.get().voice == "office"


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    camera = register_camera("meishan")
    before = Entry.objects.filter(action__startswith="connecting.").count()
    assert client_of(mabu_clerk).get(act_url("state"), {"id": camera.pk}).status_code == 404
    assert post(mabu_clerk, "state", camera, state="connected").status_code == 404
    assert nothing_happened(before)


def test_a_mixed_selection_is_refused_whole(meishan_clerk: Person) -> None:
    """T04: one of another unit among one's own."""
    own, others = register_camera("meishan"), register_camera("mabu")
    assert post(meishan_clerk, "state", own, others, state="connected").status_code == 404
    assert nothing_happened(0)


@pytest.mark.parametrize("role", ["leader", "data_reviewer", "police_reviewer", "sysadmin", "auditor"])
def test_wrong_role(role: str, request: pytest.FixtureRequest) -> None:
    camera = register_camera("meishan")
    assert post(request.getfixturevalue(role), "state", camera, state="connected").status_code == 403
    assert nothing_happened(0)


def test_a_supervising_department_does_not_speak_for_the_unit(education_clerk: Person) -> None:
    """It sees the school's camera, but the camera is the township's."""
    camera = register_camera("meishan", place_kind="school", funding="social")
    assert post(education_clerk, "state", camera, state="connected").status_code == 403
    assert nothing_happened(0)


def test_the_service_asks_the_right_itself(meishan_clerk: Person) -> None:
    camera = register_camera("mabu")
    with pytest.raises(PermissionDenied):
        services.state(meishan_clerk, "camera", [camera.pk], 0, state="connected")


def test_wrong_state(meishan_clerk: Person, meishan_colleague: Person) -> None:
    camera, gone = register_camera("meishan"), register_camera("meishan")
    type(gone).objects.filter(pk=gone.pk).update(life="retired")
    assert post(meishan_clerk, "state", gone, state="connected").status_code == 404
    with pytest.raises(Conflict, match="已经不在册"):
        services.state(meishan_clerk, "camera", [gone.pk], 0, state="connected")
    seen = client_of(meishan_clerk).get(act_url("state"), {"id": camera.pk}).context["seen"]
    post(meishan_colleague, "state", camera, state="connected")
    stale = post(meishan_clerk, "state", camera, seen=seen, state="planned", by_date=in_days(3))
    assert stale.status_code == 409 and "有了新的登记" in stale.content.decode()
    assert CameraStanding.objects.get(pk=camera.pk).access_state == "connected"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "请选择接入情况"),
        ({"state": "social", "by_date": "2099-01-01"}, "请选择接入情况"),
        ({"state": "planned"}, "请填写计划接入的日期"),
        ({"state": "planned", "by_date": "2020-01-01"}, "日期要从今天"),
        ({"state": "planned", "by_date": "2099-01-01"}, "十年之内"),
        ({"state": "planned", "by_date": "明年"}, "日期请写成"),
        ({**ASSESSED, "cost": ""}, "请填写改造费用"),
        ({**ASSESSED, "cost": "-1"}, "费用不能是负数"),
        ({**ASSESSED, "cost": "999999"}, "从 0 到 100000"),
        ({**ASSESSED, "cost": "NaN"}, "请填写数字"),
        ({**ASSESSED, "gain": "  "}, "请写明缺什么条件"),
        ({**ASSESSED, "text": "长" * 501}, "请不要超过 500 个字"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, meishan_clerk: Person) -> None:
    camera = register_camera("meishan")
    answer = post(meishan_clerk, "state", camera, **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert nothing_happened(0)


@pytest.mark.parametrize(("ids", "status"), [([], 422), (["x"], 404), (["9" * 30], 404), (["1"] * 501, 422)])
def test_ids_that_nobody_ticked(ids: list[str], status: int, meishan_clerk: Person) -> None:
    assert client_of(meishan_clerk).get(act_url("state"), {"id": ids}).status_code == status


def test_a_forged_way_back_stays_in_the_list(meishan_clerk: Person) -> None:
    """T66: what the form sends as its list is only ever read as conditions of that list."""
    camera = register_camera("meishan")
    for back in ("next=https://evil.example/", "ordering=owner__password", "agency=nobody"):
        assert post(meishan_clerk, "state", camera, state="connected", back=back).status_code == 400
    assert nothing_happened(0)
    answer = post(meishan_clerk, "state", camera, state="connected", back="//evil.example/")
    assert answer["Location"] == "/connecting/camera/"


def test_day_by_the_databases_clock(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server whose clock runs ten days ahead refuses nothing that the database's day allows."""
    real = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real + dt.timedelta(days=10))
    camera = register_camera("meishan", batch=None)
    said = services.state(meishan_clerk, "camera", [camera.pk], 0, state="planned", by_date=in_days(1))
    assert said[0].by_date == in_days(1)


def test_the_department_that_owns_it_may_speak(education_clerk: Person) -> None:
    owner = Agency.objects.get(code="education")
    camera = register_camera("meishan", owner=owner, place_kind="school")
    assert post(education_clerk, "state", camera, state="connected").status_code == 302
