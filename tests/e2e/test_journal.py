"""The auditor's pages in a real browser, at every size of letters; and the sheet of daily heads on paper."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from audit import anchors, daily, journal
from audit.models import DailyHead
from tests.audit import tampering
from tests.dashboards.test_in_browser import at_desk, session_of
from tests.e2e import browser as real
from tests.factories import make_person

pytestmark = [pytest.mark.nightly, pytest.mark.e2e, pytest.mark.xdist_group("browser")]
LONG = '<b>"很长的内容，没有空格' + "流波䃥镇" * 30 + "\u202e" + "a" * 80


@pytest.fixture
def session(site: str, tmp_path: Path) -> str:
    """An auditor's, in a county whose journal has three months behind it."""
    auditor = make_person("auditor", "data-bureau", "auditor")
    clerk = make_person("clerk-meishan", "meishan", "clerk")
    begun = journal.head()[0]
    with transaction.atomic():
        for number in range(120):
            journal.record(clerk, "submission.rows_changed", clerk, agency_id=clerk.agency_id, rows=number, way="edit")
        journal.record(clerk, "submission.zero_stated", clerk, agency_id=clerk.agency_id, reason=LONG)
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET at = now() - interval '100 days' WHERE seq <= %s", begun)
        tampering.sql(
            "UPDATE audit_entry SET at = now() - (121 + %s - seq) * interval '18 hours' WHERE seq > %s", begun, begun
        )
        tampering.rewrite_hashes(1)
    daily.seal()
    session = session_of(auditor)
    connection.close()
    return session


def photo(name: str) -> Path:
    folder = Path(settings.VAR_DIR) / "photos" / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


@pytest.mark.parametrize("size", ["1", "3"])
def test_the_pages(site: str, session: str, size: str) -> None:
    with real.launch() as browser, at_desk(browser, site, session, size=size) as page:
        for name, address in {
            "list": "/journal/",
            "found": "/journal/?text=流波䃥镇&actor=clerk-meishan",
            "nothing": "/journal/?text=没有这样的字",
            "heads": "/journal/heads/",
            "verify": "/journal/verify/",
        }.items():
            page.goto(address)
            page.screenshot(path=photo(f"{name}-{size}.png"))
            real.assert_sound(page)


def test_from_the_list_to_a_verified_journal(site: str, session: str) -> None:
    """Found, opened, verified with the text copied from the page of heads; then with a slip of the pen in it."""
    with real.launch() as browser, at_desk(browser, site, session) as page:
        page.goto("/journal/")
        page.fill("[name=text]", "流波䃥镇")
        page.get_by_role("button", name="筛选").click()
        assert page.locator("tbody tr").count() == 1
        page.get_by_role("link", name="每日链尾").click()
        row = page.locator("table.head-table tbody tr").last
        typed = " ".join(row.inner_text().split())
        page.get_by_role("link", name="核对", exact=True).click()
        page.fill("[name=kept]", typed)
        page.get_by_role("button", name="开始核对").click()
        page.wait_for_selector("text=与抄存的 1 个链尾相符")
        page.screenshot(path=photo("verified.png"))
        real.assert_sound(page)
        told = typed.split()
        told[7] = told[7][::-1] if told[7] != told[7][::-1] else "0123"
        page.fill("[name=kept]", " ".join(told))
        page.get_by_role("button", name="开始核对").click()
        page.wait_for_selector("text=多半是抄错了字")
        page.screenshot(path=photo("slip.png"))
        real.troubles(page)
        real.assert_sound(page)


def test_a_month_is_one_a4_page(site: str, session: str, tmp_path: Path) -> None:
    """Of 31 days, with numbers as long as they ever get; every hash can be read from it again."""
    month = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    while (month + dt.timedelta(days=31)).day != 1:
        month = (month - dt.timedelta(days=1)).replace(day=1)
    with tampering.without_trigger():
        tampering.sql("DELETE FROM audit_dailyhead")
        DailyHead.objects.bulk_create(
            DailyHead(
                day=month + dt.timedelta(days=day),
                seq=12_345_678 + day * 99_999,
                hash=f"{day:02x}5a" * 16,
                entries=99_999,
            )
            for day in range(31)
        )
    connection.close()
    sheet = photo("heads.pdf")
    with real.launch() as browser, at_desk(browser, site, session) as page:
        page.goto(f"/journal/heads/?month={month:%Y-%m}")
        page.emulate_media(media="print")
        page.pdf(path=sheet, prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(sheet)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    document[0].render(scale=2).to_pil().save(photo("heads-printed.png"))
    for said in ("审计员（签字）", "见证人（签字）", "存放地点"):
        assert said in text
    found = re.findall(rf"{month:%Y-%m}-\d\d[ \d]+?(?:\s+[0-9a-f]{{4}}){{17}}", text)
    kept = anchors.read("\n".join(" ".join(line.split()) for line in found))
    assert [(each.seq, each.day) for each in kept] == list(DailyHead.objects.order_by("day").values_list("seq", "day"))
