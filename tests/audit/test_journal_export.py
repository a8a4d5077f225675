"""The found entries as CSV: all of them, inert, and itself an entry."""

from __future__ import annotations

import csv
import io
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from audit import exporting, journal
from audit.models import Entry

pytestmark = pytest.mark.django_db
URL = "/journal/export.csv"


@pytest.fixture
def as_auditor(client: Client, auditor: Person) -> Client:
    client.force_login(auditor)
    return client


def taken(client: Client, **filters: str) -> tuple[list[list[str]], bytes]:
    answer = client.get(URL, filters)
    assert answer.status_code == 200
    content = answer.getvalue()
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))), content


def test_all_of_them_and_the_export_is_an_entry(
    as_auditor: Client, auditor: Person, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 7)
    with transaction.atomic():
        for number in range(60):
            journal.record(meishan_clerk, "login.ok", meishan_clerk, agency_id=meishan_clerk.agency_id, rows=number)
    before = journal.head()[0]
    rows, content = taken(as_auditor)
    assert rows[0] == list(exporting.COLUMNS)
    assert [int(row[0]) for row in rows[1:]] == list(range(before, 0, -1))
    newest = dict(zip(rows[0], rows[1], strict=True))
    assert (newest["操作人"], newest["操作"], newest["单位"], newest["内容"]) == (
        "clerk-meishan",
        "登录",
        "梅山镇",
        "行数：59",
    )
    assert newest["校验值"] == Entry.objects.get(seq=before).hash
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.seq, entry.action, entry.actor_id) == (before + 1, "journal.exported", auditor.pk)
    assert entry.facts == {"form": "csv", "count": before, "sha256": sha256(content).hexdigest(), "filters": {}}


def test_what_was_found_only(as_auditor: Client, meishan_clerk: Person, mabu_clerk: Person) -> None:
    """The filters are kept, `before` is not; and the entry says them in words."""
    with transaction.atomic():
        wanted = journal.record(mabu_clerk, "logout", mabu_clerk, note="要找的")
        journal.record(mabu_clerk, "logout", mabu_clerk, note="别的")
        journal.record(meishan_clerk, "logout", meishan_clerk, note="要找的")
    rows, _ = taken(as_auditor, text="要找的", actor="clerk-mabu", before="1")
    assert [row[0] for row in rows[1:]] == [str(wanted.seq)]
    entry = Entry.objects.first()
    assert entry is not None
    assert entry.facts["filters"] == {"内容": "要找的", "操作人": "clerk-mabu"}


def test_nothing_in_it_can_run_or_hide(as_auditor: Client, meishan_clerk: Person) -> None:
    """T49, T32."""
    with transaction.atomic():
        journal.record(meishan_clerk, "=cmd|'/c calc'!A1", meishan_clerk, note='a\u202eb\n=1+1\x1b[31m"x')
    rows, content = taken(as_auditor)
    assert rows[1][3] == "'=cmd|'/c calc'!A1"
    assert 'a\\u202eb\\u000a=1+1\\u001b[31m"x' in rows[1][7]
    assert len(content.split(b"\r\n")) == len(rows) + 1
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("filters", [{"since": "yesterday"}, {"agency": "x"}, {"actor": "a\x00"}])
def test_unreadable_filters(as_auditor: Client, filters: dict[str, str]) -> None:
    before = Entry.objects.count()
    assert as_auditor.get(URL, filters).status_code == 422
    assert Entry.objects.count() == before


def test_another_form_is_not_found(as_auditor: Client) -> None:
    assert as_auditor.get("/journal/export.xlsx").status_code == 404


def test_queries_go_by_chunks_not_by_rows(
    as_auditor: Client, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 50)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            taken(as_auditor)
        return len(queries)

    cost()
    first = cost()
    with transaction.atomic():
        for _ in range(100):
            journal.record(meishan_clerk, "login.ok", meishan_clerk)
    assert cost() <= first + 4
