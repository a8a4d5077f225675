"""The life of a submission: start, scan, zero report, submit, withdraw, discard. Files come in through `uploads`.

Every service locks the submission (or the obligation, where none exists yet) first and writes the journal last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now, TruncDate

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from files import services as storage
from files.models import StoredFile
from reviews import services as reviews
from reviews.models import Case, Round

from . import reminders, risk, standing
from .entering.original import keep_originals
from .leftout import missing
from .models import (
    Campaign,
    Edit,
    Obligation,
    PlatformExport,
    ReportKind,
    SourceFile,
    Submission,
    Version,
)
from .onscreen import recheck
from .paper import codes, telling
from .permissions import may_edit, may_report
from .registering.checks import check_registry
from .registering.targets import TARGETS
from .versions import fork, rehash
from .workbook import clashes

CASE_KIND = "submission"
MIN_REASON = 10
RECHECKING = "正在重新计算全表检查，请稍候。"
NOT_RECHECKED = "全表检查没有算完。请在表里改任意一处，系统会重新计算；仍不行请联系系统管理员。"


def start(by: Person, obligation_id: int, kind: ReportKind) -> Submission:
    """Open a submission, or return the open one of this kind. Raises Conflict where zero report and rows would meet."""
    with transaction.atomic():
        obligation = (
            Obligation.objects.select_for_update(of=("self",))
            .select_related("campaign", "agency")
            .filter(pk=obligation_id)
            .first()
        )
        if obligation is None:
            raise Conflict("本单位已不在这一轮的名单里。如应报送，请联系领导小组办公室。")
        require(may_report(by, obligation), "您不能为这个单位填报。")
        # Asked afresh: what was read together with the obligation is as old as the wait for its lock.
        if Campaign.objects.filter(pk=obligation.campaign_id, closed_at__isnull=False).exists():
            raise Conflict("本轮梳理已经关闭，不能再填报。请联系领导小组办公室。")
        if Campaign.objects.filter(pk=obligation.campaign_id, opens_on__gt=TruncDate(Now())).exists():
            raise Conflict(f"本轮梳理 {obligation.campaign.opens_on:%m月%d日} 开始，到时再填报。")
        open_one = obligation.submissions.filter(state__in=Submission.OPEN_STATES).first()
        if open_one is not None and open_one.kind == kind:
            return open_one
        _refuse_the_other(obligation, kind, open_one)
        Obligation.objects.filter(pk=obligation.pk).update(answer=kind)
        last = obligation.submissions.aggregate(last=Max("number"))["last"] or 0
        submission = Submission.objects.create(
            obligation=obligation,
            number=last + 1,
            kind=kind,
            on_behalf=by.agency_id != obligation.agency_id,
            created_by=by,
        )
        Version.objects.create(submission=submission, number=1, created_by=by)
        _record(by, "submission.started", submission, kind=kind)
    return submission


def _refuse_the_other(obligation: Obligation, kind: ReportKind, open_one: Submission | None) -> None:
    """Zero report and rows of one obligation exclude each other (model.md, Intake)."""
    if open_one is not None:
        now = "清单" if open_one.kind == ReportKind.ROWS else "零报告"
        raise Conflict(f"本单位已有一份{now}（{open_one.get_state_display()}）。请先处理完或作废它，再改报。")
    accepted = obligation.submissions.filter(state=Submission.State.ACCEPTED).exclude(kind=kind)
    if accepted.exists():
        if kind == ReportKind.ZERO:
            raise Conflict("本单位本轮已有通过的清单，不能再报零报告。")
        raise Conflict("本单位本轮的零报告已经通过，不能再报清单。确有遗漏的，请联系领导小组办公室。")


ANOTHER_KIND = {
    ReportKind.ROWS: "零报告不上传清单。如确有摄像机，请先作废零报告，再报清单。",
    ReportKind.ZERO: "这是清单报送，不是零报告。",
}


def locked(by: Person, submission_id: int, kind: ReportKind | None = None) -> Submission:
    """Lock the submission for editing: 403 unless the person may, 409 unless it is with the unit and of this kind."""
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("obligation__campaign", "obligation__agency")
        .get(pk=submission_id)
    )
    require(may_edit(by, submission), "您不能修改这个单位的填报。")
    if submission.state not in (Submission.State.DRAFT, Submission.State.RETURNED):
        raise Conflict(f"本次报送现在是“{submission.get_state_display()}”，不能修改。")
    if kind is not None and submission.kind != kind:
        raise Conflict(ANOTHER_KIND[kind])
    reviews.refuse_reviewer_as_author(CASE_KIND, submission.pk, by)
    _refuse_who_waived(by, submission)
    return submission


def _refuse_who_waived(by: Person, submission: Submission) -> None:
    """Who decided a waiver of the report has judged a part of it, and must have no hand in it (four eyes)."""
    decided = submission.waivers.filter(decided_by=by) | submission.waivers.filter(state="revoked", ended_by=by)
    require(not decided.exists(), "您批复过本件的豁免，不能再参与填报。请由另一位同事修改。")


def require_editable(by: Person, submission_id: int, kind: ReportKind | None = None) -> None:
    """Raise PermissionDenied or Conflict as any change would now: to refuse before looking at what was handed in."""
    with transaction.atomic():
        locked(by, submission_id, kind)


def draft_version(by: Person, submission: Submission) -> Version:
    """The version that may be changed; after a return the next one, a copy. Notes the person's hand."""
    version = submission.versions.filter(submitted_at__isnull=True).first()
    if version is None:
        version = fork(submission.versions.last(), by)
    _note_hand(by, submission, version)
    return version


