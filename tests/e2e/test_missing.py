"""What a survey leaves out, marked by hand in a browser: one by a tick, the rest in one press."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from agencies.models import Person
from inventory.models import MissingMark
from tests.e2e.browser import assert_sound, launch
from tests.e2e.people import at_work
from tests.factories_inventory import drafted, make_campaign
from tests.factories_registry import register_camera, register_platform

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]
SHOTS = os.environ.get("SHOTS")
CODE = "34152400001320900001"


@pytest.fixture
def browser(site: str) -> Iterator[Any]:
    """Started after the database was copied: the driver's event loop gives Django other connections than before."""
    with launch() as running:
        yield running
        connection.close()


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_marked_by_hand(browser: Any, site: str, meishan_clerk: Person) -> None:
    register_camera("meishan", code=CODE)
    for number in range(120):
        register_camera("meishan", name=f"梅山镇史河大道与新城路交叉口第{number}号杆东南角球机", code=None)
    register_platform("meishan")
    submission = drafted("meishan", values=[{"code": CODE}], campaign=make_campaign(), missing=None)
    address = f"/submissions/{submission.pk}/"
    with at_work(browser, site, meishan_clerk) as page:
        page.goto(address)
        expect(page.get_by_text("还有 120 台没有说明")).to_be_visible()
        assert_sound(page)
        shoot(page, "missing-panel")
        page.get_by_role("link", name="逐台说明").first.click()
        assert_sound(page)
        shoot(page, "missing-open")
        page.get_by_role("checkbox", name="勾选 JZ-C-").first.check()
        page.get_by_label("情况").last.select_option("拆除")
        page.get_by_role("textbox", name="说明").fill("2025年道路改造拆除")
        page.get_by_role("button", name="标记所选").click()
        expect(page.get_by_text("已将 1 台摄像机标为“拆除”。还有 120 条没有说明。")).to_be_visible()
        page.get_by_role("checkbox", name="勾选本页全部").check()
        expect(page.get_by_text("已选 100 条（本页 100 条）")).to_be_visible()
        page.get_by_label("情况").last.select_option("仍在")
        page.get_by_role("button", name="标记全部 119 台").click()
        page.get_by_role("dialog").get_by_role("button", name="全部标记").click()
        expect(page.get_by_text("已将 119 台摄像机标为“仍在”。还有 1 条没有说明。")).to_be_visible()
        shoot(page, "missing-none-open")
        page.goto(f"{address}missing/?kind=camera")
        assert_sound(page)
        shoot(page, "missing-marked")
        page.goto(f"{address}missing/?kind=camera&q=nobody")
        assert_sound(page)
        page.goto(f"{address}missing/?kind=platform")
        assert_sound(page)
        shoot(page, "missing-platform")
    assert MissingMark.objects.filter(mark="present").count() == 119
