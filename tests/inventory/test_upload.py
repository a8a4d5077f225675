"""Uploading a workbook: kept as handed in, read by the worker, its rows staged; each refusal with its status."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Person, PersonRole, Role
from files.models import StoredFile
from inventory.models import CameraRow, Edit, PlatformRow, ReportKind, RowFinding, SourceFile, Submission, Version
from jobs.models import Job
from reviews.models import Side
from tests.inventory import web
from tests.inventory.drafts import camera_row, platform_row, started, submitted, unreadable, work, workbook
from tests.inventory.quickly import read_here
from tests.inventory.registering import reviewer
from tests.reviews.scenes import close_side, latest, pass_all, return_first

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk)


def files(submission: Submission) -> list[tuple[str, str, int | None, int]]:
    """(name, state, slot, rows) of the newest version's files."""
    version = Version.objects.filter(submission=submission).latest("number")
    found = version.files.select_related("file").order_by("slot", "pk")
    return [(each.file.name, each.state, each.slot, each.rows_read) for each in found]


def rows(submission: Submission) -> list[str | None]:
    """The names of the newest version's cameras, in their order."""
    version = Version.objects.filter(submission=submission).latest("number")
    found = CameraRow.objects.filter(source_file__version=version).order_by("source_file__slot", "row")
    return list(found.values_list("name", flat=True))


def send(clerk: Person, submission: Submission, data: bytes, name: str = "调研表.xlsx", **choices: Any) -> Any:
    """Upload, and let the worker do its part."""
    answer = web.send(clerk, submission, data, name, **choices)
    work()
    return answer


# --- it works -------------------------------------------------------------------------------------------------------
def test_it_is_kept_as_handed_in_and_read(meishan_clerk: Person, draft: Submission) -> None:
    data = workbook([camera_row(1), camera_row(2)])
    answer = web.send(meishan_clerk, draft, data, datum="gcj02", funding="social")
    assert (answer.status_code, answer["Location"]) == (302, web.url("submission", draft.pk))
    source = SourceFile.objects.get()
    assert (source.state, source.slot, source.datum, source.funding) == ("reading", None, "gcj02", "social")
    original = source.file
    assert (original.sha256, original.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (original.name, original.kind, original.uploaded_by) == ("调研表.xlsx", "workbook", meishan_clerk)
    kept = Path(default_storage.path(original.path))
    assert kept.read_bytes() == data
    assert kept.stat().st_mode & 0o777 == 0o440
    assert not CameraRow.objects.exists()
    told = web.entry("submission.file_uploaded").facts
    assert told == {"version": 1, "file": "调研表.xlsx", "sha256": original.sha256, "bytes": len(data)}
    assert Edit.objects.filter(person=meishan_clerk, version__submission=draft).exists()

    work()
    source.refresh_from_db()
    assert (source.state, source.slot, source.rows_read, source.rows_ignored) == ("read", 1, 2, 1)
    assert (source.errors, source.warnings) == (0, 1)
    assert RowFinding.objects.get().code == "C406", "the platform sheet is still to come"
    assert rows(draft) == ["示例路口1", "示例路口2"]
    assert {row.datum for row in CameraRow.objects.all()} == {"gcj02"}
    assert {row.funding for row in CameraRow.objects.all()} == {"social"}
    assert web.actions(draft) == ["submission.started", "submission.file_uploaded", "submission.file_read"]
    version = Version.objects.get()
    told = web.entry("submission.file_read").facts
    assert (told["rows"], told["digest"]) == (2, version.hash)
    assert Job.objects.get().state == "done"


def test_the_numbers_of_the_page_add_up(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1), camera_row(2, name=""), camera_row(3, leased=None)]))
    html = web.page(meishan_clerk, draft)
    assert "读到 4 行 = 可提交 1 + 有错 2 + 忽略 1" in html
    assert "C111" in html and "C151" in html


def test_both_sheets_and_an_old_format(meishan_clerk: Person, draft: Submission) -> None:
    """A second file is added beside the first; an .xls is as good."""
    send(meishan_clerk, draft, workbook([platform_row()], "platform"), "平台.xlsx")
    send(meishan_clerk, draft, old_format([camera_row(1)]), "摄像机.xls")
    assert files(draft) == [("平台.xlsx", "read", 1, 1), ("摄像机.xls", "read", 2, 1)]
    assert (PlatformRow.objects.count(), rows(draft)) == (1, ["示例路口1"])
    assert StoredFile.objects.get(name="摄像机.xls").media_type == "application/vnd.ms-excel"


