"""A small county with costs and measures, and issues of its plan, for the tests of documents."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.test import Client

from cameras.models import Camera
from files.models import StoredFile
from inventory.models import LedgerEntry
from jobs import services as jobs
from jobs.models import Job
from planning import assumptions
from planning.document import figures, issuing
from planning.document.sections import Sections
from planning.document.stock import Stock
from planning.models import Issue, Part
from platforms.models import Platform
from registry.names import Names
from tests.factories_registry import register_camera, register_platform, register_pole
from tests.planning import scenes

MABU = "341524101"


def county() -> tuple[Platform, list[Camera]]:
    """梅山镇: a platform with costs and four cameras on it; 麻埠镇: one without costs and two cameras; a pole each."""
    dear = register_platform("meishan", name="梅山平安平台", cost=Decimal(100), upkeep=Decimal(8))
    bare = register_platform("mabu", name="麻埠平台", cost=None, upkeep=None, connected="no")
    pole = register_pole("meishan")
    register_pole("mabu", township=MABU)
    told: list[dict[str, Any]] = [
        {"name": "江店路口", "measure": "保留"},
        {"name": "江店路口东", "measure": "拆除"},
        {"name": "{{7*7}} <b>&amp;", "measure": "以迁代拆", "place_kind": "school"},
        {"name": "新城广场", "measure": "杆塔复用", "pole": pole, "status": "在建"},
    ]
    cameras = [register_camera("meishan", platform=dear, **values) for values in told]
    cameras.append(register_camera("mabu", platform=bare, measure="拆除", township=MABU))
    cameras.append(register_camera("mabu", platform=None, platform_name="", measure="", township=MABU))
    return dear, cameras


def listed(client: Client, url: str) -> int:
    """How many things a list of the registry says that it holds."""
    response = client.get(url)
    assert response.status_code == 200, url
    told = re.search(r"共 ([\d,]+) [台根个]", response.content.decode())
    return int(told[1].replace(",", "")) if told else 0


def make() -> Issue:
    """The next issue, made by the office's person."""
    issue = issuing.start(scenes.office())
    jobs.run(str(Job.objects.get(kind=issuing.JOB_KIND, subject_id=issue.pk).pk))
    return Issue.objects.get(pk=issue.pk)


def plan_issue(file: StoredFile, batch: LedgerEntry) -> Issue:
    """A finished issue with 梅山镇's part, whose documents are these of the batch."""
    version = batch.version
    assert version is not None
    agency, by, scan = version.submission.obligation.agency, file.uploaded_by, version.scan
    assert scan is not None
    stock = Stock(scenes.office(), None, assumptions.values(), Names())
    sections, now = Sections(scenes.office()), batch.recorded_at
    issue = Issue.objects.create(
        number=1,
        state=Issue.State.DONE,
        made_by=by,
        as_of=now,
        ended_at=now,
        figures=figures.of_county(stock, sections, now),
        file=scan,
    )
    told = figures.of_unit(stock, sections, now, agency)
    Part.objects.create(issue=issue, agency=agency, figures=told, cameras=told["stock"]["cameras"], file=file)
    return issue


def path(file: StoredFile | None) -> Path:
    assert file is not None
    return Path(default_storage.path(file.path))
