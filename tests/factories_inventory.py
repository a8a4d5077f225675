"""Campaigns, submissions and staged rows for tests, made without workbooks; submitting goes through the services.

submitted("meishan", rows=3)                     a list of three cameras, handed in
submitted("meishan", values=[{"code": taken}])   one camera with this code
submitted_zero("mabu")                           a zero report
resubmitted(submission, {key: {"brand": "大华"}})  the next version after a return, with these rows mended
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from agencies.models import Agency, Person
from files import services as files
from files.models import StoredFile
from inventory import services
from inventory.leftout import marking
from inventory.leftout.missing import unmentioned
from inventory.models import (
    CameraRow,
    Campaign,
    Datum,
    Funding,
    MissingMark,
    Obligation,
    PlatformRow,
    ReportKind,
    RowFinding,
    SourceFile,
    StagedRow,
    Submission,
    Version,
)
from inventory.paper import codes
from inventory.registering.checks import check_registry
from inventory.registering.targets import TARGETS
from inventory.versions import rehash
from tests.factories import make_person

_numbers = itertools.count(1)
ZERO_REASON = "本单位没有管理公共场所视频监控设备。"
CAMERA = {
    "name": "梅山镇江店路路口",
    "platform_name": "",
    "brand": "海康威视",
    "township": "341524100",
    "longitude": Decimal("115.934366"),
    "latitude": Decimal("31.727178"),
    "datum": Datum.WGS84.value,
    "wgs_longitude": 115.934366,
    "wgs_latitude": 31.727178,
    "built": "2020.03",
    "leased": False,
    "status": "在用",
    "measure": "保留",
    "funding": Funding.GOVERNMENT.value,
    "mobility": "fixed",
}
PLATFORM = {
    "name": "梅山镇平安乡村视频平台",
    "vendor": "海康威视",
    "gbt28181": "yes",
    "network": "专线",
    "retention_days": 30,
    "connected": "yes",
    "funding": Funding.GOVERNMENT.value,
}


def new_code(kind: str = "132") -> str:
    """A 20-digit code of the county that no other row of this run has."""
    return f"3415240000{kind}0{next(_numbers):06d}"


def make_campaign(name: str = "", *, due_in_days: int = 10) -> Campaign:
    """An open campaign that began a month ago."""
    now = timezone.now()
    return Campaign.objects.create(
        name=name or f"第{next(_numbers)}轮梳理",
        scope="全县公共场所视频监控",
        opens_on=timezone.localdate() - timedelta(days=30),
        due_at=now + timedelta(days=due_in_days),
        template_version="2022.1",
        rule_version="2022.1",
    )


def clerk_of(agency_code: str) -> Person:
    """The agency's clerk of the cast, made when nobody did yet."""
    username = f"clerk-{agency_code}"
    return Person.objects.filter(username=username).first() or make_person(username, agency_code, "clerk")


def started(
    agency_code: str, kind: ReportKind = ReportKind.ROWS, *, by: Person | None = None, campaign: Campaign | None = None
) -> Submission:
    """A submission that was begun, with an empty version 1."""
    obligation, _ = Obligation.objects.get_or_create(
        campaign=campaign or make_campaign(), agency=Agency.objects.get(code=agency_code)
    )
    return services.start(by or clerk_of(agency_code), obligation.pk, kind)


