"""Registered cameras, poles and platforms for tests, each with the row and the acceptance it came from.

Made straight in the database, but nothing is skipped: campaign, obligation, submission, stamped version, workbook,
staged row, case with both sides closed, ledger entry. The services that really do this have tests of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar, cast

from django.db import models
from django.utils import timezone

from agencies.models import Agency, Person
from cameras.models import Camera, Pole
from cameras.sheet import CAMERA
from files.models import StoredFile
from inventory.models import (
    CameraRow,
    Campaign,
    LedgerEntry,
    Obligation,
    PlatformRow,
    ReportKind,
    SourceFile,
    Submission,
    Version,
)
from platforms.models import Platform
from platforms.sheet import PLATFORM
from reviews.models import Case, Closing, Participation, Round, Side
from sheets.cells import fold, letters
from sheets.declare import Sheet
from tests.factories import make_person

Thing = TypeVar("Thing", Camera, Pole, Platform)
_numbers = count(1)
CAMERA_VALUES: Mapping[str, Any] = {
    "township": "341524100",
    "longitude": Decimal("115.934366"),
    "latitude": Decimal("31.727178"),
    "datum": "wgs84",
    "brand": "海康威视",
    "platform_name": "梅山镇平安乡村视频平台",
    "police_station": "梅山派出所",
    "built": "2020.03",
    "label_state": "unknown",
    "leased": False,
    "status": "在用",
    "measure": "保留",
    "place_kind": "road",
    "funding": "government",
    "mobility": "fixed",
}
POLE_VALUES: Mapping[str, Any] = {
    "township": "341524100",
    "longitude": Decimal("115.934366"),
    "latitude": Decimal("31.727178"),
    "datum": "wgs84",
    "pole_built": "2019.10",
    "pole_height": Decimal("6.5"),
    "pole_arms": 1,
    "pole_condition": "完整",
    "place_kind": "road",
}
PLATFORM_VALUES: Mapping[str, Any] = {
    "vendor": "海康威视",
    "gbt28181": "yes",
    "gat1400": "1.视图库",
    "address": "金寨县梅山镇新城区新北路1号",
    "network": "局域网、视频专网",
    "protection": "防火墙，深信服 AF-1000",
    "retention_days": 30,
    "sharing": "具备联网网关",
    "connected": "yes",
    "cascade": "市县两级",
    "built": "2018.06",
    "cost": Decimal("125.5"),
    "upkeep": Decimal("8.6"),
    "place_kind": "road",
    "funding": "government",
}


def version_of(entry: LedgerEntry) -> Version:
    """The version that an acceptance took in."""
    assert entry.version is not None
    return entry.version


def accepted_batch(agency_code: str, *, at: dt.datetime | None = None) -> LedgerEntry:
    """A submission of the agency that both sides passed at `at` (now), with one workbook, as its ledger entry."""
    agency, moment = Agency.objects.get(code=agency_code), at or timezone.now()
    author = _somebody(f"maker-{agency_code}", agency_code, "clerk")
    number = next(_numbers)
    campaign, _ = Campaign.objects.get_or_create(
        name="2022年视频监控资源梳理",
        defaults={
            "scope": "全县公共场所视频监控",
            "opens_on": dt.date(2022, 8, 1),
            "due_at": moment + dt.timedelta(days=5),
            "template_version": "2022.1",
            "rule_version": "1",
        },
    )
    kind = ReportKind.ROWS
    obligation, _ = Obligation.objects.get_or_create(campaign=campaign, agency=agency, defaults={"answer": kind})
    submission = Submission.objects.create(
        obligation=obligation,
        number=obligation.submissions.count() + 1,
        kind=kind,
        state=Submission.State.ACCEPTED,
        created_by=author,
    )
    digest = hashlib.sha256(f"version {number}".encode()).hexdigest()
    version = Version.objects.create(
        submission=submission,
        number=1,
        hash=digest,
        scan=_stored(StoredFile.Kind.SCAN, f"盖章扫描件{number}.pdf", "application/pdf", author),
        scan_hash=digest,
        created_by=author,
        submitted_by=author,
        submitted_at=moment,
    )
    workbook = _stored(StoredFile.Kind.WORKBOOK, f"{agency.short_name}摄像机清单{number}.xlsx", "application/x", author)
    SourceFile.objects.create(
        version=version,
        slot=1,
        file=workbook,
        state=SourceFile.State.READ,
        datum="wgs84",
        funding="government",
        summary=_summary(),
    )
    return _decided(submission, version, author, moment)


def register_camera(agency_code: str, *, batch: LedgerEntry | None = None, **values: Any) -> Camera:
    """A registered camera of the agency with its first version; `values` are fields of the model."""
    batch = batch or _batch_of(agency_code)
    told = {"name": f"测试点位{next(_numbers):04d}", **CAMERA_VALUES, **values}
    if told["mobility"] == "mobile":
        told = {**told, "longitude": None, "latitude": None}
    return _register(Camera, CameraRow, agency_code, batch, _with_wgs84(told))


def register_pole(agency_code: str, *, batch: LedgerEntry | None = None, **values: Any) -> Pole:
    """A registered pole of the agency with its first version. Its row is that of a camera standing on it."""
    batch = batch or _batch_of(agency_code)
    told = {"pole_number": f"GJ-{next(_numbers):04d}", **POLE_VALUES, **values}
    return _register(Pole, CameraRow, agency_code, batch, _with_wgs84(told))


def register_platform(agency_code: str, *, batch: LedgerEntry | None = None, **values: Any) -> Platform:
    """A registered platform of the agency with its first version."""
    batch = batch or _batch_of(agency_code)
    told = {"name": f"测试平台{next(_numbers):04d}", **PLATFORM_VALUES, **values}
    told.setdefault("name_key", fold(told["name"])[:100])
    return _register(Platform, PlatformRow, agency_code, batch, told)


def record_change(thing: Thing, batch: LedgerEntry, **values: Any) -> Thing:
    """The thing with new values, by `batch`; the database keeps what it was."""
    for name, value in values.items():
        setattr(thing, name, value)
    thing.version_number += 1
    thing.changed_at = batch.recorded_at
    thing.ledger_entry_id = batch.pk
    thing.source_row_id = _row_of(thing, CameraRow if not isinstance(thing, Platform) else PlatformRow, batch)
    thing.save()
    return thing


def _register(
    model: type[Thing],
    row_model: type[models.Model],
    agency_code: str,
    batch: LedgerEntry,
    values: Mapping[str, Any],
) -> Thing:
    agency = Agency.objects.get(code=agency_code)
    thing = model(
        reporting_agency=agency,
        changed_at=batch.recorded_at,
        ledger_entry_id=batch.pk,
        **{"owner": agency, "life": "live", **values},
    )
    thing.source_row_id = _row_of(thing, row_model, batch)
    thing.save()
    return thing


def _row_of(thing: Any, row_model: type[models.Model], batch: LedgerEntry) -> int:
    """The staged row that says what the thing is now."""
    identity = thing._meta.model_name
    source = SourceFile.objects.get(version=batch.version)
    number = next(_numbers)
    sheet = PLATFORM if identity == "platform" else CAMERA
    row = row_model._default_manager.create(
        source_file=source,
        key=number,
        sheet=sheet.title,
        row=number + 5,
        raw=_cells(thing, sheet),
        row_hash=hashlib.sha256(f"row {number}".encode()).hexdigest(),
        **_shared_values(thing, row_model),
    )
    return int(row.pk)


def _cells(thing: models.Model, sheet: Sheet) -> list[str]:
    """The row's cells in declared order; what the thing does not have was left blank."""
    values = (getattr(thing, column.fields[0].key, None) for column in sheet.columns)
    return ["" if value is None else str(value) for value in values]


