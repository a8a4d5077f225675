"""修改建议: the office changes the measures, sets a proposal aside (不采纳), and takes up what was set aside."""

from __future__ import annotations

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


def of(proposal: Proposal, agency: str) -> int:
    return proposal.members.get(owner__code=agency).pk


def amend(person: Person, proposal: Proposal, **told: Any) -> Any:
    return browse(person).post(f"/planning/{proposal.pk}/amend/", {key.replace("_", "-"): v for key, v in told.items()})


def test_it_changes_measures_and_which_one_stays(office: Person) -> None:
    proposal = scenes.found()
    meishan, mabu = of(proposal, "meishan"), of(proposal, "mabu")
    told = {f"measure-{meishan}": "拆除", f"measure-{mabu}": "算法升级", "stays": mabu}
    assert browse(office).post(f"/planning/{proposal.pk}/amend/", told).status_code == 302
    assert {member.owner.code: (member.measure, member.stays) for member in proposal.members.all()} == {
        "meishan": ("拆除", False),
        "mabu": ("算法升级", True),
    }
    entry = Entry.objects.get(action="proposal.amended")
    assert entry.facts["count"] == 2
    assert sorted(entry.facts["measures"].values()) == ["拆除", "算法升级"]


def test_nothing_changed_leaves_no_trace(office: Person) -> None:
    proposal = scenes.found()
    stays = of(proposal, "meishan")
    assert browse(office).post(f"/planning/{proposal.pk}/amend/", {"stays": stays}).status_code == 302
    assert not Entry.objects.filter(action="proposal.amended").exists()


def test_a_stranger_does_not_see_it(meishan_clerk: Person) -> None:
    assert amend(meishan_clerk, scenes.found()).status_code == 404


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader", "sysadmin"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    assert amend(request.getfixturevalue(who), scenes.found()).status_code == 403


def test_not_while_the_owners_have_it(office: Person) -> None:
    proposal = scenes.asked()
    told = {f"measure-{of(proposal, 'mabu')}": "迁移"}
    assert browse(office).post(f"/planning/{proposal.pk}/amend/", told).status_code == 409


def test_bad_input(office: Person) -> None:
    proposal, other = scenes.found(), scenes.found()
    mabu, foreign = of(proposal, "mabu"), of(other, "mabu")
    client = browse(office)
    for told, says in (
        ({f"measure-{mabu}": "炸掉"}, "“炸掉”不是表格里的整合方式"),
        ({f"measure-{foreign}": "拆除"}, "不在这件方案里"),
        ({"stays": foreign}, "不在这件方案里"),
    ):
        response = client.post(f"/planning/{proposal.pk}/amend/", told)
        assert response.status_code == 422, told
        assert says in response.content.decode()
    assert set(proposal.members.values_list("measure", flat=True)) == {"一机多用", "拆除"}


def test_reviewers_see_what_was_asked_and_what_became_of_it(office: Person, data_reviewer: Person) -> None:
    proposal = scenes.answered()
    mabu = of(proposal, "mabu")
    asking.amend(office, proposal.pk, {mabu: "迁移"}, of(proposal, "meishan"))
    from planning import deciding

    round_ = deciding.hand_over(office, proposal.pk)
    page = browse(data_reviewer).get(f"/reviews/{round_.case_id}/?row={mabu}").content.decode()
    assert "征求意见时建议“拆除”，之后改为“迁移”" in page


# --- 不采纳 -----------------------------------------------------------------------------------------------------------
def dismiss(person: Person, proposal: Proposal, reason: str = "现场看过，两台方向不同") -> Any:
    return browse(person).post(f"/planning/{proposal.pk}/dismiss/", {"reason": reason})


def test_it_is_set_aside_with_a_reason(office: Person) -> None:
    proposal = scenes.asked()
    assert dismiss(office, proposal).status_code == 302
    proposal = scenes.fresh(proposal)
    assert (proposal.state, proposal.dismissed_reason) == ("dismissed", "现场看过，两台方向不同")
    assert Entry.objects.get(action="proposal.dismissed").facts["reason"] == "现场看过，两台方向不同"
    assert not Notice.objects.filter(kind="asked", settled_at=None).exists(), "nobody has to answer any more"


def test_it_is_taken_up_again(office: Person) -> None:
    proposal = scenes.found()
    dismiss(office, proposal)
    assert browse(office).post(f"/planning/{proposal.pk}/resume/").status_code == 302
    assert scenes.fresh(proposal).state == "found"
    assert Entry.objects.filter(action="proposal.resumed").exists()
    assert browse(office).post(f"/planning/{proposal.pk}/resume/").status_code == 409


def test_only_the_office_sets_aside_and_takes_up(data_reviewer: Person, leader: Person) -> None:
    proposal = scenes.asked()
    for person in (data_reviewer, leader, scenes.clerk("mabu")):
        assert dismiss(person, proposal).status_code == 403
        assert browse(person).post(f"/planning/{proposal.pk}/resume/").status_code == 403
    assert dismiss(scenes.somebody("clerk-water", "water", "clerk"), proposal).status_code == 404


def test_not_while_both_sides_have_it(office: Person) -> None:
    proposal, _ = scenes.in_review()
    assert dismiss(office, proposal).status_code == 409


@pytest.mark.parametrize("reason", ["", "。。。", " ", "好" * 600])
def test_not_without_words(office: Person, reason: str) -> None:
    proposal = scenes.found()
    assert dismiss(office, proposal, reason).status_code == 422
    assert scenes.fresh(proposal).state == "found"
