"""Proposals at every stage, for the tests of planning: two cameras of two townships at one junction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person, Role
from cameras.models import Camera
from planning import asking, deciding, making
from planning.finding import Group
from planning.finding import Member as Found
from planning.models import Proposal, Reply, Search
from reviews.models import Decision, Round, Side
from reviews.services import close, mark
from tests.factories import make_person
from tests.factories_registry import register_camera

HERE = (Decimal("115.934366"), Decimal("31.727178"))
THERE = (Decimal("115.934566"), Decimal("31.727178"))
REASONS = ("相距 19 米", "同属路口场所，名称都写 江店路口", "分属两个单位")


def somebody(username: str, agency: str, role: Role | str) -> Person:
    return Person.objects.filter(username=username).first() or make_person(username, agency, role)


def office() -> Person:
    return somebody("office-1", "office", "office")


def clerk(agency: str) -> Person:
    return somebody(f"clerk-{agency}", agency, "clerk")


def two_cameras(**values: Any) -> tuple[Camera, Camera]:
    """梅山镇's and 麻埠镇's at one junction, 19 metres apart."""
    told: dict[str, Any] = {"name": "江店路口", "place_kind": "road", **values}
    first = register_camera("meishan", longitude=HERE[0], latitude=HERE[1], **told)
    told["name"] = "江店路口（麻埠）"
    return first, register_camera("mabu", longitude=THERE[0], latitude=THERE[1], **told)


def group(*cameras: Camera, kind: Any = "duplicate", distance: float | None = 19.0, sure: bool = True) -> Group:
    """The first stays, the others give way."""
    members = tuple(Found("camera", camera.pk) for camera in cameras)
    suggested = {one: "一机多用" if place == 0 else "拆除" for place, one in enumerate(members)} if sure else {}
    return Group(kind, members, distance, sure, REASONS, suggested, members[0] if sure else None)


def search(**values: Any) -> Search:
    """A search that is over, without what it found."""
    told = {"kinds": ["duplicate"], "radius_m": 30, "pole_radius_m": 20, "asked_by": office(), **values}
    done = {"state": "done", "ended_at": Now(), "found": 0, "fresh": 0, "known": 0, "outdated": 0}
    return Search.objects.create(**told, **done)


def found(*cameras: Camera, **told: Any) -> Proposal:
    """A proposal as a search makes it."""
    return taken(group(*(cameras or two_cameras()), **told))


def taken(one: Group) -> Proposal:
    """The proposal that a search makes of this group."""
    with transaction.atomic():
        making.take_in(search(kinds=[one.kind]), [one])
    return Proposal.objects.get(key=making.digest(one.kind, [(each.kind, each.id) for each in one.members]))


def asked(proposal: Proposal | None = None) -> Proposal:
    return asking.ask(office(), (proposal or found()).pk)


def answered(proposal: Proposal | None = None, *, mabu: str = "accept") -> Proposal:
    """Both owners have answered; 麻埠镇 what is said."""
    proposal = asked(proposal)
    asking.answer(clerk("meishan"), proposal.pk, "accept")
    wishes = {proposal.members.get(owner__code="mabu").pk: "迁移"} if mabu == "amend" else {}
    asking.answer(clerk("mabu"), proposal.pk, mabu, "" if mabu == "accept" else "这台还要拍村口方向", wishes)
    return fresh(proposal)


def in_review(proposal: Proposal | None = None, **told: Any) -> tuple[Proposal, Round]:
    proposal = answered(proposal, **told)
    round_ = deciding.hand_over(office(), proposal.pk)
    return fresh(proposal), round_


def decide(round_: Round, back: list[int] | None = None) -> Round:
    """Both sides return the items with these keys and pass the others."""
    for by, side in ((somebody("data-1", "data-bureau", "data_reviewer"), Side.DATA),
                     (somebody("police-1", "police", "police_reviewer"), Side.POLICE)):  # fmt: skip
        content = round_.version_hash
        if back:
            mark(by, round_.pk, side, Decision.RETURN, version_hash=content, keys=back, reason="权属单位有异议")
        mark(by, round_.pk, side, Decision.PASS, version_hash=content)
        round_ = close(by, round_.pk, side, version_hash=content)
    return round_


def settled(proposal: Proposal | None = None) -> tuple[Proposal, Round]:
    proposal, round_ = in_review(proposal)
    return fresh(proposal), decide(round_)


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def measures(proposal: Proposal) -> dict[str, str]:
    """Owner's code -> what its camera says now."""
    members = proposal.members.select_related("owner")
    return {member.owner.code: Camera.objects.get(pk=member.thing_id).measure for member in members}


def reply_of(proposal: Proposal, agency: str) -> Reply:
    return proposal.replies.get(agency__code=agency, turn=fresh(proposal).turn)
