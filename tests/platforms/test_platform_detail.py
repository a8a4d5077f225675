"""/platforms/<id>/: values, cameras, lineage, history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from platforms.models import Platform
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform, version_of
from tests.registry.reading import as_person, html, links


def get(person: Person, platform: Platform, query: str = "") -> Any:
    return as_person(person).get(f"/platforms/{platform.pk}/{query}")


def test_the_page_says_values_and_source(meishan_clerk: Person) -> None:
    batch = accepted_batch("meishan")
    platform = register_platform(
        "meishan",
        batch=batch,
        name="梅山镇乡村视频平台",
        gbt28181="partial",
        gbt28181_remark="2011版",
        cost=Decimal("125.5"),
    )
    page = html(get(meishan_clerk, platform))
    row = version_of(batch).files.get().platformrows.get()
    values = ["乡村视频平台", "部分符合，2011版", "已对接", ">125.5<", "2018.06", "交通道路"]
    for words in (platform.number, *values, f"平台，第 {row.row} 行", f">B{row.row}<", "数据局审核员"):
        assert words in page, words


def test_its_cameras_are_a_figure_that_opens(meishan_clerk: Person) -> None:
    platform = register_platform("meishan")
    assert "还没有关联到这个平台的摄像机" in html(get(meishan_clerk, platform))
    register_camera("meishan", platform=platform)
    register_camera("mabu", platform=platform)
    page = get(meishan_clerk, platform)
    assert f"/cameras/?platform={platform.number}" in links(page)
    assert "<b>1 <small>台</small></b>" in html(page)


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    assert get(mabu_clerk, register_platform("meishan")).status_code == 404


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert get(person, register_platform("meishan")).status_code == 403


def test_what_is_not_declared_is_refused(data_reviewer: Person) -> None:
    assert get(data_reviewer, register_platform("meishan"), "?q__x=1").status_code == 400


def test_history_tells_old_and_new(data_reviewer: Person) -> None:
    platform = register_platform("meishan")
    record_change(platform, accepted_batch("meishan"), connected="no", retention_days=90, gbt28181_remark="2022版")
    history = html(get(data_reviewer, platform)).split('id="history"')[1]
    for old, new in (("<del>已对接</del>", "<ins>未对接</ins>"), ("<del>30</del>", "<ins>90</ins>")):
        assert old in history
        assert new in history
    assert "<ins>2022版</ins>" in history


def test_neighbours_follow_the_list(data_reviewer: Person) -> None:
    first, second = register_platform("meishan", name="a"), register_platform("meishan", name="b")
    assert f"/platforms/{second.pk}/?sort=name" in links(get(data_reviewer, first, "?sort=name"))
    assert f"/platforms/{first.pk}/?sort=name" not in links(get(data_reviewer, first, "?sort=name"))
