"""Walking through a list by its pages: forward and back, in every order, each row once, with cards and without."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import Any

import pytest

from agencies.models import Person
from cameras.lists import CARDS
from cameras.models import Camera
from registry import pages
from tests.factories_registry import accepted_batch, record_change, register_camera
from tests.registry.reading import as_person, html, links, listed

SORTS = [
    "number", "-number", "name", "-name", "code", "-code", "agency", "-agency", "status", "built", "pole_height",
    "-pole_height", "leased", "-changed",
]  # fmt: skip


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Camera]:
    """Eleven cameras with blanks and many equal values, on pages of three."""
    monkeypatch.setattr(pages, "PAGE_SIZE", 3)
    batches = {agency: accepted_batch(agency) for agency in ("meishan", "mabu")}
    return [
        register_camera(
            agency := ("meishan", "mabu")[place % 2],
            batch=batches[agency],
            name=(None, "a路", "b路")[place % 3],
            code=None if place % 4 else f"341524010013200000{place:02d}",
            status=("在用", "停用", "")[place * 2 % 3],
            built=("2021.05", "")[place % 2],
            leased=(True, False, None)[place % 3],
            pole_height=(None, Decimal("6.5"), Decimal(8))[place % 3],
        )
        for place in range(11)
    ]


def turn(page: Any, title: str) -> str:
    """The address that this way leads to, "" where there is none."""
    found = html(page).split(f">{title}</")[0]
    tag = found[found.rindex("<") :]
    return tag.split('href="')[1].split('"')[0].replace("&amp;", "&") if "href" in tag else ""


def walk(person: Person, address: str, title: str) -> list[list[str]]:
    client, found = as_person(person), []
    while address:
        page = client.get(address)
        found.append(listed(page))
        address = turn(page, title)
    return found


@pytest.mark.parametrize("carded", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_each_row_is_met_once_forward_and_back(
    sort: str, carded: bool, county: list[Camera], data_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    if carded:
        CARDS.catch_up_wholly()
        record_change(county[4], accepted_batch("meishan"), vehicle="改过")  # one card is behind again
    with monkeypatch.context() as patch:
        patch.setattr(pages, "PAGE_SIZE", 50)
        whole = listed(as_person(data_reviewer).get(f"/cameras/?sort={sort}"))
    assert sorted(whole) == [camera.number for camera in county]
    forward = walk(data_reviewer, f"/cameras/?sort={sort}", "下一页")
    assert [len(page) for page in forward] == [3, 3, 3, 2]
    assert [*chain(*forward)] == whole
    back = walk(data_reviewer, f"/cameras/?sort={sort}&at=last", "上一页")
    assert [*chain(*reversed(back[:3]))] == whole[2:]
    assert back[-1] == whole[:3], "the first page is a whole one"


def test_a_unit_walks_through_its_own(county: list[Camera], mabu_clerk: Person) -> None:
    CARDS.catch_up_wholly()
    own = [camera.number for camera in county[1::2]]
    assert [*chain(*walk(mabu_clerk, "/cameras/?sort=number", "下一页"))] == own
    assert walk(mabu_clerk, "/cameras/", "下一页") == [own[:1:-1], own[1::-1]]


def test_a_page_stays_where_it_was_when_rows_come_in_front_of_it(county: list[Camera], data_reviewer: Person) -> None:
    client = as_person(data_reviewer)
    second = turn(client.get("/cameras/"), "下一页")
    before = listed(client.get(second))
    for _ in range(4):
        register_camera("meishan")
    assert listed(client.get(second)) == before


def test_the_place_in_the_list_gives_away_nothing_of_what_is_not_seen(county: list[Camera], mabu_clerk: Person) -> None:
    """A place named by another unit's row: in the order of ids it is but a number, otherwise there is none such."""
    own = [camera.number for camera in county[1::2]]
    foreign = county[4].pk
    client = as_person(mabu_clerk)
    assert listed(client.get(f"/cameras/?sort=number&at=after-{foreign}")) == own[2:5]
    assert listed(client.get(f"/cameras/?sort=name&at=after-{foreign}")) == listed(client.get("/cameras/?sort=name"))


def test_changing_the_order_or_a_condition_begins_anew(county: list[Camera], data_reviewer: Person) -> None:
    page = as_person(data_reviewer).get(f"/cameras/?agency=meishan&at=after-{county[8].pk}")
    others = [url for url in links(page) if "/cameras/?" in url and "at=" in url and "export" not in url]
    assert all("agency=meishan" in url for url in others)
    assert "/cameras/?agency=meishan&sort=name" in links(page)
    assert "/cameras/" in [url.rstrip("?") for url in links(page)]


def test_one_page_has_no_ways_to_others(county: list[Camera], data_reviewer: Person) -> None:
    assert "上一页" not in html(as_person(data_reviewer).get("/cameras/?status=none&agency=mabu"))
