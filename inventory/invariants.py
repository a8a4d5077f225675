"""What must hold at every moment, whatever was pressed, killed or restored: each check lists its violations.

The numbers are those of the list of invariants that the fault tests run after every fault; the ones left out have no
tables yet. `manage.py check_invariants` prints them. Files are read in full, so a run takes as long as reading them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now

from audit import journal
from files.models import StoredFile
from jobs.models import Job
from sheets.stage import row_hash

from .leftout.missing import HASH as MARK_HASH
from .models import ReportKind, SourceFile, Version
from .registering.checks import DECLARATIONS
from .registering.targets import TARGETS, Target
from .services import zero_hash
from .versions import contents

MOST = 20
"""At most so many violations of one kind are named."""
ORPHANS_AFTER = 3600.0
"""Seconds. A file younger than this may still get its row."""
REGISTERED = (
    *((t.things, t.versions, t.thing_id) for t in TARGETS),
    ("cameras_pole", "cameras_poleversion", "pole_id"),
)


def receipts() -> Iterator[str]:
    """I1: what was handed in is there: originals with their digest, every file read, content as hashed."""
    submitted = Version.objects.filter(submitted_at__isnull=False).select_related("submission", "scan")
    for version in submitted.iterator():
        originals = [source.file for source in version.files.select_related("file")]
        for original in [*originals, *([version.scan] if version.scan else [])]:
            path = Path(default_storage.path(original.path))
            if not path.is_file():
                yield f"{version}：原件 {original.path} 不在"
            elif _digest(path) != original.sha256:
                yield f"{version}：原件 {original.path} 与校验值不符"
        if version.submission.kind == ReportKind.ZERO:
            if version.hash != zero_hash(version.submission.obligation_id, version.zero_reason):
                yield f"{version}：零报告理由与校验值不符"
        elif not originals and not version.missing_marks.exists():
            yield f"{version}：没有表格"
        if version.files.exclude(state=SourceFile.State.READ).exists():
            yield f"{version}：有没读完的表格"
    yield from _told(
        "第 {0} 版（id）的校验值与它的行不符",
        f"""SELECT v.id FROM inventory_version v JOIN inventory_submission s ON s.id = v.submission_id
            LEFT JOIN ({contents("true")}) content ON content.version_id = v.id
            WHERE s.kind = 'rows' AND v.edition = v.checked_edition AND v.hash <> coalesce(content.hash, '')""",
    )


def rows_are_what_they_say() -> Iterator[str]:
    """I4, for the hash that verdicts stand on: every staged row's and every mark's is that of what it says."""
    for target in TARGETS:
        sheet = DECLARATIONS[target.kind]
        names = [entry.key for entry in sheet.fields if entry.hashed]
        for row in target.row._default_manager.only("sheet", "row", "row_hash", *names).iterator():
            clean = {name: getattr(row, name) for name in names}
            clean["erased"] = tuple(clean["erased"])
            if row_hash(sheet, clean) != row.row_hash:
                yield f"{target.kind} 行 {row.pk}（{row}）的内容与校验值不符"
    yield from _told(
        "未上表说明 {0} 的内容与校验值不符",
        f"SELECT m.id FROM inventory_missingmark m WHERE m.row_hash <> {MARK_HASH}",
    )


def rows_add_up() -> Iterator[str]:
    """I2: rows read are staged, those under review are all of the version's, and the ledger counts each once."""
    for target in TARGETS:
        yield from _told(
            "第 {0} 号入库记录的" + target.kind + "行数是 {1}，应为 {2}",
            f"""SELECT e.id,
                       coalesce((SELECT sum(n::int) FROM jsonb_each_text(e.counts->'{target.kind}') AS c(f, n)), 0),
                       (SELECT count(*) FROM {target.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id
                        WHERE f.version_id = e.version_id)
                FROM inventory_ledgerentry e WHERE e.kind = 'acceptance'""",
            keep=lambda row: row[1] != row[2],
        )
        yield from _told(
            "第 {0} 号入库记录的" + target.kind + "未上表说明是 {1} 条，应为 {2}",
            f"""SELECT e.id, coalesce((SELECT sum(n::int)
                          FROM jsonb_each_text(e.counts->'{target.kind}_marks') AS c(f, n)), 0),
                       (SELECT count(*) FROM inventory_missingmark m
                        WHERE m.version_id = e.version_id AND m.kind = '{target.kind}')
                FROM inventory_ledgerentry e WHERE e.kind = 'acceptance'""",
            keep=lambda row: row[1] != row[2],
        )
    staged = " + ".join(f"(SELECT count(*) FROM {t.rows} r WHERE r.source_file_id = f.id)" for t in TARGETS)
    yield from _told(
        "第 {0} 号表格读到 {1} 行（不算删除的），存了 {2} 行",
        f"SELECT f.id, f.rows_read - f.rows_removed, {staged} FROM inventory_sourcefile f WHERE f.state = 'read'",
        keep=lambda row: row[1] != row[2],
    )
    yield from _told(
        "第 {0} 号审核轮次应有 {1} 行，实有 {2} 行",
        "SELECT r.id, r.item_count, (SELECT count(*) FROM reviews_item i WHERE i.round_id = r.id) FROM reviews_round r",
        keep=lambda row: row[1] != row[2],
    )
    items = " + ".join(
        f"""(SELECT count(*) FROM {t.rows} x
             JOIN inventory_sourcefile f ON f.id = x.source_file_id AND f.version_id = v.id
             JOIN reviews_item i ON i.round_id = r.id AND i.key = x.key AND i.hash = x.row_hash)"""
        for t in TARGETS
    )
    items += """ + (SELECT count(*) FROM inventory_missingmark m JOIN reviews_item i
                    ON i.round_id = r.id AND i.key = m.item_key AND i.hash = m.row_hash WHERE m.version_id = v.id)"""
    yield from _told(
        "第 {0} 号审核轮次的 {1} 行里只有 {2} 行是该版的",
        f"""SELECT r.id, r.item_count, CASE WHEN s.kind = 'zero' THEN 1 ELSE {items} END
            FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
            JOIN inventory_submission s ON s.id = c.subject_id
            JOIN inventory_version v ON v.submission_id = s.id AND v.number = r.number AND v.hash = r.version_hash""",
        keep=lambda row: row[1] != row[2],
    )


