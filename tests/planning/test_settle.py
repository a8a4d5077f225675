"""审定: what both sides pass is written to the cameras with lineage, in part too, and both may take it back."""

from __future__ import annotations

import pytest

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from inventory.invariants import reviewing, violations
from inventory.models import LedgerEntry
from notices.models import Notice
from planning import asking, deciding
from planning.models import Carrying, Proposal
from registry.lineage import source_of
from reviews.models import Case, Motion
from tests.dashboards.pages import browse
from tests.inventory.judging import agreed
from tests.inventory.registering import registered
from tests.planning import scenes

pytestmark = pytest.mark.django_db


def test_the_measure_of_each_camera_changes(office: Person) -> None:
    proposal, round_ = scenes.settled()
    assert scenes.fresh(proposal).state == "settled"
    assert scenes.measures(proposal) == {"meishan": "一机多用", "mabu": "拆除"}
    assert LedgerEntry.objects.get(round=round_).kind == "amendment"
    entry = Entry.objects.get(action="case.accepted")
    assert entry.facts["amended"] == {"camera": {"changed": 2}}


def test_the_history_of_the_camera_leads_to_the_proposal(office: Person, leader: Person) -> None:
    registered("meishan", cameras=[{"code": "34152400001320900001", "measure": "保留"}])
    camera = Camera.objects.get()
    proposal, round_ = scenes.settled(scenes.found(camera, scenes.two_cameras()[1]))
    told = source_of("cameras.camera", LedgerEntry.objects.get(round=round_).pk, None)
    assert told is not None
    assert proposal.title in told.title
    assert {reviewer.side for reviewer in told.reviewers} == {"数据局", "公安局"}
    page = browse(leader).get(f"/cameras/{camera.pk}/").content.decode()
    assert f'<a href="/planning/{proposal.pk}/">' in page
    assert "一机多用" in page


def test_owners_learn_what_they_have_to_carry_out() -> None:
    proposal, _ = scenes.settled()
    for agency in ("meishan", "mabu"):
        told = Notice.objects.get(person__username=f"clerk-{agency}", kind="carrying", settled_at=None)
        assert told.text.endswith("本单位有 1 项待落实。")
    tasks = Carrying.objects.filter(member__proposal=proposal)
    assert {(task.member.owner.code, task.measure, task.state) for task in tasks} == {
        ("meishan", "一机多用", "planned"),
        ("mabu", "拆除", "planned"),
    }


def test_what_goes_on_as_it_is_needs_no_carrying_out(office: Person) -> None:
    proposal = scenes.found()
    own = proposal.members.get(owner__code="meishan")
    asking.amend(office, proposal.pk, {own.pk: "保留"}, own.pk)
    scenes.settled(proposal)
    assert [task.member.owner.code for task in Carrying.objects.all()] == ["mabu"]


def test_in_part(office: Person) -> None:
    """What both passed stands and is locked; the rest is with the office, and goes alone the next time."""
    proposal, round_ = scenes.in_review()
    mabu = proposal.members.get(owner__code="mabu")
    scenes.decide(round_, [mabu.pk])
    assert scenes.fresh(proposal).state == "answered"
    assert scenes.measures(proposal) == {"meishan": "一机多用", "mabu": "保留"}
    page = browse(office).get(f"/planning/{proposal.pk}/").content.decode()
    assert "审定退回 2 处" in page and "权属单位有异议" in page
    meishan = proposal.members.get(owner__code="meishan")
    locked = browse(office).post(f"/planning/{proposal.pk}/amend/", {f"measure-{meishan.pk}": "迁移"})
    assert locked.status_code == 409
    asking.amend(office, proposal.pk, {mabu.pk: "迁移"}, meishan.pk)
    assert browse(office).post(f"/planning/{proposal.pk}/dismiss/", {"reason": "不办了"}).status_code == 409
    asking.ask(office, proposal.pk)
    assert [reply.agency.code for reply in proposal.replies.filter(turn=2)] == ["mabu"]
    asking.answer(scenes.clerk("mabu"), proposal.pk, "accept")
    again = deciding.hand_over(office, proposal.pk)
    assert [item.key for item in again.items.all()] == [mabu.pk]
    scenes.decide(again)
    assert scenes.fresh(proposal).state == "settled"
    assert scenes.measures(proposal) == {"meishan": "一机多用", "mabu": "迁移"}


