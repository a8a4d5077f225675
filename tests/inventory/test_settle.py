"""Two units, one code: merged, transferred or told apart, as both sides chose, and later rows know what was settled."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Agency
from audit.failures import Conflict, Invalid
from cameras.models import Camera, CameraVersion
from inventory.models import CameraRow, CoReport, PlatformRow, RowFinding, Submission
from platforms.models import Platform
from reviews.models import Choice, Decision, Item, Round, Side
from reviews.services import close, mark
from tests.factories_inventory import resubmitted, submitted
from tests.inventory.judging import assert_sound, data, entry, judged, keys, police, say
from tests.inventory.registering import camera, fates, registered
from tests.reviews.scenes import latest

pytestmark = pytest.mark.django_db

CODE = "34152400001320900001"
MERGE, TRANSFER, DISTINCT = Choice.MERGE, Choice.TRANSFER, Choice.DISTINCT


@pytest.fixture
def theirs() -> Camera:
    """The education bureau's camera."""
    registered("education", cameras=[{"code": CODE, "name": "一中东门", "brand": "大华", "place_kind": "school"}])
    return camera()


def ours(**values: Any) -> Submission:
    """梅山镇 reports the same code beside a camera of its own."""
    return submitted("meishan", values=[{"code": CODE, "name": "一中门口", "brand": "宇视", **values}, {"name": "乙"}])


def settled(submission: Submission, choice: Choice) -> Round:
    return judged(submission, choices={keys(submission)[0]: choice})


def agency(code: str) -> Agency:
    return Agency.objects.get(code=code)


# --- merge ----------------------------------------------------------------------------------------------------------
def test_a_merged_camera_stays_as_it_is_and_has_two_reporters(theirs: Camera) -> None:
    submission = ours()
    round_ = settled(submission, MERGE)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.brand, theirs.reporting_agency, theirs.version_number) == (
        "一中东门", "大华", agency("education"), 1,
    )  # fmt: skip
    shared = CoReport.objects.get()
    row = CameraRow.objects.get(pk=shared.source_row_id or 0)
    assert (shared.thing_id, shared.agency, shared.ended_at) == (theirs.pk, agency("meishan"), None)
    assert (shared.ledger_entry, row.key) == (entry(round_), keys(submission)[0])
    assert fates(entry(round_)) == {"merged": 1, "new": 1}
    assert_sound()


def test_later_rows_with_the_code_are_that_camera_and_no_collision(theirs: Camera) -> None:
    settled(ours(), MERGE)
    again = ours(status="停用")
    row = CameraRow.objects.filter(source_file__version__submission=again).earliest("row")
    assert (row.match_id, row.fate, row.Fate(row.fate).label) == (theirs.pk, "merged", "合并报送")
    assert not RowFinding.objects.filter(source_file=row.source_file, code="C401").exists()
    round_ = judged(again)
    assert (round_.outcome, fates(entry(round_))) == ("accepted", {"merged": 1, "new": 1})
    theirs.refresh_from_db()
    assert (theirs.status, CoReport.objects.count()) == ("在用", 1)
    assert_sound()


def test_who_answers_for_it_may_still_change_it(theirs: Camera) -> None:
    settled(ours(), MERGE)
    registered("education", cameras=[{"code": CODE, "name": "一中东门", "brand": "海康威视"}])
    theirs.refresh_from_db()
    assert theirs.brand == "海康威视"


def test_a_third_unit_has_its_own_collision(theirs: Camera) -> None:
    settled(ours(), MERGE)
    third = submitted("mabu", values=[{"code": CODE}])
    with pytest.raises(Invalid, match="要先选定怎样处理"):
        mark(
            data(),
            latest(third).pk,
            Side.DATA,
            Decision.PASS,
            keys=keys(third),
            version_hash=latest(third).version_hash,
        )


