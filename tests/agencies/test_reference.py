"""The reference data against the plan, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from agencies import reference
from agencies.models import Agency, Division, DivisionAlias, Duty, PlaceKind, Task, TaskParty
from audit.models import Entry
from sheets.kinds.places import find_township

pytestmark = pytest.mark.django_db


def test_counts() -> None:
    assert Division.objects.filter(kind="town").count() == 13
    assert Division.objects.filter(kind="township").count() == 10
    assert Division.objects.filter(kind="special").count() == 1
    assert PlaceKind.objects.count() == 20
    kinds = {kind: Agency.objects.filter(kind=kind).count() for kind in Agency.Kind.values}
    assert kinds == {
        "township": 23,
        "zone": 1,
        "department": 15,
        "data_bureau": 1,
        "police": 1,
        "office": 1,
        "other": 2,
    }
    assert Duty.objects.count() == 19 + 24
    assert Task.objects.count() == 9


def test_codes_that_others_rely_on() -> None:
    assert Agency.objects.get(code="meishan").division_id == "341524100"
    assert Agency.objects.get(code="liubodan").short_name == "流波䃥镇"
    assert Agency.objects.get(code="zone").division_id == "341524400"
    assert Agency.objects.get(code="data-bureau").name == "金寨县行政审批局（数据政务局）"
    assert Agency.objects.get(code="technician-school").name == "安徽金寨技师学院（金寨职业学校）"
    for township in Agency.objects.filter(kind="township").select_related("division"):
        assert township.division is not None
        assert township.short_name == township.division.name
        assert township.name == f"金寨县{township.division.name}人民政府"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("流波石旦镇", "流波䃥镇"),
        ("流波(石旦)镇", "流波䃥镇"),
        ("流波疃镇", "流波䃥镇"),
        ("流波?镇", "流波䃥镇"),
        ("流波镇", "流波䃥镇"),
        ("张冲乡", "流波䃥镇"),
        ("梅山", "梅山镇"),
        ("铁冲", "铁冲乡"),
        ("开发区", "金寨经济开发区（现代产业园区）"),
        ("现代产业园", "金寨经济开发区（现代产业园区）"),
    ],
)
def test_aliases(text: str, name: str) -> None:
    assert DivisionAlias.objects.get(text=text).division.name == name


def test_the_sheet_library_reads_the_same_names() -> None:
    for division in Division.objects.all():
        assert find_township(division.name) == division.code
    for alias in DivisionAlias.objects.all():
        assert find_township(alias.text) == alias.division_id, alias.text


def test_former_code() -> None:
    assert Division.objects.get(name="流波䃥镇").former_codes == ["341524201"]


@pytest.mark.parametrize(
    ("agency", "kinds"),
    [
        ("县公安局", {"交通道路"}),
        ("县城管局", {"社区小区", "农贸市场", "公园广场", "停车场"}),
        ("县教育局", {"学校"}),
        ("县卫健委", {"医疗机构"}),
        ("县市场监管局", {"宾馆酒店"}),
        ("县科商经信局", {"商场超市", "工厂企业"}),
        ("县文旅体育局", {"景区景点"}),
        ("县林业局", {"林场山场"}),
        ("县水利局", {"水库", "河道"}),
        ("县交通局", {"交通站点", "公共交通工具"}),
        ("县住建局", {"建筑工地"}),
        ("县农业农村局", {"农业工厂", "农业产业园"}),
        ("梅山镇", {None}),
        ("经济开发区", {None}),
    ],
)
def test_duties_of_attachment_3(agency: str, kinds: set[str | None]) -> None:
    assert set(Duty.objects.filter(agency__short_name=agency).values_list("place_kind__name", flat=True)) == kinds


def test_official_wording_of_duties() -> None:
    assert Duty.objects.get(agency__code="education").wording == "负责各级学校视频监控梳理、统计"
    assert Duty.objects.get(agency__code="meishan").wording == "负责辖区内自建视频监控梳理、统计"
    assert {duty.wording for duty in Duty.objects.filter(agency__code="transport")} == {
        "负责各类交通站点、公共交通工具（含出租车）视频监控梳理、统计"
    }


def test_no_one_answers_for_offices_and_institutions() -> None:
    """Attachment 3 gives chapter five's 机关事业单位 to nobody."""
    free = PlaceKind.objects.exclude(pk__in=Duty.objects.filter(place_kind__isnull=False).values("place_kind"))
    assert [kind.name for kind in free] == ["机关事业单位"]


