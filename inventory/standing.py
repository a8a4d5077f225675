"""Which rows of a report stand accepted, and which the last round sent back: what the unit may and need not change.

A row stands accepted as long as its content is that of the item that was accepted last. On screen it is read-only,
unless the case was given back to the unit since (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from audit.failures import Conflict
from reviews.models import Case, Motion, Round
from reviews.outcomes import TAKEN_IN

from .models import SourceFile, StagedRow, Submission, Version
from .registering.targets import TARGETS

CASE_KIND = "submission"
WORD = "已入库"
"""What is shown at a row that stands accepted and is read-only."""
NAMED = 3
_ACCEPTED = """
    SELECT key, hash FROM (
        SELECT DISTINCT ON (i.key) i.key, i.hash, d.ended_at, c.id AS case_id
        FROM reviews_case c
        JOIN reviews_round d ON d.case_id = c.id AND d.outcome IN ('accepted', 'partial') AND d.undone_at IS NULL
        JOIN reviews_item i ON i.round_id = d.id AND NOT i.returned {among}
        WHERE c.kind = 'submission' AND c.subject_id = %(submission)s ORDER BY i.key, d.number DESC
    ) last
    WHERE NOT EXISTS (SELECT FROM reviews_motion m WHERE m.case_id = last.case_id AND m.kind = 'reopen'
                      AND m.answer = 'agreed' AND m.answered_at > last.ended_at)"""
_LOCKED = f"""
    SELECT key FROM ({_ACCEPTED.format(among="AND i.key = ANY(%(keys)s)")}) accepted
    JOIN unnest(%(keys)s::bigint[], %(hashes)s::text[]) AS now (key, hash) USING (key, hash)"""
_HOLDING = " UNION ".join(
    f"""SELECT f.id FROM ({_ACCEPTED.format(among="")}) accepted
        JOIN {target.rows} r ON r.key = accepted.key AND r.row_hash = accepted.hash
        JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s"""
    for target in TARGETS
)


def locked(submission_id: int, contents: Collection[tuple[int, str]]) -> set[int]:
    """The keys among these (key, hash) that stand accepted and may not be changed on screen; one query."""
    if not contents:
        return set()
    keys, hashes = zip(*contents, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, {"submission": submission_id, "keys": list(keys), "hashes": list(hashes)})
        return {key for (key,) in cursor.fetchall()}


def locked_keys(submission_id: int, rows: Iterable[StagedRow]) -> set[int]:
    """The keys of those among these rows, as they are, that stand accepted and may not be changed on screen."""
    return locked(submission_id, [(row.key, row.row_hash) for row in rows])


def holding_locked(version: Version) -> set[int]:
    """Those of a draft version's files that hold a row which stands accepted; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, {"submission": version.submission_id, "version": version.pk})
        return {file for (file,) in cursor.fetchall()}


def refuse(held: Collection[int], places: Sequence[str]) -> None:
    """Raise Conflict: these rows are read-only; `places`: where they stand."""
    more = f"等 {len(held)} 行" if len(held) > NAMED else ""
    raise Conflict(
        f"{'、'.join(places[:NAMED])}{more}{WORD}，不能在线修改，这次没有保存。确需更正的，请联系数据局或公安局重新开启本件；"
        "也可以改好表格后重新上传，改动的行会重新送审。"
    )


def has_accepted(submission: Submission) -> bool:
    """Whether a round of the report let something into the registry that is still there."""
    rounds = Round.objects.filter(case__kind=CASE_KIND, case__subject_id=submission.pk, undone_at=None)
    return rounds.filter(outcome__in=TAKEN_IN).exists()


def last_decided(submission: Submission) -> Round | None:
    """The round that ended last, unless the unit took it back."""
    rounds = Round.objects.select_related("case").filter(
        case__kind=CASE_KIND, case__subject_id=submission.pk, ended_at__isnull=False
    )
    return rounds.exclude(outcome=Round.Outcome.WITHDRAWN).order_by("-number").first()


def was_taken_back(submission: Submission) -> bool:
    """Whether the last version handed in was taken back by the unit."""
    case = Case.objects.filter(kind=CASE_KIND, subject_id=submission.pk).first()
    return case is not None and case.state == Case.State.WITHDRAWN


def reopened(submission: Submission) -> Motion | None:
    """The motion by which both sides gave the accepted report back, while it is with the unit because of that."""
    if submission.state != Submission.State.RETURNED:
        return None
    last = last_decided(submission)
    if last is None or last.outcome != Round.Outcome.ACCEPTED:
        return None
    return last.case.motions.filter(round=last, kind=Motion.Kind.REOPEN, answer=Motion.Answer.AGREED).first()


def may_go_unchanged(submission: Submission) -> bool:
    """Whether the last version handed in may be handed in again as it is.

    It was taken back by the unit, or the accepted report was reopened and nothing need be changed after all: then both
    sides close a round without items, and it is accepted as before.
    """
    return was_taken_back(submission) or reopened(submission) is not None


def returned_keys(round_: Round) -> list[int]:
    return list(round_.items.filter(returned=True).values_list("key", flat=True))


@dataclass(frozen=True)
class Partly:
    """How a round that accepted a part ended: how many rows of its version are in the registry, how many are back."""

    registered: int
    returned: int


def partly(submission: Submission) -> Partly | None:
    """Of a submission that is back with the unit because a part of it was returned; None in every other state."""
    if submission.state != Submission.State.RETURNED:
        return None
    last = last_decided(submission)
    if last is None or last.outcome != Round.Outcome.PARTIAL or last.undone_at is not None:
        return None
    version = Version.objects.get(submission=submission, number=last.number)
    files = version.files.filter(state=SourceFile.State.READ).values_list("rows_read", "rows_removed")
    rows = sum(read - removed for read, removed in files) + version.missing_marks.count()
    returned = last.items.filter(returned=True).count()
    return Partly(rows - returned, returned)