# --- transfer -------------------------------------------------------------------------------------------------------
def test_a_transferred_camera_is_the_reporters_with_the_values_of_its_row(theirs: Camera) -> None:
    round_ = settled(ours(place_kind="park"), TRANSFER)
    theirs.refresh_from_db()
    meishan = agency("meishan")
    assert (theirs.reporting_agency, theirs.owner, theirs.name, theirs.brand, theirs.code) == (
        meishan, meishan, "一中门口", "宇视", CODE,
    )  # fmt: skip
    older, newer = CameraVersion.objects.filter(camera=theirs).order_by("number")
    assert (older.reporting_agency_id, newer.reporting_agency_id) == (agency("education").pk, meishan.pk)
    assert newer.ledger_entry_id == entry(round_).pk
    assert CameraRow.objects.get(pk=newer.source_row_id or 0).name == "一中门口"
    assert fates(entry(round_)) == {"transferred": 1, "new": 1}
    assert_sound()


def test_what_belongs_to_a_third_one_still_does_after_a_transfer(theirs: Camera) -> None:
    Camera.objects.update(owner=agency("education"), maintainer=agency("police"))
    settled(ours(), TRANSFER)
    theirs.refresh_from_db()
    assert (theirs.owner, theirs.maintainer) == (agency("meishan"), agency("police"))


# --- distinct -------------------------------------------------------------------------------------------------------
def test_told_apart_the_new_one_has_no_code(theirs: Camera) -> None:
    round_ = settled(ours(), DISTINCT)
    new = camera(name="一中门口")
    theirs.refresh_from_db()
    assert (new.code, new.reporting_agency, theirs.code, theirs.version_number) == (None, agency("meishan"), CODE, 1)
    assert new.versions.get().code is None
    assert fates(entry(round_)) == {"new": 2}
    assert_sound()


def test_its_corrected_row_is_the_same_camera(theirs: Camera) -> None:
    """The unit corrects the code in the round after; the row's key tells which camera that is."""
    submission = ours()
    first, second = keys(submission)
    judged(submission, [second], {first: DISTINCT})
    new = camera(name="一中门口")
    resubmitted(submission, {first: {"code": "34152400001320900009"}, second: {"brand": "大华"}})
    judged(submission)
    new.refresh_from_db()
    assert (new.code, new.version_number) == ("34152400001320900009", 2)
    assert Camera.objects.count() == 3
    assert_sound()


def test_a_known_camera_that_takes_anothers_code_can_only_be_told_apart(theirs: Camera) -> None:
    registered("meishan", cameras=[{"code": "34152400001320900007", "name": "丙", "brand": "宇视"}])
    known = camera(name="丙")
    submission = submitted(
        "meishan", values=[{"code": CODE, "name": "丙", "brand": "海康威视", "registry_number": known.number}]
    )
    with pytest.raises(Invalid, match=rf"这一行是本单位的 {known.number}"):
        settled(submission, MERGE)
    round_ = settled(submission, DISTINCT)
    known.refresh_from_db()
    assert (known.code, known.brand) == ("34152400001320900007", "海康威视")
    assert fates(entry(round_)) == {"changed": 1}
    assert_sound()


# --- platforms ------------------------------------------------------------------------------------------------------
PLATFORM_CODE = "34152400002000900001"


def platforms(choice: Choice) -> Round:
    registered("education", platforms=[{"code": PLATFORM_CODE, "name": "教育平台", "vendor": "大华"}])
    submission = submitted(
        "meishan",
        values=[{"platform_name": "校园平台"}],
        platforms=[{"code": PLATFORM_CODE, "name": "校园平台", "vendor": "宇视"}],
    )
    key = PlatformRow.objects.get(source_file__version__submission=submission).key
    return judged(submission, choices={key: choice})


def test_a_merged_platform_is_what_the_cameras_of_the_report_mean() -> None:
    round_ = platforms(MERGE)
    only = Platform.objects.get()
    assert (only.name, only.reporting_agency, camera().platform) == ("教育平台", agency("education"), only)
    assert CoReport.objects.get().kind == "platform"
    assert fates(entry(round_), "platform") == {"merged": 1}
    assert_sound()


def test_a_transferred_platform() -> None:
    platforms(TRANSFER)
    only = Platform.objects.get()
    assert (only.name, only.vendor, only.reporting_agency) == ("校园平台", "宇视", agency("meishan"))
    assert camera().platform == only
    assert_sound()


