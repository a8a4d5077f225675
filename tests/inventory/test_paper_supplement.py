"""补正表: what a later version's paper lists, and when it is the full sheet after all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from inventory.leftout import marking
from inventory.models import CameraRow, MissingMark, PlatformRow, Submission, Version
from inventory.paper import stamp, supplement
from inventory.paper.supplement import Counts, Line, Supplement
from inventory.versions import rehash
from tests.factories_inventory import digest, drafted, mended, submitted, submitted_zero
from tests.factories_inventory import stamp as stamped
from tests.inventory import web
from tests.reviews.scenes import accept, keys_of, latest, send_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> Submission:
    """Five cameras and a platform that were sent back."""
    submission = submitted("meishan", rows=5, platforms=[{}], by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    return submission


def keys(submission: Submission) -> list[int]:
    rows = CameraRow.objects.filter(source_file__version__submission=submission, source_file__version__number=1)
    return list(rows.order_by("row").values_list("key", flat=True))


def of(version: Version) -> Supplement:
    found = supplement.choose(version).supplement
    assert found is not None
    return found


def page(person: Person, version: Version) -> str:
    answer = web.of(person).get(web.url("stamp_page", version.submission_id, version.number))
    return str(answer.content.decode()).split("<article")[1]


def test_the_first_paper_is_the_full_sheet(meishan_clerk: Person) -> None:
    drafted("meishan", rows=2, by=meishan_clerk)
    choice = supplement.choose(Version.objects.get())
    assert (choice.supplement, choice.why) == (None, "本份报送第一次盖章，列出全部内容。")
    html = page(meishan_clerk, Version.objects.get())
    assert "整表。本份报送第一次盖章" in html and "补正表" not in html


def test_changed_added_and_removed_rows_and_nothing_else(meishan_clerk: Person, sent: Submission) -> None:
    held = keys(sent)
    version = mended(
        sent,
        {
            held[0]: {"name": "江店路东口", "status": "停用", "longitude": Decimal("115.934377")},
            held[1]: {"brand": "", "erased": ["brand"]},
        },
        by=meishan_clerk,
        removed=[held[2]],
        added=[{"name": "新补的一台", "code": None}],
    )
    found = of(version)
    assert found.before.number == 1
    assert found.counts == Counts(changed=2, added=1, removed=1)
    (part,) = found.parts
    assert part.sheet.key == "camera"
    first, second = part.changed
    assert (first.place, first.name) == ("摄像机 第5行", "江店路东口")
    assert first.lines == (
        Line("位置名称", "江店路路口1号杆", "江店路东口"),
        Line("经度（保留后六位）", "115.934366", "115.934377"),
        Line("状态", "在用", "停用"),
    )
    assert second.lines == (Line("品牌", "海康威视", "（清空）"),)
    assert [row[1] for row in part.added.rows] == ["新补的一台"]
    assert [row[1] for row in part.removed.rows] == ["江店路路口3号杆"]
    html = page(meishan_clerk, version)
    for said in (
        "调研表（补正表）", "第 1 版已盖章报送", found.before.hash[:16], version.hash[:16],
        "改动 <b>2</b> 行，新增 <b>1</b> 行，删除 <b>1</b> 行", "改动后共 <b>6</b> 行",
        "摄像机：改动的行（2）", "摄像机：新增的行（1 台）", "摄像机：删除的行（1 台）", "江店路路口3号杆",
    ):  # fmt: skip
        assert said in html, said
    for kept in ("江店路路口4号杆", "江店路路口5号杆", "梅山镇平安乡村视频平台"):
        assert kept not in html, kept


def test_a_platforms_change(meishan_clerk: Person, sent: Submission) -> None:
    version = mended(sent, {}, by=meishan_clerk)
    row = PlatformRow.objects.get(source_file__version=version)
    row.retention_days, row.gbt28181, row.row_hash = 90, "partial", digest({"retention_days": 90})
    row.save()
    rehash(version)
    (part,) = of(version).parts
    assert part.sheet.key == "platform"
    assert part.changed[0].lines == (
        Line("是否符合GB/T 28181", "符合", "部分符合"),
        Line("视频存储时长", "30", "90"),
    )


def test_a_change_that_no_column_shows_is_still_listed(meishan_clerk: Person, sent: Submission) -> None:
    version = mended(sent, {}, by=meishan_clerk)
    CameraRow.objects.filter(source_file__version=version, key=keys(sent)[0]).update(row_hash="0" * 64)
    rehash(version)
    (part,) = of(version).parts
    assert part.changed[0].lines == (Line("其他内容", "", "见原表"),)


def test_what_is_said_of_things_left_out(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    accept(submitted("meishan", rows=3, by=meishan_clerk), data_reviewer, police_reviewer)
    again = submitted("meishan", rows=1, by=meishan_clerk)
    first, *_, row = keys_of(latest(again))
    send_back(again, data_reviewer, police_reviewer)
    version = mended(again, {row: {"brand": "大华"}}, by=meishan_clerk)
    returned = MissingMark.objects.get(version=version, item_key=first)
    marking.mark(meishan_clerk, again.pk, "camera", [returned.thing_id], MissingMark.Mark.REMOVED, note="道路拓宽")
    version.refresh_from_db()
    found = of(version)
    (said,) = found.said
    assert (said.old, said.new, found.counts.said) == ("仍在", "拆除（道路拓宽）", 1)
    html = page(meishan_clerk, version)
    assert "未上表设备的说明改动 <b>1</b> 条" in html
    assert "拆除（道路拓宽）" in html
    assert html.count("JZ-C-") == 1


def test_rows_that_only_changed_places(meishan_clerk: Person, sent: Submission) -> None:
    version = mended(sent, {}, by=meishan_clerk)
    CameraRow.objects.filter(source_file__version=version, key=keys(sent)[0]).update(row=99)
    rehash(version)
    found = of(version)
    assert (found.counts.all, found.parts) == (0, ())
    assert "只是次序或所在文件不同" in page(meishan_clerk, version)


def test_the_same_content_again_is_the_full_sheet(meishan_clerk: Person, sent: Submission) -> None:
    version = mended(sent, {}, by=meishan_clerk)
    choice = supplement.choose(version)
    assert (choice.supplement, choice.why) == (None, "内容与第 1 版相同，列出全部内容。")


def test_too_much_changed_for_a_supplement(
    meishan_clerk: Person, sent: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = mended(sent, {key: {"brand": "大华"} for key in keys(sent)}, by=meishan_clerk)
    monkeypatch.setattr(stamp, "IN_APPENDIX", 4)
    choice = supplement.choose(version)
    assert (choice.supplement, choice.why) == (None, "比第 1 版改动了 5 处，改动太多，整表重新盖章。")


def test_a_long_supplement_follows_the_signatures(
    meishan_clerk: Person, sent: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = mended(sent, {key: {"brand": "大华"} for key in keys(sent)}, by=meishan_clerk)
    monkeypatch.setattr(stamp, "ON_THE_PAGE", 4)
    html = page(meishan_clerk, version)
    assert html.index("填报人（签字）") < html.index("附：清单") < html.index("摄像机：改动的行")


def test_against_the_last_one_that_was_stamped(
    meishan_clerk: Person, sent: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    held = keys(sent)
    mended(sent, {held[0]: {"brand": "大华"}}, by=meishan_clerk)
    stamped(sent, meishan_clerk)
    web.submit(meishan_clerk, sent)
    send_back(sent, data_reviewer, police_reviewer)
    third = mended(sent, {held[1]: {"brand": "宇视"}}, by=meishan_clerk)
    found = of(third)
    assert found.before.number == 2
    assert [row.lines for row in found.parts[0].changed] == [(Line("品牌", "海康威视", "宇视"),)]
    second = Version.objects.get(submission=sent, number=2)
    assert of(second).before.number == 1, "a version that was handed in keeps its own paper"
    assert [row.lines[0].new for row in of(second).parts[0].changed] == ["大华"]


def test_a_zero_report_is_one_page_anyway(mabu_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    zero = submitted_zero("mabu", by=mabu_clerk)
    send_back(zero, data_reviewer, police_reviewer)
    web.press(mabu_clerk, "submission_zero", zero.pk, reason=web.REASON + "已再次核实。")
    version = zero.versions.latest("number")
    choice = supplement.choose(version)
    assert choice.supplement is None
    assert choice.why == "零报告只有一页，改动后整份重新盖章（上次盖章报送的是第 1 版）。"
    assert "零报告只有一页" in page(mabu_clerk, version)


def test_hostile_values_are_text_on_paper(meishan_clerk: Person, sent: Submission) -> None:
    evil = "<script>alert(1)</script>"
    version = mended(sent, {keys(sent)[0]: {"name": evil, "brand": "=1+1"}}, by=meishan_clerk)
    html = page(meishan_clerk, version)
    assert evil not in html and "&lt;script&gt;" in html


def test_the_page_of_many_changes_takes_no_more_queries(meishan_clerk: Person, sent: Submission) -> None:
    few = mended(sent, {keys(sent)[0]: {"brand": "大华"}}, by=meishan_clerk)
    with CaptureQueriesContext(connection) as small:
        page(meishan_clerk, few)
    many = mended(sent, {key: {"brand": "宇视"} for key in keys(sent)}, by=meishan_clerk)
    with CaptureQueriesContext(connection) as large:
        page(meishan_clerk, many)
    assert len(large) <= len(small)
