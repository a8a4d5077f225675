"""What was decided: one verdict a side and content, four eyes, and states that the journal's events lead to."""

from __future__ import annotations

from collections.abc import Iterator

from .told import differ, told

SIDES = ("data", "police")


def verdicts() -> Iterator[str]:
    """I3: at most one current verdict for each (row, side, content), one closing a side, that tells all rows."""
    yield from told(
        "{0} 行 {1} 的{2}有 {3} 条现行意见",
        """SELECT case_id, item_key, side, count(*) FROM reviews_verdict WHERE superseded_at IS NULL
           GROUP BY case_id, side, item_key, item_hash HAVING count(*) > 1""",
    )
    yield from told(
        "第 {0} 号审核轮次的{1}办结了 {2} 次",
        "SELECT round_id, side, count(*) FROM reviews_closing GROUP BY 1, 2 HAVING count(*) > 1",
    )
    yield from told(
        "第 {0} 号审核轮次的{1}办结与内容不符",
        """SELECT r.id, c.side FROM reviews_closing c JOIN reviews_round r ON r.id = c.round_id
           WHERE c.version_hash <> r.version_hash OR c.passed + c.returned <> r.item_count""",
    )
    yield from told(
        "第 {0} 号审核轮次的{1}台账记了 {2}，意见是 {3}（通过、退回、疑问）",
        """SELECT r.id, d.side, ARRAY[d.passed, d.returned, d.questioned], ARRAY[
                  count(v.id) FILTER (WHERE v.decision = 'pass'), count(v.id) FILTER (WHERE v.decision = 'return'),
                  count(v.id) FILTER (WHERE v.decision = 'question')]
           FROM reviews_round r JOIN reviews_desk d ON d.round_id = r.id
           LEFT JOIN (reviews_item i JOIN reviews_verdict v ON v.item_key = i.key AND v.item_hash = i.hash
                      AND v.superseded_at IS NULL)
             ON i.round_id = r.id AND v.case_id = r.case_id AND v.side = d.side
           WHERE r.ended_at IS NULL GROUP BY r.id, d.id""",
        keep=differ,
    )


def _as_of_the_end(side: str) -> str:
    """A join of the pass (alias: the side) that stood on the item (i) when its round (r) ended."""
    return f"""LEFT JOIN reviews_verdict {side} ON {side}.case_id = r.case_id AND {side}.side = '{side}'
               AND {side}.item_key = i.key AND {side}.item_hash = i.hash AND {side}.decision = 'pass'
               AND {side}.decided_at <= r.ended_at
               AND ({side}.superseded_at IS NULL OR {side}.superseded_at > r.ended_at)"""


def _people(alias: str) -> str:
    """SQL of who acted and whose power that was."""
    return f"array_remove(ARRAY[{alias}.person_id, {alias}.for_person_id], NULL)"


def four_eyes() -> Iterator[str]:
    """I4: what was accepted has a pass of both sides on exactly its content, by people of whom none filed it.

    Whoever lends a power counts like whoever uses it. Both sides settled a code of two units the same way.
    """
    yield from told(
        "第 {0} 号审核轮次通过了，行 {1} 却没有双方各一人的通过意见",
        f"""SELECT r.id, i.key FROM reviews_round r JOIN reviews_item i ON i.round_id = r.id AND NOT i.returned
            {_as_of_the_end("data")} {_as_of_the_end("police")}
            WHERE r.outcome IN ('accepted', 'partial')
              AND (data.id IS NULL OR police.id IS NULL OR data.choice <> police.choice
                   OR {_people("data")} && {_people("police")})""",
    )
    yield from told(
        "第 {0} 号审核轮次没有双方各一人的办结",
        f"""SELECT r.id FROM reviews_round r
            LEFT JOIN reviews_closing data ON data.round_id = r.id AND data.side = 'data'
            LEFT JOIN reviews_closing police ON police.round_id = r.id AND police.side = 'police'
            WHERE r.outcome NOT IN ('', 'withdrawn') AND (data.id IS NULL OR police.id IS NULL
               OR {_people("data")} && {_people("police")})""",
    )
    judged = " UNION ".join(
        f"SELECT {case}, {person} FROM reviews_{table} WHERE {person} IS NOT NULL"
        for table, case, person in (
            ("verdict", "case_id", "person_id"),
            ("verdict", "case_id", "for_person_id"),
            ("closing", "case_id", "person_id"),
            ("closing", "case_id", "for_person_id"),
            ("motion", "case_id", "person_id"),
            ("motion", "case_id", "for_person_id"),
            ("motion", "case_id", "answered_by_id"),
            ("motion", "case_id", "answered_for_id"),
        )
    )
    yield from told(
        "{1} 填报了第 {0} 次报送（id），又审核了它",
        f"""WITH filed AS (
              SELECT v.submission_id, unnest(ARRAY[e.person_id, v.submitted_by_id, o.uploaded_by_id]) AS person_id
              FROM inventory_version v LEFT JOIN inventory_edit e ON e.version_id = v.id
              LEFT JOIN inventory_sourcefile f ON f.version_id = v.id LEFT JOIN files_storedfile o ON o.id = f.file_id
            ), judged AS (
              SELECT c.subject_id AS submission_id, j.person_id FROM ({judged}) AS j (case_id, person_id)
              JOIN reviews_case c ON c.id = j.case_id AND c.kind = 'submission'
              UNION SELECT submission_id, decided_by_id FROM inventory_waiver WHERE decided_by_id IS NOT NULL
            )
            SELECT DISTINCT submission_id, p.username FROM filed JOIN judged USING (submission_id, person_id)
            JOIN agencies_person p ON p.id = person_id""",
    )


