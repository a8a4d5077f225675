"""Asking for a waiver, granting, refusing and revoking it. What a waiver in force does is `waivers`.

One press asks for a rule at every cell of the row that it found fault with, and one decision answers them together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from reviews.models import Participation
from reviews.permissions import own_sides_of

from ..models import Edit, ReportKind, RowFinding, Submission, Waiver
from ..services import CASE_KIND, locked
from .waivable import may_be_waived
from .waivers import apply, keys_at, row_of, version_of_latest

MIN_REASON = 6
"""Letters of a reason: less says nothing that a reviewer could judge."""
MIN_ANSWER = 2
CHANGED = "这处问题已经变化，请刷新页面再看。"


def today() -> dt.date:
    """The day in the county by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        found: dt.date = cursor.fetchone()[0]
    return found


def ask(by: Person, submission_id: int, finding_id: int, reason: str) -> Waiver:
    """Ask that this finding, with the same rule's at other cells of its row, be set aside; returns its waiver.

    403 unless the person may edit the report; Conflict where the report is not with the unit, the finding is no more or
    was asked for already; Invalid for a rule that is never set aside, and without a reason.
    """
    reason = " ".join(reason.split())
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        findings, key = _about(submission, finding_id)
        asked = next(one for one in findings if one.pk == finding_id)
        if not may_be_waived(asked.code):
            raise Invalid("这类问题关系到设备身份或表格能否读懂，不能豁免，请改正。")
        if len(reason) < MIN_REASON:
            raise Invalid(f"请写明不能按要求填写的原因，不少于 {MIN_REASON} 个字，供审核人判断。")
        held = _cells(submission, asked.kind, key, asked.code).select_for_update()
        _make_way(by, list(held), findings)
        made = [
            Waiver(
                submission=submission,
                kind=one.kind,
                row_key=key,
                code=one.code,
                column_key=one.column_key,
                value=one.value,
                reason=reason,
                asked_by=by,
            )
            for one in findings
        ]
        Waiver.objects.bulk_create(made)
        waiver = next(one for one in made if one.column_key == asked.column_key)
        _record(by, "waiver.asked", waiver, submission, reason=reason)
    return waiver


def _about(submission: Submission, finding_id: int) -> tuple[list[RowFinding], int]:
    """The finding and its fellows (same rule, same row), one for each column, and the row's key."""
    version = version_of_latest(submission.pk)
    finding = RowFinding.objects.filter(pk=finding_id, source_file__version=version).first()
    if finding is None:
        raise Conflict(CHANGED)
    place = (finding.source_file_id, finding.sheet, finding.row)
    key = keys_at([(finding.kind, place)]).get((finding.kind, place))
    if key is None:
        raise Invalid("这个问题说的是整份表格，不是某一行，不能豁免，请改正。")
    fellows = RowFinding.objects.filter(
        source_file=finding.source_file_id, sheet=finding.sheet, row=finding.row, code=finding.code
    )
    by_column = {one.column_key: one for one in fellows.order_by("-pk")}
    by_column[finding.column_key] = finding
    return sorted(by_column.values(), key=lambda one: one.pk), key


def _cells(submission: Submission, kind: str, key: int, code: str) -> Any:
    """The live waivers of this rule on this row."""
    live = (Waiver.State.ASKED, Waiver.State.GRANTED)
    return Waiver.objects.filter(submission=submission, kind=kind, row_key=key, code=code, state__in=live)


def _make_way(by: Person, held: Sequence[Waiver], findings: Sequence[RowFinding]) -> None:
    """End what was asked or granted of other values, or has expired; Conflict where something still holds."""
    values = {one.column_key: one.value for one in findings}
    day = today()
    for waiver in held:
        same = values.get(waiver.column_key) == waiver.value
        if same and waiver.state == Waiver.State.ASKED:
            raise Conflict("这一处已经申请过豁免，正在等审核人批复。")
        if same and waiver.expires_on is not None and waiver.expires_on >= day:
            raise Conflict("这一处的豁免还在有效期内，不用再申请。")
    asked = [one.pk for one in held if one.state == Waiver.State.ASKED]
    Waiver.objects.filter(pk__in=asked).delete()
    Waiver.objects.filter(pk__in=[one.pk for one in held]).update(
        state=Waiver.State.ENDED, ended_by=by, ended_at=Now(), ended_reason="到期或原值已改，重新申请"
    )


def grant(by: Person, waiver_id: int, expires_on: dt.date, answer: str = "") -> Waiver:
    """Set the rule aside until the end of `expires_on`, at most `settings.WAIVER_MAX_DAYS` from today.

    403 unless a reviewer of either side without a hand in the report; Conflict when it was decided already, the cell
    says something else by now, or the report needs no waiver any more; Invalid for a day that cannot be.
    """
    with transaction.atomic():
        submission, waivers = _to_decide(by, waiver_id)
        day = today()
        last = day + dt.timedelta(days=settings.WAIVER_MAX_DAYS)
        if not day <= expires_on <= last:
            raise Invalid(f"有效期至须在今天到 {last.year}年{last.month}月{last.day}日之间。")
        if not all(stands(waiver) for waiver in waivers):
            raise Conflict("单位已经改了这一处，这份申请不再适用。单位如仍需要，会重新申请。")
        _decide(waivers, Waiver.State.GRANTED, by, answer, expires_on)
        _recount(submission)
        _record(by, "waiver.granted", waivers[0], submission, until=expires_on.isoformat(), answer=answer.strip())
    return waivers[0]


