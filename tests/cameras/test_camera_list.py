"""/cameras/: who sees which rows, filters, search, sorting, pages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from cameras.models import Camera
from registry.lists import PAGE_SIZE
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform, register_pole
from tests.registry.reading import as_person, html, links, listed

URL = "/cameras/"


def get(person: Person, query: str = "") -> Any:
    return as_person(person).get(URL + query)


def numbers(*cameras: Camera) -> list[str]:
    return [camera.number for camera in cameras]


def test_a_clerk_sees_the_own_agencys_cameras_only(meishan_clerk: Person, mabu_clerk: Person) -> None:
    own, other = register_camera("meishan"), register_camera("mabu")
    assert listed(get(meishan_clerk)) == numbers(own)
    assert listed(get(mabu_clerk)) == numbers(other)


def test_what_an_agency_owns_it_sees_whoever_reports_it(mabu_clerk: Person) -> None:
    assert mabu_clerk.agency is not None
    camera = register_camera("meishan", owner=mabu_clerk.agency)
    register_camera("meishan")
    assert listed(get(mabu_clerk)) == numbers(camera)


@pytest.mark.parametrize("role", ["data_reviewer", "police_reviewer", "office", "leader"])
def test_whoever_sees_all_business_sees_every_camera(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    first, second = register_camera("meishan"), register_camera("mabu")
    assert listed(get(person)) == numbers(second, first)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    camera = register_camera("meishan")
    response = get(person)
    assert response.status_code == 403
    assert camera.number not in html(response)


def test_strangers_are_sent_to_the_log_in(client: Any, db: None) -> None:
    response = client.get(URL)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


def test_only_reading(data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    assert client.post(URL).status_code == 405
    assert client.delete(URL).status_code == 405


FILTERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # query: (values of the camera that stays, values of the one that goes)
    "?township=341524101": ({"township": "341524101"}, {}),
    "?township=none": ({"township": ""}, {}),
    "?kind=school": ({"place_kind": "school"}, {}),
    "?kind=none": ({"place_kind": ""}, {}),
    f"?status={quote('停用')}": ({"status": "停用"}, {}),
    "?status=other": ({"status": "移交中"}, {"status": ""}),
    "?status=none": ({"status": ""}, {"status": "移交中"}),
    f"?measure={quote('接入')}": ({"measure": "接入"}, {}),
    "?leased=yes": ({"leased": True}, {"leased": None}),
    "?leased=no": ({"leased": False}, {"leased": None}),
    "?funding=social": ({"funding": "social"}, {}),
    "?funding=none": ({"funding": ""}, {}),
    "?mobility=mobile": ({"mobility": "mobile"}, {}),
    "?label=no": ({"label_state": "no"}, {}),
    "?gap=code": ({}, {"code": "34152401001320000001"}),
    "?gap=brand": ({"brand": ""}, {}),
    "?gap=built": ({"built": ""}, {}),
    "?gap=measure": ({"measure": ""}, {}),
    "?gap=kind": ({"place_kind": ""}, {}),
    "?gap=platform_name": ({"platform_name": ""}, {}),
    "?gap=platform": ({}, {"platform_name": ""}),
    "?life=retired": ({"life": "retired"}, {}),
    "?life=withdrawn": ({"life": "withdrawn"}, {"life": "retired"}),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_keeps_what_it_says(query: str, data_reviewer: Person) -> None:
    stays, goes = FILTERS[query]
    kept = register_camera("meishan", **stays)
    register_camera("meishan", **goes)
    assert listed(get(data_reviewer, query)) == numbers(kept)


def blank(key: str) -> dict[str, Any]:
    return {key: ""}


def test_any_gap_is_each_of_the_gaps(data_reviewer: Person) -> None:
    platform = register_platform("meishan")
    register_camera("meishan", code="34152401001320000001", platform=platform)
    gaps = [register_camera("meishan", code=f"341524010013200000{i}", platform=platform, **blank(key))
            for i, key in enumerate(("brand", "built", "measure", "place_kind"), 10)]  # fmt: skip
    uncoded = register_camera("meishan", platform=platform)
    assert listed(get(data_reviewer, "?gap=any&sort=number")) == numbers(*gaps, uncoded)


def test_filters_of_agencies(data_reviewer: Person, mabu_clerk: Person, education_clerk: Person) -> None:
    plain = register_camera("meishan")
    owned = register_camera("meishan", owner=mabu_clerk.agency)
    supervised = register_camera("mabu", supervisor=education_clerk.agency)
    assert listed(get(data_reviewer, "?agency=meishan&sort=number")) == numbers(plain, owned)
    assert listed(get(data_reviewer, "?owner=mabu&sort=number")) == numbers(owned, supervised)
    assert listed(get(data_reviewer, "?supervisor=education")) == numbers(supervised)


def test_links_from_a_platform_a_pole_and_a_batch(data_reviewer: Person) -> None:
    platform, pole, batch = register_platform("meishan"), register_pole("meishan"), accepted_batch("meishan")
    on_platform = register_camera("meishan", platform=platform)
    on_pole = register_camera("meishan", pole=pole)
    in_batch = record_change(register_camera("meishan"), batch, status="停用")
    assert listed(get(data_reviewer, f"?platform={platform.number}")) == numbers(on_platform)
    assert listed(get(data_reviewer, f"?pole={pole.number}")) == numbers(on_pole)
    assert listed(get(data_reviewer, f"?batch={batch.pk}")) == numbers(in_batch)
    assert listed(get(data_reviewer, "?own_pole=yes")) == numbers(on_pole)
    assert listed(get(data_reviewer, "?own_pole=no&sort=number")) == numbers(on_platform, in_batch)


def test_two_values_widen_and_two_filters_narrow(data_reviewer: Person) -> None:
    one = register_camera("meishan", status="停用")
    two = register_camera("meishan", status="维修", place_kind="school")
    register_camera("meishan")
    status = f"?status={quote('停用')}&status={quote('维修')}&sort=number"
    assert listed(get(data_reviewer, status)) == numbers(one, two)
    assert listed(get(data_reviewer, status + "&kind=school")) == numbers(two)


def test_lists_say_live_rows_unless_asked(data_reviewer: Person) -> None:
    live, retired = register_camera("meishan"), register_camera("meishan", life="retired")
    assert listed(get(data_reviewer)) == numbers(live)
    page = get(data_reviewer, "?life=all")
    assert listed(page) == numbers(retired, live)
    assert "已注销" in html(page)


def test_each_condition_is_a_chip_that_can_be_taken_off(data_reviewer: Person) -> None:
    register_camera("meishan")
    query = f"?q={quote('路口')}&agency=meishan&status={quote('在用')}&status={quote('停用')}&sort=name"
    page = get(data_reviewer, query)
    for words in ("搜索", "填报单位", "梅山镇", "在用", "停用", "清除全部"):
        assert words in html(page)
    found = links(page)
    using, stopped = quote("在用"), quote("停用")
    assert f"{URL}?agency=meishan&status={using}&status={stopped}&sort=name" in found
    assert f"{URL}?q={quote('路口')}&status={using}&status={stopped}&sort=name" in found
    assert f"{URL}?q={quote('路口')}&agency=meishan&status={stopped}&sort=name" in found


def test_an_address_with_blanks_is_tidied(data_reviewer: Person) -> None:
    response = get(data_reviewer, "?q=&agency=meishan&township=&kind=&sort=name")
    assert response.status_code == 302
    assert response["Location"] == f"{URL}?agency=meishan&sort=name"


@pytest.mark.parametrize(
    "search",
    [
        "镇江店",
        "34152401001320000077",
        "00132",
        "海康",
        "乡村视频",
        "MS-0",
        "{number}",
        "{number_lower}",
        "ｊz-c-{digits}",
    ],
)
def test_search_finds_substrings_and_numbers(search: str, data_reviewer: Person) -> None:
    camera = register_camera(
        "meishan",
        name="梅山镇江店路口",
        code="34152401001320000077",
        pole_number="MS-001",
        platform_name="平安乡村视频平台",
    )
    register_camera("mabu", name="麻埠镇齐云山", code=None, brand="大华", platform_name="别的平台")
    text = search.format(number=camera.number, number_lower=camera.number.lower(), digits=f"{camera.pk:06d}")
    assert listed(get(data_reviewer, f"?q={quote(text)}")) == numbers(camera)


def test_every_word_of_a_search_must_occur(data_reviewer: Person) -> None:
    camera = register_camera("meishan", name="梅山镇江店路口", brand="大华")
    register_camera("meishan", name="梅山镇江店路口", brand="海康威视")
    assert listed(get(data_reviewer, f"?q={quote('江店　大华')}")) == numbers(camera)


@pytest.mark.parametrize("search", ["%", "_", "\\", "100%", "' OR 1=1--", "%%", "_%_", "a\\b"])
def test_signs_of_like_and_sql_are_plain_text(search: str, data_reviewer: Person) -> None:
    camera = register_camera("meishan", name=f"路口 {search} 东")
    register_camera("meishan", name="路口 东 1000 axb")
    assert listed(get(data_reviewer, f"?q={quote(search)}")) == numbers(camera)


@pytest.mark.parametrize(
    "search", ["JZ-C-99999999999999999999999", "JZ-C-", "JZ-P-000001", "115.9343", "31.72", "🙂" * 20]
)
def test_odd_searches_and_positions_find_nothing(search: str, data_reviewer: Person) -> None:
    register_camera("meishan", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    assert listed(get(data_reviewer, f"?q={quote(search)}")) == []


@pytest.mark.parametrize("search", ["\x00", "\u202e", "路\x00口"])
def test_hidden_characters_of_a_search_are_passed_over(search: str, data_reviewer: Person) -> None:
    camera = register_camera("meishan", name="东路口")
    assert listed(get(data_reviewer, f"?q={quote(search)}")) == numbers(camera)


@pytest.mark.parametrize(
    "query",
    [
        "?unit__name__startswith=x",
        "?longitude=115.9",
        "?longitude__gte=1",
        "?ordering=owner__password",
        "?sort=owner__password",
        "?sort=longitude",
        "?sort=-position",
        "?sort=name&sort=code",
        "?agency=nobody",
        "?agency=1",
        "?township=341525100",
        "?kind=unknown",
        "?status=x",
        "?leased=true",
        "?life=dead",
        "?gap=1",
        "?view=sql",
        "?page=2",
        "?at=0",
        "?at=after-",
        "?at=after-0",
        "?at=after--1",
        "?at=before-x",
        "?at=after-99999999999999999999",
        "?at=first",
        "?at=last&at=last",
        "?platform=12",
        "?platform=JZ-C-000001",
        "?batch=x",
        "?batch=1;2",
        "?columns=code",
        f"?q={'长' * 101}",
        "?status=%00",
    ],
)
def test_what_is_not_declared_is_refused(query: str, data_reviewer: Person) -> None:
    assert get(data_reviewer, query).status_code == 400


SORTS: dict[str, list[dict[str, Any]]] = {
    # sort: values of cameras in the order it should give; blanks come last either way
    "number": [{}, {}, {}],
    "name": [{"name": "a路"}, {"name": "b路"}, {"name": "c路"}],
    "code": [{"code": "34152401001320000001"}, {"code": "34152401001320000002"}, {"code": None}],
    "-code": [{"code": "34152401001320000002"}, {"code": "34152401001320000001"}, {"code": None}],
    "township": [{"township": "341524100"}, {"township": "341524101"}, {"township": "341524102"}],
    "-built": [{"built": "2021.05"}, {"built": "2020"}, {"built": ""}],
    "pole_height": [{"pole_height": Decimal("3.5")}, {"pole_height": Decimal("12")}, {"pole_height": None}],
}


@pytest.mark.parametrize("sort", SORTS)
def test_sorting(sort: str, data_reviewer: Person) -> None:
    expected = SORTS[sort]
    cameras = [register_camera("meishan", **values) for values in (expected[1], expected[0], expected[2])]
    order = [cameras[1], cameras[0], cameras[2]] if sort != "number" else cameras
    assert listed(get(data_reviewer, f"?sort={sort}")) == numbers(*order)


def test_sorting_by_agency_follows_the_roster(data_reviewer: Person) -> None:
    mabu, meishan = register_camera("mabu"), register_camera("meishan")
    assert listed(get(data_reviewer, "?sort=agency")) == numbers(meishan, mabu)
    assert listed(get(data_reviewer, "?sort=-agency")) == numbers(mabu, meishan)


def test_pages_hold_fifty_and_the_total_is_exact(data_reviewer: Person) -> None:
    batch = accepted_batch("meishan")
    cameras = [register_camera("meishan", batch=batch) for _ in range(PAGE_SIZE + 3)]
    first, second, beyond = (
        get(data_reviewer, f"?sort=number{at}")
        for at in ("", f"&at=after-{cameras[PAGE_SIZE - 1].pk}", f"&at=after-{cameras[-1].pk + 9}")
    )
    assert listed(first) == listed(beyond) == numbers(*cameras[:PAGE_SIZE])
    assert listed(second) == numbers(*cameras[PAGE_SIZE:])
    assert f"共 {PAGE_SIZE + 3} 台" in html(first)


@pytest.mark.parametrize(
    ("view", "column"), [("", "20位编码"), ("?view=place", "经度, 纬度"), ("?view=build", "以租代建")]
)
def test_views_choose_the_columns(view: str, column: str, data_reviewer: Person) -> None:
    register_camera("meishan")
    assert column in html(get(data_reviewer, view)).split("<table")[1]


def test_a_supervising_department_sees_its_kind_of_place_with_blurred_positions(education_clerk: Person) -> None:
    school = register_camera(
        "meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178")
    )
    own = register_camera("education", longitude=Decimal("115.881234"), latitude=Decimal("31.701239"))
    register_camera("meishan", place_kind="road")
    page = get(education_clerk, "?view=place&sort=number")
    assert listed(page) == numbers(school, own)
    text = html(page)
    assert "115.93, 31.73" in text
    assert "位置已模糊" in text
    assert "115.9343" not in text
    assert "31.727" not in text
    assert "115.881234, 31.701239" in text


def test_a_clerk_is_offered_no_filter_of_agencies_but_a_department_its_own(
    meishan_clerk: Person, education_clerk: Person
) -> None:
    register_camera("meishan", place_kind="school")
    register_camera("mabu", place_kind="school")
    assert 'name="agency"' not in html(get(meishan_clerk))
    offered = html(get(education_clerk)).split('name="agency"')[1].split("</select>")[0]
    assert "梅山镇" in offered
    assert "麻埠镇" in offered
    assert "青山镇" not in offered


def test_empty_lists_say_what_comes_next(meishan_clerk: Person) -> None:
    assert "还没有登记的摄像机" in html(get(meishan_clerk))
    register_camera("meishan")
    assert "没有符合条件的记录" in html(get(meishan_clerk, f"?q={quote('没有')}"))


@pytest.mark.parametrize("query", ["", "?view=place", "?q=x&agency=meishan&sort=agency"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    query: str, data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    batch = accepted_batch("meishan")
    register_camera("meishan", batch=batch, name="x")
    client = as_person(data_reviewer)
    client.get(URL + query)
    with CaptureQueriesContext(connection) as few:
        client.get(URL + query)
    for _ in range(PAGE_SIZE + 5):
        register_camera("meishan", batch=batch, name="x")
    with django_assert_max_num_queries(len(few)):
        client.get(URL + query)
    assert len(few) <= 18, [query["sql"] for query in few]


def test_what_people_typed_stays_text(data_reviewer: Person) -> None:
    register_camera("meishan", name="<img src=x onerror=alert(1)>", brand='"><svg/onload=alert(1)>')
    text = html(get(data_reviewer, "?view=build"))
    assert "<img src=x" not in text
    assert "<svg/onload" not in text
