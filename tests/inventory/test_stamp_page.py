"""The page to be stamped: lists, long lists and zero reports; who sees it; what it says of a draft."""

from __future__ import annotations

import pytest

from agencies.models import Person
from inventory import services
from inventory.models import SourceFile, Version
from inventory.paper import stamp
from tests.factories_inventory import ZERO_REASON, drafted, submitted, submitted_zero
from tests.inventory import web

pytestmark = pytest.mark.django_db


def page(person: Person, submission_id: int, number: int = 1) -> str:
    answer = web.of(person).get(web.url("stamp_page", submission_id, number))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_list_says_what_is_stamped(meishan_clerk: Person) -> None:
    values = [
        {"name": "示例路口东南角", "code": "34152400001320000001"},
        {"name": "示例路口西北角", "township": "341524102"},
    ]
    draft = drafted("meishan", values=values, platforms=[{"retention_days": 90}], by=meishan_clerk)
    version = Version.objects.get()
    html = page(meishan_clerk, draft.pk)
    for said in (
        "梅山镇人民政府", str(draft.obligation.campaign), "第 1 次，第 1 版", version.hash[:16],
        "共 <b>3</b> 行", "平台 <b>1</b> 个", "摄像机 <b>2</b> 台", "梅山镇 1 台",
        "示例路口东南角", "34152400001320000001", "115.934366", "90天",
        "填报人（签字）", "负责人（签字）", "填报单位盖章", "日期",
    ):  # fmt: skip
        assert said in html, said
    assert "草稿" not in html.split("<article")[1]
    assert "附：清单" not in html
    assert web.url("stamp_page", draft.pk, 1) in web.page(meishan_clerk, draft)


def test_what_is_printed_is_what_both_sides_review(meishan_clerk: Person, data_reviewer: Person) -> None:
    """A handed-in version prints the same for the unit and the reviewers, with the hash that the scan binds to."""
    sent = submitted("meishan", rows=2, by=meishan_clerk)
    version = Version.objects.get()
    assert version.scan_hash[:16] in page(meishan_clerk, sent.pk)
    assert page(meishan_clerk, sent.pk).split("<article")[1] == page(data_reviewer, sent.pk).split("<article")[1]


def test_a_long_list_has_its_rows_behind_the_signatures(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = drafted("meishan", rows=3, by=meishan_clerk)
    monkeypatch.setattr(stamp, "ON_THE_PAGE", 2)
    html = page(meishan_clerk, draft.pk)
    assert "清单附后" in html
    assert html.index("填报人（签字）") < html.index("附：清单") < html.index("江店路路口3号杆")
    listed = stamp.listed(Version.objects.get(), most=2)
    assert [(each.count, each.rows) for each in listed] == [(3, ())]


def test_what_is_wrong_makes_it_a_draft(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    SourceFile.objects.update(errors=2)
    html = page(meishan_clerk, draft.pk)
    assert "草稿，不作盖章用" in html
    assert "还有 2 处错误要改" in html
    assert "data-print" not in html.split("<main")[1].split("<article")[0]


def test_a_zero_report(mabu_clerk: Person) -> None:
    sent = submitted_zero("mabu", by=mabu_clerk)
    html = page(mabu_clerk, sent.pk)
    assert "金寨县公共场所视频监控资源梳理零报告" in html
    assert ZERO_REASON in html
    assert Version.objects.get().hash[:16] in html
    assert "填报单位盖章" in html
    assert "草稿" not in html.split("<article")[1]


def test_a_zero_report_without_its_reason_is_a_draft(mabu_clerk: Person) -> None:
    from inventory.models import ReportKind
    from tests.factories_inventory import started

    begun = started("mabu", ReportKind.ZERO, by=mabu_clerk)
    assert "草稿，不作盖章用" in page(mabu_clerk, begun.pk)
    services.state_zero(mabu_clerk, begun.pk, ZERO_REASON)
    assert "草稿" not in page(mabu_clerk, begun.pk).split("<article")[1]


def test_a_stranger_finds_nothing(mabu_clerk: Person, meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    assert web.of(mabu_clerk).get(web.url("stamp_page", draft.pk, 1)).status_code == 404
    assert web.of(meishan_clerk).get(web.url("stamp_page", draft.pk, 2)).status_code == 404
