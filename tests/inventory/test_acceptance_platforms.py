"""Platforms: their key, and which one a camera's row names (model.md, Platform reference)."""

from __future__ import annotations

from typing import Any

import pytest

from cameras.models import Camera, CameraVersion
from platforms.models import Platform, PlatformVersion
from tests.factories_inventory import new_code
from tests.inventory.registering import camera, fates, platform, registered

pytestmark = pytest.mark.django_db

NAME = "梅山镇平安乡村视频平台"


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"code": new_code(), "platform_name": name, **more}


# --- the key --------------------------------------------------------------------------------------------------------
def test_a_platform_with_a_code_is_known_by_it() -> None:
    code = new_code("200")
    registered(platforms=[{"name": NAME, "code": code}])
    entry = registered(platforms=[{"name": "改了名的平台", "code": code}])
    assert (platform().name, platform().version_number) == ("改了名的平台", 2)
    assert fates(entry, "platform") == {"changed": 1}
    assert [each.name for each in PlatformVersion.objects.order_by("number")] == [NAME, "改了名的平台"]


def test_a_platform_without_a_code_is_known_by_its_name_within_the_agency() -> None:
    registered(platforms=[{"name": NAME, "code": None}])
    entry = registered(platforms=[{"name": "梅山镇 平安乡村 视频平台", "code": None, "vendor": "大华"}])
    assert (platform().vendor, platform().version_number) == ("大华", 2)
    assert fates(entry, "platform") == {"changed": 1}
    registered("mabu", platforms=[{"name": NAME, "code": None}])
    assert Platform.objects.count() == 2


def test_a_platform_that_gets_its_code_stays_the_same() -> None:
    registered(platforms=[{"name": NAME, "code": None}])
    code = new_code("200")
    entry = registered(platforms=[{"name": NAME, "code": code}])
    assert (platform().code, platform().version_number) == (code, 2)
    assert fates(entry, "platform") == {"changed": 1}


def test_a_code_left_blank_the_second_time_is_not_another_platform() -> None:
    code = new_code("200")
    registered(platforms=[{"name": NAME, "code": code}])
    entry = registered(platforms=[{"name": NAME, "code": None, "vendor": "大华"}])
    assert (platform().code, platform().vendor) == (code, "大华")
    assert fates(entry, "platform") == {"changed": 1}


def test_a_name_that_several_bear_tells_nothing() -> None:
    registered(platforms=[{"name": NAME, "code": new_code("200")}, {"name": NAME, "code": new_code("200")}])
    entry = registered(platforms=[{"name": NAME, "code": None}])
    assert fates(entry, "platform") == {"new": 1}


def test_another_code_is_another_platform() -> None:
    registered(platforms=[{"name": NAME, "code": new_code("200")}])
    entry = registered(platforms=[{"name": NAME, "code": new_code("200")}])
    assert fates(entry, "platform") == {"new": 1}


def test_one_name_with_two_codes_is_two_platforms() -> None:
    entry = registered(platforms=[{"name": NAME, "code": new_code("200")}, {"name": NAME, "code": new_code("200")}])
    assert fates(entry, "platform") == {"new": 2}


# --- the link -------------------------------------------------------------------------------------------------------
def test_a_camera_is_linked_to_the_platform_of_its_own_submission() -> None:
    registered(platforms=[{"name": NAME}], cameras=[named(NAME), named("梅山镇平安乡村 视频平台"), named("别的平台")])
    same, spaced, other = Camera.objects.order_by("pk")
    assert same.platform == spaced.platform == platform()
    assert (other.platform, other.platform_name) == (None, "别的平台")
    assert CameraVersion.objects.get(camera=same).platform_id == platform().pk


def test_the_own_submission_comes_before_the_own_registry() -> None:
    registered(platforms=[{"name": NAME, "code": new_code("200")}])
    new = new_code("200")
    registered(platforms=[{"name": NAME, "code": new}], cameras=[named(NAME)])
    assert camera().platform == platform(code=new)


def test_the_own_registry_comes_before_the_countys() -> None:
    registered("mabu", platforms=[{"name": NAME}])
    registered(platforms=[{"name": NAME}])
    registered(cameras=[named(NAME)])
    assert camera().platform == platform(reporting_agency__code="meishan")


def test_a_platform_of_the_county_serves_when_there_is_no_own() -> None:
    registered("mabu", platforms=[{"name": NAME}])
    registered(cameras=[named(NAME)])
    assert camera().platform == platform()


@pytest.mark.parametrize("owners", [("meishan", "meishan"), ("mabu", "education")])
def test_an_ambiguous_name_links_to_none(owners: tuple[str, str]) -> None:
    for owner in owners:
        registered(owner, platforms=[{"name": NAME, "code": new_code("200")}])
    registered(cameras=[named(NAME)])
    assert (camera().platform, camera().platform_name) == (None, NAME)


def test_a_retired_platform_is_nobodys() -> None:
    registered(platforms=[{"name": NAME}])
    Platform.objects.update(life="retired")
    registered(cameras=[named(NAME)])
    assert camera().platform is None


# --- the link, the second time --------------------------------------------------------------------------------------
def test_a_row_that_names_no_platform_keeps_the_link() -> None:
    code = new_code()
    registered(platforms=[{"name": NAME}], cameras=[named(NAME, code=code)])
    registered(cameras=[named("", code=code, status="停用")])
    assert (camera().platform, camera().platform_name, camera().status) == (platform(), NAME, "停用")
    assert CameraVersion.objects.get(number=2).platform_id == platform().pk


def test_a_slash_takes_the_link_away() -> None:
    code = new_code()
    registered(platforms=[{"name": NAME}], cameras=[named(NAME, code=code)])
    registered(cameras=[named("", code=code, erased=["platform_name"])])
    assert (camera().platform, camera().platform_name) == (None, "")


def test_another_name_moves_the_link() -> None:
    code = new_code()
    registered(platforms=[{"name": NAME}, {"name": "平台二"}], cameras=[named(NAME, code=code)])
    registered(cameras=[named("平台二", code=code)])
    assert camera().platform == platform(name="平台二")
    registered(cameras=[named("谁也不知道的平台", code=code)])
    assert camera().platform is None


def test_a_name_that_became_ambiguous_does_not_cut_the_link() -> None:
    code = new_code()
    registered(platforms=[{"name": NAME, "code": new_code("200")}], cameras=[named(NAME, code=code)])
    first = platform()
    registered(platforms=[{"name": NAME, "code": new_code("200")}])
    registered(cameras=[named(NAME, code=code, status="停用")])
    assert (camera().platform, camera().status) == (first, "停用")


def test_a_platform_reported_later_is_linked_when_its_camera_is_reported_again() -> None:
    """The row itself says nothing new, but now its name means something: a version with the link."""
    code = new_code()
    registered(cameras=[named(NAME, code=code)])
    entry = registered(platforms=[{"name": NAME}], cameras=[named(NAME, code=code)])
    assert (camera().platform, camera().version_number) == (platform(), 2)
    assert fates(entry) == {"changed": 1}
    again = registered(cameras=[named(NAME, code=code)])
    assert fates(again) == {"unchanged": 1}
