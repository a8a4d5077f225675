"""Cells find what measuring every pair finds, wherever the cells' borders run."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from cameras.models import Camera
from inventory.models import CameraRow, Submission
from inventory.registering import near
from inventory.registering.proposals import METRES, NEAR
from tests.factories_registry import register_camera
from tests.inventory.test_proposals import at, report

pytestmark = pytest.mark.django_db


def beside(submission: Submission) -> set[int]:
    """Rows (by their line) that stand beside another agency's camera."""
    version = submission.versions.get()
    files = list(version.files.values_list("pk", flat=True))
    if not near.draw_beside_others(files, submission.obligation.agency_id):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_id FROM beside_others")
        return {row_id for (row_id,) in cursor.fetchall()}


def metres(row: CameraRow, camera: Camera) -> float:
    assert row.wgs_longitude is not None and row.wgs_latitude is not None
    assert camera.wgs_longitude is not None and camera.wgs_latitude is not None
    east = (row.wgs_longitude - camera.wgs_longitude) * math.cos(math.radians(row.wgs_latitude))
    return METRES * math.hypot(east, row.wgs_latitude - camera.wgs_latitude)


def test_as_measuring_every_pair() -> None:
    chance = random.Random(20221122)
    cameras = [
        register_camera("mabu", name="别处", code=None, **at(chance.uniform(0, 120), chance.uniform(0, 120)))
        for _ in range(12)
    ]
    places: list[Mapping[str, Any]] = [at(chance.uniform(0, 120), chance.uniform(0, 120)) for _ in range(150)]
    submission = report(*places)
    rows = CameraRow.objects.filter(source_file__version__submission=submission)
    expected = {row.pk for row in rows if min(metres(row, camera) for camera in cameras) <= NEAR}
    assert 3 < len(expected) < 60
    assert beside(submission) == expected


def test_a_code_that_is_told_of_already_hides_no_second_camera() -> None:
    code = "34152400001320900002"
    register_camera("mabu", name="甲", code=code, **at())
    alone = report({"name": "乙", "code": code, **at(1)})
    assert not beside(alone)
    register_camera("mabu", name="丙", code=None, **at())
    assert len(beside(alone)) == 1
