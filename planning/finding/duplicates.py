"""Cameras that watch the same scene: the same kind of place, the same place by name, the same way, near each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from cameras.neighbours import Ints, Near, pairs_within
from sheets.cells import trim
from sheets.kinds.places import place_kinds, townships

from .groups import Group, Member
from .likeness import Like, compare, one_site
from .linking import MOST_MEMBERS, Link, counted, groups, joined, metres_words, step
from .rows import CameraFacts
from .scenes import scene
from .writing import plain

STRANGE_WITHIN = 6.0
"""Metres within which two units may mean one spot by names that have nothing in common, if they look the same way."""
ONE_SPOT = 5.0
"""Metres within which even one unit's two names may be of one thing."""
NO_CAMERA = frozenset({"拆除"})
"""States of what no longer watches anything."""


def duplicates(cameras: Sequence[CameraFacts], radius_m: float) -> list[Group]:
    """Groups of cameras that watch one scene, whoever owns them; those without a position are in none.

    Cost: a k-d tree over all, then names only of pairs that are near and of one kind of place. Invalid for an
    impossible radius.
    """
    rows, near = neighbours(cameras, radius_m)
    certain: list[Link] = []
    open_: list[Link] = []
    for link, like in _compared(rows, near):
        (certain if like is Like.SAME and not link.doubts else open_).append(link)
    found = [_certain(rows, members, links) for members, links in groups(certain)]
    found += _doubtful(rows, certain, open_)
    return found + [_crowd(rows, crowd) for crowd in near.crowds]


def neighbours(cameras: Sequence[CameraFacts], radius_m: float) -> tuple[list[CameraFacts], Near]:
    """The fixed cameras that still stand, and their pairs within the radius whose kinds of place do not differ."""
    rows = [row for row in cameras if row.mobility != "mobile" and row.status not in NO_CAMERA]
    near = pairs_within([row.longitude for row in rows], [row.latitude for row in rows], radius_m)
    numbers = {kind: at for at, kind in enumerate(sorted({row.place_kind for row in rows} - {""}), 1)} | {"": 0}
    kinds = np.fromiter((numbers[row.place_kind] for row in rows), dtype=np.int32, count=len(rows))
    one, other = kinds[near.first], kinds[near.second]
    kept = np.flatnonzero((one == other) | (one == 0) | (other == 0))
    return rows, Near(near.first[kept], near.second[kept], near.metres[kept], near.crowds, near.unplaced)


def _compared(rows: Sequence[CameraFacts], near: Near) -> list[tuple[Link, Like]]:
    """The pairs whose names may tell of one scene."""
    found: list[tuple[Link, Like]] = []
    for one, other, metres in zip(near.first.tolist(), near.second.tolist(), near.metres.tolist(), strict=True):
        a, b = rows[one], rows[other]
        if not a.name or not b.name:
            continue
        like, doubts, slip = compare(a.name, b.name, a.owner == b.owner)
        if like is Like.APART or (like is Like.STRANGE and (metres > STRANGE_WITHIN or a.owner == b.owner)):
            continue
        if like is Like.UNSURE and a.owner == b.owner and metres > ONE_SPOT:
            continue  # A unit that writes two names a few steps apart knows that they are two.
        if not a.place_kind or not b.place_kind:
            doubts += ("场所类别没有填" if a.place_kind == b.place_kind else "一方没有填场所类别",)
        if a.township and b.township and a.township != b.township:
            names = townships()
            doubts += (f"填的乡镇不同：{names.get(a.township, a.township)}、{names.get(b.township, b.township)}",)
        found.append((Link(one, other, metres, doubts, slip), like))
    return found


def _certain(rows: Sequence[CameraFacts], members: list[int], links: list[Link]) -> Group:
    """One scene, unless two of its cameras are told apart by their names: then people must see which belong."""
    far = step(links)
    if len(members) > MOST_MEMBERS:
        return _cut_off(rows, members, far, "名称都指同一处")
    apart = [
        (rows[a].name, rows[b].name)
        for a, b in combinations(members, 2)
        if compare(rows[a].name, rows[b].name, rows[a].owner == rows[b].owner).like is not Like.SAME
    ]
    reasons = _reasons(rows, members, far, slip=any(link.slip for link in links))
    if apart:
        reasons.append(f"其中 {' 与 '.join(apart[0])} 不像同一个画面，要看是哪几台重复")
        return Group("duplicate", _members(rows, members), far, False, tuple(reasons))
    stays = max(members, key=lambda at: _worth(rows[at]))
    several = len({rows[at].owner for at in members}) > 1
    suggested = {
        _member(rows[at]): ("一机多用" if several else "保留") if at == stays else _way_out(rows[at]) for at in members
    }
    reasons.append(_why_it_stays(rows[stays]))
    order = [stays, *(at for at in members if at != stays)]
    return Group("duplicate", _members(rows, order), far, True, tuple(reasons), suggested, _member(rows[stays]))


