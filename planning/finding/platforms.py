"""Platforms that might be merged: little used, not up to GB/T 28181, of one owner or one kind of place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from audit.failures import Invalid
from sheets.kinds.places import place_kinds

from .groups import Group, Member
from .linking import MOST_MEMBERS
from .rows import CameraFacts, PlatformFacts

_CONFORMITY = {"no": "不符合", "partial": "部分符合", "": "没有填是否符合"}


def mergeable_platforms(
    platforms: Sequence[PlatformFacts], cameras: Sequence[CameraFacts], low_use: int
) -> list[Group]:
    """First by owner, then, of those that are alone with theirs, by kind of place. `low_use`: fewer cameras than that.

    Sure only within one owner and where 不符合 is said; the platform that stays conforms and carries the most cameras,
    or there is none, and the county's platform is to take them over.
    """
    if low_use < 1:
        raise Invalid("“使用少”的界限要至少 1 台。请填一个台数，例如 30。")
    used = Counter(row.platform for row in cameras if row.platform is not None)
    weak = [row for row in platforms if row.gbt28181 != "yes" and used[row.id] < low_use]
    by_owner = defaultdict[int, list[PlatformFacts]](list)
    for row in weak:
        by_owner[row.owner].append(row)
    targets = defaultdict[int, list[PlatformFacts]](list)
    for row in platforms:
        if row.gbt28181 == "yes":
            targets[row.owner].append(row)
    found, alone = [], defaultdict[str, list[PlatformFacts]](list)
    for owner, rows in sorted(by_owner.items()):
        best = max(targets[owner], key=lambda row: (used[row.id], -row.id), default=None)
        if best is not None or len(rows) > 1:
            found.append(_merged(rows, best, used, low_use, "同一单位所有", within=True))
        elif rows[0].place_kind:
            alone[rows[0].place_kind].append(rows[0])
    for kind, rows in sorted(alone.items()):
        if len(rows) > 1:
            name = place_kinds().get(kind, kind)
            found.append(_merged(rows, None, used, low_use, f"同属{name}，分属 {len(rows)} 个单位", within=False))
    return found


def _merged(
    rows: Sequence[PlatformFacts], best: PlatformFacts | None, used: Counter[int], low_use: int, whose: str,
    *, within: bool,
) -> Group:  # fmt: skip
    rows = sorted(rows, key=lambda row: (used[row.id], row.id))
    shown = rows[:MOST_MEMBERS]
    reasons = [
        whose,
        f"接入的摄像机都少于 {low_use} 台：" + "、".join(f"{row.name} {used[row.id]} 台" for row in shown[:5]),
    ]
    reasons += [
        f"{sum(row.gbt28181 == value for row in rows)} 个{words} GB/T 28181"
        for value, words in _CONFORMITY.items()
        if any(row.gbt28181 == value for row in rows)
    ]
    if best is not None:
        reasons.append(f"{best.name} 符合 GB/T 28181，接入 {used[best.id]} 台，可以并入")
    else:
        reasons.append("没有本单位符合 GB/T 28181 的平台可以并入，可以接入县级平台" if within else "合并要跨单位商量")
    if len(rows) > len(shown):
        reasons.append(f"共 {len(rows)} 个平台，只列出接入最少的 {len(shown)} 个")
    sure = within and len(rows) == len(shown) and all(row.gbt28181 == "no" for row in rows)
    stays = Member("platform", best.id) if best is not None else None
    suggested = {Member("platform", row.id): "迁移" if best is not None else "接入" for row in shown}
    members = (*([stays] if stays else []), *(Member("platform", row.id) for row in shown))
    if stays:
        suggested = {stays: "保留", **suggested}
    return Group("platform_merge", members, None, sure, tuple(reasons), suggested if sure else {}, stays)
