"""Terms of rounds, delegations and campaigns: told once before the day, once after, and no more when it is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Person
from inventory import reminders as units
from inventory.models import Campaign, Submission
from notices import services
from notices.models import Notice
from reviews import delegations, workdays
from reviews import reminders as sides
from reviews.models import Case, Delegation, Round, Side
from tests.factories import make_person
from tests.factories_inventory import submitted
from tests.factories_progress import make_campaign, obligation_of, report
from tests.reviews.scenes import close_side, latest, pass_all

pytestmark = pytest.mark.django_db
MONDAY, FRIDAY, SATURDAY = dt.date(2022, 8, 22), dt.date(2022, 8, 19), dt.date(2022, 8, 20)


def kinds(person: Person) -> list[str]:
    """Open notices, the oldest first."""
    return list(Notice.objects.of(person).filter(settled_at=None).order_by("created_at").values_list("kind", flat=True))


def unread(person: Person) -> list[str]:
    return list(Notice.objects.of(person).unread().order_by("created_at").values_list("text", flat=True))


def read_all(*people: Person) -> None:
    for person in people:
        services.read_all(person, timezone.now() + dt.timedelta(days=1))


# --- a side's round -------------------------------------------------------------------------------------------------
@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    at(MONDAY, monkeypatch)


def at(day: dt.date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "today", lambda: day)
    monkeypatch.setattr(units, "today", lambda: day)


def due(submission: Submission, day: dt.date) -> Case:
    round_ = latest(submission)
    Round.objects.filter(pk=round_.pk).update(due_on=day)
    return round_.case


@pytest.mark.parametrize(
    ("today", "due_on", "told"),
    [
        (MONDAY, dt.date(2022, 8, 24), None),
        (MONDAY, dt.date(2022, 8, 23), "due_soon"),
        (MONDAY, MONDAY, "due_soon"),
        (MONDAY, FRIDAY, "overdue"),
        (FRIDAY, MONDAY, "due_soon"),
        (SATURDAY, MONDAY, "due_soon"),
        (SATURDAY, dt.date(2022, 8, 23), None),
        (dt.date(2022, 9, 30), dt.date(2022, 10, 8), "due_soon"),
        (dt.date(2022, 9, 30), dt.date(2022, 10, 9), None),
    ],
    ids=str,
)
def test_the_working_day_before_and_when_past(
    today: dt.date,
    due_on: dt.date,
    told: str | None,
    data_reviewer: Person,
    police_reviewer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Weekends and the week of the national holiday do not count."""
    case = due(submitted("meishan"), due_on)
    at(today, monkeypatch)
    sides.every_day()
    for person in (data_reviewer, police_reviewer):
        found = Notice.objects.of(person).exclude(kind="to_review").values_list("kind", "url", "whose")
        assert list(found) == ([(told, f"/reviews/{case.pk}/", "梅山镇")] if told else [])


