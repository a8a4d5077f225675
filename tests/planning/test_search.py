"""查找: the finder runs in a job; what is new, known and outdated adds up, and people's work is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from jobs import services as jobs
from jobs.models import Job
from planning import asking, searching
from planning.finding import KINDS, Group
from planning.models import Proposal, Search
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db
URL = "/planning/search/"
Finds = Callable[..., None]


def told(**values: Any) -> dict[str, Any]:
    return {"kinds": ["duplicate"], "radius_m": 30, "pole_radius_m": 20, **values}


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Finds:
    """Let the finder find these groups from now on."""

    def say(*groups: Group) -> None:
        monkeypatch.setattr(searching, "find_in", lambda kinds, **rest: [one for one in groups if one.kind in kinds])

    return say


def searched(by: Person, **values: Any) -> Search:
    given = told(**values)
    search = searching.start(by, given["kinds"], given["radius_m"], given["pole_radius_m"])
    jobs.run(str(Job.objects.get(kind=searching.JOB_KIND, subject_id=search.pk).pk))
    search.refresh_from_db()
    return search


def counts(search: Search) -> tuple[int | None, int | None, int | None, int | None]:
    return search.found, search.fresh, search.known, search.outdated


def test_it_runs_in_a_job_and_leaves_its_audit_rows(office: Person, finds: Finds) -> None:
    finds(scenes.group(*scenes.two_cameras()))
    response = browse(office).post(URL, told())
    assert response.status_code == 302
    search = Search.objects.get()
    page = browse(office).get(URL).content.decode()
    assert "正在查找" in page and "排队中" in page
    jobs.run(str(Job.objects.get(kind=searching.JOB_KIND).pk))
    state = browse(office).get(f"{URL}{search.pk}/")
    assert state["HX-Refresh"] == "true"
    search.refresh_from_db()
    assert (search.state, counts(search)) == ("done", (1, 1, 0, 0))
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.state) == ("重复点位：江店路口等 2 台摄像机", "found")
    assert [(member.measure, member.stays) for member in proposal.members.all()] == [
        ("一机多用", True),
        ("拆除", False),
    ]
    assert set(Entry.objects.filter(object_type="planning.search").values_list("action", "actor_id")) == {
        ("planning.search_begun", office.pk),
        ("planning.searched", office.pk),
    }


def test_the_real_finder_is_asked(office: Person) -> None:
    """Over the registry as it is: two cameras of one scene, nineteen metres apart."""
    scenes.two_cameras()
    search = searched(office, kinds=list(KINDS))
    assert search.state == "done"
    assert search.found == Proposal.objects.count()


def test_the_same_group_again_is_the_same_proposal(office: Person, finds: Finds) -> None:
    first, second = scenes.two_cameras()
    finds(scenes.group(first, second))
    searched(office)
    finds(scenes.group(second, first))
    assert counts(searched(office)) == (1, 0, 1, 0)
    assert Proposal.objects.count() == 1
    assert Proposal.objects.get().members.get(stays=True).thing_id == second.pk, "untouched, it follows the finder"


def test_a_group_that_changed_is_a_new_one_and_the_old_says_so(office: Person, finds: Finds) -> None:
    first, second = scenes.two_cameras()
    third, _ = scenes.two_cameras()
    finds(scenes.group(first, second))
    searched(office)
    finds(scenes.group(first, second, third))
    assert counts(searched(office)) == (1, 1, 0, 1)
    old = Proposal.objects.get(member_count=2)
    assert old.outdated_at is not None
    assert "没有再找到这一组" in browse(office).get(f"/planning/{old.pk}/").content.decode()
    finds(scenes.group(first, second))
    searched(office)
    assert scenes.fresh(old).outdated_at is None


def test_a_narrower_search_says_nothing_of_what_lies_farther_apart(office: Person, finds: Finds) -> None:
    finds(scenes.group(*scenes.two_cameras(), distance=28.0))
    searched(office)
    finds()
    assert counts(searched(office, radius_m=20)) == (0, 0, 0, 0)
    assert counts(searched(office, kinds=["platform_merge"])) == (0, 0, 0, 0)
    assert counts(searched(office)) == (0, 0, 0, 1)


def test_what_the_office_changed_is_not_changed_back(office: Person, finds: Finds) -> None:
    first, second = scenes.two_cameras()
    finds(scenes.group(first, second))
    searched(office)
    proposal = Proposal.objects.get()
    own = proposal.members.get(thing_id=first.pk)
    asking.amend(office, proposal.pk, {own.pk: "保留"}, None)
    searched(office)
    assert proposal.members.get(pk=own.pk).measure == "保留"


def test_what_was_dismissed_is_not_brought_up_again(office: Person, finds: Finds) -> None:
    finds(scenes.group(*scenes.two_cameras()))
    searched(office)
    asking.dismiss(office, Proposal.objects.get().pk, "方向不同")
    assert counts(searched(office)) == (1, 0, 1, 0)
    assert Proposal.objects.get().state == "dismissed"


def test_two_same_groups_of_a_search_are_one(office: Person, finds: Finds) -> None:
    first, second = scenes.two_cameras()
    finds(scenes.group(first, second), scenes.group(second, first))
    assert counts(searched(office)) == (1, 1, 0, 0)


@pytest.mark.parametrize("who", ["meishan_clerk", "data_reviewer", "leader", "auditor"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.get(URL).status_code == 403
    assert client.post(URL, told()).status_code == 403
    assert client.get(f"{URL}{scenes.search().pk}/").status_code == 403


def test_one_at_a_time(office: Person) -> None:
    searching.start(office, ["duplicate"], 30, 20)
    response = browse(office).post(URL, told())
    assert response.status_code == 409
    assert "正在进行" in response.content.decode()
    assert Search.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kinds": []}, "请至少选一项要查找的内容"),
        ({"kinds": ["everything"]}, "没有这一项"),
        ({"radius_m": ""}, "请填写距离"),
        ({"radius_m": "0"}, "请填 5 到 200 之间的整数"),
        ({"radius_m": "-30"}, "请填 5 到 200 之间的整数"),
        ({"pole_radius_m": "9999999999999999999999"}, "请填 5 到 200 之间的整数"),
        ({"pole_radius_m": "二十"}, "请填 5 到 200 之间的整数"),
        ({"radius_m": "nan"}, "请填 5 到 200 之间的整数"),
    ],
)
def test_bad_input(office: Person, values: dict[str, Any], says: str) -> None:
    response = browse(office).post(URL, told(**values))
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Search.objects.exists()


def test_a_search_that_failed_lets_another_begin(office: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> list[Group]:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(searching, "find_in", broken)
    search = searching.start(office, ["duplicate"], 30, 20)
    job = Job.objects.get(kind=searching.JOB_KIND)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            jobs.run(str(job.pk))
    search.refresh_from_db()
    assert (search.state, Proposal.objects.count()) == ("failed", 0)
    assert Entry.objects.filter(action="planning.search_failed").exists()
    assert Camera.objects.count() == 0
    searching.start(office, ["duplicate"], 30, 20)


def test_an_attempt_that_lost_its_lease_writes_nothing(office: Person, finds: Finds) -> None:
    finds(scenes.group(*scenes.two_cameras()))
    searching.start(office, ["duplicate"], 30, 20)
    job = jobs.claim(str(Job.objects.get(kind=searching.JOB_KIND).pk))
    assert job is not None
    Job.objects.update(token="00000000-0000-0000-0000-000000000000")
    with pytest.raises(jobs.LeaseLost):
        searching.run(jobs.Run(job))
    assert not Proposal.objects.exists()
