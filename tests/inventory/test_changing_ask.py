"""A unit asks for a change of one of its registered things: the form, what it judges, and handing it in."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from files.models import StoredFile
from inventory.models import ChangeRequest, RequestedChange
from notices.models import Notice
from reviews.models import Case, Participation
from tests.factories_inventory import scan_picture
from tests.factories_registry import register_camera, register_platform
from tests.inventory import web
from tests.inventory.changing import REASON, ask_url, asked_for, press, round_of

pytestmark = pytest.mark.django_db
CODE = "34152400001320900001"


@pytest.fixture
def camera(meishan_clerk: Person) -> Camera:
    return register_camera("meishan", name="江店路路口东南角", platform_name="", code=CODE)


def text(response: Any) -> str:
    return str(response.content.decode())


def send(person: Person, thing: Any, evidence: bytes | None = None, **changed: Any) -> Any:
    return press(person, ask_url(thing), "send", evidence, **({"reason": REASON} | changed))


# --- it works -------------------------------------------------------------------------------------------------------
def test_the_form_begins_with_what_is_registered(meishan_clerk: Person, camera: Camera) -> None:
    told = dict(web.form(text(web.of(meishan_clerk).get(ask_url(camera))), ask_url(camera)).fields)
    said = {
        key: told[key] for key in ("code", "name", "brand", "township", "longitude", "leased", "place_kind", "datum")
    }
    assert said == {
        "code": CODE,
        "name": "江店路路口东南角",
        "brand": "海康威视",
        "township": "金寨县梅山镇",
        "longitude": "115.934366",
        "leased": "否",
        "place_kind": "交通道路",
        "datum": "WGS-84/CGCS2000",
    }
    assert "pole_number" not in told


def test_checking_shows_old_and_new_and_hands_nothing_in(meishan_clerk: Person, camera: Camera) -> None:
    page = text(press(meishan_clerk, ask_url(camera), "check", brand="大华", built="2021.06"))
    assert "核对：改动 2 项" in page
    assert page.count('class="change-new"') == 2
    assert 'class="change-old">海康威视<' in page
    assert not ChangeRequest.objects.exists()


def test_it_is_handed_in(meishan_clerk: Person, camera: Camera, data_reviewer: Person) -> None:
    response = send(meishan_clerk, camera, scan_picture("铭牌"), brand="大华", longitude="115.934377")
    request = ChangeRequest.objects.get()
    assert response.headers["Location"] == f"/changes/{request.pk}/"
    assert (request.kind, request.thing_id, request.state) == ("camera", camera.pk, "in_review")
    version = RequestedChange.objects.get()
    assert version.values.keys() == {"brand", "longitude", "wgs_longitude"}
    assert (version.number, version.seen, version.reason) == (1, 1, REASON)
    assert version.evidence is not None and version.evidence.kind == StoredFile.Kind.EVIDENCE
    case = Case.objects.get(kind="change", subject_id=request.pk)
    assert case.title == f"梅山镇 更正 {camera.number} 江店路路口东南角"
    assert round_of(request).item_count == 1
    assert Participation.objects.get(case=case).person == meishan_clerk
    entry = Entry.objects.get(action="change.asked")
    assert (entry.object_id, entry.facts["device"]) == (str(request.pk), camera.number)
    assert entry.facts["columns"] == ["品牌", "经度"]
    assert Notice.objects.get(person=data_reviewer, kind="to_review").text.startswith("梅山镇 更正")
    camera.refresh_from_db()
    assert (camera.brand, camera.version_number) == ("海康威视", 1)


def test_a_platform_too(meishan_clerk: Person) -> None:
    platform = register_platform("meishan", name="梅山镇平安乡村视频平台")
    assert send(meishan_clerk, platform, retention="90天", cost="130").status_code == 302
    assert RequestedChange.objects.get().values == {"retention_days": 90, "cost": "130"}


def test_only_what_changed_counts_however_it_is_written(meishan_clerk: Person, camera: Camera) -> None:
    send(meishan_clerk, camera, brand="大华", built="2020年3月", leased="否")
    assert RequestedChange.objects.get().values == {"brand": "大华"}


def test_a_cleared_cell_clears(meishan_clerk: Person, camera: Camera) -> None:
    send(meishan_clerk, camera, police_station="")
    assert RequestedChange.objects.get().values == {"police_station": ""}


def test_warnings_are_told_and_travel(meishan_clerk: Person, camera: Camera) -> None:
    page = text(press(meishan_clerk, ask_url(camera), "check", status="待定"))
    assert "1 处提醒会随申请交给审核人" in page
    send(meishan_clerk, camera, status="待定")
    (warning,) = RequestedChange.objects.get().warnings
    assert (warning["key"], warning["code"]) == ("status", "C154")


def test_what_was_wrong_before_does_not_stop_another_change(meishan_clerk: Person) -> None:
    odd = register_camera("meishan", name="某", platform_name="", longitude="115.93")
    assert send(meishan_clerk, odd, brand="大华").status_code == 302
    assert RequestedChange.objects.get().warnings == []


def test_a_name_that_leads_to_no_platform_is_a_warning(meishan_clerk: Person, camera: Camera) -> None:
    send(meishan_clerk, camera, platform_name="没有这个平台")
    assert [one["code"] for one in RequestedChange.objects.get().warnings] == ["C406"]


def test_it_can_be_asked_to_be_retired(meishan_clerk: Person, camera: Camera) -> None:
    response = press(meishan_clerk, ask_url(camera, retire=True), "send", reason="道路改造时已拆除")
    assert response.status_code == 302
    version = RequestedChange.objects.get()
    assert (version.retires, version.values) == (True, {"status": "拆除"})
    assert Case.objects.get(kind="change").title.startswith("梅山镇 注销")


# --- who may --------------------------------------------------------------------------------------------------------
def test_a_stranger(mabu_clerk: Person, camera: Camera) -> None:
    assert web.of(mabu_clerk).get(ask_url(camera)).status_code == 404
    assert web.of(mabu_clerk).post(ask_url(camera), {"send": "1"}).status_code == 404


def test_whoever_sees_it_without_reporting_it(data_reviewer: Person, leader: Person, camera: Camera) -> None:
    for person in (data_reviewer, leader):
        assert web.of(person).get(ask_url(camera)).status_code == 403


def test_a_kind_that_there_is_not(meishan_clerk: Person) -> None:
    assert web.of(meishan_clerk).get(web.url("change_ask", "pole", 1)).status_code == 404


# --- the state ------------------------------------------------------------------------------------------------------
def test_one_open_request_for_a_thing(meishan_clerk: Person, meishan_colleague: Person, camera: Camera) -> None:
    client = web.of(meishan_colleague)
    shown = web.form(text(client.get(ask_url(camera))), ask_url(camera))
    first = asked_for(camera)
    response = client.post(ask_url(camera), dict(shown.fields) | {"brand": "宇视", "reason": REASON, "send": "1"})
    assert response.status_code == 409
    assert "已有一件更正申请在办理" in text(response)
    assert 'value="宇视"' in text(response)
    assert ChangeRequest.objects.get() == first
    assert client.get(ask_url(camera)).headers["Location"] == f"/changes/{first.pk}/"


def test_a_page_that_is_out_of_date(meishan_clerk: Person, camera: Camera) -> None:
    client = web.of(meishan_clerk)
    shown = dict(web.form(text(client.get(ask_url(camera))), ask_url(camera)).fields)
    told = shown | {"edition": "7", "brand": "大华", "reason": REASON, "send": "1"}
    response = client.post(ask_url(camera), told)
    assert response.status_code == 409
    assert "刚刚有变动" in text(response)
    assert 'name="edition" value="1"' in text(response)


def test_what_is_no_longer_registered(meishan_clerk: Person, camera: Camera) -> None:
    Camera.objects.filter(pk=camera.pk).update(life="retired")
    assert web.of(meishan_clerk).get(ask_url(camera)).status_code == 409


# --- bad input ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "还没有改动任何一项"),
        ({"brand": "大华", "reason": "。"}, "请写明为什么要更正"),
        ({"name": ""}, "没有填写“位置名称”"),
        ({"longitude": "115.93"}, "只有 2 位小数"),
        ({"longitude": "117.266573"}, "坐标不在金寨县范围内"),
        ({"brand": "大华", "edition": "x"}, ""),
        ({"brand": "华" * 3000}, "写得太长了"),
    ],
)
def test_what_cannot_be_handed_in(meishan_clerk: Person, camera: Camera, told: dict[str, Any], says: str) -> None:
    response = send(meishan_clerk, camera, **told)
    assert response.status_code == 422
    assert says in text(response)
    assert not ChangeRequest.objects.exists()
    assert not Entry.objects.filter(action="change.asked").exists()


def test_an_error_stands_at_its_field(meishan_clerk: Person, camera: Camera) -> None:
    response = press(meishan_clerk, ask_url(camera), "check", latitude="31.7")
    assert response.status_code == 422
    assert "1 处错误，改好才能提交" in text(response)
    assert 'id="id_latitude_findings"><div class="cell-finding is-wrong">' in text(response).replace("\n", "")
    assert 'href="#id_latitude">' in text(response)


def test_a_code_of_another(meishan_clerk: Person, camera: Camera) -> None:
    register_camera("mabu", name="别人的", code="34152400001320900002")
    own = register_camera("meishan", name="自己的", code="34152400001320900003")
    assert "该编码已由其他单位登记" in text(send(meishan_clerk, camera, code="34152400001320900002"))
    told = text(send(meishan_clerk, camera, code="34152400001320900003"))
    assert f"登记在本单位的另一条记录 {own.number} 上" in told
    assert not ChangeRequest.objects.exists()


def test_evidence_that_is_none(meishan_clerk: Person, camera: Camera) -> None:
    response = send(meishan_clerk, camera, b"no picture", brand="大华")
    assert response.status_code == 422
    assert "佐证材料没有收下" in text(response)
    assert not StoredFile.objects.filter(kind="evidence").exists()


def test_a_platform_with_cameras_is_not_retired(meishan_clerk: Person) -> None:
    platform = register_platform("meishan", name="梅山镇平安乡村视频平台")
    register_camera("meishan", platform=platform)
    response = press(meishan_clerk, ask_url(platform, retire=True), "send", reason="平台已停运")
    assert response.status_code == 422
    assert "还有 1 台在册的摄像机接在这个平台上" in text(response)
