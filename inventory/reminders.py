"""Reminders of a campaign's due time, once a day: to the clerks of a unit that has the report in its hands."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person, Role
from notices import services as notices
from notices.models import Notice
from reviews import workdays
from reviews.delegations import today

from .campaign.obligations import ObligationState
from .models import Obligation, Submission

WORKING_DAYS_BEFORE = 3
STANDS = {
    ObligationState.MISSING: "还没有报送",
    ObligationState.DRAFT: "的草稿还没有提交",
    ObligationState.RETURNED: "被退回，还没有重新提交",
}
"""What is up to the unit; what is in review is not."""
IN_HAND = (Submission.State.DRAFT, Submission.State.RETURNED)
PREFIX = "obligation:"


def every_day() -> None:
    """For the daily slot: remind whoever is near the due time or past it, end the reminders of everybody else."""
    near = workdays.after(today(), WORKING_DAYS_BEFORE)
    owed = Obligation.objects.filter(
        campaign__closed_at=None, campaign__opens_on__lte=TruncDate(Now()), campaign__due_at__date__lte=near
    )
    waiting = owed.with_state().filter(Q(state__in=list(STANDS))).select_related("campaign", "agency")
    notices.settle_others(PREFIX, [_remind(obligation) for obligation in waiting.order_by("pk")])


def handed_in(obligation_id: int) -> None:
    """The unit has submitted: its reminders end in the same transaction."""
    notices.settle_others(f"{PREFIX}{obligation_id}:", [])


@transaction.atomic
def _remind(obligation: Obligation) -> str:
    """Tell the unit's clerks; returns the key, "" when the report has been handed in meanwhile.

    The key holds the due time: a term put off is a matter of its own.
    """
    campaign, told = obligation.campaign, vars(obligation)
    open_id = told["open_id"]
    if open_id and not Submission.objects.select_for_update().filter(pk=open_id, state__in=IN_HAND).exists():
        return ""
    due = timezone.localtime(campaign.due_at)
    when = f"{due.month}月{due.day}日 {due:%H:%M}"
    late = bool(told["is_overdue"])
    key = f"{PREFIX}{obligation.pk}:{due:%Y%m%dT%H%M}"
    notices.remind(
        Person.objects.filter(agency=obligation.agency_id, is_active=True, roles__role=Role.CLERK),
        Notice.Kind.OVERDUE if late else Notice.Kind.DUE_SOON,
        key=key,
        text=f"{f'已过截止时间（{when}）' if late else f'{when} 截止'}：{campaign.name}{STANDS[told['state']]}。",
        url=reverse("submission", args=[open_id]) if open_id else reverse("submissions"),
        whose=str(obligation.agency),
    )
    return key
