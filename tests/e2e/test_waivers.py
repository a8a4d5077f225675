"""A waiver from the finding to the registry, and the platform's list, at 1366x768."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from playwright.sync_api import expect

from agencies.models import Person
from cameras.models import Camera
from inventory import services
from tests.e2e import browser as real
from tests.e2e.people import at_work
from tests.inventory import drafts, quickly
from tests.inventory.drafts import camera_row
from tests.inventory.registering import decide
from tests.inventory.test_platform_exports import A, exported
from tests.reviews.scenes import case_of

pytestmark = [pytest.mark.e2e, pytest.mark.nightly]
REASON = "摄像机架在县界河对岸的山坡上，由本镇管理，坐标经现场复核无误"


def test_a_waiver_from_the_finding_to_the_registry(
    real_db: str,
    site: str,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quickly.read_here(monkeypatch)
    photos = Path(settings.VAR_DIR) / "photos" / "waivers"
    photos.mkdir(parents=True, exist_ok=True)
    submission = drafts.started(meishan_clerk)
    exported(
        submission,
        [
            (A, "示例路口1"),
            (str(camera_row(2)["code"]), "示例路与梅山路交叉口"),
            (str(camera_row(9)["code"]), "漏报的路口"),
        ],
    )
    rows = [camera_row(1), camera_row(2), camera_row(3, longitude=Decimal("116.280011"), latitude=Decimal("31.700011"))]
    drafts.uploaded(meishan_clerk, submission, rows)
    connection.close()
    with real.launch() as chromium:
        with at_work(chromium, site, meishan_clerk) as page:

            def look(name: str) -> None:
                real.assert_sound(page)
                page.screenshot(path=str(photos / f"{name}.png"), full_page=True)

            page.goto(f"/submissions/{submission.pk}/")
            look("1-report")
            page.get_by_role("link", name="可申请豁免").click()
            look("2-findings")
            page.get_by_role("link", name="申请豁免").first.click()
            page.get_by_label("原因").fill(REASON)
            look("3-ask")
            page.get_by_role("button", name="申请豁免").click()
            expect(page.get_by_role("table")).to_contain_text("待批")
            look("4-asked")
            page.goto(f"/submissions/{submission.pk}/platform-export/")
            expect(page.get_by_role("table")).to_contain_text("漏报的路口")
            look("5-export")
        with at_work(chromium, site, data_reviewer) as page:
            expect(page.get_by_text("1 件豁免申请待批", exact=True)).to_be_visible()
            page.screenshot(path=str(photos / "6-home.png"))
            page.get_by_role("link", name="去批复").click()
            real.assert_sound(page)
            page.screenshot(path=str(photos / "7-list.png"))
            page.get_by_role("link", name="批复", exact=False).filter(has_text="C203").click()
            real.assert_sound(page)
            page.screenshot(path=str(photos / "8-waiver.png"), full_page=True)
            page.get_by_role("button", name="批准豁免").click()
            expect(page.get_by_text("已批准豁免")).to_be_visible()
            real.assert_sound(page)
            page.screenshot(path=str(photos / "9-granted.png"), full_page=True)
        with at_work(chromium, site, meishan_clerk) as page:
            page.goto(f"/submissions/{submission.pk}/")
            expect(page.get_by_text("没有错误")).to_be_visible()
            page.screenshot(path=str(photos / "10-report.png"), full_page=True)
            page.get_by_role("link", name="查看豁免").click()
            real.assert_sound(page)
            page.screenshot(path=str(photos / "11-waived.png"), full_page=True)
        with transaction.atomic():
            digest = quickly.stamp(meishan_clerk, submission).hash
        services.submit(meishan_clerk, submission.pk, digest)
        with at_work(chromium, site, data_reviewer) as page:
            page.goto(f"/reviews/{case_of(submission).pk}/#rows")
            expect(page.get_by_text("已豁免至").first).to_be_visible()
            page.screenshot(path=str(photos / "12-bench.png"), full_page=True)
            decide(submission)
            camera = Camera.objects.get(name="示例路口3")
            page.goto(f"/cameras/{camera.pk}/")
            expect(page.get_by_text(REASON).first).to_be_visible()
            real.assert_sound(page)
            page.screenshot(path=str(photos / "13-camera.png"), full_page=True)