def _doubtful(rows: Sequence[CameraFacts], certain: Sequence[Link], open_: Sequence[Link]) -> list[Group]:
    """What may be one scene. Of cameras that certainly watch one, the first stands for all."""
    roots = joined(certain)
    links = [
        link._replace(one=roots.get(link.one, link.one), other=roots.get(link.other, link.other)) for link in open_
    ]
    found = []
    for members, between in groups([link for link in links if link.one != link.other]):
        doubts = tuple(dict.fromkeys(doubt for link in between for doubt in link.doubts))
        far = step(between)
        if len(members) > MOST_MEMBERS:
            found.append(_cut_off(rows, members, far, doubts[0]))
            continue
        reasons = _reasons(rows, members, far, slip=False) + list(doubts[:4])
        found.append(Group("duplicate", _members(rows, members), far, False, tuple(reasons)))
    return found


def _cut_off(rows: Sequence[CameraFacts], members: list[int], far: float | None, why: str) -> Group:
    told = (f"共 {len(members)} 台，只列出 {MOST_MEMBERS} 台：{why}", "数量太多，请先核对坐标和名称是不是批量填写的")
    return Group("duplicate", _members(rows, members[:MOST_MEMBERS]), far, False, told)


def _crowd(rows: Sequence[CameraFacts], crowd: Ints) -> Group:
    members = crowd.tolist()
    told = (
        f"{len(members)} 台摄像机的坐标挤在一处，只列出 {MOST_MEMBERS} 台",
        "像是批量填写的坐标，没有逐台比较；请先核对坐标",
    )
    return Group("duplicate", _members(rows, members[:MOST_MEMBERS]), None, False, told)


def _reasons(rows: Sequence[CameraFacts], members: Sequence[int], far: float | None, *, slip: bool) -> list[str]:
    chosen = [rows[at] for at in members]
    names = list(dict.fromkeys(trim(row.name) for row in chosen))
    shown = f"{' ／ '.join(names[:3])}{' 等' * (len(names) > 3)}"
    if len({plain(name) for name in names}) == 1:
        named = f"名称都写 {names[0]}"
    else:
        named = f"名称写法不同{'，有疑似错字' if slip else ''}：{shown}"
    facing = {scene(row.name).facing for row in chosen}
    if len(facing) == 1 and (way := facing.pop()):
        named += f"，都朝{way}"
    return [metres_words(far, len(chosen), "台"), *_kind(chosen), named, *_whose(chosen)]


def _kind(chosen: Sequence[CameraFacts]) -> list[str]:
    kinds = {row.place_kind for row in chosen} - {""}
    return [f"同属{place_kinds().get(kind, kind)}" for kind in kinds] if len(kinds) == 1 else []


def _whose(chosen: Sequence[CameraFacts]) -> list[str]:
    reasons = []
    owners = len({row.owner for row in chosen})
    reasons.append(f"分属 {owners} 个单位" if owners > 1 else "同一单位所有")
    if rented := sum(row.leased is True for row in chosen):
        reasons.append(f"租用 {rented} 台、自建 {sum(row.leased is False for row in chosen)} 台")
    if any(row.status not in ("在用", "") for row in chosen):
        reasons.append(
            counted(Counter(sorted((row.status or "状态未填" for row in chosen), key=lambda word: word != "在用")))
        )
    return reasons


def _worth(row: CameraFacts) -> tuple[bool, bool, str, int]:
    """In use before not, own before leased, later built before earlier, first registered before later."""
    return row.status == "在用", row.leased is not True, row.built, -row.id


def _why_it_stays(row: CameraFacts) -> str:
    told = [*(["在用"] if row.status == "在用" else []), *(["自建"] if row.leased is False else [])]
    told += [f"{row.built} 建成"] if row.built else []
    return f"建议留下{'、'.join(told)}的一台" if told else "没有可比的状态和建设时间，按先登记的留下"


def _way_out(row: CameraFacts) -> str:
    """What becomes of a camera that another replaces: moved where it still works and is one's own."""
    return "以迁代拆" if row.status == "在用" and row.leased is not True else "拆除"


def _member(row: CameraFacts) -> Member:
    return Member("camera", row.id)


def _members(rows: Sequence[CameraFacts], members: Sequence[int]) -> tuple[Member, ...]:
    return tuple(_member(rows[at]) for at in members)


def leased_beside_owned(cameras: Sequence[CameraFacts], radius_m: float) -> list[Group]:
    """Places with leased and own cameras that are no duplicates: one of the two ways might do for all. Never sure."""
    rows, near = neighbours(cameras, radius_m)
    links = []
    for one, other, metres in zip(near.first.tolist(), near.second.tolist(), near.metres.tolist(), strict=True):
        a, b = rows[one], rows[other]
        mixed = {a.leased, b.leased} == {True, False} and a.name and b.name and a.place_kind == b.place_kind
        if mixed and one_site(a.name, b.name) and compare(a.name, b.name, a.owner == b.owner).like is not Like.SAME:
            links.append(Link(one, other, metres))
    found = []
    for members, between in groups(links):
        shown = members[:MOST_MEMBERS]
        chosen = [rows[at] for at in shown]
        reasons = [
            metres_words(step(between), len(members), "台"),
            *_kind(chosen),
            *_whose(chosen),
            f"同在一处（{trim(chosen[0].name)}），看的方向或部位不同",
            "能否统一租用或统一自建，要比较租金和运维费用",
        ]
        if len(members) > len(shown):
            reasons.append(f"共 {len(members)} 台，只列出 {len(shown)} 台")
        found.append(Group("leased", _members(rows, shown), step(between), False, tuple(reasons)))
    return found
