"""What each row of an accepted version does to the registry, by hand-written expectations (Second campaign)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Agency
from audit.failures import Conflict
from cameras.models import Camera, CameraVersion
from inventory.models import CameraRow, LedgerEntry, MissingMark, Submission
from platforms.models import Platform, PlatformVersion
from tests.factories_inventory import clerk_of, drafted, hand_in, mark_missing, new_code, submitted, submitted_zero
from tests.inventory.quickly import stamp
from tests.inventory.registering import BLANK_CAMERA, camera, decide, fates, registered

pytestmark = pytest.mark.django_db

CODE = "34152400001320900001"
FULL: dict[str, Any] = {
    "code": CODE,
    "name": "江店路路口",
    "platform_name": "",
    "brand": "海康威视",
    "police_station": "梅山派出所",
    "township": "341524100",
    "longitude": Decimal("115.934366"),
    "latitude": Decimal("31.727178"),
    "datum": "wgs84",
    "wgs_longitude": 115.934366,
    "wgs_latitude": 31.727178,
    "built": "2020.03",
    "label": "江店路路口",
    "label_state": "yes",
    "leased": False,
    "status": "在用",
    "measure": "保留",
    "place_kind": "",
    "funding": "government",
    "mobility": "fixed",
    "vehicle": "",
}


def values_of(thing: Any, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


# --- new ------------------------------------------------------------------------------------------------------------
def test_a_new_row_becomes_a_camera_with_its_first_version() -> None:
    entry = registered(cameras=[FULL])
    meishan = Agency.objects.get(code="meishan")
    new = camera()
    assert values_of(new, FULL) == FULL
    assert (new.life, new.version_number, new.platform_id, new.pole_id) == ("live", 1, None, None)
    assert (new.reporting_agency, new.owner, new.maintainer) == (meishan, meishan, None)
    assert new.changed_at == entry.recorded_at
    only = CameraVersion.objects.get()
    row = CameraRow.objects.get(source_file__version=entry.version)
    assert values_of(only, FULL) == FULL
    assert (only.camera_id, only.number, only.life) == (new.pk, 1, "live")
    assert (only.recorded_from, only.recorded_to) == (entry.recorded_at, None)
    assert (only.ledger_entry_id, only.source_row_id) == (entry.pk, row.pk)
    assert entry.counts == {"platform": {}, "pole": {}, "camera": {"new": 1}}
    assert Submission.objects.get().state == "accepted"


def test_the_supervisor_is_whom_attachment_3_names_for_the_kind_of_place() -> None:
    registered(cameras=[FULL | {"code": new_code(), "place_kind": "school"}, FULL | {"code": new_code()}])
    school, unknown = Camera.objects.order_by("pk")
    assert school.supervisor == Agency.objects.get(code="education")
    assert unknown.supervisor is None
    assert school.owner == school.reporting_agency == Agency.objects.get(code="meishan")


# --- changed --------------------------------------------------------------------------------------------------------
def test_a_changed_row_closes_the_version_and_opens_the_next() -> None:
    first = registered(cameras=[FULL])
    second = registered(cameras=[FULL | {"status": "停用", "brand": "大华"}])
    changed = camera()
    assert values_of(changed, FULL) == FULL | {"status": "停用", "brand": "大华"}
    assert (changed.version_number, changed.changed_at) == (2, second.recorded_at)
    older, newer = CameraVersion.objects.order_by("number")
    assert values_of(older, FULL) == FULL
    assert (older.recorded_from, older.recorded_to) == (first.recorded_at, second.recorded_at)
    assert values_of(newer, FULL) == FULL | {"status": "停用", "brand": "大华"}
    assert (newer.recorded_from, newer.recorded_to) == (second.recorded_at, None)
    assert newer.ledger_entry_id == second.pk
    assert fates(second) == {"changed": 1}


def test_a_moved_kind_of_place_has_the_supervisor_of_its_new_kind() -> None:
    registered(cameras=[FULL | {"place_kind": "school"}])
    registered(cameras=[FULL | {"place_kind": "medical"}])
    assert camera().supervisor == Agency.objects.get(code="health")
    registered(cameras=[FULL | {"place_kind": ""}])
    assert camera().supervisor == Agency.objects.get(code="health")


def test_an_unchanged_row_writes_nothing() -> None:
    first = registered(cameras=[FULL])
    second = registered(cameras=[FULL])
    only = CameraVersion.objects.get()
    assert (only.ledger_entry_id, only.recorded_to) == (first.pk, None)
    assert camera().version_number == 1
    assert camera().changed_at == first.recorded_at
    assert fates(second) == {"unchanged": 1}


# --- blank and "/" --------------------------------------------------------------------------------------------------
def test_a_blank_cell_erases_nothing() -> None:
    registered(cameras=[FULL])
    entry = registered(cameras=[FULL | BLANK_CAMERA | {"police_station": ""}])
    assert values_of(camera(), FULL) == FULL
    assert fates(entry) == {"unchanged": 1}
    entry = registered(cameras=[FULL | BLANK_CAMERA | {"police_station": "", "status": "维修"}])
    assert values_of(camera(), FULL) == FULL | {"status": "维修"}
    assert fates(entry) == {"changed": 1}


def test_a_slash_erases() -> None:
    registered(cameras=[FULL])
    entry = registered(
        cameras=[FULL | BLANK_CAMERA | {"police_station": "", "erased": ["brand", "police_station", "label"]}]
    )
    gone = {"brand": "", "police_station": "", "label": "", "label_state": "unknown"}
    assert values_of(camera(), FULL) == FULL | gone
    assert fates(entry) == {"changed": 1}


def test_a_label_that_is_not_stated_keeps_its_state_too() -> None:
    registered(cameras=[FULL | {"label": "无", "label_state": "no"}])
    registered(cameras=[FULL | {"label": "", "label_state": "unknown", "status": "停用"}])
    assert (camera().label, camera().label_state, camera().status) == ("无", "no", "停用")


def test_a_camera_that_became_mobile_has_no_position_any_more() -> None:
    registered(cameras=[FULL])
    nowhere = {"longitude": None, "latitude": None, "wgs_longitude": None, "wgs_latitude": None}
    registered(cameras=[FULL | nowhere | {"mobility": "mobile", "vehicle": "3路公交", "datum": "gcj02"}])
    moved = camera()
    assert (moved.mobility, moved.vehicle) == ("mobile", "3路公交")
    assert values_of(moved, nowhere) == nowhere


def test_an_erased_position_takes_the_computed_one_with_it() -> None:
    registered(cameras=[FULL])
    registered(
        cameras=[
            FULL
            | {"longitude": None, "latitude": None, "wgs_longitude": None, "wgs_latitude": None, "mobility": "mobile"}
            | {"erased": ["longitude", "latitude"]}
        ]
    )
    assert (camera().longitude, camera().wgs_longitude, camera().wgs_latitude) == (None, None, None)


def test_a_remark_belongs_to_its_answer() -> None:
    code = new_code("200")
    partly = {"code": code, "gbt28181": "partial", "gbt28181_remark": "2011版"}
    registered(platforms=[partly])
    registered(platforms=[{"code": code, "gbt28181": "yes", "gbt28181_remark": ""}])
    assert values_of(Platform.objects.get(), partly) == {"code": code, "gbt28181": "yes", "gbt28181_remark": ""}
    registered(platforms=[{"code": code, "gbt28181": "", "gbt28181_remark": "", "vendor": "大华"}])
    assert (Platform.objects.get().gbt28181, Platform.objects.get().vendor) == ("yes", "大华")


# --- reactivated ----------------------------------------------------------------------------------------------------
def test_a_retired_camera_that_is_reported_again_comes_back_under_its_number() -> None:
    registered(cameras=[FULL])
    Camera.objects.update(life="retired", version_number=2, source_row_id=None)
    entry = registered(cameras=[FULL | {"brand": ""}])
    back = camera()
    assert (back.life, back.version_number, back.brand) == ("live", 3, "海康威视")
    assert CameraVersion.objects.get(recorded_to=None).number == 3
    assert fates(entry) == {"reactivated": 1}


def test_a_camera_that_the_survey_does_not_name_stays_as_it_is() -> None:
    registered(cameras=[FULL, FULL | {"code": new_code()}])
    entry = registered(cameras=[FULL | {"status": "停用"}])
    other = Camera.objects.exclude(code=CODE).get()
    assert (other.life, other.status, other.version_number) == ("live", "在用", 1)
    assert fates(entry) == {"changed": 1}


# --- the ledger -----------------------------------------------------------------------------------------------------
def test_the_ledgers_counts_add_up_to_the_rows() -> None:
    gone, same, moved = new_code(), new_code(), new_code()
    registered(cameras=[FULL | {"code": code} for code in (gone, same, moved)], platforms=[{"name": "平台一"}])
    retired = camera(code=gone)
    Camera.objects.filter(pk=retired.pk).update(life="retired", version_number=2, source_row_id=None)
    again = [
        FULL | {"code": gone},
        FULL | {"code": same},
        FULL | {"code": moved, "status": "停用"},
        FULL | {"code": None},
        FULL | {"code": new_code()},
    ]
    entry = registered(cameras=again, platforms=[{"name": "平台二"}, {"name": "平台三"}])
    assert entry.counts == {
        "platform": {"new": 2},
        "pole": {},
        "camera": {"new": 2, "changed": 1, "unchanged": 1, "reactivated": 1},
        "platform_marks": {"present": 1},
    }
    assert entry.round.item_count - 1 == 7 == sum(fates(entry).values()) + sum(fates(entry, "platform").values())
    assert Camera.objects.live().count() == 5
    applied = CameraVersion.objects.filter(ledger_entry_id=entry.pk)
    assert applied.count() == 4
    assert applied.values("source_row_id").distinct().count() == 4
    assert PlatformVersion.objects.filter(ledger_entry_id=entry.pk).count() == 2


def test_rows_without_a_code_are_told_apart_by_nothing_and_all_enter() -> None:
    entry = registered(cameras=[FULL | {"code": None}, FULL | {"code": None}])
    assert fates(entry) == {"new": 2}
    assert Camera.objects.filter(code=None).count() == 2


def test_a_zero_report_leaves_no_entry() -> None:
    decide(submitted_zero("mabu"))
    assert not LedgerEntry.objects.exists()


def test_the_fate_was_told_before_the_review() -> None:
    """What the reviewers see of each row is what acceptance does."""
    registered(cameras=[FULL, FULL | {"code": "34152400001320900002"}])
    submission = submitted(
        "meishan",
        values=[
            FULL | {"code": "34152400001320900002", "label": "", "label_state": "unknown"},
            FULL | {"status": "维修"},
            FULL | {"code": new_code()},
        ],
    )
    rows = CameraRow.objects.filter(source_file__version__submission=submission).order_by("row")
    assert [row.fate for row in rows] == ["unchanged", "changed", ""]
    round_ = decide(submission)
    assert fates(LedgerEntry.objects.get(round=round_)) == {"unchanged": 1, "changed": 1, "new": 1}


def test_a_row_that_lost_its_match_is_new_again() -> None:
    """The registry may have moved on between upload and submission."""
    registered(cameras=[FULL])
    submission = drafted("meishan", values=[FULL])
    CameraRow.objects.filter(source_file__version__submission=submission).update(
        match_id=camera().pk, fate="changed", code="34152400001320900077"
    )
    with pytest.raises(Conflict, match="还有 1 台已登记的摄像机没有出现在表里"):
        hand_in(submission)
    mark_missing(submission, MissingMark.Mark.PRESENT, clerk_of("meishan"))
    stamp(clerk_of("meishan"), submission)
    hand_in(submission)
    row = CameraRow.objects.get(source_file__version__submission=submission)
    assert (row.match_id, row.fate) == (None, "")
