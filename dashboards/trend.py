"""趋势: how many units had reported and been accepted by the end of each day of a campaign, as lines to draw."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Min, Q
from django.utils import timezone

from agencies.models import Person
from inventory.models import Obligation, Submission

from .stats import Shown

WIDTH: Final = 800
HEIGHT: Final = 150
LEFT, RIGHT, TOP, BOTTOM = 8, 84, 16, 22
"""Room around the plot, in the drawing's own units; the lines' names stand at the right."""
APART: Final = 15
"""Least distance between two names."""


@dataclass(frozen=True, slots=True)
class Day:
    """Running totals at the end of a day."""

    on: dt.date
    reported: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Ready for the template: `points` of polylines, heights of the names, and the marks below."""

    reported: str
    accepted: str
    reported_y: int
    accepted_y: int
    total_y: int
    end_x: int
    due_x: int | None
    floor_y: int
    first: Day
    last: Day
    total: int
    width: int = WIDTH
    height: int = HEIGHT


def days(person: Person, shown: Shown) -> list[Day]:
    """One entry for each day from the campaign's first to today, by the database's calendar. One query.

    A unit counts as reported from its first handing in, and as accepted from its first acceptance. The last day equals
    today's figures.
    """
    firsts = (
        Obligation.objects.visible_to(person)
        .filter(campaign=shown.pk)
        .order_by()
        .values("pk")
        .annotate(
            handed_in=Min("submissions__versions__submitted_at"),
            passed=Min("submissions__state_since", filter=Q(submissions__state=Submission.State.ACCEPTED)),
        )
        .values_list("handed_in", "passed")
    )
    reported, accepted = Counter[dt.date](), Counter[dt.date]()
    for handed_in, passed in firsts:
        if handed_in:
            reported[_day(handed_in, shown)] += 1
        if passed:
            accepted[_day(passed, shown)] += 1
    found: list[Day] = []
    sums = [0, 0]
    for number in range((shown.today - shown.opens_on).days + 1):
        day = shown.opens_on + dt.timedelta(days=number)
        sums = [sums[0] + reported[day], sums[1] + accepted[day]]
        found.append(Day(day, *sums))
    return found


def _day(moment: dt.datetime, shown: Shown) -> dt.date:
    """The day, drawn into the campaign's span: who reported before its first day counts from then."""
    return min(max(timezone.localdate(moment), shown.opens_on), shown.today)


def draw(found: Sequence[Day], shown: Shown, total: int) -> Drawing | None:
    """The lines; None where there is nothing to draw yet."""
    if len(found) < 2 or not total:
        return None
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    span = max(1, len(found) - 1)

    def x(number: int) -> int:
        return LEFT + (right - LEFT) * number // span

    def y(count: int) -> int:
        return floor - (floor - TOP) * count // total

    def line(counts: Sequence[int]) -> str:
        return " ".join(f"{x(number)},{y(count)}" for number, count in enumerate(counts))

    due = (timezone.localdate(shown.due_at) - shown.opens_on).days
    last = found[-1]
    reported_y = max(y(last.reported), y(total) + APART)
    return Drawing(
        reported=line([day.reported for day in found]),
        accepted=line([day.accepted for day in found]),
        reported_y=reported_y,
        accepted_y=max(y(last.accepted), reported_y + APART),
        total_y=y(total),
        end_x=right,
        due_x=x(due) if 0 <= due < len(found) else None,
        floor_y=floor,
        first=found[0],
        last=last,
        total=total,
    )
