"""What lies around a camera, and that no distance tells what is blurred; how complete its record is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from cameras.lists import CARDS
from cameras.models import Camera
from tests.factories_registry import accepted_batch, record_change, register_camera, register_pole
from tests.registry.reading import as_person, body, html

LATITUDE = 31.727178
STEP = 0.0001
"""Degrees of latitude, about eleven metres."""
NOWHERE: dict[str, Any] = {"longitude": None, "latitude": None}
MORE_THAN_TWO = re.compile(r"(?<![\d.:])(?:11[5-6]|31)\.\d{3,}")
"""A longitude or latitude of the county with more than two decimals."""
EXACT_DISTANCE = re.compile(r"\d+ 米</td>")


def at(steps: float, agency: str = "meishan", **values: Any) -> Camera:
    place = LATITUDE + steps * STEP
    found = {"wgs_longitude": 115.934366, "wgs_latitude": place, "latitude": Decimal(f"{place:.6f}")}
    return register_camera(agency, **{**found, "longitude": Decimal("115.934366"), **values})


def page(person: Person, camera: Camera, query: str = "") -> str:
    response = as_person(person).get(f"/cameras/{camera.pk}/{query}")
    assert response.status_code == 200
    return html(response)


def around(text: str) -> list[tuple[str, int]]:
    part = text.split('id="around"')[1].split("</section>", maxsplit=1)[0]
    found = re.findall(r">(JZ-C-\d+)</a>.*?(\d+) 米</td>", part, re.S)
    return [(number, int(metres)) for number, metres in found]


@pytest.mark.parametrize("carded", [False, True])
def test_others_within_fifty_metres_the_nearest_first(carded: bool, data_reviewer: Person) -> None:
    here, near, nearer = at(0), at(4, "mabu"), at(-2)
    at(5), at(1, life="retired"), at(0, **NOWHERE)
    if carded:
        CARDS.catch_up_wholly()
    assert around(page(data_reviewer, here)) == [(nearer.number, 22), (near.number, 44)]


def test_what_has_moved_is_found_where_it_is_now(data_reviewer: Person) -> None:
    here, moves, comes = at(0), at(1), at(900)
    CARDS.catch_up_wholly()
    batch = accepted_batch("meishan")
    record_change(moves, batch, wgs_latitude=LATITUDE + 1)
    record_change(comes, batch, wgs_latitude=LATITUDE + 3 * STEP)
    assert around(page(data_reviewer, here)) == [(comes.number, 33)]


def test_a_unit_is_told_of_its_own_only(meishan_clerk: Person) -> None:
    here, own = at(0), at(1)
    other = at(2, "mabu")
    text = page(meishan_clerk, here)
    assert around(text) == [(own.number, 11)]
    assert other.number not in text


def test_no_distance_to_what_is_blurred(education_clerk: Person) -> None:
    """A department sees schools of others with blurred places: neither from them nor to them a distance is told."""
    school, own = at(0, "mabu", place_kind="school"), at(1, "education", place_kind="school")
    at(2, "education", place_kind="road")
    blurred = page(education_clerk, school)
    assert around(blurred) == []
    assert "thing-map-data" not in blurred
    assert "位置已模糊，不显示邻近的摄像机" in blurred
    seen = page(education_clerk, own)
    assert school.number not in seen.split('id="around"')[1].split("</section>")[0]
    assert len(around(seen)) == 1


def test_the_small_map_draws_what_the_list_says(data_reviewer: Person) -> None:
    here, other = at(0, name="</script><b>东门"), at(2, name="<i>西门")
    text = page(data_reviewer, here)
    told = json.loads(text.split('id="thing-map-data" type="application/json">')[1].split("</script>")[0])
    assert told["here"] == [here.wgs_latitude, here.wgs_longitude]
    assert told["others"] == [[other.wgs_latitude, other.wgs_longitude, "<i>西门，22 米"]]
    assert "<i>西门" not in text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"mobility": "mobile", **NOWHERE}, "移动摄像机，没有固定位置"),
        (NOWHERE, "没有坐标，找不出邻近的摄像机"),
        ({}, "没有您能看到准确位置的其他摄像机"),
    ],
)
def test_it_says_why_there_are_none(values: dict[str, Any], words: str, data_reviewer: Person) -> None:
    assert words in page(data_reviewer, at(0, **values))


def test_no_answer_to_a_masked_viewer_holds_more_than_two_decimals(education_clerk: Person) -> None:
    """Everything a department may open of another's camera, list, detail, history, neighbours, files out."""
    pole = register_pole("mabu", place_kind="school")
    cameras = [at(steps, "mabu", place_kind="school", pole=pole) for steps in (0, 1, 2)]
    record_change(cameras[0], accepted_batch("mabu"), latitude=Decimal("31.727199"), wgs_latitude=31.727199)
    client = as_person(education_clerk)
    for carded in (False, True):
        if carded:
            CARDS.catch_up_wholly()
        addresses = [f"/{kind}s/{rest}" for kind in ("camera", "pole") for rest in (
            "", "?view=place", "?view=place&sort=name&at=last", f"?view=place&at=before-{cameras[1].pk}", "?q=7271",
            "export.csv", "export.xlsx",
        )]  # fmt: skip
        addresses += [f"/cameras/{camera.pk}/{query}" for camera in cameras for query in (
            "", "?version=1", "?by=field", "?version=1&field=latitude", "?version=1&field=wgs_latitude")]  # fmt: skip
        addresses.append(f"/poles/{pole.pk}/")
        for address in addresses:
            response = client.get(address)
            if response.status_code == 400:
                continue
            assert response.status_code == 200, address
            text = _text(body(response))
            assert not MORE_THAN_TWO.search(text), (address, MORE_THAN_TWO.search(text))
            assert not EXACT_DISTANCE.search(text), address