def verdicts() -> Iterator[str]:
    """I3: at most one current verdict for each (row, side, content), one closing a side, that tells all rows."""
    yield from _told(
        "{0} 行 {1} 的{2}有 {3} 条现行意见",
        """SELECT case_id, item_key, side, count(*) FROM reviews_verdict WHERE superseded_at IS NULL
           GROUP BY case_id, side, item_key, item_hash HAVING count(*) > 1""",
    )
    yield from _told(
        "第 {0} 号审核轮次的{1}办结了 {2} 次",
        "SELECT round_id, side, count(*) FROM reviews_closing GROUP BY 1, 2 HAVING count(*) > 1",
    )
    yield from _told(
        "第 {0} 号审核轮次的{1}办结与内容不符",
        """SELECT r.id, c.side FROM reviews_closing c JOIN reviews_round r ON r.id = c.round_id
           WHERE c.version_hash <> r.version_hash OR c.passed + c.returned <> r.item_count""",
    )


def four_eyes() -> Iterator[str]:
    """I4: what was accepted has a pass of both sides on exactly its content, by two persons who did not file it."""
    passed = """(SELECT v.person_id FROM reviews_verdict v WHERE v.case_id = r.case_id AND v.side = '{side}'
                 AND v.item_key = i.key AND v.item_hash = i.hash AND v.decision = 'pass' AND v.superseded_at IS NULL)"""
    yield from _told(
        "第 {0} 号审核轮次通过了，行 {1} 却没有双方的通过意见",
        f"""SELECT r.id, i.key FROM reviews_round r JOIN reviews_item i ON i.round_id = r.id
            WHERE r.outcome = 'accepted' AND ({passed.format(side="data")} IS NULL
               OR {passed.format(side="police")} IS NULL
               OR {passed.format(side="data")} = {passed.format(side="police")})""",
    )
    yield from _told(
        "第 {0} 号审核轮次没有双方各一人的办结",
        """SELECT r.id FROM reviews_round r LEFT JOIN reviews_closing c ON c.round_id = r.id
           WHERE r.outcome <> '' GROUP BY r.id HAVING count(c.id) <> 2 OR count(DISTINCT c.person_id) <> 2""",
    )
    yield from _told(
        "{1} 填报了第 {0} 号审核事项，又审核了它",
        """SELECT c.id, p.username FROM reviews_case c
           JOIN inventory_version v ON v.submission_id = c.subject_id AND c.kind = 'submission'
           LEFT JOIN inventory_edit e ON e.version_id = v.id
           LEFT JOIN inventory_sourcefile f ON f.version_id = v.id LEFT JOIN files_storedfile o ON o.id = f.file_id
           JOIN agencies_person p ON p.id IN (e.person_id, v.submitted_by_id, o.uploaded_by_id)
           WHERE EXISTS (SELECT FROM reviews_verdict x WHERE x.case_id = c.id AND x.person_id = p.id)
              OR EXISTS (SELECT FROM reviews_closing x WHERE x.case_id = c.id AND x.person_id = p.id)
           GROUP BY 1, 2""",
    )


