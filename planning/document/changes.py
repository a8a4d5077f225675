"""What changed since the issue before: figure by figure, each with what it was and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..models import Proposal
from ..saving import Total, money
from .figures import TASKS

Figure = int | Decimal | None
"""None: there was no such figure."""


@dataclass(frozen=True)
class Change:
    """A figure that is not what it was. `group`: 现状, 整合措施 ..."""

    group: str
    label: str
    before: Figure
    after: Figure

    @property
    def step(self) -> str:
        """＋12 or －0.5; what is new or gone is said in words."""
        if self.before is None:
            return "新增"
        if self.after is None:
            return "不再有"
        step = Decimal(self.after) - Decimal(self.before)
        return ("＋" if step > 0 else "－") + money(abs(step))

    @property
    def was(self) -> str:
        return _text(self.before)

    @property
    def now(self) -> str:
        return _text(self.after)


def _text(value: Figure) -> str:
    return "–" if value is None else money(value) if isinstance(value, Decimal) else f"{value:,}"


def between(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """In the order of the document; empty for the first issue and where nothing changed."""
    if before is None:
        return []
    old, new = named(before), named(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [Change(*key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def named(figures: Mapping[str, Any]) -> dict[tuple[str, str], Figure]:
    """Every figure that is compared, by group and label."""
    found: dict[tuple[str, str], Figure] = {}
    for key, word in (("cameras", "摄像机"), ("poles", "杆件"), ("platforms", "平台")):
        found["现状", f"{word}总数"] = figures["stock"][key]
    found["现状", "在建摄像机"] = figures["building"]
    for unit in figures.get("units", ()):
        found["各单位摄像机", unit["name"]] = unit["cameras"]
    for each in figures["measures"]:
        found["整合措施", each["name"]] = each["cameras"]
    for key, word in (("once", "一次性节约（万元）"), ("yearly", "每年节约（万元/年）")):
        total = Total.unpacked(figures["saving"][key])
        found["节约测算", word] = total.value if total.known else None
    for title, value, unit, _ in figures["assumed"]:
        found["测算参数", f"{title}（{unit}）"] = Decimal(value) if value else None
    for value, label in Proposal.State.choices:
        found["整合方案", str(label)] = figures["proposals"].get(str(value), 0)
    for state, word in TASKS:
        found["落实进度", word] = figures["tasks"].get(state, 0)
    for section in figures["sections"]:
        for label, value in section["named"]:
            found[section["title"], label] = value
    return found
