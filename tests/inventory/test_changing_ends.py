"""The unit mends a returned request, gives it up, or takes one back while it is under review."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from inventory.models import ChangeRequest, RequestedChange
from reviews.models import Case, Side
from tests.factories_registry import register_camera
from tests.inventory import web
from tests.inventory.changing import REASON, asked_for, press, round_of, state_of
from tests.reviews.scenes import close_side, pass_all
from tests.reviews.toys import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def camera(meishan_clerk: Person) -> Camera:
    return register_camera("meishan", name="江店路路口东南角", platform_name="")


@pytest.fixture
def returned(camera: Camera, data_reviewer: Person, police_reviewer: Person) -> ChangeRequest:
    request = asked_for(camera, brand="大华", built="2021.06")
    decide(data_reviewer, police_reviewer, round_of(request), returned=[request.pk])
    request.refresh_from_db()
    return request


def address(request: ChangeRequest, name: str) -> str:
    return web.url(f"change_{name}", request.pk)


def text(response: Any) -> str:
    return str(response.content.decode())


# --- mending --------------------------------------------------------------------------------------------------------
def test_the_form_begins_with_what_was_asked(meishan_clerk: Person, returned: ChangeRequest) -> None:
    where = address(returned, "mend")
    told = dict(web.form(text(web.of(meishan_clerk).get(where)), where).fields)
    assert (told["brand"], told["built"], told["name"]) == ("大华", "2021.06", "江店路路口东南角")


def test_it_is_handed_in_again_as_the_next_round(meishan_clerk: Person, returned: ChangeRequest) -> None:
    checked = press(meishan_clerk, address(returned, "mend"), "check", brand="宇视")
    assert "核对：改动 2 项" in text(checked)
    assert REASON in text(checked)
    assert press(meishan_clerk, address(returned, "mend"), "send", brand="宇视", reason="已核对铭牌").status_code == 302
    assert state_of(returned) == "in_review"
    first, second = RequestedChange.objects.filter(request=returned).order_by("number")
    assert (first.values, second.values) == (
        {"brand": "大华", "built": "2021.06"},
        {"brand": "宇视", "built": "2021.06"},
    )
    assert round_of(returned).number == 2
    assert Entry.objects.filter(action="change.asked").count() == 2


def test_what_was_enclosed_stays_enclosed(
    meishan_clerk: Person, camera: Camera, data_reviewer: Person, police_reviewer: Person
) -> None:
    request = asked_for(camera, evidence=True)
    decide(data_reviewer, police_reviewer, round_of(request), returned=[request.pk])
    press(meishan_clerk, address(request, "mend"), "send", brand="宇视", reason=REASON)
    first, second = RequestedChange.objects.filter(request=request).order_by("number")
    assert first.evidence_id == second.evidence_id is not None


def test_the_same_again_is_refused(meishan_clerk: Person, returned: ChangeRequest) -> None:
    response = press(meishan_clerk, address(returned, "mend"), "send", reason=REASON)
    assert response.status_code == 409
    assert "和上次提交的一样" in text(response)
    assert state_of(returned) == "returned"


def test_mending_in_the_wrong_state(meishan_clerk: Person, camera: Camera) -> None:
    request = asked_for(camera)
    assert web.of(meishan_clerk).get(address(request, "mend")).status_code == 409


def test_mending_with_bad_input(meishan_clerk: Person, returned: ChangeRequest) -> None:
    response = press(meishan_clerk, address(returned, "mend"), "send", brand="宇视", reason="")
    assert response.status_code == 422
    assert state_of(returned) == "returned"


def test_who_may_mend(mabu_clerk: Person, data_reviewer: Person, returned: ChangeRequest) -> None:
    assert web.of(mabu_clerk).get(address(returned, "mend")).status_code == 404
    assert web.of(data_reviewer).get(address(returned, "mend")).status_code == 403


# --- giving up ------------------------------------------------------------------------------------------------------
def test_a_returned_request_is_given_up(meishan_colleague: Person, returned: ChangeRequest, camera: Camera) -> None:
    assert web.of(meishan_colleague).post(address(returned, "give_up")).status_code == 302
    assert state_of(returned) == "withdrawn"
    assert Entry.objects.get(action="change.given_up").object_id == str(returned.pk)
    assert asked_for(camera).state == "in_review"


def test_who_may_give_up_and_when(
    mabu_clerk: Person, data_reviewer: Person, meishan_clerk: Person, returned: ChangeRequest
) -> None:
    assert web.of(mabu_clerk).post(address(returned, "give_up")).status_code == 404
    assert web.of(data_reviewer).post(address(returned, "give_up")).status_code == 403
    web.of(meishan_clerk).post(address(returned, "give_up"))
    assert web.of(meishan_clerk).post(address(returned, "give_up")).status_code == 409
    assert Entry.objects.filter(action="change.given_up").count() == 1


# --- taking back ----------------------------------------------------------------------------------------------------
def test_a_request_is_taken_back(meishan_clerk: Person, camera: Camera) -> None:
    request = asked_for(camera)
    response = web.of(meishan_clerk).post(address(request, "withdraw"), {"reason": "看错了一台"})
    assert response.status_code == 302
    assert state_of(request) == "withdrawn"
    assert Case.objects.get(kind="change").state == "withdrawn"
    assert Entry.objects.get(action="case.withdrawn").facts["reason"] == "看错了一台"
    assert asked_for(camera, brand="宇视").state == "in_review"


def test_taking_back_says_why(meishan_clerk: Person, camera: Camera) -> None:
    request = asked_for(camera)
    response = web.of(meishan_clerk).post(address(request, "withdraw"), {"reason": " "})
    assert response.status_code == 422
    assert "请写明撤回的理由" in text(response)
    assert state_of(request) == "in_review"


def test_who_may_take_back_and_when(
    mabu_clerk: Person, data_reviewer: Person, meishan_clerk: Person, camera: Camera
) -> None:
    request = asked_for(camera)
    told = {"reason": "看错了一台"}
    assert web.of(mabu_clerk).post(address(request, "withdraw"), told).status_code == 404
    assert web.of(data_reviewer).post(address(request, "withdraw"), told).status_code == 403
    pass_all(data_reviewer, round_of(request), Side.DATA)
    close_side(data_reviewer, round_of(request), Side.DATA)
    response = web.of(meishan_clerk).post(address(request, "withdraw"), told)
    assert response.status_code == 409
    assert state_of(request) == "in_review"
