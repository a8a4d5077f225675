"""The root that every act locks first: the case. What an act rests on is read again under the lock."""

from __future__ import annotations

from django.db import transaction

from agencies.models import Person
from audit.failures import Conflict, require

from .models import Case, Closing, Round
from .permissions import may_act_for

ENDED = "本轮审核已经结束，请刷新页面查看结果。"


def lock_case(case_id: int) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("agency").get(pk=case_id)


def lock_case_of(round_id: int) -> Round:
    """Lock the round's case; the round as it stands then."""
    case = lock_case(Round.objects.values_list("case_id", flat=True).get(pk=round_id))
    round_ = Round.objects.get(pk=round_id)
    round_.case = case
    return round_


def lock_round(by: Person, round_id: int, side: str, version_hash: str) -> Round:
    """Lock the case and check what every act of a side on a round needs, but for the person's part in the case.

    403 for who may not act for the side; Conflict when the round has ended, shows another content, or the side has
    closed it.
    """
    round_ = lock_case_of(round_id)
    now = Person.objects.select_related("agency").get(pk=by.pk)
    require(may_act_for(now, side), "您不能代表这一方审核。")
    if round_.ended_at is not None:
        raise Conflict(ENDED)
    if round_.version_hash != version_hash:
        raise Conflict("页面上的内容已不是最新版本，请刷新后再审。")
    if Closing.objects.filter(round=round_, side=side).exists():
        raise Conflict("本方已经办结，不能再改。")
    return round_


def require_open(by: Person, round_id: int, side: str, version_hash: str) -> None:
    """Raise PermissionDenied or Conflict as any act of the side would now: to refuse before reading on."""
    with transaction.atomic():
        lock_round(by, round_id, side, version_hash)
