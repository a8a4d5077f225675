"""Who sees which proposals, and how much of them; lists whose counts are those of their tabs; constant queries."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from planning import asking
from planning.models import Proposal
from planning.page import build
from planning.queries import TABS
from tests.dashboards.pages import browse
from tests.factories_registry import register_camera
from tests.planning import scenes

pytestmark = pytest.mark.django_db
EXACT = re.compile(r"(?<![:\d])(?:115|31)\.\d{3,}")
"""A position; no second of a moment, which may be the 31st."""


def ground_apart(page: str) -> str:
    """The page without the county's own extent, which is no camera's position."""
    return re.sub(r'<script id="proposal-ground".*?</script>', "", page, flags=re.S)


def listed(client: Any, query: str = "") -> list[str]:
    page = client.get(f"/planning/{query}").content.decode()
    return re.findall(r'<th scope="row" class="proposal-name"><a href="/planning/(\d+)/">', page)


def test_an_owner_sees_it_from_the_first_time_it_is_asked(mabu_clerk: Person) -> None:
    client = browse(mabu_clerk)
    proposal = scenes.found()
    assert listed(client) == []
    assert "没有涉及本单位的整合方案" in client.get("/planning/").content.decode()
    asking.ask(scenes.office(), proposal.pk)
    assert listed(client) == [str(proposal.pk)]


def test_an_owner_learns_of_others_only_whose_and_what(mabu_clerk: Person) -> None:
    first, second = scenes.two_cameras(brand="海康威视机密型号")
    proposal = scenes.asked(scenes.found(first, second))
    page = browse(mabu_clerk).get(f"/planning/{proposal.pk}/").content.decode()
    assert "江店路口" in page and "梅山镇" in page
    assert second.number in page, "its own"
    assert first.number not in page and f"/cameras/{first.pk}/" not in page
    assert page.count("海康威视机密型号") == 1
    points = json.loads(re.findall(r'id="proposal-points" type="application/json">(.*?)</script>', page)[0])
    by_exact = {point["exact"]: point["at"] for point in points}
    assert by_exact[True] == [float(scenes.THERE[1]), float(scenes.THERE[0])]
    assert by_exact[False] == [31.73, 115.93]
    own = {str(round(value, 6)) for value in by_exact[True]}
    assert {text.rstrip("0") for text in EXACT.findall(ground_apart(page))} <= own


def test_what_others_answer_is_between_them_and_the_office(mabu_clerk: Person, office: Person) -> None:
    proposal = scenes.asked()
    asking.answer(scenes.clerk("meishan"), proposal.pk, "refuse", "梅山自己有安排")
    assert "梅山自己有安排" not in browse(mabu_clerk).get(f"/planning/{proposal.pk}/").content.decode()
    assert "梅山自己有安排" in browse(office).get(f"/planning/{proposal.pk}/").content.decode()


def test_a_supervising_department_reads_its_kinds_of_place_blurred(education_clerk: Person) -> None:
    schools = scenes.found(*scenes.two_cameras(place_kind="school"))
    roads = scenes.asked(scenes.found(*scenes.two_cameras(place_kind="road")))
    client = browse(education_clerk)
    assert client.get(f"/planning/{schools.pk}/").status_code == 404, "not asked yet"
    asking.ask(scenes.office(), schools.pk)
    assert listed(client) == [str(schools.pk)]
    assert client.get(f"/planning/{roads.pk}/").status_code == 404
    page = client.get(f"/planning/{schools.pk}/").content.decode()
    assert EXACT.findall(ground_apart(page)) == []
    assert "115.93, 31.73（位置已模糊）" in page


def test_a_department_that_owns_one_of_them_sees_its_own_in_full(education_clerk: Person) -> None:
    own = register_camera("education", name="一中门口", place_kind="school", longitude=Decimal("115.912345"))
    other = register_camera("mabu", name="一中路口", place_kind="school", longitude=Decimal("115.912367"))
    proposal = scenes.asked(scenes.found(own, other))
    seen = Proposal.objects.visible_to(education_clerk).get(pk=proposal.pk)
    told = {each.thing.name: (each.thing.exact, each.thing.at) for each in build(education_clerk, seen).members}
    assert told["一中门口"][0] is True
    assert told["一中路口"] == (False, (31.73, 115.91))


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_nothing(who: str, request: pytest.FixtureRequest) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.get("/planning/").status_code == 403
    assert client.get(f"/planning/{scenes.asked().pk}/").status_code == 403


@pytest.fixture
def every_state(office: Person) -> dict[str, int]:
    """One proposal in each state; how many in each tab."""
    scenes.found(sure=False)
    scenes.asked()
    scenes.answered()
    scenes.in_review()
    scenes.settled()
    asking.dismiss(office, scenes.found().pk, "方向不同")
    return {"all": 6} | {key: 1 for key in TABS if key != "all"}


def test_counts_are_those_of_the_lists(every_state: dict[str, int], office: Person) -> None:
    for person in (office, scenes.clerk("mabu")):
        client = browse(person)
        for query in ("", "township=341524100", "owner=mabu", "mark=unsure"):
            page = client.get(f"/planning/?{query}").content.decode()
            tabs = re.findall(r'<li><a href="\?[^"]*state=(\w+)[^"]*"[^>]*>[^<]* ([\d,]+)</a></li>', page)
            assert tabs
            for state, count in tabs:
                assert len(listed(client, f"?state={state}&{query}")) == int(count), (person, query, state)
    page = browse(office).get("/planning/").content.decode()
    shown = dict(re.findall(r'<li><a href="\?[^"]*state=(\w+)[^"]*"[^>]*>[^<]* ([\d,]+)</a></li>', page))
    assert {key: int(count) for key, count in shown.items()} == every_state


def test_home_counts_are_those_of_its_lists(every_state: dict[str, int], office: Person) -> None:
    scenes.asked()
    for person, todo, count in ((scenes.clerk("mabu"), "answer", 2), (office, "hand_over", 1)):
        client = browse(person)
        assert len(listed(client, f"?todo={todo}")) == count
        page = client.get("/").content.decode()
        assert f"{count} 件整合方案" in page
    assert listed(browse(office), "?todo=answer") == [], "nobody asks the office"


def test_an_owner_cannot_find_out_where_others_things_stand(mabu_clerk: Person) -> None:
    register_camera("meishan", township="341524100")
    first, _ = scenes.two_cameras(township="341524100")
    second = register_camera("mabu", township="341524101")
    scenes.asked(scenes.found(first, second))
    client = browse(mabu_clerk)
    assert listed(client, "?township=341524100") == []
    assert len(listed(client, "?township=341524101")) == 1
    assert listed(client, f"?thing={first.number}") == []
    assert len(listed(client, f"?thing={second.number}")) == 1


@pytest.mark.parametrize(
    "query",
    ["kind=x", "state=x", "township=1", "owner=nobody", "mark=x", "todo=x", "thing=x", "owner=%00", "page=x", "z=1"],
)
def test_an_address_that_no_link_says(query: str, office: Person) -> None:
    assert browse(office).get(f"/planning/?{query}").status_code == 400


def queries(person: Person, url: str) -> int:
    client = browse(person)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_as_many_queries_however_many_there_are(office: Person, data_reviewer: Person) -> None:
    few, round_ = scenes.in_review()
    before = {
        "list": queries(office, "/planning/"),
        "page": queries(office, f"/planning/{few.pk}/"),
        "owner": queries(scenes.clerk("mabu"), f"/planning/{few.pk}/"),
        "home": queries(office, "/"),
        "bench": queries(data_reviewer, f"/reviews/{round_.case_id}/"),
    }
    cameras = [camera for _ in range(8) for camera in scenes.two_cameras()]
    many, round_ = scenes.in_review(scenes.found(*cameras))
    for _ in range(6):
        scenes.found()
    assert queries(office, "/planning/") <= before["list"] <= 22
    assert queries(office, f"/planning/{many.pk}/") <= before["page"] <= 30
    assert queries(scenes.clerk("mabu"), f"/planning/{many.pk}/") <= before["owner"] <= 32
    assert queries(office, "/") <= before["home"]
    assert queries(data_reviewer, f"/reviews/{round_.case_id}/") <= before["bench"] <= 40


def test_who_takes_a_camera_over_sees_what_is_to_be_carried_out() -> None:
    from agencies.models import Agency
    from cameras.models import Camera
    from planning import deciding

    proposal = scenes.answered()
    water = scenes.clerk("water")
    Camera.objects.filter(reporting_agency__code="mabu").update(owner=Agency.objects.get(code="water"))
    assert listed(browse(water)) == []
    scenes.decide(deciding.hand_over(scenes.office(), proposal.pk))
    assert listed(browse(water), "?todo=carry") == [str(proposal.pk)]
    assert "1 件整合方案有本单位的设备待落实" in browse(water).get("/").content.decode()
