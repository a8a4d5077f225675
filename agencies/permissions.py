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
    return person.holds(Role.SYSADMIN)


def may_manage_security(person: Person) -> bool:
    return person.holds(Role.SECADMIN)


def may_audit(person: Person) -> bool:
    return person.holds(Role.AUDITOR)
