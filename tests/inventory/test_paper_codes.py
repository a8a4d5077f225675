"""The code on the page to be stamped, and what the code on a scan says of a version (issue 4, must show 6)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from agencies.models import Person
from demo.paper import stamped, stamped_page
from inventory.models import ReportKind, ScanCode, Submission, Version
from inventory.paper import codes
from inventory.paper.codes import Code
from notices.models import Notice
from tests.factories_inventory import drafted, hand_in, mended, submitted, submitted_zero
from tests.inventory import web
from tests.inventory.drafts import started
from tests.reviews.scenes import keys_of, latest, send_back

pytestmark = pytest.mark.django_db

A, B = "a" * 64, "b" * 64


def only() -> Version:
    return Version.objects.get()


def newest(submission: Submission) -> Version:
    return submission.versions.latest("number")


def printed(person: Person, version: Version) -> str:
    answer = web.of(person).get(web.url("stamp_page", version.submission_id, version.number))
    assert answer.status_code == 200
    return str(answer.content.decode())


def returned(clerk: Person, data: Person, police: Person, rows: int = 3) -> tuple[Submission, Version]:
    """A list that was sent back, and its second version with one row changed."""
    sent = submitted("meishan", rows=rows, by=clerk)
    key = keys_of(latest(sent))[0]
    send_back(sent, data, police)
    return sent, mended(sent, {key: {"brand": "大华"}}, by=clerk)


# --- on the page -----------------------------------------------------------------------------------------------------
def squares(html: str) -> list[Image.Image]:
    """The codes of the page, drawn from its own SVG."""
    found = []
    for size, path in re.findall(r'viewBox="0 0 (\d+) \d+"[^>]*><path d="([^"]+)"', html):
        picture = Image.new("L", (int(size), int(size)), 255)
        for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
            picture.paste(0, (int(x), int(y), int(x) + int(wide), int(y) + 1))
        found.append(picture.resize((int(size) * 5, int(size) * 5), Image.Resampling.NEAREST))
    return found


def test_the_page_carries_the_code_of_its_content_twice(meishan_clerk: Person) -> None:
    drafted("meishan", rows=2, by=meishan_clerk)
    version = only()
    html = printed(meishan_clerk, version)
    drawn = squares(html)
    assert len(drawn) == 2
    for picture in drawn:
        (read,) = zxingcpp.read_barcodes(picture)
        assert read.text == f"JZ1:{version.submission_id}:1:{version.hash.upper()}"
        assert str(read.format) in ("QRCode", "QR Code")
        assert read.ec_level == "Q"
    assert codes.number_of(version.submission_id) in html
    assert "style=" not in html.split("<article")[1]


def test_a_zero_report_carries_it_too(mabu_clerk: Person) -> None:
    submitted_zero("mabu", by=mabu_clerk)
    (read,) = zxingcpp.read_barcodes(squares(printed(mabu_clerk, only()))[0])
    assert codes.parse(read.text) == codes.code_of(only())


def test_what_is_not_to_be_stamped_has_none(meishan_clerk: Person) -> None:
    drafted("meishan", rows=1, by=meishan_clerk)
    only().files.update(errors=1)
    assert squares(printed(meishan_clerk, only())) == []


# --- what a text says ------------------------------------------------------------------------------------------------
def test_a_code_comes_back_as_it_was() -> None:
    code = Code(123, 4, A)
    assert code.text == f"JZ1:123:4:{'A' * 64}"
    assert codes.parse(code.text) == code
    assert code.submission == "JZ-B-000123"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "JZ1:",
        f"JZ1:1:1:{'A' * 63}",
        f"JZ1:1:1:{'A' * 65}",
        f"JZ1:1:1:{'a' * 64}",
        f"JZ1:1:1:{'G' * 64}",
        f"JZ1:0:1:{'A' * 64}",
        f"JZ1:01:1:{'A' * 64}",
        f"JZ1:-1:1:{'A' * 64}",
        f"JZ1:１:1:{'A' * 64}",
        f"JZ1:{'9' * 13}:1:{'A' * 64}",
        f"JZ1:1:{'9' * 7}:{'A' * 64}",
        f"JZ2:1:1:{'A' * 64}",
        f" JZ1:1:1:{'A' * 64}",
        f"JZ1:1:1:{'A' * 64}\n",
        f"JZ1:1:1:{'A' * 64}<script>",
        "JZ1:1:1:' OR 1=1 --",
    ],
)
def test_anything_else_is_no_code(text: str) -> None:
    assert codes.parse(text) is None


# --- what a scan says of a version -----------------------------------------------------------------------------------
@pytest.fixture
def second(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> Version:
    return returned(meishan_clerk, data_reviewer, police_reviewer)[1]


def test_judging(second: Version) -> None:
    own = second.submission_id
    first = Version.objects.get(submission=own, number=1)
    this, before = Code(own, 2, second.hash), Code(own, 1, first.hash)
    drafts, strange = Code(own, 2, A), Code(own + 1, 2, second.hash)

    def judged(*found: Code | str) -> tuple[ScanCode, Code | None]:
        return codes.judge(second, [each if isinstance(each, str) else each.text for each in found])

    assert judged() == judged("JZ1:x", "<script>") == (ScanCode.ABSENT, None)
    assert judged(this) == judged(before, this) == judged(this, before, this) == (ScanCode.MATCH, this)
    assert judged(Code(own, 1, second.hash)) == (ScanCode.MATCH, Code(own, 1, second.hash)), "the same content"
    assert judged(before) == (ScanCode.OTHER, before)
    assert judged(drafts) == judged(this, drafts) == (ScanCode.OTHER, drafts), "a sheet from before a change among it"
    assert judged(strange) == judged(this, strange) == (ScanCode.OTHER, strange), "the same content of another report"
    assert judged(Code(own, 1, A)) == (ScanCode.OTHER, Code(own, 1, A))


def send(clerk: Person, submission: Submission, text: str) -> Any:
    return web.send_scan(clerk, submission, stamped_page(text))


def test_its_own_paper_matches(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    Version.objects.update(scan_code="unread", scan_code_hash="", scan_code_text="")
    answer = web.send_scan(meishan_clerk, draft, stamped(only()))
    assert answer["Location"].endswith("#submit")
    version = only()
    assert (version.scan_code, version.scan_code_hash) == ("match", version.hash)
    assert codes.parse(version.scan_code_text) == codes.code_of(version)
    html = web.page(meishan_clerk, draft)
    assert "与这一版一致" in html
    assert "is-bad" not in html.split('id="scan"')[1].split("</section>")[0]
    assert web.submit(meishan_clerk, draft).status_code == 302


def test_the_paper_of_an_earlier_version_is_told_and_refused(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    sent, version = returned(meishan_clerk, data_reviewer, police_reviewer)
    answer = web.send_scan(meishan_clerk, sent, stamped(Version.objects.get(submission=sent, number=1)))
    assert answer["Location"].endswith("#scan")
    version.refresh_from_db()
    assert version.scan_code == "other"
    told = "扫描件是第 1 版的，现在要交的是第 2 版。请打印第 2 版的盖章页，盖章、扫描后重新上传。"
    html = web.page(meishan_clerk, sent)
    scan = html.split('id="scan"')[1].split("</section>")[0]
    assert "notice is-bad" in scan and told in scan
    assert "与当前内容一致" not in scan
    assert "打印盖章，上传盖章扫描件" in html
    answer = web.submit(meishan_clerk, sent)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    facts = web.entry_of("submission.scan_attached", version=2).facts
    assert (facts["code"], facts["says"]) == ("other", version.scan_code_text)
    send(meishan_clerk, sent, codes.code_of(newest(sent)).text)  # type: ignore[union-attr]
    assert web.submit(meishan_clerk, sent).status_code == 302


def test_the_paper_of_another_report_is_told_without_saying_whose(meishan_clerk: Person, mabu_clerk: Person) -> None:
    other = submitted_zero("mabu", by=mabu_clerk)
    theirs = only()
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    web.send_scan(meishan_clerk, draft, stamped(theirs))
    html = web.page(meishan_clerk, draft)
    assert f"扫描件是另一份报送（{codes.number_of(other.pk)} 第 1 版）的，不是这一份的" in html
    assert "麻埠" not in html.split('id="scan"')[1]
    assert web.submit(meishan_clerk, draft).status_code == 409


def test_the_units_other_clerks_are_told_until_the_right_paper_is_there(
    meishan_clerk: Person, meishan_colleague: Person, mabu_clerk: Person, office: Person
) -> None:
    submitted_zero("mabu", by=mabu_clerk)
    theirs = only()
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    web.send_scan(office, draft, stamped(theirs))
    told = Notice.objects.filter(kind="scan", settled_at=None)
    assert {notice.person for notice in told} == {meishan_clerk, meishan_colleague}
    assert {notice.url for notice in told} == {web.url("submission", draft.pk)}
    assert all("扫描件是另一份报送" in notice.text for notice in told)
    web.send_scan(meishan_clerk, draft, stamped(newest(draft)))
    assert not told.all().exists()


def test_paper_printed_before_a_change(meishan_clerk: Person) -> None:
    zero = started(meishan_clerk, ReportKind.ZERO)
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    page = stamped(only())
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "已再次核实。")
    web.send_scan(meishan_clerk, zero, page)
    assert "扫描件是内容改动之前打印的，与现在的内容不一致" in web.page(meishan_clerk, zero)
    assert web.submit(meishan_clerk, zero).status_code == 409


def test_a_change_after_stamping_voids_what_the_code_said(meishan_clerk: Person) -> None:
    """As it voids the scan itself; changed back, the same paper holds again."""
    zero = started(meishan_clerk, ReportKind.ZERO)
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    web.send_scan(meishan_clerk, zero, stamped(only()))
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "已再次核实。")
    html = web.page(meishan_clerk, zero)
    assert "盖章之后内容有改动，请重新打印盖章并上传扫描件" in html
    assert "与这一版一致" not in html
    assert not codes.stamped(only())
    assert web.submit(meishan_clerk, zero).status_code == 409
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    assert "与这一版一致" in web.page(meishan_clerk, zero)
    assert web.submit(meishan_clerk, zero).status_code == 302


def test_without_a_code_it_may_be_handed_in_and_is_said_to_be_compared(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    assert send(meishan_clerk, draft, "").status_code == 302
    assert only().scan_code == "absent"
    html = web.page(meishan_clerk, draft)
    assert "没有读到" in html and "由数据局和公安局各自核对" in html
    assert web.submit(meishan_clerk, draft).status_code == 302


def test_a_copy_keeps_what_its_scan_said(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    """The next version begins with the same content, and with the same paper until something changes."""
    sent = submitted("meishan", rows=2, by=meishan_clerk)
    send_back(sent, data_reviewer, police_reviewer)
    second = mended(sent, {}, by=meishan_clerk)
    first = Version.objects.get(submission=sent, number=1)
    second.refresh_from_db()
    for name in ("hash", *codes.NOTED):
        assert getattr(second, name) == getattr(first, name)
    assert codes.stamped(second)
    hand_in(sent, meishan_clerk)


# --- hostile ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "JZ1:<script>alert(1)</script>",
        "JZ1:1:1:" + "A" * 63 + "<img src=x onerror=alert(1)>",
        "https://example.org/",
        "JZ9:1:1:" + "A" * 64,
        "A" * 1200,
    ],
    ids=["script", "script with prefix", "tail", "link", "later form", "huge"],
)
def test_a_hostile_code_is_no_code_and_is_shown_nowhere(meishan_clerk: Person, text: str) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    assert send(meishan_clerk, draft, text).status_code == 302
    version = only()
    assert (version.scan_code, version.scan_code_text, version.scan_code_hash) == ("absent", "", "")
    html = web.page(meishan_clerk, draft)
    assert text not in html and "alert(1)" not in html and "example.org" not in html
    assert "says" not in web.entry_of("submission.scan_attached", code="absent").facts


def test_a_forged_code_of_a_hash_that_never_was(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    send(meishan_clerk, draft, Code(draft.pk, 1, B).text)
    assert web.submit(meishan_clerk, draft).status_code == 409
    send(meishan_clerk, draft, Code(999_999_999_999, 999_999, B).text)
    version = only()
    assert version.scan_code == "other"
    assert "JZ-B-999999999999 第 999999 版" in web.page(meishan_clerk, draft)