def test_platforms_told_apart() -> None:
    platforms(DISTINCT)
    old, new = Platform.objects.order_by("pk")
    assert (old.code, new.code, new.name) == (PLATFORM_CODE, None, "校园平台")
    assert camera().platform == new
    assert_sound()


# --- when it is no longer so ----------------------------------------------------------------------------------------
def half_closed(submission: Submission, choices: dict[int, Choice]) -> Round:
    """The data bureau has closed, the police have judged and are about to."""
    round_ = latest(submission)
    say(data(), Side.DATA, round_, (), choices)
    close(data(), round_.pk, Side.DATA, version_hash=round_.version_hash)
    say(police(), Side.POLICE, round_, (), choices)
    return round_


def finish(round_: Round) -> Round:
    return close(police(), round_.pk, Side.POLICE, version_hash=round_.version_hash)


def nothing_happened(round_: Round) -> bool:
    round_.refresh_from_db()
    return (
        round_.ended_at is None
        and not CameraRow.objects.filter(
            pk__in=CameraVersion.objects.values("source_row_id"),
            source_file__version__submission=round_.case.subject_id,
        ).exists()
    )


def test_a_code_taken_meanwhile_wants_a_choice() -> None:
    submission = submitted("meishan", values=[{"code": CODE}])
    round_ = half_closed(submission, {})
    registered("education", cameras=[{"code": CODE}])
    with pytest.raises(Conflict, match="编码已由县教育局登记"):
        finish(round_)
    assert nothing_happened(round_)
    assert_sound()


def test_a_code_freed_meanwhile_wants_none(theirs: Camera) -> None:
    submission = ours()
    round_ = half_closed(submission, {keys(submission)[0]: MERGE})
    Camera.objects.filter(pk=theirs.pk).update(life="retired")
    with pytest.raises(Conflict, match="编码已不再重复"):
        finish(round_)
    assert nothing_happened(round_)


def test_a_code_that_a_third_unit_has_by_now_is_another_matter(theirs: Camera) -> None:
    """What was chosen was chosen about the education bureau's camera; the row can go back, and only that."""
    submission = ours()
    first, _ = keys(submission)
    round_ = half_closed(submission, {first: MERGE})
    registered("education", cameras=[{"code": "34152400001320900008", "registry_number": theirs.number}])
    registered("mabu", cameras=[{"code": CODE, "name": "第三家"}])
    with pytest.raises(Conflict, match=r"审核之后改由另一个单位登记（摄像机 第5行）.*请退回这些行"):
        finish(round_)
    assert nothing_happened(round_)
    mark(
        police(),
        round_.pk,
        Side.POLICE,
        Decision.RETURN,
        keys=[first],
        reason="编码有争议",
        version_hash=round_.version_hash,
    )
    assert finish(round_).outcome == Round.Outcome.PARTIAL
    assert Item.objects.get(round=round_, key=first).returned
    assert_sound()


def test_different_choices_send_the_row_back(theirs: Camera) -> None:
    submission = ours()
    first, second = keys(submission)
    round_ = latest(submission)
    say(data(), Side.DATA, round_, (), {first: MERGE})
    close(data(), round_.pk, Side.DATA, version_hash=round_.version_hash)
    say(police(), Side.POLICE, round_, (), {first: DISTINCT})
    assert finish(round_).outcome == Round.Outcome.PARTIAL
    assert [each.key for each in round_.items.filter(returned=True)] == [first]
    assert list(Camera.objects.exclude(pk=theirs.pk).values_list("name", flat=True)) == ["乙"]
    assert second not in round_.items.filter(returned=True).values_list("key", flat=True)
    assert_sound()


def test_two_rows_cannot_both_be_one_camera(theirs: Camera) -> None:
    """A double code is an error of the file; where it slipped through, it is not registered twice."""
    submission = submitted("meishan", values=[{"code": CODE, "name": "甲"}, {"code": CODE, "name": "乙"}])
    one, two = keys(submission)
    with pytest.raises(Conflict, match=f"两行对应同一条登记记录 {theirs.number}"):
        judged(submission, choices={one: MERGE, two: TRANSFER})
    assert not CoReport.objects.exists()