def test_the_walk_above_would_notice(data_reviewer: Person) -> None:
    camera = at(0, place_kind="school")
    at(1)
    text = page(data_reviewer, camera)
    assert MORE_THAN_TWO.search(text)
    assert EXACT_DISTANCE.search(text)
    exported = as_person(data_reviewer).get("/cameras/export.xlsx")
    assert MORE_THAN_TWO.search(_text(body(exported)))


def _text(answer: bytes) -> str:
    """The answer's text; of a workbook, that of its sheet."""
    import io
    import zipfile

    if not answer.startswith(b"PK"):
        return answer.decode()
    with zipfile.ZipFile(io.BytesIO(answer)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_completeness_says_what_is_missing(data_reviewer: Person) -> None:
    text = page(data_reviewer, at(0, code=None, brand="", measure=""))
    part = text.split('id="complete-title"')[1].split("</section>")[0]
    assert "必填 6 / 6 项，应填 2 / 5 项" in part
    assert "还缺：20位编码、品牌、计划整合方式" in part
    assert "72%" in part


def test_a_mobile_camera_is_asked_for_no_position(data_reviewer: Person) -> None:
    text = page(data_reviewer, at(0, mobility="mobile", vehicle="皖N12345", **NOWHERE))
    assert "经度" not in text.split('id="complete-title"')[1].split("</section>")[0]


def test_the_number_of_queries_does_not_grow_with_the_neighbours(
    data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    here = at(0)
    client = as_person(data_reviewer)
    client.get(f"/cameras/{here.pk}/")
    batch = accepted_batch("meishan")
    for _ in range(25):
        at(1, batch=batch)
    CARDS.catch_up_wholly()
    with django_assert_max_num_queries(32):
        text = html(client.get(f"/cameras/{here.pk}/"))
    assert len(around(text)) == 20
    assert "只列出最近的 20 台" in text


def test_each_file_is_told_once_with_its_versions(meishan_clerk: Person) -> None:
    first, second = accepted_batch("meishan"), accepted_batch("meishan")
    camera = record_change(at(0, batch=first), second, status="停用")
    part = page(meishan_clerk, camera).split('id="files"')[1].split("</section>", maxsplit=1)[0]
    assert re.findall(r"第 ([0-9、]+) 版", part) == ["2", "1"]
    assert part.count(" download ") == 2, "the unit may open its own reports"
    assert "2 份" in part
