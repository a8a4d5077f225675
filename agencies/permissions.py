"""Who may do what, by role and agency. Each app asks these in its own permissions module."""

from __future__ import annotations

from .models import Person, Role

SEES_ALL = (Role.DATA_REVIEWER, Role.POLICE_REVIEWER, Role.OFFICE, Role.LEADER)


def sees_all_business(person: Person) -> bool:
    """Reviewers, office and leader see every agency's rows (model.md, Visibility)."""
    return person.holds(*SEES_ALL)


def is_clerk(person: Person) -> bool:
    return person.holds(Role.CLERK)


def may_manage_accounts(person: Person) -> bool:
    """The system administrator; on the command line the system user, who makes the first ones."""
    return person.holds(Role.SYSADMIN) or person.is_system


def may_manage_security(person: Person) -> bool:
    """The security administrator; on the command line the system user."""
    return person.holds(Role.SECADMIN) or person.is_system


def may_see_people(person: Person) -> bool:
    return may_manage_accounts(person) or may_manage_security(person)


def may_audit(person: Person) -> bool:
    return person.holds(Role.AUDITOR)
