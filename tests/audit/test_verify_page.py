"""The page on which the auditor verifies: the chain, kept heads, the copy; and that looking is an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.models import Person
from audit import anchors, daily, forms, journal
from audit.models import DailyHead, Entry
from tests.audit import tampering
from tests.audit.test_daily import lived

pytestmark = pytest.mark.django_db
URL = "/journal/verify/"


@pytest.fixture
def as_auditor(client: Client, auditor: Person) -> Client:
    client.force_login(auditor)
    return client


def last() -> Entry:
    entry = Entry.objects.first()
    assert entry is not None
    return entry


def uploaded(text: str, encoding: str = "utf-8") -> dict[str, Any]:
    return {"file": SimpleUploadedFile("每日链尾.txt", text.encode(encoding))}


def test_looking_at_the_form_verifies_nothing(as_auditor: Client) -> None:
    before = Entry.objects.count()
    page = as_auditor.get(URL)
    assert (page.status_code, Entry.objects.count()) == (200, before)
    assert "日志完整" not in page.text
    assert "没有设置日志副本" in page.text


def test_a_sound_journal(as_auditor: Client, auditor: Person) -> None:
    page = as_auditor.post(URL)
    assert page.status_code == 200
    entry = last()
    assert (entry.action, entry.actor_id) == ("journal.verified", auditor.pk)
    assert entry.facts == {"checked": entry.seq - 1}
    assert f"日志完整：已逐条核对 {entry.seq - 1} 条" in page.text
    assert f"{entry.seq - 1}:{entry.previous_hash}" in page.text


def test_where_it_does_not_hold(as_auditor: Client, meishan_clerk: Person) -> None:
    seq = tampering.write(meishan_clerk, 3)[1].seq
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET actor_name = 'x' WHERE seq = %s", seq)
    page = as_auditor.post(URL)
    assert page.status_code == 200
    assert f"前 {seq - 1} 条完好，第 {seq} 条内容与校验值不符" in page.text
    assert "日志完整" not in page.text
    assert last().facts["fault"].startswith(f"{seq}: ")


def test_heads_typed_in_and_a_file(as_auditor: Client, meishan_clerk: Person) -> None:
    lived(meishan_clerk, 3, 2, 0)
    heads = daily.seal()
    typed = f"{heads[0].seq}:{heads[0].hash}\n{anchors.line(heads[1])}"
    page = as_auditor.post(URL, {"kept": typed} | uploaded(anchors.as_text(heads)))
    assert page.status_code == 200
    assert "与抄存的 5 个链尾相符" in page.text
    assert last().facts["anchors"] == 5


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_rewritten_journal_is_caught_by_what_was_kept(
    as_auditor: Client, meishan_clerk: Person, encoding: str
) -> None:
    """Issue 4, Must show 4. Everything inside fits: entries, head, daily heads; the paper does not."""
    first, second, third, _ = lived(meishan_clerk, 4, 3, 2, 0)
    kept = anchors.as_text(daily.seal())
    with tampering.without_trigger():
        tampering.rewrite(second)
    assert journal.verify()[1] is None
    assert "日志完整" in as_auditor.post(URL).text
    page = as_auditor.post(URL, uploaded(kept, encoding))
    assert "日志完整" not in page.text
    assert f"前 {second} 条完好，第 {third} 条与" in page.text
    assert f"第 {second + 1} 条至第 {third} 条之间被改写" in page.text
    assert first < second
    with tampering.without_trigger():
        tampering.put_back(second)
    page = as_auditor.post(URL, uploaded(kept, encoding))
    assert "比抄存时短" in page.text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"kept": "abc1"}, "第 1 行读不出来"),
        ({"kept": f"2026-11-20 1 1 {'0' * 64} 1234"}, "多半是抄错了字"),
        (uploaded("\n\n5:123"), "第 3 行读不出来"),
        ({"file": SimpleUploadedFile("x.txt", b"\xff\xff\x00\x80")}, "不是文本文件"),
        ({"file": SimpleUploadedFile("x.txt", b"")}, "这个文件是空的"),
        ({"file": SimpleUploadedFile("x.txt", b"0" * (forms.FILE_MOST + 1))}, "文件太大"),
    ],
)
def test_a_slip_is_no_alarm(as_auditor: Client, told: dict[str, Any], said: str) -> None:
    """422, the form again with what was typed; nothing verified, nothing recorded."""
    for value in told.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    before = Entry.objects.count()
    page = as_auditor.post(URL, told)
    assert page.status_code == 422
    assert said in page.text
    assert "日志有差错" not in page.text
    assert Entry.objects.count() == before
    if "kept" in told:
        assert told["kept"] in page.text


def test_the_copy_is_held_against_it(as_auditor: Client, meishan_clerk: Person, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_SINK = tmp_path
    seq = tampering.write(meishan_clerk, 5)[0].seq
    page = as_auditor.post(URL)
    assert f"与日志副本相符：从第 {seq} 条起，5 条逐条一致" in page.text
    assert last().facts == {"checked": seq + 4, "copy": "same"}
    with tampering.without_trigger():
        tampering.rewrite(seq + 1)
    page = as_auditor.post(URL)
    assert "日志完整" in page.text
    assert f"与日志副本核对：第 {seq + 2} 条与日志副本不符" in page.text
    assert (last().facts["copy"], last().facts["fault"]) == ("differs", f"{seq + 2}: 与日志副本不符")


def test_a_copy_that_is_not_there_is_said(as_auditor: Client, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_SINK = tmp_path
    page = as_auditor.post(URL)
    assert page.status_code == 200
    assert "没有与日志副本核对" in page.text
    assert last().facts["copy"] == "missing"
    assert DailyHead.objects.count() == 0
