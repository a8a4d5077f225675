"""Pages of cameras and poles. They only read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from registry.asked import on
from registry.completeness import completeness
from registry.details import Fact, Opened, open_row
from registry.exports import download
from registry.history import titles_of
from registry.masking import concealed
from registry.models import Life
from registry.pages import show_list
from registry.saved import remove_view, save_view

from .around import around
from .exports import CAMERA_OUTS, POLE_OUTS
from .lists import CAMERAS, POLES, cameras_of_pole
from .models import Camera, CameraVersion, PoleVersion
from .sheet import CAMERA

DERIVED = ("wgs_longitude", "wgs_latitude")
CAMERA_TITLES = titles_of(CameraVersion, *DERIVED, platform_id="关联平台", pole_id="关联杆件")
POLE_TITLES = titles_of(PoleVersion, *DERIVED)
MOST_CAMERAS = 20
"""Cameras that a pole's page lists itself; the rest stand in the filtered list."""

_ABOUT = ("name", "code", "brand", "place_kind", "township", "police_station")
_STATE = ("status", "built", "measure", "leased", "funding")
_POLE = ("pole_number", "pole_built", "pole_height", "pole_arms", "pole_condition")


@require_safe
def cameras(request: HttpRequest) -> HttpResponse:
    return show_list(request, CAMERAS)


@require_safe
def poles(request: HttpRequest) -> HttpResponse:
    return show_list(request, POLES)


@require_POST
def camera_view_save(request: HttpRequest) -> HttpResponse:
    return save_view(request, CAMERAS)


@require_POST
def camera_view_remove(request: HttpRequest) -> HttpResponse:
    return remove_view(request, CAMERAS)


@require_POST
def pole_view_save(request: HttpRequest) -> HttpResponse:
    return save_view(request, POLES)


@require_POST
def pole_view_remove(request: HttpRequest) -> HttpResponse:
    return remove_view(request, POLES)


@require_GET
def camera_export(request: HttpRequest, form: str) -> HttpResponseBase:
    return download(request, CAMERAS, CAMERA_OUTS, form)


@require_GET
def pole_export(request: HttpRequest, form: str) -> HttpResponseBase:
    return download(request, POLES, POLE_OUTS, form)


@require_safe
def camera(request: HttpRequest, pk: int) -> HttpResponse:
    """A camera: its values with their cells, its pole, where it came from, its history."""
    opened = open_row(request, CAMERAS, pk, CAMERA, CAMERA_TITLES)
    row = opened.row
    facts = [
        *opened.facts(*_ABOUT),
        *_position(opened),
        *opened.facts(*_STATE),
        opened.linked("platform_name", row.platform_id, "platform"),
        *opened.facts("label"),
        *opened.former_codes(),
    ]
    linked = opened.linked("pole_number", row.pole_id, "pole")
    return render(
        request,
        "cameras/camera.html",
        {
            **opened.context,
            "facts": facts,
            "agencies": opened.agencies(),
            "pole": linked,
            "pole_facts": opened.facts(*_POLE),
            "complete": completeness(row, CAMERA),
            "around": around(opened, lambda pk: reverse("camera", args=[pk])),
        },
    )


@require_safe
def pole(request: HttpRequest, pk: int) -> HttpResponse:
    """A pole and the cameras on it."""
    opened = open_row(request, POLES, pk, CAMERA, POLE_TITLES)
    found = opened.visible(Camera).filter(pole=opened.row, life=Life.LIVE)
    facts = [*opened.facts(*_POLE, "township", "place_kind"), *_position(opened)]
    as_of = opened.asked.as_of
    return render(
        request,
        "cameras/pole.html",
        {
            **opened.context,
            "facts": facts,
            "agencies": opened.agencies(),
            "cameras": [
                (camera, on(as_of, reverse("camera", args=[camera.pk])))
                for camera in concealed(found.order_by("id")[:MOST_CAMERAS])
            ],
            "camera_count": found.count(),
            "cameras_url": on(as_of, cameras_of_pole(opened.row)),
        },
    )


def _position(opened: Opened) -> list[Fact]:
    """Fixed: longitude, latitude, datum. Mobile: the vehicle or route."""
    if getattr(opened.row, "mobility", "") == "mobile":
        return opened.facts("mobility", "vehicle")
    return opened.facts("longitude", "latitude", "datum")
