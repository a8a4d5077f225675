"""手工提出: the office puts cameras together."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Person
from audit.models import Entry
from planning import making
from planning.models import Proposal
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db
URL = "/planning/make/"


def told(*numbers: str, reason: str = "同一路口三家单位各建一台") -> dict[str, str]:
    return {"numbers": "\n".join(numbers), "reason": reason}


def test_it_becomes_a_proposal_and_leaves_its_audit_row(office: Person) -> None:
    first, second = scenes.two_cameras()
    response = browse(office).post(URL, told(second.number, f" {first.number}，{second.number}"))
    proposal = Proposal.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/planning/{proposal.pk}/#members")
    assert (proposal.kind, proposal.state, proposal.member_count) == ("hand", "found", 2)
    assert proposal.reasons == ["同一路口三家单位各建一台"]
    assert [member.thing_id for member in proposal.members.all()] == [second.pk, first.pk]
    assert {member.measure for member in proposal.members.all()} == {""}
    entry = Entry.objects.get(action="proposal.made")
    assert (entry.actor_id, entry.object_id, entry.facts["count"]) == (office.pk, str(proposal.pk), 2)


def test_ticked_cameras_are_filled_in(office: Person) -> None:
    page = browse(office).get(f"{URL}?camera=JZ-C-000007&camera=JZ-C-000009").content.decode()
    assert "JZ-C-000007\nJZ-C-000009</textarea>" in page


@pytest.mark.parametrize("who", ["meishan_clerk", "data_reviewer", "leader", "sysadmin"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = browse(request.getfixturevalue(who))
    assert client.get(URL).status_code == 403
    assert client.post(URL, told("JZ-C-000001")).status_code == 403


def test_the_same_cameras_again_is_a_conflict(office: Person) -> None:
    first, second = scenes.two_cameras()
    made = making.make(office, [first.number, second.number], "同一路口")
    response = browse(office).post(URL, told(second.number, first.number))
    assert response.status_code == 409
    assert made.number in response.content.decode()
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("numbers", "reason", "says"),
    [
        ((), "同一路口", "请填写至少一台摄像机的登记编号"),
        (("JZ-P-000001",), "同一路口", "“JZ-P-000001”不是摄像机的登记编号"),
        (("JZ-C-999999",), "同一路口", "JZ-C-999999 不是在册的摄像机"),
        (("JZ-C-" + "9" * 30,), "同一路口", "不是摄像机的登记编号"),
        (tuple(f"JZ-C-{n:06d}" for n in range(1, 60)), "同一路口", "最多 50 台"),
        (("JZ-C-000001",), "。", "请写明为什么"),
    ],
)
def test_bad_input(office: Person, numbers: tuple[str, ...], reason: str, says: str) -> None:
    response = browse(office).post(URL, told(*numbers, reason=reason))
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Proposal.objects.exists()
