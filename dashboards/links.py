"""Where a figure leads: the list whose count it is."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse


def units_url(campaign_id: int, *, states: Iterable[str] = (), group: str = "", overdue: bool = False) -> str:
    """The roster of a campaign, narrowed."""
    pairs = [("campaign", str(campaign_id)), *(("state", state) for state in states)]
    pairs += [("group", group)] * bool(group) + [("overdue", "1")] * overdue
    return f"{reverse('progress_units')}?{urlencode(pairs)}"


def rows_url(campaign_id: int, kind: str) -> str:
    """The reports with rows in review of a kind of place; "" means all kinds."""
    pairs = [("campaign", str(campaign_id))] + [("kind", kind)] * bool(kind)
    return f"{reverse('progress_rows')}?{urlencode(pairs)}"


def registry_url(name: str, **filters: str) -> str:
    """A list of the registry ("cameras", "poles", "platforms"), live rows only, narrowed by its own filters."""
    address = reverse(name)
    query = urlencode([(key, value) for key, value in filters.items() if value])
    return f"{address}?{query}" if query else address
