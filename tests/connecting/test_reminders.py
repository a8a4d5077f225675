"""What is due or overdue is told to the unit's clerks once a day, and ends when it is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agencies.models import Person
from connecting import reminders
from connecting.models import CameraStanding
from jobs import daily
from notices.models import Notice
from tests.connecting.things import client_of, in_days, post
from tests.factories_registry import register_camera, register_platform

pytestmark = pytest.mark.django_db


def told(person: Person, matter: str = "") -> list[Notice]:
    prefix = f"connecting:due:{matter}"
    return list(Notice.objects.filter(person=person, settled_at=None, key__startswith=prefix).order_by("pk"))


def on(day: dt.date, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock shows this day."""
    monkeypatch.setattr(reminders, "local_now", lambda: dt.datetime.combine(day, dt.time(8)))


def test_it_stands_in_the_daily_slot() -> None:
    assert daily._tasks["access.reminders"].do is reminders.every_day


def test_filings_that_are_late(meishan_clerk: Person, mabu_clerk: Person, leader: Person) -> None:
    platform = register_platform("meishan", built="2018.06")
    register_camera("meishan", platform=platform)
    register_platform("meishan", built="")
    reminders.every_day()
    (notice,) = told(meishan_clerk)
    assert (notice.kind, "1 个平台备案已逾期" in notice.text) == ("overdue", True), "cameras are told with the platform"
    assert not told(mabu_clerk) and not told(leader)
    listed = client_of(meishan_clerk).get(notice.url)
    assert [row.pk for row in listed.context["rows"]] == [platform.pk]


def test_told_once_and_again_only_when_more_is_late(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    register_platform("meishan", built="2018.06")
    reminders.every_day()
    (first,) = told(meishan_clerk)
    Notice.objects.filter(pk=first.pk).update(read_at=first.created_at)
    reminders.every_day()
    assert told(meishan_clerk) == [first]
    register_platform("meishan", built="2025.08")
    reminders.every_day()
    (second,) = told(meishan_clerk)
    assert second.pk != first.pk and "2 个平台" in second.text
    Notice.objects.get(pk=first.pk, settled_at__isnull=False)


def test_soon_then_late_then_done(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = register_camera("meishan", built="")
    post(meishan_clerk, "state", camera, state="planned", by_date=in_days(20))
    for days, kind in ((12, None), (13, "due_soon"), (20, "due_soon"), (21, "overdue")):
        on(in_days(days), monkeypatch)
        reminders.every_day()
        assert [notice.kind for notice in told(meishan_clerk, "promised")] == ([kind] if kind else []), days
    post(meishan_clerk, "state", camera, state="connected")
    assert told(meishan_clerk, "promised") == [], "ended by the act itself"
    CameraStanding.objects.get(pk=camera.pk, access_due=None)


def test_the_office_is_told_of_what_it_put_off(
    meishan_clerk: Person, office: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = register_camera("meishan", built="")
    post(meishan_clerk, "state", camera, state="not_ready", cost="1", gain="-", text="-")
    post(office, "decide", camera, decision="later", by_date=in_days(2), text="等预算")
    reminders.every_day()
    (notice,) = told(office)
    assert "快到再议的日期" in notice.text and not told(meishan_clerk, "promised")
    assert client_of(office).get(notice.url).context["total"] == 1
    post(office, "decide", camera, decision="do_not", text="不划算")
    assert not told(office)


def test_the_department_is_told_of_its_plan(
    meishan_clerk: Person, education_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = register_camera(
        "meishan", built="", place_kind="school", funding="social", supervisor=education_clerk.agency
    )
    post(education_clerk, "plan", camera, by_date=in_days(2), text="接入运营商平台")
    reminders.every_day()
    (notice,) = told(education_clerk)
    assert "快到方案所定的接入日期" in notice.text and len(told(meishan_clerk)) == 1
    assert client_of(education_clerk).get(notice.url).context["total"] == 1
    post(meishan_clerk, "state", camera, state="connected")
    assert not told(education_clerk) and not told(meishan_clerk)


def test_what_a_notice_counts_is_what_its_list_holds(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a platform that is late and its camera, the notice on cameras counts only what speaks for itself."""
    platform = register_platform("meishan", built="")
    register_camera("meishan", built="", platform=platform)
    alone = register_camera("meishan", built="")
    post(meishan_clerk, "state", platform, kind="platform", state="planned", by_date=in_days(1))
    post(meishan_clerk, "state", alone, state="planned", by_date=in_days(1))
    reminders.every_day()
    counts = [
        (notice.text[0], client_of(meishan_clerk).get(notice.url).context["total"]) for notice in told(meishan_clerk)
    ]
    assert counts == [("1", 1), ("1", 1)]


def test_signs_too(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = register_camera("meishan")
    post(meishan_clerk, "sign", camera, state="missing", by_date=in_days(2))
    reminders.every_day()
    (notice,) = told(meishan_clerk, "sign")
    assert "1 台摄像机设置标识快到期" in notice.text
    listed: Any = client_of(meishan_clerk).get(notice.url)
    assert [row.pk for row in listed.context["rows"]] == [camera.pk]


def test_an_act_tells_nothing_of_what_is_due_by_itself(meishan_clerk: Person) -> None:
    register_platform("meishan", built="2018.06")
    camera = register_camera("meishan")
    post(meishan_clerk, "file", camera, filed_on="2025-06-01")
    assert told(meishan_clerk) == []
