"""Pages of platforms. They only read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe

from registry.asked import on
from registry.completeness import completeness
from registry.details import open_row
from registry.exports import download
from registry.history import titles_of
from registry.pages import counts, show_list
from registry.saved import remove_view, save_view

from .exports import PLATFORM_OUTS
from .lists import PLATFORMS, cameras_of
from .models import PlatformVersion
from .sheet import PLATFORM

TITLES = titles_of(PlatformVersion)
_ABOUT = ("name", "code", "vendor", "version", "place_kind", "address", "description")
_ACCESS = ("network", "connected", "gbt28181", "gat1400", "cascade", "sharing", "retention", "protection")
_MONEY = ("built", "funding", "cost", "upkeep")


@require_safe
def platforms(request: HttpRequest) -> HttpResponse:
    return show_list(request, PLATFORMS)


@require_POST
def platform_view_save(request: HttpRequest) -> HttpResponse:
    return save_view(request, PLATFORMS)


@require_POST
def platform_view_remove(request: HttpRequest) -> HttpResponse:
    return remove_view(request, PLATFORMS)


@require_GET
def platform_export(request: HttpRequest, form: str) -> HttpResponseBase:
    return download(request, PLATFORMS, PLATFORM_OUTS, form)


@require_safe
def platform(request: HttpRequest, pk: int) -> HttpResponse:
    """A platform: its values with their cells, its cameras, where it came from, its history."""
    opened = open_row(request, PLATFORMS, pk, PLATFORM, TITLES)
    return render(
        request,
        "platforms/platform.html",
        {
            **opened.context,
            "facts": [*opened.facts(*_ABOUT), *opened.former_codes()],
            "access_facts": opened.facts(*_ACCESS),
            "money_facts": opened.facts(*_MONEY),
            "agencies": opened.agencies(),
            "complete": completeness(opened.row, PLATFORM),
            "camera_count": counts(PLATFORMS, opened.person, [opened.row], opened.asked).get(opened.row.pk, 0),
            "cameras_url": on(opened.asked.as_of, cameras_of(opened.row)),
        },
    )
