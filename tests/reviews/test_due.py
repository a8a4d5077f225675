"""Due dates in working days: known years by the country's calendar, others by the week, settings before both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import workdays
from reviews.delegations import today
from tests.reviews.toys import Toy

D = dt.date


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (D(2026, 11, 20), True),  # a Friday
        (D(2026, 11, 21), False),  # a Saturday
        (D(2026, 10, 1), False),  # National Day, a Thursday
        (D(2026, 10, 10), True),  # a Saturday worked in its place
    ],
)
def test_known_years_follow_the_country(day: D, worked: bool) -> None:
    assert workdays.is_workday(day) is worked


def test_unknown_years_follow_the_week() -> None:
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(D(2099, 10, 1))
    assert workdays.is_workday(D(2099, 10, 1)) is True  # a Thursday
    assert workdays.is_workday(D(2099, 10, 3)) is False  # a Saturday


def test_settings_go_before_everything(settings: Any) -> None:
    settings.EXTRA_HOLIDAYS = [D(2099, 10, 1), D(2026, 11, 20)]
    settings.EXTRA_WORKDAYS = [D(2099, 10, 3), D(2026, 11, 21)]
    days = (D(2099, 10, 1), D(2099, 10, 3), D(2026, 11, 20), D(2026, 11, 21))
    assert [workdays.is_workday(day) for day in days] == [False, True, False, True]


def test_the_week_and_the_holiday_are_skipped() -> None:
    assert workdays.after(D(2026, 9, 30), 1) == D(2026, 10, 8)
    assert workdays.after(D(2026, 9, 30), 5) == D(2026, 10, 13), "Saturday the 10th is worked"
    assert workdays.after(D(2026, 11, 20), 5) == D(2026, 11, 27)
    assert workdays.between(D(2026, 9, 30), D(2026, 10, 13)) == 5
    assert workdays.between(D(2026, 10, 13), D(2026, 9, 30)) == -5
    with pytest.raises(ValueError):
        workdays.after(D(2026, 11, 20), 0)


@given(st.dates(D(2004, 1, 1), D(2040, 12, 31)), st.integers(1, 60))
def test_the_nth_working_day_is_one_and_the_nth(day: D, count: int) -> None:
    found = workdays.after(day, count)
    assert workdays.is_workday(found)
    assert workdays.between(day, found) == count


def test_a_round_is_due_after_the_sides_working_days(toy: Toy, settings: Any) -> None:
    settings.REVIEW_WORKING_DAYS = 3
    round_ = toy.open({1: "a"})
    assert round_.due_on == workdays.after(today(), 3)
    round_.refresh_from_db()
    assert round_.due_on is not None and workdays.between(today(), round_.due_on) == 3
