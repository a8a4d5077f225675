"""Who sees, fills and submits a report."""

from __future__ import annotations

from django.db.models import Q

from agencies import access
from agencies.access import EVERYTHING, Sight
from agencies.models import Person, Role
from agencies.permissions import is_clerk
from registry.models import Identity
from reviews.permissions import sees_reviews

from .campaign.obligations import ObligationQuerySet
from .models import ChangeRequest, Obligation, Submission


def may_report(person: Person, obligation: Obligation) -> bool:
    """The agency's own clerk, or the office on its behalf (代报)."""
    return (is_clerk(person) and person.agency_id == obligation.agency_id) or person.holds(Role.OFFICE)


def may_see_reports(person: Person) -> bool:
    return is_clerk(person) or sees_reviews(person)


def reportable(person: Person) -> ObligationQuerySet:
    """The obligations whose reports this person may see: one's own agency's, or all."""
    return Obligation.objects.visible_to(person)


def may_manage_campaigns(person: Person) -> bool:
    """The office sets surveys up: scope, due date, roster."""
    return person.holds(Role.OFFICE)


def may_see_campaigns(person: Person) -> bool:
    """The office, and the data bureau's reviewers, who judge by the campaign's scope."""
    return person.holds(Role.OFFICE, Role.DATA_REVIEWER)


def may_edit(person: Person, submission: Submission) -> bool:
    return may_report(person, submission.obligation)


def may_ask_change(person: Person, thing: Identity) -> bool:
    """The clerks of the agency that reports the thing."""
    return person.is_active and is_clerk(person) and person.agency_id == thing.reporting_agency_id


def may_mend_change(person: Person, request: ChangeRequest) -> bool:
    return person.is_active and is_clerk(person) and person.agency_id == request.agency_id


def seen_obligations(person: Person) -> Sight:
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(agency=person.agency_id))
    return Sight()


def seen_submissions(person: Person) -> Sight:
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(obligation__agency=person.agency_id))
    return Sight()


def seen_waivers(person: Person) -> Sight:
    """Whoever sees the report sees what was asked about it."""
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(submission__obligation__agency=person.agency_id))
    return Sight()


def seen_changes(person: Person) -> Sight:
    """As cases: whoever reviews, leads or runs the office sees all, a clerk the own agency's."""
    if sees_reviews(person):
        return Sight(full=EVERYTHING)
    if is_clerk(person):
        return Sight(full=Q(agency=person.agency_id))
    return Sight()


def register() -> None:
    access.register("inventory.changerequest", seen_changes)
    access.register("inventory.obligation", seen_obligations)
    access.register("inventory.submission", seen_submissions)
    access.register("inventory.waiver", seen_waivers)