def refuse(by: Person, waiver_id: int, answer: str) -> Waiver:
    """Do not set the rule aside, with a reason; otherwise as `grant`."""
    with transaction.atomic():
        submission, waivers = _to_decide(by, waiver_id)
        _require_words(answer, "请写明不同意的理由，便于填报单位修改。")
        _decide(waivers, Waiver.State.REFUSED, by, answer, None)
        _record(by, "waiver.refused", waivers[0], submission, answer=answer.strip())
    return waivers[0]


def revoke(by: Person, waiver_id: int, reason: str) -> Waiver:
    """Take a granted waiver back: in a draft the rule holds again at once; a submitted version stays as it is."""
    with transaction.atomic():
        submission, waivers = _locked(by, waiver_id)
        if waivers[0].state != Waiver.State.GRANTED:
            raise Conflict(f"这份豁免现在是“{waivers[0].get_state_display()}”，不能撤销。")
        _require_words(reason, "请写明撤销的理由。")
        Waiver.objects.filter(pk__in=[one.pk for one in waivers]).update(
            state=Waiver.State.REVOKED, ended_by=by, ended_at=Now(), ended_reason=reason.strip()
        )
        _recount(submission)
        _record(by, "waiver.revoked", waivers[0], submission, reason=reason.strip())
    return waivers[0]


def may_decide(by: Person, waiver: Waiver) -> bool:
    """A reviewer of either side, not the person who asked, without a hand in the report (four eyes)."""
    return bool(own_sides_of(by)) and by.is_active and not _had_a_hand(by, waiver)


def _had_a_hand(by: Person, waiver: Waiver) -> bool:
    author = Participation.objects.filter(
        case__kind=CASE_KIND, case__subject_id=waiver.submission_id, person=by, part=Participation.Part.AUTHOR
    )
    edited = Edit.objects.filter(version__submission=waiver.submission_id, person=by)
    return waiver.asked_by_id == by.pk or edited.exists() or author.exists()


def _locked(by: Person, waiver_id: int) -> tuple[Submission, list[Waiver]]:
    """The submission, locked, and everything that was asked by the same press, as it stands now."""
    named = Waiver.objects.get(pk=waiver_id)
    submission = Submission.objects.select_for_update().select_related("obligation").get(pk=named.submission_id)
    require(bool(own_sides_of(by)), "豁免由数据局或公安局的审核员批复。")
    require(not _had_a_hand(by, named), "申请人和参与填报的人不能批复。请由另一位审核员办理。")
    return submission, list(together(named))


def together(waiver: Waiver) -> Any:
    """What was asked by the same press: the rule at each of its cells in the row."""
    return Waiver.objects.filter(
        submission=waiver.submission_id,
        kind=waiver.kind,
        row_key=waiver.row_key,
        code=waiver.code,
        asked_at=waiver.asked_at,
    ).order_by("pk")


def _to_decide(by: Person, waiver_id: int) -> tuple[Submission, list[Waiver]]:
    submission, waivers = _locked(by, waiver_id)
    if waivers[0].state != Waiver.State.ASKED:
        raise Conflict(f"这份申请已经办过，现在是“{waivers[0].get_state_display()}”。")
    if submission.state not in Submission.OPEN_STATES:
        raise Conflict(f"这次报送已经“{submission.get_state_display()}”，不用再批复豁免。")
    return submission, waivers


def stands(waiver: Waiver) -> bool:
    """Whether the newest version still has the finding that the waiver was asked for."""
    row = row_of(waiver)
    return (
        row is not None
        and RowFinding.objects.filter(
            source_file=row.source_file_id,
            sheet=row.sheet,
            row=row.row,
            code=waiver.code,
            column_key=waiver.column_key,
            value=waiver.value,
        ).exists()
    )


def _require_words(text: str, message: str) -> None:
    if len(text.strip()) < MIN_ANSWER:
        raise Invalid(message)


def _decide(waivers: Sequence[Waiver], state: str, by: Person, answer: str, expires_on: dt.date | None) -> None:
    Waiver.objects.filter(pk__in=[one.pk for one in waivers], state=Waiver.State.ASKED).update(
        state=state, decided_by=by, decided_at=Now(), answer=answer.strip(), expires_on=expires_on
    )


def _recount(submission: Submission) -> None:
    draft = submission.versions.filter(submitted_at__isnull=True).first()
    if draft is not None:
        apply(draft.pk)


def _record(by: Person, action: str, waiver: Waiver, submission: Submission, **facts: Any) -> None:
    journal.record(
        by,
        action,
        waiver,
        agency_id=submission.obligation.agency_id,
        code=waiver.code,
        row_key=waiver.row_key,
        value=waiver.value,
        **facts,
    )
