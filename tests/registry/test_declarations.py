"""The declarations and the tables say the same: a column added to one and not to the other fails here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models

import cameras.sheet
import platforms.sheet
from cameras.exports import CAMERA_OUTS
from cameras.models import Camera, CameraValues, CameraVersion, Pole, PoleValues, PoleVersion
from cameras.sheet import CAMERA, POLE_COLUMNS
from inventory.models import CameraRow, PlatformRow
from inventory.staging import STORED_AS
from platforms.exports import PLATFORM_OUTS
from platforms.models import Platform, PlatformValues, PlatformVersion
from platforms.sheet import PLATFORM
from sheets.declare import Sheet
from sheets.kinds.base import Field
from sheets.kinds.choices import Closed

STAGED_ONLY = frozenset({"seq", "registry_number", "merge_group", "erased"})
"""Of the row and the file, not of the thing: they never enter the registry."""
DECLARED: dict[str, tuple[Sheet, type[models.Model], type[models.Model], tuple[type[models.Model], ...]]] = {
    "camera": (CAMERA, CameraValues, CameraRow, (Camera, CameraVersion)),
    "platform": (PLATFORM, PlatformValues, PlatformRow, (Platform, PlatformVersion)),
}


def columns(model: type[models.Model]) -> dict[str, Any]:
    return {entry.attname: entry for entry in model._meta.get_fields() if isinstance(entry, models.Field)}


def registered() -> Iterator[tuple[str, type[models.Model], Field]]:
    for kind, (sheet, _, row, tables) in DECLARED.items():
        for table in (row, *tables):
            for entry in sheet.fields:
                if entry.key not in STAGED_ONLY:
                    yield kind, table, entry


def longest(kind: str, entry: Field) -> float:
    """Characters of the longest value of a closed list; endless for any other column."""
    declared = DECLARED[kind][0].by_key.get(entry.key)
    return max(map(len, declared.kind.labels)) if declared and isinstance(declared.kind, Closed) else float("inf")


@pytest.mark.parametrize("kind", DECLARED)
def test_every_clean_value_has_its_model_field_and_the_other_way_round(kind: str) -> None:
    sheet, values, _, tables = DECLARED[kind]
    declared = set(sheet.clean_columns) - STAGED_ONLY
    assert declared == set(columns(values))
    for table in tables:
        assert declared <= set(columns(table))


@pytest.mark.parametrize(
    ("kind", "table", "entry"), [pytest.param(*told, id=f"{told[1].__name__}.{told[2].key}") for told in registered()]
)
def test_the_field_holds_what_is_declared(kind: str, table: type[models.Model], entry: Field) -> None:
    column = columns(table)[entry.key]
    if length := re.fullmatch(r"varchar\((\d+)\)", entry.sql):
        assert isinstance(column, models.CharField | models.TextField)
        assert column.max_length is None or column.max_length >= min(int(length[1]), longest(kind, entry))
    elif number := re.fullmatch(r"numeric\((\d+),(\d+)\)", entry.sql):
        assert isinstance(column, models.DecimalField)
        assert (column.max_digits, column.decimal_places) == (int(number[1]), int(number[2]))
    else:
        kinds: dict[str, type[Any]] = {
            "integer": models.IntegerField,
            "boolean": models.BooleanField,
            "double precision": models.FloatField,
        }
        assert isinstance(column, kinds[entry.sql])
    if entry.nullable:
        assert column.null


@pytest.mark.parametrize("kind", DECLARED)
def test_every_column_of_the_copied_text_has_its_staged_field(kind: str) -> None:
    sheet, _, row, _ = DECLARED[kind]
    declared: tuple[str, ...] = {"camera": cameras.sheet.COPY_COLUMNS, "platform": platforms.sheet.COPY_COLUMNS}[kind]
    assert declared == sheet.copy_columns
    staged = {STORED_AS.get(key, key) for key in declared}
    assert staged <= set(columns(row))
    ours = {"id", "source_file_id", "key", "match_id", "fate", "edited"}
    assert set(columns(row)) - staged == ours


def test_poles_have_the_declared_columns_of_a_pole() -> None:
    assert set(POLE_COLUMNS) == set(columns(PoleValues))
    for table in (Pole, PoleVersion):
        assert set(POLE_COLUMNS) <= set(columns(table))


@pytest.mark.parametrize(("sheet", "outs"), [(CAMERA, CAMERA_OUTS), (PLATFORM, PLATFORM_OUTS)])
def test_every_declared_column_is_exported(sheet: Sheet, outs: Any) -> None:
    declared = {column.fields[0].key for column in sheet.columns} - STAGED_ONLY
    assert declared <= {out.key for out in outs}
    headers = [out.header for out in outs]
    assert len(set(headers)) == len(headers)
