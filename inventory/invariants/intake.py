"""What the units handed in: originals and receipts, rows and their hashes, one answer for each obligation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import default_storage

from sheets.stage import row_hash

from ..leftout.missing import HASH as MARK_HASH
from ..models import ReportKind, SourceFile, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS
from ..services import zero_hash
from ..versions import contents
from .told import differ, told


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
    yield from told(
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
    yield from told(
        "未上表说明 {0} 的内容与校验值不符",
        f"SELECT m.id FROM inventory_missingmark m WHERE m.row_hash <> {MARK_HASH}",
    )


EVERYTHING = " UNION ALL ".join(
    f"""SELECT f.version_id, y.key, y.row_hash AS hash FROM {target.rows} y
        JOIN inventory_sourcefile f ON f.id = y.source_file_id"""
    for target in TARGETS
)
EVERYTHING += " UNION ALL SELECT version_id, item_key, row_hash FROM inventory_missingmark"
"""Every row and every mark of every version."""


def rows_add_up() -> Iterator[str]:
    """I2: rows read are staged, each is under review or stands accepted, and the ledger counts each accepted once."""
    taken = "i.round_id = e.round_id AND NOT i.returned"
    for target in TARGETS:
        yield from told(
            "第 {0} 号入库记录的" + target.kind + "行数是 {1}，应为 {2}",
            f"""SELECT e.id,
                       coalesce((SELECT sum(n::int) FROM jsonb_each_text(e.counts->'{target.kind}') AS c(f, n)), 0),
                       (SELECT count(*) FROM {target.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id
                        JOIN reviews_item i ON {taken} AND i.key = r.key AND i.hash = r.row_hash
                        WHERE f.version_id = e.version_id)
                FROM inventory_ledgerentry e WHERE e.kind = 'acceptance'""",
            keep=differ,
        )
        yield from told(
            "第 {0} 号入库记录的" + target.kind + "未上表说明是 {1} 条，应为 {2}",
            f"""SELECT e.id, coalesce((SELECT sum(n::int)
                          FROM jsonb_each_text(e.counts->'{target.kind}_marks') AS c(f, n)), 0),
                       (SELECT count(*) FROM inventory_missingmark m
                        JOIN reviews_item i ON {taken} AND i.key = m.item_key AND i.hash = m.row_hash
                        WHERE m.version_id = e.version_id AND m.kind = '{target.kind}')
                FROM inventory_ledgerentry e WHERE e.kind = 'acceptance'""",
            keep=differ,
        )
    staged = " + ".join(f"(SELECT count(*) FROM {t.rows} r WHERE r.source_file_id = f.id)" for t in TARGETS)
    yield from told(
        "第 {0} 号表格读到 {1} 行（不算删除的），存了 {2} 行",
        f"SELECT f.id, f.rows_read - f.rows_removed, {staged} FROM inventory_sourcefile f WHERE f.state = 'read'",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核轮次应有 {1} 行，实有 {2} 行",
        "SELECT r.id, r.item_count, (SELECT count(*) FROM reviews_item i WHERE i.round_id = r.id) FROM reviews_round r",
        keep=differ,
    )
    items = " + ".join(
        f"""(SELECT count(*) FROM {t.rows} x
             JOIN inventory_sourcefile f ON f.id = x.source_file_id AND f.version_id = v.id
             JOIN reviews_item i ON i.round_id = r.id AND i.key = x.key AND i.hash = x.row_hash)"""
        for t in TARGETS
    )
    items += """ + (SELECT count(*) FROM inventory_missingmark m JOIN reviews_item i
                    ON i.round_id = r.id AND i.key = m.item_key AND i.hash = m.row_hash WHERE m.version_id = v.id)"""
    yield from told(
        "第 {0} 号审核轮次的 {1} 行里只有 {2} 行是该版的",
        f"""SELECT r.id, r.item_count, CASE WHEN s.kind = 'zero' THEN
                (SELECT count(*) FROM reviews_item i WHERE i.round_id = r.id AND i.hash = v.hash) ELSE {items} END
            FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
            JOIN inventory_submission s ON s.id = c.subject_id
            JOIN inventory_version v ON v.submission_id = s.id AND v.number = r.number AND v.hash = r.version_hash""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核轮次的版本里，行 {1} 既不在审，也没有入库",
        f"""SELECT r.id, x.key FROM reviews_round r
            JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
            JOIN inventory_version v ON v.submission_id = c.subject_id AND v.number = r.number
            JOIN ({EVERYTHING}) x ON x.version_id = v.id
            WHERE NOT EXISTS (SELECT FROM reviews_item i WHERE i.round_id = r.id AND i.key = x.key)
              AND NOT EXISTS (
                SELECT FROM reviews_round d JOIN reviews_item i ON i.round_id = d.id AND NOT i.returned
                WHERE d.case_id = r.case_id AND d.number < r.number AND d.outcome IN ('accepted', 'partial')
                  AND (d.undone_at IS NULL OR d.undone_at > r.opened_at) AND i.key = x.key AND i.hash = x.hash)""",
    )


def one_answer() -> Iterator[str]:
    """I11: zero report and rows are never both live for an obligation, which knows which it is; one open at most."""
    yield from told(
        "第 {0} 号填报任务同时有清单和零报告，或者多份未结的报送，或者答复不符",
        """SELECT o.id FROM inventory_obligation o
           LEFT JOIN inventory_submission s ON s.obligation_id = o.id AND s.live_kind IS NOT NULL
           GROUP BY o.id HAVING count(DISTINCT s.live_kind) > 1
              OR count(*) FILTER (WHERE s.state IN ('draft', 'in_review', 'returned')) > 1
              OR (count(s.id) > 0 AND o.answer IS DISTINCT FROM min(s.live_kind))""",
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
