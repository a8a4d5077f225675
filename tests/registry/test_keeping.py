"""The database keeps what a registered thing said before, whoever changes it and however often in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from cameras.models import Camera, CameraFormer
from inventory import invariants
from tests.factories_registry import (
    accepted_batch,
    record_change,
    register_camera,
    register_platform,
    register_pole,
)

pytestmark = pytest.mark.django_db
CODE, OTHER = "34152400001320940001", "34152400001320940002"
NEXT = {"version_number": F("version_number") + 1, "source_row_id": None}


def test_what_is_new_has_one_version_that_is_open() -> None:
    for thing in (register_camera("meishan"), register_pole("meishan"), register_platform("meishan")):
        only = thing.versions.get()
        assert (only.number, only.recorded_from, only.recorded_to) == (1, thing.changed_at, None)
        assert (only.ledger_entry_id, only.source_row_id) == (thing.ledger_entry_id, thing.source_row_id)
    assert not CameraFormer.objects.exists()


@pytest.mark.parametrize("register", [register_camera, register_pole, register_platform])
def test_a_change_keeps_what_was(register: Callable[[str], Any]) -> None:
    thing, moment = register("meishan"), timezone.now()
    type(thing).objects.filter(pk=thing.pk).update(place_kind="school", changed_at=moment, **NEXT)
    newer, older = thing.versions.all()
    assert (older.place_kind, older.number, older.source_row_id) == ("road", 1, thing.source_row_id)
    assert (older.recorded_from, older.recorded_to) == (thing.changed_at, moment)
    assert (newer.place_kind, newer.number, newer.recorded_from, newer.recorded_to) == ("school", 2, moment, None)
    assert older.pk > 0 > newer.pk


def test_codes_that_change_places_keep_their_names() -> None:
    """A code is set aside first, in a statement of its own: the version that ends never had the makeshift one."""
    one, two = register_camera("meishan", code=CODE), register_camera("meishan", code=OTHER)
    moment, both = timezone.now(), Camera.objects.filter(pk__in=[one.pk, two.pk])
    for thing in (one, two):
        both.filter(pk=thing.pk).update(code=f"~{thing.pk}", changed_at=moment)
    for thing, code in ((one, OTHER), (two, CODE)):
        both.filter(pk=thing.pk).update(code=code, changed_at=moment, **NEXT)
    assert [each.code for each in one.versions.all()] == [OTHER, CODE]
    assert [each.code for each in two.versions.all()] == [CODE, OTHER]
    assert {each.recorded_to for each in CameraFormer.objects.all()} == {moment}


def test_a_statement_that_changes_nothing_keeps_nothing() -> None:
    camera = register_camera("meishan")
    Camera.objects.update(brand=camera.brand)
    assert camera.versions.count() == 1


def test_a_change_without_a_new_version_is_noticed() -> None:
    camera = register_camera("meishan")
    Camera.objects.update(brand="改了")
    assert {each.brand for each in camera.versions.all()} == {"改了", camera.brand}
    assert [told for told in invariants.violations("I5")["I5"] if "不连贯" in told] == [
        f"camera {camera.pk} 的版本不连贯"
    ]


def test_a_row_is_applied_once() -> None:
    """Not to another thing, not again to the same, and not after what it brought is over."""
    one, two = register_camera("meishan"), register_camera("meishan")
    first = one.source_row_id

    def refused(thing: Camera) -> bool:
        try:
            with transaction.atomic():
                Camera.objects.filter(pk=thing.pk).update(
                    version_number=F("version_number") + 1, source_row_id=first, changed_at=timezone.now()
                )
        except IntegrityError:
            return True
        return False

    assert refused(one) and refused(two)
    record_change(one, accepted_batch("meishan"), brand="大华")
    assert refused(one) and refused(two)
    with pytest.raises(IntegrityError), transaction.atomic():
        register_again(one, first)


def register_again(like: Camera, row: int | None) -> None:
    like.pk = None
    like.code, like.source_row_id, like.version_number = None, row, 1
    like._state.adding = True
    like.save()


def test_what_the_row_says_is_what_was_registered() -> None:
    """I5: the first version of a thing says what both sides passed."""
    camera = register_camera("meishan")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE cameras_camera SET brand = '改了'")
        told = invariants.violations("I5")["I5"]
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert f"camera {camera.pk} 首次登记的内容与双方通过的行不符" in told
