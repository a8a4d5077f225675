"""Reminders of the review's terms, once a day: a side's round that is due or late, a delegation that ends.

A reminder takes the place of what was said of the same matter before and has not been read ("to review"), and ends with
it (announcing.py). Whoever has read one is not told the same again.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from notices import services as notices
from notices.models import Notice

from . import workdays
from .announcing import able, key_of
from .delegations import today
from .locks import lock_case
from .models import Delegation, Round, Side
from .permissions import in_force

WORKING_DAYS_BEFORE = 1
ENDS = "delegation-ends:"


def every_day() -> None:
    """For the daily slot; each matter in a transaction of its own."""
    now = today()
    near = workdays.after(now, WORKING_DAYS_BEFORE)
    open_rounds = Round.objects.filter(ended_at=None, due_on__lte=near).order_by("due_on", "pk")
    for pk, number in open_rounds.values_list("case", "number"):
        for side in Side:
            _round(pk, number, side, now)
    keys = [_delegation(one) for one in in_force().filter(ends_on__lte=near).select_related("delegator", "deputy")]
    notices.settle_others(ENDS, keys)


@transaction.atomic
def _round(case_pk: int, number: int, side: Side, now: dt.date) -> None:
    """Under the lock of the case: a side that closes meanwhile has nothing to be reminded of."""
    case = lock_case(case_pk)
    round_ = Round.objects.filter(case=case, number=number, ended_at=None).exclude(closings__side=side).first()
    if round_ is None or round_.due_on is None:
        return
    day = f"{round_.due_on.month}月{round_.due_on.day}日"
    late = round_.due_on < now
    notices.remind(
        able(case, side),
        Notice.Kind.OVERDUE if late else Notice.Kind.DUE_SOON,
        key=key_of(case, f"to_review:{side}"),
        text=f"{f'办理期限（{day}）已过' if late else f'{day}前要办结'}：{case.title}，{side.label}还没有办结。",
        url=reverse("review", args=[case.pk]),
        whose=str(case.agency),
    )


@transaction.atomic
def _delegation(delegation: Delegation) -> str:
    """Tell both that it ends; returns the key."""
    key, day = f"{ENDS}{delegation.pk}", delegation.ends_on
    notices.remind(
        [delegation.delegator, delegation.deputy],
        Notice.Kind.DUE_SOON,
        key=key,
        text=f"{delegation.delegator.label}委托{delegation.deputy.label}代为审核，到 {day.month}月{day.day}日为止。",
        url=reverse("delegations"),
    )
    return key