def test_returned_it_is_with_the_office(office: Person) -> None:
    proposal, round_ = scenes.in_review()
    scenes.decide(round_, [member.pk for member in proposal.members.all()])
    assert scenes.fresh(proposal).state == "answered"
    assert scenes.measures(proposal) == {"meishan": "保留", "mabu": "保留"}
    assert not LedgerEntry.objects.filter(kind="amendment").exists()
    assert not Carrying.objects.exists()


def test_both_sides_take_it_back(office: Person) -> None:
    registered("meishan", cameras=[{"code": "34152400001320900001", "measure": "保留"}])
    registered("mabu", cameras=[{"code": "34152400001320900002", "measure": "保留", "township": "341524101"}])
    first, second = Camera.objects.order_by("pk")
    proposal, round_ = scenes.settled(scenes.found(first, second))
    assert "将作废 2 项落实任务" in deciding.batch(round_).says
    agreed(round_, Motion.Kind.UNDO)
    assert scenes.measures(proposal) == {"meishan": "保留", "mabu": "保留"}
    assert scenes.fresh(proposal).state == "answered"
    assert set(Carrying.objects.values_list("state", flat=True)) == {"void"}
    assert not Notice.objects.filter(kind="carrying", settled_at=None).exists()
    assert violations("I3", "I5", "I6") == {}
    assert list(reviewing.four_eyes()) == []
    again = deciding.hand_over(office, proposal.pk)
    assert again.item_count == 2, "nothing of it stands any more"


def test_reopened_it_stands_until_the_next_round(office: Person) -> None:
    proposal, round_ = scenes.settled()
    agreed(round_, Motion.Kind.REOPEN)
    assert scenes.measures(proposal) == {"meishan": "一机多用", "mabu": "拆除"}
    mabu = proposal.members.get(owner__code="mabu")
    asking.amend(office, proposal.pk, {mabu.pk: "迁移"}, None)
    again = deciding.hand_over(office, proposal.pk)
    assert [item.key for item in again.items.all()] == [mabu.pk]
    scenes.decide(again)
    assert scenes.measures(proposal)["mabu"] == "迁移"
    assert sorted(Carrying.objects.values_list("measure", "state")) == [
        ("一机多用", "planned"),
        ("拆除", "void"),
        ("迁移", "planned"),
    ]


def test_things_that_have_no_such_column_are_settled_too() -> None:
    """Poles and platforms: the decision stands in the plan, the registry has no measure of theirs."""
    from planning.finding import Group, Member
    from tests.factories_registry import register_pole

    poles = [register_pole("meishan"), register_pole("mabu")]
    members = tuple(Member("pole", pole.pk) for pole in poles)
    group = Group("pole_share", members, 12.0, True, ("相距 12 米",), dict.fromkeys(members, "杆塔复用"), None)
    proposal = scenes.taken(group)
    proposal, round_ = scenes.settled(proposal)
    assert scenes.fresh(proposal).state == "settled"
    assert not LedgerEntry.objects.filter(kind="amendment").exists()
    assert Carrying.objects.filter(measure="杆塔复用").count() == 2
    agreed(round_, Motion.Kind.UNDO)
    assert scenes.fresh(proposal).state == "answered"


def test_withdrawn_by_the_office(office: Person) -> None:
    proposal, _ = scenes.in_review()
    url = f"/planning/{proposal.pk}/withdraw/"
    assert browse(office).post(url, {"reason": "。"}).status_code == 422
    assert browse(office).post(url, {"reason": "麻埠镇补充了情况"}).status_code == 302
    assert scenes.fresh(proposal).state == "answered"
    assert Entry.objects.get(action="case.withdrawn").facts["reason"] == "麻埠镇补充了情况"
    assert browse(office).post(url, {"reason": "再撤一次"}).status_code == 409
    assert Case.objects.get(kind="proposal", subject_id=proposal.pk).state == "withdrawn"


def test_none_but_the_office_withdraws(data_reviewer: Person, leader: Person) -> None:
    proposal, _ = scenes.in_review()
    for person in (data_reviewer, leader, scenes.clerk("mabu")):
        response = browse(person).post(f"/planning/{proposal.pk}/withdraw/", {"reason": "我来撤"})
        assert response.status_code == 403
    assert Proposal.objects.get().state == "in_review"


def test_the_printed_record_has_the_owners_words(data_reviewer: Person) -> None:
    _, round_ = scenes.in_review(mabu="refuse")
    page = browse(data_reviewer).get(f"/reviews/{round_.case_id}/record/").content.decode()
    assert "权属单位答复" in page and "麻埠镇 不同意：这台还要拍村口方向" in page
