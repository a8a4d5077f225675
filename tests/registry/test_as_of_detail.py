"""The pages of one camera, pole or platform as of a past day, and their history field by field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, Person
from cameras.models import Camera
from registry.history import MOST_VERSIONS
from tests.factories_registry import record_change, register_camera, register_platform, register_pole
from tests.registry.days import ago, as_of, batch
from tests.registry.reading import as_person, html, links

OLD, NEW = "34152401001320000001", "34152401001320000002"


def get(person: Person, thing: Any, query: str = "") -> Any:
    return as_person(person).get(f"/{thing._meta.model_name}s/{thing.pk}/{f'?{query}' if query else ''}")


def plain(text: str) -> str:
    """The page's text, tags and runs of space dropped."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def panel(response: Any, name: str) -> str:
    """The text of one panel of the page."""
    return plain(html(response).split(f'aria-labelledby="{name}"')[1].split("</section>")[0])


def rows_of(response: Any, title: str) -> list[str]:
    """The lines of one field in the history by field, the newest first."""
    table = html(response).split('id="history"')[1].split("</section>")[0]
    for body in table.split("<tbody>")[1:]:
        if f">{title}</th>" in body:
            rows = body.split("</tbody>")[0].split("<tr")[1:]
            return [plain(f"<tr{row}").replace(title, "", 1).strip() for row in rows]
    return []


@pytest.fixture
def changing(db: None) -> Camera:
    """Registered 90 days ago, changed 60 and 30 days ago."""
    camera = register_camera("meishan", batch=batch(90), name="江店路口", code=OLD, brand="海康威视", status="在用")
    record_change(camera, batch(60), code=NEW, status="停用")
    return record_change(camera, batch(30), status="在用", name="梅山路口")


def test_the_values_are_those_of_the_day(changing: Camera, data_reviewer: Person) -> None:
    first, second, now = (get(data_reviewer, changing, query) for query in (as_of(61), as_of(31), ""))
    assert "<h1>江店路口</h1>" in html(first)
    assert "<h1>江店路口</h1>" in html(second)
    assert "<h1>梅山路口</h1>" in html(now)
    assert "状态 在用" in panel(first, "facts-title")
    assert "状态 停用" in panel(second, "facts-title")
    assert "34152401 00 132 0 000001" in panel(first, "facts-title")
    assert "34152401 00 132 0 000002" in panel(second, "facts-title")


def test_the_page_says_which_day_and_leads_back_to_today(changing: Camera, data_reviewer: Person) -> None:
    day = timezone.localdate() - dt.timedelta(days=40)
    page = get(data_reviewer, changing, f"agency=meishan&{as_of(40)}")
    assert f"{day.year}年{day.month}月{day.day}日 24时" in html(page)
    found = links(page)
    assert f"/cameras/{changing.pk}/?agency=meishan" in found, "back to today"
    assert f"/cameras/?agency=meishan&{as_of(40)}" in found, "back to the list of the day"
    assert "显示的是" not in html(get(data_reviewer, changing))


def test_the_rows_beside_it_are_those_of_the_day(data_reviewer: Person) -> None:
    one, two, three = (register_camera("meishan", batch=batch(days)) for days in (20, 19, 18))
    record_change(two, batch(3), life="retired")
    query = f"sort=number&{as_of(10)}"
    assert f'href="/cameras/{two.pk}/?sort=number&amp;{as_of(10)}" rel="next"' in html(get(data_reviewer, one, query))
    assert f'href="/cameras/{three.pk}/?sort=number" rel="next"' in html(get(data_reviewer, one, "sort=number"))


