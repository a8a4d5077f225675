"""The demo's request for a change: a township corrects a camera that is registered already."""

from __future__ import annotations

from agencies.models import Person
from cameras.models import Camera
from inventory.changing import services
from inventory.changing.cells import BY_KIND

REASON = "雨季后更换了设备，型号和状态与台账不一致，按现场核对更正。"


def ask(clerk: Person) -> None:
    """For the first camera of the clerk's agency."""
    camera = Camera.objects.live().filter(reporting_agency=clerk.agency_id).order_by("pk")[0]
    brand = "宇视" if camera.brand != "宇视" else "大华"
    asked = services.Asked(camera.version_number, REASON, {"brand": brand, "status": "维修"})
    services.ask(clerk, BY_KIND["camera"], camera.pk, asked)
