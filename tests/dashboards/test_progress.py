"""The leaders' page: every figure is the count of the list it opens (I10), states sum to the roster, everybody sees
what is theirs (T10), and the number of queries does not grow."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Agency, Person, PlaceKind
from dashboards import stats
from inventory.campaign.obligations import REPORTED_STATES, ObligationState
from inventory.models import Campaign, Obligation, Submission
from reviews.models import Side
from tests.dashboards.pages import browse, figures, links, list_count
from tests.factories_progress import STATES, close, make_campaign, obligation_of, open_round, report
from tests.factories_registry import register_camera

pytestmark = pytest.mark.django_db
SEES_ALL = ["office", "leader", "data_reviewer", "police_reviewer"]


def scatter(campaign: Campaign, seed: int) -> None:
    """Every obligation in a random state, some with a second report beside; some cameras in the registry."""
    rng = random.Random(seed)
    kinds = [*PlaceKind.objects.values_list("code", flat=True), ""]
    for obligation in Obligation.objects.filter(campaign=campaign).select_related("agency").order_by("pk"):
        if rng.random() < 0.2:
            report(obligation, "discarded")
        state = rng.choice(["missing", *STATES])
        if state == "missing":
            continue
        report(
            obligation,
            state,
            days=rng.randint(0, 20),
            rows=0 if state.startswith("zero") else rng.randint(1, 4),
            place_kind=rng.choice(kinds),
            version=1 if state == "draft" else rng.choice([1, 1, 2]),
        )
        if state == "accepted" and rng.random() < 0.5:
            report(obligation, rng.choice(["draft", "in_review", "returned"]), rows=2, place_kind=rng.choice(kinds))
    for code in rng.sample(["meishan", "mabu", "nanxi", "education", "zone"], 3):
        for _ in range(rng.randint(1, 3)):
            register_camera(code, place_kind=rng.choice(kinds), life=rng.choice(["live", "live", "retired"]))


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_the_count_of_the_list_it_opens(leader: Person, seed: int) -> None:
    campaign = make_campaign(due_in=random.Random(seed).choice([-2, 2]))
    scatter(campaign, seed)
    client = browse(leader)
    page = client.get(reverse("progress"), {"campaign": campaign.pk})
    found = figures(page.content)
    assert len(found) > 20
    paths = {link.href.split("?")[0] for link in found}
    assert paths == {"/progress/units/", "/progress/rows/", "/cameras/"}
    counts = {href: list_count(client, href) for href in {link.href for link in found}}
    assert not [(link, counts[link.href]) for link in found if counts[link.href] != link.number]


@pytest.mark.parametrize("seed", range(2))
def test_states_sum_to_the_roster(leader: Person, seed: int) -> None:
    campaign = make_campaign(due_in=-1)
    scatter(campaign, seed + 100)
    page = browse(leader).get(reverse("progress"), {"campaign": campaign.pk})
    *groups, whole = page.context["groups"]
    for row in (*groups, whole):
        assert sum(cell.count for cell in row.cells) == row.total.count
    assert [row.total.count for row in groups] == [23, 1, 12]
    assert whole.total.count == 36
    for place, cell in enumerate(whole.cells):
        assert sum(row.cells[place].count for row in groups) == cell.count
    assert sum(row.overdue.count for row in groups) == whole.overdue.count
    accepted = sum(cell.count for cell in whole.cells if cell.word in ("通过", "零报告通过"))
    assert whole.overdue.count == 36 - accepted
    owed, reported, passed, overdue = page.context["figures"]
    assert (owed.count, passed.count, overdue.count) == (36, accepted, whole.overdue.count)
    by_word = {cell.word: cell.count for cell in whole.cells}
    assert reported.count == 36 - by_word["未报"] - by_word["草稿"]
    assert {figure.of for figure in (reported, passed, overdue)} == {36}


def test_the_matrix_has_each_unit_once_in_its_state(leader: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu", "police"])
    report(obligation_of(campaign, "meishan"), "returned", days=4)
    report(obligation_of(campaign, "police"), "zero_accepted")
    page = browse(leader).get(reverse("progress"))
    marked = {
        row.unit.agency: [(cell.word, cell.count) for cell in row.cells if cell]
        for _, rows in page.context["units"]
        for row in rows
    }
    assert marked == {"梅山镇": [("退回", 4)], "麻埠镇": [("未报", 10)], "县公安局": [("零报告通过", 0)]}
    assert [label for label, _ in page.context["units"]] == ["乡镇", "县直部门"]


def test_heat_grows_with_the_days(leader: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu", "nanxi", "police", "zone"])
    for code, days in (("meishan", 0), ("mabu", 3), ("nanxi", 6), ("police", 11)):
        report(obligation_of(campaign, code), "returned", days=days)
    report(obligation_of(campaign, "zone"), "accepted", days=30)
    page = browse(leader).get(reverse("progress"))
    heat = {
        row.unit.agency_code: next(cell.heat for cell in row.cells if cell)
        for _, rows in page.context["units"]
        for row in rows
    }
    assert heat == {"meishan": 1, "mabu": 2, "nanxi": 3, "police": 4, "zone": 2}


def test_by_kind_of_place(leader: Person) -> None:
    campaign = make_campaign()
    report(obligation_of(campaign, "education"), "in_review", rows=3, place_kind="school")
    report(obligation_of(campaign, "meishan"), "in_review", rows=2, place_kind="school")
    report(obligation_of(campaign, "mabu"), "draft", rows=5, place_kind="school")
    for kind in ("school", "school", "road", ""):
        register_camera("meishan", place_kind=kind)
    table = browse(leader).get(reverse("progress"), {"campaign": campaign.pk}).context["kinds"]
    rows = {row.name: row for row in table.rows}
    school = rows["学校"]
    assert (school.duty, school.unit.state, school.cameras.count, school.in_review.count) == (
        "县教育局",
        "in_review",
        2,
        5,
    )
    assert rows["未填类别"].cameras.count == 1
    assert rows["机关事业单位"].duty == ""
    assert len(rows) == PlaceKind.objects.count() + 1
    named = set(PlaceKind.objects.filter(duty__isnull=False).values_list("name", flat=True))
    assert {row.name for row in table.rows if row.duty} == named
    assert (table.total.cameras.count, table.total.in_review.count) == (4, 5)


def test_only_the_version_under_review_is_counted(leader: Person) -> None:
    """A report on its second version has the rows of the first staged too."""
    campaign = make_campaign(roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", rows=4, version=2)
    first = submission.versions.get(number=1)
    source = submission.versions.get(number=2).files.get()
    source.pk, source._state.adding, source.version = None, True, first
    source.save()
    assert stats.rows_in_review(leader, campaign.pk) == {"road": 4}


def test_rows_accepted_in_an_earlier_round_are_not_counted_again(leader: Person) -> None:
    """A later version holds every row; those that are settled are no items of its round."""
    campaign = make_campaign(roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", rows=4, version=2)
    open_round(submission).items.order_by("key")[0].delete()
    assert stats.rows_in_review(leader, campaign.pk) == {"road": 3}
    assert [one.rows for one in stats.reports_in_review(leader, campaign.pk, "road")] == [3]


@pytest.mark.parametrize("who", SEES_ALL)
def test_who_sees_the_whole_county(who: str, request: pytest.FixtureRequest) -> None:
    make_campaign()
    page = browse(request.getfixturevalue(who)).get(reverse("progress"))
    assert page.status_code == 200
    assert page.context["groups"][-1].total.count == 36


def test_a_clerk_sees_its_own_line_only(meishan_clerk: Person, leader: Person) -> None:
    """T10: neither the page nor the lists behind it, nor a forged address, tell of another unit."""
    campaign = make_campaign()
    scatter(campaign, 7)
    Obligation.objects.filter(campaign=campaign, agency__code="meishan").get()
    client = browse(meishan_clerk)
    for address in (
        reverse("progress"),
        reverse("progress_units"),
        f"{reverse('progress_units')}?state=returned&state=missing&state=accepted&overdue=",
        f"{reverse('progress_units')}?group=department",
        reverse("progress_rows"),
    ):
        response = client.get(address)
        assert response.status_code == 200
        text = response.content.decode()
        for agency in Agency.objects.exclude(code="meishan"):
            assert agency.short_name not in text, (address, agency)
    page = client.get(reverse("progress"))
    assert [row.unit.agency_code for _, rows in page.context["units"] for row in rows] == ["meishan"]
    assert "groups" not in page.context
    assert "figures" not in page.context
    assert client.get(reverse("progress_units"), {"group": "department"}).context["page"].paginator.count == 0


def test_a_departments_clerk_sees_its_kinds_of_place(education_clerk: Person) -> None:
    make_campaign()
    register_camera("meishan", place_kind="school")
    register_camera("meishan", place_kind="road")
    client = browse(education_clerk)
    page = client.get(reverse("progress"))
    assert [(row.name, row.cameras.count) for row in page.context["kinds"].rows] == [("学校", 1)]
    for link in figures(page.content):
        assert list_count(client, link.href) == link.number


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("route", ["progress", "progress_units", "progress_rows"])
def test_administrators_see_none_of_it(who: str, route: str, request: pytest.FixtureRequest) -> None:
    make_campaign(roster=["meishan"])
    assert browse(request.getfixturevalue(who)).get(reverse(route)).status_code == 403


def test_which_campaign_is_shown(leader: Person) -> None:
    """The latest that is under way; another one by its number; closed and coming ones only when asked for."""
    client = browse(leader)
    assert "还没有轮次" in client.get(reverse("progress")).content.decode()
    assert client.get(reverse("progress_units")).status_code == 404
    assert client.get(reverse("progress_rows")).status_code == 404
    first = make_campaign("第一轮", opened=30, closed=True)
    assert client.get(reverse("progress")).context["shown"].pk == first.pk
    second = make_campaign("第二轮", opened=20)
    third = make_campaign("第三轮", opened=10, closed=True)
    coming = make_campaign("第四轮", opened=-3, due_in=9)
    assert client.get(reverse("progress")).context["shown"].pk == second.pk
    for campaign in (first, third, coming):
        assert client.get(reverse("progress"), {"campaign": campaign.pk}).context["shown"].pk == campaign.pk
    assert client.get(reverse("progress"), {"campaign": coming.pk + 1}).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["campaign=x", "campaign=-1", "campaign=99999999999999999999", "agency__name=1", "ordering=password", "state=1"],
)
def test_unknown_questions_are_refused(leader: Person, query: str) -> None:
    """T07."""
    make_campaign(roster=["meishan"])
    assert browse(leader).get(f"{reverse('progress')}?{query}").status_code == 400


def test_it_says_as_of_when_by_the_database(leader: Person) -> None:
    make_campaign(roster=["meishan"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
    page = browse(leader).get(reverse("progress"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        after = cursor.fetchone()[0]
    assert before <= page.context["shown"].as_of <= after
    assert "数据截至" in page.content.decode()


def test_overdue_goes_by_the_databases_clock(leader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    from django.utils import timezone

    make_campaign(due_in=-0.01)
    slow = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    client = browse(leader)
    monkeypatch.setattr(timezone, "now", lambda: slow)
    monkeypatch.setattr("agencies.sessions.SessionLimits._check", lambda *_: None)
    assert client.get(reverse("progress")).context["figures"][-1].count == 36


def test_queries_do_not_grow(leader: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", days=9, rows=1)
    register_camera("meishan", batch=None)
    client = browse(leader)

    def count() -> int:
        client.get(reverse("progress"), {"campaign": campaign.pk})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("progress"), {"campaign": campaign.pk}).status_code == 200
        return len(queries)

    few = count()
    close(open_round(submission), Side.DATA)
    known = set(campaign.obligations.values_list("agency_id", flat=True))
    Obligation.objects.bulk_create(
        Obligation(campaign=campaign, agency=agency) for agency in Agency.objects.exclude(pk__in=known)
    )
    for obligation in Obligation.objects.filter(campaign=campaign).exclude(agency__code="meishan"):
        report(obligation, "in_review", days=9, rows=2)
    for code in ("mabu", "nanxi", "zone"):
        register_camera(code, place_kind="school")
    assert count() == few
    assert few <= 20


def test_the_trend_ends_at_todays_figures(leader: Person) -> None:
    campaign = make_campaign()
    scatter(campaign, 11)
    page = browse(leader).get(reverse("progress"), {"campaign": campaign.pk})
    _, reported, accepted, _ = page.context["figures"]
    drawn = page.context["trend"]
    assert (drawn.last.reported, drawn.last.accepted, drawn.total) == (reported.count, accepted.count, 36)


def test_a_unit_on_the_roster_leads_to_its_report(leader: Person) -> None:
    campaign = make_campaign(roster=["meishan", "mabu"])
    submission = report(obligation_of(campaign, "meishan"), "in_review")
    page = browse(leader).get(reverse("progress"))
    found = [link.href for link in links(page.content) if link.text.startswith("待审") and "submissions" in link.href]
    assert found == [reverse("submission", args=[submission.pk])]
    assert browse(leader).get(found[0]).status_code == 200
    assert Submission.objects.count() == 1


def test_reported_is_what_was_handed_in_once() -> None:
    assert set(ObligationState) - set(REPORTED_STATES) == {ObligationState.MISSING, ObligationState.DRAFT}
