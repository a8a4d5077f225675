"""Requests for a change of what is registered: judged by others, entered once, in the state that the journal tells."""

from __future__ import annotations

from collections.abc import Iterator

from ..registering.targets import TARGETS
from .told import differ, told

JUDGED = """
    SELECT case_id, person_id FROM reviews_verdict UNION SELECT case_id, for_person_id FROM reviews_verdict
    UNION SELECT case_id, person_id FROM reviews_closing UNION SELECT case_id, for_person_id FROM reviews_closing
    UNION SELECT case_id, person_id FROM reviews_motion UNION SELECT case_id, for_person_id FROM reviews_motion
    UNION SELECT case_id, answered_by_id FROM reviews_motion UNION SELECT case_id, answered_for_id FROM reviews_motion
"""


def four_eyes() -> Iterator[str]:
    """I4: nobody judged what they asked for; what was judged is what was handed in."""
    yield from told(
        "{1} 提出了第 {0} 号更正申请，又审核了它",
        f"""SELECT DISTINCT c.subject_id, p.username FROM inventory_requestedchange v
            JOIN reviews_case c ON c.kind = 'change' AND c.subject_id = v.request_id
            JOIN ({JUDGED}) j ON j.case_id = c.id AND j.person_id = v.asked_by_id
            JOIN agencies_person p ON p.id = v.asked_by_id""",
    )
    yield from told(
        "第 {0} 号更正申请的第 {1} 次提交与它的审核轮次不符",
        """SELECT v.request_id, v.number FROM inventory_requestedchange v
           LEFT JOIN reviews_case c ON c.kind = 'change' AND c.subject_id = v.request_id
           LEFT JOIN reviews_round r ON r.case_id = c.id AND r.number = v.number AND r.version_hash = v.hash
           LEFT JOIN reviews_item i ON i.round_id = r.id AND i.key = v.request_id AND i.hash = v.hash
           WHERE i.id IS NULL""",
    )


def ledger() -> Iterator[str]:
    """I5: one entry for each accepted round, one for each undone again; the thing's version is what was asked."""
    for kind, when in (("amendment", "r.outcome = 'accepted'"), ("withdrawal", "r.undone_at IS NOT NULL")):
        yield from told(
            "第 {0} 号更正申请的审核轮次有 {1} 条"
            + {"amendment": "更正", "withdrawal": "撤回"}[kind]
            + "记录，应为 {2}",
            f"""SELECT c.subject_id,
                       (SELECT count(*) FROM inventory_ledgerentry e WHERE e.round_id = r.id AND e.kind = '{kind}'),
                       CASE WHEN {when} THEN 1 ELSE 0 END
                FROM reviews_round r JOIN reviews_case c ON c.id = r.case_id AND c.kind = 'change'""",
            keep=differ,
        )
    for target in TARGETS:
        yield from told(
            "第 {0} 号更正申请双方已通过，台账里却没有它的那一版",
            f"""SELECT q.id FROM inventory_changerequest q
                JOIN inventory_requestedchange v ON v.request_id = q.id AND q.kind = '{target.kind}'
                JOIN reviews_case c ON c.kind = 'change' AND c.subject_id = q.id
                JOIN reviews_round r ON r.case_id = c.id AND r.number = v.number AND r.outcome = 'accepted'
                JOIN inventory_ledgerentry e ON e.round_id = r.id AND e.kind = 'amendment'
                LEFT JOIN {target.versions} n ON n.{target.thing_id} = q.thing_id AND n.ledger_entry_id = e.id
                 AND n.number = v.seen + 1 AND n.life = CASE WHEN v.retires THEN 'retired' ELSE 'live' END
                WHERE n.id IS NULL""",
        )


def states() -> Iterator[str]:
    """I6: the state of a request is what the journal's events make of it; an open one has its round or is returned."""
    yield from told(
        "第 {0} 号更正申请的状态是 {1}，按审计日志应为 {2}",
        """WITH events AS (
             SELECT object_id::bigint AS id, seq, action FROM audit_entry
             WHERE object_type = 'inventory.changerequest' AND action IN ('change.asked', 'change.given_up')
             UNION ALL
             SELECT c.subject_id, a.seq, a.action FROM audit_entry a
             JOIN reviews_case c ON c.id = a.object_id::bigint AND c.kind = 'change'
             WHERE a.object_type = 'reviews.case' AND a.action IN ('case.accepted', 'case.returned', 'case.withdrawn',
               'case.reopened', 'case.undone')
           ), last AS (SELECT DISTINCT ON (id) id, action FROM events ORDER BY id, seq DESC)
           SELECT q.id, q.state, CASE last.action WHEN 'change.asked' THEN 'in_review'
               WHEN 'case.accepted' THEN 'accepted' WHEN 'case.withdrawn' THEN 'withdrawn'
               WHEN 'change.given_up' THEN 'withdrawn' ELSE 'returned' END
           FROM inventory_changerequest q LEFT JOIN last ON last.id = q.id""",
        keep=differ,
    )
    yield from told(
        "第 {0} 号更正申请现在是“{1}”，它的审核事项却是“{2}”",
        """SELECT q.id, q.state, c.state FROM inventory_changerequest q
           LEFT JOIN reviews_case c ON c.kind = 'change' AND c.subject_id = q.id
           WHERE (q.state = 'in_review') <> coalesce(c.state = 'open', false)
              OR (q.state = 'accepted') <> coalesce(c.state = 'accepted', false)""",
    )
