"""生成新一版: figures and documents of one moment, kept for ever; the figures are the lists' own counts."""

from __future__ import annotations

import hashlib
import zipfile
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from files.models import StoredFile
from jobs import services as jobs
from jobs.models import Job
from planning import assumptions
from planning.document import changes, figures, issuing, lists
from planning.document.sections import Sections
from planning.document.stock import Moved, Stock
from planning.models import Issue
from registry.names import Names
from tests.dashboards.pages import browse
from tests.factories_registry import accepted_batch, record_change, register_camera, register_platform
from tests.planning import issued, scenes

pytestmark = pytest.mark.django_db
URL = "/planning/document/make/"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def texts(file: StoredFile | None) -> list[str]:
    """Every paragraph of the document."""
    with zipfile.ZipFile(issued.path(file)) as package:
        assert package.testzip() is None
        root = ElementTree.fromstring(package.read("word/document.xml"))
    return ["".join(part.text or "" for part in line.iter(f"{W}t")) for line in root.iter(f"{W}p")]


def test_it_is_made_in_a_job_and_leaves_its_audit_rows(office: Person) -> None:
    issued.county()
    response = browse(office).post(URL)
    assert (response.status_code, response["Location"]) == (302, "/planning/document/")
    assert Issue.objects.get().state == "running"
    jobs.run(str(Job.objects.get(kind=issuing.JOB_KIND).pk))
    issue = Issue.objects.get()
    assert (issue.number, issue.state, issue.made_by) == (1, "done", office)
    assert {part.agency.code: part.cameras for part in issue.parts.all()} == {"meishan": 4, "mabu": 2}
    begun, made = Entry.objects.filter(object_type="planning.issue").order_by("seq")
    assert (begun.action, made.action) == ("planning.issue_begun", "planning.issued")
    assert issue.file is not None
    digest = hashlib.sha256(issued.path(issue.file).read_bytes()).hexdigest()
    assert digest == issue.file.sha256 == made.facts["sha256"]
    assert (made.facts["devices"], made.facts["agencies"]) == (6, 2)


