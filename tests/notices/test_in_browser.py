"""The inbox in a real browser: sound at every size, opened and ticked off with and without JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from agencies.models import Person
from notices import services
from notices.models import Notice
from tests.dashboards.test_in_browser import at_desk, session_of
from tests.e2e import browser as real

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]
PHOTOS = Path(real_settings.VAR_DIR) / "photos" / "notices"
TITLE = "梅山镇 2022年第一次公共场所视频资源梳理 清单"

TOLD = (
    ("returned", f"{TITLE}第 2 版：300 行通过入库，12 行退回，请只修改退回的行后重新提交。", 0),
    ("question", f"数据局对{TITLE}提出疑问，涉及 3 行，请答复。", 0),
    ("overdue", "已过截止时间（8月22日 18:00）：2022年第一次公共场所视频资源梳理的草稿还没有提交。", 1),
    ("due_soon", "8月22日 18:00 截止：2022年第一次公共场所视频资源梳理还没有报送。", 4),
    ("accepted", f"{TITLE}双方通过，312 行已入台账。", 5),
    ("to_review", f"{TITLE}待审：第 2 版，共 312 行，请在 8月23日前办结。", 0),
    ("answered", f"{TITLE}：单位答复了数据局的疑问，请看后给出意见。", 1),
    ("motion", f"公安局提出对{TITLE}撤销入库，等待数据局答复。", 1),
    ("delegated", "数据资源管理局 数据局审核员委托您代表数据局审核，2022-08-22 至 2022-08-31。", 2),
    ("scan", f"{TITLE}第 2 版的盖章扫描件二维码与本版不一致。", 2),
)


def fill(person: Person) -> None:
    """One of each kind over several days, some read, some over, one very long."""
    for place, (kind, text, days) in enumerate(TOLD):
        with transaction.atomic():
            key = f"case:{place}"
            services.notify([person], kind, key=key, text=text, url="/password/", whose="梅山镇人民政府")
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE notices_notice SET created_at = created_at - %s * interval '1 day' WHERE key = %s",
                    [days, key],
                )
            if kind == "due_soon":
                services.settle(key)
        if kind in ("accepted", "delegated"):
            services.read(Notice.objects.get(key=key))
    with transaction.atomic():
        services.notify(
            [person], "question", key="long", text="数据局提出疑问：" + "这一行的安装位置与照片不符，" * 30, url="/"
        )


def photograph(page: Page, name: str) -> None:
    PHOTOS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PHOTOS / f"{name}.png")
    real.assert_sound(page)


def test_it_is_sound_with_nothing_and_with_everything(
    site: str, meishan_clerk: Person, auditor: Person, settings: Any
) -> None:
    settings.NOTICE_CHANNELS = ["sms", "email"]
    fill(meishan_clerk)
    clerk, empty = session_of(meishan_clerk), session_of(auditor)
    connection.close()
    with real.launch() as browser:
        for size in ("1", "3"):
            with at_desk(browser, site, clerk, size) as page:
                for name, address in (
                    ("inbox", "/notices/"),
                    ("unread", "/notices/?show=unread"),
                    ("filtered", "/notices/?kind=question"),
                    ("filtered-empty", "/notices/?kind=returned&show=unread&page=3"),
                    ("addresses", "/notices/addresses/"),
                ):
                    page.goto(address)
                    photograph(page, f"{name}-{size}")
        with at_desk(browser, site, empty) as page:
            page.goto("/notices/")
            photograph(page, "empty")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_opening_and_ticking_off(script: bool, site: str, meishan_clerk: Person) -> None:
    fill(meishan_clerk)
    session = session_of(meishan_clerk)
    connection.close()
    with real.launch() as browser:
        context = real.new_context(browser, base_url=site, java_script_enabled=script)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        page.goto("/guide/")
        page.get_by_role("link", name="通知 8 条未读").click()
        first = page.locator(".inbox li.is-unread").filter(has_text="300 行通过入库")
        first.get_by_role("button").click()
        page.wait_for_url("**/password/")
        expect(page.locator(".bell")).to_contain_text("7")
        page.go_back()
        page.reload()
        expect(page.locator(".inbox li.is-unread")).to_have_count(7)
        page.get_by_role("button", name="全部标为已读（7 条）").click()
        expect(page.get_by_role("status")).to_contain_text("已把 7 条通知标为已读。")
        expect(page.locator(".inbox li.is-unread")).to_have_count(0)
        expect(page.locator(".bell .count")).to_have_count(0)
        expect(page.locator(".inbox li")).to_have_count(11)
        context.close()
