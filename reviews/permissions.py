"""Who sees and who decides cases."""

from __future__ import annotations

from django.db.models import Q

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Agency, Person, Role
from agencies.permissions import is_clerk, sees_all_business

from .models import Side

SIDE_ROLE = {Side.DATA: Role.DATA_REVIEWER, Side.POLICE: Role.POLICE_REVIEWER}
SIDE_AGENCY = {Side.DATA: Agency.Kind.DATA_BUREAU, Side.POLICE: Agency.Kind.POLICE}


def sides_of(person: Person) -> list[Side]:
    """The sides a person may act for: by role, and only in that side's own agency."""
    kind = person.agency.kind if person.agency else None
    return [side for side in Side if person.holds(SIDE_ROLE[side]) and kind == SIDE_AGENCY[side]]


def may_act_for(person: Person, side: str) -> bool:
    return person.is_active and side in sides_of(person)


def seen_cases(person: Person) -> Sight:
    if sees_all_business(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(agency=person.agency_id))
    return Sight()


def register() -> None:
    access.register("reviews.case", seen_cases)
