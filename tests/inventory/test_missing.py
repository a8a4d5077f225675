"""What a survey leaves out: asked for before submitting, marked in bulk, judged with the rows, then registered."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from agencies.models import Agency, Person
from audit.failures import Conflict, Invalid
from audit.models import Entry
from cameras.models import Camera, CameraVersion
from inventory import services
from inventory.invariants import violations
from inventory.leftout import marking, missing
from inventory.lineage import source_of
from inventory.models import CameraRow, LedgerEntry, MissingMark, SourceFile, Submission, Version
from inventory.registering.checks import check_registry
from platforms.models import Platform
from reviews.models import Item
from reviews.services import close
from tests.factories_inventory import (
    clerk_of,
    digest,
    drafted,
    hand_in,
    make_campaign,
    mark_missing,
    started,
    submitted_zero,
)
from tests.factories_registry import register_camera, register_platform
from tests.inventory.leaving import draft, handed_in, obstacles, own, own_really, really_a_platform, say
from tests.inventory.quickly import stamp
from tests.inventory.registering import decide, registered
from tests.inventory.web import actions, of, page, url
from tests.reviews.scenes import latest, pass_all

pytestmark = pytest.mark.django_db
Mark = MissingMark.Mark
CODES = [f"3415240000132090000{number}" for number in range(1, 5)]


# --- what is asked --------------------------------------------------------------------------------------------------
def test_each_live_thing_of_the_unit_that_is_left_out_stands_in_the_way() -> None:
    first, *_ = own()
    register_camera("meishan", life="retired")
    register_platform("meishan")
    submission = draft(first.code or "")
    assert obstacles(submission) == ["还有 2 台已登记的摄像机和 1 个已登记的平台没有出现在表里，请逐台说明。"]
    with pytest.raises(Conflict, match="还有 2 台已登记的摄像机"):
        hand_in(submission)


def test_a_first_survey_is_asked_nothing() -> None:
    register_camera("mabu")
    assert obstacles(draft(CODES[0])) == []


def test_a_further_list_of_the_same_survey_is_not_asked_of_what_was_accepted(data_reviewer: Person) -> None:
    """补报: rows that were new, rows that meant a registered camera, and marks all count."""
    known, left_out = own(2)
    first = draft(known.code or "", CODES[2])
    say(first, [left_out], Mark.PRESENT)
    decide(handed_in(first))
    assert Camera.objects.filter(reporting_agency__code="meishan").live().count() == 3
    further = draft(CODES[3], campaign=first.obligation.campaign)
    assert obstacles(further) == []
    assert (
        obstacles(draft(CODES[3])) == ["还有 3 台已登记的摄像机没有出现在表里，请逐台说明。"]
        if discard(further)
        else False
    )


def discard(submission: Submission) -> bool:
    services.discard(clerk_of("meishan"), submission.pk)
    return True


def test_a_zero_report_cannot_pass_over_registered_cameras(mabu_clerk: Person) -> None:
    register_camera("mabu")
    with pytest.raises(Conflict, match="名下还有 1 台已登记的摄像机，不能报零报告"):
        submitted_zero("mabu")


def test_marks_alone_are_a_survey(meishan_clerk: Person) -> None:
    """A unit whose cameras are all gone hands in what became of each, without a workbook."""
    cameras = own_really(2)
    submission = started("meishan", by=clerk_of("meishan"))
    assert "还没有上传表格。" in obstacles(submission)
    say(submission, cameras, Mark.REMOVED)
    round_ = decide(handed_in(submission))
    assert round_.item_count == 2 and not Camera.objects.filter(reporting_agency__code="meishan").live().exists()
    assert violations("I2", "I5") == {}


# --- marking --------------------------------------------------------------------------------------------------------
def test_marking_is_recorded_and_part_of_the_content() -> None:
    _, second, third = own()
    submission = draft(CODES[0])
    before = Version.objects.get(submission=submission)
    assert say(submission, [second, third], Mark.REMOVED, note=" 2025年 道路改造 ") == 2
    version = Version.objects.get(submission=submission)
    assert version.hash not in ("", before.hash)
    assert obstacles(submission) == ["盖章之后内容有改动，请重新打印盖章并上传扫描件。"]
    entry = Entry.objects.get(action="submission.missing_marked")
    assert (entry.facts["count"], entry.facts["mark"], entry.facts["digest"]) == (2, "removed", version.hash)
    assert {mark.note for mark in version.missing_marks.all()} == {"2025年 道路改造"}
    assert say(submission, [second, third], Mark.REMOVED, note="2025年 道路改造") == 0
    assert actions(submission).count("submission.missing_marked") == 1
    assert say(submission, [third], Mark.PRESENT) == 1
    assert say(submission, [second, third], None) == 2
    assert Version.objects.get(submission=submission).hash == before.hash


def test_every_part_of_a_mark_is_in_its_hash(meishan_clerk: Person) -> None:
    _, second, *_ = own()
    submission = draft(CODES[0])
    mabu, education = (Agency.objects.get(code=code).pk for code in ("mabu", "education"))
    found = set()
    told: list[tuple[MissingMark.Mark, dict[str, Any]]] = [
        (Mark.PRESENT, {}),
        (Mark.REMOVED, {}),
        (Mark.REMOVED, {"note": "旧"}),
        (Mark.TRANSFERRED, {"to_agency_id": mabu}),
        (Mark.TRANSFERRED, {"to_agency_id": education}),
    ]
    for said, more in told:
        say(submission, [second], said, **more)
        found.add(MissingMark.objects.get().row_hash)
    assert len(found) == 5
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_missingmark SET mark = 'present'")
    assert any("未上表说明" in told for told in violations("I4")["I4"])


@pytest.mark.parametrize(
    ("said", "more", "sentence"),
    [
        (Mark.TRANSFERRED, {}, "请选择移交给哪个单位"),
        (Mark.TRANSFERRED, {"to_agency_id": 0}, "请选择移交给哪个单位"),
        (Mark.TRANSFERRED, {"to_agency_id": "own"}, "不能移交给本单位"),
        (Mark.PRESENT, {"note": "长" * 201}, "不要超过 200 个字"),
        ("nothing", {}, "还没有选择任何一条"),
    ],
)
def test_bad_input(said: Any, more: dict[str, Any], sentence: str) -> None:
    _, second, *_ = own()
    submission = draft(CODES[0])
    if more.get("to_agency_id") == "own":
        more = {"to_agency_id": submission.obligation.agency_id}
    with pytest.raises(Invalid, match=sentence):
        say(submission, [] if said == "nothing" else [second], Mark.PRESENT if said == "nothing" else said, **more)
    assert not MissingMark.objects.exists()


def test_only_what_is_left_out_can_be_marked() -> None:
    first, *_ = own()
    other = Camera.objects.get(reporting_agency__code="mabu")
    submission = draft(CODES[0])
    for thing in (first, other):
        with pytest.raises(Conflict, match="有 1 台已经写进表里、已入库，或者已不在本单位名下"):
            say(submission, [thing], Mark.REMOVED)


def test_who_may_and_when(meishan_colleague: Person, mabu_clerk: Person, office: Person) -> None:
    _, second, third = own()
    submission = draft(CODES[0])
    with pytest.raises(PermissionDenied):
        marking.mark(mabu_clerk, submission.pk, "camera", [second.pk], Mark.PRESENT)
    marking.mark(meishan_colleague, submission.pk, "camera", [second.pk], Mark.PRESENT)
    marking.mark(office, submission.pk, "camera", [third.pk], Mark.PRESENT)
    assert Submission.objects.get(pk=submission.pk).on_behalf
    handed_in(submission)
    with pytest.raises(Conflict, match="待审"):
        marking.mark(meishan_colleague, submission.pk, "camera", [second.pk], Mark.REMOVED)


# --- void -----------------------------------------------------------------------------------------------------------
def test_a_mark_is_void_when_the_camera_comes_into_the_survey_after_all() -> None:
    _, second, third = own()
    submission = draft(CODES[0])
    say(submission, [second, third], Mark.REMOVED)
    version = Version.objects.get(submission=submission)
    row = CameraRow.objects.get(source_file__version=version)
    row.pk, row.row, row.key, row.code = None, row.row + 1, row.key + 1000, CODES[1]
    row.row_hash = digest({"row": row.row})
    row.save(force_insert=True)
    SourceFile.objects.filter(version=version).update(rows_read=2)
    assert check_registry(version.pk, submission.obligation.agency_id) == 1
    assert list(version.missing_marks.values_list("thing_id", flat=True)) == [third.pk]


def test_what_went_void_between_the_page_and_the_press_makes_the_page_stale() -> None:
    _, second = own(2)
    submission = draft(CODES[0])
    say(submission, [second], Mark.PRESENT)
    stamp(clerk_of("meishan"), submission)
    Camera.objects.filter(pk=second.pk).update(life="retired")
    with pytest.raises(Conflict, match="页面上的内容已不是最新"):
        hand_in(submission)
    assert not MissingMark.objects.exists()
    handed_in(submission)


# --- review ---------------------------------------------------------------------------------------------------------
def test_marks_are_items_that_are_returned_copied_and_mended(data_reviewer: Person, police_reviewer: Person) -> None:
    _, second, third = own()
    submission = draft(CODES[0])
    say(submission, [second, third], Mark.PRESENT)
    round_ = latest(handed_in(submission))
    keys = list(Item.objects.filter(round=round_, key__lt=0).values_list("key", flat=True))
    assert sorted(keys) == [-2 * third.pk, -2 * second.pk]
    client = of(data_reviewer)
    html = client.get(url("review", round_.case_id), {"part": "left_out"}).content.decode()
    assert second.number in html and "仍在" in html and "未上表的设备 2" in html
    stamped = {"round": round_.pk, "side": "data", "version_hash": round_.version_hash}
    told = stamped | {"keys": [-2 * second.pk], "reason": "现场已拆除"}
    assert client.post(url("review_return", round_.case_id), told).status_code == 302
    pass_all(data_reviewer, round_, "data")  # type: ignore[arg-type]
    close(data_reviewer, round_.pk, "data", version_hash=round_.version_hash)
    pass_all(police_reviewer, round_, "police")  # type: ignore[arg-type]
    assert close(police_reviewer, round_.pk, "police", version_hash=round_.version_hash).outcome == "partial"
    html = page(clerk_of("meishan"), submission)
    assert f"未上表 {second.number} 路口2（仍在）" in html and "现场已拆除" in html
    say(submission, [second], Mark.REMOVED)
    old, new = Version.objects.filter(submission=submission)
    assert dict(old.missing_marks.values_list("thing_id", "mark")) == {second.pk: "present", third.pk: "present"}
    assert dict(new.missing_marks.values_list("thing_id", "mark")) == {second.pk: "removed", third.pk: "present"}
    round_ = latest(handed_in(submission))
    undecided = Item.objects.filter(round=round_).exclude(hash__in=Item.objects.exclude(round=round_).values("hash"))
    assert [item.key for item in undecided] == [-2 * second.pk]


def test_marks_of_a_submitted_version_are_kept_by_the_database() -> None:
    from django.db import DatabaseError, transaction

    _, second = own(2)
    submission = draft(CODES[0])
    say(submission, [second], Mark.PRESENT)
    handed_in(submission)
    for change in (
        "UPDATE inventory_missingmark SET mark = 'removed'",
        "DELETE FROM inventory_missingmark",
        """INSERT INTO inventory_missingmark (version_id, kind, thing_id, item_key, mark, note, row_hash, marked_by_id)
           SELECT version_id, kind, 999999, -9, mark, note, row_hash, marked_by_id FROM inventory_missingmark""",
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


# --- acceptance -----------------------------------------------------------------------------------------------------
def test_acceptance_does_what_was_said_and_the_ledger_counts_it() -> None:
    cameras = own_really(4)
    platform = really_a_platform()
    present, removed, transferred, elsewhere = cameras
    mabu = Agency.objects.get(code="mabu")
    submission = draft("34152400001320900009")
    say(submission, [present], Mark.PRESENT)
    say(submission, [removed], Mark.REMOVED, note="道路改造")
    say(submission, [transferred], Mark.TRANSFERRED, to_agency_id=mabu.pk)
    say(submission, [elsewhere], Mark.ELSEWHERE)
    say(submission, [platform], Mark.REMOVED)
    entry = LedgerEntry.objects.get(round=decide(handed_in(submission)))
    assert entry.counts == {
        "platform": {},
        "pole": {},
        "camera": {"new": 1},
        "camera_marks": {"present": 1, "removed": 1, "transferred": 1, "elsewhere": 1},
        "platform_marks": {"removed": 1},
    }
    for camera in cameras:
        camera.refresh_from_db()
    assert [(camera.life, camera.reporting_agency.code, camera.version_number) for camera in cameras] == [
        ("live", "meishan", 1),
        ("retired", "meishan", 2),
        ("live", "mabu", 2),
        ("live", "meishan", 1),
    ]
    assert transferred.owner_id == mabu.pk
    assert Platform.objects.get().life == "retired"
    newest = CameraVersion.objects.get(camera=removed, recorded_to=None)
    source = source_of("cameras.camera", newest.ledger_entry_id, newest.source_row_id)
    assert source is not None and source.said == "拆除（道路改造）" and source.submission_id == submission.pk
    html = of(clerk_of("meishan")).get(url("camera", removed.pk)).content.decode()
    assert "没有填进表里，报送时说明：拆除（道路改造）" in html
    assert violations("I2", "I5") == {}


def test_a_camera_that_was_removed_can_come_back_and_go_again() -> None:
    """Each going is a version of its own; live = inserted - retired + restored at every step."""
    (camera,) = own_really(1)
    for _ in range(2):
        gone = draft("34152400001320900009")
        mark_missing(gone, Mark.REMOVED, clerk_of("meishan"))
        decide(handed_in(gone))
        camera.refresh_from_db()
        assert camera.life == "retired"
        registered(cameras=[{"code": camera.code}])
        camera.refresh_from_db()
        assert camera.life == "live"
        assert violations("I2", "I5") == {}
    assert camera.versions.count() == 5


def test_a_mark_whose_camera_has_gone_meanwhile_does_nothing() -> None:
    _, second = own(2)
    submission = draft(CODES[0])
    say(submission, [second], Mark.REMOVED)
    handed_in(submission)
    Camera.objects.filter(pk=second.pk).update(reporting_agency=Agency.objects.get(code="mabu"))
    before = second.versions.count()
    entry = LedgerEntry.objects.get(round=decide(submission))
    assert entry.counts["camera_marks"] == {"void": 1}
    assert second.versions.count() == before


def test_a_later_survey_asks_the_receiving_agency() -> None:
    _, second = own(2)
    submission = draft(CODES[0])
    mabu = Agency.objects.get(code="mabu")
    say(submission, [second], Mark.TRANSFERRED, to_agency_id=mabu.pk)
    decide(handed_in(submission))
    assert [
        tally.total for tally in missing.tallies(draft(CODES[0]).versions.get(), submission.obligation.agency_id)
    ] == []
    theirs = drafted("mabu", values=[{"code": second.code}], campaign=make_campaign(), missing=None)
    row = CameraRow.objects.get(source_file__version__submission=theirs)
    assert (row.match_id, row.fate) == (second.pk, "changed")
