"""What entered the registry: once for each round, from rows that both sides passed, and what left it again."""

from __future__ import annotations

from collections.abc import Iterator

from ..registering.targets import TARGETS, Target
from .told import differ, told

REGISTERED = (
    *((t.things, t.versions, t.thing_id, t.rows) for t in TARGETS),
    ("cameras_pole", "cameras_poleversion", "pole_id", "inventory_camerarow"),
)
"""Table of the things, of their versions, the column that leads to the thing, and the table of the staged rows."""


def ledger() -> Iterator[str]:
    """I5: one entry for each round that accepted, one for each that was withdrawn again; each row applied once.

    As many things are live as were inserted, less the retired and the withdrawn, and with the restored again.
    """
    yield from told(
        "第 {0} 号审核轮次有 {1} 条入库记录，应为 {2}",
        """SELECT r.id,
                  (SELECT count(*) FROM inventory_ledgerentry e WHERE e.round_id = r.id AND e.kind = 'acceptance'),
                  CASE WHEN r.outcome IN ('accepted', 'partial') AND s.kind = 'rows' THEN 1 ELSE 0 END
           FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
           JOIN inventory_submission s ON s.id = c.subject_id""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核轮次有 {1} 条撤回记录，应为 {2}",
        """SELECT r.id,
                  (SELECT count(*) FROM inventory_ledgerentry e WHERE e.round_id = r.id AND e.kind = 'withdrawal'),
                  CASE WHEN r.undone_at IS NOT NULL AND s.kind = 'rows' THEN 1 ELSE 0 END
           FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'submission'
           JOIN inventory_submission s ON s.id = c.subject_id""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核轮次没有通过，或不是更正，却有更正的入库记录",
        """SELECT e.round_id FROM inventory_ledgerentry e JOIN reviews_round r ON r.id = e.round_id
           JOIN reviews_case c ON c.id = r.case_id
           WHERE e.kind = 'amendment' AND (c.kind = 'submission' OR r.outcome NOT IN ('accepted', 'partial'))""",
    )
    yield from told(
        "第 {0} 号合并报送的批次已经撤销，合并却没有结束",
        """SELECT o.id FROM inventory_coreport o JOIN inventory_ledgerentry e ON e.id = o.ledger_entry_id
           JOIN reviews_round r ON r.id = e.round_id WHERE r.undone_at IS NOT NULL AND o.ended_at IS NULL""",
    )
    for things, versions, thing_id, rows in REGISTERED:
        yield from _of_kind(things, versions, thing_id, rows)


def _of_kind(things: str, versions: str, thing_id: str, rows: str) -> Iterator[str]:
    kind = thing_id.removesuffix("_id")
    yield from told(
        kind + " 的第 {0} 行入库了 {1} 次",
        f"""SELECT source_row_id, count(*) FROM {versions} WHERE source_row_id IS NOT NULL
            GROUP BY 1 HAVING count(*) > 1""",
    )
    yield from told(
        kind + " {0} 第 {1} 版的来源不是双方通过的内容",
        f"""SELECT v.{thing_id}, v.number FROM {versions} v
            JOIN inventory_ledgerentry e ON e.id = v.ledger_entry_id JOIN reviews_round r ON r.id = e.round_id
            LEFT JOIN {rows} s ON s.id = v.source_row_id
            LEFT JOIN inventory_missingmark m ON m.id = -v.source_row_id
            WHERE (v.source_row_id IS NULL) <> (e.kind <> 'acceptance')
               OR v.source_row_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM reviews_round d JOIN reviews_item i ON i.round_id = d.id AND NOT i.returned
                 WHERE d.case_id = r.case_id AND d.number <= r.number AND d.outcome IN ('accepted', 'partial')
                   AND i.key = coalesce(s.key, m.item_key) AND i.hash = coalesce(s.row_hash, m.row_hash))""",
    )
    yield from told(
        kind + " {0} 的版本不连贯",
        f"""SELECT {thing_id} FROM {versions} GROUP BY 1
            HAVING count(*) <> max(number) OR count(*) FILTER (WHERE recorded_to IS NULL) <> 1
               OR count(*) <> count(DISTINCT recorded_from) OR count(*) <> count(DISTINCT number)
            UNION
            SELECT v.{thing_id} FROM {versions} v JOIN {versions} n
              ON n.{thing_id} = v.{thing_id} AND n.number = v.number + 1 AND n.recorded_from <> v.recorded_to""",
    )
    if target := next((t for t in TARGETS if t.things == things), None):
        yield from told(
            kind + " {0} 首次登记的内容与双方通过的行不符",
            f"""SELECT v.{thing_id} FROM {versions} v JOIN {rows} r ON r.id = v.source_row_id
                WHERE v.number = 1 AND ({_differs(target)})""",
        )
    yield from told(
        kind + " 在册 {0}，按入库记录应为 {1}",
        f"""WITH steps AS (
              SELECT v.life, lag(v.life) OVER (PARTITION BY v.{thing_id} ORDER BY v.number) AS before FROM {versions} v
            ), counted AS (
              SELECT coalesce(sum((counts->'{kind}'->>'new')::int), 0) AS inserted,
                     coalesce(sum((counts->'{kind}'->>'reactivated')::int), 0)
                     + coalesce(sum((counts->'{kind}'->>'revived')::int), 0)
                     + coalesce(sum((counts->'{kind}_marks'->>'revived')::int), 0) AS restored
              FROM inventory_ledgerentry
            )
            SELECT (SELECT count(*) FROM {things} WHERE life = 'live'),
                   inserted + restored - (SELECT count(*) FROM steps WHERE before = 'live' AND life <> 'live')
            FROM counted""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号撤回记录说撤回了 {1} 条 " + kind + "，实为 {2}",
        f"""SELECT e.id, coalesce((e.counts->'{kind}'->>'withdrawn')::int, 0),
                   (SELECT count(*) FROM {versions} v WHERE v.ledger_entry_id = e.id AND v.life = 'withdrawn'
                    AND NOT EXISTS (SELECT FROM {versions} b WHERE b.{thing_id} = v.{thing_id}
                                    AND b.number = v.number - 1 AND b.life <> 'live'))
            FROM inventory_ledgerentry e WHERE e.kind = 'withdrawal'""",
        keep=differ,
    )


def _differs(target: Target) -> str:
    """SQL that is true where a first version (v) says another thing than its row (r), but for a code set apart."""
    columns = [f"v.{column} IS DISTINCT FROM r.{column}" for column in target.columns if column != "code"]
    return " OR ".join(["v.code <> r.code", "r.code IS NULL AND v.code IS NOT NULL", *columns])