def test_what_was_linked_then_opens_as_of_then(data_reviewer: Person) -> None:
    pole, platform = register_pole("meishan", batch=batch(20)), register_platform("meishan", batch=batch(20))
    camera = register_camera("meishan", batch=batch(20), pole=pole, platform=platform, name="杆上那台")
    record_change(camera, batch(3), pole=None, platform=None)
    query = as_of(10)
    found = links(get(data_reviewer, camera, query))
    assert f"/poles/{pole.pk}/?{query}" in found
    assert f"/platforms/{platform.pk}/?{query}" in found
    assert f"/poles/{pole.pk}/" not in links(get(data_reviewer, camera))
    then, now = get(data_reviewer, pole, query), get(data_reviewer, pole)
    assert f"/cameras/{camera.pk}/?{query}" in links(then)
    assert f"/cameras/?pole={pole.number}&{query}" in links(then)
    assert "杆上那台" not in html(now)
    assert f"/cameras/?platform={platform.number}&{query}" in links(get(data_reviewer, platform, query))
    assert "还没有关联到这个平台的摄像机" in html(get(data_reviewer, platform))


def test_what_was_not_registered_yet_says_since_when(
    changing: Camera, data_reviewer: Person, mabu_clerk: Person
) -> None:
    register_camera("meishan", batch=batch(200))
    page = get(data_reviewer, changing, as_of(91))
    first = timezone.localtime(ago(90))
    assert page.status_code == 422
    assert f"{first.year}年{first.month}月{first.day}日才登记" in html(page)
    assert get(mabu_clerk, changing, as_of(91)).status_code == 404, "a stranger learns nothing of it"
    assert get(mabu_clerk, changing, as_of(61)).status_code == 404


def test_what_is_no_longer_theirs_leads_back_to_the_list(meishan_clerk: Person, mabu_clerk: Person) -> None:
    assert mabu_clerk.agency is not None
    camera = register_camera("meishan", batch=batch(20), name="原来的")
    record_change(camera, batch(3), reporting_agency=mabu_clerk.agency, owner=mabu_clerk.agency, name="移交后")
    page = get(meishan_clerk, camera, as_of(10))
    assert page.status_code == 200
    assert "/cameras/" in links(page) and f"/cameras/{camera.pk}/" not in links(page)
    assert "移交后" not in html(page), "what it is called now is the other agency's"
    assert get(meishan_clerk, camera).status_code == 404
    answered = get(mabu_clerk, camera, as_of(10))
    assert answered.status_code == 422
    assert "由其他单位负责" in html(answered) and "原来的" not in html(answered)
    text = panel(get(mabu_clerk, camera), "history-title")
    assert "移交后" in html(get(mabu_clerk, camera))
    assert "此前的版本由其他单位负责" in text
    assert "原来的" not in html(get(mabu_clerk, camera))


def test_versions_of_another_agency_in_between_are_counted_and_not_told(meishan_clerk: Person) -> None:
    meishan, mabu = (Agency.objects.get(code=code) for code in ("meishan", "mabu"))
    camera = register_camera("meishan", batch=batch(20), name="一", brand="甲")
    record_change(camera, batch(15, "mabu"), reporting_agency=mabu, owner=mabu, name="二", brand="乙")
    record_change(camera, batch(10, "mabu"), name="三", brand="丙")
    record_change(camera, batch(5), reporting_agency=meishan, owner=meishan, name="四", brand="甲")
    page = get(meishan_clerk, camera)
    assert "有 2 版由其他单位负责" in panel(page, "history-title")
    assert "位置名称 一 四" in panel(page, "history-title")
    by_field = get(meishan_clerk, camera, "by=field")
    for hidden in ("乙", "丙", "<b>二</b>"):
        assert hidden not in html(page).split('id="history"')[1].split("</section>")[0]
        assert hidden not in html(by_field).split('id="history"')[1].split("</section>")[0]
    assert len(rows_of(by_field, "品牌")) == 2, "two terms, for nobody says what it was in between"