def ledger() -> Iterator[str]:
    """I5: one entry for each accepted list, each row applied once, and as many live things as went in and stayed."""
    yield from _told(
        "第 {0} 号审核轮次有 {1} 条入库记录，应为 {2}",
        """SELECT r.id,
                  (SELECT count(*) FROM inventory_ledgerentry e WHERE e.round_id = r.id AND e.kind = 'acceptance'),
                  CASE WHEN r.outcome = 'accepted' AND s.kind = 'rows' THEN 1 ELSE 0 END
           FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
           JOIN inventory_submission s ON s.id = c.subject_id""",
        keep=lambda row: row[1] != row[2],
    )
    for things, versions, thing_id in REGISTERED:
        kind = thing_id.removesuffix("_id")
        yield from _told(
            kind + " 的第 {0} 行入库了 {1} 次",
            f"""SELECT source_row_id, count(*) FROM {versions} WHERE source_row_id IS NOT NULL
                GROUP BY 1 HAVING count(*) > 1""",
        )
        yield from _told(
            kind + " {0} 的现值与它的现行版本不符",
            f"""SELECT t.id FROM {things} t LEFT JOIN {versions} v ON v.{thing_id} = t.id AND v.recorded_to IS NULL
                WHERE v.id IS NULL OR (v.number, v.life) IS DISTINCT FROM (t.version_number, t.life)
                   OR {_differs(things)}""",
        )
        yield from _told(
            kind + " 在册 {0}，按入库记录应为 {1}",
            f"""SELECT (SELECT count(*) FROM {things} WHERE life = 'live'),
                       (SELECT coalesce(sum(coalesce((counts->'{kind}'->>'new')::int, 0)
                                          + coalesce((counts->'{kind}'->>'reactivated')::int, 0)), 0)
                        FROM inventory_ledgerentry WHERE kind = 'acceptance')
                     - (SELECT count(*) FROM {versions} v JOIN {versions} b
                        ON b.{thing_id} = v.{thing_id} AND b.number = v.number - 1
                        WHERE v.life <> 'live' AND b.life = 'live')""",
            keep=lambda row: row[0] != row[1],
        )


def states() -> Iterator[str]:
    """I6: a submission's state is what the journal's events make of it."""
    yield from _told(
        "第 {0} 号报送的状态是 {1}，按审计日志应为 {2}",
        """WITH events AS (
             SELECT object_id::bigint AS id, seq, action FROM audit_entry
             WHERE object_type = 'inventory.submission'
               AND action IN ('submission.started', 'submission.submitted', 'submission.discarded')
             UNION ALL
             SELECT c.subject_id, a.seq, a.action FROM audit_entry a
             JOIN reviews_case c ON c.id = a.object_id::bigint AND c.kind = 'submission'
             WHERE a.object_type = 'reviews.case' AND a.action IN ('case.accepted', 'case.returned')
           ), last AS (SELECT DISTINCT ON (id) id, action FROM events ORDER BY id, seq DESC)
           SELECT s.id, s.state, CASE last.action WHEN 'submission.started' THEN 'draft'
               WHEN 'submission.submitted' THEN 'in_review' WHEN 'submission.discarded' THEN 'discarded'
               WHEN 'case.accepted' THEN 'accepted' WHEN 'case.returned' THEN 'returned' ELSE '' END
           FROM inventory_submission s LEFT JOIN last ON last.id = s.id""",
        keep=lambda row: row[1] != row[2],
    )


