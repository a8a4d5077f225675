"""What an address of the progress pages asks. Raises BadRequest (400) for what none of their links says."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict

from inventory.campaign.obligations import ObligationState
from inventory.campaign.roster import GROUP_BY_KEY
from sheets.kinds.places import place_kinds

from .stats import NO_KIND, Shown, Wanted, campaigns

NONE = "none"
"""In addresses: rows that state no kind of place, as in the registry's lists."""


def refuse_unknown(params: QueryDict, *known: str) -> None:
    if unknown := set(params) - set(known):
        raise BadRequest(f"unknown parameters {sorted(unknown)}")


def campaign(params: QueryDict) -> tuple[Shown | None, list[Shown]]:
    """The campaign that the address names, else the one under way; and all of them. 404 for one that is not there."""
    shown = campaigns()
    asked = _number(params, "campaign")
    if asked is None:
        return (shown[0] if shown else None), shown
    found = next((one for one in shown if one.pk == asked), None)
    if found is None:
        raise Http404
    return found, shown


def _number(params: QueryDict, key: str) -> int | None:
    text = params.get(key, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"{key} is no number")
    return int(text)


def wanted(params: QueryDict) -> Wanted:
    """Which units of the roster."""
    states = tuple(dict.fromkeys(state for state in params.getlist("state") if state))
    group, overdue = params.get("group", ""), params.get("overdue", "")
    if not set(states) <= set(ObligationState.values) or (group and group not in GROUP_BY_KEY):
        raise BadRequest("unknown state or group")
    if overdue not in ("", "1"):
        raise BadRequest("overdue is 1 or nothing")
    return Wanted(states, group, bool(overdue))


def kind(params: QueryDict) -> str | None:
    """The kind of place; None for all, NO_KIND for rows that state none."""
    asked = params.get("kind", "")
    if asked and asked != NONE and asked not in place_kinds():
        raise BadRequest("unknown kind of place")
    return None if not asked else NO_KIND if asked == NONE else asked
