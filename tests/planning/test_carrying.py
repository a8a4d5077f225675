"""落实: the owner begins and reports with evidence, the office confirms or objects."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import Person, PersonRole
from audit.models import Entry
from demo.paper import stamped_page
from notices.models import Notice
from planning import carrying
from planning.models import Carrying, Proposal
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(office: Person) -> Carrying:
    """麻埠镇's: its camera is to be removed."""
    proposal, _ = scenes.settled()
    return Carrying.objects.get(member__proposal=proposal, member__owner__code="mabu")


def act(person: Person, task: Carrying, what: str, **told: Any) -> Any:
    return browse(person).post(f"/planning/{task.member.proposal_id}/tasks/{task.pk}/{what}/", told)


def evidence(data: bytes | None = None, name: str = "拆除后.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, stamped_page() if data is None else data)


def state(task: Carrying) -> str:
    return Carrying.objects.get(pk=task.pk).state


def test_from_planned_to_confirmed(task: Carrying, office: Person) -> None:
    owner = scenes.clerk("mabu")
    assert act(owner, task, "begin").status_code == 302
    assert state(task) == "under_way"
    assert act(owner, task, "report", evidence=evidence(), note="杆件一并拆除").status_code == 302
    done = Carrying.objects.select_related("evidence").get(pk=task.pk)
    assert (done.state, done.reported_by_id, done.note) == ("done", owner.pk, "杆件一并拆除")
    assert done.evidence is not None
    assert done.evidence.sha256 == hashlib.sha256(stamped_page()).hexdigest()
    assert "请核对证明后确认" in Notice.objects.get(person=office, kind="carrying", settled_at=None).text
    url = f"/planning/{task.member.proposal_id}/tasks/{task.pk}/evidence/"
    assert b"".join(browse(office).get(url)) == stamped_page()
    assert act(office, task, "confirm").status_code == 302
    assert state(task) == "confirmed"
    actions = Entry.objects.filter(action__startswith="carrying.").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["carrying.begun", "carrying.reported", "carrying.confirmed"]
    assert not Notice.objects.filter(person=owner, kind="carrying", settled_at=None).exists()
    assert not Notice.objects.filter(person=office, settled_at=None).exclude(kind="accepted").exists()
    assert "已落实 1 / 2" in browse(office).get(f"/planning/{task.member.proposal_id}/").content.decode()


def test_the_office_objects_with_a_reason(task: Carrying, office: Person) -> None:
    owner = scenes.clerk("mabu")
    act(owner, task, "report", evidence=evidence())
    assert act(office, task, "object", reason="。").status_code == 422
    assert act(office, task, "object", reason="照片里看不出是这一台").status_code == 302
    assert state(task) == "under_way"
    told = Notice.objects.get(person=owner, kind="returned", settled_at=None)
    assert "照片里看不出是这一台" in told.text
    assert Entry.objects.get(action="carrying.objected").facts["reason"] == "照片里看不出是这一台"
    assert "照片里看不出是这一台" in browse(owner).get(f"/planning/{task.member.proposal_id}/").content.decode()
    assert act(owner, task, "report", evidence=evidence(name="全景.pdf")).status_code == 302


def test_strangers_and_other_owners_do_not_see_it(task: Carrying, office: Person) -> None:
    act(scenes.clerk("mabu"), task, "report", evidence=evidence())
    url = f"/planning/{task.member.proposal_id}/tasks/{task.pk}/evidence/"
    for agency in ("water", "meishan"):
        person = scenes.clerk(agency)
        assert act(person, task, "begin").status_code == 404
        assert act(person, task, "report", evidence=evidence()).status_code == 404
        assert act(person, task, "confirm").status_code == 404
        assert browse(person).get(url).status_code == 404
    page = browse(scenes.clerk("meishan")).get(f"/planning/{task.member.proposal_id}/").content.decode()
    assert "拆除后.pdf" not in page
    other = scenes.found()
    assert browse(office).post(f"/planning/{other.pk}/tasks/{task.pk}/confirm/").status_code == 404


def test_wrong_roles(office: Person, leader: Person, data_reviewer: Person, task: Carrying) -> None:
    owner = scenes.clerk("mabu")
    for person in (office, leader, data_reviewer):
        assert act(person, task, "begin").status_code == 403
        assert act(person, task, "report", evidence=evidence()).status_code == 403
    act(owner, task, "report", evidence=evidence())
    for person in (owner, leader, data_reviewer):
        assert act(person, task, "confirm").status_code == 403
        assert act(person, task, "object", reason="看不清").status_code == 403
    assert state(task) == "done"


def test_who_reported_does_not_confirm(task: Carrying, office: Person) -> None:
    owner = scenes.clerk("mabu")
    act(owner, task, "report", evidence=evidence())
    PersonRole.objects.create(person=owner, role="office")
    assert act(Person.objects.get(pk=owner.pk), task, "confirm").status_code == 403


def test_wrong_states(task: Carrying, office: Person) -> None:
    owner = scenes.clerk("mabu")
    assert act(office, task, "confirm").status_code == 409
    assert act(office, task, "object", reason="看不清").status_code == 409
    act(owner, task, "begin")
    assert act(owner, task, "begin").status_code == 409
    act(owner, task, "report", evidence=evidence())
    assert act(owner, task, "report", evidence=evidence()).status_code == 409
    act(office, task, "confirm")
    assert act(office, task, "confirm").status_code == 409


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (None, "", "请选择证明材料"),
        (b"", "空.pdf", "空"),
        (b"MZ\x90\x00", "照片.jpg", ""),
        (b"<html></html>", "照片.pdf", ""),
    ],
)
def test_bad_evidence(task: Carrying, data: bytes | None, name: str, says: str) -> None:
    told = {} if data is None else {"evidence": evidence(data, name)}
    response = act(scenes.clerk("mabu"), task, "report", note="拆了", **told)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert 'value="拆了"' in response.content.decode()
    assert state(task) == "planned"


def test_the_proposal_is_locked_first(task: Carrying, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was undone a moment ago is not reported as done."""
    Carrying.objects.filter(pk=task.pk).update(state="void")
    with pytest.raises(Exception, match="已撤销"):
        carrying.begin(scenes.clerk("mabu"), task.pk)
    assert Proposal.objects.get().state == "settled"
