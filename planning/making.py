"""Proposals come to be: from what a search found, or put together by the office."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid
from cameras.models import Camera
from registry.models import id_from_number, number_for
from reviews.words import reason_from

from . import things
from .finding import Group
from .models import KINDS, Member, Proposal, Search, ThingKind
from .moves import note_hand, require_office

HAND: Final = "hand"
MOST_BY_HAND: Final = 50
LOT: Final = 1000
OPEN: Final = (Proposal.State.FOUND, Proposal.State.ASKED, Proposal.State.ANSWERED)
"""States in which it matters that a group is found no more."""


def digest(kind: str, members: Iterable[things.Key]) -> str:
    """The same kind of group with the same members has the same key, in whatever order they come."""
    said = f"{kind}|" + ",".join(f"{of}:{pk}" for of, pk in sorted((str(of), pk) for of, pk in members))
    return hashlib.sha256(said.encode()).hexdigest()


# --- by hand ----------------------------------------------------------------------------------------------------------
def make(by: Person, numbers: Sequence[str], reason: str) -> Proposal:
    """Put these cameras (registry numbers) into one proposal. 403 for all but the office.

    Invalid for a number that is no live camera's, for none or too many, and without a reason; Conflict where the same
    group is a proposal already.
    """
    require_office(by)
    reason = reason_from(reason, "请写明为什么把它们放在一起考虑，权属单位和审核人据此判断。")
    ids = _named(numbers)
    found = {row.pk: row for row in Camera.objects.live().filter(pk__in=ids)}
    if gone := [number_for(Camera.prefix, pk) for pk in ids if pk not in found]:
        raise Invalid(f"{'、'.join(gone[:5])} 不是在册的摄像机。请到台账核对登记编号。")
    group = [found[pk] for pk in ids]
    key = digest(HAND, [(ThingKind.CAMERA, pk) for pk in ids])
    _refuse_known(key)
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                key=key,
                kind=HAND,
                title=things.title_of(KINDS[HAND], group, len(group)),
                reasons=[reason[:200]],
                member_count=len(group),
                made_by=by,
            )
            Member.objects.bulk_create(
                _member(proposal, ThingKind.CAMERA, row, place=place) for place, row in enumerate(group)
            )
            note_hand(proposal, by)
            journal.record(by, "proposal.made", proposal, agency_id=by.agency_id, count=len(group), reason=reason)
    except IntegrityError as error:
        _refuse_known(key)
        raise Conflict("这件方案没有提出，请再试一次。") from error
    return proposal


def _refuse_known(key: str) -> None:
    known = Proposal.objects.filter(key=key).first()
    if known is not None:
        raise Conflict(f"这几台摄像机已有同样的方案 {known.number}（{known.get_state_display()}），不用再提。")


def _named(numbers: Sequence[str]) -> list[int]:
    """The ids behind the registry numbers, each once, in their order."""
    ids: dict[int, None] = {}
    for number in numbers:
        pk = id_from_number(Camera.prefix, number)
        if pk is None or pk > 2**62:
            raise Invalid(f"“{number[:30]}”不是摄像机的登记编号，登记编号如 {number_for(Camera.prefix, 123)}。")
        ids[pk] = None
    if not ids:
        raise Invalid("请填写至少一台摄像机的登记编号，每行一个。")
    if len(ids) > MOST_BY_HAND:
        raise Invalid(f"一件方案最多 {MOST_BY_HAND} 台摄像机，现在有 {len(ids)} 台。请分成几件。")
    return list(ids)


def _member(proposal: Proposal, kind: str, row: Any, *, place: int, measure: str = "", stays: bool = False) -> Member:
    return Member(
        proposal=proposal,
        thing_kind=kind,
        thing_id=row.pk,
        seen=row.version_number,
        owner_id=row.owner_id,
        township=getattr(row, "township", ""),
        place_kind=row.place_kind,
        measure=measure,
        stays=stays,
        place=place,
    )


# --- by search --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Counts:
    """found = fresh + known."""

    found: int
    fresh: int
    known: int
    outdated: int


def take_in(search: Search, groups: Collection[Group]) -> Counts:
    """Make proposals of groups that are new, renew those known, and mark what was not found again as outdated.

    Part of the caller's transaction. What people have worked on is never changed by a search.
    """
    by_key = {digest(group.kind, [(one.kind, one.id) for one in group.members]): group for group in groups}
    known = dict(Proposal.objects.filter(key__in=list(by_key)).values_list("key", "pk"))
    fresh = [(key, group) for key, group in by_key.items() if key not in known]
    for start in range(0, len(fresh), LOT):
        _add(search, fresh[start : start + LOT])
    Proposal.objects.filter(pk__in=list(known.values())).update(search=search, outdated_at=None)
    _renew(known, by_key)
    outdated = _reached(search).filter(state__in=OPEN, outdated_at=None).exclude(search=search)
    return Counts(len(by_key), len(fresh), len(known), outdated.update(outdated_at=Now()))


def _reached(search: Search) -> Any:
    """Found proposals that the search would have found again if they still held.

    A narrower search says nothing of groups that lie farther apart than it looked.
    """
    within = Q(kind="duplicate", distance_m__lte=search.radius_m)
    within |= Q(kind__in=["pole_share", "one_pole"], distance_m__lte=search.pole_radius_m)
    return Proposal.objects.filter(within | Q(distance_m=None), kind__in=search.kinds, search__isnull=False)


def _rows_of(groups: Iterable[Group]) -> dict[things.Key, Any]:
    return things.rows((one.kind, one.id) for group in groups for one in group.members)


def _add(search: Search, lot: Sequence[tuple[str, Group]]) -> None:
    rows = _rows_of(group for _, group in lot)
    proposals, members = [], []
    for key, group in lot:
        told = [(one, rows[one.kind, one.id]) for one in group.members]
        proposal = Proposal(
            key=key,
            kind=group.kind,
            title=things.title_of(KINDS[group.kind], [row for _, row in told], len(told)),
            reasons=[reason[:200] for reason in group.reasons],
            distance_m=group.distance_m,
            sure=group.sure,
            member_count=len(told),
            search=search,
        )
        proposals.append(proposal)
        for place, (one, row) in enumerate(told):
            suggested = group.suggested.get(one, "")
            members.append(_member(proposal, one.kind, row, place=place, measure=suggested, stays=one == group.stays))
    Proposal.objects.bulk_create(proposals)
    Member.objects.bulk_create(members)


def _renew(known: dict[str, int], by_key: dict[str, Group]) -> None:
    """What nobody has touched yet says what the finder says today."""
    untouched = Proposal.objects.filter(pk__in=list(known.values()), state=Proposal.State.FOUND, hands=None)
    stale = []
    for proposal in untouched:
        group = by_key[proposal.key]
        reasons = [reason[:200] for reason in group.reasons]
        if (proposal.reasons, proposal.distance_m, proposal.sure) != (reasons, group.distance_m, group.sure):
            proposal.reasons, proposal.distance_m, proposal.sure = reasons, group.distance_m, group.sure
            stale.append(proposal)
    Proposal.objects.bulk_update(stale, ["reasons", "distance_m", "sure"], batch_size=LOT)
    _renew_members({proposal.pk: by_key[proposal.key] for proposal in untouched})


def _renew_members(groups: dict[int, Group]) -> None:
    changed = []
    for member in Member.objects.filter(proposal__in=list(groups)):
        group = groups[member.proposal_id]
        one = next(each for each in group.members if (each.kind, each.id) == things.key_of(member))
        told = (group.suggested.get(one, ""), one == group.stays)
        if (member.measure, member.stays) != told:
            member.measure, member.stays = told
            changed.append(member)
    # Who stays first steps down everywhere: one stays at most, at every moment.
    Member.objects.filter(pk__in=[member.pk for member in changed]).update(stays=False)
    Member.objects.bulk_update(changed, ["measure", "stays"], batch_size=LOT)
