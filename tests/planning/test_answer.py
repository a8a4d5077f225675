"""答复: an owner accepts, amends or refuses, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from notices.models import Notice
from planning import asking
from planning.models import Proposal
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db


def url(proposal: Proposal) -> str:
    return f"/planning/{proposal.pk}/answer/"


def member(proposal: Proposal, agency: str) -> int:
    return proposal.members.get(owner__code=agency).pk


def test_consent_leaves_its_audit_row_and_the_office_learns(
    office: Person, meishan_clerk: Person, meishan_colleague: Person
) -> None:
    proposal = scenes.asked()
    assert browse(meishan_clerk).post(url(proposal), {"answer": "accept"}).status_code == 302
    assert scenes.reply_of(proposal, "meishan").answer == "accept"
    assert scenes.fresh(proposal).state == "asked", "the other owner has not answered"
    assert not Notice.objects.filter(person=meishan_colleague, settled_at=None).exists()
    told = Notice.objects.get(person=office, settled_at=None)
    assert "还有 1 个单位没有答复" in told.text
    entry = Entry.objects.get(action="proposal.answered")
    assert (entry.actor_id, entry.facts["reply"]) == (meishan_clerk.pk, "accept")


def test_the_last_answer_gives_it_back_to_the_office(office: Person) -> None:
    proposal = scenes.answered()
    assert proposal.state == "answered"
    assert "可以送审" in Notice.objects.get(person=office, settled_at=None).text


def test_an_amendment_names_what_it_would_have(mabu_clerk: Person, office: Person) -> None:
    proposal = scenes.asked()
    own = member(proposal, "mabu")
    told = {"answer": "amend", "reason": "这台还要拍村口方向", f"wish-{own}": "迁移"}
    assert browse(mabu_clerk).post(url(proposal), told).status_code == 302
    assert scenes.reply_of(proposal, "mabu").wishes == {str(own): "迁移"}
    assert "希望改为“迁移”" in browse(office).get(f"/planning/{proposal.pk}/").content.decode()


def test_a_stranger_does_not_see_it(education_clerk: Person) -> None:
    proposal = scenes.asked(scenes.found(*scenes.two_cameras(place_kind="village")))
    assert browse(education_clerk).post(url(proposal), {"answer": "accept"}).status_code == 404


@pytest.mark.parametrize("who", ["office", "data_reviewer", "leader", "sysadmin"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    proposal = scenes.asked()
    person: Person = scenes.office() if who == "office" else request.getfixturevalue(who)
    assert browse(person).post(url(proposal), {"answer": "accept"}).status_code == 403
    assert not proposal.replies.exclude(answer="").exists()


def test_a_supervising_department_reads_only(education_clerk: Person) -> None:
    proposal = scenes.asked(scenes.found(*scenes.two_cameras(place_kind="school")))
    client = browse(education_clerk)
    assert client.get(f"/planning/{proposal.pk}/").status_code == 200
    assert client.post(url(proposal), {"answer": "accept"}).status_code == 403


def test_once_only(meishan_clerk: Person, meishan_colleague: Person) -> None:
    proposal = scenes.asked()
    asking.answer(meishan_clerk, proposal.pk, "refuse", "位置不同")
    response = browse(meishan_colleague).post(url(proposal), {"answer": "accept"})
    assert response.status_code == 409
    assert scenes.reply_of(proposal, "meishan").answer == "refuse"


def test_not_after_it_was_dismissed(meishan_clerk: Person, office: Person) -> None:
    proposal = scenes.asked()
    asking.dismiss(office, proposal.pk, "现场看过，方向不同")
    assert browse(meishan_clerk).post(url(proposal), {"answer": "accept"}).status_code == 409


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "请选择同意、建议调整或不同意"),
        ({"answer": "perhaps"}, "请从三项中选一项"),
        ({"answer": "refuse"}, "请写明理由"),
        ({"answer": "refuse", "reason": "。。"}, "请写明理由"),
        ({"answer": "amend", "reason": "要拍村口"}, "请至少把一台设备改成另一种整合方式"),
        ({"answer": "amend", "reason": "要拍村口", "wish-own": "炸掉"}, "不是表格里的整合方式"),
        ({"answer": "amend", "reason": "要拍村口", "wish-other": "迁移"}, "只能对本单位的设备提出调整"),
    ],
)
def test_bad_input(mabu_clerk: Person, told: dict[str, Any], says: str) -> None:
    proposal = scenes.asked()
    ids = {"wish-own": member(proposal, "mabu"), "wish-other": member(proposal, "meishan")}
    posted = {f"wish-{ids[key]}" if key in ids else key: value for key, value in told.items()}
    response = browse(mabu_clerk).post(url(proposal), posted)
    assert response.status_code == 422
    assert says in response.content.decode(), json.dumps(posted)
    assert scenes.reply_of(proposal, "mabu").answer == ""


def test_what_was_typed_stands_again(mabu_clerk: Person) -> None:
    proposal = scenes.asked()
    own = member(proposal, "mabu")
    page = browse(mabu_clerk).post(url(proposal), {"answer": "amend", f"wish-{own}": "迁移"}).content.decode()
    assert '<option value="迁移" selected>' in page