EVENTS = """
    SELECT object_id::bigint AS id, seq, action FROM audit_entry WHERE object_type = 'inventory.submission'
      AND action IN ('submission.started', 'submission.submitted', 'submission.discarded')
    UNION ALL
    SELECT c.subject_id, a.seq, a.action FROM audit_entry a
    JOIN reviews_case c ON c.id = a.object_id::bigint AND c.kind = 'submission'
    WHERE a.object_type = 'reviews.case' AND a.action IN ('case.accepted', 'case.accepted_in_part', 'case.returned',
      'case.withdrawn', 'case.reopened', 'case.undone')"""
"""What moves a submission, as the journal tells it: (id, seq, action)."""


def states() -> Iterator[str]:
    """I6: the states of a submission and of its case are what the journal's events make of them."""
    yield from told(
        "第 {0} 号报送的状态是 {1}，按审计日志应为 {2}",
        f"""WITH events AS ({EVENTS}), last AS (
              SELECT DISTINCT ON (id) id, action, seq FROM events ORDER BY id, seq DESC
            )
            SELECT s.id, s.state, CASE last.action WHEN 'submission.started' THEN 'draft'
                WHEN 'submission.submitted' THEN 'in_review' WHEN 'submission.discarded' THEN 'discarded'
                WHEN 'case.accepted' THEN 'accepted'
                WHEN 'case.withdrawn' THEN CASE WHEN EXISTS (
                    SELECT FROM events e WHERE e.id = s.id AND e.seq < last.seq
                      AND e.action IN ('case.accepted', 'case.accepted_in_part', 'case.returned'))
                    THEN 'returned' ELSE 'draft' END
                WHEN 'case.accepted_in_part' THEN 'returned' WHEN 'case.returned' THEN 'returned'
                WHEN 'case.reopened' THEN 'returned' WHEN 'case.undone' THEN 'returned' ELSE '' END
            FROM inventory_submission s LEFT JOIN last ON last.id = s.id""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核事项的状态是 {1}，按审计日志应为 {2}",
        f"""WITH events AS ({EVENTS}), last AS (
              SELECT DISTINCT ON (id) id, action FROM events
              WHERE action NOT IN ('submission.started', 'submission.discarded') ORDER BY id, seq DESC
            )
            SELECT c.id, c.state, CASE last.action WHEN 'submission.submitted' THEN 'open'
                WHEN 'case.accepted' THEN 'accepted' WHEN 'case.withdrawn' THEN 'withdrawn' ELSE 'returned' END
            FROM reviews_case c JOIN last ON last.id = c.subject_id WHERE c.kind = 'submission'""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号审核事项现在是“{1}”，却有 {2} 个未结的轮次",
        """SELECT c.id, c.state, count(r.id) FROM reviews_case c
           LEFT JOIN reviews_round r ON r.case_id = c.id AND r.ended_at IS NULL
           GROUP BY c.id HAVING count(r.id) <> CASE WHEN c.state = 'open' THEN 1 ELSE 0 END""",
    )
