"""Poles that could carry another unit's cameras too, and cameras that hang on one pole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from cameras.neighbours import pairs_within

from .duplicates import NO_CAMERA
from .groups import Group, Member
from .likeness import Like, compare
from .linking import MOST_MEMBERS, Link, groups, metres_words, step
from .rows import CameraFacts, PoleFacts

BROKEN = "损坏"


def on_poles(cameras: Sequence[CameraFacts]) -> dict[int, list[CameraFacts]]:
    """Pole -> the cameras that hang on it; what was taken down does not."""
    found = defaultdict[int, list[CameraFacts]](list)
    for row in cameras:
        if row.pole is not None and row.status not in NO_CAMERA:
            found[row.pole].append(row)
    return dict(found)


def shareable_poles(poles: Sequence[PoleFacts], cameras: Sequence[CameraFacts], radius_m: float) -> list[Group]:
    """Poles of different owners within the radius, one of which has arms for all the cameras of another.

    Where a number of arms is missing and might be enough, the group is not sure. Invalid for an impossible radius.
    """
    hanging = on_poles(cameras)
    near = pairs_within([pole.longitude for pole in poles], [pole.latitude for pole in poles], radius_m)
    certain, open_ = [], []
    for one, other, metres in zip(near.first.tolist(), near.second.tolist(), near.metres.tolist(), strict=True):
        a, b = poles[one], poles[other]
        if a.owner == b.owner:
            continue
        needed = len(hanging.get(a.id, ())) + len(hanging.get(b.id, ()))
        hosts = [pole for pole in (a, b) if pole.condition != BROKEN]
        if any(pole.arms is not None and pole.arms >= needed for pole in hosts):
            certain.append(Link(one, other, metres))
        elif any(pole.arms is None for pole in hosts):
            open_.append(Link(one, other, metres))
    found = [_shared(poles, hanging, members, links) for members, links in groups(certain)]
    taken = {at for link in certain for at in (link.one, link.other)}
    for members, links in groups([link for link in open_ if not {link.one, link.other} <= taken]):
        shown = members[:MOST_MEMBERS]
        reasons = [
            metres_words(step(links), len(members), "根"),
            f"分属 {len({poles[at].owner for at in members})} 个单位",
            "没有填横臂数量，不能断定还有没有空位",
            *_cut(members, shown),
        ]
        found.append(Group("pole_share", tuple(_pole(poles[at]) for at in shown), step(links), False, tuple(reasons)))
    return found


def _shared(
    poles: Sequence[PoleFacts], hanging: Mapping[int, list[CameraFacts]], members: list[int], links: list[Link]
) -> Group:
    """The pole that stays takes over the others' cameras, the nearest first, as long as it has arms."""
    shown = members[:MOST_MEMBERS]
    near = {frozenset((link.one, link.other)): link.metres or 0.0 for link in links}
    takes = {at: _takes(poles, hanging, at, shown, near) for at in shown}
    stays = max(shown, key=lambda at: (len(takes[at]), _worth(poles[at], len(hanging.get(poles[at].id, ())))))
    host, moved = poles[stays], takes[stays]
    order = [stays, *(at for at in shown if at != stays)]
    suggested: dict[Member, str] = {}
    for at in order:
        measure = "杆塔复用" if at in moved else "保留"
        suggested |= {_pole(poles[at]): measure}
        suggested |= {_camera(row): measure for row in hanging.get(poles[at].id, ())}
    reasons = [
        metres_words(step(links), len(members), "根"),
        f"分属 {len({poles[at].owner for at in members})} 个单位",
        f"{_named(host)}有横臂 {host.arms} 个，已挂 {len(hanging.get(host.id, ()))} 台，"
        f"可以接过另外 {len(moved)} 根杆上的摄像机",
        *_cut(members, shown),
    ]
    told = [
        *(_pole(poles[at]) for at in order),
        *(_camera(row) for at in order for row in hanging.get(poles[at].id, ())),
    ]
    if not moved:  # The pair that fits lies beyond what is shown.
        return Group("pole_share", tuple(told), step(links), False, (*reasons[:2], *_cut(members, shown)))
    return Group("pole_share", tuple(told), step(links), True, tuple(reasons), suggested, _pole(host))


