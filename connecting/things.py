"""How a thing reads on a page: its states with where they come from, its dates, and what was said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from registry.names import Names

from . import states
from .models import Access, Decision, Filing, Sign, Statement

KIND_WORDS: Final = {"platform": "平台", "camera": "摄像机"}
FROM: Final = {states.PLATFORM: "随平台", states.SHEET: "按调研表", states.OWN: ""}
TONES: Final[dict[str, tuple[str, str]]] = {
    Access.CONNECTED: ("is-good", "check-lg"),
    states.PARTIAL: ("is-attention", "circle-half"),
    Access.PLANNED: ("is-progress", "calendar-event"),
    Access.NOT_READY: ("is-attention", "tools"),
    Access.SOCIAL: ("is-progress", "building"),
    states.SOCIAL_OPEN: ("is-neutral", "building"),
    states.NONE: ("is-neutral", "dash-circle"),
    states.UNSTATED: ("is-neutral", "question-circle"),
    Filing.CONFIRMED: ("is-good", "check-lg"),
    Filing.STATED: ("is-progress", "clock"),
    Filing.REFUSED: ("is-attention", "arrow-return-left"),
    states.CHANGED: ("is-attention", "pencil"),
    states.UNFILED: ("is-neutral", "dash-circle"),
    Sign.SET: ("is-good", "check-lg"),
    Sign.MISSING: ("is-attention", "dash-circle"),
}


@dataclass(frozen=True)
class State:
    """A state as a badge, with where it comes from, its day, and whether that is past."""

    word: str
    tone: str
    icon: str
    source: str = ""
    day: dt.date | None = None
    late: bool = False
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """A row of the list."""

    pk: int
    number: str
    url: str
    name: str
    agency: str
    township: str
    place: str
    funding: str
    platform: str
    access: State
    filing: State
    sign: State
    filing_number: str
    filed_on: dt.date | None
    ticked: bool


def shown(kind: str, row: Any, names: Names, today: dt.date, ticked: bool) -> Shown:
    return Shown(
        row.pk,
        row.number,
        reverse("connecting_thing", args=[kind, row.pk]),
        row.name or "（未命名）",
        names.agency(row.reporting_agency_id),
        names.township(row.township) if kind == "camera" else "",
        names.place(row.place_kind),
        {"government": "政府投资", "social": "社会资金"}.get(row.funding, ""),
        (row.platform_called or "") if kind == "camera" else "",
        access_of(row, today),
        filing_of(row, today),
        sign_of(row, today),
        row.now_number,
        row.now_filed_on,
        ticked,
    )


def access_of(row: Any, today: dt.date) -> State:
    tone, icon = TONES[row.now_access]
    decision = str(Decision(row.now_decision).label) if row.now_decision else ""
    if row.now_access == Access.NOT_READY and not decision:
        decision = "待办公室决定"
    waits = row.now_access != Access.CONNECTED and row.now_due is not None
    return State(
        states.ACCESS_WORDS[row.now_access],
        tone,
        icon,
        FROM[row.access_from] if row.now_access != states.UNSTATED else "",
        row.now_due if waits else None,
        waits and row.now_due < today,
        decision if row.now_access == Access.NOT_READY else "",
    )


def filing_of(row: Any, today: dt.date) -> State:
    tone, icon = TONES[row.now_filing]
    is_open = row.now_filing in states.FILING_OPEN
    return State(
        states.FILING_WORDS[row.now_filing],
        tone,
        icon,
        FROM[states.PLATFORM] if row.filing_from == states.PLATFORM else "",
        row.filing_due if is_open else None,
        is_open and row.filing_due is not None and row.filing_due < today,
        "期限无法推算" if is_open and row.filing_due is None else "",
    )


def sign_of(row: Any, today: dt.date) -> State:
    tone, icon = TONES[row.now_sign]
    missing = row.now_sign == Sign.MISSING
    return State(
        states.SIGN_WORDS[row.now_sign],
        tone,
        icon,
        FROM[states.PLATFORM] if row.sign_from == states.PLATFORM else "",
        row.sign_due if missing else None,
        missing and row.sign_due is not None and row.sign_due < today,
    )


@dataclass(frozen=True)
class Fact:
    title: str
    text: str


def facts(kind: str, row: Any, names: Names, today: dt.date) -> Sequence[Fact]:
    """What the states rest on, in words."""
    found = [
        Fact("填报单位", names.agency_in_full(row.reporting_agency_id)),
        Fact("场所类别", names.place(row.place_kind)),
        Fact("资金来源", {"government": "政府投资", "social": "社会资金"}.get(row.funding, "未填")),
        Fact("建设时间", row.built or "未填"),
    ]
    if kind == "camera":
        found.insert(1, Fact("乡镇", names.township(row.township)))
        found.append(Fact("管理平台", row.platform_called or "没有关联平台"))
    else:
        said = {"yes": "已对接", "no": "未对接", "partial": "部分对接"}.get(row.connected, "未填")
        found.append(Fact("调研表所填", f"是否对接本级雪亮平台：{said}"))
    found.append(Fact("备案期限", _why_due(kind, row)))
    return [fact for fact in found if fact.text]


def _why_due(kind: str, row: Any) -> str:
    """The due date of the filing and how it was worked out."""
    if row.now_filing == Filing.CONFIRMED:
        return "已备案；有变更的，变更后 30 日内再备案。"
    if row.filing_due is None:
        return "没有建设时间，无法推算。登记备案时请填写投入使用日期。"
    if row.now_filing == states.CHANGED:
        since = row.first_added if kind == "platform" else row.in_use
        return f"{row.filing_due}：备案后新增了摄像机（{since:%Y年%m月}建），变更后 30 日内备案。"
    follows = kind == "camera" and row.filing_from == states.PLATFORM
    since = row.platform_in_use if follows else row.in_use
    whose = "所属平台" if follows else ""
    if row.filing_due == states.OLD_DUE and since < states.ORDER_IN_FORCE:
        return f"{row.filing_due}：{whose}在 2025年4月1日前已在用。"
    return f"{row.filing_due}：{whose}按 {since} 投入使用，30 日内备案。"


@dataclass(frozen=True)
class Said:
    """A statement in the history."""

    statement: Statement
    facts: Sequence[Fact]


MOST_SAID: Final = 100


def history(kind: str, row: Any) -> list[Said]:
    """What was said of the thing itself, the latest first."""
    found = Statement.objects.filter(**{kind: row.pk}).select_related("made_by__agency", "agency")[:MOST_SAID]
    return [Said(one, _told(one)) for one in found]


def assessment(one: Statement) -> list[Fact]:
    """What connecting would cost and bring, and what was decided on it; empty for what needs no assessment."""
    told = [
        ("决定", one.get_decision_display() if one.decision else ""),
        ("改造费用", f"{one.cost.normalize():f} 万元" if one.cost is not None else ""),
        ("接入效益", one.gain),
    ]
    return [Fact(title, text) for title, text in told if text]


def _told(one: Statement) -> list[Fact]:
    told = [
        *((fact.title, fact.text) for fact in assessment(one)),
        ("日期", f"{one.by_date}" if one.by_date else ""),
        ("备案日期", f"{one.filed_on}" if one.filed_on else ""),
        ("备案编号", one.number),
        ("投入使用", f"{one.used_since}" if one.used_since else ""),
        ("说明", one.text),
    ]
    return [Fact(title, text) for title, text in told if text]
