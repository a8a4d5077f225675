"""/poles/<id>/: the pole, the cameras on it, lineage and history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from cameras.models import Pole
from cameras.views import MOST_CAMERAS
from tests.factories_registry import accepted_batch, record_change, register_camera, register_pole, version_of
from tests.registry.reading import as_person, html, links


def get(person: Person, pole: Pole, query: str = "") -> Any:
    return as_person(person).get(f"/poles/{pole.pk}/{query}")


def test_the_page_says_values_cameras_and_source(meishan_clerk: Person) -> None:
    batch = accepted_batch("meishan")
    pole = register_pole("meishan", batch=batch, pole_number="MS-001")
    camera = register_camera("meishan", pole=pole, name="江店路口")
    page = get(meishan_clerk, pole)
    for words in (
        pole.number,
        "杆件 MS-001",
        "6.5",
        "完整",
        "江店路口",
        "1 台",
        version_of(batch).files.get().file.name,
    ):
        assert words in html(page)
    assert f"/cameras/{camera.pk}/" in links(page)
    assert f"/cameras/?pole={pole.number}" in links(page)


def test_cameras_out_of_sight_or_off_the_register_are_not_listed(meishan_clerk: Person) -> None:
    pole = register_pole("meishan")
    register_camera("mabu", pole=pole, name="别家的")
    register_camera("meishan", pole=pole, name="拆掉的", life="retired")
    text = html(get(meishan_clerk, pole))
    assert "别家的" not in text
    assert "拆掉的" not in text
    assert "没有在册的摄像机" in text


def test_a_long_list_is_cut_and_the_count_is_whole(meishan_clerk: Person) -> None:
    pole, batch = register_pole("meishan"), accepted_batch("meishan")
    for _ in range(MOST_CAMERAS + 2):
        register_camera("meishan", pole=pole, batch=batch)
    page = get(meishan_clerk, pole)
    assert html(page).count('<a class="mono" href="/cameras/') == MOST_CAMERAS
    assert f"{MOST_CAMERAS + 2} 台" in html(page)


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    assert get(mabu_clerk, register_pole("meishan")).status_code == 404


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert get(person, register_pole("meishan")).status_code == 403


def test_what_is_not_declared_is_refused(data_reviewer: Person) -> None:
    assert get(data_reviewer, register_pole("meishan"), "?status=x").status_code == 400


def test_masked_for_a_supervising_department(education_clerk: Person) -> None:
    pole = register_pole("meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178"))
    register_camera("meishan", pole=pole, place_kind="school", longitude=Decimal("115.934377"))
    record_change(pole, accepted_batch("meishan"), longitude=Decimal("115.881234"), pole_arms=3)
    text = html(get(education_clerk, pole))
    assert "位置已模糊" in text
    assert "115.88" in text
    for exact in ("115.934", "115.881", "31.727"):
        assert exact not in text


def test_history_tells_old_and_new(data_reviewer: Person) -> None:
    pole = record_change(register_pole("meishan"), accepted_batch("meishan"), pole_condition="损坏", pole_arms=None)
    history = html(get(data_reviewer, pole)).split('id="history"')[1]
    assert "<del>完整</del>" in history
    assert "<ins>损坏</ins>" in history
    assert "横臂数量" in history
