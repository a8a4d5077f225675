"""Which row is which registered thing: registry number, live or former code, never position (model.md, Identity)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agencies.models import Person
from audit.failures import Conflict
from cameras.models import Camera, CameraVersion
from inventory.models import CameraRow, LedgerEntry, RowFinding
from inventory.registering import acceptance
from platforms.models import Platform
from reviews.models import Case, Closing, Round, Side
from tests.factories_inventory import drafted, hand_in, new_code, submitted
from tests.inventory.registering import camera, decide, fates, registered
from tests.reviews.scenes import close_side, latest, pass_all

pytestmark = pytest.mark.django_db

A, B, C = "34152400001320910001", "34152400001320910002", "34152400001320910003"


def row(code: str | None, name: str, thing: Camera | Platform | None = None, **more: Any) -> Mapping[str, Any]:
    """A row with this code and name; `thing` is whose registry number stands in the hidden column."""
    return {"code": code, "name": name, "registry_number": thing.number if thing else "", **more}


def names() -> dict[int, tuple[str | None, str | None]]:
    """Camera id -> (code, name)."""
    return {each.pk: (each.code, each.name) for each in Camera.objects.order_by("pk")}


# --- by code and by number ------------------------------------------------------------------------------------------
def test_the_same_code_is_an_update_with_its_history() -> None:
    registered(cameras=[row(A, "江店路")])
    registered(cameras=[row(A, "江店路与新城路")])
    assert names() == {camera().pk: (A, "江店路与新城路")}
    assert [each.name for each in CameraVersion.objects.order_by("number")] == ["江店路", "江店路与新城路"]


def test_the_registry_number_outweighs_the_code() -> None:
    """A corrected code is an update of the same camera."""
    registered(cameras=[row(A, "江店路")])
    known = camera()
    entry = registered(cameras=[row(B, "江店路", known)])
    assert names() == {known.pk: (B, "江店路")}
    assert fates(entry) == {"changed": 1}
    assert list(CameraVersion.objects.order_by("number").values_list("code", flat=True)) == [A, B]


def test_an_uncoded_camera_gets_its_code_by_its_number() -> None:
    registered(cameras=[row(None, "江店路")])
    known = camera()
    registered(cameras=[row(A, "江店路", known)])
    assert names() == {known.pk: (A, "江店路")}


def test_a_former_code_still_leads_to_its_camera() -> None:
    registered(cameras=[row(A, "江店路")])
    known = camera()
    registered(cameras=[row(B, "江店路", known)])
    entry = registered(cameras=[row(A, "江店路")])
    assert names() == {known.pk: (A, "江店路")}
    assert fates(entry) == {"changed": 1}


def test_a_former_code_that_now_is_another_cameras_makes_a_new_one() -> None:
    """江店路 had 新城路's code by mistake; it was corrected, and now 新城路 reports with its own."""
    registered(cameras=[row(A, "江店路")])
    known = camera()
    registered(cameras=[row(B, "江店路", known)])
    entry = registered(cameras=[row(B, "江店路"), row(A, "新城路")])
    assert names() == {known.pk: (B, "江店路"), known.pk + 1: (A, "新城路")}
    assert fates(entry) == {"unchanged": 1, "new": 1}


def test_the_same_place_and_name_is_never_merged_silently() -> None:
    registered(cameras=[row(A, "江店路")])
    entry = registered(cameras=[row(B, "江店路"), row(None, "江店路")])
    assert fates(entry) == {"new": 2}


def test_another_agencys_number_means_nothing() -> None:
    registered("education", cameras=[row(A, "第一小学")])
    theirs = camera()
    entry = registered("meishan", cameras=[row(B, "江店路", theirs)])
    assert fates(entry) == {"new": 1}
    assert names() == {theirs.pk: (A, "第一小学"), theirs.pk + 1: (B, "江店路")}


@pytest.mark.parametrize("number", ["JZ-C-999999", "JZ-P-000001", "JZ-C-", "JZ-C-999999999999999"])
def test_a_number_that_nobody_has_is_a_new_camera(number: str) -> None:
    entry = registered(cameras=[{"code": A, "name": "江店路", "registry_number": number}])
    assert fates(entry) == {"new": 1}


# --- codes that change hands within one version ---------------------------------------------------------------------
def test_two_cameras_may_swap_their_codes() -> None:
    registered(cameras=[row(A, "江店路"), row(B, "新城路")])
    one, two = Camera.objects.order_by("pk")
    entry = registered(cameras=[row(B, "江店路", one), row(A, "新城路", two)])
    assert names() == {one.pk: (B, "江店路"), two.pk: (A, "新城路")}
    assert fates(entry) == {"changed": 2}


def test_a_chain_of_corrections_goes_through_in_either_order() -> None:
    registered(cameras=[row(A, "一"), row(B, "二")])
    one, two = Camera.objects.order_by("pk")
    registered(cameras=[row(B, "一路", one), row(C, "二路", two)])
    assert names() == {one.pk: (B, "一路"), two.pk: (C, "二路")}
    registered(cameras=[row(A, "二路", two), row(C, "一路", one)])
    assert names() == {one.pk: (C, "一路"), two.pk: (A, "二路")}


def test_a_code_that_another_row_gives_up_is_asked_about() -> None:
    """Row one has the code of today, row two the number: which of them is the camera, the clerk must say."""
    registered(cameras=[row(A, "江店路")])
    submission = drafted("meishan", values=[row(A, "新城路"), row(B, "江店路", camera())])
    with pytest.raises(Conflict, match="还有 2 处错误要改"):
        hand_in(submission)


