"""送审: both sides get the proposal as a case, see what it is about, and nobody who had a hand in it judges it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera
from notices.models import Notice
from planning import asking, deciding
from planning.models import Proposal, Reply
from reviews.models import Case, Decision, Participation, Side, Verdict
from reviews.services import mark
from tests.dashboards.pages import browse
from tests.planning import scenes

pytestmark = pytest.mark.django_db


def url(proposal: Proposal) -> str:
    return f"/planning/{proposal.pk}/hand-over/"


def test_it_becomes_a_case_and_leaves_its_audit_row(
    office: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    proposal = scenes.answered()
    assert browse(office).post(url(proposal)).status_code == 302
    case = Case.objects.get(kind="proposal", subject_id=proposal.pk)
    round_ = case.rounds.get()
    assert (case.agency.code, round_.item_count, scenes.fresh(proposal).state) == ("office", 2, "in_review")
    members = {member.pk: member.hash for member in proposal.members.all()}
    assert {item.key: item.hash for item in round_.items.all()} == members
    told = Notice.objects.filter(kind="to_review", settled_at=None)
    assert {data_reviewer.pk, police_reviewer.pk} <= {notice.person_id for notice in told}
    entry = Entry.objects.get(action="proposal.handed_over")
    assert (entry.facts["round"], entry.facts["count"]) == (1, 2)


def test_reviewers_see_the_measure_the_place_and_what_owners_say(data_reviewer: Person) -> None:
    proposal, round_ = scenes.in_review(mabu="amend")
    key = proposal.members.get(owner__code="mabu").pk
    page = browse(data_reviewer).get(f"/reviews/{round_.case_id}/?row={key}").content.decode()
    for words in ("江店路口（麻埠）", "计划整合方式", "拆除", "建议调整", "希望改为“迁移”", "这台还要拍村口方向",
                  "相距 19 米", "权属单位建议调整", "bench-map-data"):  # fmt: skip
        assert words in page, words
    places = browse(data_reviewer).get(f"/reviews/{round_.case_id}/places/").json()
    assert len(places["rows"]) == 2


def test_what_an_owner_speaks_against_comes_first(data_reviewer: Person) -> None:
    proposal, round_ = scenes.in_review(mabu="refuse")
    first = round_.items.order_by("-risk")[0]
    assert proposal.members.get(pk=first.key).owner.code == "mabu"


def test_lists_and_filters_of_the_workbench(data_reviewer: Person) -> None:
    _, round_ = scenes.in_review(mabu="refuse")
    client = browse(data_reviewer)
    for query, count in (("show=against", 1), ("show=gives_way", 2), ("q=麻埠", 1), ("order=place", 2), ("q=没有", 0)):
        page = client.get(f"/reviews/{round_.case_id}/rows/?{query}").content.decode()
        assert page.count('class="queue-row') == count, query


def test_owners_and_office_are_authors(office: Person, data_reviewer: Person) -> None:
    _, round_ = scenes.in_review()
    authors = Participation.objects.filter(case=round_.case, part="author").values_list("person__username", flat=True)
    assert set(authors) == {"office-1", "clerk-meishan", "clerk-mabu"}


def test_who_answered_does_not_judge() -> None:
    """The data bureau's reviewer who is its clerk as well, and answered for a camera of the bureau's own."""
    from agencies.models import Agency, PersonRole

    both = scenes.somebody("data-1", "data-bureau", "data_reviewer")
    PersonRole.objects.create(person=both, role="clerk")
    first, second = scenes.two_cameras()
    Camera.objects.filter(pk=second.pk).update(owner=Agency.objects.get(code="data-bureau"))
    proposal = scenes.asked(scenes.found(first, second))
    asking.answer(scenes.clerk("meishan"), proposal.pk, "accept")
    asking.answer(both, proposal.pk, "accept")
    round_ = deciding.hand_over(scenes.office(), proposal.pk)
    with pytest.raises(PermissionDenied, match="不同的人"):
        mark(both, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash)


def test_who_judged_does_not_plan(office: Person) -> None:
    """A reviewer who gets the office's role later may not change what was judged."""
    from agencies.models import PersonRole

    proposal, round_ = scenes.in_review()
    scenes.decide(round_, [proposal.members.all()[0].pk, proposal.members.all()[1].pk])
    judge = Person.objects.get(username="data-1")
    PersonRole.objects.create(person=judge, role="office")
    with pytest.raises(PermissionDenied, match="您审核过本件"):
        asking.ask(Person.objects.get(pk=judge.pk), proposal.pk)


