"""Requests for a change as the tests make and decide them, and the form's acts as a browser would send them.

asked_change("meishan")                  a camera of its own, and a request in review for its brand, with evidence
ask(clerk, camera, brand="大华")          press 核对改动 and 提交审核
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Person
from cameras.models import Camera
from inventory.changing import services
from inventory.changing.cells import BY_KIND
from inventory.models import ChangeRequest
from reviews.models import Round
from tests.factories_inventory import clerk_of, scan_picture
from tests.factories_registry import register_camera
from tests.inventory import web

REASON = "设备上个月更换，铭牌照片附后"


def asked_change(agency: str, *, by: Person | None = None, evidence: bool = True, **cells: str) -> ChangeRequest:
    """A request for a camera of the agency's, handed in."""
    camera = register_camera(agency, name="江店路路口东南角", platform_name="")
    return asked_for(camera, by=by or clerk_of(agency), evidence=evidence, **cells)


def asked_for(thing: Any, *, by: Person | None = None, evidence: bool = False, **cells: str) -> ChangeRequest:
    """A request for this thing, handed in by its agency's clerk; brand 大华 unless told otherwise."""
    asked = services.Asked(
        thing.version_number,
        REASON,
        cells or ({"brand": "大华"} if isinstance(thing, Camera) else {"vendor": "大华"}),
        evidence=("铭牌.png", scan_picture("铭牌")) if evidence else None,
    )
    target = BY_KIND[thing._meta.model_name]
    return services.ask(by or clerk_of(thing.reporting_agency.code), target, thing.pk, asked)


def mended(request: ChangeRequest, thing: Any, reason: str = REASON, **cells: str) -> ChangeRequest:
    """After a return: handed in again with these cells."""
    asked = services.Asked(thing.version_number, reason, cells)
    return services.ask_again(request.asked_by, request.pk, asked)


def round_of(request: ChangeRequest) -> Round:
    found = Round.objects.select_related("case").filter(case__kind="change", case__subject_id=request.pk)
    return found.latest("number")


def state_of(request: ChangeRequest) -> str:
    request.refresh_from_db()
    return request.state


# --- the pages ------------------------------------------------------------------------------------------------------
def form(person: Person, address: str) -> tuple[Any, web.Form]:
    """A browser, and the form of the page at this address."""
    client = web.of(person)
    return client, web.form(client.get(address).content.decode(), address.partition("?")[0])


def press(person: Person, address: str, act: str, evidence: bytes | None = None, **changed: Any) -> Any:
    """Fill the page's form with these values and press 核对改动 ("check") or 提交审核 ("send")."""
    client, shown = form(person, address)
    told: dict[str, Any] = dict(shown.fields) | changed | {act: "1"}
    if evidence is not None:
        told["evidence"] = SimpleUploadedFile("铭牌.png", evidence)
    return client.post(address.partition("?")[0], told)


def ask_url(thing: Any, *, retire: bool = False) -> str:
    kind = thing._meta.model_name
    return web.url("change_ask", kind, thing.pk) + ("?retire=1" if retire else "")