def test_uncoded_platforms_may_swap_their_names() -> None:
    registered(platforms=[{"name": "平台一", "code": None}, {"name": "平台二", "code": None}])
    one, two = Platform.objects.order_by("pk")
    registered(
        platforms=[
            {"name": "平台二", "code": None, "registry_number": one.number},
            {"name": "平台一", "code": None, "registry_number": two.number},
        ]
    )
    assert [each.name for each in Platform.objects.order_by("pk")] == ["平台二", "平台一"]


# --- C404: number and code point to different cameras ---------------------------------------------------------------
def test_a_code_of_another_own_camera_beside_a_number_stops_at_submission() -> None:
    registered(cameras=[row(A, "江店路"), row(B, "新城路")])
    one, _ = Camera.objects.order_by("pk")
    submission = drafted("meishan", values=[row(B, "江店路", one)])
    with pytest.raises(Conflict, match="还有 1 处错误要改"):
        hand_in(submission)
    found = RowFinding.objects.get(code="C404")
    assert (found.severity, found.value, found.row) == ("error", B, 5)
    assert CameraRow.objects.get(source_file__version__submission=submission).errors == 1


def test_what_became_impossible_during_the_review_is_refused_at_the_closing(
    data_reviewer: Person, police_reviewer: Person
) -> None:
    registered(cameras=[row(A, "江店路"), row(B, "新城路")])
    one, two = Camera.objects.order_by("pk")
    round_ = latest(submitted("meishan", values=[row(C, "江店路", one)]))
    Camera.objects.filter(pk=two.pk).update(code=C)
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    with pytest.raises(Conflict, match="不能入库"):
        close_side(police_reviewer, round_, Side.POLICE)
    assert Closing.objects.filter(round=round_).count() == 1
    assert camera(pk=one.pk).code == A


# --- C401: another agency's code ------------------------------------------------------------------------------------
def test_another_agencys_code_is_a_warning_that_does_not_say_whose() -> None:
    registered("education", cameras=[row(A, "第一小学")])
    submission = hand_in(drafted("meishan", values=[row(A, "江店路"), row(B, "新城路")]))
    found = RowFinding.objects.get(source_file__version__submission=submission)
    assert (found.code, found.severity, found.value, found.row) == ("C401", "warning", A, 5)
    assert "该编码已由其他单位登记" in found.message
    assert "教育" not in found.message + found.fix + str(found.related)
    rows = CameraRow.objects.filter(source_file__version__submission=submission).order_by("row")
    assert [each.warnings for each in rows] == [1, 0]


def test_a_code_that_another_agency_registers_meanwhile_is_refused(
    data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", values=[row(A, "江店路")]))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    registered("education", cameras=[row(A, "第一小学")])
    with pytest.raises(Conflict, match="编码已由"):
        close_side(police_reviewer, round_, Side.POLICE)
    assert camera().name == "第一小学"
    assert Round.objects.get(pk=round_.pk).ended_at is None
    assert Case.objects.get(pk=round_.case_id).state == "open"
    assert LedgerEntry.objects.count() == 1


def test_a_retired_code_of_another_agency_is_free() -> None:
    registered("education", cameras=[row(A, "第一小学")])
    Camera.objects.update(life="retired")
    assert fates(registered("meishan", cameras=[row(A, "江店路")])) == {"new": 1}


# --- C402: two rows for one registered thing ------------------------------------------------------------------------
def test_two_rows_for_one_camera_are_an_error_at_both() -> None:
    registered(cameras=[row(A, "江店路")])
    submission = drafted("meishan", values=[row(A, "江店路"), row(B, "江店路", camera())])
    with pytest.raises(Conflict, match="还有 2 处错误要改"):
        hand_in(submission)
    found = RowFinding.objects.filter(source_file__version__submission=submission).order_by("row")
    assert [(each.code, each.severity, each.row) for each in found] == [("C402", "error", 5), ("C402", "error", 6)]


def test_two_rows_that_came_to_mean_one_camera_are_refused_at_the_closing(
    data_reviewer: Person, police_reviewer: Person
) -> None:
    registered(cameras=[row(A, "江店路"), row(B, "新城路")])
    one, two = Camera.objects.order_by("pk")
    round_ = latest(submitted("meishan", values=[row(A, "江店路"), row(C, "新城路", two)]))
    # Meanwhile the registry learned that the code is the other camera's.
    Camera.objects.filter(pk=one.pk).update(code=None)
    Camera.objects.filter(pk=two.pk).update(code=A)
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        pass_all(by, round_, side)
    close_side(data_reviewer, round_, Side.DATA)
    with pytest.raises(Conflict, match=f"两行对应同一条登记记录 {two.number}"):
        close_side(police_reviewer, round_, Side.POLICE)


# --- once -----------------------------------------------------------------------------------------------------------
def test_a_round_enters_once(data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = decide(submitted("meishan", values=[row(A, "江店路")]))
    with pytest.raises(Conflict):
        close_side(police_reviewer, round_, Side.POLICE)
    with pytest.raises(Conflict, match="已经入库"):
        acceptance.accept(round_, police_reviewer)
    assert (LedgerEntry.objects.count(), CameraVersion.objects.count()) == (1, 1)


def test_later_submissions_of_a_unit_add_up() -> None:
    registered(cameras=[row(A, "江店路")])
    registered(cameras=[row(B, "新城路")])
    registered("mabu", cameras=[row(new_code(), "麻埠街")])
    assert Camera.objects.live().count() == 3
    assert Camera.objects.filter(reporting_agency__code="meishan").count() == 2
