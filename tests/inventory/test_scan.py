"""The stamped scan: checked, kept with a preview, bound to the content as it was; each refusal with its status."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from agencies.models import Person
from demo.paper import stamped_page
from files.models import StoredFile
from inventory.models import ReportKind, Submission, Version
from tests.factories_inventory import drafted, submitted
from tests.hostile import scans
from tests.inventory import web
from tests.inventory.drafts import started

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    """A list with a scan in place of which another comes."""
    return drafted("meishan", rows=1, by=meishan_clerk)


def scan_of(submission: Submission) -> StoredFile | None:
    return Version.objects.get(submission=submission).scan


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (stamped_page(), "盖章.png", "image/png"),
        (scans.picture("JPEG"), "盖章.JPG", "image/jpeg"),
        (scans.pdf(), "盖章 扫描件.pdf", "application/pdf"),
    ],
    ids=["png", "jpeg", "pdf"],
)
def test_it_is_kept_with_a_preview_and_bound(
    meishan_clerk: Person, draft: Submission, data: bytes, name: str, kind: str
) -> None:
    answer = web.send_scan(meishan_clerk, draft, data, name)
    assert (answer.status_code, answer["Location"]) == (302, web.url("submission", draft.pk) + "#submit")
    version, scan = Version.objects.get(), scan_of(draft)
    assert scan is not None
    assert version.scan_hash == version.hash != ""
    assert (scan.name, scan.media_type, scan.size) == (name, kind, len(data))
    assert Path(default_storage.path(scan.path)).read_bytes() == data
    preview = Image.open(default_storage.path(scan.preview))
    assert (preview.format, preview.width <= 1400) == ("PNG", True)
    told = [each for each in web.actions(draft) if each == "submission.scan_attached"]
    assert len(told) == 2
    html = web.page(meishan_clerk, draft)
    assert web.url("submission_scan", draft.pk, 1) in html and "与当前内容一致" in html


def test_a_zero_reports_scan(meishan_clerk: Person) -> None:
    zero = started(meishan_clerk, ReportKind.ZERO)
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    assert web.send_scan(meishan_clerk, zero, stamped_page()).status_code == 302
    assert scan_of(zero) is not None


def test_nothing_to_stamp_yet(meishan_clerk: Person) -> None:
    before = set(Path(default_storage.path("")).rglob("*.png"))
    for kind in (ReportKind.ROWS, ReportKind.ZERO):
        empty = started(meishan_clerk, kind)
        answer = web.send_scan(meishan_clerk, empty, stamped_page())
        assert answer.status_code == 409
        assert "请先上传表格（或填写零报告理由）" in answer.content.decode()
        web.press(meishan_clerk, "submission_discard", empty.pk)
    assert not StoredFile.objects.exists()
    assert set(Path(default_storage.path("")).rglob("*.png")) == before


def test_content_that_changes_afterwards_loses_it(meishan_clerk: Person) -> None:
    zero = started(meishan_clerk, ReportKind.ZERO)
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    web.send_scan(meishan_clerk, zero, stamped_page())
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "已再次核实。")
    html = web.page(meishan_clerk, zero)
    assert "盖章之后内容有改动，请重新打印盖章并上传扫描件" in html
    assert web.submit(meishan_clerk, zero).status_code == 409


def test_a_stranger_finds_nothing(mabu_clerk: Person, draft: Submission) -> None:
    assert web.send_scan(mabu_clerk, draft, stamped_page()).status_code == 404


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, draft: Submission) -> None:
    before = scan_of(draft)
    assert web.send_scan(request.getfixturevalue(who), draft, stamped_page()).status_code == 403
    assert scan_of(draft) == before


def test_not_during_the_review(meishan_clerk: Person) -> None:
    submission = submitted("meishan", rows=1, by=meishan_clerk)
    for data in (stamped_page(), b"", b"MZ"):
        assert web.send_scan(meishan_clerk, submission, data).status_code == 409


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "盖章.pdf"),
        (b"1", "盖章.pdf"),
        (b"MZ\x90\0" + bytes(300), "盖章.pdf"),
        (stamped_page(), "盖章.exe"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "盖章.svg"),
        (scans.picture("GIF"), "盖章.gif"),
        (scans.pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "盖章.pdf"),
    ],
    ids=["empty", "one byte", "program", "name", "svg", "gif", "script"],
)
def test_what_is_no_sound_scan_is_refused_with_its_code(
    meishan_clerk: Person, draft: Submission, data: bytes, name: str
) -> None:
    before = scan_of(draft)
    answer = web.send_scan(meishan_clerk, draft, data, name)
    assert answer.status_code == 422
    said = answer.context["scan_form"].errors["scan"][0]
    assert "（G1" in said and said in answer.content.decode()
    assert "。。" not in said
    assert "文件没有收下" not in answer.content.decode()
    assert scan_of(draft) == before
    assert web.entry("submission.file_refused").facts["code"] in said


def test_one_over_the_limit(meishan_clerk: Person, draft: Submission, settings: Any) -> None:
    settings.SCAN_MAX_BYTES = 1000
    answer = web.send_scan(meishan_clerk, draft, stamped_page())
    assert answer.status_code == 422
    assert "（G1" in answer.content.decode()


def test_no_file_at_all(meishan_clerk: Person, draft: Submission) -> None:
    answer = web.press(meishan_clerk, "submission_scan_upload", draft.pk)
    assert answer.status_code == 422
    assert "必填" in answer.content.decode()


# --- T63 ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name"),
    [(scans.png_bomb(), "大.png"), (scans.png_text_bomb(), "注.png")],
    ids=["pixels", "text"],
)
def test_bombs_are_refused_and_the_next_scan_is_taken(
    meishan_clerk: Person, draft: Submission, data: bytes, name: str
) -> None:
    answer = web.send_scan(meishan_clerk, draft, data, name)
    assert answer.status_code == 422
    assert "（G1" in answer.content.decode() or "（G05" in answer.content.decode()
    assert web.send_scan(meishan_clerk, draft, stamped_page()).status_code == 302


def test_the_preview_carries_nothing_of_what_the_picture_carried(meishan_clerk: Person, draft: Submission) -> None:
    web.send_scan(meishan_clerk, draft, scans.with_metadata("JPEG", orientation=6), "手机拍的.jpg")
    shown = web.of(meishan_clerk).get(web.url("submission_scan", draft.pk, 1))
    drawn = b"".join(shown.streaming_content)  # type: ignore[attr-defined]
    assert b"SECRET" not in drawn and b"Exif" not in drawn
    picture = Image.open(io.BytesIO(drawn))
    assert not picture.getexif() and "icc_profile" not in picture.info
    assert picture.height > picture.width