def _summary() -> dict[str, Any]:
    """What the reader says of a workbook with both sheets, their columns in declared order from A on.

    It took the place of another that was the same.
    """
    compared = {"fixed": 0, "fresh": 0, "still": 0, "lost": 0}
    return {
        "sheets": [
            {
                "name": sheet.title,
                "kind": sheet.key,
                "columns": {column.key: letters(place) for place, column in enumerate(sheet.columns)},
            }
            for sheet in (CAMERA, PLATFORM)
        ],
        "compared": {
            "with": "调研表.xlsx",
            "errors": compared,
            "warnings": compared,
            "rows": {"gone": 0, "added": 0},
            "lists": {name: [] for name in ("fixed", "fresh", "still", "gone", "added")},
            "kept": {"cells": 0, "rows": 0, "clashes": 0},
        },
    }


def _shared_values(thing: models.Model, model: type[models.Model]) -> dict[str, Any]:
    """Values that the thing and a table have both, under the table's column names."""
    theirs = {entry.attname for entry in model._meta.concrete_fields} - {"id", f"{thing._meta.model_name}_id"}
    own = {entry.attname for entry in thing._meta.concrete_fields}
    return {name: getattr(thing, name) for name in theirs & own}


def _with_wgs84(values: Mapping[str, Any]) -> dict[str, Any]:
    """Positions of tests are in WGS-84 as written."""
    longitude, latitude = values["longitude"], values["latitude"]
    return {
        **values,
        "wgs_longitude": None if longitude is None else float(longitude),
        "wgs_latitude": None if latitude is None else float(latitude),
    }


def _batch_of(agency_code: str) -> LedgerEntry:
    """The agency's first batch, made when there is none."""
    known = LedgerEntry.objects.filter(version__submission__obligation__agency__code=agency_code).order_by("pk").first()
    return known or accepted_batch(agency_code)


def _decided(submission: Submission, version: Version, author: Person, moment: dt.datetime) -> LedgerEntry:
    """The case in which both sides passed the version, and its ledger entry."""
    agency = submission.obligation.agency
    case = Case.objects.create(
        kind="submission",
        subject_id=submission.pk,
        title=str(submission),
        agency=agency,
        state=Case.State.ACCEPTED,
    )
    Participation.objects.create(case=case, person=author, part=Participation.Part.AUTHOR)
    round_ = Round.objects.create(
        case=case,
        number=version.number,
        version_hash=version.hash,
        item_count=1,
        ended_at=moment,
        outcome=Round.Outcome.ACCEPTED,
    )
    for side, reviewer in (
        (Side.DATA, _somebody("maker-data", "data-bureau", "data_reviewer")),
        (Side.POLICE, _somebody("maker-police", "police", "police_reviewer")),
    ):
        Participation.objects.create(case=case, person=reviewer, part=side)
        Closing.objects.create(
            case=case, round=round_, side=side, person=reviewer, version_hash=version.hash, passed=1, returned=0
        )
    return LedgerEntry.objects.create(round=round_, version=version, recorded_at=moment)


def _stored(kind: StoredFile.Kind, name: str, media_type: str, by: Person) -> StoredFile:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return StoredFile.objects.create(
        kind=kind,
        name=name,
        path=f"{kind}/{digest}",
        media_type=media_type,
        sha256=digest,
        size=1024,
        agency_id=cast(int, by.agency_id),
        uploaded_by=by,
    )


def _somebody(username: str, agency_code: str, role: str) -> Person:
    return Person.objects.filter(username=username).first() or make_person(username, agency_code, role)
