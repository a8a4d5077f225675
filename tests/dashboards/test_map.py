"""The map: what it counts is what the lists hold, and nobody is told a position more exactly than they may know it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Person
from cameras.lists import CAMERAS
from cameras.models import Camera
from dashboards.map import clusters, views
from dashboards.map.grid import Box, asked_box, rounded_at
from dashboards.map.sources import fields_of
from registry.names import Names
from tests.dashboards.pages import browse
from tests.factories_registry import accepted_batch, record_change, register_camera

pytestmark = pytest.mark.django_db

COUNTY = {"z": "10", "box": "1430,380,1460,400"}
BYS = ("owner", "kind", "status", "measure")


def box_of(west: float, south: float, east: float, north: float, zoom: int) -> dict[str, str]:
    column = [int((degrees + 0.005) * 100 * 2.0 ** (zoom - 13)) for degrees in (west, south, east, north)]
    return {"z": str(zoom), "box": ",".join(map(str, column))}


def county(zoom: int = 10) -> dict[str, str]:
    return box_of(115.3, 31.0, 116.3, 31.9, zoom)


def cells(person: Person, **params: Any) -> dict[str, Any]:
    response = browse(person).get("/map/cells", {**county(), **params})
    assert response.status_code == 200, response.content
    told: dict[str, Any] = response.json()
    return told


def page(person: Person, query: str = "") -> Any:
    response = browse(person).get(f"/map/{query}")
    assert response.status_code == 200
    return response.context


def listed(person: Person, url: str) -> int:
    """How many the list at an address of the registry holds."""
    from django.http import QueryDict

    names = Names()
    return int(CAMERAS.rows(person, CAMERAS.parse(QueryDict(urlsplit(url).query), names), names).count())


@pytest.fixture
def scene(meishan_clerk: Person) -> None:
    """Seven cameras of three units, one without a position, one mobile, one no longer registered."""
    register_camera("meishan", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    register_camera("meishan", longitude=Decimal("115.934466"), latitude=Decimal("31.727278"), status="停用")
    register_camera("mabu", longitude=Decimal("115.701234"), latitude=Decimal("31.401234"), place_kind="school")
    register_camera(
        "mabu", longitude=Decimal("115.712341"), latitude=Decimal("31.412341"), measure="迁移", status="坏了"
    )
    register_camera("mabu", longitude=None, latitude=None, place_kind="school")
    register_camera("education", mobility="mobile", place_kind="")
    register_camera("mabu", life="retired")


# --- what the map says is what the lists say -------------------------------------------------------------------------
@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("query", ["", "&status=在用", "&kind=school", "&q=测试", "&township=341524100", "&gap=any"])
def test_every_figure_of_the_legend_is_the_count_of_its_list(
    scene: None, office: Person, meishan_clerk: Person, education_clerk: Person, by: str, query: str
) -> None:
    for person in (office, meishan_clerk, education_clerk):
        told = page(person, f"?by={by}{query}")
        assert told["total"] == listed(person, told["list_url"])
        assert sum(line.colour.count for line in told["lines"]) == told["total"]
        for line in told["lines"]:
            assert line.colour.count == listed(person, line.list_url), line
        assert told["unplaced"] == listed(person, told["unplaced_url"])
        assert told["mobile"] == listed(person, told["mobile_url"])
        assert told["placed"] + told["unplaced"] + told["mobile"] == told["total"]
        assert cells(person, by=by, **_params(query))["total"] == told["placed"]


def _params(query: str) -> dict[str, str]:
    return dict(part.split("=") for part in query.split("&") if part)


def test_what_was_counted_beforehand_is_what_one_would_count(
    scene: None, office: Person, education_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answers without the kept cells, at every zoom."""
    monkeypatch.setattr(clusters, "MOST_SINGLE", -1)
    asked = [county(zoom) for zoom in (8, 9, 10, 11)]
    asked += [box_of(115.69, 31.39, 115.72, 31.42, zoom) for zoom in (13, 14, 15, 16)]
    asked += [box_of(115.9343, 31.7271, 115.9345, 31.7273, zoom) for zoom in (18, 20, 22)]
    for person in (office, education_clerk):
        for where in asked:
            kept = cells(person, **where)
            with monkeypatch.context() as without:
                without.setattr("dashboards.map.sources.KEPT_FIELDS", frozenset())
                assert cells(person, **where) == kept, where
    assert cells(office)["total"] == 4


