"""C406 and C407: the platform that a camera's row names stands in the platform sheet, the registry or the county's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cameras.models import Camera
from inventory.leftout import marking
from inventory.models import CameraRow, MissingMark, RowFinding, Submission
from inventory.registering.checks import check_registry
from inventory.registering.platform_links import Alike, core
from tests.factories_inventory import drafted, make_campaign
from tests.factories_registry import register_platform
from tests.inventory.registering import registered

pytestmark = pytest.mark.django_db


def report(*names: str, platforms: tuple[Mapping[str, Any], ...] = ()) -> Submission:
    values = [{"name": f"路口{place}", "platform_name": name} for place, name in enumerate(names)]
    return drafted("meishan", values=values, platforms=platforms, campaign=make_campaign(), missing=None)


def findings(submission: Submission, code: str = "C406") -> list[RowFinding]:
    found = RowFinding.objects.filter(source_file__version__submission=submission, code=code)
    return list(found.order_by("row"))


def test_found_in_the_platform_sheet_in_the_own_registry_and_county_wide() -> None:
    register_platform("meishan", name="梅山镇老平台")
    register_platform("mabu", name="县公安局 视频专网平台")
    submission = report(
        "梅山镇新平台", "梅山镇老平台", "县公安局视频专网平台", "", platforms=({"name": "梅山镇新 平台"},)
    )
    assert not findings(submission) and not findings(submission, "C407")


def test_an_unknown_name_is_told_once_with_the_nearest_ones() -> None:
    submission = report("梅山镇平安视频", "梅山镇平安视频", "无人知晓", platforms=({"name": "梅山镇平安乡村视频平台"},))
    first, second = findings(submission)
    assert first.message == ("平台表和台账里都没有“梅山镇平安视频”，相近的有“梅山镇平安乡村视频平台”；共 2 行这样写")
    assert second.message == "平台表和台账里都没有“无人知晓”，也没有相近的名称；共 1 行这样写"
    assert (first.severity, first.column_key, first.fixes, first.row) == ("warning", "platform_name", {}, 5)
    rows = CameraRow.objects.filter(source_file__version__submission=submission).order_by("row")
    assert [row.warnings for row in rows] == [1, 0, 1]


@pytest.mark.parametrize(
    "written", ["平安乡村（一期）", "平安乡村(一期)系统", "平安乡村 一期 平台", "平安乡村【一期】平台"]
)
def test_brackets_and_suffix_are_a_safe_fix_at_every_row(written: str) -> None:
    name = "平安乡村（一期）平台"
    submission = report(written, written, platforms=({"name": name},))
    told = findings(submission)
    assert [each.fixes for each in told] == [{"platform_name": name}] * 2
    CameraRow.objects.filter(source_file__version__submission=submission).update(**told[0].fixes)
    check_registry(submission.versions.get().pk, submission.obligation.agency_id)
    assert not findings(submission)
    assert not CameraRow.objects.filter(source_file__version__submission=submission, warnings__gt=0).exists()


def test_two_that_differ_only_so_are_no_safe_fix() -> None:
    submission = report("平安乡村", platforms=({"name": "平安乡村平台"}, {"name": "平安乡村系统"}))
    (told,) = findings(submission)
    assert told.fixes == {} and "相近的有“平安乡村平台”“平安乡村系统”" in told.message


def test_a_name_of_several_is_ambiguous_and_names_them() -> None:
    one, two = (register_platform(agency, name="平安平台") for agency in ("mabu", "education"))
    submission = report("平安平台", "平安平台")
    (told,) = findings(submission, "C407")
    assert told.message == f"叫“平安平台”的平台有 2 个（{one.number}、{two.number}），不知道是哪一个；共 2 行这样写"
    assert not findings(submission)


def test_the_own_one_is_nearer_than_the_countys() -> None:
    register_platform("mabu", name="平安平台")
    register_platform("education", name="平安平台")
    register_platform("meishan", name="平安平台")
    submission = report("平安平台")
    assert not findings(submission, "C407") and not findings(submission)


def test_one_that_was_removed_is_none() -> None:
    platform = register_platform("meishan", name="老平台")
    submission = report("老平台")
    assert not findings(submission)
    marking.mark(submission.created_by, submission.pk, "platform", [platform.pk], MissingMark.Mark.REMOVED)
    check_registry(submission.versions.get().pk, submission.obligation.agency_id)
    assert [told.value for told in findings(submission)] == ["老平台"]


def test_it_is_what_acceptance_does() -> None:
    """A name without a finding leads to a platform, one with a finding to none."""
    register_platform("mabu", name="县平台")
    for agency in ("mabu", "education"):
        register_platform(agency, name="重名平台")
    names = ["表里的平台", "县平台", "重名平台", "没有的平台"]
    cameras = [{"name": name, "platform_name": name} for name in names]
    entry = registered(cameras=cameras, platforms=[{"name": "表里的 平台"}])
    found = RowFinding.objects.filter(source_file__version=entry.version, code__in=["C406", "C407"])
    told = set(found.values_list("value", flat=True))
    unlinked = set(Camera.objects.filter(platform=None).values_list("name", flat=True))
    assert told == unlinked == {"重名平台", "没有的平台"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("梅山镇（新城区）视频监控平台", "梅山镇新城区视频监控"),
        ("平安乡村视频监控系统平台", "平安乡村视频监控"),
        ("ＡＢＣ 平台", "abc"),
        ("平台", "平台"),
        ("（）", ""),
    ],
)
def test_what_a_name_says(name: str, says: str) -> None:
    assert core(name) == says


def test_near_names_come_nearest_first() -> None:
    index = Alike(["梅山镇视频平台", "梅山镇平安乡村视频平台", "麻埠镇视频平台", "甲"])
    assert index.near("梅山镇平安视频")[:2] == ["梅山镇平安乡村视频平台", "梅山镇视频平台"]
    assert index.near("完全不同") == []
    assert index.near("甲") == ["甲"]
