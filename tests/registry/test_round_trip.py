"""An exported workbook is a form again: the upload check takes it, and reads what the registry holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agencies.models import Person
from cameras.models import Camera
from cameras.sheet import CAMERA
from platforms.models import Platform
from platforms.sheet import PLATFORM
from sheets.check import check
from sheets.declare import Sheet
from sheets.findings import Severity
from sheets.gate import examine
from tests.factories_registry import register_camera, register_platform
from tests.registry.reading import as_person, body

ROW_ONLY = {"seq", "merge_group", "erased", "wgs_longitude", "wgs_latitude"}


def read_again(person: Person, name: str, sheet: Sheet) -> list[dict[str, Any]]:
    """The clean values of an exported list, by key; fails on an error of the check."""
    data = body(as_person(person).get(f"/{name}/export.xlsx"))
    examine(data, f"{name}.xlsx")
    report = check(data, [CAMERA, PLATFORM])
    assert [finding for finding in report.findings if finding.severity is Severity.ERROR] == []
    table = next(table for table in report.tables if table.sheet is sheet)
    columns = {key: [value for batch in table.batches for value in batch.values(key)] for key in sheet.clean_columns}
    return [{key: values[row] for key, values in columns.items()} for row in range(table.rows)]


def test_cameras(meishan_clerk: Person) -> None:
    camera = register_camera(
        "meishan",
        code="34152401001320000001",
        name="江店路-梅山路口",
        label="梅山镇江店路口",
        label_state="yes",
        leased=True,
        pole_number="MS-001",
        pole_built="2019.10",
        pole_height=Decimal("6.5"),
        pole_arms=2,
        pole_condition="破损",
        built="2020.10",
        funding="social",
        datum="gcj02",
    )
    (row,) = read_again(meishan_clerk, "cameras", CAMERA)
    assert row["registry_number"] == camera.number
    stored = Camera.objects.get()
    for key in set(CAMERA.clean_columns) - ROW_ONLY - {"registry_number", "longitude", "latitude"}:
        assert row[key] == getattr(stored, key), key
    assert [f"{row['longitude']:.6f}", f"{row['latitude']:.6f}"] == ["115.934366", "31.727178"]


def test_platforms(meishan_clerk: Person) -> None:
    platform = register_platform(
        "meishan",
        code="34152401002000000001",
        gbt28181="partial",
        gbt28181_remark="2011版",
        connected="no",
        upkeep=None,
    )
    (row,) = read_again(meishan_clerk, "platforms", PLATFORM)
    assert row["registry_number"] == platform.number
    stored = Platform.objects.get()
    for key in set(PLATFORM.clean_columns) - ROW_ONLY - {"registry_number"}:
        assert row[key] == getattr(stored, key), key
