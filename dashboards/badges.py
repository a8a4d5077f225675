"""The one word, icon and tone of every state that a page shows (look.md, Tokens)."""

from __future__ import annotations

from typing import Final, NamedTuple


class Badge(NamedTuple):
    """`tone` is a CSS class of parts.css; colour never speaks alone, so a word and an icon are always there."""

    word: str
    icon: str
    tone: str


NEUTRAL, PROGRESS, ATTENTION = "is-neutral", "is-progress", "is-attention"
GOOD, BAD, ZERO = "is-good", "is-bad", "is-zero"

BADGES: Final[dict[str, Badge]] = {
    # an obligation, a submission
    "missing": Badge("未报", "dash-circle", NEUTRAL),
    "draft": Badge("草稿", "pencil", NEUTRAL),
    "in_review": Badge("待审", "clock", PROGRESS),
    "returned": Badge("退回", "arrow-return-left", ATTENTION),
    "accepted": Badge("通过", "check-lg", GOOD),
    "partial": Badge("部分通过", "check2-square", ATTENTION),
    "zero": Badge("零报告", "0-circle", ZERO),
    "zero_in_review": Badge("零报告待审", "0-circle", ZERO),
    "zero_accepted": Badge("零报告通过", "0-circle", ZERO),
    "discarded": Badge("已作废", "x-circle", NEUTRAL),
    "overdue": Badge("逾期", "exclamation-circle", BAD),
    "on_behalf": Badge("代报", "person-plus", NEUTRAL),
    # a case, a side, a verdict
    "open": Badge("审核中", "clock", PROGRESS),
    "waiting": Badge("待办结", "clock", PROGRESS),
    "closed": Badge("已办结", "check-lg", GOOD),
    "own_side": Badge("本单位报送", "people", ATTENTION),
    "pass": Badge("通过", "check-lg", GOOD),
    "return": Badge("退回", "arrow-return-left", ATTENTION),
    "question": Badge("疑问", "question-circle", PROGRESS),
    # a notice; what it shares with the above has the same word
    "to_review": Badge("待审", "clock", PROGRESS),
    "answered": Badge("已答复", "chat-left-text", PROGRESS),
    "motion": Badge("动议", "megaphone", ATTENTION),
    "delegated": Badge("委托", "person-plus", PROGRESS),
    "due_soon": Badge("快到期", "alarm", ATTENTION),
    "scan": Badge("扫描件", "file-earmark-image", PROGRESS),
    "asked": Badge("征求意见", "chat-left-dots", PROGRESS),
    "carrying": Badge("落实", "tools", ATTENTION),
    # a proposal for integration, and how it is carried out
    "proposal_found": Badge("待处理", "search", NEUTRAL),
    "proposal_asked": Badge("征求意见", "chat-left-dots", PROGRESS),
    "proposal_answered": Badge("单位已答复", "chat-left-text", ATTENTION),
    "proposal_in_review": Badge("审定中", "clock", PROGRESS),
    "proposal_settled": Badge("已确定", "check-lg", GOOD),
    "proposal_dismissed": Badge("不采纳", "x-circle", NEUTRAL),
    "proposal_unsure": Badge("须人工判断", "question-circle", ATTENTION),
    "proposal_outdated": Badge("已过时", "calendar-x", NEUTRAL),
    "reply_": Badge("待答复", "clock", PROGRESS),
    "reply_accept": Badge("同意", "check-lg", GOOD),
    "reply_amend": Badge("建议调整", "pencil", ATTENTION),
    "reply_refuse": Badge("不同意", "x-circle", BAD),
    "carrying_planned": Badge("待落实", "clock", NEUTRAL),
    "carrying_under_way": Badge("落实中", "tools", PROGRESS),
    "carrying_done": Badge("待确认", "hourglass-split", ATTENTION),
    "carrying_confirmed": Badge("已落实", "check-lg", GOOD),
    # a file, a job
    "reading": Badge("读取中", "hourglass-split", PROGRESS),
    "read": Badge("已读取", "check-lg", GOOD),
    "queued": Badge("排队中", "hourglass", NEUTRAL),
    "running": Badge("处理中", "hourglass-split", PROGRESS),
    "done": Badge("已完成", "check-lg", GOOD),
    "failed": Badge("失败", "x-circle", BAD),
    "cancelled": Badge("已取消", "slash-circle", NEUTRAL),
    # a finding
    "error": Badge("错误", "x-circle", BAD),
    "warning": Badge("提醒", "exclamation-triangle", ATTENTION),
    "info": Badge("说明", "info-circle", PROGRESS),
    # a waiver
    "waived": Badge("已豁免", "shield-check", GOOD),
    "waiver_asked": Badge("待批", "clock", PROGRESS),
    "waiver_granted": Badge("已豁免", "shield-check", GOOD),
    "waiver_expired": Badge("已到期", "calendar-x", NEUTRAL),
    "waiver_refused": Badge("未同意", "x-circle", ATTENTION),
    "waiver_revoked": Badge("已撤销", "arrow-counterclockwise", ATTENTION),
    "waiver_ended": Badge("已失效", "x-circle", NEUTRAL),
    # the registry, and how a row enters it
    "live": Badge("在册", "check-lg", GOOD),
    "retired": Badge("已注销", "x-circle", NEUTRAL),
    "withdrawn": Badge("已撤回", "arrow-counterclockwise", NEUTRAL),
    "new": Badge("新增", "plus-lg", PROGRESS),
    "changed": Badge("变更", "pencil", ATTENTION),
    "unchanged": Badge("无变化", "dash", NEUTRAL),
    "reactivated": Badge("恢复", "arrow-clockwise", PROGRESS),
    "merged": Badge("合并报送", "union", PROGRESS),
    # what the unit says of a registered thing that its survey leaves out
    "present": Badge("仍在", "geo-alt", NEUTRAL),
    "removed": Badge("拆除", "x-circle", ATTENTION),
    "transferred": Badge("移交", "box-arrow-right", ATTENTION),
    "elsewhere": Badge("他人填报", "people", PROGRESS),
    "acceptance": Badge("入库", "box-arrow-in-down", GOOD),
    "withdrawal": Badge("撤回", "arrow-counterclockwise", ATTENTION),
    # a person, a log-in
    "active": Badge("启用", "check-lg", GOOD),
    "disabled": Badge("停用", "slash-circle", NEUTRAL),
    "locked": Badge("已锁定", "lock", BAD),
}


def badge_for(state: str, word: str = "") -> Badge:
    """The badge of a state code; `word` overrides its wording. A code unknown here is shown as a plain word."""
    known = BADGES.get(state)
    if known is None:
        return Badge(word or state, "circle", NEUTRAL)
    return known._replace(word=word) if word else known
