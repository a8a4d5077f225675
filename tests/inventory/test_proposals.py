"""C405 and C408: what a new row may be. Proposed to the clerk, never merged; others' things are never named."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from cameras.models import Camera
from inventory.leftout import marking
from inventory.models import CameraRow, MissingMark, RowFinding, Submission
from inventory.registering.checks import check_registry
from inventory.registering.proposals import METRES
from tests.factories_inventory import drafted, make_campaign, submitted
from tests.factories_registry import register_camera, version_of
from tests.inventory.registering import registered
from tests.inventory.web import of, page, url
from tests.reviews.scenes import case_of

pytestmark = pytest.mark.django_db

X, Y = 115.934366, 31.727178
OWN: dict[str, Any] = {"name": "史河大桥东头", "brand": "海康威视", "code": None}


def at(north: float = 0.0, east: float = 0.0) -> dict[str, Any]:
    """A position so many metres from (X, Y)."""
    longitude, latitude = X + east / (METRES * 0.85057), Y + north / METRES
    return {
        "longitude": Decimal(f"{longitude:.8f}"),
        "latitude": Decimal(f"{latitude:.8f}"),
        "wgs_longitude": longitude,
        "wgs_latitude": latitude,
        "datum": "wgs84",
    }


def own(**values: Any) -> Camera:
    return register_camera("meishan", **(OWN | at() | values))


def report(*rows: Mapping[str, Any]) -> Submission:
    told = [{"code": None, "platform_name": "", **at(500, 500), **row} for row in rows]
    return drafted("meishan", values=told, campaign=make_campaign(), missing=None)


def findings(submission: Submission, code: str = "C405") -> list[RowFinding]:
    found = RowFinding.objects.filter(source_file__version__submission=submission, code=code)
    return list(found.order_by("row"))


def test_same_name_and_place_is_proposed_with_a_fix_and_never_merged() -> None:
    camera = own()
    submission = report({"name": "史河大桥 东头", "brand": "大华", **at(3)})
    (told,) = findings(submission)
    assert told.message == f"可能就是已登记的 {camera.number}（相距 3 米，名称相同）"
    assert (told.severity, told.column_key, told.fixes) == ("warning", "name", {"registry_number": camera.number})
    row = CameraRow.objects.get(source_file__version__submission=submission)
    assert (row.match_id, row.fate, row.warnings, row.errors) == (None, "", 1, 0)


def test_the_fix_makes_it_the_same_camera_and_the_proposal_goes() -> None:
    camera = own()
    submission = report({"name": "史河大桥东头", **at(3)})
    (told,) = findings(submission)
    CameraRow.objects.filter(source_file__version__submission=submission).update(**told.fixes)
    version = submission.versions.get()
    check_registry(version.pk, submission.obligation.agency_id)
    row = CameraRow.objects.get(source_file__version=version)
    assert (row.match_id, row.fate, row.warnings) == (camera.pk, "changed", 0)
    assert not findings(submission)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({**at(4.9), "name": "别的名字"}, "相距 5 米，品牌相同，登记的名称是“史河大桥东头”"),
        ({**at(0, 4.9), "name": "别的名字"}, "相距 5 米，品牌相同，登记的名称是“史河大桥东头”"),
        ({**at(-3, -3), "name": "别的名字"}, "相距 4 米，品牌相同，登记的名称是“史河大桥东头”"),
        ({**at(5.3), "name": "别的名字"}, ""),
        ({**at(4, 4), "name": "别的名字"}, ""),
        ({**at(1), "name": "别的名字", "brand": "大华"}, ""),
        ({**at(1), "name": "别的名字", "brand": ""}, ""),
        ({**at(1), "name": "史河大桥东头", "brand": ""}, "相距 1 米，名称相同"),
        ({**at(900), "name": "史河大桥东头"}, "相距 900 米，名称相同，品牌相同"),
        ({**at(900), "name": "史河大桥东头", "township": "341524104"}, ""),
        ({"name": "史河大桥东头", "wgs_longitude": None, "wgs_latitude": None}, "名称相同，品牌相同"),
    ],
)  # fmt: skip
def test_what_is_near(values: Mapping[str, Any], why: str) -> None:
    camera = own()
    told = [each.message for each in findings(report(values))]
    assert told == ([f"可能就是已登记的 {camera.number}（{why}）"] if why else [])


def test_what_another_row_means_is_proposed_to_none() -> None:
    own(code="34152400001320900001")
    submission = report(
        {"name": "史河大桥东头", "code": "34152400001320900001", **at()}, {"name": "史河大桥东头", **at(1)}
    )
    assert not findings(submission)


def test_the_nearest_row_gets_it() -> None:
    camera = own()
    submission = report({"name": "甲", **at(4)}, {"name": "乙", **at(1)}, {"name": "丙", **at(2)})
    (told,) = findings(submission)
    assert (told.value, told.fixes) == ("乙", {"registry_number": camera.number})


def test_of_several_on_one_pole_none_is_picked() -> None:
    first, second = own(name="一号"), own(name="二号")
    (told,) = findings(report({"name": "球机", **at(2)}))
    assert told.message.startswith(f"可能就是已登记的 {first.number}、{second.number}（相距 2 米，品牌相同")
    assert told.fixes == {}


def test_a_name_decides_among_several_on_one_pole() -> None:
    own(name="一号")
    second = own(name="二号")
    told = findings(report({"name": "二号", **at(2)}, {"name": "三号", **at(2)}))
    assert ("二号", {"registry_number": second.number}) == (told[0].value, told[0].fixes)


def test_a_name_that_many_bear_says_nothing() -> None:
    for number in range(9):
        own(name="监控点", **at(1000 + 20 * number, 3000))
    assert not findings(report({"name": "监控点"}))


def test_retired_and_strangers_cameras_are_no_proposals() -> None:
    own(life="retired")
    register_camera("mabu", **(OWN | at()))
    assert not findings(report({"name": "史河大桥东头", **at()}))


def test_what_this_survey_has_reported_already_is_not_proposed_again() -> None:
    """补报: the accepted list of the same campaign covers its cameras."""
    entry = registered(cameras=[OWN | at() | {"platform_name": ""}])
    campaign = version_of(entry).submission.obligation.campaign
    values = [OWN | at(2) | {"name": "同杆另一台", "platform_name": ""}]
    again = drafted("meishan", values=values, campaign=campaign, missing=None)
    assert not findings(again)
    assert findings(drafted("meishan", values=values, campaign=make_campaign(), missing=None))


def test_what_was_removed_is_not_what_stands_there_now() -> None:
    camera = own()
    submission = report({"name": "史河大桥东头", **at(1)})
    assert findings(submission)
    marking.mark(submission.created_by, submission.pk, "camera", [camera.pk], MissingMark.Mark.REMOVED)
    check_registry(submission.versions.get().pk, submission.obligation.agency_id)
    assert not findings(submission) and MissingMark.objects.exists()


# --- C408 -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "hit"),
    [
        ({"name": "史河大桥 东头", **at(3)}, True),
        ({"name": "史河大桥东头", **at(0, 4.8)}, True),
        ({"name": "史河大桥东头", **at(5.5)}, False),
        ({"name": "史河大桥西头", **at(1)}, False),
    ],
)
def test_the_place_and_name_of_another_unit(values: Mapping[str, Any], hit: bool) -> None:
    camera = register_camera("mabu", **(OWN | at()))
    told = findings(report(values), "C408")
    assert [each.message for each in told] == (["该位置可能已由其他单位登记"] if hit else [])
    assert not any(
        word in f"{each.message}{each.fix}{each.related}" for each in told for word in (camera.number, "麻埠")
    )


def test_reviewers_see_whose_it_is(data_reviewer: Person) -> None:
    camera = register_camera("mabu", **(OWN | at()))
    values = [OWN | at(2) | {"platform_name": ""}]
    submission = submitted("meishan", values=values, campaign=make_campaign())
    client = of(data_reviewer)
    html = client.get(url("review", case_of(submission).pk)).content.decode()
    assert f"该位置可能已由其他单位登记（麻埠镇 {camera.number}，相距 2 米）" in html
    assert camera.number not in page(submission.created_by, submission)


def test_a_collided_code_is_told_of_once() -> None:
    register_camera("mabu", **(OWN | at() | {"code": "34152400001320900002"}))
    submission = report({"name": "史河大桥东头", "code": "34152400001320900002", **at()})
    assert findings(submission, "C401") and not findings(submission, "C408")


def test_of_a_heap_on_one_point_nothing_is_proposed() -> None:
    for number in range(4):
        own(name=f"测点{number}")
    assert not findings(report({"name": "球机", **at(1)}))
