"""The daily heads on their page and as files."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from audit import anchors, daily, journal
from audit.models import DailyHead, Entry
from tests.audit.test_daily import lived

pytestmark = pytest.mark.django_db
URL = "/journal/heads/"


@pytest.fixture
def as_auditor(client: Client, auditor: Person) -> Client:
    client.force_login(auditor)
    return client


@pytest.fixture
def heads(meishan_clerk: Person) -> list[DailyHead]:
    """Seventy days of heads: three months or four."""
    lived(meishan_clerk, 70, 69, 40, 2, 0)
    return daily.seal()


def listed(client: Client, month: str = "") -> list[DailyHead]:
    page = client.get(URL, {"month": month} if month else {})
    assert page.status_code == 200
    return list(page.context["heads"])


def test_the_latest_month_and_the_way_to_the_others(as_auditor: Client, heads: list[DailyHead]) -> None:
    seen: list[DailyHead] = []
    page = as_auditor.get(URL)
    while True:
        seen = list(page.context["heads"]) + seen
        if page.context["earlier"] is None:
            break
        page = as_auditor.get(URL, {"month": f"{page.context['earlier']:%Y-%m}"})
        assert page.context["later"] is not None
    assert seen == heads
    assert {head.day.month for head in listed(as_auditor)} == {heads[-1].day.month}


def test_a_line_is_as_it_is_typed_in(as_auditor: Client, heads: list[DailyHead]) -> None:
    page = as_auditor.get(URL).text
    groups = "".join(f"<span>{group}</span> " for group in heads[-1].groups)
    assert groups in page
    assert f'<td class="head-hash">{heads[-1].check_signs}</td>' in page
    assert "审计员（签字）" in page
    _, text = journal.head()
    assert "".join(f"<span>{text[at : at + 4]}</span> " for at in range(0, 64, 4)) in page


@pytest.mark.parametrize("form", sorted(anchors.FORMS))
def test_what_is_exported_can_be_verified_with(
    as_auditor: Client, auditor: Person, heads: list[DailyHead], form: str
) -> None:
    every = as_auditor.get(f"{URL}export.{form}")
    assert every.status_code == 200
    assert every["Content-Disposition"].startswith("attachment")
    kept = anchors.read(anchors.decoded(every.content))
    assert [(each.seq, each.hash, each.day) for each in kept] == [(head.seq, head.hash, head.day) for head in heads]
    assert journal.verify(kept=kept)[1] is None
    month = heads[0].day.replace(day=1)
    some = anchors.read(anchors.decoded(as_auditor.get(f"{URL}export.{form}?month={month:%Y-%m}").content))
    assert [each.day for each in some] == [head.day for head in heads if head.day.replace(day=1) == month]
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("journal.heads_exported", auditor.pk)
    assert entry.facts == {"form": form, "count": len(some)}


def test_json_is_json(as_auditor: Client, heads: list[DailyHead]) -> None:
    told = json.loads(as_auditor.get(f"{URL}export.json").content)
    assert (told[0]["seq"], told[0]["hash"]) == (heads[0].seq, heads[0].hash)


def test_nothing_yet(as_auditor: Client) -> None:
    page = as_auditor.get(URL)
    assert page.status_code == 200
    assert "这个月还没有链尾" in page.text
    assert "data-print hidden" not in page.text
    assert anchors.read(as_auditor.get(f"{URL}export.txt").content.decode()) == []


def test_a_worker_that_stands_still_is_noticed(as_auditor: Client, heads: list[DailyHead]) -> None:
    assert "检查后台任务" not in as_auditor.get(URL).text + as_auditor.get("/journal/").text
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_dailyhead WHERE day > %s", [timezone.localdate() - dt.timedelta(days=3)])
        cursor.execute("SET LOCAL session_replication_role = origin")
    for address in (URL, "/journal/"):
        assert "检查后台任务" in as_auditor.get(address).text


@pytest.mark.parametrize(
    "month", ["2026", "2026-13", "2026-11-01", "x", "２０２６-１１", "9999-12", "0001-01", "2026-00"]
)
def test_months_that_are_none(as_auditor: Client, month: str) -> None:
    for address in (URL, f"{URL}export.txt"):
        answer = as_auditor.get(address, {"month": month})
        assert answer.status_code == 422
        assert "月份写作 2026-11 这样" in answer.text


def test_a_month_without_heads(as_auditor: Client, heads: list[DailyHead]) -> None:
    assert listed(as_auditor, "2199-12") == listed(as_auditor, "2000-01") == []


def test_an_unknown_form_is_not_found(as_auditor: Client) -> None:
    assert as_auditor.get(f"{URL}export.exe").status_code == 404


def test_the_page_costs_the_same_for_more_heads(as_auditor: Client, meishan_clerk: Person) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_auditor.get(URL)
        return len(queries)

    lived(meishan_clerk, 1, 0)
    daily.seal()
    cost()
    first = cost()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_dailyhead (day, seq, hash, entries)
               SELECT day - n, seq, hash, 0 FROM audit_dailyhead, generate_series(1, 200) n"""
        )
    assert cost() == first
