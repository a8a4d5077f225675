"""The way from a registered thing's page to a request for its change; a partial with a view of its own."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from agencies.models import Person
from registry.models import Life

from ..changing.cells import BY_KIND
from ..changing.services import open_request
from ..permissions import may_ask_change

register = template.Library()


@register.inclusion_tag("inventory/changing/_button.html", takes_context=True)
def change_button(context: dict[str, Any]) -> dict[str, Any]:
    """What the person may do about the thing of this page as it is today; one query, for those who may ask."""
    request, row = context["request"], context.get("row")
    target = BY_KIND.get(row._meta.model_name) if row is not None else None
    if row is None or target is None or request.GET.get("as_of") or not isinstance(request.user, Person):
        return {}
    if row.life != Life.LIVE or not may_ask_change(request.user, row):
        return {}
    under_way = open_request(target, row.pk)
    if under_way is not None and under_way.agency_id == row.reporting_agency_id:
        words = f"更正申请：{under_way.get_state_display()}"
        return {"url": reverse("change_request", args=[under_way.pk]), "words": words}
    return {"url": reverse("change_ask", args=[target.kind, row.pk]), "words": "申请更正"}