def test_once_a_state_and_not_once_a_day(
    data_reviewer: Person, police_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(submitted("meishan"), MONDAY)
    read_all(data_reviewer, police_reviewer)
    for day in (FRIDAY, SATURDAY, MONDAY):
        at(day, monkeypatch)
        sides.every_day()
    assert kinds(data_reviewer)[-1:] == ["due_soon"] and len(unread(data_reviewer)) == 1
    read_all(data_reviewer)
    for n in (1, 2, 3):
        at(MONDAY + dt.timedelta(days=n), monkeypatch)
        sides.every_day()
    for person in (data_reviewer, police_reviewer):
        assert [text.split("：")[0] for text in unread(person)] == ["办理期限（8月22日）已过"]


def test_a_closed_side_is_left_alone(monday: None, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan")
    due(submission, MONDAY)
    sides.every_day()
    assert len(unread(data_reviewer)) == 1
    pass_all(data_reviewer, latest(submission), Side.DATA)
    close_side(data_reviewer, latest(submission), Side.DATA)
    sides.every_day()
    assert unread(data_reviewer) == [] and len(unread(police_reviewer)) == 1
    pass_all(police_reviewer, latest(submission), Side.POLICE)
    close_side(police_reviewer, latest(submission), Side.POLICE)
    sides.every_day()
    assert unread(police_reviewer) == []


def test_who_has_another_part_is_not_asked(monday: None, police_reviewer: Person, data_reviewer: Person) -> None:
    """A reviewer who had a hand in the report cannot judge it."""
    submission = submitted("police")
    case = due(submission, FRIDAY)
    author = make_person("police-author", "police", "police_reviewer")
    case.participations.create(person=author, part="author")
    sides.every_day()
    assert kinds(author) == []
    assert "overdue" in kinds(police_reviewer)


def test_a_deputy_is_reminded_as_well(data_reviewer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    deputy = make_person("data-deputy", "data-bureau")
    now = delegations.today()
    delegations.delegate(data_reviewer, deputy, Side.DATA, now, now + dt.timedelta(days=20), "出差期间代为审核")
    due(submitted("meishan"), now - dt.timedelta(days=1))
    sides.every_day()
    assert "overdue" in kinds(deputy)


def test_a_delegation_that_ends(data_reviewer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    deputy = make_person("data-deputy", "data-bureau")
    now = delegations.today()
    last = workdays.after(now, 1)
    made = delegations.delegate(data_reviewer, deputy, Side.DATA, now, last, "出差期间代为审核")
    read_all(deputy)
    for _ in range(2):
        sides.every_day()
    for person in (data_reviewer, deputy):
        assert [text for text in unread(person) if "为止" in text] == [
            f"{data_reviewer.label}委托{deputy.label}代为审核，到 {last.month}月{last.day}日为止。"
        ]
    delegations.revoke_delegation(data_reviewer, made.pk)
    sides.every_day()
    assert not [text for text in unread(data_reviewer) + unread(deputy) if "为止" in text], "it is over"
    assert Delegation.objects.get().revoked_at is not None


# --- a unit's report ------------------------------------------------------------------------------------------------
def campaign(days: float, **more: Any) -> Campaign:
    return make_campaign(due_in=days, roster=["meishan", "mabu", "education"], **more)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("missing", "还没有报送"),
        ("draft", "的草稿还没有提交"),
        ("returned", "被退回，还没有重新提交"),
        ("in_review", None),
        ("zero_in_review", None),
        ("accepted", None),
        ("zero_accepted", None),
    ],
)
def test_a_unit_that_has_it_in_hand(state: str, says: str | None, meishan_clerk: Person, leader: Person) -> None:
    obligation = obligation_of(campaign(-1), "meishan")
    submission = report(obligation, state) if state != "missing" else None
    units.every_day()
    found = list(Notice.objects.of(meishan_clerk).values_list("kind", "text", "url"))
    if says is None:
        assert found == []
        return
    ((kind, text, url),) = found
    assert kind == "overdue" and text.startswith("已过截止时间（") and text.endswith(f"：2022年第一次梳理{says}。")
    assert url == (f"/submissions/{submission.pk}/" if submission else "/submissions/")
    assert kinds(leader) == []


def test_three_working_days_before(meishan_clerk: Person, mabu_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = campaign(30)
    last = timezone.localdate(made.due_at)
    far = next(day for day in (last - dt.timedelta(days=n) for n in range(40)) if workdays.between(day, last) == 4)
    at(far, monkeypatch)
    units.every_day()
    assert kinds(meishan_clerk) == []
    near = next(day for day in (far + dt.timedelta(days=n) for n in range(40)) if workdays.between(day, last) == 3)
    for _ in range(2):
        at(near, monkeypatch)
        units.every_day()
    assert kinds(meishan_clerk) == kinds(mabu_clerk) == ["due_soon"]


def test_clerks_of_the_unit_only(meishan_clerk: Person, meishan_colleague: Person, office: Person) -> None:
    somebody = make_person("leader-meishan", "meishan")
    campaign(1)
    units.every_day()
    assert kinds(meishan_clerk) == kinds(meishan_colleague) == ["due_soon"]
    assert kinds(somebody) == kinds(office) == []


def test_handing_in_ends_it(meishan_clerk: Person, mabu_clerk: Person) -> None:
    """In the act itself; and the next day's round ends what is left."""
    made = campaign(-1)
    units.every_day()
    assert kinds(meishan_clerk) == kinds(mabu_clerk) == ["overdue"]
    submitted("meishan", campaign=made)
    assert kinds(meishan_clerk) == [] and kinds(mabu_clerk) == ["overdue"]
    report(obligation_of(made, "mabu"), "in_review")
    units.every_day()
    assert kinds(mabu_clerk) == []


def test_a_term_put_off_is_a_matter_of_its_own(meishan_clerk: Person) -> None:
    made = campaign(-1)
    units.every_day()
    read_all(meishan_clerk)
    Campaign.objects.filter(pk=made.pk).update(due_at=timezone.now() + dt.timedelta(days=90))
    units.every_day()
    assert kinds(meishan_clerk) == [], "not late any more"
    Campaign.objects.filter(pk=made.pk).update(due_at=timezone.now() - dt.timedelta(minutes=5))
    units.every_day()
    assert kinds(meishan_clerk) == ["overdue"] and len(unread(meishan_clerk)) == 1


@pytest.mark.parametrize("why", ["closed", "not begun"])
def test_a_campaign_that_is_not_on(why: str, meishan_clerk: Person) -> None:
    campaign(1, closed=why == "closed", opened=-1 if why == "not begun" else 10)
    units.every_day()
    assert kinds(meishan_clerk) == []


def test_closing_the_campaign_ends_them(meishan_clerk: Person) -> None:
    made = campaign(-1)
    units.every_day()
    Campaign.objects.filter(pk=made.pk).update(closed_at=timezone.now())
    units.every_day()
    assert kinds(meishan_clerk) == []
