"""Who reads which documents: office, reviewers and leader all; a unit's clerks their own part (docs/decisions/0024)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Person
from agencies.permissions import is_clerk, sees_all_business

from ..models import Issue, Part


def may_read_county(person: Person) -> bool:
    """The county's own document and every part: who sees the whole registry with positions, not a reviewer's deputy."""
    return sees_all_business(person)


def seen_issues(person: Person) -> Sight:
    """All for office, reviewers and leader; a clerk sees the finished ones in which the own unit has a part."""
    if may_read_county(person):
        return Sight(full=EVERYTHING)
    if not is_clerk(person) or person.agency_id is None:
        return Sight()
    return Sight(full=Q(pk__in=Part.objects.filter(agency=person.agency_id).values("issue")))


def parts_of(issue: Issue, person: Person) -> QuerySet[Part]:
    """The parts of an issue that this person may read."""
    found = issue.parts.select_related("agency", "file").defer("figures")
    return found if may_read_county(person) else found.filter(agency=person.agency_id or 0)


def register() -> None:
    access.register("planning.issue", seen_issues)
