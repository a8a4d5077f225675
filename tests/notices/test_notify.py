"""Telling people: once each, the newest text, in the transaction of the act; and ending what was told."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from notices import services
from notices.models import Notice
from notices.queries import unread_count
from tests.factories import make_person

pytestmark = pytest.mark.django_db
KEY = "case:7:returned"


def tell(*people: Person, key: str = KEY, kind: str = "returned", text: str = "退回 3 行", url: str = "/a/7/") -> int:
    with transaction.atomic():
        return services.notify(people, kind, key=key, text=text, url=url, whose="梅山镇")


def settle(key: str = KEY) -> int:
    with transaction.atomic():
        return services.settle(key)


def test_everybody_named_is_told_once(meishan_clerk: Person, meishan_colleague: Person, mabu_clerk: Person) -> None:
    assert tell(meishan_clerk, meishan_colleague, meishan_clerk) == 2
    assert sorted(Notice.objects.values_list("person", flat=True)) == sorted([meishan_clerk.pk, meishan_colleague.pk])
    one = Notice.objects.of(meishan_clerk).get()
    assert (one.kind, one.text, one.whose, one.url) == ("returned", "退回 3 行", "梅山镇", "/a/7/")
    assert [unread_count(person) for person in (meishan_clerk, meishan_colleague, mabu_clerk)] == [1, 1, 0]


def test_many_cost_one_statement(meishan_clerk: Person) -> None:
    many = [meishan_clerk, *(make_person(f"clerk-{n}", "meishan", "clerk") for n in range(30))]
    for _ in range(2):
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            assert services.notify(many, "returned", key=KEY, text="退回", url="/") == 31
        assert len(queries) == 1
    assert Notice.objects.count() == 31


def test_nobody_costs_nothing(meishan_clerk: Person) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert services.notify([], "returned", key=KEY, text="退回", url="/") == 0
    assert len(queries) == 0


def test_a_disabled_account_is_told_nothing(meishan_clerk: Person, meishan_colleague: Person) -> None:
    Person.objects.filter(pk=meishan_clerk.pk).update(is_active=False)
    assert tell(meishan_clerk, meishan_colleague) == 1
    assert not Notice.objects.of(meishan_clerk).exists()


def test_a_newer_text_takes_the_unread_ones_place(meishan_clerk: Person) -> None:
    tell(meishan_clerk, text="疑问 1 行", kind="question")
    tell(meishan_clerk, key="another")
    first = Notice.objects.get(key=KEY)
    tell(meishan_clerk, text="疑问 2 行", kind="question", url="/b/")
    again = Notice.objects.get(key=KEY)
    assert (again.pk, again.text, again.url) == (first.pk, "疑问 2 行", "/b/")
    assert again.created_at > Notice.objects.get(key="another").created_at > first.created_at, "it comes up again"


@pytest.mark.parametrize("over", ["read", "settled"])
def test_what_is_over_is_kept_and_the_news_stands_beside_it(over: str, meishan_clerk: Person) -> None:
    tell(meishan_clerk, text="第一次")
    if over == "read":
        services.read(Notice.objects.get())
    else:
        settle()
    tell(meishan_clerk, text="第二次")
    assert list(Notice.objects.order_by("pk").values_list("text", flat=True)) == ["第一次", "第二次"]
    assert unread_count(meishan_clerk) == 1


def test_no_act_no_notice(meishan_clerk: Person) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.notify([meishan_clerk], "returned", key=KEY, text="退回", url="/")
        raise RuntimeError("the act fails after all")
    assert not Notice.objects.exists()


def test_an_odd_text_stops_no_act(meishan_clerk: Person) -> None:
    tell(meishan_clerk, text="退回：\n\t理由\0 \ud800" + "长" * 500)
    text = Notice.objects.get().text
    assert text.startswith("退回： 理由 ?长") and text.endswith("长…") and len(text) == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a/7/",
        "http://example.com/",
        "//example.com/",
        "/\\example.com/",
        "/\t/example.com/",
        "/a b/",
        "/a\n/",
        "/a\n",
        "/a\\b",
        "javascript:alert(1)",
        "/\u2028/",
    ],
)
def test_it_leads_to_this_site_only(url: str, meishan_clerk: Person) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        tell(meishan_clerk, url=url)
    with pytest.raises(IntegrityError, match="notice_leads_nowhere_else"), transaction.atomic():
        Notice.objects.create(person=meishan_clerk, kind="returned", key=KEY, text="-", url=url)


@pytest.mark.parametrize("url", ["/", "/reviews/7/?tab=waiting&row=3#r-3", "/cameras/JZ-C-000001/"])
def test_usual_addresses_do(url: str, meishan_clerk: Person) -> None:
    assert tell(meishan_clerk, url=url) == 1


def test_an_unknown_kind_is_our_mistake(meishan_clerk: Person) -> None:
    with pytest.raises(ValueError, match="gossip"):
        tell(meishan_clerk, kind="gossip")


def test_a_done_matter_ends_for_everybody(meishan_clerk: Person, meishan_colleague: Person) -> None:
    tell(meishan_clerk, meishan_colleague)
    tell(meishan_clerk, key="another")
    services.read(Notice.objects.of(meishan_colleague).get())
    assert settle() == 2
    assert settle() == 0
    assert [unread_count(person) for person in (meishan_clerk, meishan_colleague)] == [1, 0]
    assert Notice.objects.get(key="another").settled_at is None


def test_a_reminder_that_was_read_does_not_come_again(meishan_clerk: Person, meishan_colleague: Person) -> None:
    def remind(*people: Person, kind: str = "due_soon") -> int:
        with transaction.atomic():
            return services.remind(people, kind, key=KEY, text="8月23日前要办结", url="/")

    assert remind(meishan_clerk) == 1
    services.read(Notice.objects.get())
    assert remind(meishan_clerk, meishan_colleague) == 1, "only who has not heard of it"
    assert remind(meishan_clerk, meishan_colleague) == 0
    assert remind(meishan_clerk, meishan_colleague, kind="overdue") == 2, "late is another matter"
    assert unread_count(meishan_colleague) == 1, "in place of the unread one"
    settle()
    assert remind(meishan_clerk) == 1, "the matter has come back"


def test_a_reminder_takes_the_place_of_the_unread_news(meishan_clerk: Person) -> None:
    tell(meishan_clerk, kind="to_review", text="待审")
    with transaction.atomic():
        services.remind([meishan_clerk], "overdue", key=KEY, text="已过期限", url="/")
    assert Notice.objects.get().text == "已过期限"


def test_all_others_of_a_prefix_end(meishan_clerk: Person) -> None:
    for key in ("due:1", "due:2", "due_3", "case:1"):
        tell(meishan_clerk, key=key)
    assert services.settle_others("due:", ["due:2"]) == 1
    assert set(Notice.objects.filter(settled_at=None).values_list("key", flat=True)) == {"due:2", "due_3", "case:1"}


def test_old_ones_are_forgotten(meishan_clerk: Person, settings: object) -> None:
    tell(meishan_clerk, key="old")
    tell(meishan_clerk, key="new")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_notice SET created_at = now() - interval '401 days' WHERE key = 'old'")
    assert services.forget() == 1
    assert Notice.objects.get().key == "new"
