"""What must hold of proposals at every moment, for `manage.py check_invariants`."""

from __future__ import annotations

from collections.abc import Iterator

from inventory import invariants
from inventory.invariants.told import told

EVENTS = """
    SELECT object_id::bigint AS id, seq, action FROM audit_entry WHERE object_type = 'planning.proposal'
      AND action IN ('proposal.asked', 'proposal.handed_over', 'proposal.dismissed', 'proposal.resumed')
    UNION ALL
    SELECT c.subject_id, a.seq, a.action FROM audit_entry a
    JOIN reviews_case c ON c.id = a.object_id::bigint AND c.kind = 'proposal'
    WHERE a.object_type = 'reviews.case' AND a.action IN ('case.accepted', 'case.accepted_in_part', 'case.returned',
      'case.withdrawn', 'case.reopened', 'case.undone')"""
"""What moves a proposal, as the journal tells it: (id, seq, action)."""


def states() -> Iterator[str]:
    """I6: a proposal stands where the journal's events lead, and where its case stands."""
    yield from told(
        "第 {0} 号整合方案的状态是 {1}，审计日志里最后一步是 {2}",
        f"""WITH last AS (SELECT DISTINCT ON (id) id, action FROM ({EVENTS}) e ORDER BY id, seq DESC)
            SELECT p.id, p.state, coalesce(last.action, '') FROM planning_proposal p LEFT JOIN last ON last.id = p.id
            WHERE NOT p.state = ANY (CASE last.action
                WHEN 'proposal.asked' THEN ARRAY['asked', 'answered']
                WHEN 'proposal.handed_over' THEN ARRAY['in_review']
                WHEN 'proposal.dismissed' THEN ARRAY['dismissed'] WHEN 'case.accepted' THEN ARRAY['settled']
                WHEN 'case.undone' THEN ARRAY['asked', 'answered'] WHEN 'proposal.resumed' THEN ARRAY['found']
                ELSE CASE WHEN last.action IS NULL THEN ARRAY['found'] ELSE ARRAY['answered'] END END)""",  # noqa: S608
    )
    yield from told(
        "第 {0} 号整合方案的状态是 {1}，审定事项却是“{2}”",
        """SELECT p.id, p.state, coalesce(c.state, '') FROM planning_proposal p
           LEFT JOIN reviews_case c ON c.kind = 'proposal' AND c.subject_id = p.id
           WHERE (p.state = 'in_review') <> (coalesce(c.state, '') = 'open')
              OR (p.state = 'settled') <> (coalesce(c.state, '') = 'accepted')""",
    )
    yield from told(
        "第 {0} 号整合方案在征求意见，却没有单位待答复",
        """SELECT p.id FROM planning_proposal p WHERE p.state = 'asked' AND NOT EXISTS (
             SELECT FROM planning_reply r WHERE r.proposal_id = p.id AND r.turn = p.turn AND r.answer = '')""",
    )


def settled() -> Iterator[str]:
    """I5: what is settled stands accepted, and has its task; nothing else has one."""
    yield from told(
        "第 {0} 号整合方案的成员 {1} 记为已确定，却不在双方通过的内容里",
        """SELECT m.proposal_id, m.id FROM planning_member m WHERE m.settled_measure <> '' AND NOT EXISTS (
             SELECT FROM reviews_case c JOIN reviews_round r ON r.case_id = c.id AND r.undone_at IS NULL
               AND r.outcome IN ('accepted', 'partial')
             JOIN reviews_item i ON i.round_id = r.id AND i.key = m.id AND NOT i.returned
             WHERE c.kind = 'proposal' AND c.subject_id = m.proposal_id)""",
    )
    yield from told(
        "第 {0} 号整合方案的成员 {1} 确定为“{2}”，落实任务却是“{3}”",
        """SELECT m.proposal_id, m.id, m.settled_measure, coalesce(t.measure, '') FROM planning_member m
           LEFT JOIN planning_carrying t ON t.member_id = m.id AND t.state <> 'void'
           WHERE coalesce(t.measure, '') <> CASE m.settled_measure WHEN '保留' THEN '' ELSE m.settled_measure END""",
    )


def register() -> None:
    invariants.register("I6", states)
    invariants.register("I5", settled)