def _takes(
    poles: Sequence[PoleFacts],
    hanging: Mapping[int, list[CameraFacts]],
    host: int,
    members: Sequence[int],
    near: Mapping[frozenset[int], float],
) -> list[int]:
    """The poles whose cameras this one has arms for, the nearest first."""
    pole = poles[host]
    free = (pole.arms or 0) - len(hanging.get(pole.id, ()))
    if pole.condition == BROKEN:
        return []
    found = []
    beside = [at for at in members if frozenset((at, host)) in near and at != host]
    for at in sorted(beside, key=lambda at: near[frozenset((at, host))]):
        theirs = len(hanging.get(poles[at].id, ()))
        if theirs <= free:
            found.append(at)
            free -= theirs
    return found


def _worth(pole: PoleFacts, cameras: int) -> tuple[bool, int, bool, float, int]:
    """Not broken, most arms left, whole, highest, first registered."""
    left = pole.arms - cameras if pole.arms is not None else -1
    return pole.condition != BROKEN, left, pole.condition == "完整", pole.height or 0.0, -pole.id


def cameras_on_one_pole(poles: Sequence[PoleFacts], cameras: Sequence[CameraFacts], radius_m: float) -> list[Group]:
    """Cameras that hang on one pole and may do with fewer: the same scene, or more than one unit.

    What stands in the same place by its own position too, and is the same scene throughout, is left to the
    duplicates. Cameras of one unit that look different ways are what a pole is for.
    """
    known = {pole.id: pole for pole in poles}
    found = []
    for pole, rows in sorted(on_poles(cameras).items()):
        if len(rows) < 2:
            continue
        likes = [compare(a.name, b.name, a.owner == b.owner) for a, b in combinations(rows[:MOST_MEMBERS], 2)]
        same = all(answer.like is Like.SAME for answer in likes) and len({row.place_kind for row in rows}) == 1
        owners = len({row.owner for row in rows})
        open_ = [answer for answer in likes if answer.like is Like.UNSURE]
        placed = all(row.longitude is not None for row in rows)
        if (same and placed and len(rows) <= MOST_MEMBERS) or not (same or owners > 1 or open_):
            continue
        facts, shown = known.get(pole), rows[:MOST_MEMBERS]
        reasons = [
            f"{_named(facts) if facts else '同一根杆'}上挂了 {len(rows)} 台摄像机",
            f"分属 {owners} 个单位" if owners > 1 else "同一单位所有",
            "名称都指同一个画面" if same else "画面可能相同" if open_ else "画面不同，供电和传输可以共用",
            *dict.fromkeys(doubt for answer in open_ for doubt in answer.doubts[:1]),
            *_cut(rows, shown),
        ]
        if facts and facts.arms is not None and facts.arms < len(rows):
            reasons.append(f"横臂只有 {facts.arms} 个，请核对杆件资料")
        members = (Member("pole", pole), *(_camera(row) for row in shown))
        sure = same and len(rows) <= MOST_MEMBERS
        stays = max(shown, key=lambda row: (row.status == "在用", row.leased is not True, row.built, -row.id))
        suggested = {Member("pole", pole): "保留"} | {
            _camera(row): ("一机多用" if owners > 1 else "保留") if row is stays else "拆除" for row in shown
        }
        found.append(
            Group(
                "one_pole",
                members,
                None,
                sure,
                tuple(reasons),
                suggested if sure else {},
                _camera(stays) if sure else None,
            )
        )
    return found


def _cut(members: Sequence[object], shown: Sequence[object]) -> list[str]:
    return [f"共 {len(members)} 个，只列出 {len(shown)} 个"] if len(members) > len(shown) else []


def _named(pole: PoleFacts) -> str:
    return f"杆件 {pole.number} " if pole.number else "未编号的杆件 "


def _pole(pole: PoleFacts) -> Member:
    return Member("pole", pole.id)


def _camera(row: CameraFacts) -> Member:
    return Member("camera", row.id)
