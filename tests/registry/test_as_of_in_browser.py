"""The registry of a past day, a value's history and its whole way back, in a real browser at 1366x768."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.models import Person
from cameras.models import Camera
from inventory import services
from inventory.models import ChangeSet, LedgerEntry, Submission
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from reviews import services as reviews
from reviews.delegations import today
from reviews.models import Side
from tests.e2e.browser import assert_sound, launch, new_context, new_page
from tests.factories import make_person
from tests.factories_registry import register_camera
from tests.inventory.drafts import camera_row, platform_row, stamped, started, uploaded, work
from tests.registry.days import ago, as_of, backdate, batch
from tests.registry.reading import as_person
from tests.reviews.scenes import close_side, latest, pass_all

pytestmark = [pytest.mark.nightly, pytest.mark.e2e]

OLD, NEW = "34152400001320000001", "34152400001320000009"
PHOTOS = Path(settings.VAR_DIR) / "photos" / "as_of"


@pytest.fixture
def county(real_db: str, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> Camera:
    """A camera of three surveys, 60, 30 and 5 days ago: mended on screen, judged by a deputy, with a new code since."""
    deputy = make_person("deputy", "data-bureau")
    reviews.delegate(data_reviewer, deputy, Side.DATA, today(), today() + dt.timedelta(days=2), "赴省里培训")
    rows = [camera_row(number) for number in range(2, 8)]
    first = started(meishan_clerk)
    uploaded(meishan_clerk, first, [platform_row()], kind="platform")
    source = uploaded(meishan_clerk, first, [camera_row(1, code=OLD, pole_number="MS-001", pole_height=6), *rows])
    row = source.camerarows.get(code=OLD)
    for column, text in (("brand", "大华"), ("name", "梅山镇江店路与梅山路交叉口"), ("brand", "宇视")):
        changes.change(meishan_clerk, first.pk, "camera", [Cell(row.key, column, text, None)], ChangeSet.Way.EDIT)
    work()
    passed(meishan_clerk, first, deputy, police_reviewer, 60)
    camera = Camera.objects.get(code=OLD)
    for days, values in ((30, {"status": "停用"}), (5, {"code": NEW, "measure": "迁移", "brand": ""})):
        survey = started(meishan_clerk)
        told = {"code": OLD, "pole_number": "MS-001", "pole_height": 6, "registry_number": camera.number, **values}
        uploaded(meishan_clerk, survey, [camera_row(1, **told), *rows])
        work()
        passed(meishan_clerk, survey, data_reviewer, police_reviewer, days)
    for number in range(60):
        register_camera("mabu", batch=batch(30, "mabu"), code=f"3415240200132{number:07d}")
    return Camera.objects.get(pk=camera.pk)


def passed(clerk: Person, submission: Submission, data: Person, police: Person, days: int) -> None:
    """Handed in, passed by both, and in the registry so many days ago."""
    services.submit(clerk, submission.pk, stamped(clerk, submission))
    round_ = latest(submission)
    for person, side in ((data, Side.DATA), (police, Side.POLICE)):
        pass_all(person, round_, side)
        close_side(person, round_, side)
    backdate(LedgerEntry.objects.get(round=round_), ago(days))


def key_of(person: Person) -> str:
    """A session of this person, asked for before the browser starts."""
    return as_person(person).cookies["sessionid"].value


def opened(page: Page, site: str, key: str, path: str, name: str) -> Page:
    """The page, found sound and photographed."""
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
    page.goto(site + path)
    assert_sound(page)
    PHOTOS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PHOTOS / f"{name}.png"))
    page.screenshot(path=str(PHOTOS / f"{name}-whole.png"), full_page=True)
    return page


def test_every_page_is_sound(site: str, county: Camera, data_reviewer: Person) -> None:
    detail, pole = f"/cameras/{county.pk}/", county.pole_id
    paths = {
        "list": f"/cameras/?{as_of(20)}",
        "list-narrowed": f"/cameras/?agency=meishan&life=all&view=place&{as_of(20)}",
        "list-empty": f"/cameras/?q=没有&{as_of(20)}",
        "poles": f"/poles/?{as_of(20)}",
        "platforms": f"/platforms/?{as_of(20)}",
        "detail": detail,
        "detail-then": f"{detail}?{as_of(20)}",
        "by-field": f"{detail}?by=field&{as_of(20)}#history",
        "value": f"{detail}?version=1&field=brand#source",
        "first-source": f"{detail}?version=1#source",
        "pole": f"/poles/{pole}/?{as_of(20)}",
        "platform": f"/platforms/{county.platform_id}/?by=field&{as_of(20)}",
    }
    key = key_of(data_reviewer)
    with launch() as browser:
        page = new_page(new_context(browser))
        for name, path in paths.items():
            opened(page, site, key, path, name)


def choose(page: Page, day: dt.date) -> None:
    page.get_by_label("截至").fill(day.isoformat())
    page.get_by_role("button", name="查看当日").click()


def test_going_to_a_day_and_back(site: str, county: Camera, data_reviewer: Person) -> None:
    key, day = key_of(data_reviewer), timezone.localdate() - dt.timedelta(days=40)
    with launch() as browser:
        page = opened(new_page(new_context(browser)), site, key, "/cameras/?agency=meishan&sort=name", "today")
        choose(page, day)
        assert page.url == f"{site}/cameras/?agency=meishan&sort=name&as_of={day.isoformat()}"
        expect(page.get_by_role("status")).to_contain_text(f"{day.year}年{day.month}月{day.day}日 24时")
        page.get_by_role("link", name="梅山镇江店路与梅山路交叉口").click()
        expect(page.get_by_text("在用", exact=True).first).to_be_visible()
        expect(page.get_by_role("heading", name="历史")).to_be_visible()
        page.get_by_role("link", name="按字段").click()
        expect(page.get_by_role("rowheader", name="20位编码")).to_be_visible()
        page.get_by_role("link", name="回到今天").click()
        assert page.url == f"{site}/cameras/{county.pk}/?agency=meishan&sort=name"
        page.get_by_role("link", name="返回列表").click()
        choose(page, timezone.localdate() - dt.timedelta(days=90))
        expect(page.get_by_text("看不到更早的")).to_be_visible()
        page.screenshot(path=str(PHOTOS / "too-early.png"))
