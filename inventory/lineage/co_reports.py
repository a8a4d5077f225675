"""Which agencies report a registered thing beside the one that is responsible for it (合并)."""

from __future__ import annotations

from collections.abc import Sequence

from registry.lineage import CoReporter

from ..models import CoReport
from ..models.changes import RowKind

KINDS = {"cameras.camera": RowKind.CAMERA, "platforms.platform": RowKind.PLATFORM}


def co_reporters_of(model_label: str, thing_id: int) -> Sequence[CoReporter]:
    """Everybody who does or did, the first one first."""
    kind = KINDS.get(model_label)
    found = CoReport.objects.filter(kind=kind, thing_id=thing_id).order_by("id") if kind else CoReport.objects.none()
    return [CoReporter(one.agency_id, one.settled_at, one.ended_at) for one in found]
