"""Attacks on the intake by request: others' objects, smuggled fields, methods, headers, searches, floods."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from agencies.models import Agency, Person
from cameras.models import Camera
from inventory import uploads, views
from inventory.models import CameraRow, Obligation, SourceFile, Submission, Version
from reviews.models import Side, Verdict
from tests.factories_inventory import drafted, submitted
from tests.inventory import web
from tests.inventory.drafts import camera_row, obligation_of, started, workbook
from tests.inventory.registering import registered
from tests.matrix import MATRIX
from tests.reviews.scenes import keys_of, latest, stamp
from tests.test_matrix import routes

pytestmark = pytest.mark.django_db


# --- T01, T03, T04: others' objects ---------------------------------------------------------------------------------
def test_others_objects_are_not_there(meishan_clerk: Person, mabu_clerk: Person) -> None:
    """T01, T03: by their own address, and under the address of an own report."""
    theirs, mine = drafted("meishan", rows=1, by=meishan_clerk), started(mabu_clerk)
    book = SourceFile.objects.get()
    client = web.of(mabu_clerk)
    for address in (
        reverse("submission", args=[theirs.pk]),
        reverse("submission_progress", args=[theirs.pk]),
        reverse("source_file_findings", args=[theirs.pk, book.pk]),
        reverse("source_file_findings", args=[mine.pk, book.pk]),
    ):
        assert client.get(address).status_code == 404
    before = list(Version.objects.order_by("pk").values_list("hash", "scan"))
    for name in ("upload", "zero", "scan_upload", "submit", "discard"):
        assert client.post(reverse(f"submission_{name}", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("source_file_remove", args=[mine.pk, book.pk])).status_code == 404
    assert list(Version.objects.order_by("pk").values_list("hash", "scan")) == before
    assert "梅山镇" not in client.get(reverse("submissions")).content.decode()


def test_mixed_ids_are_refused_as_a_whole(data_reviewer: Person) -> None:
    """T04: rows of this case and of another in one press."""
    mine, other = latest(submitted("meishan", rows=2)), latest(submitted("mabu", rows=1))
    told = stamp(mine, Side.DATA, keys=[*keys_of(mine), *keys_of(other)])
    answer = web.of(data_reviewer).post(reverse("review_pass", args=[mine.case_id]), told)
    assert answer.status_code == 422
    assert not Verdict.objects.exists()


# --- T05, T06: smuggled fields --------------------------------------------------------------------------------------
def test_fields_that_are_not_offered_are_ignored(meishan_clerk: Person, mabu_clerk: Person, office: Person) -> None:
    """T05, T06: neither state nor owner nor author can be posted."""
    smuggled: dict[str, Any] = {
        "state": "accepted", "reviewer": office.pk, "agency": mabu_clerk.agency_id, "on_behalf": "1", "number": "7",
        "created_by": office.pk, "obligation": obligation_of("mabu").pk, "version": "99", "hash": "0" * 64, "id": "1",
        "submitted_at": "2026-01-01", "zero_reason": "x", "answer": "zero", "slot": "9", "errors": "0",
    }  # fmt: skip
    owed = obligation_of("meishan")
    web.press(meishan_clerk, "submission_start", owed.pk, kind="rows", **smuggled)
    draft = Submission.objects.get()
    assert (draft.state, draft.number, draft.on_behalf, draft.created_by) == ("draft", 1, False, meishan_clerk)
    assert draft.obligation.agency == Agency.objects.get(code="meishan")
    web.send(meishan_clerk, draft, workbook([camera_row(1)]), **smuggled)
    source, version = SourceFile.objects.get(), Version.objects.get()
    assert (source.state, source.slot, source.file.agency_id) == ("reading", None, meishan_clerk.agency_id)
    assert (source.file.uploaded_by, version.number, version.zero_reason) == (meishan_clerk, 1, "")
    assert web.submit(meishan_clerk, draft).status_code == 409
    assert web.state(draft) == "draft"
    assert set(Obligation.objects.values_list("answer", flat=True)) == {"rows", None}


def test_a_row_cannot_choose_another_agencys_things(meishan_clerk: Person) -> None:
    """T05: the registry number of another unit's camera leads nowhere, whatever the sheet says."""
    registered("education", cameras=[{"code": "34152400001320940001", "name": "第一小学"}])
    theirs = Camera.objects.get()
    registered("meishan", cameras=[{"code": "34152400001320940002", "registry_number": theirs.number, "name": "改名"}])
    theirs.refresh_from_db()
    assert (theirs.name, theirs.version_number) == ("第一小学", 1)


