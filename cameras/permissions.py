"""Who sees which cameras and poles (model.md, Visibility)."""

from __future__ import annotations

from django.db.models import Q

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Person
from agencies.permissions import is_clerk, sees_all_business


def seen_by_post(person: Person) -> Sight:
    """All for reviewers, office and leader; a clerk's own agency in full, and its supervised kinds of place masked."""
    if sees_all_business(person):
        return Sight(full=EVERYTHING)
    if not is_clerk(person) or person.agency is None:
        return Sight()
    supervised = list(person.agency.duties.filter(place_kind__isnull=False).values_list("place_kind_id", flat=True))
    return Sight(
        full=Q(reporting_agency=person.agency_id) | Q(owner=person.agency_id), masked=Q(place_kind__in=supervised)
    )


def register() -> None:
    access.register("cameras.camera", seen_by_post)
    access.register("cameras.pole", seen_by_post)
