"""Two reviewers work a report of a thousand rows at once, in two windows; it is accepted in part, mended, accepted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from subprocess import Popen

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from agencies.models import Person
from cameras.models import Camera, CameraVersion
from files.models import StoredFile
from inventory import services
from inventory.models import CameraRow, Submission
from registry.lineage import Lineage, Ref, sources_of
from reviews.models import Case, Round
from tests.e2e import browser as real
from tests.e2e.people import at_work, attach_scan
from tests.inventory.drafts import camera_row, platform_row, stamped, started, uploaded

pytestmark = pytest.mark.e2e

CAMERAS, WARNED = 1000, 60
ITEMS = CAMERAS + 1
"""With the one platform that the cameras name."""
BY_DATA, BY_POLICE = range(7), range(4, 9)
BOTH = sorted({*BY_DATA, *BY_POLICE})


def row(number: int) -> dict[str, object]:
    """A sound camera at a place of its own; every so often one has no code, which is a warning."""
    return camera_row(
        number,
        code=None if is_warned(number) else f"341524000013200{number + 1:05d}",
        name=f"示例村{number + 1}组路口",
        longitude=Decimal(f"115.{80_000 + number * 7919 % 19_997}{number % 9 + 1}"),
        latitude=Decimal(f"31.{60_000 + number * 104_729 % 19_991}{number % 8 + 1}"),
        built=f"20{15 + number % 7}.{number % 12 + 1:02d}",
        brand=("海康威视", "大华", "宇视")[number % 3],
    )


def is_warned(number: int) -> bool:
    return number % 16 == 7 and number < 16 * WARNED


def names(numbers: Sequence[int] | range) -> list[str]:
    """Of these among the rows with a warning."""
    warned = [number for number in range(CAMERAS) if is_warned(number)]
    return [f"示例村{warned[each] + 1}组路口" for each in numbers]


@pytest.fixture
def chromium(site: str) -> Iterator[Browser]:
    with real.launch() as browser:
        yield browser
        connection.close()


@pytest.fixture
def report(real_db: str, meishan_clerk: Person) -> Submission:
    """Read from two workbooks and handed in; sixty rows have a warning."""
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [platform_row()], kind="platform")
    source = uploaded(meishan_clerk, submission, [row(number) for number in range(CAMERAS)])
    assert (source.rows_read, source.errors) == (CAMERAS, 0)
    assert CameraRow.objects.filter(warnings__gt=0).count() == WARNED
    return services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))


def pass_lot(page: Page, which: str, count: int) -> None:
    """Pass a lot of rows by its link; the page names the count before the button does it."""
    page.get_by_role("link", name=which).click()
    button = page.get_by_role("button", name="通过这")
    expect(button).to_have_text(f"通过这 {count:,} 行")
    button.click()
    expect(page.get_by_text(f"已将 {count:,} 行标为通过")).to_be_visible()


def return_rows(page: Page, wanted: Sequence[str], reason: str) -> None:
    """Tick the rows on the first page and return them in one press."""
    for name in wanted:
        page.locator(".queue-row", has_text=name).get_by_role("checkbox").check()
    expect(page.locator("[data-about]")).to_have_text(f"勾选的 {len(wanted)} 行")
    page.get_by_label("退回理由或疑问").fill(reason)
    page.get_by_role("button", name="退回", exact=False).first.click()
    expect(page.locator("[data-tally=return]")).to_have_text(str(len(wanted)))


def close(page: Page) -> None:
    page.get_by_role("button", name="办结本方审核").click()
    page.get_by_role("dialog").get_by_role("button", name="办结").click()
    expect(page.get_by_text("本方已办结").first).to_be_visible()


def test_a_thousand_rows_two_reviewers_nine_returned(
    site: str,
    worker: Callable[..., Popen[bytes]],
    chromium: Browser,
    report: Submission,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
) -> None:
    case = Case.objects.get(subject_id=report.pk)
    bench = f"/reviews/{case.pk}/"
    with at_work(chromium, site, data_reviewer) as data, at_work(chromium, site, police_reviewer) as police:
        for page in (data, police):
            page.goto(f"{bench}?part=camera")
            first = page.locator(".queue-row .queue-name").all_inner_texts()
            assert first == names(range(len(first))), "the rows with a warning come first"
            real.assert_sound(page)
        pass_lot(data, "通过无提醒的", CAMERAS - WARNED)
        pass_lot(police, "通过无提醒的", CAMERAS - WARNED)
        return_rows(data, names(BY_DATA), "没有编码，请从平台导出后补填")
        return_rows(police, names(BY_POLICE), "请补编码")
        expect(police.locator(".queue-row", has_text=names([0])[0])).not_to_contain_text("退回")
        pass_lot(data, "通过其余的", WARNED - len(BY_DATA))
        pass_lot(police, "通过其余的", WARNED - len(BY_POLICE))
        for page in (data, police):
            page.goto(f"{bench}?part=platform")
            pass_lot(page, "通过其余的", 1)
            close(page)
        expect(police.locator(".page-head")).to_contain_text("部分通过")
        real.assert_sound(police)
    assert Camera.objects.filter(life="live").count() == CAMERAS - len(BOTH)
    assert Submission.objects.get(pk=report.pk).state == "returned"

    worker()
    with at_work(chromium, site, meishan_clerk) as clerk:
        mend(clerk, report)
    second = Round.objects.get(case=case, number=2)
    assert second.item_count == len(BOTH), "only what was returned is judged again"

    with at_work(chromium, site, data_reviewer) as data, at_work(chromium, site, police_reviewer) as police:
        for page in (data, police):
            page.goto(bench)
            pass_lot(page, "通过其余的", len(BOTH))
            close(page)
    assert Submission.objects.get(pk=report.pk).state == "accepted"
    assert Camera.objects.filter(life="live").count() == CAMERAS
    assert_all_lead_back({data_reviewer.display_name, police_reviewer.display_name})


def mend(page: Page, report: Submission) -> None:
    """Type the nine codes into the grid of returned rows, print the supplement, hand in."""
    page.goto(f"/submissions/{report.pk}/")
    expect(page.locator("#partly")).to_contain_text(f"{ITEMS - len(BOTH):,} 行已入库，{len(BOTH)} 行退回")
    real.assert_sound(page)
    page.get_by_role("link", name="只看退回的").click()
    rows = page.locator(".tabulator-row")
    expect(rows).to_have_count(len(BOTH))
    for place, name in enumerate(names(BOTH)):
        rows.filter(has_text=name).locator("[tabulator-field=code]").click()
        page.keyboard.type(f"3415240000132009{place:04d}")
        page.keyboard.press("Enter")
        expect(page.locator("#grid-saved")).to_have_text("已保存")
    expect(page.locator("#grid-stale")).to_be_hidden(timeout=60_000)
    page.get_by_role("link", name="改好了，返回核对").click()
    attach_scan(page)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".page-head .state").first).to_have_text("待审")


def assert_all_lead_back(reviewers: set[str]) -> None:
    """Every registered camera leads to the cell that names it in the stored workbook, and to both people."""
    versions = {
        Ref(each.ledger_entry_id, each.source_row_id): each
        for each in CameraVersion.objects.filter(recorded_to=None).select_related("camera")
    }
    told = sources_of("cameras.camera", versions, None)
    assert len(told) == len(versions) == CAMERAS
    book = workbook_of(next(iter(told.values())))
    mended = 0
    for ref, lineage in told.items():
        camera = versions[ref].camera
        assert book[lineage.sheet][lineage.cells["name"]].value == camera.name
        assert {each.post for each in lineage.reviewers} == reviewers
        assert {each.side for each in lineage.reviewers} == {"数据局", "公安局"}
        mended += any(edit.column == "code" and edit.after == camera.code for edit in lineage.edits)
    assert mended == len(BOTH)
    assert Path(default_storage.path("")).is_dir()


def workbook_of(lineage: Lineage) -> openpyxl.Workbook:
    held = StoredFile.objects.get(sha256=lineage.sha256)
    with default_storage.open(held.path) as stream:
        return openpyxl.load_workbook(io.BytesIO(stream.read()))
