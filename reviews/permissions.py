"""Who sees and who decides cases: by a side's role in that side's own agency, or by power lent for a term.

A delegation gives the power only while it is in force by the database's calendar, and only as long as the delegator has
it: enabled, with the role, in that agency. What was lent is never lent on (model.md, Four eyes).
"""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Agency, DutyClass, Person, Role
from agencies.permissions import is_clerk, sees_all_business

from .models import Delegation, Side

SIDE_ROLE = {Side.DATA: Role.DATA_REVIEWER, Side.POLICE: Role.POLICE_REVIEWER}
SIDE_AGENCY = {Side.DATA: Agency.Kind.DATA_BUREAU, Side.POLICE: Agency.Kind.POLICE}


def side_of_agency(agency: Agency | None) -> Side | None:
    """The side whose people work in this agency; None for all other agencies."""
    return next((side for side, kind in SIDE_AGENCY.items() if agency and agency.kind == kind), None)


def own_sides_of(person: Person) -> list[Side]:
    """The sides a person has power of one's own for: by role, and only in that side's own agency."""
    side = side_of_agency(person.agency)
    return [side] if side and person.holds(SIDE_ROLE[side]) else []


def sides_of(person: Person) -> list[Side]:
    """The sides a person may act for today, by one's own power or by a delegated one."""
    if own := own_sides_of(person):
        return own
    side = side_of_agency(person.agency)
    if side is None or not person.is_active or person.duty_class != DutyClass.BUSINESS:
        return []
    return [side] if in_force().filter(deputy=person, side=side).exists() else []


def may_act_for(person: Person, side: str) -> bool:
    return person.is_active and side in sides_of(person)


def power(person: Person, side: str) -> Person | None:
    """Whose power the person uses for this side: the delegator, None for one's own. Ask `may_act_for` first."""
    return None if side in own_sides_of(person) else next(iter(delegators(person, side)), None)


def delegators(person: Person, side: str) -> list[Person]:
    """Who lends the person the side's power today, the earliest delegation first."""
    lent = in_force().filter(deputy=person, side=side).select_related("delegator").order_by("pk")
    return list({one.delegator_id: one.delegator for one in lent}.values())


def in_force() -> QuerySet[Delegation]:
    """Delegations that give power today: within the term, not revoked, and both people still what they must be."""
    today = TruncDate(Now())
    able = Q()
    for side, role in SIDE_ROLE.items():
        able |= Q(side=side, delegator__roles__role=role, delegator__agency__kind=SIDE_AGENCY[side])
    return Delegation.objects.filter(
        able,
        revoked_at=None,
        starts_on__lte=today,
        ends_on__gte=today,
        delegator__is_active=True,
        deputy__is_active=True,
        deputy__duty_class=DutyClass.BUSINESS,
        deputy__agency=F("delegator__agency"),
    )


def reviewers(side: str) -> QuerySet[Person]:
    """Everybody who may act for the side today: by role, and deputies."""
    chosen = Side(side)
    able = Q(roles__role=SIDE_ROLE[chosen], agency__kind=SIDE_AGENCY[chosen])
    deputies = in_force().filter(side=chosen).values("deputy")
    return Person.objects.filter(able | Q(pk__in=deputies), is_active=True).distinct()


def sees_reviews(person: Person) -> bool:
    """Reviewers and their deputies, office and leader."""
    return sees_all_business(person) or bool(sides_of(person))


def seen_cases(person: Person) -> Sight:
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(agency=person.agency_id))
    return Sight()


def seen_by_deputies(person: Person) -> Sight:
    """What lies under a case is seen by whoever may decide it."""
    return Sight(full=EVERYTHING) if sides_of(person) else Sight()


def register() -> None:
    access.register("reviews.case", seen_cases)
    for label in ("cameras.camera", "cameras.pole", "platforms.platform"):
        access.register(label, seen_by_deputies)
