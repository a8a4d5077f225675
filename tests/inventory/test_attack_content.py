"""What a sheet, a file name or a reason may carry, shown everywhere it is shown: inert (T46, T47, T49)."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser

import pytest

from agencies.models import Agency, Person
from cameras.models import Camera, Pole
from inventory import services
from inventory.models import Campaign, ReportKind, SourceFile, Submission
from platforms.models import Platform
from reviews.models import Case, Side
from tests.factories_inventory import submitted_zero
from tests.inventory import web
from tests.inventory.drafts import camera_row, platform_row, stamped, started, uploaded
from tests.inventory.quickly import read_here
from tests.inventory.registering import decide
from tests.reviews.scenes import close_side, keys_of, latest, pass_all, return_first

pytestmark = pytest.mark.django_db

IMG = "<img src=x onerror=alert(1)>"
SVG = '"><svg/onload=alert(1)>'
SCRIPT = "</textarea></title><script>alert(1)</script>"
TEMPLATE = "{{7*7}}{% include 'x' %}${7*7}"
LINK = "javascript:alert(1)"
EVIL = [IMG, SVG, SCRIPT, TEMPLATE, LINK]


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


class Live(HTMLParser):
    """What of a page would run or lead outside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.found.append("inline script")
        if any(key.startswith("on") for key in told):
            self.found.append(f"{tag} {told}")
        for key in ("src", "href", "action", "hx-get", "formaction"):
            value = told.get(key, "")
            if value == "x" or value.lower().strip().startswith(("javascript:", "data:text", "vbscript:")):
                self.found.append(f"{tag} {key}={value}")
        if "style" in told:
            self.found.append(f"{tag} style")


def assert_inert(html: str, *shown: str) -> None:
    """Nothing of it is alive, and what should be seen is seen as text."""
    assert Live(html).found == []
    assert IMG not in html and SVG not in html and SCRIPT not in html
    for text in shown:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        escaped = escaped.replace('"', "&quot;").replace("'", "&#x27;")
        assert escaped in html, text


@pytest.fixture
def evil(meishan_clerk: Person) -> Submission:
    """A report whose every free text is an attack."""
    submission = started(meishan_clerk)
    Campaign.objects.update(name=f"轮次{IMG}", scope=SCRIPT)
    uploaded(meishan_clerk, submission, [platform_row(name=IMG, vendor=SVG, address=SCRIPT)], kind="platform")
    rows = [
        camera_row(1, name=IMG, brand=SVG, label=TEMPLATE, platform_name=IMG, police_station=LINK, pole_number=SVG),
        camera_row(2, name=SCRIPT, status=SVG, measure=IMG),
    ]
    uploaded(meishan_clerk, submission, rows)
    return submission


def test_the_units_pages(meishan_clerk: Person, evil: Submission) -> None:
    submission = evil
    uploaded(
        meishan_clerk,
        submission,
        [camera_row(7, code=IMG, built=SCRIPT, pole_height=SVG, name="第三份")],
    )
    html = web.page(meishan_clerk, submission)
    assert_inert(html)
    client = web.of(meishan_clerk)
    for source in SourceFile.objects.all():
        listing = client.get(web.url("source_file_findings", submission.pk, source.pk)).content.decode()
        assert_inert(listing)
    last = client.get(web.url("source_file_findings", submission.pk, source.pk)).content.decode()
    assert_inert(last, IMG, SVG, SCRIPT)
    for name in ("home", "submissions", "guide", "progress"):
        assert_inert(client.get(web.url(name)).content.decode())


def test_what_the_form_gives_back(meishan_clerk: Person) -> None:
    """A refused form shows what was typed, and a refused file its name."""
    zero = started(meishan_clerk, ReportKind.ZERO)
    answer = web.press(meishan_clerk, "submission_zero", zero.pk, reason="<b>'\"")
    assert answer.status_code == 422
    assert_inert(answer.content.decode())
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + IMG + SCRIPT)
    assert_inert(web.page(meishan_clerk, zero), web.REASON + IMG + SCRIPT)
    web.press(meishan_clerk, "submission_discard", zero.pk)
    rows = started(meishan_clerk)
    refused = web.send(meishan_clerk, rows, b"MZ", f"{IMG}.xlsx", datum=SVG)
    assert refused.status_code == 422
    assert_inert(refused.content.decode())


