"""/cameras/<id>/: values, pole, lineage to the cell, history; who may open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from cameras.models import Camera
from tests.factories_registry import (
    accepted_batch,
    record_change,
    register_camera,
    register_platform,
    register_pole,
    version_of,
)
from tests.registry.reading import as_person, html, links


def get(person: Person, camera: Camera | int, query: str = "") -> Any:
    pk = camera if isinstance(camera, int) else camera.pk
    return as_person(person).get(f"/cameras/{pk}/{query}")


def plain(text: str) -> str:
    """The page's text, tags and runs of space dropped."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def test_the_page_says_number_name_state_and_values(meishan_clerk: Person) -> None:
    camera = register_camera("meishan", name="江店路口", code="34152401001320000001", funding="social", leased=True)
    text = plain(html(get(meishan_clerk, camera)))
    for words in (camera.number, "江店路口", "在册", "34152401 00 132 0 000001", "海康威视", "梅山镇", "社会投资",
                  "115.934366", "31.727178", "WGS-84/CGCS2000", "交通道路", "金寨县梅山镇人民政府"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize("role", ["data_reviewer", "police_reviewer", "office", "leader"])
def test_whoever_sees_all_business_may_open_it(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    assert get(person, register_camera("meishan")).status_code == 200


def test_a_stranger_finds_nothing_whether_it_exists_or_not(mabu_clerk: Person) -> None:
    camera = register_camera("meishan", name="江店路口")
    hidden, unknown = get(mabu_clerk, camera), get(mabu_clerk, camera.pk + 1000)
    assert hidden.status_code == unknown.status_code == 404
    assert "江店路口" not in html(hidden)
    assert get(mabu_clerk, 10**30).status_code == 404


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_are_refused_whether_it_exists_or_not(role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    camera = register_camera("meishan", name="江店路口")
    for response in (get(person, camera), get(person, camera.pk + 1000)):
        assert response.status_code == 403
        assert "江店路口" not in html(response)


@pytest.mark.parametrize("query", ["?version=x", "?version=-1", "?unknown=1", "?sort=longitude"])
def test_an_address_that_asks_for_what_is_not_declared_is_refused(query: str, data_reviewer: Person) -> None:
    assert get(data_reviewer, register_camera("meishan"), query).status_code == 400


def test_lineage_leads_to_the_cell_and_both_reviewers(data_reviewer: Person) -> None:
    batch = accepted_batch("meishan")
    camera = register_camera("meishan", batch=batch, code="34152401001320000001")
    source = version_of(batch).files.get()
    row = source.camerarows.get()
    text = plain(html(get(data_reviewer, camera)))
    cells = [f"{column}{row.row}" for column in "BHM"]
    told = [
        "2022年视频监控资源梳理",
        "第 1 次",
        "第 1 版",
        source.file.name,
        source.file.sha256,
        f"摄像机，第 {row.row} 行",
    ]
    for words in (*told, *cells, "数据局审核员", "公安审核员"):
        assert words in text
    report = f"/submissions/{version_of(batch).submission_id}/"
    assert any(link.startswith(report) for link in links(get(data_reviewer, camera)))


def test_a_blank_value_has_no_cell(data_reviewer: Person) -> None:
    camera = register_camera("meishan", code=None)
    text = plain(html(get(data_reviewer, camera)))
    row = camera.versions.get().source_row_id
    assert row is not None
    assert re.search(r"20位编码 未编码 品牌", text)


def test_history_tells_old_and_new_newest_first(data_reviewer: Person) -> None:
    now = timezone.now()
    camera = register_camera("meishan", batch=accepted_batch("meishan", at=now - timedelta(days=400)))
    record_change(camera, accepted_batch("meishan", at=now - timedelta(days=30)), status="停用", brand="")
    record_change(camera, accepted_batch("meishan", at=now), leased=True, life="retired")
    text = plain(html(get(data_reviewer, camera)).split('id="history"')[1])
    places = [text.index(words) for words in ("第 3 版", "第 2 版", "第 1 版", "首次登记")]
    assert places == sorted(places)
    assert "是否以租代建 否 是" in text
    assert "在册状态 在册 已注销" in text
    assert "状态 在用 停用" in text
    assert "品牌 海康威视 未填" in text
    assert "经度" not in text


def test_history_names_platforms_poles_and_agencies(data_reviewer: Person, mabu_clerk: Person) -> None:
    camera = register_camera("meishan")
    platform, pole = register_platform("meishan"), register_pole("meishan")
    assert mabu_clerk.agency is not None
    record_change(
        camera, accepted_batch("meishan"), platform=platform, pole=pole, owner=mabu_clerk.agency, place_kind="school",
        township="341524101",
    )  # fmt: skip
    text = plain(html(get(data_reviewer, camera)).split('id="history"')[1])
    assert f"关联平台 未填 {platform.number}" in text
    assert f"关联杆件 未填 {pole.number}" in text
    assert "权属单位 梅山镇 麻埠镇" in text
    assert "场所类别 交通道路 学校" in text
    assert "所在乡镇（街道） 梅山镇 麻埠镇" in text


def test_each_version_shows_its_own_source(data_reviewer: Person) -> None:
    first, second = accepted_batch("meishan"), accepted_batch("meishan")
    camera = record_change(register_camera("meishan", batch=first), second, status="停用")
    old, new = (version_of(batch).files.get().file.name for batch in (first, second))
    pages = [html(get(data_reviewer, camera, asked)) for asked in ("", "?version=1")]
    newest, older = (page.split('id="source"')[1].split("</section>")[0] for page in pages)
    assert new in newest
    assert old not in newest
    assert old in older
    assert new not in older
    assert get(data_reviewer, camera, "?version=3").status_code == 404


def test_a_pole_and_a_platform_are_links_where_they_may_be_opened(meishan_clerk: Person, data_reviewer: Person) -> None:
    platform, pole = register_platform("mabu"), register_pole("meishan", pole_number="MS-009")
    camera = register_camera("meishan", platform=platform, pole=pole, pole_number="MS-009", platform_name="县平台")
    assert f"/poles/{pole.pk}/" in links(get(meishan_clerk, camera))
    assert f"/platforms/{platform.pk}/" not in links(get(meishan_clerk, camera))
    assert f"/platforms/{platform.pk}/" in links(get(data_reviewer, camera))
    assert "县平台" in html(get(meishan_clerk, camera))


def test_without_a_pole_it_says_so(meishan_clerk: Person) -> None:
    assert "没有自建杆件" in html(get(meishan_clerk, register_camera("meishan")))


def test_a_mobile_camera_names_its_vehicle_and_no_position(meishan_clerk: Person) -> None:
    text = plain(html(get(meishan_clerk, register_camera("meishan", mobility="mobile", vehicle="3路公交 皖N12345"))))
    assert "3路公交 皖N12345" in text
    assert "经度" not in text


class TestMasked:
    """A department that supervises the kind of place sees the camera, not exactly where it is."""

    @pytest.fixture
    def school(self, education_clerk: Person) -> Camera:
        camera = register_camera(
            "meishan", place_kind="school", longitude=Decimal("115.934366"), latitude=Decimal("31.727178")
        )
        return record_change(
            camera, accepted_batch("meishan"), longitude=Decimal("115.931234"), latitude=Decimal("31.889876"),
            wgs_longitude=115.931234, wgs_latitude=31.889876,
        )  # fmt: skip

    def test_positions_have_two_decimals_in_values_and_history(self, education_clerk: Person, school: Camera) -> None:
        text = plain(html(get(education_clerk, school)))
        assert "位置已模糊" in text
        assert "经度 115.93" in text
        assert "纬度 31.73 31.89" in text
        assert not re.search(r"(?<![:\d])(115|31)\.\d{3}", text)

    def test_a_change_that_blurring_hides_is_not_listed(self, education_clerk: Person, school: Camera) -> None:
        assert "经度 115.93 115.93" not in plain(html(get(education_clerk, school)))

    def test_the_submission_is_no_link(self, education_clerk: Person, school: Camera) -> None:
        assert not [link for link in links(get(education_clerk, school)) if re.match(r"/submissions/\d", link)]

    def test_its_own_agency_sees_it_exactly(self, meishan_clerk: Person, school: Camera) -> None:
        assert "115.931234" in html(get(meishan_clerk, school))

    def test_another_kind_of_place_stays_hidden(self, education_clerk: Person) -> None:
        assert get(education_clerk, register_camera("meishan", place_kind="road")).status_code == 404


class TestNeighbours:
    """上一台 and 下一台 follow the list that the camera was opened from."""

    @staticmethod
    def order(person: Person, camera: Camera, query: str) -> list[str | None]:
        found = html(get(person, camera, query))
        hrefs = [re.search(rf'href="(/cameras/\d+/)[^"]*" rel="{rel}"', found) for rel in ("prev", "next")]
        return [match.group(1) if match else None for match in hrefs]

    @pytest.mark.parametrize(
        ("query", "sequence"),
        [
            ("", [3, 2, 1, 0]),
            ("?sort=number", [0, 1, 2, 3]),
            ("?sort=code", [2, 0, 1, 3]),
            ("?sort=-code", [0, 2, 1, 3]),
            ("?sort=name", [0, 3, 1, 2]),
            ("?sort=-name", [2, 1, 0, 3]),
            (f"?q={quote('路')}&sort=name", [0, 3]),
        ],
    )
    def test_they_are_the_rows_beside_it(self, query: str, sequence: list[int], data_reviewer: Person) -> None:
        codes = ["34152401001320000002", None, "34152401001320000001", None]
        names = ["a路", "b桥", "c桥", "a路"]
        cameras = [register_camera("meishan", code=code, name=name) for code, name in zip(codes, names, strict=True)]
        row = [f"/cameras/{cameras[place].pk}/" for place in sequence]
        for at, place in enumerate(sequence):
            expected = [row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None]
            assert self.order(data_reviewer, cameras[place], query) == expected

    def test_they_never_lead_to_what_is_not_visible(self, meishan_clerk: Person) -> None:
        first, _, last = register_camera("meishan"), register_camera("mabu"), register_camera("meishan")
        assert self.order(meishan_clerk, first, "?sort=number") == [None, f"/cameras/{last.pk}/"]

    def test_the_way_back_keeps_the_list(self, data_reviewer: Person) -> None:
        camera = register_camera("meishan")
        assert "/cameras/?agency=meishan&sort=name&at=after-9" in links(
            get(data_reviewer, camera, "?agency=meishan&sort=name&at=after-9")
        )


def test_the_number_of_queries_does_not_grow_with_the_history(
    data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    camera = register_camera("meishan", platform=register_platform("meishan"), pole=register_pole("meishan"))
    client = as_person(data_reviewer)
    client.get(f"/cameras/{camera.pk}/")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/cameras/{camera.pk}/")
    for status in ("停用", "维修", "在用"):
        record_change(camera, accepted_batch("meishan"), status=status)
    with django_assert_max_num_queries(len(few)):
        client.get(f"/cameras/{camera.pk}/")
    assert len(few) <= 34, [query["sql"] for query in few]
