"""What happens by itself once a day, in this order (jobs/daily.py); all of it can bear to be done twice."""

from __future__ import annotations

from django.conf import settings

from audit import daily as journal
from inventory import reminders as units
from jobs import daily
from notices import digests
from notices import services as notices
from reviews import reminders as sides


def register() -> None:
    """Tell the daily slot, when the applications are ready."""
    daily.register("audit.seal", journal.seal)
    daily.register("notices.forget", notices.forget)
    daily.register("reviews.reminders", sides.every_day)
    daily.register("inventory.reminders", units.every_day)
    daily.register("notices.digest", digests.every_day, at=settings.NOTICE_DIGEST_AT)
