"""What the frame of every page shows: who, where to, and how long there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DatabaseError, InterfaceError
from django.db.models import DurationField, Exists, ExpressionWrapper, OuterRef
from django.db.models.functions import Now, TruncDate
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from agencies.models import Person, Role
from dashboards.navigation import BUSINESS, REVIEWERS, NavItem, navigation, url_of
from inventory.models import Campaign, Submission
from reviews.models import Case, Closing, Side

SIZES: Final = ("1", "2", "3")
SIZE_COOKIE: Final = "size"
NEAR_DAYS: Final = 7


@dataclass(frozen=True)
class CampaignNow:
    """The survey that is on. `days` to the due date by the database's calendar, negative when past."""

    name: str
    due_at: dt.datetime
    days: int

    @property
    def words(self) -> str:
        if self.days > 0:
            return f"距截止 {self.days} 天"
        return "今天截止" if self.days == 0 else f"已过截止 {-self.days} 天"

    @property
    def tone(self) -> str:
        if self.days < 0:
            return "is-past"
        return "is-near" if self.days <= NEAR_DAYS else ""


@dataclass(frozen=True)
class Frame:
    """Everything base.html needs. `person` is None for a stranger, or when the database does not answer."""

    size: str = "1"
    person: Person | None = None
    agency: str = ""
    nav: list[NavItem] = field(default_factory=list)
    campaign: CampaignNow | None = None
    search_url: str | None = None


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame`, worked out only when a template asks for it (fragments do not)."""
    return {"frame": SimpleLazyObject(lambda: build(request))}


def build(request: HttpRequest) -> Frame:
    """The frame of this request: no query for a stranger, a constant number for a person.

    A database that does not answer gives the frame of a stranger, so that the page saying so can be shown.
    """
    size = request.COOKIES.get(SIZE_COOKIE, "1")
    size = size if size in SIZES else "1"
    try:
        person = getattr(request, "user", None)
        if person is None or not person.is_authenticated:
            return Frame(size)
        roles = person.role_set
        business = bool(roles & BUSINESS)
        return Frame(
            size,
            person,
            str(person.agency or ""),
            navigation(roles, request.path, counts(person)),
            current_campaign() if business else None,
            url_of("cameras") if business else None,
        )
    except (DatabaseError, InterfaceError):
        return Frame(size)


def current_campaign() -> CampaignNow | None:
    """The open campaign that began last, by the database's calendar."""
    now = (
        Campaign.objects.filter(closed_at=None, opens_on__lte=TruncDate(Now()))
        .annotate(left=ExpressionWrapper(TruncDate("due_at") - TruncDate(Now()), output_field=DurationField()))
        .values_list("name", "due_at", "left")
        .first()
    )
    return CampaignNow(now[0], now[1], now[2].days) if now else None


def counts(person: Person) -> dict[str, int]:
    """What waits, by the name of the page that lists it."""
    return {name: count(person) for name, roles, count in COUNTED if person.role_set & roles}


def waiting_submissions(person: Person) -> int:
    """Open submissions of the person's own agency that are in its hands: drafts and returned ones."""
    waits = (Submission.State.DRAFT, Submission.State.RETURNED)
    return Submission.objects.visible_to(person).filter(obligation__agency=person.agency, state__in=waits).count()


def waiting_cases(person: Person) -> int:
    """Cases whose open round still waits for the person's side."""
    side = Side.DATA if person.holds(Role.DATA_REVIEWER) else Side.POLICE
    closed = Closing.objects.filter(round__case=OuterRef("pk"), round__ended_at=None, side=side)
    return Case.objects.visible_to(person).filter(~Exists(closed), state=Case.State.OPEN).count()


COUNTED: Final[tuple[tuple[str, frozenset[str], Callable[[Person], int]], ...]] = (
    ("submissions", frozenset({Role.CLERK}), waiting_submissions),
    ("review_queue", REVIEWERS, waiting_cases),
)