def test_few_cameras_are_shown_one_by_one_and_many_as_clusters(
    scene: None, office: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = cells(office)
    assert told["clusters"] is None
    assert sorted(told["points"]["lon"]) == [115.701234, 115.712341, 115.934366, 115.934466]
    first = Camera.objects.get(pk=told["points"]["id"][0])
    assert (told["points"]["name"][0], told["points"]["who"][0]) == (first.name, "梅山镇")
    monkeypatch.setattr(clusters, "MOST_SINGLE", 3)
    told = cells(office, by="status")
    assert told["points"] is None
    shown = told["clusters"]
    assert sorted(shown["n"]) == [2, 2]
    meishan = shown["lon"].index(pytest.approx(115.934416))
    assert shown["lat"][meishan] == pytest.approx(31.727228)
    parts = shown["parts"][meishan]
    assert {told["keys"][key]: n for key, n in zip(parts[::2], parts[1::2], strict=True)} == {"在用": 1, "停用": 1}


def test_another_box_holds_nothing(scene: None, office: Person) -> None:
    assert cells(office, **box_of(115.5, 31.6, 115.6, 31.7, 14))["total"] == 0


def test_the_map_of_a_past_day_is_that_days(scene: None, office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved today: where it was yesterday is where that day's map shows it."""
    import datetime as dt

    from django.utils import timezone

    long_ago = timezone.now() - dt.timedelta(days=3)
    camera = register_camera("meishan", batch=accepted_batch("meishan", at=long_ago))
    record_change(camera, accepted_batch("meishan"), wgs_longitude=115.5, wgs_latitude=31.3)
    day = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert cells(office, as_of=day)["points"]["lon"] == [115.934366]
    assert 115.5 in cells(office)["points"]["lon"]
    assert page(office, f"?as_of={day}")["total"] == 1


# --- who sees what ---------------------------------------------------------------------------------------------------
def test_a_clerk_sees_the_own_agencys_cameras_only(scene: None, meishan_clerk: Person, mabu_clerk: Person) -> None:
    assert cells(meishan_clerk)["total"] == 2
    assert cells(mabu_clerk)["total"] == 2
    inside = {Camera.objects.get(pk=pk).reporting_agency.code for pk in cells(meishan_clerk)["points"]["id"]}
    assert inside == {"meishan"}
    picked = browse(mabu_clerk).get("/map/picked/", box_of(115.92, 31.72, 115.95, 31.74, 14))
    assert picked.context["total"] == 0


def test_administrators_have_no_map(sysadmin: Person, auditor: Person) -> None:
    for person in (sysadmin, auditor):
        for url in ("/map/", "/map/cells?z=10&box=1,1,2,2", "/map/picked/?z=10&box=1,1,2,2"):
            assert browse(person).get(url).status_code == 403


DECIMALS = re.compile(r"(?<![:\d])(?:115|31)\.(\d+)")


def longest(text: str) -> int:
    """Decimals of the most exact coordinate of the county in a response, its box apart."""
    return max((len(found) for found in DECIMALS.findall(text.replace("115.34", "").replace("31.09", ""))), default=0)


def answers(client: Client) -> Iterator[str]:
    """Every response of the map, over every zoom and both shapes."""

    def told(url: str, params: dict[str, str], *, fragment: bool = False) -> str:
        response = client.get(url, params, headers={"HX-Request": "true"} if fragment else {})
        assert response.status_code == 200, (url, params)
        return response.content.decode()

    for by in BYS:
        yield told("/map/", {"by": by})
        for zoom in (8, 11, 14, 15, 18, 22):
            where = county(zoom) if zoom <= 11 else box_of(115.68, 31.38, 115.73, 31.43, min(zoom, 15))
            if zoom > 15:
                where = box_of(115.6999, 31.3999, 115.7001, 31.4001, zoom)
            yield told("/map/cells", {**where, "by": by})
            yield told("/map/picked/", {**where, "by": by})
            yield told("/map/picked/", {**where, "by": by}, fragment=True)


def test_no_response_to_a_masked_role_holds_more_than_two_decimals(
    scene: None, education_clerk: Person, office: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most in (150, -1):
        monkeypatch.setattr(clusters, "MOST_SINGLE", most)
        told = list(answers(browse(education_clerk)))
        assert max(map(longest, told)) == 2
        assert any("115.7" in text for text in told)
        assert any(longest(text) > 2 for text in answers(browse(office)))


def test_a_masked_camera_is_found_at_its_rounded_place_and_nowhere_else(scene: None, education_clerk: Person) -> None:
    """115.701234, 31.401234 is rounded to 115.7, 31.4: boxes that part the two tell nothing of the exact one."""
    at = {"rounded": (115.6999, 31.3999, 115.7001, 31.4001), "exact": (115.7012, 31.4012, 115.7013, 31.4013)}
    found = {name: cells(education_clerk, **box_of(*where, 20))["total"] for name, where in at.items()}
    assert found == {"rounded": 1, "exact": 0}
    picked = {
        name: browse(education_clerk).get("/map/picked/", box_of(*where, 20)).context["total"]
        for name, where in at.items()
    }
    assert picked == found
    # The same when the cameras themselves are asked (a search is none of the kept counts').
    found = {name: cells(education_clerk, q="测试", **box_of(*where, 20))["total"] for name, where in at.items()}
    assert found == {"rounded": 1, "exact": 0}


def test_what_is_ones_own_is_told_exactly_beside_what_is_not(scene: None, education_clerk: Person) -> None:
    own = register_camera(
        "education", place_kind="school", longitude=Decimal("115.700011"), latitude=Decimal("31.400011")
    )
    told = cells(education_clerk)["points"]
    shown = dict(zip(told["id"], zip(told["lon"], told["lat"], told["rough"], strict=True), strict=True))
    assert shown[own.pk] == (115.700011, 31.400011, 0)
    assert sorted(shown.values())[0] == (115.7, 31.4, 1)


# --- picking ---------------------------------------------------------------------------------------------------------
def test_what_is_picked_can_be_ticked_and_handed_to_planning_by_the_office(
    scene: None, office: Person, leader: Person
) -> None:
    where = box_of(115.93, 31.72, 115.94, 31.73, 15)
    response = browse(office).get("/map/picked/", where)
    html = response.content.decode()
    numbers = re.findall(r'name="camera" value="(JZ-C-\d+)"', html)
    assert [row["camera"].number for row in response.context["rows"]] == numbers
    assert len(numbers) == response.context["total"] == 2
    assert "合并提出方案" in html
    form = browse(office).get("/planning/make/", {"camera": numbers})
    assert all(number in form.content.decode() for number in numbers)
    assert "合并提出方案" not in browse(leader).get("/map/picked/", where).content.decode()


def test_a_large_pick_says_how_much_it_leaves_out(scene: None, office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_LISTED", 3)
    response = browse(office).get("/map/picked/", county())
    assert (response.context["total"], len(response.context["rows"]), response.context["more"]) == (4, 3, 1)
    assert "共 4 台，列出前 3 台" in response.content.decode()


# --- states of the page ----------------------------------------------------------------------------------------------
def test_without_any_camera_the_page_says_so(office: Person) -> None:
    html = browse(office).get("/map/").content.decode()
    assert "台账里还没有摄像机" in html
    assert "data-county-map" not in html


def test_cameras_that_all_lack_a_position_are_counted_and_linked(office: Person) -> None:
    register_camera("meishan", longitude=None, latitude=None)
    html = browse(office).get("/map/").content.decode()
    assert "这些摄像机都没有坐标" in html
    assert 'href="/cameras/?placed=no"' in html


def test_a_filter_that_keeps_nothing_can_be_taken_off(scene: None, office: Person) -> None:
    html = browse(office).get("/map/?status=维修").content.decode()
    assert "没有符合条件的摄像机" in html


def test_the_list_is_the_maps_equal(scene: None, office: Person) -> None:
    html = browse(office).get("/map/?status=停用&by=kind").content.decode()
    assert 'href="/cameras/?status=%E5%81%9C%E7%94%A8"' in html


def test_empty_choices_of_the_form_leave_the_address(scene: None, office: Person) -> None:
    response = browse(office).get("/map/?q=&status=停用&kind=&by=kind")
    assert response.status_code == 302
    assert response["Location"] == "/map/?status=%E5%81%9C%E7%94%A8&by=kind"


@pytest.mark.parametrize(
    "url",
    [
        "/map/?by=password",
        "/map/?owner__password=x",
        "/map/?status=nonsense",
        "/map/cells",
        "/map/cells?z=10",
        "/map/cells?z=99&box=1,1,2,2",
        "/map/cells?z=7&box=1,1,2,2",
        "/map/cells?z=10&box=1,1,2",
        "/map/cells?z=10&box=3,1,2,2",
        "/map/cells?z=10&box=1,1,9999999,2",
        "/map/cells?z=15&box=46000,12000,46400,12400",
        "/map/picked/?z=x&box=1,1,2,2",
        "/map/picked/?z=²&box=1,1,2,2",
    ],
)
def test_addresses_that_ask_for_what_is_not_declared_are_refused(office: Person, url: str) -> None:
    assert browse(office).get(url).status_code == 400


def test_names_are_text_wherever_they_are_shown(office: Person) -> None:
    register_camera("meishan", name="<img src=x onerror=alert(1)>")
    told = browse(office).get("/map/cells", county())
    assert told["Content-Type"] == "application/json"
    html = browse(office).get("/map/picked/", county(), HTTP_HX_REQUEST="true").content.decode()
    assert "<img" not in html
    assert "&lt;img src=x" in html


# --- cost ------------------------------------------------------------------------------------------------------------
def test_queries_do_not_grow_with_cameras(scene: None, office: Person, education_clerk: Person) -> None:
    def asked(person: Person) -> list[int]:
        client, found = browse(person), []
        for url, params in (("/map/", {}), ("/map/cells", county()), ("/map/picked/", county())):
            with CaptureQueriesContext(connection) as run:
                assert client.get(url, params).status_code == 200
            found.append(len(run))
        return found

    before = [asked(office), asked(education_clerk)]
    for at in range(30):
        east = Decimal("115.5") + Decimal(at) / 97
        register_camera("mabu", place_kind="school", longitude=east, latitude=Decimal("31.4"))
    assert [asked(office), asked(education_clerk)] == before
    assert max(before[0]) <= 16, before


# --- the grid --------------------------------------------------------------------------------------------------------
def test_a_box_is_the_same_ground_at_every_zoom() -> None:
    box = asked_box("13", "11570,3140,11575,3144")
    assert box.degrees() == pytest.approx((115.695, 31.395, 115.755, 31.445))
    assert box.at(15).degrees() == pytest.approx(box.degrees())
    assert box.at(15).at(13) == box
    assert box.at(10) == Box(10, 1446, 392, 1446, 393)


def test_a_rounded_position_lies_in_the_middle_of_its_cell() -> None:
    assert [rounded_at(11570, zoom) for zoom in (12, 13, 14, 15)] == [5785, 11570, 23141, 46282]


def test_conditions_tell_which_fields_they_ask_about() -> None:
    from django.db.models import Exists, Q

    assert fields_of(Q(status="在用") | ~Q(owner__in=[1])) == frozenset({"status", "owner"})
    assert fields_of(~Q(pk__in=[])) == frozenset()
    assert fields_of(Q(pk__in=[1])) == frozenset({"pk"})
    assert fields_of(Q(Exists(Agency.objects.all()))) is None


def test_a_bad_outline_is_told_in_words_and_hides_nothing(
    scene: None, office: Person, settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "outline.geojson"
    path.write_text("{")
    settings.COUNTY_OUTLINE = str(path)
    html = browse(office).get("/map/").content.decode()
    assert "县界画不出来：县界文件 outline.geojson 不是有效的 JSON" in html
    assert str(tmp_path) not in html
    assert "data-county-map" in html
