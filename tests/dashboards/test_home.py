"""待办: what waits for each role, the most urgent first, each line with its button; empty pages say what comes next."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency, Person
from dashboards import todo as todos
from dashboards.home import MOST, Home
from dashboards.todo import NAMED_UNITS
from inventory.models import Campaign, Obligation, SourceFile, Version
from reviews.delegations import today
from reviews.models import Decision, Round, Side
from tests.dashboards.homes import home_of, lines, only
from tests.dashboards.pages import browse, figures, links, list_count
from tests.factories import make_person
from tests.factories_progress import close, judge, make_campaign, obligation_of, open_round, report
from tests.factories_registry import register_camera, register_platform, register_pole

pytestmark = pytest.mark.django_db


# --- the unit -------------------------------------------------------------------------------------------------------
def test_a_report_not_begun(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", roster=["meishan", "mabu"])
    todo = only(meishan_clerk)
    assert (todo.what, todo.whose, todo.verb, todo.url) == ("第一次梳理还没有报送", "梅山镇", "去填报", "/submissions/")
    assert (todo.due, todo.is_overdue) == (campaign.due_at, False)
    assert timezone.localdate(todo.since) == campaign.opens_on


def test_a_survey_that_is_closed_or_has_not_begun_asks_for_nothing(meishan_clerk: Person) -> None:
    make_campaign("关闭的", roster=["meishan"], closed=True)
    make_campaign("未到的", roster=["meishan"], opened=-2)
    assert home_of(meishan_clerk).todos == []


def test_a_draft_says_what_is_missing(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "draft", rows=2, errors=5, by=meishan_clerk)
    todo = only(meishan_clerk)
    assert todo.what == "第一次梳理清单草稿还没有提交"
    assert (todo.note, todo.verb) == ("还有 5 处错误要改。", "继续填报")
    assert todo.url == reverse("submission", args=[submission.pk])
    SourceFile.objects.update(errors=0)
    assert only(meishan_clerk).note == "还没有附盖章扫描件。"


def test_a_draft_with_everything_is_ready(meishan_clerk: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu"])
    stamped = report(obligation_of(campaign, "mabu"), "in_review", by=meishan_clerk).versions.get()
    draft = report(obligation_of(campaign, "meishan"), "draft", rows=1, by=meishan_clerk).versions.get()
    Version.objects.filter(pk=draft.pk).update(scan=stamped.scan_id, scan_hash=draft.hash)
    todo = only(meishan_clerk)
    assert (todo.note, todo.verb) == ("都齐了，核对后就能提交。", "去提交")


def test_a_return_says_who_returned_how_many(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", rows=9, by=meishan_clerk)
    close(open_round(submission), Side.DATA, returned=3)
    round_ = open_round(submission)
    close(round_, Side.POLICE, returned=7)
    round_.ended_at, round_.outcome = timezone.now(), "returned"
    round_.save()
    submission.state = "returned"
    submission.save()
    todo = only(meishan_clerk)
    assert todo.what == "第一次梳理清单被退回"
    assert todo.note == "数据局退回 3 行，公安局退回 7 行，已写明理由。"
    assert (todo.state, todo.verb, todo.url) == ("returned", "去修改", reverse("submission", args=[submission.pk]))


def test_only_the_last_return_is_told(meishan_clerk: Person) -> None:
    """The factory's police return one row of each round."""
    campaign = make_campaign(roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "returned", rows=4, version=3, by=meishan_clerk)
    assert only(meishan_clerk).note == "公安局退回 1 行，已写明理由。"


def test_a_return_that_is_being_mended(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "returned", by=meishan_clerk)
    Version.objects.create(submission=submission, number=2, hash="", created_by=meishan_clerk)
    todo = only(meishan_clerk)
    assert todo.what == "第一次梳理清单退回后的修改还没有提交"
    assert todo.verb == "继续填报"


