"""Surveys that leave out what a unit has registered."""

from __future__ import annotations

from typing import Any

from cameras.models import Camera
from inventory import services
from inventory.leftout import marking
from inventory.models import Campaign, MissingMark, Submission
from platforms.models import Platform
from tests.factories_inventory import (
    clerk_of,
    drafted,
    hand_in,
    make_campaign,
    submitted,
)
from tests.factories_registry import register_camera
from tests.inventory.quickly import stamp
from tests.inventory.registering import decide, registered

Mark = MissingMark.Mark
CODES = [f"3415240000132090000{number}" for number in range(1, 5)]


def own(count: int = 3) -> list[Camera]:
    """So many registered cameras of 梅山镇, and one of another township that nobody asks 梅山镇 about."""
    register_camera("mabu")
    return [register_camera("meishan", code=code, name=f"路口{code[-1]}") for code in CODES[:count]]


def really_a_platform() -> Platform:
    """A platform that came with a further list of the cameras' survey."""
    campaign = Campaign.objects.get()
    decide(submitted("meishan", values=[], platforms=[{}], campaign=campaign))
    return Platform.objects.get()


def own_really(count: int) -> list[Camera]:
    """The same through an accepted survey, as the ledger knows it."""
    registered(cameras=[{"code": code, "name": f"路口{code[-1]}"} for code in CODES[:count]])
    return list(Camera.objects.order_by("code"))


def draft(*codes: str, campaign: Campaign | None = None) -> Submission:
    """A survey of later on that holds these cameras, with nothing said of the others."""
    values = [{"code": code, "name": f"路口{code[-1]}"} for code in codes]
    return drafted("meishan", values=values, campaign=campaign or make_campaign(), missing=None)


def obstacles(submission: Submission) -> list[str]:
    version = submission.versions.get(submitted_at=None)
    return services.obstacles(submission, version)


def say(submission: Submission, things: list[Any], said: MissingMark.Mark | None, **more: Any) -> int:
    kind = "platform" if things and isinstance(things[0], Platform) else "camera"
    return marking.mark(clerk_of("meishan"), submission.pk, kind, [thing.pk for thing in things], said, **more)


def handed_in(submission: Submission) -> Submission:
    stamp(clerk_of("meishan"), submission)
    return hand_in(submission)
