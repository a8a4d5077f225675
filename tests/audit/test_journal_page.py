"""The auditor's page."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person, Role
from audit import daily, journal, search
from audit.models import Entry
from audit.views import AUDITOR
from tests.audit.test_daily import lived
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_auditor(client: Client, auditor: Person) -> Client:
    client.force_login(auditor)
    return client


def write(by: Person, action: str, count: int = 1) -> None:
    with transaction.atomic():
        for _ in range(count):
            journal.record(by, action, by)


def shown(client: Client, **filters: str | int) -> list[int]:
    response = client.get("/journal/", filters)
    assert response.status_code == 200
    return [entry.seq for entry in response.context["page"].entries]


@pytest.mark.parametrize(
    "who",
    ["meishan_clerk", "data_reviewer", "police_reviewer", "office", "leader", "sysadmin", "secadmin"],
)
def test_only_the_auditor(request: pytest.FixtureRequest, client: Client, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    before = Entry.objects.count()
    for address in ("", "verify/", "heads/", "export.csv", "heads/export.txt"):
        assert client.get(f"/journal/{address}").status_code == 403
    assert client.post("/journal/verify/").status_code == 403
    assert Entry.objects.count() == before


def test_the_auditor_only_reads(as_auditor: Client) -> None:
    """T30."""
    assert AUDITOR == Role.AUDITOR
    before = Entry.objects.count()
    for address in ("", "heads/", "export.csv", "heads/export.txt"):
        for method in (as_auditor.post, as_auditor.put, as_auditor.delete, as_auditor.patch):
            assert method(f"/journal/{address}").status_code == 405
    assert as_auditor.delete("/journal/verify/").status_code == 405
    assert Entry.objects.count() == before
    assert as_auditor.post("/people/add/").status_code == 403


def test_newest_first_in_words(as_auditor: Client, meishan_clerk: Person) -> None:
    thief = Client()
    thief.post("/login/", {"username": "clerk-meishan", "password": PASSWORD})
    page = as_auditor.get("/journal/")
    assert shown(as_auditor)[:2] == sorted(shown(as_auditor), reverse=True)[:2]
    row = re.sub(r"\s+", " ", page.text[page.text.index("<tbody>") :])
    assert 'clerk-meishan</a></td> <td class="nowrap">登录</td>' in row
    assert f"人员 {meishan_clerk.pk}" in row
    assert "127.0.0.1" in row


def test_filters(as_auditor: Client, meishan_clerk: Person, mabu_clerk: Person) -> None:
    write(meishan_clerk, "login.ok")
    write(mabu_clerk, "login.ok")
    write(mabu_clerk, "logout")
    last = journal.head()[0]
    assert shown(as_auditor, action="login.ok", actor="clerk-mabu") == [last - 1]
    assert shown(as_auditor, actor="clerk-mabu") == [last, last - 1]
    assert shown(as_auditor, object_type="agencies.person", object_id=meishan_clerk.pk) == [last - 2]
    assert shown(as_auditor, since="2200-01-01") == []
    assert shown(as_auditor, until="2000-01-01") == []
    day = Entry.objects.get(seq=last).at
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_char(%s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')", [day])
        today = cursor.fetchone()[0]
    assert shown(as_auditor, since=today, until=today, actor="clerk-mabu") == [last, last - 1]


def test_a_person_by_name_or_post(as_auditor: Client, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """The very login name finds that one; a part of it, or of the post, finds all who have it."""
    Person.objects.filter(pk=meishan_colleague.pk).update(display_name="视频专员")
    write(meishan_clerk, "login.ok")
    write(meishan_colleague, "login.ok")
    last = journal.head()[0]
    assert shown(as_auditor, actor="clerk-meishan") == [last - 1]
    assert shown(as_auditor, actor="k-MEIshan") == [last, last - 1]
    assert shown(as_auditor, actor="频专") == [last]
    assert shown(as_auditor, actor="%") == []


def test_an_agency(as_auditor: Client, meishan_clerk: Person, mabu_clerk: Person) -> None:
    with transaction.atomic():
        for one in (meishan_clerk, mabu_clerk, meishan_clerk):
            journal.record(one, "logout", one, agency_id=one.agency_id)
    last = journal.head()[0]
    page = as_auditor.get("/journal/", {"agency": meishan_clerk.agency_id or 0})
    assert [entry.seq for entry in page.context["page"].entries] == [last, last - 2]
    assert {entry.agency_name for entry in page.context["page"].entries} == {"梅山镇"}
    assert '<option value="">全部单位</option>' in page.text


def test_days_with_daily_heads(as_auditor: Client, meishan_clerk: Person) -> None:
    """The heads only spare reading: the days that are asked for decide, also where a clock jumped."""
    ago = [40, 39, 41, 38, 3, 0]
    written = lived(meishan_clerk, *ago)
    for sealed in (False, True):
        if sealed:
            assert len(daily.seal()) == 41
        for since in (41, 40, 39, 38, 4, 3, 1, 0):
            for until in (40, 38, 10, 3, 0):
                days = {
                    "since": (timezone.localdate() - dt.timedelta(days=since)).isoformat(),
                    "until": (timezone.localdate() - dt.timedelta(days=until)).isoformat(),
                }
                expected = [seq for seq, day in zip(written, ago, strict=True) if since >= day >= until]
                assert sorted(set(shown(as_auditor, **days)) & set(written)) == expected, days


@pytest.mark.parametrize(
    "filters",
    [{"since": "yesterday"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"before": "0"}, {"actor": "a\x00"}],
)
def test_unreadable_filters(as_auditor: Client, filters: dict[str, str]) -> None:
    response = as_auditor.get("/journal/", filters)
    assert response.status_code == 422
    assert "请清除筛选后重新选择" in response.text


def test_paging_keeps_its_place(as_auditor: Client, meishan_clerk: Person) -> None:
    """By number, so that entries arriving meanwhile shift nothing."""
    write(meishan_clerk, "login.ok", 120)
    last = journal.head()[0]
    first_page = as_auditor.get("/journal/?actor=clerk-meishan")
    assert [entry.seq for entry in first_page.context["page"].entries] == list(range(last, last - 50, -1))
    older = re.search(r'href="([^"]+)" rel="next"', first_page.text)
    assert older is not None
    write(meishan_clerk, "login.ok", 3)
    address = older[1].replace("&amp;", "&")
    second = as_auditor.get(address)
    assert [entry.seq for entry in second.context["page"].entries] == list(range(last - 50, last - 100, -1))
    assert "回到最新" in second.text
    third = as_auditor.get(f"/journal/?actor=clerk-meishan&before={last - 99}")
    assert [entry.seq for entry in third.context["page"].entries] == list(range(last - 100, last - 120, -1))
    assert 'rel="next"' not in third.text


def test_forged_text_is_shown_inert(as_auditor: Client) -> None:
    """T32, T46."""
    Client().post("/login/", {"username": '<img src=x onerror=alert(1)>\u202e"\n登录成功', "password": "wrong"})
    page = as_auditor.get("/journal/").text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;\\u202e&quot;" in page
    assert "\u202e" not in page


@pytest.fixture
def told(meishan_clerk: Person) -> dict[str, int]:
    """Entries by what is in them."""
    facts: dict[str, dict[str, Any]] = {
        "quote": {"reason": '经度写成"115" 100%_\\'},
        "other": {"reason": "纬度"},
        "side": {"side": "police", "decision": "return"},
        "deep": {"changed": {"note": ["流波䃥镇"]}},
        "line": {"note": "a\nb"},
    }
    with transaction.atomic():
        return {
            name: journal.record(meishan_clerk, "review.marked", meishan_clerk, **one).seq
            for name, one in facts.items()
        }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('写成"115"', "quote"),
        ("100%_\\", "quote"),
        ("波䃥", "deep"),
        ("公安", "side"),
        ("退回", "side"),
        ("a\nb", "line"),
        ("没有这样的字", ""),
        ("%%%", ""),
        ("'; DROP", ""),
    ],
)
def test_text_in_the_facts(as_auditor: Client, told: dict[str, int], text: str, found: str) -> None:
    """As it was written, or as the page says it; signs with a meaning to the database mean themselves (T48)."""
    assert [seq for seq in shown(as_auditor, text=text) if seq in told.values()] == ([told[found]] if found else [])


def test_a_text_is_sought_piece_by_piece(
    as_auditor: Client, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rare text costs no walk over the whole journal: the page says how far it looked, and goes on when asked."""
    monkeypatch.setattr(search, "WINDOW", 10)
    with transaction.atomic():
        rare = journal.record(meishan_clerk, "logout", meishan_clerk, note="罕见").seq
    write(meishan_clerk, "login.ok", 25)
    address, looked = "/journal/?text=罕见&actor=clerk-meishan", []
    for _ in range(4):
        page = as_auditor.get(address)
        looked.append([entry.seq for entry in page.context["page"].entries])
        further = re.search(r'href="([^"]+)" rel="next"', page.text)
        if further is None:
            break
        assert "更早的还没有查" in page.text
        address = further[1].replace("&amp;", "&")
    assert looked == [[], [], [rare]]


def test_a_full_page_of_hits_goes_on_below_its_last(
    as_auditor: Client, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 5)
    with transaction.atomic():
        written = [journal.record(meishan_clerk, "logout", meishan_clerk, note="常见").seq for _ in range(12)]
    seen: list[int] = []
    address: str | None = "/journal/?text=常见"
    while address:
        page = as_auditor.get(address)
        seen += [entry.seq for entry in page.context["page"].entries]
        further = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = further[1].replace("&amp;", "&") if further else None
    assert seen == written[::-1]


def test_the_list_costs_the_same_for_more_entries(as_auditor: Client, meishan_clerk: Person) -> None:
    filters = {"text": "x", "actor": "clerk", "since": "2020-01-01", "until": "2199-01-01"}

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            as_auditor.get("/journal/")
        with CaptureQueriesContext(connection) as filtered:
            as_auditor.get("/journal/", filters)
        return len(queries), len(filtered)

    cost()
    first = cost()
    write(meishan_clerk, "login.ok", 30)
    assert cost() == first
