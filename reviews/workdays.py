"""Working days of the country, for due dates.

The State Council says each autumn which days of the next year are off and which weekends are worked; the library
`chinesecalendar` carries these lists and knows nothing of later years. For a year that it does not know, Monday to
Friday are worked. Days the library has wrong, or not yet, are named in the settings EXTRA_HOLIDAYS and EXTRA_WORKDAYS,
which go before everything else: no new release is needed when the next year's list comes out.
"""

from __future__ import annotations

import datetime as dt

import chinese_calendar
from django.conf import settings

FRIDAY = 4
ONE_DAY = dt.timedelta(days=1)


def is_workday(day: dt.date) -> bool:
    if day in settings.EXTRA_HOLIDAYS:
        return False
    if day in settings.EXTRA_WORKDAYS:
        return True
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year that the library does not know
        return day.weekday() <= FRIDAY


def after(day: dt.date, count: int) -> dt.date:
    """The `count`-th working day after this day, which itself does not count. `count` is at least 1."""
    if count < 1:
        raise ValueError("at least one working day")
    while count:
        day += ONE_DAY
        count -= is_workday(day)
    return day


def between(start: dt.date, end: dt.date) -> int:
    """How many working days lie after `start` up to and with `end`; below zero where `end` is the earlier one."""
    if end < start:
        return -between(end, start)
    return sum(is_workday(start + ONE_DAY * step) for step in range(1, (end - start).days + 1))
