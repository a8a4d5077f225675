"""Tells the review engine, the queue and the registry, which stand below, what is ours to do."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from agencies.models import Person
from audit.failures import Conflict
from jobs import services as jobs
from reviews import beside, kinds
from reviews.models import Round

from . import lineage, record_annex, review_items, risk, staging
from .changing import outcomes as changing
from .exported import platform_exports
from .models import ReportKind, Submission, Version
from .onscreen import recheck
from .paper import codes
from .registering import acceptance, batch_told, settling, withdrawing
from .services import CASE_KIND
from .uploads import JOB_KIND
from .waiving.waiver_views import waiting_for
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
            reopened=reopened,
            undone=undone,
            in_part=True,
            present=review_items.StagedItems,
            choices=settling.choices,
            before_closing=before_closing,
            batch=batch_told.batch,
            annex=record_annex.annex,
            figures=risk.figures,
        )
    )
    kinds.register(changing.kind())
    jobs.register(JOB_KIND, staging.read_source_file, staging.gave_up, get_ready=staging.get_ready)
    jobs.register(annotated.JOB_KIND, annotated.annotate_source_file, annotated.gave_up)
    jobs.register(recheck.JOB_KIND, recheck.recheck_version, recheck.gave_up, urgent=True)
    jobs.register(platform_exports.JOB_KIND, platform_exports.read_export, platform_exports.gave_up)
    lineage.register()
    beside.register(beside.Beside("豁免申请待批", "waivers", lambda person: waiting_for(person).count()))


def accepted(round_: Round, by: Person) -> dict[str, Any]:
    """Accepted rows enter the registry, returned ones are with the unit again; a zero report only changes its state."""
    submission = Submission.objects.select_for_update().get(pk=round_.case.subject_id)
    facts = acceptance.accept(round_, by) if submission.kind == ReportKind.ROWS else {"zero": True}
    in_part = round_.outcome == Round.Outcome.PARTIAL
    _move(submission, Submission.State.RETURNED if in_part else Submission.State.ACCEPTED)
    return facts


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


def reopened(round_: Round, by: Person) -> dict[str, Any]:
    """The unit may change what was accepted; what is registered stays until the next round lets the change in."""
    _give_back(round_)
    return {}


def before_closing(round_: Round, side: str) -> list[str]:
    """What the stamped scan still leaves open for this side."""
    version = Version.objects.get(submission=round_.case.subject_id, number=round_.number)
    return codes.scan_obstacles(version, side)


def undone(round_: Round, by: Person) -> dict[str, Any]:
    """What the round let into the registry is taken out again, and the submission is with the unit."""
    submission = _give_back(round_)
    return withdrawing.withdraw(round_, by) if submission.kind == ReportKind.ROWS else {"zero": True}


def _give_back(round_: Round) -> Submission:
    """Put a decided submission into the unit's hands again. Conflict where the unit has another one under way."""
    submission = Submission.objects.select_for_update().get(pk=round_.case.subject_id)
    others = Submission.objects.filter(obligation=submission.obligation_id, state__in=Submission.OPEN_STATES)
    if other := others.exclude(pk=submission.pk).first():
        raise Conflict(
            f"填报单位本轮还有一份未办完的报送（第 {other.number} 次，{other.get_state_display()}），"
            "同时只能办一份。请等它办结或作废，再来办理。"
        )
    _move(submission, Submission.State.RETURNED)
    return submission


def _move(submission: Submission, state: Submission.State) -> None:
    Submission.objects.filter(pk=submission.pk).update(state=state, state_since=Now())
