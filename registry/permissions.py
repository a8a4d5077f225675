"""Who may open the registry at all; which of its rows is asked of `visible_to`."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from agencies.models import Person
from agencies.permissions import is_clerk, sees_all_business
from audit.failures import require


def has_business_sight(person: Person) -> bool:
    """Clerks and whoever sees all business; the three administrators never (三员分立)."""
    return is_clerk(person) or sees_all_business(person)


def require_business_sight(request: HttpRequest) -> Person:
    """The person who asks; raises PermissionDenied (403) when the registry is none of their post's business."""
    person = cast(Person, request.user)
    require(has_business_sight(person), "您的岗位不能查看台账。")
    return person