@pytest.mark.parametrize("who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin", "auditor"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    assert browse(request.getfixturevalue(who)).post(URL).status_code == 403
    assert not Issue.objects.exists()


def test_not_while_another_is_being_made(office: Person) -> None:
    browse(office).post(URL)
    response = browse(office).post(URL)
    assert response.status_code == 409
    assert "正在生成" in response.content.decode()
    assert Issue.objects.count() == 1


def test_one_that_failed_leaves_the_way_free(office: Person) -> None:
    issue = issuing.start(office)
    issuing.gave_up(Job.objects.get(kind=issuing.JOB_KIND))
    assert Issue.objects.get(pk=issue.pk).state == "failed"
    assert Entry.objects.filter(action="planning.issue_failed").exists()
    assert "未生成" in browse(office).get("/planning/document/").content.decode()
    assert issuing.start(office).number == 2


def test_every_figure_is_the_count_of_its_list(office: Person) -> None:
    issued.county()
    Camera.objects.filter(name="新城广场").update(measure="另行研究")
    scenes.settled()
    client = browse(office)
    stock = Stock(office, None, assumptions.values(), Names())
    told = figures.of_county(stock, Sections(office), timezone.now())
    for key in ("cameras", "poles", "platforms"):
        assert told["stock"][key] == issued.listed(client, f"/{key}/") > 0
    for each in told["measures"]:
        assert each["cameras"] == issued.listed(client, f"/cameras/?measure={each['key']}"), each["key"]
    for unit in told["units"]:
        code = unit["code"]
        for key in ("cameras", "poles", "platforms"):
            assert unit[key] == issued.listed(client, f"/{key}/?agency={code}")
        assert unit["building"] == issued.listed(client, f"/cameras/?agency={code}&status=在建")
        for key, count in unit["measures"].items():
            assert count == issued.listed(client, f"/cameras/?agency={code}&measure={key}")
    for code, _, cameras, poles in told["townships"]:
        assert cameras == issued.listed(client, f"/cameras/?township={code}")
        assert poles == issued.listed(client, f"/poles/?township={code}")
    for code, _, cameras, platforms in told["places"]:
        assert cameras == issued.listed(client, f"/cameras/?kind={code}")
        assert platforms == issued.listed(client, f"/platforms/?kind={code}")
    for state, count in told["proposals"].items():
        assert count == client.get(f"/planning/?state={state}").context["page"].paginator.count
    assert sum(each["cameras"] for each in told["measures"]) == told["stock"]["cameras"]
    assert sum(unit["cameras"] for unit in told["units"]) == told["stock"]["cameras"]


def test_a_units_figures_are_its_lists_counts(office: Person) -> None:
    issued.county()
    scenes.settled()
    issue, client = issued.make(), browse(office)
    part = issue.parts.get(agency__code="meishan")
    assert part.figures["stock"]["cameras"] == issued.listed(client, "/cameras/?agency=meishan")
    for state, count in part.figures["proposals"].items():
        found = client.get(f"/planning/?state={state}&owner=meishan").context["page"].paginator.count
        assert count == found
    assert [row[4] for row in part.figures["settled"]] == ["一机多用"]


def test_what_it_saves_is_what_its_cameras_save(office: Person) -> None:
    issued.county()
    for key, value in {"remove_cost": "0.02", "move_cost": "0.5", "pole_cost": "0.6"}.items():
        assumptions.state(office, key, value, "合同", "")
    told = issued.make().figures or {}
    # 拆除: 8 / 4; 以迁代拆: 100 / 4 - 0.5; 杆塔复用: 0.6; twice 拆除: -0.02. 麻埠's platform says no upkeep.
    assert told["saving"]["once"] == {"value": "25.0600", "known": 4, "of": 4, "missing": {}}
    assert told["saving"]["yearly"] == {
        "value": "2.0000",
        "known": 1,
        "of": 2,
        "missing": {"平台没有填运维费用": 1},
    }


def test_words_from_sheets_are_literal(office: Person) -> None:
    issued.county()
    register_camera("meishan", name="坏\x01字符&#x41;", measure="拆除")
    issue = issued.make()
    told = texts(issue.file) + texts(issue.parts.get(agency__code="meishan").file)
    assert told.count("{{7*7}} <b>&amp;") == 2
    assert told.count("坏\ufffd字符&#x41;") == 2
    assert not any(text == "49" for text in told)


def test_positions_stand_in_the_units_own_part_only(office: Person) -> None:
    issued.county()
    issue = issued.make()
    assert "115.934" not in "".join(texts(issue.file))
    assert "115.934366, 31.727178" in texts(issue.parts.get(agency__code="meishan").file)


def test_the_lists_hold_everything_and_only_the_units_own(office: Person) -> None:
    issued.county()
    issue = issued.make()
    told = texts(issue.parts.get(agency__code="mabu").file)
    ours = {camera.number for camera in Camera.objects.filter(reporting_agency__code="mabu")}
    assert {text for text in told if text.startswith("JZ-C-")} == ours
    assert "共 2 台，全部列出，按整合方式排列。坐标只列在本单位的清单里，请妥善保管。" in told
    assert "麻埠平台" in told
    assert "梅山平安平台" not in told


def test_the_county_lists_so_many_and_says_so(office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planning.document.annexes.MOST_LISTED", 3)
    issued.county()
    told = texts(issued.make().file)
    assert "共 4 台，按措施、单位排列。这里只列前 3 台，全部点位见各单位部分的附件1。" in told
    assert len({text for text in told if text.startswith("JZ-C-")}) == 3


def test_what_changed_is_told_figure_by_figure(office: Person) -> None:
    _, cameras = issued.county()
    first = issued.make()
    record_change(cameras[0], accepted_batch("meishan"), measure="接入")
    register_camera("education", measure="拆除", place_kind="school")
    assumptions.state(office, "rent", "0.4", "合同", "")
    second = issued.make()
    told = {
        (one.group, one.label): (one.was, one.now, one.step)
        for one in changes.between(first.figures, second.figures or {})
    }
    assert told["现状", "摄像机总数"] == ("6", "7", "＋1")
    assert told["各单位摄像机", "县教育局"] == ("–", "1", "新增")
    assert told["整合措施", "保留"] == ("1", "0", "－1")
    assert told["整合措施", "接入"] == ("0", "1", "＋1")
    assert told["测算参数", "租用一台摄像机的费用（万元/台·年）"] == ("–", "0.4", "新增")
    assert ("整合措施", "拆除") in told
    assert ("整合措施", "以迁代拆") not in told, "what did not change is not told"
    assert "与第 1 版相比，有 " in "".join(texts(second.file))
    assert "这是第一版，没有可比较的上一版。" in texts(first.file)


def test_an_issue_stays_as_it_was(office: Person) -> None:
    _, cameras = issued.county()
    issue = issued.make()
    before = browse(office).get("/planning/document/1/print/").content
    record_change(cameras[1], accepted_batch("meishan"), measure="保留", name="改了名字")
    after = browse(office).get("/planning/document/1/print/").content
    assert "改了名字" not in after.decode()
    assert _article(before) == _article(after)
    assert issue.figures == Issue.objects.get(pk=issue.pk).figures


def _article(page: bytes) -> str:
    return page.decode().split("<article")[1].split("</article>")[0]


def test_a_list_that_disagrees_with_its_figure_is_not_kept(office: Person) -> None:
    issued.county()
    names = Names()
    with pytest.raises(Moved):
        list(lists.cameras(office, timezone.now(), names, names.agency_ids["meishan"], 3)())
    assert len(list(lists.cameras(office, timezone.now(), names, names.agency_ids["meishan"], 4)())) == 4


def test_what_is_read_while_the_registry_goes_on_is_not_kept(office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """An acceptance comes in between counting the registry and counting what is connected."""
    issued.county()

    def late(person: Person) -> Sections:
        register_camera("meishan")
        return Sections(person)

    monkeypatch.setattr(issuing, "Sections", late)
    with pytest.raises(Moved):
        issued.make()
    issue = Issue.objects.get()
    assert (issue.state, issue.file, issue.parts.count()) == ("running", None, 0)
    monkeypatch.undo()
    jobs.run(str(Job.objects.get(kind=issuing.JOB_KIND).pk))
    told = Issue.objects.get().figures
    assert told is not None and told["stock"]["cameras"] == 7, "the job was done again"


def test_an_empty_county_has_a_plan(office: Person) -> None:
    issue = issued.make()
    assert issue.state == "done"
    assert issue.parts.count() == 0
    told = "".join(texts(issue.file))
    assert "摄像机 0 台、杆件 0 根、平台 0 个" in told
    assert "没有测算结果：没有要测算的" in told


def test_counting_asks_as_often_for_any_number_of_units(office: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            stock = Stock(office, None, {}, Names())
            figures.of_county(stock, Sections(office), timezone.now())
        return len(found)

    issued.county()
    queries()
    before = queries()
    for agency in ("education", "health", "water", "forestry"):
        register_camera(agency, measure="拆除", platform=register_platform(agency))
    assert queries() == before


def test_making_an_issue_asks_as_often_for_any_number_of_cameras(office: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            issued.make()
        return len(found)

    issued.county()
    scenes.settled()
    queries()
    before = queries()
    for _ in range(4):
        scenes.settled(scenes.found(*scenes.two_cameras()))
        register_camera("meishan", measure="拆除")
    assert queries() == before
