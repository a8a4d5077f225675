"""Findings that a unit asks to be set aside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Person
from inventory.models import CameraRow, RowFinding, SourceFile, Submission, Waiver
from inventory.waiving import waiver_services
from tests.factories_inventory import drafted
from tests.inventory import web

REASON = "摄像机架在县界河对岸，由本镇管理"
OUTSIDE = "坐标不在金寨县范围内"
YEAR = dt.timedelta(days=365)


def faulty(submission: Submission, row: int = 5, code: str = "C203", value: str = "115.2", **more: Any) -> RowFinding:
    """An error of the draft's row, at its longitude, with its counts."""
    source = SourceFile.objects.get(version__submission=submission, version__submitted_at=None)
    made = RowFinding.objects.create(
        **{
            "source_file": source,
            "kind": "camera",
            "sheet": "摄像机",
            "row": row,
            "cell": f"H{row}",
            "column_key": "longitude",
            "column_title": "经度",
            "code": code,
            "severity": "error",
            "value": value,
            "message": OUTSIDE,
            "fix": "请核对经纬度和坐标系。",
        }
        | more
    )
    counter = "errors" if made.severity == "error" else "warnings"
    for model, found in ((SourceFile, {"pk": source.pk}), (CameraRow, {"source_file": source, "row": row})):
        for one in model.objects.filter(**found):
            model.objects.filter(pk=one.pk).update(**{counter: getattr(one, counter) + 1})
    return made


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return drafted("meishan", rows=3, by=meishan_clerk)


@pytest.fixture
def finding(draft: Submission) -> RowFinding:
    return faulty(draft)


def asked(by: Person, submission: Submission, finding: RowFinding, reason: str = REASON) -> Waiver:
    return waiver_services.ask(by, submission.pk, finding.pk, reason)


def granted(by: Person, reviewer: Person, submission: Submission, finding: RowFinding) -> Waiver:
    return waiver_services.grant(reviewer, asked(by, submission, finding).pk, timezone.localdate() + YEAR)


def press_ask(by: Person, submission: Submission, finding: RowFinding, reason: str = REASON) -> Any:
    return web.press(by, "waiver_ask", submission.pk, finding=finding.pk, reason=reason)


def press_grant(by: Person, waiver: Waiver, day: object = None) -> Any:
    day = day or timezone.localdate() + YEAR
    return web.press(by, "waiver_grant", waiver.pk, expires_on=str(day), answer="同意")


def counts(submission: Submission) -> tuple[int, int, int]:
    """Errors of the file and of the row, and whether the finding is set aside."""
    source = SourceFile.objects.filter(version__submission=submission).latest("pk")
    row = CameraRow.objects.get(source_file=source, row=5)
    return source.errors, row.errors, RowFinding.objects.filter(source_file=source, waived=True).count()


def expire(waiver: Waiver) -> None:
    Waiver.objects.filter(pk=waiver.pk).update(expires_on=timezone.localdate() - dt.timedelta(days=1))