def drafted(
    agency_code: str = "meishan",
    rows: int = 3,
    *,
    values: Sequence[Mapping[str, Any]] | None = None,
    platforms: Sequence[Mapping[str, Any]] = (),
    by: Person | None = None,
    campaign: Campaign | None = None,
    picture: bool = False,
    missing: MissingMark.Mark | None = MissingMark.Mark.PRESENT,
) -> Submission:
    """A list ready to be handed in: `rows` cameras, or one for each of `values` (over CAMERA), and the platforms.

    Whatever the agency has registered and the list leaves out is marked `missing` (None: nothing is said of it).

    `warnings` among a row's values is a list of sentences that become findings. `picture`: the scan is a real file with
    a preview.
    """
    by = by or clerk_of(agency_code)
    submission = started(agency_code, by=by, campaign=campaign)
    with transaction.atomic():
        version = services.draft_version(by, submission)
        source = SourceFile.objects.create(
            version=version,
            slot=1,
            file=stored(by, StoredFile.Kind.WORKBOOK, "调研表.xlsx"),
            state=SourceFile.State.READ,
            datum=Datum.WGS84,
            funding=Funding.GOVERNMENT,
        )
        told = values if values is not None else [{"name": f"江店路路口{number}号杆"} for number in range(1, rows + 1)]
        stage(source, CameraRow, "摄像机", [{**CAMERA, "code": new_code(), **one} for one in told])
        stage(source, PlatformRow, "平台", [{**PLATFORM, "code": new_code("200"), **one} for one in platforms])
        SourceFile.objects.filter(pk=source.pk).update(rows_read=len(told) + len(platforms))
        check_registry(version.pk, submission.obligation.agency_id)
        rehash(version)
        mark_missing(submission, missing, by)
        stamp(submission, by, picture=picture)
    return submission


def mark_missing(submission: Submission, said: MissingMark.Mark | None, by: Person) -> None:
    """Say the same of everything that the draft leaves out."""
    version = submission.versions.get(submitted_at=None)
    agency_id = submission.obligation.agency_id
    for target in TARGETS if said else ():
        with connection.cursor() as cursor:
            cursor.execute(unmentioned(target), {"version": version.pk, "agency": agency_id})
            things = [int(pk) for (pk,) in cursor.fetchall()]
        if things:
            marking.mark(by, submission.pk, target.kind, things, said)


def submitted(agency_code: str = "meishan", rows: int = 3, **told: Any) -> Submission:
    """A list that was handed in, with its round open for both sides; see `drafted`."""
    by = told.pop("by", None) or clerk_of(agency_code)
    return hand_in(drafted(agency_code, rows, by=by, **told), by)


def submitted_zero(
    agency_code: str = "mabu",
    *,
    reason: str = ZERO_REASON,
    by: Person | None = None,
    campaign: Campaign | None = None,
    picture: bool = False,
) -> Submission:
    """A zero report that was handed in."""
    by = by or clerk_of(agency_code)
    submission = started(agency_code, ReportKind.ZERO, by=by, campaign=campaign)
    services.state_zero(by, submission.pk, reason)
    stamp(submission, by, "零报告.pdf", picture=picture)
    return hand_in(submission, by)


def stamp(
    submission: Submission, by: Person, name: str = "盖章扫描件.pdf", *, picture: bool = False, coded: bool = True
) -> Version:
    """Attach a scan of the draft version as it is now, with the code of its page unless not `coded`."""
    code = codes.code_of(submission.versions.latest("number")) if coded else None
    with transaction.atomic():
        scan = stored(by, StoredFile.Kind.SCAN, name, picture=picture)
        return services.attach_scan(by, submission.pk, scan, [code.text] if code else [])


def hand_in(submission: Submission, by: Person | None = None) -> Submission:
    """Submit the draft version as it stands."""
    version = Version.objects.get(submission=submission, submitted_at=None)
    return services.submit(by or version.created_by, submission.pk, version.hash)


def resubmitted(
    submission: Submission, mended_rows: Mapping[int, Mapping[str, Any]], by: Person | None = None
) -> Submission:
    """After a return: the next version with these rows changed (key -> values), stamped anew and handed in."""
    by = by or submission.created_by
    with transaction.atomic():
        mended(submission, mended_rows, by=by)
        stamp(submission, by)
    return hand_in(submission, by)