def _note_hand(by: Person, submission: Submission, version: Version) -> None:
    """The person is an author of the version from now on; the hand of another agency, the office, makes it 代报."""
    Edit.objects.get_or_create(version=version, person=by)
    if by.agency_id != submission.obligation.agency_id and not submission.on_behalf:
        Submission.objects.filter(pk=submission.pk).update(on_behalf=True)
        submission.on_behalf = True


def zero_hash(obligation_id: int, reason: str) -> str:
    """The content hash of a zero report: what is owed and why there is nothing."""
    return hashlib.sha256(f"zero\n{obligation_id}\n{reason}".encode()).hexdigest()


def state_zero(by: Person, submission_id: int, reason: str) -> Version:
    """Write the reason of a zero report: why the unit has no public-place video (plan, chapter four (一): “零报告”)."""
    reason = " ".join(reason.split())
    if len({c for c in reason if c.isalnum()}) < MIN_REASON // 2 or len(reason) < MIN_REASON:
        raise Invalid(f"请写明没有公共场所视频监控的情况，不少于 {MIN_REASON} 个字。")
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ZERO)
        version = draft_version(by, submission)
        version.zero_reason, version.hash = reason, zero_hash(submission.obligation_id, reason)
        version.save(update_fields=["zero_reason", "hash"])
        _record(by, "submission.zero_stated", submission, version=version.number, digest=version.hash)
    return version


def attach_scan(by: Person, submission_id: int, scan: StoredFile, texts: Collection[str] = ()) -> Version:
    """Bind the stamped scan to the draft version's content as it is now; `texts`: what the codes on it say."""
    version = draft_version(by, locked(by, submission_id))
    if version.is_stale:
        raise Conflict(RECHECKING + "算好之后再打印盖章，附上扫描件。")
    if not version.hash:
        raise Conflict("请先上传表格（或填写零报告理由），再附盖章扫描件。")
    version.scan, version.scan_hash = scan, version.hash
    codes.note(version, texts)
    version.save(update_fields=["scan", "scan_hash", *codes.NOTED])
    telling.tell(version, by)
    _record(
        by,
        "submission.scan_attached",
        version.submission,
        version=version.number,
        sha256=scan.sha256,
        code=str(version.scan_code),
        **({"says": version.scan_code_text} if version.scan_code_text else {}),
    )
    return version


def remove_file(by: Person, submission_id: int, source_file_id: int) -> None:
    """Take a workbook and its rows out of the draft version; the original itself is kept."""
    with transaction.atomic():
        submission = locked(by, submission_id)
        version = draft_version(by, submission)
        held = SourceFile.objects.filter(version__submission=submission, pk=source_file_id).first()
        if held is None:
            raise Conflict("这份文件已不在本次报送中。")
        source = version.files.filter(file_id=held.file_id).first()
        if source is None:
            raise Conflict("这份文件已不在本次报送中。")
        drop_file(source)
        check_registry(version.pk, submission.obligation.agency_id)
        rehash(version)
        _record(by, "submission.file_removed", submission, version=version.number, sha256=held.file.sha256)


def drop_file(source: SourceFile) -> None:
    """Delete a source file's staged rows and findings, and itself (the stored original stays)."""
    for target in TARGETS:
        target.row._default_manager.filter(source_file=source).delete()
    source.findings.all().delete()
    source.delete()


def obstacles(submission: Submission, version: Version) -> list[str]:
    """What still stands between this version and its submission, in the user's words; empty when nothing does."""
    found = []
    says_something = True
    if submission.kind == ReportKind.ZERO:
        if not version.zero_reason:
            found.append("还没有填写零报告理由。")
    else:
        files = list(version.files.all())
        if any(f.state == SourceFile.State.READING for f in files):
            found.append("还有表格正在读取，请稍候。")
        if submission.platform_exports.filter(state=PlatformExport.State.READING).exists():
            found.append("平台导出清单正在读取，请稍候。")
        if any(f.state == SourceFile.State.FAILED for f in files):
            found.append("有表格未能读取，请重新上传或移除它。")
        says_something = any(f.state == SourceFile.State.READ for f in files) or missing.has_marks(version)
        if not says_something:
            found.append("还没有上传表格。")
        elif not version.hash and not version.is_stale and any(f.origin == SourceFile.Origin.SCREEN for f in files):
            found.append("在线填写的表里还没有内容。")
        errors = sum(f.errors for f in files if f.state == SourceFile.State.READ)
        if errors:
            found.append(f"还有 {errors} 处错误要改。")
        if open_question := clashes.obstacle(version):
            found.append(open_question)
    if says_something and (left_out := missing.obstacle(submission, version)):
        found.append(left_out)
    if version.is_stale:
        found.append(RECHECKING if recheck.is_coming(version) else NOT_RECHECKED)
    if not version.scan_id:
        found.append("还没有附盖章扫描件。")
    elif version.scan_hash != version.hash and not version.is_stale:
        found.append("盖章之后内容有改动，请重新打印盖章并上传扫描件。")
    elif another := codes.mismatch(version):
        found.append(another)
    return found


