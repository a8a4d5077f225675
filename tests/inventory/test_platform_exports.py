"""The list that the unit's video platform exports, beside the survey."""

from __future__ import annotations

from collections.abc import Sequence

from files.models import StoredFile
from inventory.models import ExportedDevice, PlatformExport, Submission
from tests.factories_inventory import stored


def exported(submission: Submission, lines: Sequence[tuple[str, str]]) -> PlatformExport:
    """An export that has been read, with these codes and names."""
    by = submission.created_by
    made = PlatformExport.objects.create(
        submission=submission,
        file=stored(by, StoredFile.Kind.WORKBOOK, "平台导出.xlsx"),
        state=PlatformExport.State.READ,
        devices=len(lines),
        uploaded_by=by,
    )
    ExportedDevice.objects.bulk_create(ExportedDevice(export=made, code=code, name=name) for code, name in lines)
    return made
