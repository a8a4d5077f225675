"""The counts of the map's cells: what the triggers keep is what one would count."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection

from cameras.mapcells import DIMS, CellOf, MapCell, cell_number
from cameras.models import Camera
from dashboards.map.keeping import cells_are_counts
from tests.factories_registry import accepted_batch, record_change, register_camera

pytestmark = pytest.mark.django_db

Counts = Counter[tuple[object, ...]]


def kept(level: int) -> Counts:
    """(dim, x, y, agency, owner, value) -> cameras."""
    found: Counts = Counter()
    for one in MapCell.objects.filter(level=level).exclude(n=0):
        found[one.dim, one.x, one.y, one.reporting_agency, one.owner, getattr(one, one.dim)] = one.n
    return found


def counted(level: int) -> Counts:
    """The same, from the cameras one by one."""
    found: Counts = Counter()
    for one in Camera.objects.filter(life="live", wgs_longitude__isnull=False):
        assert one.wgs_longitude is not None and one.wgs_latitude is not None
        side = Decimal("0.01") * Decimal(2) ** (13 - level)
        x, y = ((Decimal(str(value)) + Decimal("0.005")) // side for value in (one.wgs_longitude, one.wgs_latitude))
        for dim in DIMS:
            found[dim, int(x), int(y), one.reporting_agency_id, one.owner_id, getattr(one, dim)] += 1
    return found


def assert_kept() -> None:
    for level in range(10, 16):
        assert kept(level) == counted(level), level


def test_a_camera_is_counted_on_every_level_and_follows_its_changes() -> None:
    first = register_camera("meishan")
    register_camera("mabu", longitude=Decimal("115.700001"), latitude=Decimal("31.400001"), status="停用")
    assert_kept()
    batch = accepted_batch("meishan")
    record_change(first, batch, wgs_longitude=115.5, measure="迁移")
    assert_kept()
    record_change(first, batch, life="retired")
    assert_kept()
    record_change(first, batch, life="live")
    assert_kept()
    Camera.objects.all().update(status="维修")
    assert_kept()
    assert Camera.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cameras_camera DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE cameras_camera ENABLE TRIGGER count_map_cells_delete")
        cursor.execute("DELETE FROM cameras_camera")
    assert sum(kept(15).values()) == 0


def test_everybody_is_counted_with_or_without_a_position() -> None:
    register_camera("meishan")
    register_camera("meishan", longitude=None, latitude=None)
    register_camera("meishan", mobility="mobile")
    told = {(one.x, one.dim): one.n for one in MapCell.objects.filter(level=0)}
    assert told == {(placed, dim): 1 for placed in (0, 1, 2) for dim in DIMS}


def test_sums_lead_back_to_the_middle_of_a_cell() -> None:
    register_camera("meishan", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    register_camera("meishan", longitude=Decimal("115.934368"), latitude=Decimal("31.727178"))
    one = MapCell.objects.get(level=13, dim="status")
    assert (one.n, one.east, one.north) == (2, 115934366 + 115934368, 2 * 31727178)
    assert (one.rounded_x, one.rounded_y) == (2 * 11593, 2 * 3173)


def test_the_number_of_a_cell_is_said_alike_in_both_places() -> None:
    camera = register_camera("meishan", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    told = Camera.objects.annotate(cell=CellOf("wgs_longitude", "wgs_latitude")).get(pk=camera.pk)
    x, y = int((Decimal("115.934366") + Decimal("0.005")) * 400), int((Decimal("31.727178") + Decimal("0.005")) * 400)
    assert told.cell == cell_number(x, y)  # type: ignore[attr-defined]


def test_a_count_that_is_off_is_told() -> None:
    """Kept cells and totals beside the cameras themselves (I10)."""
    register_camera("meishan")
    register_camera("meishan", longitude=None, latitude=None)
    assert list(cells_are_counts()) == []
    MapCell.objects.filter(level=12, dim="status").update(n=7)
    MapCell.objects.filter(level=0, dim="measure", x=0).update(n=5)
    assert list(cells_are_counts()) == [
        "地图格第 12 级（status）有 2 处与台账的台数不一致。",
        "地图图例（measure）共 6 台，台账在册 2 台。",
    ]