def test_a_stranger_does_not_see_it(education_clerk: Person) -> None:
    proposal = scenes.answered(scenes.found(*scenes.two_cameras(place_kind="village")))
    assert browse(education_clerk).post(url(proposal)).status_code == 404


@pytest.mark.parametrize("who", ["data_reviewer", "leader", "secadmin"])
def test_all_others_are_refused(who: str, request: pytest.FixtureRequest) -> None:
    assert browse(request.getfixturevalue(who)).post(url(scenes.answered())).status_code == 403


def test_an_owner_is_refused() -> None:
    assert browse(scenes.clerk("mabu")).post(url(scenes.answered())).status_code == 403


def test_not_before_the_owners_were_asked(office: Person) -> None:
    assert browse(office).post(url(scenes.found())).status_code == 409


def test_not_while_an_owner_has_time_to_answer(office: Person) -> None:
    proposal = scenes.asked()
    response = browse(office).post(url(proposal))
    assert response.status_code == 409
    assert "还有 2 个单位" in response.content.decode()


def test_who_lets_the_day_pass_holds_nothing_up(office: Person, data_reviewer: Person) -> None:
    proposal = scenes.asked()
    Reply.objects.update(due_on=dt.date(2022, 8, 22))
    round_ = deciding.hand_over(office, proposal.pk)
    key = proposal.members.all()[0].pk
    page = browse(data_reviewer).get(f"/reviews/{round_.case_id}/?row={key}").content.decode()
    assert "在期限（8月22日）前没有答复" in page
    assert not Notice.objects.filter(kind="asked", settled_at=None).exists()


def test_what_changed_in_the_registry_after_that_is_not_overwritten(office: Person) -> None:
    from tests.factories_registry import accepted_batch, record_change

    proposal, round_ = scenes.in_review()
    camera = Camera.objects.get(reporting_agency__code="mabu")
    record_change(camera, accepted_batch("mabu"), brand="大华")
    with pytest.raises(Conflict, match="在审核之后又有变动"):
        scenes.decide(round_)
    assert scenes.fresh(proposal).state == "in_review"
    assert scenes.measures(proposal) == {"meishan": "保留", "mabu": "保留"}


def test_the_office_answers_what_a_side_asks(office: Person, data_reviewer: Person) -> None:
    proposal, round_ = scenes.in_review()
    key = proposal.members.all()[0].pk
    content = round_.version_hash
    mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, version_hash=content, keys=[key], reason="现场看过吗")
    told = Notice.objects.get(person=office, kind="question", settled_at=None)
    client = browse(office)
    assert "审核方有 1 条疑问" in client.get("/").content.decode()
    page = client.get(told.url).content.decode()
    assert "现场看过吗" in page
    asked = Verdict.objects.get(decision="question")
    url = f"/planning/{proposal.pk}/questions/"
    assert browse(scenes.clerk("mabu")).post(url, {"question": asked.pk, "text": "看过"}).status_code == 403
    assert client.post(url, {"question": asked.pk, "text": "。"}).status_code == 422
    assert client.post(url, {"question": "x", "text": "看过"}).status_code == 422
    assert client.post(url, {"question": asked.pk, "text": "上周和两镇一起看过"}).status_code == 302
    assert client.post(url, {"question": asked.pk, "text": "再说一次"}).status_code == 409
    bench = browse(data_reviewer).get(f"/reviews/{round_.case_id}/?row={key}").content.decode()
    assert "上周和两镇一起看过" in bench
