"""What a mended file changed against the one before: findings gone, new and still there; rows gone and added.

Besides, it tells which rows say something else than what of them stands accepted: changes to registered things.

Rows are the same by their key, findings by row, column and rule. All of it is worked out in SQL, in the transaction
that stores the new file, and kept in its summary under "compared": counts, and of each list the first `LISTED`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from ..models import SourceFile
from ..registering.targets import TARGETS

LISTED = 200
LISTS = {
    "fixed": "已改好",
    "fresh": "新出现",
    "still": "仍有错",
    "gone": "已不在表里的行",
    "added": "新加的行",
    "registered": "已入库又有改动的行",
}
_ALIKE = "o.kind = n.kind AND o.key = n.key AND o.column_key = n.column_key AND o.code = n.code AND o.said = n.said"


_ACCEPTED = """SELECT DISTINCT ON (i.key) i.key, i.hash FROM reviews_case c
    JOIN reviews_round d ON d.case_id = c.id AND d.outcome IN ('accepted', 'partial') AND d.undone_at IS NULL
    JOIN reviews_item i ON i.round_id = d.id AND NOT i.returned
    WHERE c.kind = 'submission' AND c.subject_id = %(submission)s
      AND i.key IN (SELECT key FROM new_rows UNION ALL SELECT key FROM compare_rows) ORDER BY i.key, d.number DESC"""
"""What stands accepted of the rows of either file: (key, hash)."""


def remember(source: SourceFile) -> None:
    """Take down the rows and findings of a file that is about to go, for `compared` in the same transaction."""
    with connection.cursor() as cursor:
        for name, query in (("compare_rows", _rows()), ("compare_findings", _findings())):
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", {"file": source.pk})
            cursor.execute(f"ANALYZE {name}")


def compared(source: SourceFile) -> dict[str, Any]:
    """How this file, read and with its rows' keys, stands to the one remembered."""
    new_rows, new_findings = f"({_rows()})", f"({_findings()})"
    known_rows = "o.kind = n.kind AND o.key = n.key"
    queries = {
        "fixed": f"""SELECT o.* FROM compare_findings o WHERE NOT EXISTS (SELECT FROM new_findings n WHERE {_ALIKE})
                     AND (o.key = 0 OR EXISTS (SELECT FROM new_rows n WHERE {known_rows}))""",
        "fresh": f"""SELECT n.* FROM new_findings n
                     WHERE NOT EXISTS (SELECT FROM compare_findings o WHERE {_ALIKE})""",
        "still": f"""SELECT n.* FROM new_findings n WHERE EXISTS (SELECT FROM compare_findings o WHERE {_ALIKE})""",
        "lost": f"""SELECT o.* FROM compare_findings o WHERE o.key <> 0
                    AND NOT EXISTS (SELECT FROM new_rows n WHERE {known_rows})""",
    }
    rows = {
        "gone": f"SELECT o.* FROM compare_rows o WHERE NOT EXISTS (SELECT FROM new_rows n WHERE {known_rows})",
        "added": f"SELECT n.* FROM new_rows n WHERE NOT EXISTS (SELECT FROM compare_rows o WHERE {known_rows})",
        "registered": f"SELECT n.* FROM new_rows n JOIN ({_ACCEPTED}) a ON a.key = n.key AND a.hash <> n.row_hash",
        "registered_gone": f"""SELECT o.* FROM compare_rows o JOIN ({_ACCEPTED}) a ON a.key = o.key
                               WHERE NOT EXISTS (SELECT FROM new_rows n WHERE {known_rows})""",
    }
    params = {"submission": source.version.submission_id}
    told: dict[str, Any] = {"errors": {}, "warnings": {}, "rows": {}, "lists": {}}
    with connection.cursor() as cursor:
        for name, query in (("new_rows", new_rows), ("new_findings", new_findings)):
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", {"file": source.pk})
            cursor.execute(f"ANALYZE {name}")
        for name, query in queries.items():
            cursor.execute(
                f"""SELECT count(*) FILTER (WHERE severity = 'error'), count(*) FILTER (WHERE severity <> 'error')
                    FROM ({query}) found"""
            )
            told["errors"][name], told["warnings"][name] = cursor.fetchone()
            if name in LISTS:
                cursor.execute(
                    f"""SELECT severity, sheet, cell, row, column_title, code, message FROM ({query}) found
                        ORDER BY severity <> 'error', sheet, row, column_key LIMIT {LISTED}"""
                )
                told["lists"][name] = [list(row) for row in cursor.fetchall()]
        for name, query in rows.items():
            cursor.execute(f"SELECT count(*) FROM ({query}) found", params)
            told["rows"][name] = cursor.fetchone()[0]
            if name in LISTS:
                cursor.execute(
                    f"SELECT sheet, row, name FROM ({query}) found ORDER BY sheet, row LIMIT {LISTED}", params
                )
                told["lists"][name] = [list(row) for row in cursor.fetchall()]
    return told


