"""What the tests of online entry press, and rows as a clerk would write them."""

from __future__ import annotations

from typing import Any

from agencies.models import Person
from inventory.models import CameraRow, Submission
from tests.inventory import web

CAMERA = {
    "code": "34152400001320000001",
    "name": "示例路口东南角",
    "platform_name": "梅山镇视频平台",
    "brand": "海康威视",
    "township": "金寨县梅山镇",
    "police_station": "梅山派出所",
    "longitude": "115.934366",
    "latitude": "31.727178",
    "built": "2020.10",
    "label": "示例路口东南角",
    "leased": "否",
    "status": "在用",
    "measure": "保留",
}
PLATFORM = {
    "name": "梅山镇视频平台",
    "vendor": "海康威视",
    "gbt28181": "是，2016版",
    "address": "示例街1号",
    "network": "专线",
    "protection": "防火墙",
    "retention": "90天",
    "sharing": "具备",
    "connected": "已对接",
    "built": "2020.03",
    "cost": "12.50",
    "upkeep": "1",
}


def begin(clerk: Person, submission: Submission, **terms: Any) -> Any:
    """Press 在线填写."""
    return web.press(clerk, "entry_start", submission.pk, **{"funding": "government", "place_kind": "", **terms})


def add(clerk: Person, submission: Submission, kind: str = "camera", **told: Any) -> Any:
    """Save a new row."""
    return web.of(clerk).post(web.url("entry_add", submission.pk, kind), told)


def edit(
    clerk: Person, submission: Submission, row: CameraRow, *, extra: dict[str, str] | None = None, **changed: Any
) -> Any:
    """Save the row's form as it is shown, with these fields changed; `extra` is what a button sends."""
    client = web.of(clerk)
    address = web.url("entry_row", submission.pk, "camera", row.key)
    shown = web.form(client.get(address).content.decode(), address)
    shown.fields += list((extra or {}).items())
    return shown.send(client, **changed)
