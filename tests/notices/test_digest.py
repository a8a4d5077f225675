"""The daily digest: counts, once a day, to who wants it; nothing at all unless the settings say so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from agencies.models import Person
from notices import digests, services
from notices.digests import NotAllSent, Sent
from notices.models import Address, Delivery, Notice
from tests.factories import make_person
from tests.notices.gateway import SECRET, Gateway, gateway, says

pytestmark = pytest.mark.usefixtures("_stage")


@pytest.fixture
def sms(settings: Any) -> Iterator[Gateway]:
    with gateway() as here:
        settings.NOTICE_CHANNELS = ["sms"]
        settings.SMS_URL, settings.SMS_SECRET, settings.SMS_TIMEOUT = here.url, SECRET, 10
        yield here


@pytest.fixture
def by_mail(settings: Any) -> None:
    settings.NOTICE_CHANNELS, settings.EMAIL_URL = ["email"], "memorymail://"


def tell(person: Person, key: str, kind: str = "returned") -> None:
    with transaction.atomic():
        services.notify([person], kind, key=key, text=f"梅山镇的清单被退回 {key}", url="/", whose="梅山镇")


def lives_at(person: Person, address: str = "13800000000", channel: str = "sms", enabled: bool = True) -> None:
    Address.objects.create(person=person, channel=channel, address=address, enabled=enabled)


def a_day_passes() -> None:
    """Everything that was sent or told was so a day earlier."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE notices_delivery SET day = day - 1, told_until = told_until - interval '1 day',
                      sent_at = sent_at - interval '1 day'"""
        )
        cursor.execute("UPDATE notices_notice SET created_at = created_at - interval '1 day'")


def test_counts_and_nothing_else(sms: Gateway, meishan_clerk: Person) -> None:
    for key, kind in (("a", "returned"), ("b", "overdue"), ("c", "accepted")):
        tell(meishan_clerk, key, kind)
    services.read(Notice.objects.get(key="c"))
    lives_at(meishan_clerk)
    assert digests.send() == Sent(sent=1)
    (message,) = sms.messages
    assert message["text"] == "您在金寨视频资源管理系统有 2 条未读通知，其中逾期提醒 1 条。请登录系统查看。"
    assert message["to"] == "13800000000"
    delivery = Delivery.objects.get()
    assert message["reference"] == f"digest-{delivery.pk}"
    assert (delivery.unread, delivery.attempt, delivery.error) == (2, 1, "") and delivery.sent_at is not None


def test_by_mail(by_mail: None, meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk, "post@example.gov.cn", "email")
    lives_at(meishan_clerk)
    assert digests.send() == Sent(sent=1), "only the channel in use"
    (message,) = mail.outbox
    assert message.subject == "金寨视频资源管理：未读通知"
    assert message.body == "您在金寨视频资源管理系统有 1 条未读通知。请登录系统查看。"


def test_once_a_day_and_only_news(sms: Gateway, meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk)
    assert [digests.send().sent for _ in range(2)] == [1, 0]
    tell(meishan_clerk, "b")
    assert digests.send().sent == 0, "one a day"
    a_day_passes()
    assert digests.send().sent == 1, "b came after the last one"
    assert "2 条" in sms.messages[-1]["text"]
    a_day_passes()
    assert digests.send().sent == 0, "still unread, but nothing new"
    tell(meishan_clerk, "a")
    assert digests.send().sent == 1, "a came up again"
    assert len(sms.asked) == 3


@pytest.mark.parametrize("why", ["all read", "paused", "no address", "disabled", "another's"])
def test_who_gets_none(why: str, sms: Gateway, meishan_clerk: Person, mabu_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    if why != "no address":
        lives_at(mabu_clerk if why == "another's" else meishan_clerk, enabled=why != "paused")
    if why == "all read":
        services.read(Notice.objects.get())
    Person.objects.filter(pk=meishan_clerk.pk).update(is_active=why != "disabled")
    assert digests.send() == Sent()
    assert sms.asked == []


def test_a_failure_is_kept_and_holds_up_nobody(sms: Gateway, meishan_clerk: Person, mabu_clerk: Person) -> None:
    for person, address in ((meishan_clerk, "13800000001"), (mabu_clerk, "13800000002")):
        tell(person, "a")
        lives_at(person, address)
    answers = [says("503 Busy"), says("200 OK")]

    def in_turn(line: socket.socket) -> None:
        answers.pop(0)(line)

    sms.answer = in_turn
    with pytest.raises(NotAllSent, match="1 sent, 1 failed, 0 not tried"):
        digests.every_day()
    failed = Delivery.objects.get(sent_at=None)
    assert (failed.attempt, failed.error) == (1, "the gateway answered 503")
    sms.answer = says("202 Accepted")
    digests.every_day()
    failed.refresh_from_db()
    assert (failed.attempt, failed.error, failed.unread) == (2, "", 1) and failed.sent_at is not None
    assert len({message["reference"] for message in sms.messages}) == 2, "tried again under the same name"
    assert len(sms.messages) == 3


def test_three_attempts_and_no_more(sms: Gateway, meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk)
    sms.answer = says("500 Internal Server Error")
    assert [digests.send().failed for _ in range(5)] == [1, 1, 1, 0, 0]
    assert len(sms.asked) == 3
    a_day_passes()
    sms.answer = says("200 OK")
    assert digests.send().sent == 1, "the next day is another day"


def nine_people() -> None:
    for n in range(9):
        person = make_person(f"clerk-{n}", "meishan", "clerk")
        tell(person, "a")
        lives_at(person, f"1380000000{n}")


def test_a_channel_that_is_down_is_left_alone(sms: Gateway) -> None:
    """Each round begins with whom the last one has not come to."""
    nine_people()
    sms.answer = says("500 Internal Server Error")
    for asked in (["0", "1", "2"], ["3", "4", "5"], ["6", "7", "8"], ["0", "1", "2"]):
        assert digests.send() == Sent(failed=3, left=6)
        assert [message["to"][-1] for message in sms.messages[-3:]] == asked
    assert len(sms.asked) == 12


def test_numbers_that_the_gateway_refuses_keep_nobody_from_theirs(sms: Gateway) -> None:
    nine_people()

    def judge(line: socket.socket) -> None:
        bad = sms.messages[-1]["to"] <= "13800000006"
        says("422 Unprocessable Content" if bad else "200 OK")(line)

    sms.answer = judge
    assert digests.send() == Sent(sent=2, failed=7)
    assert digests.send() == Sent(failed=7)


def test_who_has_read_everything_meanwhile_is_not_bothered(sms: Gateway, meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk)
    sms.answer = says("500 Internal Server Error")
    digests.send()
    services.read(Notice.objects.get())
    sms.answer = says("200 OK")
    assert digests.send() == Sent()
    assert len(sms.asked) == 1


def test_nothing_goes_out_unless_it_is_set_up(
    settings: Any, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T67: no socket but the database's is opened, with everything set but the switch."""
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk)
    lives_at(meishan_clerk, "post@example.gov.cn", "email")
    settings.SMS_URL, settings.SMS_SECRET, settings.EMAIL_URL = "http://127.0.0.1:9/", SECRET, "smtp://127.0.0.1:9"
    tried: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: tried.append(args))
    monkeypatch.setattr(socket.socket, "connect", lambda *args: tried.append(args))
    digests.every_day()
    out = StringIO()
    call_command("send_digest", stdout=out)
    assert "没有开通" in out.getvalue()
    assert tried == [] and mail.outbox == [] and not Delivery.objects.exists()


def test_by_hand(sms: Gateway, meishan_clerk: Person) -> None:
    tell(meishan_clerk, "a")
    lives_at(meishan_clerk)
    out = StringIO()
    call_command("send_digest", stdout=out)
    assert out.getvalue().strip() == "发出 1 条，失败 0 条，因通道不通未试 0 条。"
    a_day_passes()
    tell(meishan_clerk, "b")
    sms.answer = says("500 Internal Server Error")
    with pytest.raises(SystemExit):
        call_command("send_digest", stdout=out)


def test_two_at_once_send_one(real_db: str, sms: Gateway) -> None:
    people = [make_person(f"clerk-{n}", "meishan", "clerk") for n in range(6)]
    for n, person in enumerate(people):
        tell(person, "a")
        lives_at(person, f"1380000000{n}")
    barrier, done = threading.Barrier(3), list[Sent]()

    def send() -> None:
        barrier.wait()
        try:
            done.append(digests.send())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(one.sent for one in done) == 6
    assert sorted(message["to"] for message in sms.messages) == [f"1380000000{n}" for n in range(6)]
