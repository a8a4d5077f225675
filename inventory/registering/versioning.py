"""The registry's own versions: how a thing comes to its next one, with the way back to what it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .poles import CARRIED
from .targets import CAMERA, PLATFORM

ANSWERABLE = ("reporting_agency_id", "owner_id", "supervisor_id", "maintainer_id")
"""Who answers for a thing, in both tables."""


@dataclass(frozen=True)
class Recorded:
    """A kind of registered thing: its table, the view of its versions, and the columns that both have."""

    kind: str
    things: str
    versions: str
    columns: tuple[str, ...]

    @property
    def thing_id(self) -> str:
        """The version table's column that leads to the thing."""
        return f"{self.kind}_id"

    @cached_property
    def carried(self) -> tuple[str, ...]:
        return (*ANSWERABLE, *self.columns)


CAMERAS = Recorded(CAMERA.kind, CAMERA.things, CAMERA.versions, (*CAMERA.columns, "platform_id", "pole_id"))
PLATFORMS = Recorded(PLATFORM.kind, PLATFORM.things, PLATFORM.versions, PLATFORM.columns)
POLES = Recorded("pole", "cameras_pole", "cameras_poleversion", CARRIED)
EVERY = (CAMERAS, PLATFORMS, POLES)
OF_KIND = {recorded.kind: recorded for recorded in EVERY}
