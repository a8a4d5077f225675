"""The access rate: a numerator with its denominator, each the count of the list that it opens."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency, Person
from cameras.models import Camera
from connecting import invariants, rates, states
from inventory.invariants import INVARIANTS
from platforms.models import Platform
from tests.connecting.things import client_of, in_days, post
from tests.factories_registry import accepted_batch, register_camera, register_platform

pytestmark = pytest.mark.django_db


def scatter(clerk: Person, count: int, seed: int = 1) -> None:
    """Cameras and platforms of every funding, kind and state."""
    draw = random.Random(seed)
    meishan, mabu = Agency.objects.get(code="meishan"), Agency.objects.get(code="mabu")
    base = {"changed_at": timezone.now(), "life": "live", "ledger_entry_id": accepted_batch("meishan").pk}
    platforms = Platform.objects.bulk_create(
        Platform(
            name=f"平台{seed}-{connected}-{funding}",
            name_key=f"{seed}-{connected}-{funding}",
            reporting_agency=meishan,
            owner=meishan,
            connected=connected,
            funding=funding,
            built=draw.choice(("", "2019.05", "2026.10")),
            **base,
        )
        for connected in ("yes", "no", "partial", "")
        for funding in ("government", "social", "")
    )
    cameras = Camera.objects.bulk_create(
        Camera(
            name="点位",
            reporting_agency=(agency := draw.choice((meishan, mabu))),
            owner=agency,
            platform=draw.choice([None, *platforms]),
            funding=draw.choice(("government", "social", "")),
            place_kind=draw.choice(("school", "road", "")),
            township=draw.choice(("341524100", "341524101", "")),
            built=draw.choice(("", "2019.05", "2026.10")),
            **base,
        )
        for _ in range(count)
    )
    own = [camera for camera in cameras if camera.reporting_agency_id == clerk.agency_id]
    post(clerk, "state", *own[: count // 6], state="connected")
    post(clerk, "state", *own[count // 6 : count // 4], state="planned", by_date=in_days(3))
    post(clerk, "state", platforms[0], kind="platform", state="not_ready", cost="1", gain="-", text="-")
    post(clerk, "file", *platforms[:3], kind="platform", filed_on="2025-06-01")
    post(clerk, "sign", *own[:4], state="set")


def test_every_figure_is_the_count_of_its_list(meishan_clerk: Person) -> None:
    scatter(meishan_clerk, 60)
    assert list(invariants.standings()) == [] and list(invariants.figures_are_counts()) == []
    assert invariants.figures_are_counts in INVARIANTS["I10"] and invariants.standings in INVARIANTS["I6"]


def test_a_lie_is_noticed(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    scatter(meishan_clerk, 12)
    monkeypatch.setattr(states, "access_overdue", lambda today: states.access_waits())
    assert any("计划接入逾期" in line for line in invariants.figures_are_counts())


def test_the_figures_by_hand(meishan_clerk: Person, leader: Person) -> None:
    connected, not_ = register_platform("meishan", connected="yes"), register_platform("meishan", connected="no")
    for platform, funding, kind in (
        (connected, "government", "school"),
        (connected, "government", "road"),
        (not_, "government", "road"),
        (not_, "social", "road"),
        (connected, "", "road"),
    ):
        register_camera("meishan", platform=platform, funding=funding, place_kind=kind)
    client = client_of(leader)
    top = {share.label: share for share in client.get("/connecting/").context["top"]}
    public = top["政府投资接入率"]
    assert (public.count, public.of, public.percent) == (2, 3, "66.7%")
    assert (top["社会资金接入率"].count, top["社会资金接入率"].of) == (0, 1)
    assert (top["全部接入率"].count, top["全部接入率"].of) == (3, 5)
    assert client.get(public.url).context["total"] == 2 and client.get(public.of_url).context["total"] == 3
    table = client.get("/connecting/?by=place").context["table"]
    assert [(line.shares[0].count, line.shares[0].of) for line in table.lines] == [(1, 1), (1, 2)]
    assert (table.total.shares[-1].count, table.total.shares[-1].of) == (3, 5)


def test_no_rate_without_cameras(leader: Person) -> None:
    answer = client_of(leader).get("/connecting/")
    assert [share.percent for share in answer.context["top"]] == ["–", "–", "–"]
    assert "还没有在册的摄像机" in answer.content.decode()


def test_a_clerk_counts_what_the_clerk_sees(meishan_clerk: Person, education_clerk: Person, mabu_clerk: Person) -> None:
    register_camera("meishan", place_kind="road")
    register_camera("mabu", place_kind="school")
    for person, seen in ((meishan_clerk, 1), (mabu_clerk, 1), (education_clerk, 1)):
        assert client_of(person).get("/connecting/").context["top"][2].of == seen
    assert client_of(education_clerk).get("/connecting/").context["table"].lines[0].label == "麻埠镇"


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_nothing(role: str, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(role))
    for address in ("/connecting/", "/connecting/camera/", "/connecting/platform/?view=filing"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "by=owner__password", "ordering=-pk", "by=agency&x=1",
    ],
)  # fmt: skip
def test_an_overview_of_nothing_known(query: str, leader: Person) -> None:
    assert client_of(leader).get(f"/connecting/?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "x=1", "agency=nobody", "access=done", "view=all", "after=-1", "before=x", "funding=1&funding=2",
        "filing_due=never", "platform=JZ-C-1", "decision=yes", "reporting_agency__name__startswith=a", f"q={'a' * 101}",
    ],
)  # fmt: skip
def test_an_unknown_condition_is_refused(query: str, leader: Person) -> None:
    """T07."""
    client = client_of(leader)
    assert client.get(f"/connecting/camera/?{query}").status_code == 400


def test_township_is_no_condition_of_platforms(leader: Person) -> None:
    assert client_of(leader).get("/connecting/platform/?township=341524100").status_code == 400
    assert client_of(leader).get("/connecting/camera/?township=341524100").status_code == 200


def test_every_page_of_a_list_once(leader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connecting.lists.PAGE_SIZE", 3)
    made = [register_camera("meishan").pk for _ in range(7)]
    client, url, seen = client_of(leader), "/connecting/camera/?funding=government", []
    while url:
        answer = client.get(url)
        assert answer.context["total"] == 7
        seen.append([row.pk for row in answer.context["rows"]])
        url, back = answer.context["page"].on, answer.context["page"].back
    assert [len(page) for page in seen] == [3, 3, 1] and [pk for page in seen for pk in page] == made
    again = client.get(back)
    assert [row.pk for row in again.context["rows"]] == seen[1] and again.context["page"].back
    assert "funding=government" in urlsplit(back).query


def test_search(leader: Person) -> None:
    one = register_camera("meishan", name="望山路口东南角", code="34152401001320000001")
    register_camera("meishan", name="百分之50%")
    client = client_of(leader)
    for q, found in (
        ("望山", 1),
        (one.number, 1),
        ("341524010013", 1),
        ("%", 1),
        ("_", 0),
        ("望山 东南", 1),
        ("' OR 1=1--", 0),
    ):
        assert client.get("/connecting/camera/", {"q": q}).context["total"] == found, q


def queries(person: Person, address: str) -> int:
    client = client_of(person)
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_constant_queries(meishan_clerk: Person, leader: Person) -> None:
    pages = ("/connecting/", "/connecting/camera/", "/connecting/platform/?view=filing")
    asked = [(person, page) for person in (leader, meishan_clerk) for page in pages]
    scatter(meishan_clerk, 6)
    few = [queries(*each) for each in asked]
    scatter(meishan_clerk, 40, seed=7)
    assert [queries(*each) for each in asked] == few
    assert max(few) <= 24


def test_constant_queries_of_an_act(meishan_clerk: Person) -> None:
    def of(count: int) -> int:
        ids = [register_camera("meishan").pk for _ in range(count)]
        with CaptureQueriesContext(connection) as caught:
            post(meishan_clerk, "state", *ids, state="connected")
        return len(caught)

    of(1)
    assert of(2) == of(12)


def test_a_share_says_its_percent() -> None:
    shares: list[Any] = [rates.Share("", count, of, "", "") for count, of in ((0, 0), (0, 3), (1, 3), (3, 3))]
    assert [share.percent for share in shares] == ["–", "0.0%", "33.3%", "100.0%"]
    assert Decimal("33.3") < Decimal(100) / 3
