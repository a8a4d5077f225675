"""Proposals under way about what was picked on the map: the way from a cluster to what is thought of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from planning.models import Member, Proposal, ThingKind
from planning.permissions import may_see_planning, reads_as_owner

from .grid import Box
from .sources import Source

MOST_SHOWN: Final = 50
UNDER_WAY: Final = (
    Proposal.State.FOUND,
    Proposal.State.ASKED,
    Proposal.State.ANSWERED,
    Proposal.State.IN_REVIEW,
)


@dataclass(frozen=True)
class Touched:
    """A proposal and how many of the picked cameras are members of it."""

    proposal: Proposal
    picked: int


@dataclass(frozen=True)
class Touching:
    """`total` proposals under way, those with most of the picked cameras first; `of`: a listed camera's own."""

    total: int
    shown: Sequence[Touched]
    of: Mapping[int, Sequence[Proposal]]


def touching(source: Source, box: Box, listed: Collection[int], *, few: bool) -> Touching | None:
    """What is under way about the cameras in the box, as far as the person reads it; None where that is not asked.

    Proposals are those of today: a past day has none. Of other owners' cameras an owner does not learn from here that
    they are members, for that would tell where these stand. A query a part of what is seen, and two for the proposals.
    """
    person = source.person
    if source.asked.as_of or not may_see_planning(person):
        return None
    under_way = Proposal.objects.visible_to(person).filter(state__in=UNDER_WAY).order_by()
    members = Member.objects.filter(thing_kind=ThingKind.CAMERA, proposal__in=under_way.values("pk")).order_by()
    if reads_as_owner(person):
        members = members.filter(owner=person.agency_id or 0)
    counts = Counter[int]()
    for rows in source.cameras(box, few=few):
        inside = members.filter(thing_id__in=rows.order_by().values("pk"))
        counts.update(dict(inside.values_list("proposal").annotate(picked=Count("pk"))))
    order = sorted(counts, key=lambda proposal: (-counts[proposal], proposal))[:MOST_SHOWN]
    found = Proposal.objects.in_bulk(order)
    of: dict[int, list[Proposal]] = defaultdict(list)
    own = members.filter(proposal__in=order, thing_id__in=listed).values_list("proposal", "thing_id")
    for proposal, camera in sorted(own, key=lambda member: order.index(member[0])):
        of[camera].append(found[proposal])
    return Touching(len(counts), [Touched(found[proposal], counts[proposal]) for proposal in order], of)
