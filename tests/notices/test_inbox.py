"""The inbox: one's own, unread first, each leading to its matter."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from audit.models import Entry
from notices import services
from notices.models import Notice
from notices.queries import unread_count

pytestmark = pytest.mark.django_db


def tell(person: Person, key: str, kind: str = "returned", text: str = "", url: str = "/submissions/") -> Notice:
    with transaction.atomic():
        services.notify([person], kind, key=key, text=text or key, url=url, whose="梅山镇")
    return Notice.objects.of(person).get(key=key, read_at=None)


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def html(client: Client, **query: str) -> str:
    response = client.get(reverse("notices"), query)
    assert response.status_code == 200
    return response.content.decode()


def texts(page: str) -> list[str]:
    return re.findall(r'class="todo-what">([^<]*?)(?: <span|</span>)', page)


def days_ago(notice: Notice, days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_notice SET created_at = created_at - %s * interval '1 day' WHERE id = %s", [days, notice.pk]
        )


def test_unread_first_each_part_by_day(meishan_clerk: Person) -> None:
    for key, days, read in (("a", 0, True), ("b", 1, False), ("c", 1, True), ("d", 0, False), ("e", 1, False)):
        notice = tell(meishan_clerk, key)
        days_ago(notice, days)
        if read:
            services.read(notice)
    page = html(of(meishan_clerk))
    assert texts(page) == ["d", "e", "b", "a", "c"]
    headings = re.findall(r'class="day-title">(未读|已读或办结) · <time[^>]*>(今天)?', page)
    assert headings == [("未读", "今天"), ("未读", ""), ("已读或办结", "今天"), ("已读或办结", "")]


def test_opening_marks_it_read_and_leads_on(meishan_clerk: Person) -> None:
    notice = tell(meishan_clerk, "case:1", url="/submissions/?page=2")
    client = of(meishan_clerk)
    before = Entry.objects.count()
    response = client.post(reverse("notice_open", args=[notice.pk]))
    assert (response.status_code, response["Location"]) == (302, "/submissions/?page=2")
    first = Notice.objects.get().read_at
    assert first is not None and unread_count(meishan_clerk) == 0
    client.post(reverse("notice_open", args=[notice.pk]))
    assert Notice.objects.get().read_at == first, "again changes nothing"
    assert Entry.objects.count() == before, "reading is one's own affair"


def test_a_strangers_notice_is_unknown(meishan_clerk: Person, meishan_colleague: Person, mabu_clerk: Person) -> None:
    """Not even a colleague of the same agency opens or sees it."""
    notice = tell(meishan_clerk, "case:1", text="只给一个人看")
    for other in (meishan_colleague, mabu_clerk):
        client = of(other)
        assert client.post(reverse("notice_open", args=[notice.pk])).status_code == 404
        assert "只给一个人看" not in html(client)
        client.post(reverse("notices_read_all"), {"until": "2099-01-01T00:00:00+08:00"})
    assert client.post(reverse("notice_open", args=[notice.pk + 999])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_are_ticked_off_up_to_what_was_on_the_page(meishan_clerk: Person) -> None:
    for key in ("a", "b"):
        tell(meishan_clerk, key)
    client = of(meishan_clerk)
    page = html(client)
    assert "全部标为已读（2 条）" in page
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert until is not None
    tell(meishan_clerk, "came meanwhile")
    response = client.post(reverse("notices_read_all"), {"until": until[1]}, follow=True)
    assert "已把 2 条通知标为已读。" in response.content.decode()
    assert Notice.objects.unread().get().key == "came meanwhile"
    assert not Entry.objects.filter(action__startswith="notice").exists()


@pytest.mark.parametrize("told", [{}, {"until": ""}, {"until": "soon"}])
def test_without_a_moment_nothing_is_ticked_off(told: dict[str, str], meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    assert of(meishan_clerk).post(reverse("notices_read_all"), told).status_code == 422
    assert unread_count(meishan_clerk) == 1


def test_what_is_over_says_so(meishan_clerk: Person) -> None:
    tell(meishan_clerk, "case:1", kind="to_review")
    assert "去审核" in html(of(meishan_clerk))
    with transaction.atomic():
        services.settle("case:1")
    page = html(of(meishan_clerk))
    assert "已办结" in page and "去审核" not in page and "全部标为已读" not in page
    assert texts(page) == ["case:1"]


def test_filters_and_their_empty_states(meishan_clerk: Person) -> None:
    client = of(meishan_clerk)
    assert "还没有通知" in html(client)
    services.read(tell(meishan_clerk, "a", kind="accepted"))
    tell(meishan_clerk, "b", kind="overdue")
    assert texts(html(client, show="unread")) == ["b"]
    assert texts(html(client, kind="accepted")) == ["a"]
    assert "没有符合条件的通知" in html(client, kind="scan")
    assert "没有符合条件的通知" in html(client, kind="accepted", show="unread")
    services.read(Notice.objects.get(key="b"))
    assert "没有未读通知" in html(client, show="unread")
    for query in ({"kind": "gossip"}, {"show": "mine"}):
        assert client.get(reverse("notices"), query).status_code == 422


def test_pages(meishan_clerk: Person) -> None:
    for n in range(53):
        tell(meishan_clerk, f"n{n}")
    client = of(meishan_clerk)
    assert len(texts(html(client))) == 50
    last = html(client, page="2")
    assert texts(last) == ["n2", "n1", "n0"] and "共 53 条" in last
    assert texts(html(client, page="99")) == texts(last)


def test_words_of_others_are_text(meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a", text="<script>alert(1)</script>")
    page = html(of(meishan_clerk))
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_every_page_says_how_many_are_unread(meishan_clerk: Person, sysadmin: Person) -> None:
    def bell(person: Person) -> str:
        page = of(person).get(reverse("password_change")).content.decode()
        found = re.search(r'<a class="bell"[^>]*>(.*?)</a>', page, re.S)
        assert found is not None
        return re.sub(r"<[^>]+>", "", found[1])

    assert bell(meishan_clerk) == "通知"
    tell(meishan_clerk, "a")
    tell(meishan_clerk, "b")
    assert (bell(meishan_clerk), bell(sysadmin)) == ("通知2 条未读", "通知")
    services.read(Notice.objects.get(key="a"))
    assert bell(meishan_clerk) == "通知1 条未读"


def test_the_count_is_one_look_into_its_index(meishan_clerk: Person, mabu_clerk: Person) -> None:
    """Among thousands of others' and of one's own that were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO notices_notice (person_id, kind, key, text, whose, url, read_at)
               SELECT p, 'returned', 'k' || n || '-' || p, '-', '', '/', CASE WHEN n > 5 THEN now() END
               FROM generate_series(1, 3000) n, unnest(%s) p""",
            [[meishan_clerk.pk, mabu_clerk.pk]],
        )
        cursor.execute("ANALYZE notices_notice")
        with CaptureQueriesContext(connection) as queries:
            assert unread_count(meishan_clerk) == 5
        assert len(queries) == 1
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "".join(row[0] for row in cursor.fetchall())
    assert "one_unread_a_key" in plan and "Seq Scan" not in plan, plan


def test_the_number_of_queries_is_constant(meishan_clerk: Person) -> None:
    client = of(meishan_clerk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            html(client)
        return len(queries)

    tell(meishan_clerk, "first")
    cost()
    few = cost()
    for n in range(60):
        notice = tell(meishan_clerk, f"n{n}")
        days_ago(notice, n % 5)
        if n % 3:
            services.read(notice)
    assert cost() == few