def mended(
    submission: Submission,
    rows: Mapping[int, Mapping[str, Any]],
    *,
    by: Person | None = None,
    removed: Sequence[int] = (),
    added: Sequence[Mapping[str, Any]] = (),
) -> Version:
    """After a return: the next version as a draft, with these camera rows changed (key -> values), gone and new."""
    by = by or submission.created_by
    with transaction.atomic():
        submission = services.locked(by, submission.pk)
        version = services.draft_version(by, submission)
        mine = CameraRow.objects.filter(source_file__version=version)
        for key, values in rows.items():
            row = mine.get(key=key)
            for name, value in values.items():
                setattr(row, name, value)
            row.row_hash = digest({name: getattr(row, name) for name in CAMERA} | dict(values) | {"row": row.row})
            row.save()
        mine.filter(key__in=removed).delete()
        last = mine.order_by("row").last()
        assert last is not None
        new = [{**CAMERA, "code": new_code(), **values} for values in added]
        stage(last.source_file, CameraRow, last.sheet, new, first=last.row + 1)
        rehash(version)
    return version


def stage(
    source: SourceFile, model: type[StagedRow], sheet: str, rows: Sequence[Mapping[str, Any]], first: int = 5
) -> None:
    """Write these rows as read from row 5 (`first`) of the sheet on, with a finding for each of their `warnings`."""
    made, findings = [], []
    for number, (given, key) in enumerate(zip(rows, next_keys(len(rows)), strict=True), start=first):
        values = dict(given)
        warnings = values.pop("warnings", [])
        letters = {name: str(value) for name, value in values.items() if name != "erased"}
        made.append(
            model(
                source_file=source,
                key=key,
                sheet=sheet,
                row=number,
                raw=letters,
                row_hash=digest(values | {"row": number}),
                warnings=len(warnings),
                **({"erased": []} | values),
            )
        )
        findings += [
            RowFinding(
                source_file=source,
                kind="camera" if model is CameraRow else "platform",
                sheet=sheet,
                row=number,
                cell=f"B{number}",
                column_key="code",
                column_title="20位编码",
                code="C103",
                severity="warning",
                message=message,
                fix="请从视频监控平台导出编码。",
            )
            for message in warnings
        ]
    model._default_manager.bulk_create(made)
    RowFinding.objects.bulk_create(findings)
    SourceFile.objects.filter(pk=source.pk).update(warnings=F("warnings") + len(findings))


def next_keys(count: int) -> list[int]:
    """The next identities of staged rows, from the database's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('inventory_row_key') FROM generate_series(1, %s)", [count])
        return [int(key) for (key,) in cursor.fetchall()]


def digest(values: Mapping[str, Any]) -> str:
    """A row hash over these values."""
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


def stored(by: Person, kind: StoredFile.Kind, name: str, *, picture: bool = False) -> StoredFile:
    """An original of the person's agency: its row alone, or with `picture` a real scan with its preview."""
    assert by.agency_id is not None
    if picture:
        drawn = scan_picture(str(by.agency))
        made = files.store([drawn], kind=kind, name=name, suffix="png", agency_id=by.agency_id, by=by)
        preview = made.path.removesuffix(".png") + ".preview.png"
        default_storage.save(preview, io.BytesIO(drawn))
        StoredFile.objects.filter(pk=made.pk).update(preview=preview)
        return made
    return StoredFile.objects.create(
        kind=kind,
        name=name,
        path=f"{kind}/{uuid.uuid4()}",
        media_type="application/pdf",
        sha256=uuid.uuid4().hex * 2,
        size=1024,
        agency_id=by.agency_id,
        uploaded_by=by,
    )


def scan_picture(title: str) -> bytes:
    """A page with a ruled table and a red seal, as PNG."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (420, 594), "white")
    draw = ImageDraw.Draw(page)
    for line in range(12):
        draw.line((40, 120 + line * 30, 380, 120 + line * 30), fill="#555")
    for column in range(6):
        draw.line((40 + column * 68, 120, 40 + column * 68, 450), fill="#555")
    draw.rectangle((90, 50, 330, 70), fill="#333")
    draw.ellipse((250, 440, 370, 560), outline="#c0201a", width=5)
    draw.regular_polygon((310, 500, 22), 5, fill="#c0201a")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
