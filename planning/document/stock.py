"""What the registry and the proposals hold at one moment, counted once for the county and all its units.

Rows are chosen as the lists choose them: `visible_to`, then the list's own filter of what is live. So a figure here and
the count of its list are one and the same (docs/decisions/0024).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import Case, Count, F, Value, When
from django.db.models.fields import BigIntegerField

from agencies.models import Person
from cameras.lists import CAMERAS, POLES
from platforms.lists import PLATFORMS
from registry import past
from registry.lists import Listing
from registry.names import Names

from .. import queries, saving
from ..assumptions import Values
from ..models import Carrying, Member

REUSED: Final = "杆塔复用"


class Moved(Exception):
    """A list has not as many rows as its figure says, for the registry went on meanwhile; all must be read again."""


class Group(NamedTuple):
    """Cameras that are alike in everything that is counted. `pole`: only where a pole is to be given up."""

    agency: int
    township: str
    place_kind: str
    status: str
    measure: str
    platform: int | None
    pole: int | None


@dataclass(frozen=True)
class PlatformFacts:
    agency: int
    place_kind: str
    name: str
    cost: Decimal | None
    upkeep: Decimal | None


def live(listing: Listing, person: Person, moment: datetime | None, names: Names) -> Any:
    """What the list of that moment shows when nothing is asked for, in no order."""
    found = past.rows(listing.model, moment).visible_to(person)
    return found.filter(listing.filter_by_key["life"].condition((), names)).order_by()


class Stock:
    """Eight queries, however many cameras, units and proposals there are."""

    def __init__(self, person: Person, moment: datetime | None, values: Values, names: Names) -> None:
        self.values, self.names, self.moment, self.person = values, names, moment, person
        self._cameras(person, moment)
        self._platforms(person, moment)
        poles = live(POLES, person, moment, names)
        self.poles: Counter[tuple[int, str]] = Counter()
        for agency, township, count in poles.values_list("reporting_agency_id", "township").annotate(n=Count("pk")):
            self.poles[agency, township] += count
        self._planning(person)

    def _cameras(self, person: Person, moment: datetime | None) -> None:
        rows = live(CAMERAS, person, moment, self.names)
        keyed = rows.annotate(
            given_up=Case(
                When(measure=REUSED, then=F("pole_id")), default=Value(None), output_field=BigIntegerField(null=True)
            )
        )
        columns = ("reporting_agency_id", "township", "place_kind", "status", "measure", "platform_id", "given_up")
        self.cameras: Counter[Group] = Counter()
        for *key, count in keyed.values_list(*columns).annotate(n=Count("pk")):
            self.cameras[Group(*key)] += count
        poles = {group.pole for group in self.cameras if group.pole}
        held = rows.filter(pole_id__in=poles).values_list("pole_id").annotate(n=Count("pk")) if poles else ()
        self.on_pole: dict[int, int] = dict(held)

    def _platforms(self, person: Person, moment: datetime | None) -> None:
        rows = live(PLATFORMS, person, moment, self.names)
        columns = ("pk", "reporting_agency_id", "place_kind", "name", "cost", "upkeep")
        self.platforms = {
            pk: PlatformFacts(agency, place, name or "", cost, upkeep)
            for pk, agency, place, name, cost, upkeep in rows.values_list(*columns)
        }
        self.on_platform: Counter[int] = Counter()
        for group, count in self.cameras.items():
            if group.platform:
                self.on_platform[group.platform] += count

    def _planning(self, person: Person) -> None:
        found = queries.filtered(person, queries.Wanted())
        self.proposals = queries.counts(found)
        members = Member.objects.filter(proposal__in=found.values("pk"))
        self.proposals_of: dict[int, Counter[str]] = defaultdict(Counter)
        states = members.order_by().values_list("owner_id", "proposal__state")
        for owner, state, count in states.annotate(n=Count("proposal", distinct=True)):
            self.proposals_of[owner][state] = count
        tasks = Carrying.objects.filter(member__in=members).exclude(state=Carrying.State.VOID).order_by()
        self.carrying: Counter[tuple[int, str]] = Counter()
        for owner, state, count in tasks.values_list("member__owner_id", "state").annotate(n=Count("pk")):
            self.carrying[owner, state] += count

    def groups(self, agency: int | None) -> Iterator[tuple[Group, int]]:
        """The county's (None) or a unit's cameras."""
        for group, count in self.cameras.items():
            if agency is None or group.agency == agency:
                yield group, count

    def saves(self, group: Group) -> saving.Line:
        """What the measure of one camera of the group saves."""
        return saving.line("camera", group.measure, self.facts(group), self.values)

    def facts(self, group: Group) -> saving.Facts:
        platform = self.platforms.get(group.platform or 0)
        on_pole = self.on_pole.get(group.pole or 0, 1)
        if platform is None:
            return saving.Facts(on_pole=on_pole)
        cameras = self.on_platform[group.platform or 0]
        return saving.Facts(platform.name, platform.cost, platform.upkeep, cameras, on_pole)

    def units(self) -> list[int]:
        """Agencies with anything of their own, in the roster's order."""
        held = {group.agency for group in self.cameras} | {agency for agency, _ in self.poles}
        held |= {facts.agency for facts in self.platforms.values()} | set(self.proposals_of)
        return [pk for pk in self.names.agency_ids.values() if pk in held]
