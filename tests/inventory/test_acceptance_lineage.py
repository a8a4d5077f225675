"""From a registered value back to its cell, through the real reader (the sheet, the row, the A1 addresses)."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.storage import default_storage

from agencies.models import Person
from cameras.models import Camera, CameraVersion, Pole, PoleVersion
from files.models import StoredFile
from inventory import services
from inventory.lineage import source_of
from platforms.models import Platform, PlatformVersion
from tests.inventory.drafts import camera_row, platform_row, stamped, started, uploaded
from tests.inventory.registering import decide

pytestmark = pytest.mark.django_db


def test_every_value_leads_to_its_cell(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [platform_row()], kind="platform")
    uploaded(
        meishan_clerk,
        submission,
        [camera_row(1), camera_row(2, pole_number="MS-001", pole_height=Decimal("6.5"), brand="")],
    )
    services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))
    round_ = decide(submission)

    camera = Camera.objects.get(code="34152400001320000002")
    version = CameraVersion.objects.get(camera=camera)
    source = source_of("cameras.camera", version.ledger_entry_id, version.source_row_id)
    assert source is not None
    original = StoredFile.objects.get(sha256=source.sha256)
    assert (source.agency, source.submission_number, source.version_number) == ("金寨县梅山镇人民政府", 1, 1)
    assert (source.campaign, source.file_name, source.sheet) == ("2026年第一次梳理", "调研表.xlsx", "摄像机")
    assert source.url == f"/submissions/{submission.pk}/?version=1"
    assert [each.side for each in source.reviewers] == ["数据局", "公安局"]
    assert source.recorded_at == camera.changed_at == version.recorded_from
    assert round_.outcome == "accepted"

    sheet = openpyxl.load_workbook(io.BytesIO(open_(original)))[source.sheet]
    shown = {key: str(sheet[address].value) for key, address in source.cells.items()}
    assert shown["code"] == camera.code
    assert (shown["name"], shown["pole_number"], shown["pole_height"]) == ("示例路口2", "MS-001", "6.5")
    assert "brand" not in source.cells, "a blank cell said nothing"
    assert (Decimal(shown["longitude"]), Decimal(shown["latitude"])) == (camera.longitude, camera.latitude)

    standing = PoleVersion.objects.get(pole=Pole.objects.get())
    of_pole = source_of("cameras.pole", standing.ledger_entry_id, standing.source_row_id)
    assert of_pole is not None and (of_pole.sheet, of_pole.row) == ("摄像机", source.row)

    one = PlatformVersion.objects.get(platform=Platform.objects.get())
    of_platform = source_of("platforms.platform", one.ledger_entry_id, one.source_row_id)
    assert of_platform is not None
    assert of_platform.sheet == "平台"
    assert camera.platform == Platform.objects.get()


def open_(original: StoredFile) -> bytes:
    with default_storage.open(original.path) as stored:
        return bytes(stored.read())


def test_what_nobody_knows_is_none(meishan_clerk: Person) -> None:
    assert source_of("cameras.camera", 1, None) is None
    assert source_of("cameras.camera", 987654, 987654) is None
    assert source_of("agencies.agency", 1, 1) is None
