"""The way from a registered thing's page to a request for its change; a partial with a view of its own."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("inventory/changing/_button.html", takes_context=True)
def change_button(context: dict[str, Any]) -> dict[str, Any]:
    """What the person may do about the thing of this page: ask for a change, or open the request under way."""
    return {"url": ""}
