"""Blurring a position in the row itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agencies.models import Person
from cameras.models import Camera
from registry.masking import conceal
from tests.factories_registry import register_camera

LONGITUDE, LATITUDE = Decimal("115.934366"), Decimal("31.727178")


def test_every_position_field_is_blurred(education_clerk: Person) -> None:
    register_camera("meishan", place_kind="school", longitude=LONGITUDE, latitude=LATITUDE)
    camera = conceal(Camera.objects.visible_to(education_clerk).get())
    found = [camera.longitude, camera.latitude, camera.wgs_longitude, camera.wgs_latitude]
    assert [str(value) for value in found] == ["115.93", "31.73", "115.93", "31.73"]


def test_own_rows_stay_exact(meishan_clerk: Person) -> None:
    register_camera("meishan", longitude=LONGITUDE, latitude=LATITUDE)
    camera = conceal(Camera.objects.visible_to(meishan_clerk).get())
    assert camera.longitude == Decimal("115.934366")


def test_blank_positions_stay_blank(education_clerk: Person) -> None:
    register_camera("meishan", place_kind="school", mobility="mobile")
    assert conceal(Camera.objects.visible_to(education_clerk).get()).longitude is None


def test_a_row_read_without_asking_who_sees_it_is_not_shown(meishan_clerk: Person) -> None:
    with pytest.raises(AttributeError):
        conceal(register_camera("meishan"))
