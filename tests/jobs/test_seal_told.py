"""A daily head that was not written: auditors and system administrators are told, until it is."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit import daily as sealing
from audit.models import DailyHead, Entry
from jinzhai_video import daily
from jobs import daily as slot
from notices.models import Notice
from tests.audit import tampering
from tests.inventory import web

pytestmark = pytest.mark.django_db


@pytest.fixture
def yesterday(meishan_clerk: Person) -> list[Entry]:
    """Entries of a day that is over."""
    written = tampering.write(meishan_clerk, 3)
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET at = at - interval '1 day'")
        tampering.rewrite_hashes(1)
    return written


def break_the_journal() -> None:
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET facts = '{}' WHERE seq = 2")


def open_notices() -> list[tuple[str, str, str]]:
    found = Notice.objects.filter(key=daily.SEALING, settled_at=None).order_by("person__username")
    return [(notice.person.get_username(), notice.text, notice.url) for notice in found]


def test_a_journal_that_does_not_hold(
    yesterday: list[Entry], auditor: Person, sysadmin: Person, secadmin: Person, meishan_clerk: Person
) -> None:
    break_the_journal()
    with pytest.raises(sealing.Broken):
        daily.seal()
    told = open_notices()
    assert {name for name, *_ in told} == {auditor.get_username(), sysadmin.get_username()}
    assert all("审计日志第 2 条" in text and "保留现场" in text for _, text, _ in told)
    for person in (auditor, sysadmin):
        notice = Notice.objects.get(person=person)
        assert notice.kind == "journal"
        assert web.of(person).get(notice.url).status_code == 200
        assert "审计日志第 2 条" in web.of(person).get("/notices/").content.decode()
    with pytest.raises(sealing.Broken):
        daily.seal()
    assert len(open_notices()) == 2, "one for each, however often it is tried"


def test_whatever_else_keeps_it_from_being_written(
    yesterday: list[Entry], auditor: Person, sysadmin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the daily slot, where the failure is an attempt; and what was told ends with the head."""
    seal = sealing.seal

    def fails() -> Any:
        raise OSError("no")

    monkeypatch.setattr(slot, "_tasks", {})
    daily.register()
    monkeypatch.setattr(slot, "_tasks", {"audit.seal": slot._tasks["audit.seal"]})
    monkeypatch.setattr(sealing, "seal", fails)
    assert slot.run_due() == []
    assert [text for _, text, _ in open_notices()] == [
        "每日链尾没有记下（OSError），系统会再试；明天仍收到本通知的，请检查后台任务的运行日志。"
    ] * 2
    monkeypatch.setattr(sealing, "seal", seal)
    (head,) = daily.seal()
    assert head == DailyHead.objects.get()
    assert head.seq == Entry.objects.latest("seq").seq
    assert open_notices() == []
