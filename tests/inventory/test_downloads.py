"""Handing files out: byte for byte, under their own name, inert, and only to those who may see the report."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from agencies.models import Person
from demo.paper import stamped as paper
from files.models import StoredFile
from inventory import uploads
from inventory.models import SourceFile, Submission, Version
from tests.inventory import web
from tests.inventory.drafts import DEFAULTS, camera_row, stamped, started, work, workbook

pytestmark = pytest.mark.django_db

BOOK = "调研表 （梅山）.xlsx"


@pytest.fixture
def data() -> bytes:
    return workbook([camera_row(1)])


@pytest.fixture
def draft(meishan_clerk: Person, data: bytes) -> Submission:
    """A list with its workbook and its scan."""
    submission = started(meishan_clerk)
    uploads.upload_workbook(meishan_clerk, submission.pk, data, BOOK, DEFAULTS)
    work()
    stamped(meishan_clerk, submission)
    return submission


def addresses(submission: Submission) -> dict[str, str]:
    source = SourceFile.objects.get(version__submission=submission)
    return {
        "book": web.url("source_file", submission.pk, source.pk),
        "scan": web.url("submission_scan_file", submission.pk, 1),
        "preview": web.url("submission_scan", submission.pk, 1),
    }


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_originals_come_back_byte_for_byte(request: pytest.FixtureRequest, draft: Submission, data: bytes) -> None:
    at = addresses(draft)
    for who in ("meishan_clerk", "meishan_colleague", "data_reviewer", "police_reviewer", "office", "leader"):
        client = web.of(request.getfixturevalue(who))
        book, scan = client.get(at["book"]), client.get(at["scan"])
        assert body(book) == data
        assert body(scan) == paper(Version.objects.get())
    assert book["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(BOOK, safe='')}"
    assert scan["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote('盖章.png')}"
    assert book["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_they_are_inert(meishan_clerk: Person, draft: Submission) -> None:
    for name, address in addresses(draft).items():
        answer = web.of(meishan_clerk).get(address)
        policy = answer["Content-Security-Policy"]
        assert "sandbox" in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, name
        assert "script-src" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert "X-Accel-Redirect" not in answer and "var/" not in str(answer.headers)
        assert answer["Content-Disposition"].startswith("inline" if name == "preview" else "attachment")


def test_strangers_find_nothing(request: pytest.FixtureRequest, draft: Submission) -> None:
    """T02, T65: nor does the answer betray where the file lies, and asking for a part of it needs the same right."""
    for who in ("mabu_clerk", "education_clerk", "sysadmin", "secadmin", "auditor"):
        client = web.of(request.getfixturevalue(who))
        for address in addresses(draft).values():
            for headers in ({}, {"range": "bytes=0-99"}, {"if-none-match": "*"}):
                answer = client.get(address, headers=headers)
                assert answer.status_code == 404, who
                assert "X-Accel-Redirect" not in answer
                assert StoredFile.objects.earliest("uploaded_at").path not in answer.content.decode()
    for address in addresses(draft).values():
        assert Client().get(address)["Location"].startswith(web.url("login"))


def test_a_file_of_another_report_under_the_own_address(
    meishan_clerk: Person, mabu_clerk: Person, draft: Submission
) -> None:
    """T01, T02: both ids must belong together."""
    mine = started(mabu_clerk)
    book = SourceFile.objects.get()
    assert web.of(mabu_clerk).get(web.url("source_file", mine.pk, book.pk)).status_code == 404
    assert web.of(mabu_clerk).get(web.url("submission_scan_file", mine.pk, 1)).status_code == 404
    assert web.of(meishan_clerk).get(web.url("source_file", draft.pk, book.pk + 1)).status_code == 404
    assert web.of(meishan_clerk).get(web.url("submission_scan", draft.pk, 2)).status_code == 404


def test_a_version_without_a_scan_or_a_preview(meishan_clerk: Person, draft: Submission) -> None:
    StoredFile.objects.filter(kind="scan").update(preview="")
    assert web.of(meishan_clerk).get(addresses(draft)["preview"]).status_code == 404
    Version.objects.update(scan=None)
    assert web.of(meishan_clerk).get(addresses(draft)["scan"]).status_code == 404


def test_only_by_asking(meishan_clerk: Person, draft: Submission) -> None:
    for address in addresses(draft).values():
        for method in ("post", "put", "delete", "options"):
            assert getattr(web.of(meishan_clerk), method)(address).status_code == 405
