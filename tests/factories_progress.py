"""Campaigns and reports in every state, made straight in the database; the services have tests of their own."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from itertools import count
from typing import Any, cast

from django.utils import timezone

from agencies.models import Agency, Person
from files.models import StoredFile
from inventory.campaign.campaigns import default_roster
from inventory.models import CameraRow, Campaign, Obligation, ReportKind, SourceFile, Submission, Version
from reviews import desks
from reviews.models import Case, Closing, Decision, Desk, Item, Participation, Round, Side, Verdict
from tests.factories import make_person

_numbers = count(1)
STATES: dict[str, tuple[str, str]] = {
    "draft": ("rows", "draft"),
    "in_review": ("rows", "in_review"),
    "returned": ("rows", "returned"),
    "accepted": ("rows", "accepted"),
    "zero_in_review": ("zero", "in_review"),
    "zero_accepted": ("zero", "accepted"),
}
"""State of an obligation -> (kind, state) of the submission that leads to it; 未报 has none."""


def make_campaign(
    name: str = "2022年第一次梳理",
    *,
    due_in: float = 5,
    opened: int = 10,
    roster: Sequence[str] | None = None,
    closed: bool = False,
) -> Campaign:
    """A survey that began `opened` days ago and is due in `due_in` days (negative: past), owed by the default roster
    or by these agencies."""
    now = timezone.now()
    campaign = Campaign.objects.create(
        name=name,
        scope="全县公共场所视频监控",
        opens_on=timezone.localdate() - dt.timedelta(days=opened),
        due_at=now + dt.timedelta(days=due_in),
        template_version="2022.1",
        rule_version="2022.1-00000000",
        closed_at=now if closed else None,
    )
    agencies = default_roster() if roster is None else Agency.objects.filter(code__in=roster)
    Obligation.objects.bulk_create(Obligation(campaign=campaign, agency=agency) for agency in agencies)
    return campaign


def obligation_of(campaign: Campaign, agency_code: str) -> Obligation:
    return Obligation.objects.get(campaign=campaign, agency__code=agency_code)


def report(
    obligation: Obligation,
    state: str,
    *,
    days: float = 0,
    rows: int = 0,
    place_kind: str = "road",
    errors: int = 0,
    version: int = 1,
    by: Person | None = None,
) -> Submission:
    """A submission that brings the obligation into this state (a key of STATES, or "discarded") `days` ago.

    `rows` camera rows of a kind of place stand in its latest version; a report that was handed in has its case, whose
    rounds up to `version` have ended but for the one under review.
    """
    kind, submission_state = STATES.get(state, ("rows", state))
    author = by or clerk_of(obligation.agency)
    if submission_state != "discarded":
        Obligation.objects.filter(pk=obligation.pk).update(answer=kind)
    submission = Submission.objects.create(
        obligation=obligation,
        number=obligation.submissions.count() + 1,
        kind=kind,
        state=submission_state,
        created_by=author,
        state_since=timezone.now() - dt.timedelta(days=days),
    )
    handed_in = submission_state in ("in_review", "returned", "accepted")
    for number in range(1, version + 1):
        last = number == version
        _version(submission, number, author, handed_in or not last, rows if last else 0, place_kind, errors)
    if handed_in:
        _case(submission, author, version)
    return submission


def _version(
    submission: Submission, number: int, author: Person, handed_in: bool, rows: int, place_kind: str, errors: int
) -> None:
    digest = hashlib.sha256(f"version {next(_numbers)}".encode()).hexdigest()
    zero = submission.kind == ReportKind.ZERO
    version = Version.objects.create(
        submission=submission,
        number=number,
        hash=digest,
        zero_reason="本单位没有自建的公共场所视频监控。" if zero else "",
        created_by=author,
    )
    if rows or errors:
        _rows(version, author, rows, place_kind, errors)
    if handed_in:
        Version.objects.filter(pk=version.pk).update(
            scan=_stored(StoredFile.Kind.SCAN, author),
            scan_hash=digest,
            submitted_by=author,
            submitted_at=submission.state_since,
        )


def _rows(version: Version, author: Person, rows: int, place_kind: str, errors: int) -> None:
    source = SourceFile.objects.create(
        version=version,
        slot=1,
        file=_stored(StoredFile.Kind.WORKBOOK, author),
        state=SourceFile.State.READ,
        datum="wgs84",
        funding="government",
        rows_read=rows,
        errors=errors,
    )
    CameraRow.objects.bulk_create(
        CameraRow(
            source_file=source,
            key=next(_numbers),
            sheet="摄像机",
            row=row + 6,
            raw=[],
            row_hash=hashlib.sha256(f"row {next(_numbers)}".encode()).hexdigest(),
            name=f"测试点位{row + 1}",
            place_kind=place_kind,
        )
        for row in range(rows)
    )


def _case(submission: Submission, author: Person, rounds: int) -> None:
    """Its rounds, the last still under way when the submission is in review. Rows of the last version are its items."""
    state = {"in_review": "open", "returned": "returned", "accepted": "accepted"}[submission.state]
    case = Case.objects.create(
        kind="submission",
        subject_id=submission.pk,
        title=str(submission),
        agency=submission.obligation.agency,
        state=state,
    )
    Participation.objects.create(case=case, person=author, part=Participation.Part.AUTHOR)
    for version in submission.versions.all()[:rounds]:
        last = version.number == rounds
        outcome = ("" if state == "open" else state) if last else "returned"
        keys = list(CameraRow.objects.filter(source_file__version=version).values_list("key", "row_hash")) or [
            (0, version.hash)
        ]
        round_ = Round.objects.create(
            case=case,
            number=version.number,
            version_hash=version.hash,
            item_count=len(keys),
            ended_at=timezone.now() if outcome else None,
            outcome=outcome,
        )
        Round.objects.filter(pk=round_.pk).update(opened_at=submission.state_since)
        Item.objects.bulk_create(Item(round=round_, key=key, hash=digest) for key, digest in keys)
        if outcome:
            close(round_, Side.DATA, returned=0)
            close(round_, Side.POLICE, returned=1 if outcome == "returned" else 0)


def open_round(submission: Submission) -> Round:
    return Round.objects.get(case__kind="submission", case__subject_id=submission.pk, ended_at=None)


def close(round_: Round, side: Side, *, returned: int = 0, by: Person | None = None) -> Closing:
    """This side has closed the round."""
    reviewer = by or reviewer_of(side)
    Participation.objects.get_or_create(case=round_.case, person=reviewer, defaults={"part": side})
    return Closing.objects.create(
        case=round_.case,
        round=round_,
        side=side,
        person=reviewer,
        version_hash=round_.version_hash,
        passed=round_.item_count - returned,
        returned=returned,
    )


def judge(round_: Round, side: Side, by: Person, items: int, decision: str = Decision.PASS) -> None:
    """This side has decided the first `items` of the round."""
    Participation.objects.get_or_create(case=round_.case, person=by, defaults={"part": side})
    for item in round_.items.order_by("key")[:items]:
        Verdict.objects.create(
            case=round_.case,
            round=round_,
            item_key=item.key,
            item_hash=item.hash,
            side=side,
            person=by,
            decision=decision,
            reason="坐标不对" if decision != Decision.PASS else "",
            decided_at=timezone.now(),
        )
    told = desks.counted(round_, side)
    counters = {counter: told[word] for word, counter in desks.COUNTER.items()}
    Desk.objects.update_or_create(round=round_, side=side, defaults=counters)


def clerk_of(agency: Agency) -> Person:
    return _somebody(f"author-{agency.code}", agency.code, "clerk")


def reviewer_of(side: Side) -> Person:
    agency, role = {Side.DATA: ("data-bureau", "data_reviewer"), Side.POLICE: ("police", "police_reviewer")}[side]
    return _somebody(f"judge-{side.value}", agency, role)


def _somebody(username: str, agency_code: str, role: str) -> Person:
    return Person.objects.filter(username=username).first() or make_person(username, agency_code, role)


def _stored(kind: StoredFile.Kind, by: Person) -> StoredFile:
    number = next(_numbers)
    told: dict[str, Any] = {"media_type": "application/pdf", "size": 1024}
    return StoredFile.objects.create(
        kind=kind,
        name=f"文件{number}.pdf",
        path=f"progress/{kind}/{number}",
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        agency_id=cast(int, by.agency_id),
        uploaded_by=by,
        **told,
    )
