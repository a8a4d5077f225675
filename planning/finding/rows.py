"""Rows that finding looks at: registered things, or invented ones of the same shape."""

from __future__ import annotations

from typing import NamedTuple


class CameraFacts(NamedTuple):
    """What finding knows of one live camera. `owner`: agency id; positions in WGS-84 degrees, None without one."""

    id: int
    owner: int
    name: str = ""
    township: str = ""
    place_kind: str = ""
    longitude: float | None = None
    latitude: float | None = None
    leased: bool | None = None
    status: str = ""
    mobility: str = "fixed"
    built: str = ""
    pole: int | None = None
    platform: int | None = None


class PoleFacts(NamedTuple):
    """What finding knows of one live pole. `arms` is None where the sheet does not say."""

    id: int
    owner: int
    longitude: float | None = None
    latitude: float | None = None
    arms: int | None = None
    height: float | None = None
    condition: str = ""
    number: str = ""


class PlatformFacts(NamedTuple):
    """What finding knows of one live platform. `gbt28181`: yes, no, partial or ""."""

    id: int
    owner: int
    name: str = ""
    place_kind: str = ""
    gbt28181: str = ""
    connected: str = ""
    upkeep: float | None = None
