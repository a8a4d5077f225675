"""Views that a person keeps of a list; columns chosen one by one; the export of what is ticked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from agencies.models import Person
from audit.models import Entry
from registry import saved
from registry.models import SavedView
from tests.factories_registry import register_camera, register_pole
from tests.registry.reading import as_person, csv_rows, html, links, listed

SAVE, REMOVE = "/cameras/views/save/", "/cameras/views/remove/"
ASKED = {
    "q": "江店",
    "status": ["在用", "停用"],
    "agency": "meishan",
    "sort": "-name",
    "view": "place",
    "col": ["code", "name"],
}


def test_a_view_keeps_conditions_columns_and_order(meishan_clerk: Person) -> None:
    client = as_person(meishan_clerk)
    camera = register_camera("meishan", name="江店路口")
    response = client.post(SAVE, {**ASKED, "view_name": " 我的江店 "})
    assert response.status_code == 302
    kept = SavedView.objects.get()
    assert (kept.person, kept.listing, kept.name) == (meishan_clerk, "camera", "我的江店")
    page = client.get("/cameras/")
    address = next(link for link in links(page) if link.endswith(kept.query) and kept.query)
    shown = client.get(address)
    assert listed(shown) == [camera.number]
    text = html(shown)
    assert 'aria-current="true">我的江店' in text
    head = text.split("<thead>")[1].split("</thead>")[0]
    assert "20位编码" in head and "填报单位" not in head
    entry = Entry.objects.latest("seq")
    assert (entry.action, entry.actor_id, entry.facts["name"]) == ("view.saved", meishan_clerk.pk, "我的江店")


def test_day_and_page_are_not_kept(data_reviewer: Person) -> None:
    as_person(data_reviewer).post(SAVE, {"kind": "school", "at": "after-5", "view_name": "学校"})
    assert SavedView.objects.get().query == "kind=school"


def test_views_are_the_persons_own(meishan_clerk: Person, data_reviewer: Person) -> None:
    as_person(meishan_clerk).post(SAVE, {"kind": "school", "view_name": "只有我看得见"})
    assert "只有我看得见" not in html(as_person(data_reviewer).get("/cameras/"))
    assert "只有我看得见" not in html(as_person(meishan_clerk).get("/poles/"))
    foreign = as_person(data_reviewer).post(REMOVE, {"saved": SavedView.objects.get().pk})
    assert foreign.status_code == 422
    assert SavedView.objects.count() == 1


def test_a_view_is_removed_and_the_list_stays(meishan_clerk: Person) -> None:
    client = as_person(meishan_clerk)
    client.post(SAVE, {"view_name": "甲"})
    response = client.post(REMOVE, {"saved": SavedView.objects.get().pk, "kind": "school"})
    assert response["Location"] == "/cameras/?kind=school"
    assert not SavedView.objects.exists()
    assert Entry.objects.latest("seq").action == "view.removed"
    assert client.post(REMOVE, {"saved": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "words"), [("", "起个名字"), ("  ", "起个名字"), ("长" * 21, "最多 20 个字"), ("甲", "已有叫“甲”的视图")]
)
def test_names_that_cannot_be(name: str, words: str, meishan_clerk: Person) -> None:
    client = as_person(meishan_clerk)
    client.post(SAVE, {"view_name": "甲"})
    response = client.post(SAVE, {"view_name": name})
    assert response.status_code == 422
    assert words in html(response)
    assert SavedView.objects.count() == 1


def test_not_more_than_some(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    client = as_person(meishan_clerk)
    client.post(SAVE, {"view_name": "甲"})
    assert "请先删除不用的" in html(client.post(SAVE, {"view_name": "乙"}))


@pytest.mark.parametrize("more", [{"owner__password": "x"}, {"status": "x"}, {"col": "longitude"}, {"sort": "x"}])
def test_what_no_list_can_be_asked_is_not_kept(more: dict[str, Any], meishan_clerk: Person) -> None:
    assert as_person(meishan_clerk).post(SAVE, {"view_name": "甲", **more}).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("url", [SAVE, REMOVE, "/poles/views/save/", "/platforms/views/remove/"])
def test_administrators_and_reading(url: str, sysadmin: Person, meishan_clerk: Person) -> None:
    assert as_person(sysadmin).post(url, {"view_name": "甲"}).status_code == 403
    assert as_person(meishan_clerk).get(url).status_code == 405


def test_columns_are_chosen_one_by_one(data_reviewer: Person) -> None:
    register_camera("meishan", brand="大华")
    page = html(as_person(data_reviewer).get("/cameras/?col=brand&col=built&sort=name"))
    head = page.split("<thead>")[1].split("</thead>")[0]
    assert [word in head for word in ("登记编号", "品牌", "建设时间", "乡镇")] == [True, True, True, False]
    assert 'name="col" value="brand" checked' in page
    assert "&amp;col=brand&amp;col=built" in page, "sorting keeps the columns"
    assert as_person(data_reviewer).get("/cameras/?col=secret").status_code == 400


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_ticked_is_exported_and_nothing_else(form: str, meishan_clerk: Person) -> None:
    one, two, _, foreign = (register_camera(agency) for agency in ("meishan", "meishan", "meishan", "mabu"))
    ticked = "&".join(f"camera={camera.number}" for camera in (two, one, foreign))
    response = as_person(meishan_clerk).get(f"/cameras/export.{form}?only=ticked&{ticked}")
    if form == "csv":
        assert [row["登记编号"] for row in csv_rows(response)] == [two.number, one.number]
    facts = Entry.objects.latest("seq").facts
    assert (facts["count"], facts["ticked"]) == (2, 3)


def test_ticked_poles_and_the_boxes(data_reviewer: Person) -> None:
    pole, _ = register_pole("meishan"), register_pole("meishan")
    assert f'name="pole" value="{pole.number}" form="ticked"' in html(as_person(data_reviewer).get("/poles/"))
    response = as_person(data_reviewer).get(f"/poles/export.csv?only=ticked&pole={pole.number}")
    assert [row["登记编号"] for row in csv_rows(response)] == [pole.number]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("only=ticked", 422),
        ("camera=12", 400),
        ("camera=JZ-P-000001", 400),
        (f"camera={quote('JZ-C-9' + '9' * 25)}", 400),
    ],
)
def test_ticks_that_are_none(query: str, status: int, data_reviewer: Person) -> None:
    register_camera("meishan")
    assert as_person(data_reviewer).get(f"/cameras/export.csv?{query}").status_code == status


def test_the_office_may_make_a_proposal_of_what_is_ticked(office: Person, data_reviewer: Person) -> None:
    register_camera("meishan")
    assert "合并提出方案" in html(as_person(office).get("/cameras/"))
    assert "合并提出方案" not in html(as_person(data_reviewer).get("/cameras/"))
    assert "合并提出方案" not in html(as_person(office).get("/poles/"))
