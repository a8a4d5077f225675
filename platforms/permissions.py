"""Who sees which platforms (model.md, Visibility)."""

from __future__ import annotations

from django.db.models import Q

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Person
from agencies.permissions import is_clerk, sees_all_business


def seen_by_post(person: Person) -> Sight:
    """All for reviewers, office and leader; own agency's for a clerk, and those of the supervised kinds of place."""
    if sees_all_business(person):
        return Sight(full=EVERYTHING)
    if not is_clerk(person) or person.agency is None:
        return Sight()
    supervised = list(person.agency.duties.filter(place_kind__isnull=False).values_list("place_kind_id", flat=True))
    return Sight(full=Q(reporting_agency=person.agency_id) | Q(owner=person.agency_id) | Q(place_kind__in=supervised))


def register() -> None:
    access.register("platforms.platform", seen_by_post)