def old_format(filled: list[dict[str, Any]]) -> bytes:
    """The camera form as an .xls: the same cells, written by another library."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(filled)), data_only=True).active
    assert sheet is not None
    book = xlwt.Workbook()
    out = book.add_sheet(sheet.title)
    for line in sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                out.write(cell.row - 1, cell.column - 1, cell.value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_colleague_may_go_on(meishan_clerk: Person, meishan_colleague: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1)]), "一.xlsx")
    send(meishan_colleague, draft, workbook([camera_row(2)]), "二.xlsx")
    assert rows(draft) == ["示例路口1", "示例路口2"]
    assert {edit.person for edit in Edit.objects.all()} == {meishan_clerk, meishan_colleague}


# --- replacing ------------------------------------------------------------------------------------------------------
def test_the_page_offers_to_take_the_files_place(meishan_clerk: Person, draft: Submission) -> None:
    """As the browser sends it: the drop-down points at the file with errors."""
    send(meishan_clerk, draft, workbook([camera_row(1, name=""), camera_row(2)]), "旧.xlsx")
    form = web.form(web.page(meishan_clerk, draft), web.url("submission_upload", draft.pk))
    mended = SimpleUploadedFile("新.xlsx", workbook([camera_row(1, name="改名路口"), camera_row(2)]))
    assert form.send(web.of(meishan_clerk), workbook=mended).status_code == 302
    assert rows(draft) == ["", "示例路口2"]
    work()
    assert files(draft) == [("新.xlsx", "read", 1, 2)]
    assert rows(draft) == ["改名路口", "示例路口2"]
    assert StoredFile.objects.count() == 2


def test_a_replaced_file_leaves_the_others_alone(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1)]), "一.xlsx")
    send(meishan_clerk, draft, workbook([camera_row(2)]), "二.xlsx")
    first = SourceFile.objects.get(slot=1)
    send(meishan_clerk, draft, workbook([camera_row(3)]), "三.xlsx", replaces=first.pk)
    assert files(draft) == [("三.xlsx", "read", 1, 1), ("二.xlsx", "read", 2, 1)]
    assert rows(draft) == ["示例路口3", "示例路口2"]


def test_what_could_not_be_read_leaves_the_old_rows(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1)]), "好.xlsx")
    held = SourceFile.objects.get()
    send(meishan_clerk, draft, unreadable(), "空.xlsx", replaces=held.pk)
    assert rows(draft) == ["示例路口1"]
    assert [(name, state) for name, state, _, _ in files(draft)] == [("好.xlsx", "read"), ("空.xlsx", "failed")]


def test_of_two_uploads_for_one_place_the_later_counts(meishan_clerk: Person, draft: Submission) -> None:
    """Sent again before the worker got to the first: no rows twice, whichever is read first."""
    send(meishan_clerk, draft, workbook([camera_row(1)]), "原.xlsx")
    held = SourceFile.objects.get()
    web.send(meishan_clerk, draft, workbook([camera_row(2)]), "早.xlsx", replaces=held.pk)
    web.send(meishan_clerk, draft, workbook([camera_row(3)]), "晚.xlsx", replaces=held.pk)
    work()
    assert files(draft) == [("晚.xlsx", "read", 1, 1)]
    assert rows(draft) == ["示例路口3"]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_a_file_removed_while_it_is_read_leaves_nothing(meishan_clerk: Person, draft: Submission) -> None:
    web.send(meishan_clerk, draft, workbook([camera_row(1)]))
    source = SourceFile.objects.get()
    assert web.press(meishan_clerk, "source_file_remove", draft.pk, source.pk).status_code == 302
    work()
    assert (files(draft), rows(draft), Job.objects.get().state) == ([], [], "done")


def test_the_place_must_be_one_of_this_report(meishan_clerk: Person, mabu_clerk: Person, draft: Submission) -> None:
    other = started(mabu_clerk)
    send(mabu_clerk, other, workbook([camera_row(9)]))
    foreign = SourceFile.objects.get()
    before = set(Path(default_storage.path("")).rglob("*.xlsx"))
    for wrong in (foreign.pk, 987654, 99999999999999999999):
        answer = web.send(meishan_clerk, draft, workbook([camera_row(1)]), replaces=wrong)
        assert answer.status_code == 409
        assert "要替换的文件已不在本次报送中" in answer.content.decode()
    assert files(draft) == []
    assert set(Path(default_storage.path("")).rglob("*.xlsx")) == before
    assert SourceFile.objects.get().pk == foreign.pk


# --- the same file twice --------------------------------------------------------------------------------------------
def test_the_same_file_twice_is_recognised(meishan_clerk: Person, draft: Submission) -> None:
    data = workbook([camera_row(1)])
    send(meishan_clerk, draft, data, "甲.xlsx")
    for choices in ({}, {"replaces": SourceFile.objects.get().pk}):
        answer = web.send(meishan_clerk, draft, data, "乙.xlsx", **choices)
        assert answer.status_code == 409
        assert "这份文件已经上传过" in answer.content.decode() and "甲.xlsx" in answer.content.decode()
    assert files(draft) == [("甲.xlsx", "read", 1, 1)]
    assert (StoredFile.objects.count(), Job.objects.count()) == (1, 1)


def test_also_while_the_first_is_being_read(meishan_clerk: Person, draft: Submission) -> None:
    data = workbook([camera_row(1)])
    assert web.send(meishan_clerk, draft, data).status_code == 302
    assert web.send(meishan_clerk, draft, data).status_code == 409


def test_with_another_datum_it_may_take_its_own_place(meishan_clerk: Person, draft: Submission) -> None:
    """The wrong datum was chosen: the file is right, only its reading was not."""
    data = workbook([camera_row(1)])
    send(meishan_clerk, draft, data)
    held = SourceFile.objects.get()
    answer = web.send(meishan_clerk, draft, data, datum="gcj02")
    assert answer.status_code == 409
    assert "如要改坐标系等选项，请在“作为”里选" in answer.content.decode()
    before = CameraRow.objects.get()
    send(meishan_clerk, draft, data, datum="gcj02", replaces=held.pk)
    after = CameraRow.objects.get()
    assert (before.datum, after.datum) == ("wgs84", "gcj02")
    assert (before.wgs_longitude != after.wgs_longitude, before.key) == (True, after.key)
    assert len(files(draft)) == 1


def test_two_units_may_have_the_same_file(meishan_clerk: Person, mabu_clerk: Person, draft: Submission) -> None:
    data = workbook([camera_row(1)])
    assert send(meishan_clerk, draft, data).status_code == 302
    assert send(mabu_clerk, started(mabu_clerk), data).status_code == 302


# --- files that failed ----------------------------------------------------------------------------------------------
def test_a_failed_file_makes_way_for_its_next_upload(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, unreadable(), "调研表.xlsx")
    assert files(draft) == [("调研表.xlsx", "failed", None, 0)]
    html = web.page(meishan_clerk, draft)
    assert "未能读取" in html and "还有 0 处" not in html
    send(meishan_clerk, draft, workbook([camera_row(1)]), "调研表.xlsx")
    assert files(draft) == [("调研表.xlsx", "read", 1, 1)]


def test_a_failed_replacement_makes_way_for_the_next(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1)]), "一.xlsx")
    held = SourceFile.objects.get()
    send(meishan_clerk, draft, unreadable(), "坏.xlsx", replaces=held.pk)
    send(meishan_clerk, draft, workbook([camera_row(2)]), "改好了.xlsx", replaces=held.pk)
    assert files(draft) == [("改好了.xlsx", "read", 1, 1)]


def test_another_failed_file_stays_in_sight(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, unreadable(), "平台.xlsx")
    send(meishan_clerk, draft, workbook([camera_row(1)]), "摄像机.xlsx")
    assert [(name, state) for name, state, _, _ in files(draft)] == [("摄像机.xlsx", "read"), ("平台.xlsx", "failed")]


# --- two files of one report ----------------------------------------------------------------------------------------
def test_a_code_in_two_files_is_an_error_at_both_until_one_gives_it_up(
    meishan_clerk: Person, draft: Submission
) -> None:
    send(meishan_clerk, draft, workbook([camera_row(1), camera_row(2)]), "甲.xlsx")
    send(meishan_clerk, draft, workbook([camera_row(2), camera_row(3)]), "乙.xlsx")
    found = RowFinding.objects.filter(code="C403").order_by("source_file__slot")
    assert [(each.source_file.file.name, each.cell, each.value) for each in found] == [
        ("甲.xlsx", "B8", "34152400001320000002"),
        ("乙.xlsx", "B7", "34152400001320000002"),
    ]
    assert found[0].related == ["乙.xlsx 摄像机 第7行"]
    assert [each.errors for each in SourceFile.objects.order_by("slot")] == [1, 1]
    assert [row.errors for row in CameraRow.objects.order_by("source_file__slot", "row")] == [0, 1, 1, 0]

    web.press(meishan_clerk, "source_file_remove", draft.pk, SourceFile.objects.get(slot=2).pk)
    assert not RowFinding.objects.filter(code="C403").exists()
    assert [each.errors for each in SourceFile.objects.all()] == [0]
    assert [row.errors for row in CameraRow.objects.all()] == [0, 0]


def test_each_row_of_a_code_in_three_files_is_told_the_first_of_another(
    meishan_clerk: Person, draft: Submission
) -> None:
    for number, name in enumerate(("甲", "乙", "丙"), start=1):
        own = [camera_row(10 * number + n) for n in range(3)]
        send(meishan_clerk, draft, workbook([camera_row(2), *own]), f"{name}.xlsx")
    found = RowFinding.objects.filter(code="C403", value="34152400001320000002").order_by("source_file__slot")
    first, second = "甲.xlsx 摄像机 第7行", "乙.xlsx 摄像机 第7行"
    assert [each.related for each in found] == [[second], [first], [first]]


def test_an_uncoded_platform_in_two_files_too(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, workbook([platform_row(code=None)], "platform"), "甲.xlsx")
    send(meishan_clerk, draft, workbook([platform_row()], "platform"), "乙.xlsx")
    assert set(RowFinding.objects.values_list("code", "source_file__slot")) == {("P403", 1), ("P403", 2)}


# --- the other questions --------------------------------------------------------------------------------------------
def test_a_stranger_finds_nothing(mabu_clerk: Person, draft: Submission) -> None:
    assert web.send(mabu_clerk, draft, workbook([camera_row(1)])).status_code == 404
    assert not SourceFile.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, draft: Submission) -> None:
    assert web.send(request.getfixturevalue(who), draft, b"whatever").status_code == 403
    assert not StoredFile.objects.exists()
    assert web.actions(draft) == ["submission.started"]


def test_who_judged_it_may_not_mend_it(meishan_clerk: Person) -> None:
    """Four eyes from the other end: roles may have changed since."""
    submission = submitted(meishan_clerk, [camera_row(1)])
    data, police = reviewer("data-1", "data-bureau", Role.DATA_REVIEWER), reviewer("p", "police", Role.POLICE_REVIEWER)
    round_ = latest(submission)
    return_first(data, round_, Side.DATA)
    close_side(data, round_, Side.DATA)
    pass_all(police, round_, Side.POLICE)
    close_side(police, round_, Side.POLICE)
    PersonRole.objects.create(person=data, role=Role.OFFICE)
    data = Person.objects.get(pk=data.pk)
    answer = web.send(data, submission, workbook([camera_row(2)]))
    assert answer.status_code == 403
    assert "您审核过本件，不能再参与填报" in answer.content.decode()


@pytest.mark.parametrize("state", ["in_review", "accepted", "discarded"])
def test_only_a_draft_or_a_returned_one_takes_files(meishan_clerk: Person, draft: Submission, state: str) -> None:
    """Whatever is sent: the state comes first, so that nobody is told to mend a file that nobody wants."""
    Submission.objects.filter(pk=draft.pk).update(state=state)
    for data in (workbook([camera_row(1)]), b"", b"MZ"):
        assert web.send(meishan_clerk, draft, data).status_code == 409
    assert web.press(meishan_clerk, "submission_upload", draft.pk).status_code == 409
    assert not StoredFile.objects.exists()


def test_a_zero_report_takes_no_files(meishan_clerk: Person) -> None:
    zero = started(meishan_clerk, ReportKind.ZERO)
    for data in (workbook([camera_row(1)]), b"MZ"):
        answer = web.send(meishan_clerk, zero, data)
        assert answer.status_code == 409
        assert "零报告不上传清单" in answer.content.decode()


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"datum": "mars"}, "mars"),
        ({"funding": ""}, "必填"),
        ({"mobility": "flying"}, "flying"),
        ({"place_kind": "nowhere"}, "选择"),
        ({"replaces": "x"}, ""),
    ],
)
def test_bad_choices_are_refused(meishan_clerk: Person, draft: Submission, choices: dict[str, str], says: str) -> None:
    answer = web.send(meishan_clerk, draft, workbook([camera_row(1)]), **choices)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_no_file_at_all(meishan_clerk: Person, draft: Submission) -> None:
    answer = web.press(meishan_clerk, "submission_upload", draft.pk, **web.CHOICES)
    assert answer.status_code == 422
    assert "必填" in answer.content.decode()


def test_a_file_over_the_limit(meishan_clerk: Person, draft: Submission, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = web.send(meishan_clerk, draft, workbook([camera_row(1)]))
    assert answer.status_code == 422
    assert "G002" in answer.content.decode()
    assert web.actions(draft) == ["submission.started", "submission.file_refused"]
