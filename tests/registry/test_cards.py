"""Cards: the list is the same whether they are written, behind, or not there at all; the tally counts them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Person
from cameras.lists import CARDS
from cameras.models import Camera, CameraCard, CameraStale, CameraTally
from jobs import idle
from registry import paging
from tests.cameras.test_camera_list import FILTERS
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform, register_pole
from tests.registry.reading import as_person, html, listed

SEARCHES = [
    "江店", "镇江店", "江店路口", "店", "路口 大华", "00132", "0132", "34152401001320000077", "777777",
    "乡村视频", "MS-0",
    "hik", "海康", "齐云山", "没有", "%", "_", "a\\b", "1", "麻埠", "金寨", "JZ-C-{pk:06d}", "江 店", "店江",
    "\u3000江店",
]  # fmt: skip
FILTERED = [
    *FILTERS, "?agency=meishan", "?agency=meishan&agency=mabu", "?owner=mabu", "?supervisor=education", "?gap=any",
    "?own_pole=yes", "?own_pole=no", "?life=all", "?life=all&kind=school", "?status=other&agency=meishan",
    "?kind=road&kind=school&leased=no",
]  # fmt: skip


@pytest.fixture
def county(db: None) -> list[Camera]:
    """Cameras of two agencies that differ in everything lists ask about."""
    mabu, education = (Agency.objects.get(code=code) for code in ("mabu", "education"))
    batch, other = accepted_batch("meishan"), accepted_batch("mabu")
    platform, pole = register_platform("meishan", batch=batch), register_pole("meishan", batch=batch)
    values: list[dict[str, Any]] = [
        {"name": "梅山镇江店路口", "code": "34152401001320000077", "pole_number": "MS-001"},
        {"name": "江店小学东门 %", "brand": "大华", "place_kind": "school", "status": "停用", "platform": platform},
        {"name": "江北店", "brand": "HIKvision", "measure": "接入", "leased": True, "pole": pole, "funding": ""},
        {"name": "a\\b_路口", "township": "341524101", "owner": mabu, "status": "移交中", "leased": None},
        {"name": None, "code": None, "platform_name": "平安乡村视频", "brand": "", "built": "", "measure": ""},
        {"name": "车载", "mobility": "mobile", "vehicle": "皖N777777", "funding": "social", "label_state": "no"},
        {"name": "注销的江店", "life": "retired"},
        {"name": "撤回的江店", "life": "withdrawn", "township": "", "status": "", "place_kind": ""},
    ]
    found = [register_camera("meishan", batch=batch, **one) for one in values]
    found += [register_camera("mabu", batch=other, supervisor=education, name="麻埠镇齐云山", place_kind="school")]
    found += [register_camera("meishan", batch=batch, name="代报江店")]
    return found


def asked(person: Person, query: str) -> tuple[list[str], str]:
    page = as_person(person).get(f"/cameras/{query}")
    assert page.status_code == 200, query
    text = html(page)
    return listed(page), text.split('<div class="toolbar">')[1].split("</span>")[0]


def everything(people: list[Person], first: Camera) -> dict[tuple[str, str], Any]:
    """What each sees: the first person whatever is asked, the others every third of it."""
    searches = [f"?q={quote(text.format(pk=first.pk))}" for text in SEARCHES]
    return {
        (person.username, query): asked(person, query)
        for at, person in enumerate(people)
        for query in ["", *FILTERED, *searches, f"?q={quote('江店')}&agency=meishan&life=all"][:: 1 if not at else 3]
        if person.username == people[0].username or "agency" not in query
    }


def test_a_list_is_the_same_with_cards_and_without(
    county: list[Camera], data_reviewer: Person, mabu_clerk: Person, education_clerk: Person
) -> None:
    people = [data_reviewer, mabu_clerk, education_clerk]
    assert CameraCard.objects.count() == 0
    without = everything(people, county[0])
    assert CARDS.catch_up_wholly() == len(county)
    assert not CARDS.is_behind()
    assert everything(people, county[0]) == without
    assert any(rows for rows, _ in without.values())


def test_what_has_changed_since_is_found_as_it_is_now(county: list[Camera], data_reviewer: Person) -> None:
    CARDS.catch_up_wholly()
    batch = accepted_batch("mabu")
    record_change(county[0], batch, name="搬到齐云山", status="停用", reporting_agency=Agency.objects.get(code="mabu"))
    new = register_camera("mabu", batch=batch, name="新的江店")
    for query, expected in {
        f"?q={quote('搬到')}": [county[0]],
        f"?q={quote('梅山镇江店')}": [],
        f"?q={quote('新的江店')}": [new],
        f"?status={quote('停用')}": [county[1], county[0]],
        "?agency=mabu": [new, county[8], county[0]],
        f"?q={quote('江店')}&sort=number": [county[1], county[9], new],
    }.items():
        found = asked(data_reviewer, query)
        assert found[0] == [camera.number for camera in expected], query
        assert f"共 {len(expected)} 台" in found[1], query
    behind = {query: asked(data_reviewer, query) for query in FILTERED}
    CARDS.catch_up_wholly()
    assert {query: asked(data_reviewer, query) for query in FILTERED} == behind


def test_initials_are_found_once_there_are_cards(county: list[Camera], data_reviewer: Person) -> None:
    CARDS.catch_up_wholly()
    assert asked(data_reviewer, "?q=jdlk")[0] == [county[0].number]
    assert asked(data_reviewer, "?q=JDXX")[0] == [county[1].number]
    assert asked(data_reviewer, "?q=qys")[0] == [county[8].number]


def test_the_tally_is_the_number_of_cards(county: list[Camera]) -> None:
    CARDS.catch_up_wholly()
    record_change(county[0], accepted_batch("meishan"), place_kind="school", life="retired")
    register_camera("mabu")
    CARDS.catch_up_wholly()
    kept = {
        (tally.life, tally.reporting_agency_id, tally.place_kind): tally.things
        for tally in CameraTally.objects.exclude(things=0)
    }
    counted: dict[tuple[str, int, str], int] = {}
    for camera in Camera.objects.all():
        key = (camera.life, camera.reporting_agency_id, camera.place_kind)
        counted[key] = counted.get(key, 0) + 1
    assert kept == counted
    assert CameraTally.objects.aggregate(n=Sum("things"))["n"] == CameraCard.objects.count() == Camera.objects.count()


def test_of_very_many_the_tally_tells_how_many_or_else_that_there_are_more(
    county: list[Camera], data_reviewer: Person, mabu_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 2)
    CARDS.catch_up_wholly()
    record_change(county[0], accepted_batch("meishan"), status="停用", place_kind="school")
    register_camera("meishan", place_kind="school")
    expected = {
        "": "共 9 台", "?kind=school": "共 4 台", "?agency=meishan": "共 8 台",
        "?life=all": "共 11 台", "?leased=no": "共 2+ 台",
        f"?q={quote('江店')}": "共 2+ 台", "?agency=mabu": "共 1 台",
    }  # fmt: skip
    assert {
        query: words for query in expected for words in [asked(data_reviewer, query)[1]] if expected[query] in words
    }.keys() == expected.keys()
    assert "共 2 台" in asked(mabu_clerk, "")[1], "a unit sees its own and no more is told"
    monkeypatch.setattr(paging, "MOST_COUNTED", 1)
    assert "共 1+ 台" in asked(mabu_clerk, "")[1]


def test_cards_are_written_by_the_worker_a_few_at_a_time(county: list[Camera]) -> None:
    assert idle.run_once()
    assert CameraCard.objects.count() == len(county)
    assert not idle.run_once()
    CameraStale.objects.create(first_id=county[0].pk, last_id=county[-1].pk, fresh=False)
    assert CARDS.catch_up(3) == 3
    assert CameraStale.objects.get().first_id == county[0].pk + 3
    CARDS.catch_up_wholly()
    assert CameraCard.objects.count() == CameraTally.objects.aggregate(n=Sum("things"))["n"] == len(county)


def test_an_idle_task_that_fails_keeps_none_from_its_turn(
    county: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(idle, "_tasks", {"broken": fails, **idle._tasks})
    assert idle.run_once()
    assert not CARDS.is_behind()


def test_pages_with_cards_take_no_more_queries(county: list[Camera], data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    client.get("/cameras/")
    taken = []
    for catch_up in (False, True):
        if catch_up:
            CARDS.catch_up_wholly()
        for query in ("", f"?q={quote('江店')}", "?agency=meishan"):
            with CaptureQueriesContext(connection) as run:
                client.get(f"/cameras/{query}")
            taken.append(len(run))
    assert max(taken[:3]) <= 18 and max(taken[3:]) <= 16, taken
