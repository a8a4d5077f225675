"""The frame of every page: navigation by role, the campaign that is on, the counts, and what it costs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from agencies.models import Person, Role
from dashboards import context
from dashboards.navigation import WAYS, navigation
from inventory.models import Campaign, Obligation, Submission
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def nowhere(request: HttpRequest) -> HttpResponse:
    """Only its address matters."""
    return HttpResponse()


urlpatterns = [path("" if way.name == "home" else f"{way.name}/", nowhere, name=way.name) for way in WAYS]
urlpatterns += [path("campaigns/add/", nowhere, name="campaign_add")]
urlpatterns += [path("poles/", nowhere, name="poles"), path("platforms/", nowhere, name="platforms")]


def campaign(days: int, opened: int = -10, **values: Any) -> Campaign:
    """One that is due in so many days, at six in the evening."""
    today = timezone.localdate()
    due = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=days), dt.time(18, 0)))
    return Campaign.objects.create(
        name=f"{days}天后截止的梳理", scope="全县", opens_on=today + dt.timedelta(days=opened), due_at=due,
        template_version="1", rule_version="1", **values,
    )  # fmt: skip


def frame_for(person: Person | AnonymousUser | None, address: str = "/", **cookies: str) -> context.Frame:
    request = RequestFactory().get(address)
    if person is not None:
        request.user = person
    request.COOKIES.update(cookies)
    return context.build(request)


def labels(frame: context.Frame) -> list[str]:
    return [item.label for item in frame.nav]


# --- where to
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.CLERK, ["待办", "填报", "台账", "整合", "接入", "地图", "进度", "填报指南"]),
        (Role.DATA_REVIEWER, ["待办", "双审", "台账", "整合", "接入", "轮次", "地图", "进度", "填报指南"]),
        (Role.POLICE_REVIEWER, ["待办", "双审", "台账", "整合", "接入", "地图", "进度", "填报指南"]),
        (Role.OFFICE, ["待办", "填报", "双审", "台账", "整合", "接入", "轮次", "地图", "进度", "填报指南"]),
        (Role.LEADER, ["待办", "双审", "台账", "整合", "接入", "地图", "进度", "填报指南"]),
        (Role.SYSADMIN, ["待办", "人员"]),
        (Role.SECADMIN, ["待办", "人员"]),
        (Role.AUDITOR, ["待办", "审计日志"]),
    ],
)
def test_navigation_shows_only_what_the_role_may(role: Role, expected: list[str]) -> None:
    frame = frame_for(make_person("somebody", "meishan", role))
    assert labels(frame) == expected
    assert (frame.search_url is not None) == ("台账" in expected)


@pytest.mark.urls("tests.look.empty_urls")
def test_a_page_that_does_not_exist_is_left_out(meishan_clerk: Person) -> None:
    assert labels(frame_for(meishan_clerk)) == ["进度"]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("/", ["待办"]),
        ("/cameras/", ["摄像机"]),
        ("/cameras/12/", ["摄像机"]),
        ("/poles/", ["杆件"]),
        ("/submissions/5/files/", ["填报"]),
        ("/somewhere/else/", []),
    ],
)
def test_the_present_section_is_marked(address: str, here: list[str]) -> None:
    items = navigation(frozenset({Role.CLERK}), address, {})
    marked = [one.label for item in items for one in (item, *item.parts) if one.here]
    assert marked == here
    assert [item.label for item in items if item.inside] == (["台账"] if here in (["摄像机"], ["杆件"]) else [])


@pytest.mark.urls(__name__)
def test_nothing_waiting_shows_no_count() -> None:
    items = navigation(frozenset({Role.CLERK}), "/", {"submissions": 0, "home": 3})
    assert {item.name: item.count for item in items if item.name in ("home", "submissions")} == {
        "home": 3,
        "submissions": None,
    }


# --- how long there is
@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (30, "距截止 30 天", ""),
        (8, "距截止 8 天", ""),
        (7, "距截止 7 天", "is-near"),
        (1, "距截止 1 天", "is-near"),
        (0, "今天截止", "is-near"),
        (-1, "已过截止 1 天", "is-past"),
    ],
)
def test_days_to_the_due_date(days: int, words: str, tone: str) -> None:
    campaign(days)
    now = context.current_campaign()
    assert now is not None
    assert (now.days, now.words, now.tone) == (days, words, tone)


def test_the_campaign_that_began_last_is_the_present_one() -> None:
    campaign(3, opened=-20)
    campaign(9, opened=-2)
    campaign(40, opened=1)
    campaign(50, opened=-1, closed_at=timezone.now())
    now = context.current_campaign()
    assert now is not None
    assert now.days == 9


def test_no_campaign() -> None:
    assert context.current_campaign() is None


def test_an_administrator_sees_no_campaign(sysadmin: Person) -> None:
    campaign(5)
    assert frame_for(sysadmin).campaign is None


# --- what it costs
def queries_of(person: Person) -> int:
    fresh = Person.objects.get(pk=person.pk)
    with CaptureQueriesContext(connection) as seen:
        frame_for(fresh)
    return len(seen)


def submit(person: Person, of: Campaign, state: str) -> Submission:
    obligation, _ = Obligation.objects.get_or_create(campaign=of, agency=person.agency, defaults={"answer": "rows"})
    number = obligation.submissions.count() + 1
    return Submission.objects.create(obligation=obligation, number=number, kind="rows", state=state, created_by=person)


def test_the_number_of_queries_is_constant(meishan_clerk: Person) -> None:
    before = queries_of(meishan_clerk)
    for days in (5, 6, 7):
        submit(meishan_clerk, campaign(days), Submission.State.DRAFT)
    assert queries_of(meishan_clerk) == before
    assert before <= 9


def test_a_stranger_costs_no_query() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert frame_for(AnonymousUser()) == context.Frame()
        assert frame_for(None) == context.Frame()
    assert len(seen) == 0


def test_a_page_that_shows_no_frame_costs_no_query(meishan_clerk: Person) -> None:
    request = RequestFactory().get("/")
    request.user = Person.objects.get(pk=meishan_clerk.pk)
    with CaptureQueriesContext(connection) as seen:
        context.frame(request)
    assert len(seen) == 0


# --- the rest
@pytest.mark.parametrize(
    ("cookie", "size"), [("1", "1"), ("2", "2"), ("3", "3"), ("4", "1"), ('"><script>', "1"), ("", "1")]
)
def test_the_size_comes_from_the_cookie(cookie: str, size: str) -> None:
    assert frame_for(None, size=cookie).size == size


def test_a_database_that_does_not_answer_gives_the_strangers_frame(
    meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(context, "current_campaign", broken)
    assert frame_for(meishan_clerk, size="2") == context.Frame(size="2")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500])
def test_a_refusal_needs_neither_login_nor_database(
    status: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jinzhai_video.errors import refusal

    class Broken:
        @property
        def is_authenticated(self) -> bool:
            raise DatabaseError("gone")

    request = RequestFactory().get("/somewhere")
    request.user = Broken()  # type: ignore[assignment]
    with CaptureQueriesContext(connection) as seen:
        response = refusal(request, status, "这句话说明情况。")
    html = response.content.decode()
    assert response.status_code == status
    assert "这句话说明情况。" in html
    assert "返回" in html
    assert f"编号 {status}" in html
    assert "主导航" not in html
    assert len(seen) == 0


def test_a_refusal_keeps_the_navigation_of_who_is_logged_in(client: Client, meishan_clerk: Person) -> None:
    client.force_login(meishan_clerk, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/no-such-page/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "没有找到" in html
    assert "主导航" in html
    assert "梅山镇" in html
