"""Pages of cameras and poles. They only read."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from registry.details import Fact, Opened, open_row, titles_of
from registry.exports import download
from registry.masking import concealed
from registry.pages import show_list

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


@require_GET
def camera_export(request: HttpRequest, form: str) -> HttpResponseBase:
    return download(request, CAMERAS, CAMERA_OUTS, form)


@require_GET
def pole_export(request: HttpRequest, form: str) -> HttpResponseBase:
    return download(request, POLES, POLE_OUTS, form)


@require_safe
def camera(request: HttpRequest, pk: int) -> HttpResponse:
    """A camera: its values with their cells, its pole, where it came from, its history."""
    opened = open_row(request, CAMERAS, pk, CAMERA_TITLES)
    row = opened.row
    facts = [
        *opened.facts(CAMERA, *_ABOUT),
        *_position(opened),
        *opened.facts(CAMERA, *_STATE),
        _linked(opened, "platform_name", row.platform_id, "platform"),
        *opened.facts(CAMERA, "label"),
    ]
    linked = _linked(opened, "pole_number", row.pole_id, "pole")
    context = {**opened.context, "facts": facts, "agencies": opened.agencies(), "pole": linked}
    return render(request, "cameras/camera.html", {**context, "pole_facts": opened.facts(CAMERA, *_POLE)})


@require_safe
def pole(request: HttpRequest, pk: int) -> HttpResponse:
    """A pole and the cameras on it."""
    opened = open_row(request, POLES, pk, POLE_TITLES)
    found = Camera.objects.visible_to(opened.person).live().filter(pole=opened.row)
    facts = [*opened.facts(CAMERA, *_POLE, "township", "place_kind"), *_position(opened)]
    return render(
        request,
        "cameras/pole.html",
        {
            **opened.context,
            "facts": facts,
            "agencies": opened.agencies(),
            "cameras": concealed(found.order_by("id")[:MOST_CAMERAS]),
            "camera_count": found.count(),
            "cameras_url": cameras_of_pole(opened.row),
        },
    )


def _position(opened: Opened) -> list[Fact]:
    """Fixed: longitude, latitude, datum. Mobile: the vehicle or route."""
    if getattr(opened.row, "mobility", "") == "mobile":
        return opened.facts(CAMERA, "mobility", "vehicle")
    return opened.facts(CAMERA, "longitude", "latitude", "datum")


def _linked(opened: Opened, key: str, pk: int | None, name: str) -> Fact:
    """The value as written, leading to what it was resolved to where the person may open that."""
    fact = opened.facts(CAMERA, key)[0]
    model: Any = opened.row._meta.get_field(name).related_model
    if pk is None or not _visible(model, opened, pk):
        return fact
    text = fact.text or opened.listing.words[f"{name}_id"](pk)
    return Fact(fact.title, text, "", fact.cell, reverse(name, args=[pk]))


def _visible(model: type[models.Model], opened: Opened, pk: int) -> bool:
    manager: Any = model._default_manager
    return bool(manager.visible_to(opened.person).filter(pk=pk).exists())
