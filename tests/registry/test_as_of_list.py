"""The lists as of a past day: rows, values, filters, search, sorting, pages, figures and files are those of its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, Person
from audit.models import Entry
from cameras.models import Camera, Pole
from platforms.models import Platform
from registry import past
from registry.lists import PAGE_SIZE
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform, register_pole
from tests.registry.days import ago, as_of, batch
from tests.registry.reading import as_person, csv_rows, html, links, listed, xlsx_rows


def get(person: Person, query: str = "", path: str = "/cameras/") -> Any:
    return as_person(person).get(f"{path}?{query}" if query else path)


def numbers(*things: Camera | Pole | Platform) -> list[str]:
    return [thing.number for thing in things]


@pytest.fixture
def changing(db: None) -> Camera:
    """Registered 90 days ago, changed 60 days ago, given up 30 days ago."""
    camera = register_camera("meishan", batch=batch(90), name="江店路口", code="34152401001320000001", brand="海康威视")
    record_change(camera, batch(60), name="梅山路口", code="34152401001320000002", brand="大华", status="停用")
    return record_change(camera, batch(30), life="retired")


def test_the_values_are_those_of_the_day(changing: Camera, data_reviewer: Person) -> None:
    first, second = (html(get(data_reviewer, as_of(days))) for days in (90, 60))
    assert "江店路口" in first and "梅山路口" not in first
    assert "梅山路口" in second and "江店路口" not in second
    assert "停用" in second.split("<tbody>")[1] and "停用" not in first.split("<tbody>")[1]


@pytest.mark.parametrize(("days", "is_there"), [(90, True), (61, True), (31, True), (30, False), (1, False)])
def test_what_was_given_up_is_there_until_the_day_before(
    days: int, is_there: bool, changing: Camera, data_reviewer: Person
) -> None:
    assert listed(get(data_reviewer, as_of(days))) == (numbers(changing) if is_there else [])


def test_what_came_later_is_not_there_yet(changing: Camera, data_reviewer: Person) -> None:
    later = register_camera("meishan", batch=batch(10))
    assert listed(get(data_reviewer, as_of(11) + "&life=all")) == numbers(changing)
    assert listed(get(data_reviewer, as_of(10))) == numbers(later)


def test_a_day_ends_at_midnight_in_the_county(data_reviewer: Person) -> None:
    midnight = past.end_of(timezone.localdate() - dt.timedelta(days=5))
    at = {name: accepted_batch("meishan", at=midnight + dt.timedelta(microseconds=step))
          for name, step in (("before", -1), ("on", 0), ("after", 1))}  # fmt: skip
    before, on, after = (register_camera("meishan", batch=entry) for entry in at.values())
    assert timezone.localtime(midnight).hour == 0
    assert listed(get(data_reviewer, as_of(5) + "&sort=number")) == numbers(before, on)
    assert listed(get(data_reviewer, as_of(4) + "&sort=number")) == numbers(before, on, after)


def test_what_ends_at_midnight_is_no_more(data_reviewer: Person) -> None:
    midnight = past.end_of(timezone.localdate() - dt.timedelta(days=5))
    camera = register_camera("meishan", batch=batch(9), name="旧名")
    record_change(camera, accepted_batch("meishan", at=midnight), name="新名")
    assert "新名" in html(get(data_reviewer, as_of(5)))
    assert "旧名" in html(get(data_reviewer, as_of(6)))


THEN = {"brand": "海康威视", "status": "在用", "code": "34152401001320000001", "place_kind": "road", "measure": "保留"}
NOW = {"brand": "大华", "status": "停用", "code": "34152401001320000002", "place_kind": "school", "measure": "接入"}
QUERIES = [
    f"status={quote('在用')}",
    "kind=road",
    f"measure={quote('保留')}",
    "agency=meishan",
    "owner=meishan",
    "township=341524100",
    f"q={quote('海康')}",
    "q=34152401001320000001",
    "own_pole=no",
    "gap=platform",
]


@pytest.mark.parametrize("query", QUERIES)
def test_filters_and_search_look_at_the_values_of_the_day(query: str, data_reviewer: Person) -> None:
    camera = register_camera("meishan", batch=batch(9), **THEN)
    pole, platform = register_pole("meishan", batch=batch(3)), register_platform("meishan", batch=batch(3))
    mabu = Agency.objects.get(code="mabu")
    moved = {"reporting_agency": mabu, "owner": mabu, "township": "341524101", "pole": pole, "platform": platform}
    record_change(camera, batch(3), **NOW, **moved)
    assert listed(get(data_reviewer, f"{query}&{as_of(4)}")) == numbers(camera)
    assert listed(get(data_reviewer, f"{query}&{as_of(3)}")) == listed(get(data_reviewer, query)) == []


def test_links_from_a_platform_a_pole_and_a_batch_of_the_day(data_reviewer: Person) -> None:
    platform, pole = register_platform("meishan", batch=batch(9)), register_pole("meishan", batch=batch(9))
    camera, later = register_camera("meishan", batch=batch(9), platform=platform, pole=pole), batch(3)
    record_change(camera, later, platform=None, pole=None)
    for query in (f"platform={platform.number}", f"pole={pole.number}", "own_pole=yes"):
        assert listed(get(data_reviewer, f"{query}&{as_of(5)}")) == numbers(camera)
        assert listed(get(data_reviewer, query)) == []
    assert listed(get(data_reviewer, f"batch={later.pk}&{as_of(5)}")) == [], "that batch had not come yet"
    assert listed(get(data_reviewer, f"batch={later.pk}&{as_of(2)}")) == numbers(camera)


@pytest.mark.parametrize("sort", ["name", "-name", "status", "agency", "-agency"])
def test_sorting_goes_by_the_values_of_the_day(sort: str, data_reviewer: Person) -> None:
    """Two cameras that have exchanged everything since: the order of the day is the other one today."""
    low, high = ({"name": name, "status": name, "reporting_agency": Agency.objects.get(code=agency)}
                 for name, agency in (("a", "meishan"), ("b", "mabu")))  # fmt: skip
    one = register_camera("meishan", batch=batch(20), name="a", status="a")
    two = register_camera("mabu", batch=batch(19, "mabu"), name="b", status="b")
    record_change(one, batch(3), **high)
    record_change(two, batch(4, "mabu"), **low)
    then, now = (listed(get(data_reviewer, f"sort={sort}{more}")) for more in (f"&{as_of(10)}", ""))
    expected = numbers(two, one) if sort.startswith("-") else numbers(one, two)
    assert (then, now) == (expected, expected[::-1])


def test_sorting_by_the_last_change_knows_none_of_later(data_reviewer: Person) -> None:
    one, two = register_camera("meishan", batch=batch(20)), register_camera("meishan", batch=batch(19))
    record_change(one, batch(3), status="停用")
    assert listed(get(data_reviewer, f"sort=changed&{as_of(10)}")) == numbers(one, two)
    assert listed(get(data_reviewer, "sort=changed")) == numbers(two, one)


def test_pages_and_the_total_are_those_of_the_day(data_reviewer: Person) -> None:
    early, late = batch(9), batch(3)
    cameras = [register_camera("meishan", batch=early) for _ in range(PAGE_SIZE + 2)]
    for _ in range(5):
        register_camera("meishan", batch=late)
    page = get(data_reviewer, f"{as_of(5)}&sort=number&at=after-{cameras[PAGE_SIZE - 1].pk}")
    assert listed(page) == numbers(*cameras[PAGE_SIZE:])
    assert f"共 {PAGE_SIZE + 2} 台" in html(page)
    before = f"/cameras/?sort=number&{as_of(5)}&at=before-{cameras[PAGE_SIZE].pk}"
    assert before in links(page), "the pager keeps the day"


def test_figures_of_linked_things_are_those_of_the_day_and_open_them(data_reviewer: Person) -> None:
    platform, pole = register_platform("meishan", batch=batch(9)), register_pole("meishan", batch=batch(9))
    for _ in range(2):
        camera = register_camera("meishan", batch=batch(9), platform=platform, pole=pole)
    record_change(camera, batch(3), life="retired")
    for path, thing, key in (("/platforms/", platform, "platform"), ("/poles/", pole, "pole")):
        behind = f"/cameras/?{key}={thing.number}&{as_of(5)}"
        assert behind in links(get(data_reviewer, as_of(5), path))
        assert f'{behind.replace("&", "&amp;")}">2</a>' in html(get(data_reviewer, as_of(5), path))
        assert len(listed(as_person(data_reviewer).get(behind))) == 2
        assert f'?{key}={thing.number}">1</a>' in html(get(data_reviewer, "", path))


@pytest.mark.parametrize("path", ["/cameras/", "/poles/", "/platforms/"])
def test_the_page_says_which_day_and_leads_back_to_today(path: str, data_reviewer: Person) -> None:
    made = {"/cameras/": register_camera, "/poles/": register_pole, "/platforms/": register_platform}[path]
    thing = made("meishan", batch=batch(9))
    day = timezone.localdate() - dt.timedelta(days=5)
    page = get(data_reviewer, f"agency=meishan&sort=-changed&{as_of(5)}", path)
    text = html(page)
    assert f"显示的是 <b>{day.year}年{day.month}月{day.day}日 24时</b>的台账" in text
    assert f"数据截至 {day.year}年{day.month}月{day.day}日 24时" in text
    found = links(page)
    assert f"{path}?agency=meishan&sort=-changed" in found, "back to today"
    kept = f"agency=meishan&sort=-changed&{as_of(5)}"
    assert f"{path}{thing.pk}/?{kept}" in found
    assert f"{path}export.csv?{kept}" in found
    assert f"{path}?sort=-changed&{as_of(5)}" in found, "the chip taken off"
    assert "显示的是" not in html(get(data_reviewer, "agency=meishan", path))
    assert f"{path}{thing.pk}/?agency=meishan" in links(get(data_reviewer, "agency=meishan", path))


def test_a_day_without_rows_in_sight_says_so(mabu_clerk: Person) -> None:
    register_camera("meishan", batch=batch(9))
    register_camera("mabu", batch=batch(3, "mabu"))
    assert "那一天这里还没有记录" in html(get(mabu_clerk, as_of(5)))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (as_of(-1), "还没有过完"),
        (as_of(-4000), "还没有过完"),
        ("as_of=9999-12-31", "还没有过完"),
        ("as_of=2022-13-01", "截至日期看不懂"),
        ("as_of=20220822", "截至日期看不懂"),
        ("as_of=2022-W34-1", "截至日期看不懂"),
        (f"as_of={quote('昨天')}", "截至日期看不懂"),
        (f"as_of={quote('２０２２-08-22')}", "截至日期看不懂"),
        (as_of(10), "看不到更早的"),
        ("as_of=0001-01-01", "看不到更早的"),
    ],
)
@pytest.mark.parametrize("path", ["/cameras/", "/cameras/export.csv", "/cameras/{}/"])
def test_a_day_that_cannot_be_shown_is_answered_in_words(
    query: str, says: str, path: str, data_reviewer: Person
) -> None:
    camera = register_camera("meishan", batch=batch(9))
    page = get(data_reviewer, query, path.format(camera.pk))
    assert page.status_code == 422
    assert says in html(page)


def test_the_first_day_is_named(data_reviewer: Person) -> None:
    register_camera("meishan", batch=batch(3))
    register_camera("meishan", batch=batch(9))
    first = timezone.localtime(ago(9))
    assert f"台账从{first.year}年{first.month}月{first.day}日开始有记录" in html(get(data_reviewer, as_of(10)))
    assert get(data_reviewer, as_of(9)).status_code == 200


def test_a_registry_without_records_has_no_past(data_reviewer: Person) -> None:
    page = get(data_reviewer, as_of(1))
    assert page.status_code == 422
    assert "还没有记录" in html(page)


def test_today_is_the_list_that_stands_now(data_reviewer: Person) -> None:
    camera = register_camera("meishan", batch=batch(0))
    page = get(data_reviewer, as_of(0))
    assert listed(page) == numbers(camera)
    assert "显示的是" not in html(page)


def test_a_form_left_empty_is_tidied(data_reviewer: Person) -> None:
    response = get(data_reviewer, "as_of=&agency=meishan")
    assert response.status_code == 302
    assert response["Location"] == "/cameras/?agency=meishan"


def test_given_twice_it_is_refused(data_reviewer: Person) -> None:
    register_camera("meishan", batch=batch(9))
    assert get(data_reviewer, f"{as_of(3)}&{as_of(4)}").status_code == 400


class TestWhoSees:
    """Each version is seen by those whom its own agencies and kind of place let see it."""

    @pytest.fixture
    def handed_over(self, db: None) -> Camera:
        camera = register_camera("meishan", batch=batch(30), name="江店路口")
        mabu = Agency.objects.get(code="mabu")
        return record_change(camera, batch(10), reporting_agency=mabu, owner=mabu, name="移交后")

    def test_an_agency_looks_up_what_was_its_own_then(
        self, handed_over: Camera, meishan_clerk: Person, mabu_clerk: Person
    ) -> None:
        assert listed(get(meishan_clerk, as_of(11))) == numbers(handed_over)
        assert listed(get(meishan_clerk, as_of(10))) == listed(get(meishan_clerk)) == []
        assert listed(get(mabu_clerk, as_of(11))) == []
        assert listed(get(mabu_clerk, as_of(10))) == listed(get(mabu_clerk)) == numbers(handed_over)

    def test_files_hold_no_more_than_the_list(
        self, handed_over: Camera, meishan_clerk: Person, mabu_clerk: Person
    ) -> None:
        for person, days, expected in (
            (meishan_clerk, 11, ["江店路口"]),
            (meishan_clerk, 10, []),
            (mabu_clerk, 11, []),
            (mabu_clerk, 10, ["移交后"]),
        ):
            found = csv_rows(get(person, as_of(days), "/cameras/export.csv"))
            assert [row["位置名称"] for row in found] == expected

    def test_a_supervisor_sees_the_kind_of_place_of_the_day_and_no_exact_position(
        self, education_clerk: Person
    ) -> None:
        exact = {"longitude": Decimal("115.934366"), "latitude": Decimal("31.727178")}
        camera = register_camera("meishan", batch=batch(30), place_kind="school", **exact)
        record_change(camera, batch(10), place_kind="road")
        page = html(get(education_clerk, f"view=place&{as_of(11)}"))
        assert camera.number in page
        assert "115.93, 31.73" in page and "位置已模糊" in page
        assert "115.9343" not in page
        assert listed(get(education_clerk, as_of(10))) == []

    def test_own_rows_stay_exact(self, education_clerk: Person) -> None:
        education = Agency.objects.get(code="education")
        camera = register_camera("meishan", batch=batch(30), place_kind="school", longitude=Decimal("115.934366"))
        record_change(camera, batch(10), reporting_agency=education, owner=education)
        assert "115.934366" in html(get(education_clerk, f"view=place&{as_of(9)}"))
        assert "115.934366" not in html(get(education_clerk, f"view=place&{as_of(11)}"))

    @pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
    def test_administrators_are_refused(self, role: str, handed_over: Camera, request: pytest.FixtureRequest) -> None:
        person = request.getfixturevalue(role)
        for path in ("/cameras/", "/cameras/export.csv", f"/cameras/{handed_over.pk}/"):
            response = get(person, as_of(11), path)
            assert response.status_code == 403
            assert "江店路口" not in html(response)

    def test_a_department_is_offered_the_agencies_of_the_day(self, education_clerk: Person) -> None:
        for agency in ("meishan", "mabu"):
            camera = register_camera(agency, batch=batch(30, agency), place_kind="school")
        record_change(camera, batch(10), place_kind="road")
        register_camera("qingshan", batch=batch(10, "qingshan"), place_kind="school")
        offered = html(get(education_clerk, as_of(11))).split('name="agency"')[1].split("</select>")[0]
        assert "梅山镇" in offered and "麻埠镇" in offered
        assert "青山镇" not in offered


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_is_the_list_of_the_day(form: str, changing: Camera, data_reviewer: Person) -> None:
    other = register_camera("mabu", batch=batch(80, "mabu"), name="另一台")
    register_camera("mabu", batch=batch(5, "mabu"))
    query = f"sort=number&{as_of(50)}"
    response = get(data_reviewer, query, f"/cameras/export.{form}")
    name = f"摄像机台账_截至{timezone.localdate() - dt.timedelta(days=50):%Y%m%d}.{form}"
    assert quote(name) in response["Content-Disposition"]
    rows = csv_rows(response) if form == "csv" else xlsx_rows(response)
    assert [row["登记编号"] for row in rows] == listed(get(data_reviewer, query)) == numbers(changing, other)
    assert [row["位置名称"] for row in rows] == ["梅山路口", "另一台"]
    assert rows[0]["更新时间"] == f"{timezone.localtime(ago(60)):%Y-%m-%d %H:%M}"
    facts = Entry.objects.get(action="cameras.exported").facts
    assert facts["filters"] == [["sort", "number"], as_of(50).split("=")]
    assert facts["count"] == 2


@pytest.mark.parametrize(("path", "most"), [("/cameras/", 16), ("/poles/", 17), ("/platforms/", 17)])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    path: str, most: int, data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    make: Any = {"/cameras/": register_camera, "/poles/": register_pole, "/platforms/": register_platform}[path]
    early, late = batch(9), batch(3)
    record_change(make("meishan", batch=early), late, township="341524101")
    client = as_person(data_reviewer)
    client.get(f"{path}?{as_of(5)}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{path}?{as_of(5)}")
    for _ in range(PAGE_SIZE + 5):
        record_change(make("meishan", batch=early), late, township="341524101")
    with django_assert_max_num_queries(len(few)):
        client.get(f"{path}?{as_of(5)}")
    assert len(few) <= most, [query["sql"] for query in few]
