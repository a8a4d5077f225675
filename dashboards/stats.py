"""Counts, nothing but counts: who owes, who has reported, what is registered.

A roster is read once, as `Unit`s; every figure of it and every list behind a figure is made from those, so that they
agree. Times are the database's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, DateTimeField, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agencies.models import Duty, Person, PlaceKind
from cameras.models import Camera, Pole
from inventory.campaign.obligations import ACCEPTED_STATES, REPORTED_STATES, ObligationState
from inventory.campaign.roster import GROUPS, group_of, rank
from inventory.models import CameraRow, Campaign, Obligation, Submission
from inventory.services import CASE_KIND
from platforms.models import Platform
from registry.models import Life
from reviews.models import Item

NO_KIND = ""
"""Rows whose kind of place is not stated."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The campaign a page is about. `as_of`: the database's time when it was asked."""

    pk: int
    name: str
    opens_on: dt.date
    due_at: dt.datetime
    closed_at: dt.datetime | None
    as_of: dt.datetime
    is_past: bool

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.as_of)

    @property
    def begins_at(self) -> dt.datetime:
        return dt.datetime.combine(self.opens_on, dt.time(), timezone.get_current_timezone())

    @property
    def days_left(self) -> int:
        """Calendar days to the due date; negative when past."""
        return (timezone.localdate(self.due_at) - self.today).days


@dataclass(frozen=True, slots=True)
class Unit:
    """One obligation of a roster. `days`: how many days in this state (未报: since the campaign began)."""

    obligation_id: int
    agency_id: int
    agency_code: str
    agency: str
    group: str
    state: ObligationState
    since: dt.datetime | None
    days: int
    is_overdue: bool
    shown_id: int | None
    open_id: int | None
    open_state: str

    @property
    def is_accepted(self) -> bool:
        return self.state in ACCEPTED_STATES

    @property
    def supplement_state(self) -> str:
        """The state of a report still open beside the accepted one (补报), or ""."""
        return self.open_state if self.is_accepted else ""


