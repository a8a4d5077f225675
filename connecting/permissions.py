"""Who may say what (docs/decisions/0022): units of their own things, departments of social resources of their kinds of
place, the office of everything and decides, the police confirm filings. Reviewers keep the county platform's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from agencies.models import Agency, Person, Role
from agencies.permissions import is_clerk

from .models import Statement

Voice = Statement.Voice


def may_keep_capacity(person: Person) -> bool:
    """The county platform is the police's and the data bureau's; the office may enter what they report."""
    return person.holds(Role.POLICE_REVIEWER, Role.DATA_REVIEWER, Role.OFFICE)


def may_decide(person: Person) -> bool:
    return person.holds(Role.OFFICE)


def may_confirm(person: Person) -> bool:
    return person.holds(Role.POLICE_REVIEWER)


def speaks(person: Person) -> bool:
    """Whether the person may say anything of any thing for a unit."""
    return person.holds(Role.OFFICE) or (is_clerk(person) and person.agency_id is not None)


def may_speak_of(person: Person) -> Callable[[Any], bool]:
    """Whether the person may say how a thing stands: of the own agency's, the office of all."""
    if person.holds(Role.OFFICE):
        return lambda thing: True
    agency_id = person.agency_id if is_clerk(person) else None
    return lambda thing: agency_id is not None and agency_id in (thing.reporting_agency_id, thing.owner_id)


def supervised_kinds(person: Person) -> frozenset[str]:
    """The kinds of place that the person's agency answers for by Attachment 3; empty for whoever is no clerk."""
    if not is_clerk(person) or person.agency is None:
        return frozenset()
    duties = person.agency.duties.filter(place_kind__isnull=False)
    return frozenset(str(code) for code in duties.values_list("place_kind_id", flat=True))


def may_plan(person: Person) -> Callable[[Any], bool]:
    """Whether the person may plan the connection of a social resource; that it is one is not asked here."""
    kinds = supervised_kinds(person)
    return lambda thing: thing.place_kind in kinds


def voice_of(person: Person) -> str:
    """In whose name somebody speaks who may speak of a thing."""
    return Voice.OFFICE if person.holds(Role.OFFICE) else Voice.UNIT


def clerks_of(agencies: Iterable[int]) -> Any:
    return Person.objects.filter(agency__in=list(agencies), is_active=True, roles__role=Role.CLERK)


def office_people() -> Any:
    return Person.objects.filter(is_active=True, roles__role=Role.OFFICE, agency__kind=Agency.Kind.OFFICE)


def police_people() -> Any:
    return Person.objects.filter(is_active=True, roles__role=Role.POLICE_REVIEWER, agency__kind=Agency.Kind.POLICE)
