"""Which roles which agency's posts may hold. Roles belong to the post, and the post to the agency."""

from __future__ import annotations

from .models import ROLE_CLASS, Agency, Person, Role

HOME: dict[str, str] = {
    Role.DATA_REVIEWER: Agency.Kind.DATA_BUREAU,
    Role.POLICE_REVIEWER: Agency.Kind.POLICE,
    Role.OFFICE: Agency.Kind.OFFICE,
}
"""Roles that exist in one kind of agency only."""


def fits(agency: Agency, role: str) -> bool:
    """Whether a post of this agency may hold the role: a leader sits in the leading group, a clerk anywhere."""
    if role == Role.LEADER:
        return agency.leading_group or agency.kind == Agency.Kind.OFFICE
    return role not in HOME or agency.kind == HOME[role]


def open_to(person: Person) -> list[Role]:
    """The roles that this person could hold: of the person's class, in the person's agency."""
    if person.agency is None:
        return []
    return [role for role in Role if ROLE_CLASS[role] == person.duty_class and fits(person.agency, role)]
