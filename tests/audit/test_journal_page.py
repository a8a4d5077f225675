"""The auditor's page."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person, Role
from audit import journal
from audit.models import Entry
from audit.views import AUDITOR
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
    return [entry.seq for entry in response.context["entries"]]


@pytest.mark.parametrize(
    "who",
    ["meishan_clerk", "data_reviewer", "police_reviewer", "office", "leader", "sysadmin", "secadmin"],
)
def test_only_the_auditor(request: pytest.FixtureRequest, client: Client, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    before = Entry.objects.count()
    assert client.get("/journal/").status_code == 403
    assert client.post("/journal/verify/").status_code == 403
    assert Entry.objects.count() == before


def test_the_auditor_only_reads(as_auditor: Client) -> None:
    """T30."""
    assert AUDITOR == Role.AUDITOR
    assert as_auditor.post("/journal/").status_code == 405
    assert as_auditor.get("/journal/verify/").status_code == 405
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
    assert [entry.seq for entry in first_page.context["entries"]] == list(range(last, last - 50, -1))
    older = re.search(r'href="([^"]+)" rel="next"', first_page.text)
    assert older is not None
    write(meishan_clerk, "login.ok", 3)
    address = older[1].replace("&amp;", "&")
    second = as_auditor.get(address)
    assert [entry.seq for entry in second.context["entries"]] == list(range(last - 50, last - 100, -1))
    assert "回到最新" in second.text
    third = as_auditor.get(f"/journal/?actor=clerk-meishan&before={last - 99}")
    assert [entry.seq for entry in third.context["entries"]] == list(range(last - 100, last - 120, -1))
    assert 'rel="next"' not in third.text


def test_forged_text_is_shown_inert(as_auditor: Client) -> None:
    """T32, T46."""
    Client().post("/login/", {"username": '<img src=x onerror=alert(1)>\u202e"\n登录成功', "password": "wrong"})
    page = as_auditor.get("/journal/").text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;\\u202e&quot;" in page
    assert "\u202e" not in page


def test_verify(as_auditor: Client, auditor: Person) -> None:
    page = as_auditor.post("/journal/verify/")
    assert page.status_code == 200
    assert "日志完整" in page.text
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.action, entry.actor_id) == ("journal.verified", auditor.pk)
    assert entry.facts == {"checked": entry.seq - 1}
    assert f"{entry.seq - 1}:{entry.previous_hash}" in page.text


def test_verify_finds_and_says_where(as_auditor: Client, meishan_clerk: Person) -> None:
    write(meishan_clerk, "login.ok", 3)
    last = journal.head()[0]
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_entry SET actor_name = 'x' WHERE seq = %s", [last - 1])
        cursor.execute("SET LOCAL session_replication_role = origin")
    page = as_auditor.post("/journal/verify/")
    assert page.status_code == 200
    assert f"前 {last - 2} 条完好，第 {last - 1} 条内容与校验值不符" in page.text
    entry = Entry.objects.first()
    assert entry is not None
    assert entry.facts["fault"].startswith(f"{last - 1}: ")


def test_the_list_costs_the_same_for_more_entries(as_auditor: Client, meishan_clerk: Person) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_auditor.get("/journal/")
        return len(queries)

    cost()
    first = cost()
    write(meishan_clerk, "login.ok", 30)
    assert cost() == first
