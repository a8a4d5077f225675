"""Who may open the registry at all; which of its rows is asked of `visible_to`."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.http import HttpRequest

from agencies import access
from agencies.models import Person
from audit.failures import require


def require_sight(request: HttpRequest, model: type[models.Model]) -> Person:
    """The person who asks; raises PermissionDenied (403) when rows of this model are none of their post's business.

    Nobody's reason to see any is ever the three administrators' (三员分立).
    """
    person = cast(Person, request.user)
    require(access.has_sight(model, person), "您的岗位不能查看台账。")
    return person
