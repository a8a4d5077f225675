"""Where an obligation stands (model.md, Intake): derived from its submissions at every question, never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import BooleanField, Case, CharField, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

from agencies.access import VisibleQuerySet

if TYPE_CHECKING:
    from ..models import Obligation  # noqa: F401


class ObligationState(models.TextChoices):
    """Exclusive, and together the roster."""

    MISSING = "missing", "未报"
    DRAFT = "draft", "草稿"
    IN_REVIEW = "in_review", "待审"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "通过"
    ZERO_IN_REVIEW = "zero_in_review", "零报告待审"
    ZERO_ACCEPTED = "zero_accepted", "零报告通过"


ACCEPTED_STATES = (ObligationState.ACCEPTED, ObligationState.ZERO_ACCEPTED)
NOT_HANDED_IN = (ObligationState.MISSING, ObligationState.DRAFT)
REPORTED_STATES = tuple(state for state in ObligationState if state not in NOT_HANDED_IN)
"""已报: handed in at least once."""


class ObligationQuerySet(VisibleQuerySet["Obligation"]):
    def with_state(self) -> Self:
        """Each with `state` (an `ObligationState`), `since`, `is_overdue`, `shown_id`, `open_id` and `open_state`.

        An accepted submission decides; a later one that is still open (补报) stands beside it in `open_id`. Else the
        open one decides; discarded ones do not count. `since`: from when on, None for 未报. `shown_id`: the deciding
        submission. `is_overdue`: not accepted and, by the database's clock, past the campaign's due time.
        """
        from ..models import Submission

        accepted = Submission.objects.filter(obligation=OuterRef("pk"), state=Submission.State.ACCEPTED).order_by(
            "number"
        )
        return self.annotate(
            accepted_id=Subquery(accepted.values("pk")[:1]),
            accepted_since=Subquery(accepted.values("state_since")[:1]),
            open=FilteredRelation("submissions", condition=Q(submissions__state__in=Submission.OPEN_STATES)),
        ).annotate(
            state=_state(),
            since=Coalesce(F("accepted_since"), F("open__state_since")),
            is_overdue=Case(
                When(accepted_id__isnull=True, campaign__due_at__lt=Now(), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            shown_id=Coalesce(F("accepted_id"), F("open__pk")),
            open_id=F("open__pk"),
            open_state=F("open__state"),
        )


def _state() -> Any:
    """All submissions that count are of one kind, the obligation's `answer`; the database keeps it so."""
    accepted, zero = Q(accepted_id__isnull=False), Q(answer="zero")
    return Case(
        When(accepted & zero, then=Value(ObligationState.ZERO_ACCEPTED.value)),
        When(accepted, then=Value(ObligationState.ACCEPTED.value)),
        When(zero & Q(open__state="in_review"), then=Value(ObligationState.ZERO_IN_REVIEW.value)),
        When(open__state__isnull=False, then=F("open__state")),
        default=Value(ObligationState.MISSING.value),
        output_field=CharField(),
    )
