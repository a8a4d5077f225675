"""A reviewer lends the side's power to a colleague of the same agency for a term; never power that was lent.

A delegation is no more than a loan: the deputy's acts carry the delegator's name, both have their part in the case, and
it gives nothing as soon as the delegator has nothing to give (`permissions.in_force`).
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import DutyClass, Person
from audit import journal
from audit.failures import Conflict, Invalid, require

from . import announcing
from .models import Delegation, Side
from .permissions import SIDE_ROLE, own_sides_of
from .words import reason_from


def today() -> dt.date:
    """The day in the county by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        found: dt.date = cursor.fetchone()[0]
    return found


def delegate(by: Person, deputy: Person, side: str, starts_on: dt.date, ends_on: dt.date, reason: str) -> Delegation:
    """Lend the person's own power for the side to the deputy, for the days from `starts_on` up to and with `ends_on`.

    403 for who does not hold the side's role in its agency; Conflict where the delegator has borrowed power, or the
    deputy has lent or holds this side's, in these days; Invalid for a deputy who cannot be one, for days that cannot be
    (past, or more than `settings.DELEGATION_MAX_DAYS`), and without a reason.
    """
    reason = reason_from(reason, "请写明委托的事由，例如“出差”“休假”。")
    with transaction.atomic():
        people = {one.pk: one for one in _lock([by.pk, deputy.pk])}
        lender, borrower = people[by.pk], people.get(deputy.pk, deputy)
        require(lender.is_active and side in own_sides_of(lender), "只有本方的审核员能委托他人代为审核。")
        _refuse_deputy(lender, borrower)
        _refuse_term(starts_on, ends_on)
        _refuse_chain(lender, borrower, side, starts_on, ends_on)
        delegation = Delegation.objects.create(
            side=Side(side),
            delegator=lender,
            deputy=borrower,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            made_at=Now(),
        )
        announcing.delegated(delegation)
        _record(by, "review.delegated", delegation, reason=reason)
    return delegation


def revoke_delegation(by: Person, delegation_id: int) -> Delegation:
    """End a delegation before its term: by the delegator, or the deputy gives it back. Conflict when it was ended."""
    with transaction.atomic():
        delegation = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("delegator__agency", "deputy")
            .get(pk=delegation_id)
        )
        require(by.is_active and by.pk in (delegation.delegator_id, delegation.deputy_id), "这份委托不是您的。")
        if delegation.revoked_at is not None:
            raise Conflict("这份委托已经收回。")
        if delegation.ends_on < today():
            raise Conflict("这份委托已经到期，不用收回。")
        Delegation.objects.filter(pk=delegation.pk, revoked_at__isnull=True).update(revoked_at=Now(), revoked_by=by)
        delegation.refresh_from_db(fields=["revoked_at", "revoked_by"])
        announcing.delegation_over(delegation)
        _record(by, "review.delegation_revoked", delegation)
    return delegation


def _lock(ids: list[int]) -> list[Person]:
    """Two people who lend to each other at the same moment wait for one another here."""
    people = Person.objects.select_for_update(of=("self",), no_key=True).select_related("agency")
    return list(people.filter(pk__in=ids).order_by("pk"))


def _refuse_deputy(lender: Person, deputy: Person) -> None:
    if deputy.pk == lender.pk:
        raise Invalid("不能委托给自己。请选择本单位另一位同事。")
    if deputy.agency_id != lender.agency_id:
        raise Invalid("只能委托给本单位的同事。")
    if not deputy.is_active or deputy.is_system:
        raise Invalid("这个账号已停用，请选择另一位同事。")
    if deputy.duty_class != DutyClass.BUSINESS:
        raise Invalid("系统管理员、安全管理员和审计员不能参与审核。请选择另一位同事。")
    if deputy.holds(*SIDE_ROLE.values()):
        raise Invalid("这位同事本来就是审核员，不用委托。")


def _refuse_term(starts_on: dt.date, ends_on: dt.date) -> None:
    day, most = today(), settings.DELEGATION_MAX_DAYS
    if starts_on < day:
        raise Invalid("开始日期不能早于今天。")
    if starts_on > day + dt.timedelta(days=most):
        raise Invalid(f"开始日期最晚在 {most} 天之内。")
    if ends_on < starts_on:
        raise Invalid("结束日期不能早于开始日期。")
    if (ends_on - starts_on).days >= most:
        raise Invalid(f"一次委托最长 {most} 天。到期后如仍需要，再委托一次。")


def _refuse_chain(lender: Person, deputy: Person, side: str, starts_on: dt.date, ends_on: dt.date) -> None:
    same_days = Delegation.objects.filter(revoked_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if same_days.filter(deputy=lender).exists():
        raise Conflict("这段时间您自己受他人委托，不能再委托出去。")
    if same_days.filter(delegator=deputy).exists():
        raise Conflict("这位同事在这段时间已把自己的审核权委托给他人。")
    if same_days.filter(Q(deputy=deputy) & (Q(delegator=lender) | ~Q(side=side))).exists():
        raise Conflict("这段时间已有对这位同事的委托，不用重复。")


def _record(by: Person, action: str, delegation: Delegation, **facts: str) -> None:
    journal.record(
        by,
        action,
        delegation,
        agency_id=delegation.delegator.agency_id,
        side=delegation.side,
        deputy=delegation.deputy.get_username(),
        since=delegation.starts_on.isoformat(),
        until=delegation.ends_on.isoformat(),
        **facts,
    )
