"""The unit takes its version back before either side has closed the round."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict

from . import announcing
from .kinds import kind_of
from .locks import lock_case
from .models import Case, Participation, Round
from .parts import join
from .words import reason_from


def withdraw(by: Person, kind: str, subject_id: int, reason: str) -> Round:
    """End the round under way as WITHDRAWN; what was said of it holds for unchanged content when it comes back.

    For the owner's service, which has asked whether the person may act for the unit. It must not hold the subject's
    lock: the case is locked first, here as in every decision. Raises Conflict when nothing is under review or a side
    has closed already, PermissionDenied for who has judged the case, Invalid without a reason.
    """
    reason = reason_from(reason, "请写明撤回的理由。")
    with transaction.atomic():
        held = Case.objects.filter(kind=kind, subject_id=subject_id).first()
        if held is None:
            raise Conflict("还没有提交，不用撤回。")
        case = lock_case(held.pk)
        join(case, by, Participation.Part.AUTHOR)
        round_ = case.rounds.filter(ended_at__isnull=True).first()
        if round_ is None:
            raise Conflict("本次报送不在审核中，不能撤回。请刷新页面查看。")
        if round_.closings.exists():
            raise Conflict("已有一方办结，不能再撤回。请等待另一方办结。")
        round_.case = case
        Round.objects.filter(pk=round_.pk, ended_at__isnull=True).update(
            ended_at=Now(), outcome=Round.Outcome.WITHDRAWN
        )
        Case.objects.filter(pk=case.pk).update(state=Case.State.WITHDRAWN)
        round_.refresh_from_db(fields=["ended_at", "outcome"])
        case.state = Case.State.WITHDRAWN
        facts = kind_of(kind).withdrawn(round_, by)
        announcing.ended(round_)
        journal.record(
            by, "case.withdrawn", case, agency_id=case.agency_id, round=round_.number, reason=reason, **facts
        )
    return round_