def audited() -> Iterator[str]:
    """I7: the chain holds, and every step has its entry: each version handed in, each closing, each round ended."""
    checked, fault = journal.verify()
    if fault:
        yield f"审计日志前 {checked} 条完好，第 {fault.seq} 条{fault.reason}"
    for what, rows, action in (
        ("提交的版本", "inventory_version WHERE submitted_at IS NOT NULL", "submission.submitted"),
        ("办结", "reviews_closing", "review.closed"),
        ("退回的轮次", "reviews_round WHERE outcome = 'returned'", "case.returned"),
        ("通过的轮次", "reviews_round WHERE outcome = 'accepted'", "case.accepted"),
        ("报送", "inventory_submission", "submission.started"),
    ):
        yield from _told(
            what + "有 {0} 个，审计日志里有 {1} 条",
            f"SELECT (SELECT count(*) FROM {rows}), (SELECT count(*) FROM audit_entry WHERE action = '{action}')",
            keep=lambda row: row[0] != row[1],
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


def one_answer() -> Iterator[str]:
    """I11: zero report and rows are never both live for an obligation, which knows which it is; one open at most."""
    yield from _told(
        "第 {0} 号填报任务同时有清单和零报告，或者多份未结的报送，或者答复不符",
        """SELECT o.id FROM inventory_obligation o
           LEFT JOIN inventory_submission s ON s.obligation_id = o.id AND s.live_kind IS NOT NULL
           GROUP BY o.id HAVING count(DISTINCT s.live_kind) > 1
              OR count(*) FILTER (WHERE s.state IN ('draft', 'in_review', 'returned')) > 1
              OR (count(s.id) > 0 AND o.answer IS DISTINCT FROM min(s.live_kind))""",
    )


def leases() -> Iterator[str]:
    """I12: no job runs past its lease, and nobody waits for a file or a recheck that no job does."""
    grace = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    for job in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now() - grace)[:MOST]:
        yield f"任务 {job.pk}（{job.kind}）早已过了租期"
    yield from _told(
        "第 {0} 号表格还在“读取中”，却没有任务在读",
        """SELECT f.id FROM inventory_sourcefile f WHERE f.state = 'reading' AND NOT EXISTS (
             SELECT FROM jobs_job j WHERE j.kind = 'read_source_file' AND j.subject_id = f.id
               AND j.state IN ('queued', 'running'))""",
    )
    yield from _told(
        "第 {0} 版（id）还在“重新计算中”，却没有任务在算",
        """SELECT v.id FROM inventory_version v JOIN inventory_submission s ON s.id = v.submission_id
           WHERE v.edition <> v.checked_edition AND s.state IN ('draft', 'returned') AND NOT EXISTS (
             SELECT FROM jobs_job j WHERE j.kind = 'recheck_version' AND j.subject_id = v.id
               AND j.state IN ('queued', 'running'))""",
    )


INVARIANTS: dict[str, tuple[Callable[[], Iterator[str]], ...]] = {
    "I1": (receipts,),
    "I2": (rows_add_up,),
    "I3": (verdicts,),
    "I4": (four_eyes, rows_are_what_they_say),
    "I5": (ledger,),
    "I6": (states,),
    "I7": (audited,),
    "I9": (originals,),
    "I11": (one_answer,),
    "I12": (leases,),
}


def violations(*names: str) -> dict[str, list[str]]:
    """Invariant -> what breaks it, for these (default: all); those that hold are left out."""
    found = {name: [told for check in INVARIANTS[name] for told in check()] for name in names or INVARIANTS}
    return {name: told for name, told in found.items() if told}


def _told(sentence: str, sql: str, keep: Callable[[Any], bool] = bool) -> Iterator[str]:
    """The sentence for each row of the query that is kept, `MOST` of them at most."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for row in [row for row in cursor.fetchall() if keep(row)][:MOST]:
            yield sentence.format(*row)


def _differs(things: str) -> str:
    """SQL that is true where an identity (t) says another thing than its open version (v)."""
    target: Target | None = next((t for t in TARGETS if t.things == things), None)
    from .registering.poles import CARRIED

    columns = target.columns if target else CARRIED
    more = ("platform_id", "pole_id") if things == "cameras_camera" else ()
    shared = (*columns, *more, "reporting_agency_id", "owner_id", "supervisor_id", "maintainer_id")
    return " OR ".join(f"t.{column} IS DISTINCT FROM v.{column}" for column in shared)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
