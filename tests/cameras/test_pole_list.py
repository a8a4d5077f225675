"""/poles/: rows in sight, filters, and how many cameras stand on each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from cameras.models import Pole
from tests.factories_registry import accepted_batch, record_change, register_camera, register_pole
from tests.registry.reading import as_person, html, links, listed


def get(person: Person, query: str = "") -> Any:
    return as_person(person).get(f"/poles/{query}")


def numbers(*poles: Pole) -> list[str]:
    return [pole.number for pole in poles]


def test_a_clerk_sees_the_own_agencys_poles_only(meishan_clerk: Person, mabu_clerk: Person) -> None:
    own, other = register_pole("meishan"), register_pole("mabu")
    assert listed(get(meishan_clerk)) == numbers(own)
    assert listed(get(mabu_clerk)) == numbers(other)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    assert get(request.getfixturevalue(role)).status_code == 403


FILTERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "?township=341524101": ({"township": "341524101"}, {}),
    "?kind=school": ({"place_kind": "school"}, {}),
    f"?condition={quote('破损')}": ({"pole_condition": "破损"}, {}),
    "?condition=other": ({"pole_condition": "倾斜"}, {"pole_condition": ""}),
    "?gap=number": ({"pole_number": ""}, {}),
    "?gap=height": ({"pole_height": None}, {}),
    "?gap=arms": ({"pole_arms": None}, {}),
    "?gap=built": ({"pole_built": ""}, {}),
    "?life=retired": ({"life": "retired"}, {}),
    f"?q={quote('ms-7')}": ({"pole_number": "MS-777"}, {"pole_number": "QS-777"}),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_keeps_what_it_says(query: str, data_reviewer: Person) -> None:
    stays, goes = FILTERS[query]
    kept = register_pole("meishan", **stays)
    register_pole("meishan", **goes)
    assert listed(get(data_reviewer, query)) == numbers(kept)


def test_a_pole_is_found_by_its_registry_number_and_its_batch(data_reviewer: Person) -> None:
    pole, _ = register_pole("meishan"), register_pole("meishan")
    batch = accepted_batch("meishan")
    record_change(pole, batch, pole_condition="损坏")
    assert listed(get(data_reviewer, f"?q={pole.number}")) == numbers(pole)
    assert listed(get(data_reviewer, f"?batch={batch.pk}")) == numbers(pole)


@pytest.mark.parametrize("query", ["?status=x", "?sort=longitude", "?q__startswith=1", "?condition=x", "?pole=1"])
def test_what_is_not_declared_is_refused(query: str, data_reviewer: Person) -> None:
    assert get(data_reviewer, query).status_code == 400


def test_the_count_of_cameras_is_what_its_list_shows(data_reviewer: Person) -> None:
    pole, bare = register_pole("meishan"), register_pole("meishan")
    cameras = [register_camera("meishan", pole=pole) for _ in range(2)]
    register_camera("meishan", pole=pole, life="retired")
    page = get(data_reviewer)
    assert f'<a href="/cameras/?pole={pole.number}">2</a>' in html(page)
    assert f"/cameras/?pole={bare.number}" not in links(page)
    shown = as_person(data_reviewer).get(f"/cameras/?pole={pole.number}&sort=number")
    assert listed(shown) == [camera.number for camera in cameras]


def test_cameras_that_are_not_in_sight_are_not_counted(meishan_clerk: Person) -> None:
    pole = register_pole("meishan")
    register_camera("mabu", pole=pole)
    assert f"/cameras/?pole={pole.number}" not in links(get(meishan_clerk))


def test_a_supervising_department_sees_blurred_positions(education_clerk: Person) -> None:
    register_pole("meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    text = html(get(education_clerk, "?view=place"))
    assert "115.93, 31.73" in text
    assert "115.9343" not in text


def test_empty_lists_say_what_comes_next(meishan_clerk: Person) -> None:
    assert "还没有登记的杆件" in html(get(meishan_clerk))


def test_the_number_of_queries_does_not_grow_with_the_rows(
    data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    batch = accepted_batch("meishan")
    register_camera("meishan", batch=batch, pole=register_pole("meishan", batch=batch))
    client = as_person(data_reviewer)
    client.get("/poles/")
    with CaptureQueriesContext(connection) as few:
        client.get("/poles/")
    for _ in range(20):
        register_camera("meishan", batch=batch, pole=register_pole("meishan", batch=batch))
    with django_assert_max_num_queries(len(few)):
        client.get("/poles/")
    assert len(few) <= 16, [query["sql"] for query in few]