class TestHistory:
    def test_each_value_with_its_term_its_cell_and_who_reviewed_it(
        self, changing: Camera, data_reviewer: Person
    ) -> None:
        page = get(data_reviewer, changing, "by=field")
        names = rows_of(page, "位置名称")
        assert len(names) == 2
        newest, first = names
        assert "梅山路口" in newest and "至今" in newest and "第 3 版" in newest
        assert "江店路口" in first and "第 1 版 首次登记" in first and "至今" not in first
        for line in names:
            assert "数据局审核员 公安审核员" in line
            assert re.search(r" C\d+ ", line), line
            assert "2022年视频监控资源梳理" in line
        assert [re.findall("在用|停用", line) for line in rows_of(page, "状态")] == [["在用"], ["停用"], ["在用"]]

    def test_fields_that_never_changed_are_folded(self, changing: Camera, data_reviewer: Person) -> None:
        folded = html(get(data_reviewer, changing, "by=field")).split('<details class="steady">')[1]
        assert ">品牌</th>" in folded
        assert ">状态</th>" not in folded

    def test_nothing_changed_says_so(self, data_reviewer: Person) -> None:
        page = get(data_reviewer, register_camera("meishan"), "by=field")
        assert "没有字段变过" in html(page)

    def test_the_moment_chosen_is_marked(self, changing: Camera, data_reviewer: Person) -> None:
        by_field = html(get(data_reviewer, changing, f"by=field&{as_of(40)}"))
        rows = [row for row in by_field.split("<tr")[1:] if 'class="is-then"' in row[:20]]
        assert {"停用"} == {word for row in rows for word in re.findall("在用|停用", plain(row))}
        editions = html(get(data_reviewer, changing, as_of(40))).split("<li")
        marked = [plain(one) for one in editions if one.startswith(' class="is-then"')]
        assert len(marked) == 1
        assert "第 2 版" in marked[0] and "时是这一版" in marked[0]
        assert "is-then" not in html(get(data_reviewer, changing, "by=field"))

    def test_former_codes_stand_among_the_values(self, changing: Camera, data_reviewer: Person) -> None:
        then, since = (timezone.localtime(ago(days)) for days in (90, 60))
        facts = panel(get(data_reviewer, changing), "facts-title")
        said = f"{then.year}年{then.month}月{then.day}日至{since.year}年{since.month}月{since.day}日"
        assert re.search(r"曾用编码 34152401 00 132 0 000001 （.*） " + said, facts), facts
        assert "曾用编码" not in panel(get(data_reviewer, changing, as_of(61)), "facts-title"), "not yet given up"
        assert "34152401 00 132 0 000001" in rows_of(get(data_reviewer, changing, "by=field"), "20位编码")[1]

    def test_the_version_of_the_day_is_the_one_whose_source_is_told(
        self, changing: Camera, data_reviewer: Person
    ) -> None:
        def file_of(number: int) -> str:
            from inventory.models import LedgerEntry

            entry = LedgerEntry.objects.get(pk=changing.versions.get(number=number).ledger_entry_id)
            assert entry.version
            return entry.version.files.get().file.name

        assert file_of(2) in panel(get(data_reviewer, changing, as_of(40)), "source-title")
        assert file_of(1) in panel(get(data_reviewer, changing, f"{as_of(40)}&version=1"), "source-title")
        assert file_of(3) in panel(get(data_reviewer, changing), "source-title")

    @pytest.mark.parametrize("query", ["by=x", "field=password", "field=longitude__gt", "version=1&field=pk"])
    def test_what_is_not_declared_is_refused(self, query: str, changing: Camera, data_reviewer: Person) -> None:
        assert get(data_reviewer, changing, query).status_code == 400

    @pytest.mark.parametrize("query", ["version=0", "version=4", "version=999999999"])
    def test_a_version_that_is_not_there_is_not_found(
        self, query: str, changing: Camera, data_reviewer: Person
    ) -> None:
        assert get(data_reviewer, changing, query).status_code == 404

    def test_a_version_of_another_agency_is_not_found(self, meishan_clerk: Person, mabu_clerk: Person) -> None:
        camera = register_camera("meishan", batch=batch(20))
        record_change(camera, batch(3), reporting_agency=mabu_clerk.agency, owner=mabu_clerk.agency)
        assert get(mabu_clerk, camera, "version=1").status_code == 404
        assert get(mabu_clerk, camera, "version=2").status_code == 200
        assert get(meishan_clerk, camera, f"version=2&{as_of(10)}").status_code == 404
        assert get(meishan_clerk, camera, f"version=1&{as_of(10)}").status_code == 200

    @pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
    def test_administrators_are_refused(self, role: str, changing: Camera, request: pytest.FixtureRequest) -> None:
        page = get(request.getfixturevalue(role), changing, f"by=field&{as_of(40)}")
        assert page.status_code == 403
        assert "江店路口" not in html(page)

    @pytest.mark.parametrize("make", [register_pole, register_platform])
    def test_poles_and_platforms_have_theirs(self, make: Callable[..., Any], data_reviewer: Person) -> None:
        key, title = ("pole_condition", "杆件状况") if make is register_pole else ("network", "联网方式")
        thing = record_change(make("meishan", batch=batch(9)), batch(3), **{key: "另一个值"})
        newest, first = rows_of(get(data_reviewer, thing, "by=field"), title)
        assert "另一个值" in newest and "另一个值" not in first
        assert "另一个值" not in panel(get(data_reviewer, thing, as_of(5)), "facts-title")


