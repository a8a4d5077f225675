"""Pages of requests: the way there, the list, one request with what each may see of it, todos, the workbench."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from agencies.models import Person
from cameras.models import Camera
from demo import changing as demo
from inventory.models import ChangeRequest
from reviews.models import Case, Decision, Side, Verdict
from reviews.services import mark
from tests.factories_inventory import make_campaign
from tests.factories_registry import register_camera, register_platform, register_pole
from tests.inventory import web
from tests.inventory.changing import ask_url, asked_change, asked_for, mended, round_of
from tests.reviews.scenes import close_side, pass_all
from tests.reviews.toys import decide

pytestmark = pytest.mark.django_db


def get(person: Person, name: str, *args: Any, **query: str) -> str:
    response = web.of(person).get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def page(person: Person, request: ChangeRequest) -> str:
    return get(person, "change_request", request.pk)


# --- the way there --------------------------------------------------------------------------------------------------
def test_the_things_page_leads_to_the_form(meishan_clerk: Person) -> None:
    for thing in (register_camera("meishan"), register_platform("meishan")):
        assert f'href="{ask_url(thing)}">申请更正<' in get(meishan_clerk, str(thing._meta.model_name), thing.pk)


def test_and_to_the_request_under_way(meishan_clerk: Person) -> None:
    request = asked_change("meishan")
    assert f'href="/changes/{request.pk}/">更正申请：审核中<' in get(meishan_clerk, "camera", request.thing_id)


def test_for_nobody_else_and_nothing_else(meishan_clerk: Person, data_reviewer: Person) -> None:
    camera, pole = register_camera("meishan"), register_pole("meishan")
    gone = register_camera("meishan")
    Camera.objects.filter(pk=gone.pk).update(life="retired")
    assert "申请更正" not in get(data_reviewer, "camera", camera.pk)
    assert ">申请更正<" not in get(meishan_clerk, "pole", pole.pk)
    assert ">申请更正<" not in get(meishan_clerk, "camera", gone.pk)


# --- the list -------------------------------------------------------------------------------------------------------
def test_the_list_is_the_units_own(meishan_clerk: Person, mabu_clerk: Person, leader: Person) -> None:
    own, other = asked_change("meishan", evidence=False), asked_change("mabu", evidence=False)
    links = [f'href="/changes/{each.pk}/"' for each in (own, other)]
    shown = [[link in get(person, "changes") for link in links] for person in (meishan_clerk, mabu_clerk, leader)]
    assert shown == [[True, False], [False, True], [True, True]]


def test_the_list_by_state(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    waiting, back = (asked_for(register_camera("meishan", name=name)) for name in ("甲路口", "乙路口"))
    decide(data_reviewer, police_reviewer, round_of(back), returned=[back.pk])
    told = get(meishan_clerk, "changes", state="returned")
    assert f"/changes/{back.pk}/" in told and f'href="/changes/{waiting.pk}/"' not in told
    assert "品牌" in told and "乙路口" in told
    assert "没有这个状态的申请" in get(meishan_clerk, "changes", state="withdrawn")


def test_an_empty_list_says_what_to_do(meishan_clerk: Person) -> None:
    assert "还没有更正申请" in get(meishan_clerk, "changes")


def test_the_list_takes_as_many_queries_for_many(meishan_clerk: Person, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        asked_for(register_camera("meishan", name=f"路口{number}"))
    client = web.of(meishan_clerk)
    client.get(reverse("changes"))
    with django_assert_max_num_queries(20):
        assert client.get(reverse("changes")).content.decode().count("打开<span") == 12


# --- one request ----------------------------------------------------------------------------------------------------
def test_the_request_says_what_why_and_what_next(meishan_clerk: Person) -> None:
    told = page(meishan_clerk, asked_change("meishan"))
    for words in ("品牌", "海康威视", "大华", "设备上个月更换", "铭牌.png", "双方都通过后，台账才会改", "撤回这件申请"):
        assert words in told


def test_the_sides_words_are_shown_when_both_have_closed(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    request = asked_change("meishan", evidence=False)
    round_ = round_of(request)
    told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": [request.pk], "reason": "铭牌看不清，请重拍"}
    mark(data_reviewer, round_.pk, Side.DATA, Decision.RETURN, **told)
    close_side(data_reviewer, round_, Side.DATA)
    assert "铭牌看不清" not in page(meishan_clerk, request)
    assert "铭牌看不清" not in page(police_reviewer, request)
    assert "撤回这件申请" not in page(meishan_clerk, request)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    shown = page(meishan_clerk, request)
    assert "铭牌看不清，请重拍" in shown
    assert f'href="/changes/{request.pk}/mend/">修改后再提交<' in shown
    assert "修改后再提交" not in page(data_reviewer, request)


def test_earlier_rounds_are_kept_with_their_words(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    request = asked_change("meishan", evidence=False)
    decide(data_reviewer, police_reviewer, round_of(request), returned=[request.pk])
    mended(request, Camera.objects.get(pk=request.thing_id), brand="宇视")
    told = page(meishan_clerk, request)
    assert "第 2 次申请" in told and "第 1 次申请" in told
    assert "编码与平台导出的不一致" in told


def test_a_question_is_answered(meishan_clerk: Person, data_reviewer: Person, mabu_clerk: Person) -> None:
    request = asked_change("meishan", evidence=False)
    round_ = round_of(request)
    told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": [request.pk], "reason": "铭牌是哪天拍的？"}
    mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, **told)
    todo = get(meishan_clerk, "home")
    assert f'href="/changes/{request.pk}/#questions"' in todo
    assert "审核方有 1 条疑问，请答复" in page(meishan_clerk, request)
    verdict = _question(request)
    address = reverse("change_answer", args=[request.pk])
    assert web.of(mabu_clerk).post(address, {"question": verdict, "text": "七月"}).status_code == 404
    assert web.of(meishan_clerk).post(address, {"question": verdict, "text": ""}).status_code == 422
    assert web.of(meishan_clerk).post(address, {"question": verdict, "text": "7月12日拍的"}).status_code == 302
    assert "7月12日拍的" in page(meishan_clerk, request)
    assert web.of(meishan_clerk).post(address, {"question": verdict, "text": "再说一次"}).status_code == 409


def _question(request: ChangeRequest) -> str:
    return str(Verdict.objects.get(case__kind="change", case__subject_id=request.pk).pk)


def test_what_was_enclosed_is_handed_out_to_who_sees_the_request(meishan_clerk: Person, mabu_clerk: Person) -> None:
    request = asked_change("meishan")
    address = reverse("change_evidence", args=[request.pk, 1])
    response: Any = web.of(meishan_clerk).get(address)
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert web.of(mabu_clerk).get(address).status_code == 404
    assert web.of(meishan_clerk).get(reverse("change_evidence", args=[request.pk, 2])).status_code == 404


def test_the_first_page_tells_what_waits(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, django_assert_max_num_queries: Any
) -> None:
    make_campaign()
    back = asked_change("meishan", evidence=False)
    assert "更正" in get(data_reviewer, "home")
    assert "审核中" in get(meishan_clerk, "home")
    decide(data_reviewer, police_reviewer, round_of(back), returned=[back.pk])
    assert f'href="/changes/{back.pk}/"' in get(meishan_clerk, "home")
    assert "被退回" in get(meishan_clerk, "home")


# --- the workbench --------------------------------------------------------------------------------------------------
def test_the_workbench_shows_old_and_new_and_the_place(data_reviewer: Person) -> None:
    request = asked_change("meishan", brand="大华", longitude="115.934977")
    case = Case.objects.get(kind="change", subject_id=request.pk)
    told = get(data_reviewer, "review", case.pk)
    for words in (
        "品牌",
        "海康威视",
        "大华",
        "设备上个月更换",
        "与原位置相距 58 米",
        "铭牌.png",
        'id="bench-map-data"',
    ):
        assert words in told
    for name in ("review_rows", "review_places", "review_record", "review_bulk"):
        assert get(data_reviewer, name, case.pk)
    queue = get(data_reviewer, "review_queue")
    assert case.title in queue


def test_the_record_says_what_was_asked(data_reviewer: Person, police_reviewer: Person) -> None:
    request = asked_change("meishan")
    decide(data_reviewer, police_reviewer, round_of(request))
    case = Case.objects.get(kind="change", subject_id=request.pk)
    told = get(data_reviewer, "review_record", case.pk)
    assert "品牌：海康威视 → 大华" in told
    assert "设备上个月更换" in told


def test_the_demo_has_one_in_review(mabu_clerk: Person) -> None:
    register_camera("mabu", name="史河大道路口", platform_name="")
    demo.ask(mabu_clerk)
    told = page(mabu_clerk, ChangeRequest.objects.get())
    assert "维修" in told and "审核中" in told
