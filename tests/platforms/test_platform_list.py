"""/platforms/: rows in sight, filters, search, and how many cameras each serves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from platforms.models import Platform
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform
from tests.registry.reading import as_person, html, links, listed


def get(person: Person, query: str = "") -> Any:
    return as_person(person).get(f"/platforms/{query}")


def numbers(*platforms: Platform) -> list[str]:
    return [platform.number for platform in platforms]


def test_a_clerk_sees_the_own_agencys_and_the_supervised_ones(
    meishan_clerk: Person, mabu_clerk: Person, education_clerk: Person
) -> None:
    own, school = register_platform("meishan"), register_platform("mabu", place_kind="school")
    assert listed(get(meishan_clerk)) == numbers(own)
    assert listed(get(mabu_clerk)) == numbers(school)
    assert listed(get(education_clerk)) == numbers(school)


@pytest.mark.parametrize("role", ["data_reviewer", "police_reviewer", "office", "leader"])
def test_whoever_sees_all_business_sees_every_platform(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    first, second = register_platform("meishan"), register_platform("mabu")
    assert listed(get(person)) == numbers(second, first)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    assert get(request.getfixturevalue(role)).status_code == 403


FILTERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "?kind=school": ({"place_kind": "school"}, {}),
    f"?network={quote('互联网')}": ({"network": "专线、互联网"}, {"network": "局域网"}),
    "?network=none": ({"network": ""}, {}),
    "?connected=no": ({"connected": "no"}, {}),
    "?connected=none": ({"connected": ""}, {}),
    "?gbt28181=partial": ({"gbt28181": "partial"}, {}),
    f"?cascade={quote('未级联')}": ({"cascade": "未级联"}, {}),
    "?cascade=other": ({"cascade": "四级"}, {"cascade": ""}),
    "?retention=short": ({"retention_days": 29}, {"retention_days": 30}),
    "?retention=enough": ({"retention_days": 30}, {"retention_days": 29}),
    "?retention=none": ({"retention_days": None}, {}),
    "?funding=social": ({"funding": "social"}, {}),
    "?gap=code": ({}, {"code": "34152401002000000001"}),
    "?gap=cost": ({"cost": None}, {}),
    "?gap=upkeep": ({"upkeep": None}, {}),
    "?gap=protection": ({"protection": ""}, {}),
    "?gap=sharing": ({"sharing": ""}, {}),
    "?gap=address": ({"address": ""}, {}),
    "?gap=built": ({"built": ""}, {}),
    "?life=withdrawn": ({"life": "withdrawn"}, {}),
    f"?q={quote('乡村')}": ({"name": "梅山镇平安乡村视频平台"}, {"name": "校园平台"}),
    f"?q={quote('大华')}": ({"vendor": "大华"}, {}),
    "?q=0020000007": ({"code": "34152401002000000777"}, {"code": "34152401002000000888"}),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_keeps_what_it_says(query: str, data_reviewer: Person) -> None:
    stays, goes = FILTERS[query]
    kept = register_platform("meishan", **stays)
    register_platform("meishan", **goes)
    assert listed(get(data_reviewer, query)) == numbers(kept)


def test_a_platform_is_found_by_its_registry_number_agency_and_batch(data_reviewer: Person) -> None:
    platform, _ = register_platform("meishan"), register_platform("mabu")
    batch = accepted_batch("meishan")
    record_change(platform, batch, vendor="宇视")
    for query in (f"?q={platform.number}", "?agency=meishan", "?owner=meishan", f"?batch={batch.pk}"):
        assert listed(get(data_reviewer, query)) == numbers(platform)


@pytest.mark.parametrize(
    "query", ["?township=341524100", "?sort=protection", "?retention=1", "?platform=1", "?view=place"]
)
def test_what_is_not_declared_is_refused(query: str, data_reviewer: Person) -> None:
    assert get(data_reviewer, query).status_code == 400


def test_sorting_by_money_puts_blanks_last(data_reviewer: Person) -> None:
    small, blank, large = (register_platform("meishan", cost=cost) for cost in (Decimal("9.5"), None, Decimal("120")))
    assert listed(get(data_reviewer, "?sort=cost&view=build")) == numbers(small, large, blank)
    assert listed(get(data_reviewer, "?sort=-cost&view=build")) == numbers(large, small, blank)


def test_the_count_of_cameras_is_what_its_list_shows(data_reviewer: Person, meishan_clerk: Person) -> None:
    platform = register_platform("meishan")
    own, other = register_camera("meishan", platform=platform), register_camera("mabu", platform=platform)
    register_camera("meishan", platform=platform, life="retired")
    address = f"/cameras/?platform={platform.number}"
    assert f'<a href="{address}">2</a>' in html(get(data_reviewer))
    assert f'<a href="{address}">1</a>' in html(get(meishan_clerk))
    assert listed(as_person(data_reviewer).get(f"{address}&sort=number")) == [own.number, other.number]
    assert listed(as_person(meishan_clerk).get(address)) == [own.number]


def test_words_of_coded_columns(data_reviewer: Person) -> None:
    register_platform("meishan", gbt28181="partial", connected="no")
    page = html(get(data_reviewer))
    assert "部分符合" in page
    assert "未对接" in page
    assert "/platforms/export.xlsx" in links(get(data_reviewer))


def test_empty_lists_say_what_comes_next(meishan_clerk: Person) -> None:
    assert "还没有登记的平台" in html(get(meishan_clerk))


def test_the_number_of_queries_does_not_grow_with_the_rows(
    data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    batch = accepted_batch("meishan")
    register_camera("meishan", batch=batch, platform=register_platform("meishan", batch=batch))
    client = as_person(data_reviewer)
    client.get("/platforms/")
    with CaptureQueriesContext(connection) as few:
        client.get("/platforms/")
    for _ in range(20):
        register_camera("meishan", batch=batch, platform=register_platform("meishan", batch=batch))
    with django_assert_max_num_queries(len(few)):
        client.get("/platforms/")
    assert len(few) <= 16, [query["sql"] for query in few]
