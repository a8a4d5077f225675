"""Beginning a report: rows or zero, once; stranger 404, wrong role 403, the other kind 409, nonsense 422."""

from __future__ import annotations

import pytest
from django.urls import reverse

from agencies.models import Agency, Person
from inventory.campaign import campaigns
from inventory.models import Obligation, ReportKind, Submission, Version
from tests.factories_inventory import submitted_zero
from tests.factories_registry import version_of
from tests.inventory import web
from tests.inventory.drafts import obligation_of, started
from tests.inventory.registering import decide, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed() -> Obligation:
    """What 梅山镇 owes."""
    return obligation_of("meishan")


@pytest.mark.parametrize("kind", ["rows", "zero"])
def test_it_opens_a_draft_and_leaves_its_audit_row(meishan_clerk: Person, owed: Obligation, kind: str) -> None:
    answer = web.press(meishan_clerk, "submission_start", owed.pk, kind=kind)
    new = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("submission", args=[new.pk]))
    assert (new.kind, new.state, new.number, new.on_behalf) == (kind, "draft", 1, False)
    assert (new.created_by, new.obligation) == (meishan_clerk, owed)
    version = Version.objects.get()
    assert (version.number, version.hash, version.submitted_at) == (1, "", None)
    told = web.entry("submission.started")
    assert (told.actor_id, told.agency_id, told.object_id) == (meishan_clerk.pk, owed.agency_id, str(new.pk))
    assert told.facts == {"kind": kind}
    assert Obligation.objects.get(pk=owed.pk).answer == kind


def test_the_button_on_the_page_begins_it(meishan_clerk: Person, owed: Obligation) -> None:
    html = web.of(meishan_clerk).get(web.url("submissions")).content.decode()
    assert "还没有填报" in html
    answer = web.of(meishan_clerk).post(web.url("submission_start", owed.pk))
    assert answer.status_code == 302
    assert Submission.objects.get().kind == "rows"
    html = web.of(meishan_clerk).get(web.url("submissions")).content.decode()
    assert not web.has_form(html, web.url("submission_start", owed.pk))


def test_a_second_press_finds_the_open_one(meishan_clerk: Person, meishan_colleague: Person, owed: Obligation) -> None:
    first = web.press(meishan_clerk, "submission_start", owed.pk, kind="rows")
    second = web.press(meishan_colleague, "submission_start", owed.pk, kind="rows")
    assert first["Location"] == second["Location"]
    assert Submission.objects.count() == 1
    assert web.actions(Submission.objects.get()) == ["submission.started"]


def test_a_stranger_finds_nothing(mabu_clerk: Person, owed: Obligation) -> None:
    assert web.press(mabu_clerk, "submission_start", owed.pk, kind="rows").status_code == 404
    assert not Submission.objects.exists()


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, owed: Obligation) -> None:
    assert web.press(request.getfixturevalue(who), "submission_start", owed.pk, kind="rows").status_code == 403
    assert not Submission.objects.exists()


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_no_business(request: pytest.FixtureRequest, who: str, owed: Obligation) -> None:
    assert web.press(request.getfixturevalue(who), "submission_start", owed.pk, kind="rows").status_code == 404


@pytest.mark.parametrize(("one", "other"), [("rows", "zero"), ("zero", "rows")])
def test_rows_and_zero_exclude_each_other(meishan_clerk: Person, owed: Obligation, one: str, other: str) -> None:
    web.press(meishan_clerk, "submission_start", owed.pk, kind=one)
    answer = web.press(meishan_clerk, "submission_start", owed.pk, kind=other)
    assert answer.status_code == 409
    assert "请先处理完或作废它，再改报。" in answer.content.decode()
    assert Submission.objects.get().kind == one


def test_zero_after_accepted_rows_is_refused_and_more_rows_are_not(meishan_clerk: Person) -> None:
    owed = version_of(registered(cameras=[{}])).submission.obligation
    answer = web.press(meishan_clerk, "submission_start", owed.pk, kind="zero")
    assert answer.status_code == 409
    assert "已有通过的清单，不能再报零报告" in answer.content.decode()
    assert web.press(meishan_clerk, "submission_start", owed.pk, kind="rows").status_code == 302
    assert sorted(Submission.objects.values_list("number", "state")) == [(1, "accepted"), (2, "draft")]


def test_rows_after_an_accepted_zero_report_are_refused(meishan_clerk: Person) -> None:
    zero = submitted_zero("meishan")
    decide(zero)
    answer = web.press(meishan_clerk, "submission_start", zero.obligation_id, kind="rows")
    assert answer.status_code == 409
    assert "零报告已经通过，不能再报清单" in answer.content.decode()


def test_a_closed_survey_takes_no_more(meishan_clerk: Person, office: Person, owed: Obligation) -> None:
    campaigns.close(office, owed.campaign_id)
    answer = web.press(meishan_clerk, "submission_start", owed.pk, kind="rows")
    assert answer.status_code == 409
    assert "已经关闭" in answer.content.decode()


@pytest.mark.parametrize("kind", ["", "both", "ROWS", "rows;drop"])
def test_another_kind_is_refused(meishan_clerk: Person, owed: Obligation, kind: str) -> None:
    answer = web.press(meishan_clerk, "submission_start", owed.pk, kind=kind)
    assert answer.status_code == 422
    assert "请选择报送清单或零报告" in answer.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize("pk", [0, 987654321, 99999999999999999999999])
def test_one_that_is_not_there(meishan_clerk: Person, owed: Obligation, pk: int) -> None:
    assert web.of(meishan_clerk).post(f"/obligations/{pk}/start/").status_code == 404


# --- the office on behalf (代报) -------------------------------------------------------------------------------------
def test_the_office_begins_it_on_behalf(office: Person, owed: Obligation) -> None:
    web.press(office, "submission_start", owed.pk, kind="rows")
    new = Submission.objects.get()
    assert (new.on_behalf, new.created_by) == (True, office)
    assert "代报" in web.page(office, new)


def test_the_agencys_own_page_says_so_too(office: Person, meishan_clerk: Person, owed: Obligation) -> None:
    web.press(office, "submission_start", owed.pk, kind="zero")
    assert "代报" in web.page(meishan_clerk, Submission.objects.get())


def test_an_own_report_is_not_marked(meishan_clerk: Person) -> None:
    assert "代报" not in web.page(meishan_clerk, started(meishan_clerk))


@pytest.mark.parametrize("kind", [ReportKind.ROWS, ReportKind.ZERO])
def test_the_offices_hand_in_a_begun_report_marks_it(office: Person, meishan_clerk: Person, kind: ReportKind) -> None:
    """The clerk began it, the office filled it in."""
    begun = started(meishan_clerk, kind)
    if kind == ReportKind.ZERO:
        assert web.press(office, "submission_zero", begun.pk, reason=web.REASON).status_code == 302
    else:
        from tests.inventory.drafts import camera_row, workbook

        assert web.send(office, begun, workbook([camera_row(1)])).status_code == 302
    assert Submission.objects.get().on_behalf is True
    assert Agency.objects.get(code="meishan").pk == web.entry("submission.started").agency_id
