"""The panel of connection, filing and sign on a registered thing's page."""

from __future__ import annotations

from typing import Any

from django import template

from agencies.models import Person

from ..panel import panel

register = template.Library()


@register.inclusion_tag("connecting/_panel.html", takes_context=True)
def connection_panel(context: dict[str, Any]) -> dict[str, Any]:
    """How the thing of this page stands today; nothing on the page of a past day, nor of what is gone."""
    request, row = context["request"], context.get("row")
    if row is None or request.GET.get("as_of") or not isinstance(request.user, Person):
        return {}
    return {"panel": panel(request.user, row._meta.model_name, row.pk)}
