"""What the workbench says of a case's motions; a partial with a view of its own."""

from __future__ import annotations

from typing import Any

from django import template

from agencies.models import Person

from .. import queries
from ..models import Case, Motion, Side
from ..motion_views import named

register = template.Library()


@register.inclusion_tag("reviews/_motion.html")
def motion_notice(case: Case, person: Person) -> dict[str, Any]:
    """The motion that waits for an answer; of a decided case without one, the way to propose something."""
    motion = case.motions.filter(answer=Motion.Answer.OPEN).select_related("round", "person").first()
    own = queries.side_in(case, person)
    return {
        "case": case,
        "motion": motion,
        "what": named(motion.kind, motion.round) if motion else "",
        "side": Side(motion.side).label if motion else "",
        "other": queries.sides_from(Side(motion.side))[1].label if motion else "",
        "answers": bool(motion and own and own != motion.side),
        "moves": own is not None and case.state != Case.State.OPEN,
    }
