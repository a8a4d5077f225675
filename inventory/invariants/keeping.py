"""What was kept: the journal beside every step, files beside their rows, jobs within their leases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from agencies.access import answering
from audit import copies, journal
from files.models import StoredFile
from jobs.models import Job

from .told import MOST, differ, told

ORPHANS_AFTER = 3600.0
"""Seconds. A file younger than this may still get its row."""
STEPS = (
    ("报送", "inventory_submission", "submission.started"),
    ("提交的版本", "inventory_version WHERE submitted_at IS NOT NULL", "submission.submitted"),
    ("办结", "reviews_closing", "review.closed"),
    ("退回的轮次", "reviews_round WHERE outcome = 'returned'", "case.returned"),
    ("通过的轮次", "reviews_round WHERE outcome = 'accepted'", "case.accepted"),
    ("部分通过的轮次", "reviews_round WHERE outcome = 'partial'", "case.accepted_in_part"),
    ("撤回的轮次", "reviews_round WHERE outcome = 'withdrawn'", "case.withdrawn"),
    ("撤销的入库", "reviews_round WHERE undone_at IS NOT NULL", "case.undone"),
    ("重新开启", "reviews_motion WHERE kind = 'reopen' AND answer = 'agreed'", "case.reopened"),
    ("动议", "reviews_motion", "motion.made"),
    ("委托", "reviews_delegation", "review.delegated"),
    ("提交的更正申请", "inventory_requestedchange", "change.asked"),
)
"""What is counted beside the journal's entries of an action."""
APPS = frozenset({"agencies", "cameras", "connecting", "inventory", "planning", "platforms", "registry", "reviews"})
"""The apps whose reasons to see something are known, and none of them is a grant."""


def audited() -> Iterator[str]:
    """I7: the chain holds, and every step has its entry: each version handed in, verdict, closing, end and motion."""
    checked, fault = journal.verify()
    if fault:
        yield f"审计日志前 {checked} 条完好，第 {fault.seq} 条{fault.reason}"
    for what, rows, action in STEPS:
        yield from told(
            what + "有 {0} 个，审计日志里有 {1} 条",
            f"SELECT (SELECT count(*) FROM {rows}), (SELECT count(*) FROM audit_entry WHERE action = '{action}')",
            keep=differ,
        )
    yield from told(
        "双方的意见有 {0} 条，审计日志里记了 {1} 条",
        """SELECT (SELECT count(*) FROM reviews_verdict),
                  (SELECT coalesce(sum((facts->>'rows')::int), 0) FROM audit_entry WHERE action = 'review.marked')""",
        keep=differ,
    )


def copied() -> Iterator[str]:
    """I7, where a copy of the journal is kept outside the database: entry by entry it says the same."""
    if settings.AUDIT_SINK is None or not journal.head()[0]:
        return
    try:
        found = copies.compare([settings.AUDIT_SINK])
    except copies.Missing as missing:
        yield str(missing)
    else:
        if found.fault:
            yield f"审计日志第 {found.fault.seq} 条{found.fault.reason}"


def no_grants() -> Iterator[str]:
    """I8: nobody shares anything yet; so nothing is seen by a grant, and nothing says that one was given."""
    for label, provider in answering():
        if provider.__module__.partition(".")[0] not in APPS:
            yield f"{provider.__module__} 让人看到 {label}，却没有核对它的授权"
    yield from told(
        "审计日志第 {0} 条是 {1}，却没有共享授权",
        "SELECT seq, action FROM audit_entry WHERE action ~ '^(grant|sharing)[.]'",
    )
    yield from told(
        "第 {0} 号审核事项是 {1}，却没有共享授权", "SELECT id, kind FROM reviews_case WHERE kind ~ '^(grant|sharing)'"
    )


def originals() -> Iterator[str]:
    """I9: no row without its file, no file without a row once it had time to get one."""
    root, known = Path(default_storage.path("")), set[str]()
    for path, preview in StoredFile.objects.values_list("path", "preview").iterator():
        for each in (path, preview):
            if each:
                known.add(each)
                if not (root / each).is_file():
                    yield f"文件 {each} 不在"
    oldest = time.time() - ORPHANS_AFTER
    for kind in StoredFile.Kind.values:
        for found in (root / kind).rglob("*"):
            if found.is_file() and str(found.relative_to(root)) not in known and found.stat().st_mtime < oldest:
                yield f"文件 {found.relative_to(root)} 没有记录"


def leases() -> Iterator[str]:
    """I12: no job runs past its lease, and nobody waits for a file or a recheck that no job does."""
    grace = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for job in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now() - grace)[:MOST]:
        yield f"任务 {job.pk}（{job.kind}）早已过了租期"
    yield from told(
        "第 {0} 号表格还在“读取中”，却没有任务在读",
        """SELECT f.id FROM inventory_sourcefile f WHERE f.state = 'reading' AND NOT EXISTS (
             SELECT FROM jobs_job j WHERE j.kind = 'read_source_file' AND j.subject_id = f.id
               AND j.state IN ('queued', 'running'))""",
    )
    yield from told(
        "第 {0} 版（id）还在“重新计算中”，却没有任务在算",
        """SELECT v.id FROM inventory_version v JOIN inventory_submission s ON s.id = v.submission_id
           WHERE v.edition <> v.checked_edition AND s.state IN ('draft', 'returned') AND NOT EXISTS (
             SELECT FROM jobs_job j WHERE j.kind = 'recheck_version' AND j.subject_id = v.id
               AND j.state IN ('queued', 'running'))""",
    )
