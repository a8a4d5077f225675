"""Pages of the map: the map itself, what is in view, and the cameras that were picked on it. They only read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.permissions import sees_all_business
from cameras.lists import CAMERAS
from cameras.mapcells import MOBILE, PLACED, UNPLACED
from cameras.models import Camera
from cameras.sheet import COUNTY_BOX
from planning.making import MOST_BY_HAND
from planning.permissions import may_plan
from registry.asked import Asked, has_blanks
from registry.ground import ground
from registry.names import Names
from registry.past import in_words
from registry.permissions import require_sight

from . import clusters
from .colours import BY_KEY, COLOURINGS, Colour, Colouring, legend
from .grid import MOST_CELLS, Box, asked_box
from .sources import Source
from .touching import touching

BY, ZOOM, BOX = "by", "z", "box"
MOST_LISTED: Final = 200
"""Picked cameras listed one by one; a larger pick is narrowed first."""
FEW: Final = 2_000
"""Picked cameras up to which their cells are looked up before they are."""
PLACED_KEY, WITHOUT = "placed", "no"
MOBILITY_KEY, MOBILE_VALUE = "mobility", "mobile"


@dataclass(frozen=True)
class Line:
    """A line of the legend: the colour, what the map and what the list show of it alone."""

    colour: Colour
    map_url: str
    list_url: str


def _asked(request: HttpRequest) -> Source:
    """Who asks for what; 403 without business sight, 400 for what is not declared, 422 for a day that is not shown."""
    person = require_sight(request, Camera)
    names = Names()
    asked = CAMERAS.parse(request.GET, names, ignored=(BY, ZOOM, BOX))
    colouring = BY_KEY.get(request.GET.get(BY, "") or COLOURINGS[0].key)
    if colouring is None:
        raise BadRequest("unknown colouring")
    return Source(person, Asked(q=asked.q, chosen=asked.chosen, as_of=asked.as_of), colouring, names)


def _address(name: str, asked: Asked, colouring: Colouring, **more: Any) -> str:
    pairs = asked.pairs()
    if colouring is not COLOURINGS[0]:
        pairs.append((BY, colouring.key))
    pairs += [(key, str(value)) for key, value in more.items()]
    return reverse(name) + (f"?{urlencode(pairs)}" if pairs else "")


def _alone(asked: Asked, key: str, *values: str) -> Asked:
    """The same with nothing but these values of one filter."""
    return replace(asked, chosen={**asked.chosen, key: values})


def _list_url(asked: Asked) -> str:
    return reverse("cameras") + asked.query()


@require_safe
def county_map(request: HttpRequest) -> HttpResponse:
    """The map with its legend; the browser asks for what is in view."""
    source = _asked(request)
    asked, colouring = source.asked, source.colouring
    if has_blanks(dict(request.GET.lists())):
        return HttpResponseRedirect(_address("map", asked, colouring))
    by_value, by_place = source.totals()
    lines = [
        Line(
            colour,
            _address("map", _alone(asked, colouring.key, *colour.values), colouring),
            _list_url(_alone(asked, colouring.key, *colour.values)),
        )
        for colour in legend(colouring, by_value, source.names)
    ]
    shown = ground(COUNTY_BOX)
    told = {
        "ground": shown,
        "cells": _address("map_cells", asked, colouring),
        "picked": _address("map_picked", asked, colouring),
        "camera": reverse("camera", args=[0]),
        "places": {value: line.colour.place for line in lines for value in line.colour.values},
        "others": {value: line.colour.label for line in lines for value in line.colour.values},
    }
    return render(
        request,
        "dashboards/map.html",
        {
            "asked": asked,
            "told": told,
            "trouble": shown.get("trouble", ""),
            "day": in_words(asked.as_of) if asked.as_of else "",
            "lines": lines,
            "colouring": colouring,
            "colourings": [(one, _address("map", asked, one)) for one in COLOURINGS],
            "total": by_place.total(),
            "placed": by_place[PLACED],
            "unplaced": by_place[UNPLACED],
            "unplaced_url": _list_url(_alone(asked, PLACED_KEY, WITHOUT)),
            "mobile": by_place[MOBILE],
            "mobile_url": _list_url(_alone(asked, MOBILITY_KEY, MOBILE_VALUE)),
            "masked": any(part.rounded for part in source.parts),
            "list_url": _list_url(asked),
            "hidden": [pair for pair in [*asked.pairs(), (BY, colouring.key)] if pair[0] != "q"],
            "boxes": _boxes(source),
            "chips": _chips(source),
            "whole": _address("map", Asked(), colouring),
        },
    )


@require_safe
def map_cells(request: HttpRequest) -> HttpResponse:
    """What is in the box, as columns (see clusters.in_view)."""
    source = _asked(request)
    box = _box(request)
    if box.cells > MOST_CELLS:
        raise BadRequest("too large a box for its zoom")
    return JsonResponse(clusters.in_view(source, box), json_dumps_params={"separators": (",", ":")})


@require_safe
def map_picked(request: HttpRequest) -> HttpResponse:
    """The cameras in the box as a list to tick; a page of its own, and a fragment beside the map."""
    source = _asked(request)
    box = _box(request)
    total = source.count(box)
    rows = clusters.cameras(source, box, few=total <= FEW, most=MOST_LISTED) if total else []
    names = source.names
    about = touching(source, box, [row.pk for row in rows], few=total <= FEW)
    context = {
        "total": total,
        "about": about,
        "rows": [
            {
                "camera": row,
                "url": reverse("camera", args=[row.pk]) + source.asked.query(),
                "owner": names.agency(row.owner_id),
                "kind": names.place(row.place_kind),
                "position": f"{clusters.shown(row.wgs_longitude)}, {clusters.shown(row.wgs_latitude)}",
                "masked": row.is_masked,  # type: ignore[attr-defined]
                "proposals": about.of.get(row.pk, ()) if about else (),
            }
            for row in rows
        ],
        "more": max(0, total - len(rows)),
        "most": MOST_LISTED,
        "plans": may_plan(source.person),
        "most_together": MOST_BY_HAND,
        "list_url": _list_url(source.asked),
        "map_url": _address("map", source.asked, source.colouring),
        "chips": _chips(source),
        "own_page": _address("map_picked", source.asked, source.colouring, z=box.zoom, box=request.GET[BOX]),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "dashboards/_map_picked.html" if fragment else "dashboards/map_picked.html", context)


def _box(request: HttpRequest) -> Box:
    return asked_box(request.GET.get(ZOOM, ""), request.GET.get(BOX, ""))


def _boxes(source: Source) -> list[dict[str, Any]]:
    """Drop-downs that add a filter, as in the list; agencies only for who sees them all."""
    told = []
    for entry in CAMERAS.filters:
        field = getattr(entry, "field", "")
        if field in ("reporting_agency", "owner", "supervisor") and not sees_all_business(source.person):
            continue
        chosen = source.asked.chosen.get(entry.key, ())
        options = [option for option in entry.options(source.names) if option[0] not in chosen]
        if options:
            main = entry.key in (*CAMERAS.main, "measure")
            told.append({"key": entry.key, "title": entry.title, "options": options, "main": main})
    return told


def _chips(source: Source) -> list[tuple[str, str, str]]:
    """(title, label, the map without it) of everything that narrows the view."""
    asked, told = source.asked, []
    if asked.q:
        told.append(("搜索", asked.q, _address("map", replace(asked, q=""), source.colouring)))
    for entry in CAMERAS.filters:
        for value in asked.chosen.get(entry.key, ()):
            label = entry.label(value, source.names) or value
            told.append((entry.title, label, _address("map", asked.without(entry.key, value), source.colouring)))
    return told