# --- T13: methods ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["start", "upload", "zero", "scan_upload", "submit", "discard"])
def test_only_a_post_acts(meishan_clerk: Person, name: str) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    pk = draft.obligation_id if name == "start" else draft.pk
    address = reverse(f"submission_{name}", args=[pk])
    client = Client(headers={"x-http-method-override": "POST", "x-method-override": "POST"})
    client.force_login(meishan_clerk, backend=web.BACKEND)
    for method in ("get", "head", "options", "put", "patch", "delete", "trace"):
        assert getattr(client, method)(address).status_code == 405, method
    assert client.get(address, {"_method": "POST", "version_hash": "x"}).status_code == 405
    assert web.state(draft) == "draft"


def test_without_the_token_nothing_is_done(meishan_clerk: Person) -> None:
    """T44."""
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    client = Client(enforce_csrf_checks=True)
    client.force_login(meishan_clerk, backend=web.BACKEND)
    answer = client.post(reverse("submission_discard", args=[draft.pk]))
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    json = client.post(reverse("submission_discard", args=[draft.pk]), "{}", content_type="text/plain")
    assert json.status_code == 403
    assert web.state(draft) == "draft"


# --- T45: headers ---------------------------------------------------------------------------------------------------
def assert_safe(answer: Any, what: object) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, what
    assert "unsafe" not in policy and "*" not in policy and "http:" not in policy, what
    assert answer["X-Content-Type-Options"] == "nosniff", what
    assert answer["Referrer-Policy"] == "same-origin", what
    if answer.status_code != 400:  # turned away at the door: nobody's page
        assert answer["Cache-Control"] == "no-store", what
    assert "Server" not in answer and "X-Powered-By" not in answer, what


def addresses(draft: Submission) -> dict[str, str]:
    """An address for every route that takes one without a choice of ours; the pages of others are 404 or 403."""
    source = SourceFile.objects.get()
    chosen: dict[str, list[Any]] = {
        "source_file": [draft.pk, source.pk + 1],  # its bytes are not on the disk here; see test_downloads
        "source_file_findings": [draft.pk, source.pk],
        "submission_scan": [draft.pk, 1],
        "submission_scan_file": [draft.pk, 1],
        "template": ["camera"],
        "guide_sheet": ["camera"],
        "entry_row": [draft.pk, "camera", 1],
        "entry_remove": [draft.pk, "camera", 1],
        "original": [draft.pk, 1, 9],
        "source_file_compared": [draft.pk, source.pk, "fixed"],
    }
    found = {}
    for name in routes():
        usual: list[list[Any]] = [[], [draft.pk], ["csv"], ["camera"], [draft.pk, source.pk], ["camera", draft.pk]]
        tried = [chosen[name]] if name in chosen else usual
        for given in tried:
            try:
                found[name] = reverse(name, args=given)
                break
            except NoReverseMatch:
                continue
    return found


def test_headers_on_every_route(meishan_clerk: Person, office: Person) -> None:
    found = addresses(drafted("meishan", rows=1, by=meishan_clerk, picture=True))
    assert set(found) == set(MATRIX)
    statuses = set()
    clients = [web.of(meishan_clerk), web.of(office), Client()]
    for name, address in found.items():
        answers = [client.get(address) for client in clients if name != "logout"]
        if name != "logout":
            answers.append(clients[0].post(address))
        for answer in answers:
            assert_safe(answer, (name, answer.status_code))
            statuses.add(answer.status_code)
    assert statuses == {200, 204, 302, 400, 403, 404, 405, 409, 422}


