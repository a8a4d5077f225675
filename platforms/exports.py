"""Columns of the exported list: the official headers of the declaration, and the values as its form writes them."""

from __future__ import annotations

from registry.exports import Out, official, registered, running, trailing

from .lists import WORDS
from .sheet import PLATFORM

SKIPPED = ("seq", "registry_number")
"""Of the file, not of the thing: the running number is made anew, the registry number stands first."""

PLATFORM_OUTS: tuple[Out, ...] = (
    registered(),
    running(),
    *(official(PLATFORM, column.key, WORDS) for column in PLATFORM.columns if column.key not in SKIPPED),
    *(out for out in trailing() if out.key != "masked"),
)
