"""Poles from the five columns 杆件（自建）: how many there are, what they say, who stands on them (model.md, Poles)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Agency
from cameras.models import Camera, Pole, PoleVersion
from inventory.models import CameraRow
from tests.factories_inventory import new_code
from tests.inventory.registering import NO_POLE, camera, fates, poles, registered

pytestmark = pytest.mark.django_db

POLE: dict[str, Any] = {
    "pole_built": "2019.05",
    "pole_number": "MS-001",
    "pole_height": Decimal("6.5"),
    "pole_arms": 2,
    "pole_condition": "完整",
}
UNNUMBERED = POLE | {"pole_number": ""}


def on(pole: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": new_code(), **pole, **more}


def described(pole: Any) -> dict[str, Any]:
    return {name: getattr(pole, name) for name in POLE}


def stands() -> list[int | None]:
    """The pole of each camera, in the order of registration."""
    return list(Camera.objects.order_by("pk").values_list("pole_id", flat=True))


# --- the first time -------------------------------------------------------------------------------------------------
def test_five_blanks_are_no_pole() -> None:
    entry = registered(cameras=[on(NO_POLE)])
    assert (poles(), stands(), fates(entry, "pole")) == ([], [None], {})


@pytest.mark.parametrize("column", POLE)
def test_one_filled_column_is_a_pole(column: str) -> None:
    registered(cameras=[on(NO_POLE | {column: POLE[column]})])
    (pole,) = poles()
    assert described(pole) == NO_POLE | {column: POLE[column]}
    assert stands() == [pole.pk]


def test_a_numbered_pole_is_one_for_the_agency() -> None:
    entry = registered(cameras=[on(POLE), on(POLE), on(POLE | {"pole_number": "MS-002"})])
    first, second = poles()
    assert (described(first), second.pole_number) == (POLE, "MS-002")
    assert stands() == [first.pk, first.pk, second.pk]
    assert fates(entry, "pole") == {"new": 2}
    registered("mabu", cameras=[on(POLE)])
    assert [pole.reporting_agency.code for pole in poles()] == ["meishan", "meishan", "mabu"]


def test_a_pole_has_its_place_owner_supervisor_and_lineage() -> None:
    entry = registered(cameras=[on(POLE, place_kind="school"), on(POLE, place_kind="school")])
    (pole,) = poles()
    version = PoleVersion.objects.get()
    row = CameraRow.objects.filter(source_file__version=entry.version).earliest("row")
    assert (pole.longitude, pole.latitude) == (Decimal("115.934366"), Decimal("31.727178"))
    assert (pole.township, pole.place_kind) == ("341524100", "school")
    assert pole.owner == pole.reporting_agency == Agency.objects.get(code="meishan")
    assert pole.supervisor == Agency.objects.get(code="education")
    assert (version.ledger_entry_id, version.source_row_id, version.number) == (entry.pk, row.pk, 1)
    assert described(version) == POLE


def test_without_a_number_every_row_has_its_own_pole() -> None:
    registered(cameras=[on(UNNUMBERED), on(UNNUMBERED)])
    assert stands() == [pole.pk for pole in poles()]
    assert len(poles()) == 2


def test_a_merged_range_without_a_number_is_one_pole() -> None:
    entry = registered(
        cameras=[
            on(UNNUMBERED, merge_group=5),
            on(UNNUMBERED, merge_group=5),
            on(UNNUMBERED),
            on(UNNUMBERED, merge_group=8),
            on(UNNUMBERED, merge_group=8),
        ]
    )
    merged, single, other = (pole.pk for pole in poles())
    assert stands() == [merged, merged, single, other, other]
    assert fates(entry, "pole") == {"new": 3}


def test_what_only_one_of_the_rows_states_belongs_to_the_pole() -> None:
    """A blank cell states nothing, wherever it stands."""
    registered(
        cameras=[
            on(NO_POLE | {"pole_number": "MS-001"}),
            on(NO_POLE | {"pole_number": "MS-001", "pole_height": Decimal("6.5")}),
            on(NO_POLE | {"pole_number": "MS-001", "pole_built": "2019.05", "pole_arms": 2, "pole_condition": "完整"}),
        ]
    )
    (pole,) = poles()
    assert described(pole) == POLE


# --- the second time ------------------------------------------------------------------------------------------------
def test_the_same_again_changes_nothing() -> None:
    rows = [on(POLE), on(UNNUMBERED), on(UNNUMBERED, merge_group=7), on(UNNUMBERED, merge_group=7), on(NO_POLE)]
    registered(cameras=rows)
    before = stands()
    entry = registered(cameras=rows)
    assert stands() == before
    assert (fates(entry, "pole"), fates(entry)) == ({"unchanged": 3}, {"unchanged": 5})
    assert PoleVersion.objects.count() == 3


def test_a_changed_pole_gets_its_next_version() -> None:
    rows = [on(POLE), on(UNNUMBERED)]
    first = registered(cameras=rows)
    second = registered(cameras=[row | {"pole_condition": "破损"} for row in rows])
    for pole in poles():
        assert (pole.pole_condition, pole.version_number, pole.changed_at) == ("破损", 2, second.recorded_at)
        older, newer = PoleVersion.objects.filter(pole=pole).order_by("number")
        assert (older.recorded_from, older.recorded_to) == (first.recorded_at, second.recorded_at)
        assert (newer.ledger_entry_id, newer.recorded_to) == (second.pk, None)
    assert fates(second, "pole") == {"changed": 2}


@pytest.mark.parametrize("pole", [POLE, UNNUMBERED])
def test_five_blanks_the_second_time_keep_the_pole(pole: dict[str, Any]) -> None:
    row = on(pole)
    registered(cameras=[row])
    (known,) = poles()
    entry = registered(cameras=[row | NO_POLE | {"status": "停用"}])
    assert (camera().pole, camera().status) == (known, "停用")
    assert described(poles()[0]) == pole
    assert described(camera()) == pole
    assert fates(entry, "pole") == {}


def test_a_blank_beside_a_number_keeps_what_the_pole_says() -> None:
    row = on(POLE)
    registered(cameras=[row])
    registered(cameras=[row | NO_POLE | {"pole_number": "MS-001", "pole_condition": "破损"}])
    assert described(poles()[0]) == described(camera()) == POLE | {"pole_condition": "破损"}


def test_a_blank_number_is_not_another_pole() -> None:
    row = on(POLE)
    registered(cameras=[row])
    registered(cameras=[row | NO_POLE | {"pole_height": Decimal(8)}])
    (pole,) = poles()
    assert described(pole) == POLE | {"pole_height": Decimal(8)}
    assert stands() == [pole.pk]


def test_a_slash_in_one_column_erases_it_on_the_pole() -> None:
    row = on(POLE)
    registered(cameras=[row])
    registered(cameras=[row | {"pole_condition": "", "erased": ["pole_condition"]}])
    assert described(poles()[0]) == described(camera()) == POLE | {"pole_condition": ""}


def test_five_slashes_take_the_camera_off_its_pole() -> None:
    row = on(POLE)
    registered(cameras=[row, on(POLE)])
    (pole,) = poles()
    registered(cameras=[row | NO_POLE | {"erased": list(POLE)}])
    assert stands() == [None, pole.pk]
    assert described(Camera.objects.earliest("pk")) == NO_POLE
    assert described(poles()[0]) == POLE


def test_a_pole_that_gets_a_number_stays_the_same_pole() -> None:
    row = on(UNNUMBERED)
    registered(cameras=[row])
    (pole,) = poles()
    entry = registered(cameras=[row | {"pole_number": "MS-001"}])
    assert [(each.pk, each.pole_number, each.version_number) for each in poles()] == [(pole.pk, "MS-001", 2)]
    assert stands() == [pole.pk]
    assert fates(entry, "pole") == {"changed": 1}


def test_two_cameras_of_an_unnumbered_pole_that_get_two_numbers_stand_on_two() -> None:
    rows = [on(UNNUMBERED, merge_group=5), on(UNNUMBERED, merge_group=5)]
    registered(cameras=rows)
    (pole,) = poles()
    plain = [row | {"merge_group": None} for row in rows]
    registered(cameras=[plain[0] | {"pole_number": "MS-001"}, plain[1] | {"pole_number": "MS-002"}])
    assert [each.pole_number for each in poles()] == ["MS-001", "MS-002"]
    assert stands() == [pole.pk, pole.pk + 1]


def test_another_number_is_another_pole() -> None:
    row = on(POLE)
    registered(cameras=[row])
    registered(cameras=[row | {"pole_number": "MS-002"}])
    assert [pole.pole_number for pole in poles()] == ["MS-001", "MS-002"]
    assert stands() == [poles()[1].pk]


def test_a_new_camera_on_a_known_number_joins_it_and_erases_nothing() -> None:
    registered(cameras=[on(POLE)])
    registered(cameras=[on(NO_POLE | {"pole_number": "MS-001"})])
    (pole,) = poles()
    assert stands() == [pole.pk, pole.pk]
    assert (described(pole), pole.version_number) == (POLE, 1)


def test_a_new_camera_in_a_merged_range_joins_the_pole_that_stands_there() -> None:
    row = on(UNNUMBERED)
    registered(cameras=[row])
    (pole,) = poles()
    registered(cameras=[row | {"merge_group": 5}, on(UNNUMBERED, merge_group=5)])
    assert stands() == [pole.pk, pole.pk]


def test_a_corrected_position_moves_the_pole_that_was_taken_from_it() -> None:
    row = on(POLE)
    registered(cameras=[row, on(POLE)])
    moved = {
        "longitude": Decimal("115.800001"),
        "latitude": Decimal("31.600001"),
        "wgs_longitude": 115.800001,
        "wgs_latitude": 31.600001,
        "township": "341524101",
    }
    registered(cameras=[row | moved])
    (pole,) = poles()
    assert {name: getattr(pole, name) for name in moved} == moved
    version = PoleVersion.objects.get(number=2)
    assert (version.longitude, version.township) == (moved["longitude"], "341524101")


def test_a_camera_elsewhere_on_the_pole_does_not_move_it() -> None:
    registered(cameras=[on(POLE)])
    registered(cameras=[on(POLE, longitude=Decimal("115.934399"))])
    (pole,) = poles()
    assert (pole.longitude, pole.version_number) == (Decimal("115.934366"), 1)


def test_a_retired_pole_is_not_stood_on_again() -> None:
    row = on(POLE)
    registered(cameras=[row])
    Pole.objects.update(life="retired")
    registered(cameras=[row | {"status": "停用"}])
    old, new = poles()
    assert (old.life, new.life, new.pole_number) == ("retired", "live", "MS-001")
    assert stands() == [new.pk]