def test_in_review_is_only_to_be_known(meishan_clerk: Person) -> None:
    campaign = make_campaign(roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", rows=2, by=meishan_clerk)
    home = home_of(meishan_clerk)
    assert home.todos == []
    assert [todo.note for todo in home.watched] == ["数据局、公安局正在审核。"]
    close(open_round(submission), Side.DATA)
    assert [todo.note for todo in home_of(meishan_clerk).watched] == ["公安局正在审核。"]


def test_a_zero_report_is_called_one(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "zero_in_review", by=meishan_clerk)
    (todo,) = home_of(meishan_clerk).watched
    assert (todo.what, todo.state) == ("第一次梳理零报告审核中", "zero_in_review")


def test_a_supplement_has_no_due_date(meishan_clerk: Person) -> None:
    campaign = make_campaign("第一次梳理", due_in=-3, roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "accepted", by=meishan_clerk)
    assert home_of(meishan_clerk).todos == []
    report(obligation_of(campaign, "meishan"), "draft", by=meishan_clerk)
    todo = only(meishan_clerk)
    assert (todo.what, todo.due, todo.is_overdue) == ("第一次梳理补报清单草稿还没有提交", None, False)


def test_the_most_urgent_first(meishan_clerk: Person) -> None:
    """Overdue before the rest, then by due time, then by how long it has been waiting."""
    later = make_campaign("三", due_in=9, roster=["meishan"])
    soon = make_campaign("二", due_in=2, roster=["meishan"])
    late = make_campaign("一", due_in=-1, roster=["meishan"])
    supplement = make_campaign("四", due_in=1, roster=["meishan"])
    report(obligation_of(later, "meishan"), "returned", days=8, by=meishan_clerk)
    report(obligation_of(supplement, "meishan"), "accepted", by=meishan_clerk)
    report(obligation_of(supplement, "meishan"), "draft", days=9, by=meishan_clerk)
    assert [todo.what[0] for todo in home_of(meishan_clerk).todos] == ["一", "二", "三", "四"]
    assert [todo.is_overdue for todo in home_of(meishan_clerk).todos] == [True, False, False, False]
    assert soon.due_at > late.due_at


def test_a_clerk_hears_nothing_of_other_units(meishan_clerk: Person, mabu_clerk: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu"])
    report(obligation_of(campaign, "mabu"), "returned", by=mabu_clerk)
    text = browse(meishan_clerk).get(reverse("home")).content.decode()
    assert "麻埠镇" not in text
    assert [what for what, _, _ in lines(mabu_clerk)] == [f"{campaign.name}清单被退回"]


# --- a side ---------------------------------------------------------------------------------------------------------
def test_cases_wait_for_both_sides_until_each_has_closed(data_reviewer: Person, police_reviewer: Person) -> None:
    campaign = make_campaign(due_in=-1, roster=["meishan", "mabu"])
    newer = report(obligation_of(campaign, "meishan"), "in_review", days=1, rows=3)
    older = report(obligation_of(campaign, "mabu"), "in_review", days=4, rows=2, version=2)
    day = today()
    Round.objects.filter(pk=open_round(newer).pk).update(due_on=day)
    Round.objects.filter(pk=open_round(older).pk).update(due_on=day - dt.timedelta(days=1))
    found = home_of(data_reviewer).todos
    assert [todo.whose for todo in found] == ["麻埠镇", "梅山镇"]
    assert [todo.note for todo in found] == ["第 2 版，共 2 行", "共 3 行"]
    assert [todo.is_overdue for todo in found] == [True, False]
    assert [todo.due for todo in found] == [todos.end_of(day - dt.timedelta(days=1)), todos.end_of(day)]
    close(open_round(older), Side.DATA, by=data_reviewer)
    assert [todo.whose for todo in home_of(data_reviewer).todos] == ["梅山镇"]
    assert len(home_of(police_reviewer).todos) == 2
    assert open_round(newer).case.pk in {
        int(todo.url.rstrip("/").rpartition("/")[2]) for todo in home_of(police_reviewer).todos
    }


def test_a_case_half_done(data_reviewer: Person, police_reviewer: Person) -> None:
    campaign = make_campaign(roster=["meishan"])
    round_ = open_round(report(obligation_of(campaign, "meishan"), "in_review", rows=5))
    judge(round_, Side.DATA, data_reviewer, 3)
    todo = only(data_reviewer)
    assert (todo.note, todo.verb) == ("已审 3 / 5", "继续审核")
    assert only(police_reviewer).verb == "开始审核"


def test_a_question_is_not_yet_a_decision(data_reviewer: Person) -> None:
    campaign = make_campaign(roster=["meishan"])
    round_ = open_round(report(obligation_of(campaign, "meishan"), "in_review", rows=5))
    judge(round_, Side.DATA, data_reviewer, 2, Decision.QUESTION)
    assert only(data_reviewer).verb == "开始审核"


def test_who_filed_it_is_not_asked_to_judge_it(data_reviewer: Person) -> None:
    campaign = make_campaign(roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "in_review", by=data_reviewer)
    assert home_of(data_reviewer).todos == []


def test_many_cases_end_in_the_queue(data_reviewer: Person) -> None:
    campaign = make_campaign()
    for obligation in Obligation.objects.filter(campaign=campaign)[: MOST + 3]:
        report(obligation, "in_review", rows=1)
    response = browse(data_reviewer).get(reverse("home"))
    assert response.content.decode().count("todo-act") == MOST
    assert f"还有 {3} 件" in response.content.decode()
    assert reverse("review_queue") in [link.href for link in links(response.content)]


# --- office and leader ----------------------------------------------------------------------------------------------
def test_overdue_units_wait_for_the_office(office: Person) -> None:
    campaign = make_campaign("第一次梳理", due_in=-3, roster=["meishan", "mabu", "nanxi"])
    submission = report(obligation_of(campaign, "mabu"), "returned", days=6)
    report(obligation_of(campaign, "nanxi"), "accepted")
    found = [(todo.whose, todo.what, todo.url, todo.verb) for todo in home_of(office).todos]
    assert found == [
        ("梅山镇", "逾期 3 天，还没有开始填报", reverse("submissions"), "代报"),
        ("麻埠镇", "逾期 3 天，退回 6 天还没有改好", reverse("submission", args=[submission.pk]), "查看"),
    ]


def test_many_overdue_units_end_in_the_list(office: Person) -> None:
    campaign = make_campaign(due_in=-3)
    *named, last = home_of(office).todos
    assert len(named) == NAMED_UNITS
    assert last.what == f"还有 {36 - NAMED_UNITS} 个单位逾期"
    assert list_count(browse(office), last.url) == 36
    assert f"campaign={campaign.pk}" in last.url


def test_a_survey_about_to_end(office: Person) -> None:
    campaign = make_campaign("第一次梳理", due_in=3, roster=["meishan", "mabu", "nanxi"])
    report(obligation_of(campaign, "mabu"), "returned")
    report(obligation_of(campaign, "nanxi"), "in_review")
    todo = only(office)
    assert todo.what == "第一次梳理距截止 3 天"
    assert todo.note == "1 个单位还没有提交，1 个退回未改，3 个还没有通过。"
    assert list_count(browse(office), todo.url) == 2
    Campaign.objects.update(due_at=timezone.now() + dt.timedelta(days=30))
    assert home_of(office).todos == []


def test_a_survey_that_is_done(office: Person) -> None:
    campaign = make_campaign("第一次梳理", due_in=-3, roster=["meishan"])
    report(obligation_of(campaign, "meishan"), "zero_accepted")
    todo = only(office)
    assert (todo.what, todo.url) == ("第一次梳理的 1 个单位已全部通过", reverse("campaign", args=[campaign.pk]))


def test_no_survey_under_way(office: Person) -> None:
    make_campaign(closed=True, roster=["meishan"])
    assert (only(office).what, only(office).url) == ("没有进行中的轮次", reverse("campaign_add"))


def test_a_leader_sees_figures_and_the_worst_five(leader: Person) -> None:
    campaign = make_campaign(due_in=-3)
    report(obligation_of(campaign, "meishan"), "accepted")
    response = browse(leader).get(reverse("home"))
    home: Home = response.context["home"]
    assert [(figure.label, figure.count) for figure in home.progress] == [
        ("应报单位", 36),
        ("已报", 1),
        ("通过", 1),
        ("逾期", 35),
    ]
    assert len(home.worries) == 5
    client = browse(leader)
    for link in figures(response.content):
        assert list_count(client, link.href) == link.number


# --- figures of the registry ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "scope", "expected"),
    [
        ("meishan_clerk", "本单位台账", [2, 1, 1]),
        ("education_clerk", "本单位台账", [0, 0, 0]),
        ("leader", "全县台账", [4, 1, 2]),
        ("data_reviewer", "全县台账", [4, 1, 2]),
        ("office", "全县台账", [4, 1, 2]),
    ],
)
def test_the_registrys_figures_are_their_lists(
    who: str, scope: str, expected: list[int], request: pytest.FixtureRequest
) -> None:
    """A department's own figures do not hold what it only supervises; withdrawn and retired things count nowhere."""
    for code in ("meishan", "meishan", "mabu", "mabu"):
        register_camera(code, place_kind="school")
    register_camera("meishan", life="retired")
    register_pole("meishan")
    register_platform("meishan")
    register_platform("mabu")
    person = request.getfixturevalue(who)
    client = browse(person)
    response = client.get(reverse("home"))
    home: Home = response.context["home"]
    assert home.scope == scope
    assert [figure.count for figure in home.registry] == expected
    for figure in home.registry:
        assert list_count(client, figure.url) == figure.count


# --- queries --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "who", ["meishan_clerk", "data_reviewer", "office", "leader", "sysadmin", "secadmin", "auditor"]
)
def test_queries_do_not_grow(who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    campaign = make_campaign(due_in=-1, roster=["meishan", "mabu"])
    first = report(obligation_of(campaign, "meishan"), "in_review", rows=2)
    judge(open_round(first), Side.DATA, make_person("data-9", "data-bureau", "data_reviewer"), 1)
    make_person("newcomer", "meishan")
    client = browse(person)

    def count() -> int:
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("home")).status_code == 200
        return len(queries)

    few = count()
    known = set(campaign.obligations.values_list("agency_id", flat=True))
    Obligation.objects.bulk_create(
        Obligation(campaign=campaign, agency=agency) for agency in Agency.objects.exclude(pk__in=known)
    )
    for place, obligation in enumerate(Obligation.objects.filter(campaign=campaign).exclude(agency__code="meishan")):
        submission = report(obligation, ("in_review", "returned", "draft")[place % 3], rows=2)
        if place % 3 == 0:
            judge(open_round(submission), Side.DATA, Person.objects.get(username="data-9"), 1)
    for number in range(5):
        make_person(f"newcomer-{number}", "mabu")
        register_camera("mabu")
    assert count() <= few <= 29