class TestMasked:
    """A department that supervises the kind of place sees no exact position, whenever."""

    @pytest.fixture
    def school(self, db: None) -> Camera:
        exact = {"longitude": Decimal("115.934366"), "latitude": Decimal("31.727178")}
        camera = register_camera("meishan", batch=batch(20), place_kind="road", name="路边", **exact)
        record_change(camera, batch(10), place_kind="school", name="校门")
        moved = {"longitude": Decimal("115.871234"), "wgs_longitude": 115.871234}
        return record_change(camera, batch(3), **moved)

    @pytest.mark.parametrize("query", ["", "by=field", "version=2&field=longitude", f"by=field&{as_of(5)}"])
    def test_no_exact_position_anywhere(self, query: str, school: Camera, education_clerk: Person) -> None:
        page = get(education_clerk, school, query)
        assert page.status_code == 200
        assert not re.search(r"(?<![:\d])(115|31)\.\d{3}", plain(html(page)))
        assert "115.93" in html(page) or "115.87" in html(page)

    def test_another_kind_of_place_before_is_not_told(self, school: Camera, education_clerk: Person) -> None:
        for query in ("", "by=field"):
            assert "路边" not in html(get(education_clerk, school, query))
        assert "由其他单位负责" in html(get(education_clerk, school, as_of(15)))
        assert get(education_clerk, school, "version=1").status_code == 404

    def test_neither_submission_nor_file_is_a_link(self, school: Camera, education_clerk: Person) -> None:
        assert not [link for link in links(get(education_clerk, school)) if re.match(r"/submissions/\d", link)]

    def test_its_own_agency_sees_all_of_it(self, school: Camera, meishan_clerk: Person) -> None:
        page = get(meishan_clerk, school, "by=field")
        assert "115.934366" in html(page)
        assert "路边" in html(page)
        assert [link for link in links(page) if re.match(r"/submissions/\d+/files/\d+/$", link)]


def test_long_histories_are_cut_and_say_so(data_reviewer: Person) -> None:
    camera = register_camera("meishan", batch=batch(9))
    later = batch(3)
    for number in range(MOST_VERSIONS):
        record_change(camera, later, name=f"第{number}个名字")
    page = get(data_reviewer, camera)
    assert html(page).count('class="edition-head"') == MOST_VERSIONS
    assert "只显示最近的版本" in html(page)


@pytest.mark.parametrize("query", ["", "by=field", as_of(5), f"by=field&{as_of(5)}"])
def test_the_number_of_queries_does_not_grow_with_the_history(
    query: str, data_reviewer: Person, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    platform, pole = register_platform("meishan", batch=batch(20)), register_pole("meishan", batch=batch(20))
    camera = register_camera("meishan", batch=batch(20), platform=platform, pole=pole)
    record_change(camera, batch(10), status="停用")
    client = as_person(data_reviewer)
    client.get(f"/cameras/{camera.pk}/?{query}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/cameras/{camera.pk}/?{query}")
    for days in (4, 3, 2):
        record_change(camera, batch(days), status=str(days))
    with django_assert_max_num_queries(len(few)):
        client.get(f"/cameras/{camera.pk}/?{query}")
    assert len(few) <= 34, [query["sql"] for query in few]