def test_the_reviewers_pages_and_what_comes_back(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, evil: Submission
) -> None:
    services.submit(meishan_clerk, evil.pk, stamped(meishan_clerk, evil))
    case = Case.objects.get()
    client = web.of(data_reviewer)
    opened = [
        client.get(web.url("review", case.pk), {"part": "camera", "row": str(key)}).content.decode()
        for key in keys_of(latest(evil))
    ]
    assert_inert("".join(opened), IMG, SVG, TEMPLATE, SCRIPT)
    assert_inert(client.get(web.url("review", case.pk), {"part": "platform", "q": SVG}).content.decode())
    assert_inert(client.get(web.url("review_queue")).content.decode())
    round_ = latest(evil)
    return_first(data_reviewer, round_, Side.DATA, reason=f"请改{IMG}{SVG}")
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    assert_inert(web.page(meishan_clerk, evil), f"请改{IMG}{SVG}")
    assert_inert(web.of(data_reviewer).get(web.url("review", case.pk)).content.decode(), IMG)


def test_the_registry_the_journal_and_the_zero_report(
    meishan_clerk: Person,
    mabu_clerk: Person,
    data_reviewer: Person,
    leader: Person,
    auditor: Person,
    evil: Submission,
) -> None:
    services.submit(meishan_clerk, evil.pk, stamped(meishan_clerk, evil))
    decide(evil)
    Agency.objects.filter(code="meishan").update(short_name=f"梅山{IMG}")
    for person in (meishan_clerk, leader):
        client = web.of(Person.objects.get(pk=person.pk))
        assert_inert(client.get(web.url("cameras")).content.decode(), IMG)
        assert_inert(client.get(web.url("cameras"), {"q": SVG}).content.decode())
        assert_inert(client.get(web.url("poles")).content.decode(), SVG)
        assert_inert(client.get(web.url("platforms")).content.decode(), IMG)
        one = Camera.objects.get(name=IMG)
        assert_inert(client.get(web.url("camera", one.pk)).content.decode(), IMG, SVG, TEMPLATE, LINK)
        assert_inert(client.get(web.url("pole", Pole.objects.get().pk)).content.decode(), SVG)
        assert_inert(client.get(web.url("platform", Platform.objects.get().pk)).content.decode(), IMG, SVG)
        for name in ("home", "progress", "progress_units"):
            assert_inert(client.get(web.url(name)).content.decode())
    assert_inert(web.of(auditor).get(web.url("journal")).content.decode())
    zero = submitted_zero("mabu", reason=web.REASON + IMG, by=mabu_clerk)
    case = Case.objects.get(subject_id=zero.pk)
    assert_inert(web.of(data_reviewer).get(web.url("review", case.pk)).content.decode(), web.REASON + IMG)


# --- T49: formulas out ----------------------------------------------------------------------------------------------
FORMULAS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "＝1+1", "{=1}", "http://example.org/x", "\t=1+1"]


def test_exports_calculate_nothing(meishan_clerk: Person) -> None:
    """From the sheet of one to the sheet of another: names that a spreadsheet program would run."""
    submission = started(meishan_clerk)
    rows = [
        camera_row(number, name=f"{text}路口", brand=text, label=text) for number, text in enumerate(FORMULAS, start=1)
    ]
    source = uploaded(meishan_clerk, submission, rows)
    assert source.errors == 0
    services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))
    decide(submission)
    client = web.of(meishan_clerk)

    def body(form: str) -> bytes:
        answer = client.get(web.url("camera_export", form))
        return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]

    book = zipfile.ZipFile(io.BytesIO(body("xlsx")))
    xml = "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))
    assert "<f>" not in xml and "<f " not in xml and "<hyperlink" not in xml
    text = body("csv").decode("utf-8-sig")
    for line in text.splitlines()[1:]:
        for cell in line.split(","):
            value = cell.strip('"')
            assert not value.startswith(("=", "+", "@", "\t", "\r", "＝")), value
            assert not value.startswith("-") or value[1:].replace(".", "", 1).isdigit(), value
    assert "115.90" in text