def test_headers_on_errors(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """T45, T69: also where nothing of ours was reached; and an accident tells nothing of the inside."""
    client = web.of(meishan_clerk)
    client.raise_request_exception = False
    for answer, status in (
        (client.get("/nowhere/"), 404),
        (client.get("/submissions/99999999999999999999999999/"), 404),
        (client.get("/submissions/", headers={"host": "evil.example"}), 400),
    ):
        assert answer.status_code == status
        assert_safe(answer, status)

    def broken(*_: object) -> None:
        raise RuntimeError("SECRET /var/lib/inside")

    monkeypatch.setattr(views, "reportable", broken)
    answer = client.get(reverse("submissions"))
    assert answer.status_code == 500
    assert_safe(answer, 500)
    html = answer.content.decode()
    assert "系统出了差错" in html
    assert "SECRET" not in html and "Traceback" not in html and settings.SECRET_KEY not in html


# --- T48: searches --------------------------------------------------------------------------------------------------
ODD = ["' OR 1=1--", "%", "_", "\\", "%%", "'; DROP TABLE cameras_camera;--", "\x00", "☃" * 400, "1 OR 1=1", "%(x)s"]
FILTERS = ("agency", "batch", "status", "township")


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_is_searched_is_only_ever_text(meishan_clerk: Person, data_reviewer: Person, odd: str) -> None:
    registered("meishan", cameras=[{"name": "江店路路口"}], platforms=[{}])
    round_ = latest(submitted("meishan", rows=2))
    source = SourceFile.objects.get(version__submission__state="in_review")
    for name in ("cameras", "poles", "platforms"):
        for told in ({"q": odd}, {"sort": odd}, {"page": odd}, dict.fromkeys(FILTERS, odd)):
            answer = web.of(meishan_clerk).get(reverse(name), told)
            assert answer.status_code in (200, 302, 400, 404, 422), (name, told)
            if "q" in told:
                found = answer.content.decode()
                assert "江店路路口" not in found or odd == "\x00", "nothing to search for is no search"
    bench = web.of(data_reviewer).get(reverse("review", args=[round_.case_id]), {"q": odd, "show": odd, "part": odd})
    assert bench.status_code in (200, 422)
    findings = reverse("source_file_findings", args=[source.version.submission_id, source.pk])
    assert web.of(meishan_clerk).get(findings, {"code": odd}).status_code == 422
    assert web.of(meishan_clerk).get(findings, {"page": odd}).status_code == 200
    shown = reverse("submission", args=[source.version.submission_id])
    assert web.of(meishan_clerk).get(shown, {"version": odd}).status_code in (200, 404)
    assert CameraRow.objects.count() == 3


# --- T64: floods ----------------------------------------------------------------------------------------------------
def test_a_report_holds_so_many_files_and_no_more(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    draft = started(meishan_clerk)
    for number in (1, 2):
        assert web.send(meishan_clerk, draft, workbook([camera_row(number)]), f"{number}.xlsx").status_code == 302
    answer = web.send(meishan_clerk, draft, workbook([camera_row(3)]), "3.xlsx")
    assert answer.status_code == 409
    assert "最多 2 份表格" in answer.content.decode()
    assert SourceFile.objects.count() == 2


def test_many_files_and_fields_in_one_request(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    client = web.of(meishan_clerk)
    many = {f"f{number}": SimpleUploadedFile("x.xlsx", b"x") for number in range(150)}
    assert client.post(reverse("submission_upload", args=[draft.pk]), many).status_code == 400
    fields = {f"f{number}": "x" for number in range(6000)}
    assert client.post(reverse("submission_upload", args=[draft.pk]), fields).status_code == 400
    huge = {"datum": "很" * (2 << 20)}
    assert client.post(reverse("submission_upload", args=[draft.pk]), huge).status_code == 400
    assert client.get(reverse("submission", args=[draft.pk])).status_code == 200


def test_pages_do_not_grow_with_what_is_in_them(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=60, by=meishan_clerk)
    small = len(web.page(meishan_clerk, drafted("meishan", rows=1, by=meishan_clerk)))
    assert len(web.page(meishan_clerk, draft)) < small * 1.2
