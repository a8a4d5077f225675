"""Batches into the registry for the tests of acceptance: staged rows, handed in, passed by both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agencies.models import Person, Role
from cameras.models import Camera, Pole
from inventory.models import LedgerEntry, Submission
from platforms.models import Platform
from reviews.models import Round
from tests.factories import make_person
from tests.factories_inventory import submitted
from tests.reviews.scenes import accept

Rows = Sequence[Mapping[str, Any]]
BLANK_CAMERA: dict[str, Any] = {
    "platform_name": "",
    "brand": "",
    "built": "",
    "measure": "",
    "label": "",
    "label_state": "unknown",
}
"""What a row reads as when its cells of these columns are empty."""
NO_POLE: dict[str, Any] = {
    "pole_built": "",
    "pole_number": "",
    "pole_height": None,
    "pole_arms": None,
    "pole_condition": "",
}
POLE_ROW: dict[str, Any] = {"pole_number": "MS-001", "pole_condition": "完整"}


def reviewer(username: str, agency: str, role: Role) -> Person:
    return Person.objects.filter(username=username).first() or make_person(username, agency, role)


def decide(submission: Submission) -> Round:
    """Both sides pass everything."""
    data = reviewer("data-1", "data-bureau", Role.DATA_REVIEWER)
    police = reviewer("police-1", "police", Role.POLICE_REVIEWER)
    return accept(submission, data, police)


def registered(agency: str = "meishan", *, cameras: Rows = (), platforms: Rows = ()) -> LedgerEntry:
    """Report these rows in a survey of their own and let both sides pass them; the ledger's entry."""
    round_ = decide(submitted(agency, values=cameras, platforms=platforms))
    assert round_.outcome == Round.Outcome.ACCEPTED
    return LedgerEntry.objects.get(round=round_)


def camera(**values: Any) -> Camera:
    return Camera.objects.get(**values)


def platform(**values: Any) -> Platform:
    return Platform.objects.get(**values)


def poles() -> list[Pole]:
    return list(Pole.objects.order_by("pk"))


def fates(entry: LedgerEntry, kind: str = "camera") -> dict[str, int]:
    """How many rows of this kind had each fate, as the ledger says."""
    counts: dict[str, int] = entry.counts[kind]
    return counts