@dataclass(frozen=True)
class Tally:
    """How many units are in each state. The states add up to `total`; overdue is a flag on some of them."""

    counts: Mapping[str, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def reported(self) -> int:
        return sum(self.counts[state] for state in REPORTED_STATES)

    @property
    def accepted(self) -> int:
        return sum(self.counts[state] for state in ACCEPTED_STATES)


def campaigns() -> list[Shown]:
    """Every campaign with the time of asking: those under way first, the latest first."""
    found = (
        Campaign.objects.annotate(
            as_of=ExpressionWrapper(Now(), output_field=DateTimeField()),
            is_past=ExpressionWrapper(Q(due_at__lt=Now()), output_field=BooleanField()),
        )
        .order_by("-opens_on", "-pk")
        .values_list("pk", "name", "opens_on", "due_at", "closed_at", "as_of", "is_past")
    )
    shown = [Shown(*row) for row in found]
    return sorted(shown, key=lambda one: (one.closed_at is not None, one.opens_on > one.today))


def units(person: Person, campaigns_shown: Sequence[Shown]) -> dict[int, list[Unit]]:
    """The obligations that this person may see, by campaign; in the order of groups, then of agencies. One query."""
    by_pk = {one.pk: one for one in campaigns_shown}
    found: dict[int, list[Unit]] = {pk: [] for pk in by_pk}
    rows = (
        Obligation.objects.visible_to(person)
        .with_state()
        .filter(campaign__in=by_pk)
        .select_related("agency")
        .order_by("agency__position", "agency__code")
    )
    for row in sorted(rows, key=lambda row: rank(row.agency.kind)):
        found[row.campaign_id].append(_unit(row, by_pk[row.campaign_id]))
    return found


def _unit(row: Obligation, shown: Shown) -> Unit:
    told = vars(row)
    since: dt.datetime | None = told["since"]
    begun = timezone.localdate(since) if since else shown.opens_on
    return Unit(
        obligation_id=row.pk,
        agency_id=row.agency_id,
        agency_code=row.agency.code,
        agency=row.agency.short_name,
        group=group_of(row.agency.kind).key,
        state=ObligationState(told["state"]),
        since=since,
        days=max(0, (shown.today - begun).days),
        is_overdue=told["is_overdue"],
        shown_id=told["shown_id"],
        open_id=told["open_id"],
        open_state=told["open_state"] or "",
    )


def tally(counted: Iterable[Unit]) -> Tally:
    """The units by state; every state has its count, be it 0."""
    counted = list(counted)
    by_state = Counter(unit.state.value for unit in counted)
    return Tally(
        {state.value: by_state[state.value] for state in ObligationState}, sum(unit.is_overdue for unit in counted)
    )


def tallies(counted: Sequence[Unit]) -> list[tuple[str, str, Tally]]:
    """(group key, label, tally) of each group with a unit in it."""
    found = []
    for group in GROUPS:
        members = [unit for unit in counted if unit.group == group.key]
        if members:
            found.append((group.key, group.label, tally(members)))
    return found


@dataclass(frozen=True)
class Wanted:
    """Which units of a roster a list shows: those in any of the states, of the group, overdue."""

    states: tuple[str, ...] = ()
    group: str = ""
    overdue: bool = False

    def chosen(self, counted: Iterable[Unit]) -> list[Unit]:
        return [
            unit
            for unit in counted
            if (not self.states or unit.state in self.states)
            and (not self.group or unit.group == self.group)
            and (not self.overdue or unit.is_overdue)
        ]


# --- the registry and what is on its way there -----------------------------------------------------------------------
@dataclass(frozen=True)
class Registered:
    """Live cameras that a person may see, by reporting agency and by kind of place."""

    by_agency: Mapping[int, int]
    by_kind: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def registered_cameras(person: Person) -> Registered:
    """One pass over the registry."""
    groups = (
        Camera.objects.visible_to(person)
        .filter(life=Life.LIVE)
        .order_by()
        .values_list("reporting_agency_id", "place_kind")
        .annotate(found=Count("pk"))
    )
    by_agency: Counter[int] = Counter()
    by_kind: Counter[str] = Counter()
    for agency_id, kind, found in groups:
        by_agency[agency_id] += found
        by_kind[kind] += found
    return Registered(by_agency, by_kind)


def registered(person: Person, agency_id: int | None) -> dict[str, int]:
    """Live cameras, poles and platforms that the person may see: those that one agency reported, or (None) all."""
    kept = Q(life=Life.LIVE) if agency_id is None else Q(life=Life.LIVE, reporting_agency=agency_id)
    return {
        "cameras": Camera.objects.visible_to(person).filter(kept).count(),
        "poles": Pole.objects.visible_to(person).filter(kept).count(),
        "platforms": Platform.objects.visible_to(person).filter(kept).count(),
    }


def rows_under_review(person: Person, campaign_id: int) -> QuerySet[CameraRow]:
    """Camera rows that the open rounds judge, of the reports that the person may see.

    A later version holds all its rows; those accepted in an earlier round are not judged again and do not count.
    """
    reports = Submission.objects.visible_to(person).filter(obligation__campaign=campaign_id)
    judged = Item.objects.filter(
        round__ended_at=None,
        round__case__kind=CASE_KIND,
        round__case__subject_id=OuterRef("source_file__version__submission_id"),
        round__number=OuterRef("source_file__version__number"),
        key=OuterRef("key"),
    )
    return CameraRow.objects.filter(
        Exists(judged),
        source_file__version__submission__in=reports.filter(state=Submission.State.IN_REVIEW).values("pk"),
    )


def rows_in_review(person: Person, campaign_id: int) -> dict[str, int]:
    """Camera rows under review by kind of place."""
    rows = rows_under_review(person, campaign_id)
    return dict(rows.order_by().values_list("place_kind").annotate(found=Count("pk")))


@dataclass(frozen=True, slots=True)
class InReview:
    """Camera rows of one report in review."""

    submission_id: int
    agency: str
    number: int
    version: int
    since: dt.datetime
    rows: int


def reports_in_review(person: Person, campaign_id: int, kind: str | None) -> list[InReview]:
    """The reports in review with camera rows of a kind of place (None: all), the longest waiting first."""
    rows = rows_under_review(person, campaign_id)
    if kind is not None:
        rows = rows.filter(place_kind=kind)
    version = "source_file__version"
    report = f"{version}__submission"
    found = (
        rows.order_by()
        .values_list(f"{report}_id", f"{report}__obligation__agency__short_name", f"{report}__number")
        .annotate(version=Max(f"{version}__number"), since=Max(f"{report}__state_since"), found=Count("pk"))
        .order_by("since", f"{report}_id")
    )
    return [InReview(*row) for row in found]


@dataclass(frozen=True)
class KindLine:
    """A kind of public place: who answers for it (Attachment 3), where that unit stands, what is registered or coming.

    `duty` is "" for a kind that the plan gives to no department; `unit` None when the duty agency is not on the roster.
    """

    code: str
    name: str
    duty: str
    unit: Unit | None
    cameras: int
    in_review: int


@dataclass(frozen=True)
class Kinds:
    """All kinds of place; `rest` is what states none. The lines and the rest add up to the totals."""

    lines: Sequence[KindLine]
    rest: KindLine
    cameras: int
    in_review: int
    by_agency: Mapping[int, int] = field(default_factory=dict)


def kinds(person: Person, campaign_id: int, counted: Sequence[Unit], *, only_of: int | None = None) -> Kinds:
    """By kind of place; `only_of` narrows the lines to the kinds of one agency's duty."""
    of_agency = {unit.agency_id: unit for unit in counted}
    duties = {duty.place_kind_id: duty for duty in Duty.objects.exclude(place_kind=None).select_related("agency")}
    cameras, waiting = registered_cameras(person), rows_in_review(person, campaign_id)
    lines = []
    for kind in PlaceKind.objects.all():
        duty = duties.get(kind.code)
        if only_of is not None and (duty is None or duty.agency_id != only_of):
            continue
        lines.append(
            KindLine(
                kind.code,
                kind.name,
                duty.agency.short_name if duty else "",
                of_agency.get(duty.agency_id) if duty else None,
                cameras.by_kind.get(kind.code, 0),
                waiting.get(kind.code, 0),
            )
        )
    rest = KindLine(NO_KIND, "未填类别", "", None, cameras.by_kind.get(NO_KIND, 0), waiting.get(NO_KIND, 0))
    return Kinds(lines, rest, cameras.total, sum(waiting.values()), cameras.by_agency)