def submit(by: Person, submission_id: int, version_hash: str) -> Submission:
    """Hand the version in: it becomes immutable and a round of the case opens for both sides.

    Raises Conflict when the page was stale or something is missing; a second press finds the state already moved. What
    the registry says against it by now is written down before, so that the page can show it. A version that the unit
    took back, or that was reopened and needs no change, may be handed in again as it is.
    """
    with transaction.atomic():
        submission = locked(by, submission_id)
        draft = submission.versions.filter(submitted_at__isnull=True).first()
        if draft is None and standing.may_go_unchanged(submission):
            draft = draft_version(by, submission)
        if draft is not None and draft.is_stale:
            recheck.enqueue(draft, by)
        elif draft is not None and draft.hash == version_hash:
            voided = check_registry(draft.pk, submission.obligation.agency_id)
            if voided:
                rehash(draft)
    with storage.keeping(), transaction.atomic():
        _lock_case(submission_id)
        submission = locked(by, submission_id)
        version = submission.versions.filter(submitted_at__isnull=True).first()
        if version is None:
            raise Conflict("退回之后还没有修改，不能再次提交。请先按退回意见修改。")
        if version.is_stale:
            raise Conflict("还不能提交：" + RECHECKING)
        if version.hash != version_hash:
            raise Conflict("页面上的内容已不是最新，请刷新后核对，再提交。")
        if stops := obstacles(submission, version):
            raise Conflict("还不能提交：" + "".join(stops))
        _note_hand(by, submission, version)
        agency = submission.obligation.agency
        keep_originals(by, version)
        Version.objects.filter(pk=version.pk, submitted_at__isnull=True).update(submitted_at=Now(), submitted_by=by)
        Submission.objects.filter(pk=submission.pk).update(state=Submission.State.IN_REVIEW, state_since=Now())
        submission.refresh_from_db()
        round_ = reviews.open_round(
            kind=CASE_KIND,
            subject_id=submission.pk,
            title=title_of(submission),
            agency=agency,
            number=version.number,
            version_hash=version.hash,
            items=risk.items(submission, version),
            authors=Person.objects.filter(pk__in=Edit.objects.filter(version__submission=submission).values("person")),
        )
        reminders.handed_in(submission.obligation_id)
        _record(
            by, "submission.submitted", submission, version=version.number, digest=version.hash, rows=round_.item_count
        )
    return submission


def is_under_review(submission_id: int, version_hash: str) -> bool:
    """Whether exactly this content was handed in and is being judged."""
    rounds = Round.objects.filter(case__kind=CASE_KIND, case__subject_id=submission_id, ended_at=None)
    return rounds.filter(version_hash=version_hash).exists()


def _lock_case(submission_id: int) -> None:
    """The case before the submission, as in every decision: two that go the other way round wait for each other."""
    Case.objects.select_for_update().filter(kind=CASE_KIND, subject_id=submission_id).first()


def withdraw(by: Person, submission_id: int, reason: str) -> None:
    """Take the version under review back, before either side has closed; the unit has its draft again.

    403 unless the person may edit the report and has judged no part of it; Conflict when nothing is under review or a
    side has closed; Invalid without a reason.
    """
    submission = Submission.objects.select_related("obligation__agency").get(pk=submission_id)
    require(may_edit(by, submission), "您不能撤回这个单位的填报。")
    with transaction.atomic():
        _lock_case(submission_id)
        _refuse_who_waived(by, submission)
        reviews.withdraw(by, CASE_KIND, submission_id, reason)


def title_of(submission: Submission) -> str:
    label = "零报告" if submission.kind == ReportKind.ZERO else "清单"
    return f"{submission.obligation.agency.short_name} {submission.obligation.campaign.name} {label}"


def discard(by: Person, submission_id: int) -> None:
    """Give a draft up (作废). What was never submitted, or taken back each time, may go; what was decided stays."""
    with transaction.atomic():
        submission = locked(by, submission_id)
        if submission.state == Submission.State.RETURNED:
            raise Conflict("已审核过的报送不能作废。请按退回意见修改后重新提交。")
        for pending in SourceFile.objects.filter(version__submission=submission, state=SourceFile.State.READING):
            drop_file(pending)
        Submission.objects.filter(pk=submission.pk).update(state=Submission.State.DISCARDED, state_since=Now())
        others = Submission.objects.filter(obligation=submission.obligation_id, live_kind__isnull=False)
        if not others.exists():
            Obligation.objects.filter(pk=submission.obligation_id).update(answer=None)
        _record(by, "submission.discarded", submission)


def _record(by: Person, action: str, submission: Submission, **facts: Any) -> None:
    journal.record(by, action, submission, agency_id=submission.obligation.agency_id, **facts)
