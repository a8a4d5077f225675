"""Whether two names tell of one scene: yes, no, or both may be; and in the last case, what is left open.

Cautious on purpose: a difference that tells places apart (a number, 东 and 西, 入口 and 出口, another shop) keeps them
apart; a slip (sounds alike, a sign doubled) does not; whatever may be either is left to people.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from .scenes import ROAD_END, Scene, scene
from .writing import easily_confused


class Like(IntEnum):
    """How alike. STRANGE: nothing in common, though nothing speaks against it either."""

    APART = 0
    STRANGE = 1
    UNSURE = 2
    SAME = 3


class Answer(NamedTuple):
    """`doubts`: clauses that say what is left open; `slip`: the names differ by what looks like a slip of the pen."""

    like: Like
    doubts: tuple[str, ...] = ()
    slip: bool = False


APART = Answer(Like.APART)
_TELLING = frozenset("0123456789东南西北上下前后左右内外大小新老旧高低甲乙丙丁abcdef")
"""Signs that tell places apart, so that one more or less is no slip."""
_AFAR = "高空瞭望"
_COUNTS = re.compile(r"\d+")
_HARMLESS = frozenset({"中心", "文化", "村", "镇", "乡", "县", "金寨", "国有", "公共", "项目", "的", "社区"})
_PLAIN_GATES = frozenset({"大门", "出入口"})


class _Text(IntEnum):
    NO = 0
    DOUBT = 1
    MISSING = 2
    SLIP = 3
    SAME = 4


@lru_cache(maxsize=500_000)
def compare(one: str, other: str, same_owner: bool) -> Answer:
    """How alike the scenes of two names are, whatever the order."""
    if other < one:
        one, other = other, one
    return _compare(scene(one), scene(other), same_owner)


def _compare(a: Scene, b: Scene, same_owner: bool) -> Answer:
    doubts: list[str] = []
    place = _places(a, b)
    if place is _Text.NO and not (a.roads and b.roads) and a.headed and b.headed and _ways(a, b, []):
        return Answer(Like.STRANGE, ("名称没有相同的字，但位置很近、朝向一样",))
    if place is _Text.NO:
        return APART
    if place is _Text.DOUBT or place is _Text.MISSING:
        doubts.append(_what_differs(a, b))
    if not (
        _spots(a, b, doubts) and _houses(a, b, doubts) and _ways(a, b, doubts) and _numbers(a, b, same_owner, doubts)
    ):
        return APART
    if a.vague and b.vague:
        doubts.append("只写了部位，没有写是哪一处")
    if a.function != b.function and a.function and b.function:
        doubts.append(f"一方用于{a.function}，一方用于{b.function}")
    if _AFAR in (a.function, b.function) and not (a.function and b.function):
        doubts.append("一方是高空瞭望，看得更远")
    if doubts:
        return Answer(Like.UNSURE, tuple(doubts))
    return Answer(Like.SAME, slip=place is _Text.SLIP)


def _places(a: Scene, b: Scene) -> _Text:
    if a.roads and b.roads:
        return _crossings(a.roads, b.roads)
    if a.roads or b.roads:
        roads, core = (a.roads, b.core) if a.roads else (b.roads, a.core)
        return _Text.DOUBT if any(_roads_alike(road, core) >= _Text.SLIP for road in roads) else _Text.NO
    if a.core and b.core:
        return _cores(a, b)
    if a.road and b.road and _roads_alike(a.road, b.road) >= _Text.SLIP:
        return _Text.SAME if a.core == b.core else _Text.DOUBT
    return _Text.NO


def _cores(a: Scene, b: Scene) -> _Text:
    """Names of places; where one goes on, into what the other calls the spot, that too is compared."""
    short, long = sorted((a, b), key=lambda scene: len(scene.core))
    if short.spot and short.core != long.core and long.core.startswith(short.core):
        rest = long.core[len(short.core) :]
        if rest == short.spot:
            return _Text.DOUBT
        if short.spot != long.spot and _texts(rest, short.spot) is _Text.NO:
            return _Text.NO
    return _texts(a.core, b.core)


def _crossings(one: tuple[str, ...], other: tuple[str, ...]) -> _Text:
    """Two crossings: each road of the one that names fewer is a road of the other."""
    fewer, more = sorted((one, other), key=len)
    stems = ["".join(map(_stem, order)) for order in (other, other[::-1])]
    if "".join(map(_stem, one)) in stems:
        return _Text.SAME
    left, found = list(more), []
    for road in fewer:
        best = max(left, key=lambda each: _roads_alike(road, each), default="")
        found.append(_roads_alike(road, best) if best else _Text.NO)
        if best:
            left.remove(best)
    # One road known for certain carries another with a sign missing.
    if len(found) > 1 and max(found) is _Text.SAME:
        found = [_Text.SLIP if like is _Text.MISSING else like for like in found]
    if min(found) is not _Text.NO:
        return min(found)
    return max((_texts("".join(one), "".join(order)) for order in (other, other[::-1])), key=_only_slips)


def _only_slips(like: _Text) -> int:
    return like if like in (_Text.SLIP, _Text.SAME, _Text.MISSING) else 0


def _roads_alike(one: str, other: str) -> _Text:
    """Two roads, with or without 路 at the end; 望山路 and 望山街 are two."""
    if one == other:
        return _Text.SAME
    if _stem(one) == _stem(other):
        return _Text.SAME if one == _stem(one) or other == _stem(other) else _Text.NO
    return _texts(one, other)


def _stem(road: str) -> str:
    return ROAD_END.sub("", road) or road


def _texts(one: str, other: str) -> _Text:
    """Two names of places: the same, one with a slip, perhaps the same, or two."""
    if one == other:
        return _Text.SAME
    counts, others = _COUNTS.findall(one), _COUNTS.findall(other)
    if counts and others and counts != others:
        return _Text.NO
    if len(one) == len(other):
        return _exchanged(one, other)
    short, long = sorted((one, other), key=len)
    extra = _inserted(short, long)
    if extra is None:
        return _Text.NO
    if all(piece in _HARMLESS for piece in extra):
        return _Text.SAME
    added = "".join(extra)
    if _TELLING & set(added):
        return _Text.DOUBT
    if len(added) == 1:
        doubled = added * 2 in long and added in short
        return _Text.SLIP if doubled or len(long) >= 6 else _Text.MISSING
    return _Text.DOUBT if len(short) >= 3 or long.startswith(short) else _Text.NO


def _exchanged(one: str, other: str) -> _Text:
    """Names of one length: signs that sound alike, two exchanged (福聚 and 聚福 may be two), or one another."""
    pairs = [(at, a, b) for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if any({a, b} <= _TELLING for _, a, b in pairs):
        return _Text.NO
    if len(pairs) <= max(1, len(one) // 3) and all(easily_confused(a, b) for _, a, b in pairs):
        return _Text.SLIP
    if len(pairs) == 2 and len(one) >= 4:
        (first, a, b), (second, c, d) = pairs
        if second == first + 1 and (a, b) == (d, c):
            return _Text.MISSING
    return _Text.DOUBT if len(pairs) == 1 and len(one) >= 6 else _Text.NO


def _inserted(short: str, long: str) -> list[str] | None:
    """The pieces that make the long name of the short one; None when it is not so made."""
    pieces, at, piece = [], 0, ""
    for sign in long:
        if at < len(short) and sign == short[at]:
            at += 1
            if piece:
                pieces.append(piece)
                piece = ""
        else:
            piece += sign
    if piece:
        pieces.append(piece)
    return pieces if at == len(short) else None


def _spots(a: Scene, b: Scene, doubts: list[str]) -> bool:
    """False where the spots are two; what may be one is doubted."""
    if a.spot == b.spot:
        return True
    if "对面" in (a.spot, b.spot):
        return False
    if not a.roads and not b.roads and (a.core + a.spot == b.core or b.core + b.spot == a.core):
        doubts.append("一方写得更细")
        return True
    if not a.spot or not b.spot:
        doubts.append(f"一方写到{a.spot or b.spot}，一方没有写")
        return True
    gates = {a.spot, b.spot}
    if len({spot[0] for spot in gates} & set("东南西北")) > 1:
        return False
    if gates & _PLAIN_GATES and all(spot[-1] in "门口" and spot not in ("后门", "侧门") for spot in gates):
        doubts.append(f"一方写{a.spot}，一方写{b.spot}，可能是同一处")
        return True
    if "出入口" in a.spot + b.spot and all(spot[-1] == "口" for spot in gates):
        doubts.append(f"一方写{a.spot}，一方写{b.spot}，可能是同一处")
        return True
    if _texts(a.spot, b.spot) >= _Text.DOUBT and not a.spot.endswith(("门", "口")):
        doubts.append(f"一方写{a.spot}，一方写{b.spot}")
        return True
    return False


def _houses(a: Scene, b: Scene, doubts: list[str]) -> bool:
    if a.house and b.house and a.house != b.house:
        return False
    if a.road and b.road and _roads_alike(a.road, b.road) < _Text.MISSING:
        doubts.append(f"一方写在{a.road}，一方写在{b.road}")
    return True


def _ways(a: Scene, b: Scene, doubts: list[str]) -> bool:
    """False where they look different ways; what one of them leaves unsaid is doubted."""
    if a.all_round != b.all_round:
        doubts.append("一方写全景，一方没有写")
    if a.facing and b.facing and a.facing != b.facing:
        return False
    if a.flow and b.flow and a.flow != b.flow:
        if not a.flow & b.flow:
            return False
        doubts.append("写的车流方向只有一部分相同")
    if not (a.facing and b.facing) and not (a.flow and b.flow) and (a.headed or b.headed):
        if a.headed and b.headed:
            facing, flow = (a.facing, b.flow) if a.facing else (b.facing, a.flow)
            if not any(set(facing) <= set(each) for each in flow):
                return False
            doubts.append("一方写镜头朝向，一方写车流方向")
        elif not a.all_round and not b.all_round:
            doubts.append("一方没有写朝向")
    if a.corner != b.corner and not (a.headed and b.headed):
        if a.corner and b.corner:
            return False
        doubts.append(f"一方写{a.corner or b.corner}{'角' if len(a.corner or b.corner) > 1 else '侧'}，一方没有写")
    elif a.corner and b.corner and a.corner != b.corner:
        doubts.append(f"朝向一样，一方在{a.corner}，一方在{b.corner}")
    return True


def _numbers(a: Scene, b: Scene, same_owner: bool, doubts: list[str]) -> bool:
    """One unit's numbers tell its devices apart; two units count each for itself."""
    if a.number == b.number:
        return True
    if same_owner:
        if a.number and b.number:
            return False
        doubts.append("同一单位填的，一方有编号，一方没有")
    elif not (a.headed and b.headed):
        doubts.append("编号不同，可能各按自己的编号")
    return True


def _what_differs(a: Scene, b: Scene) -> str:
    if a.roads and b.roads:
        return f"路口写法相近：{'、'.join(a.roads)} 与 {'、'.join(b.roads)}"
    if a.roads or b.roads:
        return "一方写路口，一方只写路"
    if not a.core or not b.core:
        return "一方写门牌，一方写名称"
    return f"名称相近：{a.core} 与 {b.core}"


@lru_cache(maxsize=200_000)
def one_site(one: str, other: str) -> bool:
    """Both names are of one crossing, or of one place, whatever they look at there."""
    return _places(scene(one), scene(other)) >= _Text.SLIP
