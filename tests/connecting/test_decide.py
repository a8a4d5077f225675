"""The office decides on an assessment: connect, do not, later. The assessment stays in the record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from connecting.models import Statement
from notices.models import Notice
from tests.connecting.things import act_url, client_of, in_days, last_entry, post, stand
from tests.factories_registry import register_camera

pytestmark = pytest.mark.django_db
ASSESSED: dict[str, Any] = {"state": "not_ready", "cost": "12.5", "gain": "补上路口盲区", "text": "没有编码器"}


@pytest.fixture
def camera(meishan_clerk: Person, office: Person) -> Any:
    assessed = register_camera("meishan")
    post(meishan_clerk, "state", assessed, **ASSESSED)
    return assessed


def test_it_works_and_the_unit_is_told(camera: Any, office: Person, meishan_clerk: Person, leader: Person) -> None:
    page = client_of(office).get(act_url("decide"), {"id": camera.pk}).content.decode()
    assert "12.5" in page and "补上路口盲区" in page and "没有编码器" in page
    day = in_days(90)
    assert post(office, "decide", camera, decision="connect", by_date=day, text="费用合理").status_code == 302
    now = stand(leader, camera)
    assert (now.now_access, now.now_decision, now.now_due) == ("not_ready", "connect", day)
    said = Statement.objects.get(voice="decision")
    assert (said.cost, said.gain, said.text) == (Decimal("12.5"), "补上路口盲区", "费用合理")
    assert last_entry().facts["decision"] == "connect"
    assert "决定接入" in Notice.objects.get(person=meishan_clerk).text
    assert Notice.objects.get(person=office).settled_at is not None


def test_not_to_connect_needs_no_day(camera: Any, office: Person, leader: Person) -> None:
    post(office, "decide", camera, decision="do_not", by_date=in_days(3), text="不划算")
    now = stand(leader, camera)
    assert (now.now_decision, now.now_due) == ("do_not", None)


def test_one_of_two_decided_leaves_the_notice(camera: Any, office: Person, meishan_clerk: Person) -> None:
    second = register_camera("meishan")
    post(meishan_clerk, "state", second, **ASSESSED)
    post(office, "decide", second, decision="later", by_date=in_days(30), text="等明年预算")
    assert Notice.objects.filter(person=office, settled_at=None).count() == 1


def test_a_stranger(camera: Any, mabu_clerk: Person) -> None:
    assert client_of(mabu_clerk).get(f"/connecting/camera/{camera.pk}/").status_code == 404


@pytest.mark.parametrize("role", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin"])
def test_wrong_role(role: str, camera: Any, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert post(person, "decide", camera, decision="do_not", text="-").status_code == 403
    assert Statement.objects.count() == 1


def test_wrong_state(office: Person, camera: Any) -> None:
    fresh = register_camera("meishan")
    answer = post(office, "decide", camera, fresh, decision="do_not", text="-")
    assert answer.status_code == 409 and fresh.number in answer.content.decode()
    assert Statement.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"text": "-"}, "请选择决定"),
        ({"decision": "connect", "text": "-"}, "请填写接入的日期"),
        ({"decision": "later", "text": "-"}, "请填写再议的日期"),
        ({"decision": "do_not", "text": ""}, "请填写理由"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, camera: Any, office: Person) -> None:
    answer = post(office, "decide", camera, **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert Statement.objects.count() == 1
