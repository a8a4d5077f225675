"""需要关注: the units that a leader should ask after, the worst first, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from inventory.campaign.obligations import ObligationState
from inventory.services import CASE_KIND
from reviews.models import Closing, Side

from .links import units_url
from .stats import Shown, Unit

WORST = 5
LONG_RETURNED = 3
"""Days after which a return that nobody mends is worth a word."""
LONG_IN_REVIEW = 5
NEAR = 3
"""Days before the due date from which a unit that has not handed in is worth one."""
IN_REVIEW = (ObligationState.IN_REVIEW, ObligationState.ZERO_IN_REVIEW)
_HARM = {
    ObligationState.MISSING: 0,
    ObligationState.DRAFT: 1,
    ObligationState.RETURNED: 2,
    ObligationState.IN_REVIEW: 3,
    ObligationState.ZERO_IN_REVIEW: 3,
}


@dataclass(frozen=True, slots=True)
class Worry:
    """A unit, why it needs attention in one short sentence, and where to look: its report, or the units like it."""

    unit: Unit
    reason: str
    url: str
    verb: str


def worries(counted: Iterable[Unit], shown: Shown) -> list[Unit]:
    """Overdue units first (not begun, draft, returned, in review), then what has been lying longest."""
    found = [unit for unit in counted if _is_worry(unit, shown)]
    return sorted(found, key=lambda unit: (not unit.is_overdue, *_rank(unit)))


def worst(counted: Iterable[Unit], shown: Shown, most: int = WORST) -> list[Worry]:
    """The first of them with their reasons. One query."""
    chosen = worries(counted, shown)[:most]
    closed = closed_sides([unit.open_id for unit in chosen if unit.open_id and unit.state in IN_REVIEW])
    return [Worry(unit, _reason(unit, shown, closed), *_button(unit, shown)) for unit in chosen]


def _button(unit: Unit, shown: Shown) -> tuple[str, str]:
    if unit.shown_id:
        return reverse("submission", args=[unit.shown_id]), "查看"
    return units_url(shown.pk, states=[unit.state], overdue=unit.is_overdue), "看名单"


def closed_sides(submission_ids: Sequence[int]) -> dict[int, set[str]]:
    """Which sides have closed the open round of each of these reports."""
    found: dict[int, set[str]] = {}
    closings = Closing.objects.filter(
        case__kind=CASE_KIND, case__subject_id__in=submission_ids, round__ended_at__isnull=True
    )
    for subject, side in closings.values_list("case__subject_id", "side"):
        found.setdefault(subject, set()).add(side)
    return found


def open_sides(closed: set[str]) -> str:
    """The sides still at work: 数据局、公安局."""
    return "、".join(side.label for side in Side if side.value not in closed)


def _is_worry(unit: Unit, shown: Shown) -> bool:
    if unit.is_accepted:
        return False
    if unit.is_overdue:
        return True
    if unit.state == ObligationState.RETURNED:
        return unit.days >= LONG_RETURNED
    if unit.state in IN_REVIEW:
        return unit.days >= LONG_IN_REVIEW
    return shown.closed_at is None and shown.days_left <= NEAR


def _rank(unit: Unit) -> tuple[int, int]:
    """Among overdue ones the least advanced first; among the others what has been lying longest."""
    return (_HARM[unit.state], -unit.days) if unit.is_overdue else (-unit.days, _HARM[unit.state])


def _reason(unit: Unit, shown: Shown, closed: Mapping[int, set[str]]) -> str:
    late = f"逾期 {late_words(shown)}，" if unit.is_overdue else ""
    if unit.state == ObligationState.MISSING:
        return f"{late}还没有开始填报" if late else f"{due_words(shown)}，还没有开始填报"
    if unit.state == ObligationState.DRAFT:
        return f"{late}填了草稿还没有提交" if late else f"{due_words(shown)}，填了草稿还没有提交"
    if unit.state == ObligationState.RETURNED:
        return f"{late}退回 {unit.days} 天还没有改好"
    waiting = open_sides(closed.get(unit.open_id or 0, set()))
    return f"{late}待审 {unit.days} 天，{waiting}未办结"


def late_words(shown: Shown) -> str:
    return f"{-shown.days_left} 天" if shown.days_left < 0 else "不到 1 天"


def due_words(shown: Shown) -> str:
    """距截止 3 天 / 今天截止 / 已过截止 2 天."""
    if shown.days_left > 0:
        return f"距截止 {shown.days_left} 天"
    return "今天截止" if not shown.is_past else f"已过截止 {late_words(shown)}"
