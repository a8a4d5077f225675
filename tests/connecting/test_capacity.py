"""The county platform's own figures: dated, kept, never overwritten; and its link to the province."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.models import Entry
from connecting.models import Capacity, ProvinceLink
from tests.connecting.things import client_of, in_days, last_entry, post
from tests.factories_registry import register_camera

pytestmark = pytest.mark.django_db
AMOUNTS = {
    "channels_total": 100, "channels_used": 97, "forwarding_total": 200, "forwarding_used": 50,
    "storage_total": "1200.5", "storage_used": "800", "source": "县公安局科信部门统计",
}  # fmt: skip
LINK = {"state": "connected", "since": "2022-12-20", "note": "按 GB/T 28181 级联"}


def state(person: Person, **data: Any) -> Any:
    return client_of(person).post(reverse("capacity_add"), {"as_of": "2026-08-01", **AMOUNTS, **data})


@pytest.mark.parametrize("role", ["police_reviewer", "data_reviewer", "office"])
def test_whoever_keeps_it(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert state(person).status_code == 302
    entry = last_entry()
    assert (entry.action, entry.facts["channels"]) == ("connecting.capacity_stated", "97/100")
    assert client_of(person).post(reverse("province_add"), LINK).status_code == 302
    assert last_entry().action == "connecting.province_stated"


def test_the_latest_day_holds_and_nothing_is_overwritten(police_reviewer: Person, leader: Person) -> None:
    state(police_reviewer, channels_used=60)
    state(police_reviewer, channels_used=40, as_of="2025-01-01")
    assert Capacity.objects.count() == 2
    assert client_of(leader).get(reverse("connecting")).context["bars"][0].free == 40
    state(police_reviewer, channels_used=61)
    bars = client_of(leader).get(reverse("connecting")).context["bars"]
    assert (bars[0].used, bars[0].percent) == (61, "61.0%")
    for table in ("connecting_capacity", "connecting_provincelink"):
        client_of(police_reviewer).post(reverse("province_add"), LINK)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def test_what_is_planned_is_measured_against_what_is_free(
    police_reviewer: Person, meishan_clerk: Person, leader: Person
) -> None:
    state(police_reviewer)
    cameras = [register_camera("meishan") for _ in range(5)]
    post(meishan_clerk, "state", *cameras, state="planned", by_date=in_days(30))
    told = client_of(leader).get(reverse("connecting"))
    assert (told.context["wanted"], told.context["short"]) == (5, 2)
    assert "空余的接入路数还差 2 路" in told.content.decode()


def test_everybody_in_business_reads(meishan_clerk: Person, leader: Person, sysadmin: Person) -> None:
    for person, status in ((meishan_clerk, 200), (leader, 200), (sysadmin, 403)):
        answer = client_of(person).get(reverse("county_platform"))
        assert answer.status_code == status
        assert "登记能力" not in answer.content.decode()
    assert Client().get(reverse("county_platform")).status_code == 302


@pytest.mark.parametrize("role", ["meishan_clerk", "leader", "sysadmin", "auditor"])
def test_wrong_role(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert state(person).status_code == 403
    assert client_of(person).post(reverse("province_add"), LINK).status_code == 403
    assert not Capacity.objects.exists() and not ProvinceLink.objects.exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"channels_used": 101}, "已用的不能多于总数"),
        ({"storage_used": "1200.51"}, "已用的不能多于总数"),
        ({"channels_used": -1}, "不能是负数"),
        ({"channels_total": "一百"}, "请填写整数"),
        ({"channels_total": 10**12}, "这个数太大了"),
        ({"as_of": "2001-01-01"}, "统计日期要在"),
        ({"source": "  "}, "请写明这些数从哪里来"),
    ],
)
def test_bad_input(data: dict[str, Any], told: str, police_reviewer: Person) -> None:
    before = Entry.objects.count()
    answer = state(police_reviewer, **data)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert not Capacity.objects.exists() and Entry.objects.count() == before


def test_not_of_tomorrow(police_reviewer: Person) -> None:
    assert state(police_reviewer, as_of=in_days(1)).status_code == 422
    assert client_of(police_reviewer).post(reverse("province_add"), {**LINK, "since": in_days(1)}).status_code == 422
    assert client_of(police_reviewer).post(reverse("province_add"), {**LINK, "state": "soon"}).status_code == 422
    assert client_of(police_reviewer).post(reverse("province_add"), {**LINK, "note": ""}).status_code == 422
    assert not Capacity.objects.exists() and not ProvinceLink.objects.exists()
