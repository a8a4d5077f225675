"""Carrying out what was settled: the owner begins and reports with evidence, the office confirms or objects."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, require
from files import services as files
from files.models import StoredFile
from reviews.words import LONGEST, reason_from
from sheets import gate

from . import announcing, moves
from .models import Carrying, Proposal
from .permissions import may_answer_for, may_plan
from .things import number_of

State = Carrying.State
MOVES: Final = {
    "begin": ((State.PLANNED,), State.UNDER_WAY),
    "report": ((State.PLANNED, State.UNDER_WAY), State.DONE),
    "confirm": ((State.DONE,), State.CONFIRMED),
    "object": ((State.DONE,), State.UNDER_WAY),
}
TO_DO: Final = (State.PLANNED, State.UNDER_WAY)
"""Where the owner has something to do."""


def _locked(carrying_id: int) -> tuple[Proposal, Carrying]:
    """The proposal, held, and the task as it stands then."""
    proposal_id = Carrying.objects.values_list("member__proposal", flat=True).get(pk=carrying_id)
    proposal = moves.locked(proposal_id)
    return proposal, Carrying.objects.select_related("member__owner", "evidence").get(pk=carrying_id)


def _move(carrying: Carrying, act: str, **values: Any) -> None:
    begins, leads = MOVES[act]
    moved = Carrying.objects.filter(pk=carrying.pk, state__in=begins).update(state=leads, since=Now(), **values)
    if not moved:
        raise Conflict(f"这一项现在是“{carrying.get_state_display()}”，不能这样办理。请刷新页面查看。")
    carrying.state = leads


def _require_owner(by: Person, carrying: Carrying) -> None:
    now = Person.objects.get(pk=by.pk)
    require(may_answer_for(now, carrying.member.owner_id), "落实由权属单位的填报员办理。")


def begin(by: Person, carrying_id: int) -> Carrying:
    """The owner has begun. 403 for all but the owner's clerks, Conflict where it was begun already."""
    with transaction.atomic():
        proposal, carrying = _locked(carrying_id)
        _require_owner(by, carrying)
        _move(carrying, "begin")
        _record(by, "carrying.begun", proposal, carrying)
    return carrying


def report(by: Person, carrying_id: int, data: bytes, name: str, note: str = "") -> Carrying:
    """It is done: a photograph or a paper shows it. Raises Refused when the file is no sound PDF, JPEG or PNG.

    403 for all but the owner's clerks; Conflict where it was reported already.
    """
    from files import scans

    with TemporaryDirectory(dir=_scratch()) as folder:
        raw = Path(folder) / "evidence"
        raw.write_bytes(data)
        info = scans.examine_scan(raw, name, scans.ScanLimits(max_bytes=settings.SCAN_MAX_BYTES))
    with files.keeping(), transaction.atomic():
        proposal, carrying = _locked(carrying_id)
        _require_owner(by, carrying)
        if carrying.state not in MOVES["report"][0]:
            raise Conflict(f"这一项现在是“{carrying.get_state_display()}”，不能再报。请刷新页面查看。")
        original = files.store(
            [data],
            kind=StoredFile.Kind.EVIDENCE,
            name=gate.safe_name(name),
            suffix=info.kind,
            agency_id=carrying.member.owner_id,
            by=by,
        )
        _move(
            carrying,
            "report",
            note=note.strip()[:LONGEST],
            evidence=original,
            objection="",
            reported_by=by,
            reported_at=Now(),
        )
        carrying.evidence = original
        announcing.reported(proposal, carrying, by)
        _record(by, "carrying.reported", proposal, carrying, sha256=original.sha256)
    return carrying


def confirm(by: Person, carrying_id: int) -> Carrying:
    """The office has seen the evidence. 403 for all others and for who reported it; Conflict where nothing waits."""
    with transaction.atomic():
        proposal, carrying = _locked(carrying_id)
        _require_office(by, carrying)
        _move(carrying, "confirm", checked_by=by, checked_at=Now())
        _tell(proposal, carrying)
        _record(by, "carrying.confirmed", proposal, carrying)
    return carrying


def object_to(by: Person, carrying_id: int, reason: str) -> Carrying:
    """The evidence does not show it: back to the owner, with a reason. As `confirm`; Invalid without words."""
    reason = reason_from(reason, "请写明哪里不清楚、要补什么，单位据此补充。")
    with transaction.atomic():
        proposal, carrying = _locked(carrying_id)
        _require_office(by, carrying)
        _move(carrying, "object", objection=reason, checked_by=by, checked_at=Now())
        carrying.objection = reason
        _tell(proposal, carrying)
        _record(by, "carrying.objected", proposal, carrying, reason=reason)
    return carrying


def _require_office(by: Person, carrying: Carrying) -> None:
    require(may_plan(Person.objects.get(pk=by.pk)), "落实情况由领导小组办公室确认。")
    require(carrying.reported_by_id != by.pk, "报告落实的人不能自己确认。请由办公室另一位同事确认。")


def _tell(proposal: Proposal, carrying: Carrying) -> None:
    tasks = Carrying.objects.filter(member__proposal=proposal)
    left = tasks.filter(member__owner=carrying.member.owner_id, state__in=[*TO_DO, State.DONE]).count()
    announcing.checked(proposal, carrying, left, tasks.filter(state=State.DONE).count())


def _record(by: Person, action: str, proposal: Proposal, carrying: Carrying, **facts: Any) -> None:
    journal.record(
        by,
        action,
        proposal,
        agency_id=carrying.member.owner_id,
        device=number_of(carrying.member),
        measure=carrying.measure,
        **facts,
    )


def _scratch() -> Path:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.WORK_DIR)
