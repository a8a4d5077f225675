"""Drafts for tests, made the way people make them: the official template, filled, uploaded, read by the reader."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from agencies.models import Agency, Person
from demo.paper import stamped as paper
from inventory import services, uploads
from inventory.models import Campaign, Datum, Funding, Mobility, Obligation, ReportKind, SourceFile, Submission
from inventory.registering.checks import DECLARATIONS
from jobs import services as jobs
from jobs.models import Job
from sheets.template import write_template
from tests.hostile.workbooks import book

DEFAULTS = uploads.Defaults(Datum.WGS84, Funding.GOVERNMENT, Mobility.FIXED, None)


def obligation_of(agency_code: str) -> Obligation:
    campaign, _ = Campaign.objects.get_or_create(
        name="2026年第一次梳理",
        defaults={
            "scope": "全县",
            "opens_on": dt.date(2026, 1, 1),
            "due_at": timezone.now() + dt.timedelta(days=5),
            "template_version": "1",
            "rule_version": "1",
        },
    )
    return Obligation.objects.get_or_create(campaign=campaign, agency=Agency.objects.get(code=agency_code))[0]


def camera_row(number: int, **values: Any) -> dict[str, Any]:
    """A faultless camera row of clean values; `number` makes it different from its neighbours."""
    return {
        "seq": number,
        "code": f"34152400001320{number:06d}",
        "name": f"示例路口{number}",
        "platform_name": "梅山镇视频平台",
        "brand": "海康威视",
        "township": "341524100",
        "longitude": Decimal(f"115.90{number:03d}1"),
        "latitude": Decimal(f"31.70{number:03d}1"),
        "built": "2020.03",
        "label": f"示例路口{number}",
        "leased": False,
        "status": "在用",
        "measure": "保留",
    } | values


def platform_row(**values: Any) -> dict[str, Any]:
    """A faultless platform row of clean values."""
    return {
        "seq": 1,
        "name": "梅山镇视频平台",
        "vendor": "海康威视",
        "gbt28181": "yes",
        "gat1400": "否",
        "address": "示例街1号",
        "network": "专线",
        "protection": "防火墙",
        "retention_days": 30,
        "sharing": "具备",
        "connected": "yes",
        "code": "34152400002000000001",
        "cascade": "县本级",
        "built": "2020.03",
        "cost": 12.5,
        "upkeep": 1,
    } | values


def workbook(rows: Sequence[dict[str, Any]], kind: str = "camera") -> bytes:
    """The official template with these rows, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_template(DECLARATIONS[kind], path, unit_name="梅山镇人民政府", rows=rows)
        return path.read_bytes()


def unreadable() -> bytes:
    """A workbook that passes the gate, and that only the reader finds to be broken (S010)."""
    return book({"xl/workbook.xml": b"<workbook><sheets></wrong>"})


def started(clerk: Person, kind: ReportKind = ReportKind.ROWS) -> Submission:
    assert clerk.agency is not None
    return services.start(clerk, obligation_of(clerk.agency.code).pk, kind)


def uploaded(
    clerk: Person, submission: Submission, rows: Sequence[dict[str, Any]], kind: str = "camera", **more: Any
) -> SourceFile:
    """Upload the rows and do what the worker would do."""
    source = uploads.upload_workbook(
        clerk, submission.pk, workbook(rows, kind), "调研表.xlsx", more.pop("defaults", DEFAULTS), **more
    )
    work()
    source.refresh_from_db()
    return source


def work() -> None:
    """What the worker would do with every queued job."""
    for job in Job.objects.filter(state=Job.State.QUEUED):
        jobs.run(str(job.pk))


def stamped(clerk: Person, submission: Submission) -> str:
    """Attach a scan; return the content hash it is bound to."""
    page = paper(submission.versions.latest("number"))
    return uploads.upload_scan(clerk, submission.pk, page, "盖章.png").hash


def submitted(clerk: Person, rows: Sequence[dict[str, Any]], submission: Submission | None = None) -> Submission:
    submission = submission or started(clerk)
    held = SourceFile.objects.filter(version__submission=submission, slot=1).order_by("-version__number").first()
    uploaded(clerk, submission, rows, replaces_id=held.pk if held else None)
    return services.submit(clerk, submission.pk, stamped(clerk, submission))
