"""A scan of another version is told to the unit's other clerks, who did not stand by when it was uploaded."""

from __future__ import annotations

from django.urls import reverse

from agencies.models import Person, Role
from notices import services as notices

from ..models import Version
from .codes import mismatch


def tell(version: Version, by: Person) -> None:
    """Tell of the scan that was just attached, in its transaction, before the journal's entry; a right one ends it."""
    key = f"scan:{version.submission_id}"
    says = mismatch(version)
    if not says:
        notices.settle(key)
        return
    agency = version.submission.obligation.agency
    clerks = Person.objects.filter(agency=agency, is_active=True, roles__role=Role.CLERK).exclude(pk=by.pk)
    url = reverse("submission", args=[version.submission_id])
    notices.notify(clerks, "scan", key=key, text=says, url=url, whose=str(agency))
