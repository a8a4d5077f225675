"""Reading the registry's live rows for finding: one query a kind of thing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from cameras.models import Camera, Pole
from platforms.models import Platform

from .groups import KINDS, Group, GroupKind
from .rows import CameraFacts, PlatformFacts, PoleFacts


def cameras() -> list[CameraFacts]:
    """The live cameras, by id."""
    fields = (
        "id", "owner_id", "called", "township", "place_kind", "wgs_longitude", "wgs_latitude", "leased", "status",
        "mobility", "built", "pole_id", "platform_id",
    )  # fmt: skip
    rows = _live(Camera.objects.annotate(called=_said("name"))).values_list(*fields)
    return [CameraFacts(*row) for row in rows.iterator(20_000)]


def poles() -> list[PoleFacts]:
    """The live poles, by id."""
    fields = (
        "id", "owner_id", "wgs_longitude", "wgs_latitude", "pole_arms", "pole_height", "pole_condition", "pole_number",
    )  # fmt: skip
    return [PoleFacts(*row) for row in _live(Pole.objects.all()).values_list(*fields).iterator(20_000)]


def platforms() -> list[PlatformFacts]:
    """The live platforms, by id."""
    fields = ("id", "owner_id", "called", "place_kind", "gbt28181", "connected", "upkeep")
    rows = _live(Platform.objects.annotate(called=_said("name"))).values_list(*fields)
    return [PlatformFacts(*row) for row in rows.iterator(20_000)]


def find(
    kinds: Collection[GroupKind] = KINDS,
    radius_m: float = 30,
    pole_radius_m: float = 20,
    low_use: int = 30,
) -> list[Group]:
    """Groups of these kinds among the live things of the registry. Invalid for a radius that makes no sense.

    Reads the whole registry, whoever asks: the caller has checked that the person may plan. At most one query a kind of
    thing.
    """
    from .search import find_in

    return find_in(
        kinds, cameras=cameras(), poles=poles(), platforms=platforms(), radius_m=radius_m,
        pole_radius_m=pole_radius_m, low_use=low_use,
    )  # fmt: skip


def _said(field: str) -> Coalesce:
    """The text, "" where nothing was stated."""
    return Coalesce(field, Value(""))


def _live(things: QuerySet[Any]) -> QuerySet[Any]:
    return things.filter(life="live").order_by("pk")
