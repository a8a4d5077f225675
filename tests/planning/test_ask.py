"""征求意见: the office asks the owners of what is not settled yet."""

from __future__ import annotations

import pytest
from django.conf import settings

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera
from notices.models import Notice
from planning import asking
from planning.models import Proposal
from reviews import workdays
from reviews.delegations import today
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db


def url(proposal: Proposal) -> str:
    return f"/planning/{proposal.pk}/ask/"


def test_each_owner_is_asked_with_some_working_days(
    office: Person, meishan_clerk: Person, meishan_colleague: Person, mabu_clerk: Person
) -> None:
    proposal = scenes.found()
    assert browse(office).post(url(proposal)).status_code == 302
    assert scenes.fresh(proposal).state == "asked"
    due = workdays.after(today(), settings.PLANNING_ANSWER_DAYS)
    assert {(reply.agency.code, reply.due_on, reply.answer) for reply in proposal.replies.all()} == {
        ("meishan", due, ""),
        ("mabu", due, ""),
    }
    told = Notice.objects.filter(kind="asked")
    assert {meishan_clerk.pk, meishan_colleague.pk, mabu_clerk.pk} <= {notice.person_id for notice in told}
    assert set(told.values_list("person__agency__code", flat=True)) == {"meishan", "mabu"}
    assert all(notice.url == f"/planning/{proposal.pk}/#answer" and "征求意见" in notice.text for notice in told)
    entry = Entry.objects.get(action="proposal.asked")
    assert (entry.facts["count"], entry.facts["agencies"], entry.facts["until"]) == (2, 2, due.isoformat())


def test_who_is_not_concerned_does_not_see_it(education_clerk: Person, meishan_clerk: Person) -> None:
    proposal = scenes.found(*scenes.two_cameras(place_kind="village"))
    assert browse(education_clerk).post(url(proposal)).status_code == 404
    assert browse(meishan_clerk).get(f"/planning/{proposal.pk}/").status_code == 404, "it was not asked yet"


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader", "auditor"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    assert browse(request.getfixturevalue(who)).post(url(scenes.found())).status_code == 403


def test_an_owner_is_refused(mabu_clerk: Person) -> None:
    assert browse(mabu_clerk).post(url(scenes.asked())).status_code == 403


def test_not_while_the_owners_have_it(office: Person) -> None:
    proposal = scenes.asked()
    assert browse(office).post(url(proposal)).status_code == 409
    assert scenes.fresh(proposal).turn == 1


def test_not_without_a_measure_for_each(office: Person) -> None:
    proposal = scenes.found(sure=False)
    response = browse(office).post(url(proposal))
    assert response.status_code == 409
    assert "还有 2 个成员" in response.content.decode()


def test_not_for_what_is_registered_no_more(office: Person) -> None:
    proposal = scenes.found()
    Camera.objects.filter(reporting_agency__code="mabu").update(life="retired")
    with pytest.raises(Conflict, match="已不在册"):
        asking.ask(office, proposal.pk)


def test_it_may_be_asked_again_after_the_answers(office: Person, mabu_clerk: Person) -> None:
    proposal = scenes.answered(mabu="refuse")
    asking.ask(office, proposal.pk)
    assert scenes.fresh(proposal).turn == 2
    assert proposal.replies.count() == 4
    assert Notice.objects.get(person=mabu_clerk, settled_at=None).kind == "asked"
