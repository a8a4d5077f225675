"""Columns of the exported lists: the official headers of the declaration, and the values as its form writes them."""

from __future__ import annotations

from registry.exports import Out, official, registered, running, trailing

from .lists import WORDS
from .sheet import CAMERA

SKIPPED = ("seq", "registry_number")
"""Of the file, not of the thing: the running number is made anew, the registry number stands first."""
POLE_KEYS = ("pole_number", "pole_built", "pole_height", "pole_arms", "pole_condition")
PLACE_KEYS = ("place_kind", "township", "longitude", "latitude", "datum")

CAMERA_OUTS: tuple[Out, ...] = (
    registered(),
    running(),
    *(official(CAMERA, column.key, WORDS) for column in CAMERA.columns if column.key not in SKIPPED),
    *trailing(),
)
POLE_OUTS: tuple[Out, ...] = (
    registered(),
    *(official(CAMERA, key, WORDS) for key in (*POLE_KEYS, *PLACE_KEYS)),
    *trailing(),
)
