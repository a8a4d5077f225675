"""Tells the review engine, the queue and the registry, which stand below, what is ours to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.functions import Now

from agencies.models import Person
from jobs import services as jobs
from reviews import kinds
from reviews.models import Round

from . import lineage, review_items, staging
from .exported import platform_exports
from .models import ReportKind, Submission
from .onscreen import recheck
from .registering import acceptance
from .services import CASE_KIND
from .uploads import JOB_KIND
from .workbook import annotated


def register() -> None:
    kinds.register(
        kinds.Kind(
            name=CASE_KIND,
            label="调研表",
            url_name="submission",
            accepted=accepted,
            returned=returned,
            withdrawn=withdrawn,
            reopened=returned,
            present=review_items.StagedItems,
            choices=choices,
        )
    )
    jobs.register(JOB_KIND, staging.read_source_file, staging.gave_up, get_ready=staging.get_ready)
    jobs.register(annotated.JOB_KIND, annotated.annotate_source_file, annotated.gave_up)
    jobs.register(recheck.JOB_KIND, recheck.recheck_version, recheck.gave_up, urgent=True)
    jobs.register(platform_exports.JOB_KIND, platform_exports.read_export, platform_exports.gave_up)
    lineage.register()


def accepted(round_: Round, by: Person) -> dict[str, Any]:
    """Rows enter the registry; a zero report only changes the submission's state."""
    submission = Submission.objects.select_for_update().get(pk=round_.case.subject_id)
    if submission.kind == ReportKind.ROWS:
        return acceptance.accept(round_, by)
    _move(submission, Submission.State.ACCEPTED)
    return {"zero": True}


def returned(round_: Round, by: Person) -> dict[str, Any]:
    """The whole version goes back; the unit mends and resubmits it as the next one."""
    _move(Submission.objects.select_for_update().get(pk=round_.case.subject_id), Submission.State.RETURNED)
    return {}


def withdrawn(round_: Round, by: Person) -> dict[str, Any]:
    """The unit has its draft again; what was returned or accepted in part before stays so."""
    submission = Submission.objects.select_for_update().get(pk=round_.case.subject_id)
    decided = round_.case.rounds.exclude(outcome__in=["", Round.Outcome.WITHDRAWN]).exists()
    _move(submission, Submission.State.RETURNED if decided else Submission.State.DRAFT)
    return {}


def choices(round_: Round, keys: Collection[int] | None = None) -> dict[int, kinds.Choosing]:
    """Rows whose code another agency has registered; nothing settles them yet but a return."""
    return {key: kinds.Choosing(says) for key, says in review_items.unpassable(round_, keys).items()}


def _move(submission: Submission, state: Submission.State) -> None:
    Submission.objects.filter(pk=submission.pk).update(state=state, state_since=Now())
