"""What happens by itself once a day, in this order (jobs/daily.py); all of it can bear to be done twice."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from agencies.models import Person, Role
from audit import daily as journal
from audit.models import DailyHead
from connecting import reminders as connections
from inventory import reminders as units
from jobs import daily
from notices import digests
from notices import services as notices
from notices.models import Notice
from reviews import reminders as sides

SEALING = "journal:seal"
"""Key of the notices that a day's head was not written."""


def seal() -> list[DailyHead]:
    """Write the heads that are due (audit/daily.py). Auditors and system administrators are told where that fails, and
    what they were told ends once it succeeds.
    """
    try:
        written = journal.seal()
    except Exception as error:
        _tell(error)
        raise
    with transaction.atomic():
        notices.settle(SEALING)
    return written


def _tell(error: Exception) -> None:
    if isinstance(error, journal.Broken):
        text = f"{error} 请保留现场。"
    else:
        text = f"每日链尾没有记下（{type(error).__name__}），系统会再试；明天仍收到本通知的，请检查后台任务的运行日志。"
    # Only auditors may open the journal's pages.
    with transaction.atomic():
        for role, url in ((Role.AUDITOR, reverse("journal_verify")), (Role.SYSADMIN, reverse("home"))):
            people = Person.objects.filter(roles__role=role).distinct()
            notices.notify(people, Notice.Kind.JOURNAL, key=SEALING, text=text, url=url)


def register() -> None:
    """Tell the daily slot, when the applications are ready."""
    daily.register("audit.seal", seal)
    daily.register("notices.forget", notices.forget)
    daily.register("reviews.reminders", sides.every_day)
    daily.register("inventory.reminders", units.every_day)
    daily.register("access.reminders", connections.every_day)
    daily.register("notices.digest", digests.every_day, at=settings.NOTICE_DIGEST_AT)