def _rows() -> str:
    return " UNION ALL ".join(
        f"""SELECT '{target.kind}'::text AS kind, key, sheet, row, coalesce(name, '') AS name, row_hash
            FROM {target.rows} WHERE source_file_id = %(file)s"""
        for target in TARGETS
    )


def _findings() -> str:
    """Findings that count, with the key of their row; those of a sheet or the file have 0, and what they name."""
    of_rows = " UNION ALL ".join(
        f"""SELECT r.key, '' AS said, {_COLUMNS} FROM inventory_rowfinding f JOIN {target.rows} r
              ON r.source_file_id = f.source_file_id AND r.sheet = f.sheet AND r.row = f.row
            WHERE f.source_file_id = %(file)s AND f.kind = '{target.kind}' AND NOT f.waived"""
        for target in TARGETS
    )
    exists = " OR ".join(
        f"""f.kind = '{target.kind}' AND EXISTS (SELECT FROM {target.rows} r
            WHERE r.source_file_id = f.source_file_id AND r.sheet = f.sheet AND r.row = f.row)"""
        for target in TARGETS
    )
    return f"""{of_rows} UNION ALL SELECT 0, f.value, {_COLUMNS} FROM inventory_rowfinding f
               WHERE f.source_file_id = %(file)s AND NOT f.waived AND NOT coalesce({exists}, false)"""


_COLUMNS = """f.kind, f.severity, f.sheet, f.cell, f.row, f.column_key, f.column_title, f.code, f.message"""


def parts(told: dict[str, Any]) -> list[tuple[str, str]]:
    """(list, words) of what there is to say: 12 处已改好, 3 处新出现, 1 处仍有错, 2 行已不在表里, 5 行是新加的."""
    errors, rows = told["errors"], told["rows"]
    said = (
        ("fixed", errors["fixed"], "处已改好"),
        ("fresh", errors["fresh"], "处新出现"),
        ("still", errors["still"], "处仍有错"),
        ("gone", rows["gone"], "行已不在表里"),
        ("added", rows["added"], "行是新加的"),
        ("registered", rows.get("registered", 0), "行已入库又有改动，将重新送审"),
    )
    return [(name, f"{count:,} {words}") for name, count, words in said if count]


def asides(told: dict[str, Any]) -> list[str]:
    """What else there is to say, without a list of its own."""
    errors, warnings, kept = told["errors"], told["warnings"], told["kept"]
    said = (
        (told["rows"].get("registered_gone", 0), "不在表里的有 {:,} 行已入库，台账不变"),
        (errors["lost"], "{:,} 处错误随行一起不在了"),
        (warnings["fixed"] + warnings["lost"], "提醒消除 {:,} 处"),
        (warnings["fresh"], "提醒新出现 {:,} 处"),
        (kept["cells"], "沿用在线修改 {:,} 处"),
        (kept["rows"], "在线删除的 {:,} 行仍不读入"),
    )
    return [words.format(count) for count, words in said if count]