@pytest.mark.parametrize(
    ("number", "wording", "due", "lead", "support"),
    [
        (1, "2022年8月中旬", date(2022, 8, 20), "县数据政务局 县公安局 县财政局", "县政府有关部门"),
        (2, "2022年8月中旬", date(2022, 8, 20), "县数据政务局 县公安局", "县政府有关部门 各乡镇、经济开发区"),
        (3, "2022年8月下旬", date(2022, 8, 22), "县政府各部门 各乡镇、经济开发区", "县公安局 县数据政务局"),
        (
            4,
            "2022年12月底前",
            date(2022, 12, 31),
            "县公安局 县财政局 县数据政务局",
            "县政府有关部门 各乡镇、经济开发区",
        ),
        (
            5,
            "2022年12月底前",
            date(2022, 12, 31),
            "县数据政务局 县公安局 县财政局",
            "县政府有关部门 各乡镇、经济开发区",
        ),
        (
            6,
            "2022年12月底前",
            date(2022, 12, 31),
            "县数据政务局 县公安局 县财政局",
            "县政府有关部门 各乡镇、经济开发区",
        ),
        (7, "长期坚持", None, "县数据政务局 县公安局 县财政局", "县政府有关部门 各乡镇、经济开发区"),
        (8, "长期坚持", None, "县委网信办 县数据政务局 县公安局", "县政府有关部门 各乡镇、经济开发区"),
        (9, "长期坚持", None, "县数据政务局 县公安局 县财政局 各乡镇、经济开发区", "县政府有关部门"),
    ],
)
def test_tasks_of_attachment_2(number: int, wording: str, due: date | None, lead: str, support: str) -> None:
    task = Task.objects.get(pk=number)
    assert (task.due_wording, task.due_on) == (wording, due)
    assert " ".join(map(str, task.parties.filter(part=TaskParty.Part.LEAD))) == lead
    assert " ".join(map(str, task.parties.filter(part=TaskParty.Part.SUPPORT))) == support


def test_the_leading_group_by_posts() -> None:
    members = Agency.objects.filter(leading_group=True)
    assert members.count() == 17
    assert Agency.objects.get(code="county-government").post == "组长：县政府副县长"
    assert Agency.objects.get(code="water").post == "成员：党组成员、工会主任"
    assert not Agency.objects.get(code="cyberspace").leading_group


def test_loading_again_changes_nothing() -> None:
    before = list(Agency.objects.values()), list(Duty.objects.values()), list(TaskParty.objects.values())
    entries = Entry.objects.count()
    assert reference.load() == {}
    assert before == (list(Agency.objects.values()), list(Duty.objects.values()), list(TaskParty.objects.values()))
    assert Entry.objects.count() == entries


def test_loading_mends_what_differs_and_keeps_what_was_added() -> None:
    Agency.objects.filter(code="meishan").update(name="别的名称", active=False)
    DivisionAlias.objects.filter(text="张冲乡").delete()
    Agency.objects.create(code="by-hand", name="手工添加的单位", short_name="手工添加", kind=Agency.Kind.OTHER)
    assert reference.load() == {"agencies.agency": 1, "agencies.divisionalias": 1}
    meishan = Agency.objects.get(code="meishan")
    assert meishan.name == "金寨县梅山镇人民政府"
    assert not meishan.active
    assert Agency.objects.filter(code="by-hand").exists()
    entry = Entry.objects.first()
    assert entry is not None
    assert entry.action == "reference.loaded"
    assert entry.facts == {"changed": {"agencies.agency": 1, "agencies.divisionalias": 1}}
