"""What the frame of every page shows: who, where to, and how long there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DatabaseError, InterfaceError
from django.db.models import DurationField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Now, TruncDate
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from agencies.models import Person, Role
from dashboards import stats, todo
from dashboards.navigation import BUSINESS, DEPUTY, REVIEWERS, NavItem, navigation, url_of
from inventory.campaign.obligations import ObligationState
from inventory.changing import pages as changing
from inventory.models import Campaign, Obligation, Submission
from inventory.waiving import waiver_views as waivers
from notices.queries import unread_count
from planning import queries as planning
from reviews import answers, queue
from reviews import queries as reviews
from reviews.models import Participation

SIZES: Final = ("1", "2", "3")
SIZE_COOKIE: Final = "size"
NEAR_DAYS: Final = 7
IN_HAND: Final = (Submission.State.DRAFT, Submission.State.RETURNED)
"""The states in which it is the unit's turn."""


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
    unread: int = 0


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
            navigation(acting(person), request.path, counts(person)),
            current_campaign() if business else None,
            url_of("cameras") if business else None,
            unread_count(person),
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


def acting(person: Person) -> frozenset[str]:
    """The person's roles, and DEPUTY for who reviews by power lent."""
    deputy = not person.role_set & REVIEWERS and reviews.side_of(person) is not None
    return person.role_set | {DEPUTY} if deputy else person.role_set


def counts(person: Person) -> dict[str, int]:
    """What waits, by the name of the page that lists it."""
    held = acting(person)
    return {name: count(person) for name, roles, count in COUNTED if held & roles}


def waiting_at_home(person: Person) -> int:
    """The lines that wait on the person's first page (dashboards/todo.py), counted without drawing them."""
    found = 0
    if person.holds(Role.CLERK):
        found += _reports_to_do(person) + changing.returned_to(person).count()
    if person.holds(Role.CLERK, Role.OFFICE):
        found += answers.unanswered(person).values("case").distinct().count() + planning.lines_waiting(person)
    if reviews.side_of(person):
        found += reviews.queue(person, reviews.WAITING).filter(~_filed_by(person)).count()
        found += queue.motions_to_answer(person).count() + waivers.waiting_for(person).exists()
    if person.holds(Role.OFFICE):
        shown = stats.campaigns()
        found += sum(1 for one in todo.of_office(shown, stats.units(person, shown)) if one.waits)
    return found


def _filed_by(person: Person) -> Exists:
    return Exists(Participation.objects.filter(case=OuterRef("case"), person=person, part=Participation.Part.AUTHOR))


def _reports_to_do(person: Person) -> int:
    """Obligations of the person's own agency that are not begun though they could be, or lie in its hands."""
    begins = Q(state=ObligationState.MISSING, campaign__closed_at=None, campaign__opens_on__lte=TruncDate(Now()))
    own = Obligation.objects.visible_to(person).filter(agency=person.agency).with_state()
    return own.filter(begins | Q(open_state__in=IN_HAND)).count()


def waiting_submissions(person: Person) -> int:
    """Open submissions of the person's own agency that are in its hands: drafts and returned ones."""
    own = Submission.objects.visible_to(person).filter(obligation__agency=person.agency)
    return own.filter(state__in=IN_HAND).count()


def waiting_cases(person: Person) -> int:
    """The first tab of the person's queue."""
    return reviews.tab_counts(person).get(reviews.WAITING, 0)


COUNTED: Final[tuple[tuple[str, frozenset[str], Callable[[Person], int]], ...]] = (
    ("home", frozenset({Role.CLERK, Role.OFFICE, DEPUTY}) | REVIEWERS, waiting_at_home),
    ("submissions", frozenset({Role.CLERK}), waiting_submissions),
    ("review_queue", REVIEWERS | {DEPUTY}, waiting_cases),
)
