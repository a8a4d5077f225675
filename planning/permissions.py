"""Who plans, who answers, who reads which proposals (docs/decisions/0019)."""

from __future__ import annotations

from django.db.models import Q

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Person, Role
from agencies.permissions import is_clerk
from reviews.permissions import sees_reviews

from .models import Member, Proposal, Reply


def may_see_planning(person: Person) -> bool:
    """Everybody but the three administrators."""
    return is_clerk(person) or sees_reviews(person)


def may_plan(person: Person) -> bool:
    """The office searches, suggests, asks, hands over and confirms."""
    return person.is_active and person.holds(Role.OFFICE)


def may_answer_for(person: Person, agency_id: int) -> bool:
    """The owner's own clerks."""
    return person.is_active and is_clerk(person) and person.agency_id == agency_id


def reads_as_owner(person: Person) -> bool:
    """Whether this person sees of other owners' members only whose they are and what they are called."""
    return not sees_reviews(person)


def seen_proposals(person: Person) -> Sight:
    """All for office, reviewers and leader. An owner's clerks: what the owner was asked about or has to carry out.

    A supervising department: what names one of its kinds of place, positions masked, once owners were asked.
    """
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if not is_clerk(person) or person.agency is None:
        return Sight()
    own = Q(pk__in=Reply.objects.filter(agency=person.agency_id).values("proposal"))
    # Who has taken a thing over since its owner was asked has to carry out what was settled.
    settled = Member.objects.filter(owner=person.agency_id).exclude(settled_measure="")
    own |= Q(pk__in=settled.values("proposal"))
    kinds = list(person.agency.duties.filter(place_kind__isnull=False).values_list("place_kind_id", flat=True))
    if not kinds:
        return Sight(full=own)
    supervised = Member.objects.filter(place_kind__in=kinds).values("proposal")
    return Sight(full=own, masked=Q(turn__gt=0, pk__in=supervised) & ~Q(state=Proposal.State.DISMISSED))


def register() -> None:
    access.register("planning.proposal", seen_proposals)
