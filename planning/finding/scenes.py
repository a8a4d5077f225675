"""What a camera's name says of its scene: the place or the crossing's roads, the spot there, the way it faces."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from .writing import counted, one_word, plain, without_region

_WAY = "[东南西北]"
_HERE = "§"
"""Stands where words of the device were, so that a number beside it is known to be the device's."""
_FUNCTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"(?:高清|微|治安|智能|公安)?卡口(?:相机|抓拍)?", "卡口"),
        (r"电子警察|电警|闯红灯抓拍", "电子警察"),
        (r"人脸(?:识别|抓拍|比对|卡口)?", "人脸抓拍"),
        (r"车牌(?:识别|抓拍)?|车辆(?:识别|抓拍)", "车牌识别"),
        (r"违停(?:抓拍|球)?", "违停抓拍"),
        (r"测速", "测速"),
        (r"(?:高空|制高点)?(?:瞭望|了望)(?![塔台哨])|高空(?=球|监控|§|$)|制高点", "高空瞭望"),
    )
)
_ALL_ROUND = re.compile(r"360度?|全景|全向|环视")
_DEVICE = re.compile(
    r"(?:高清|超清|网络|红外|智能|数字|治安|视频|高速|星光|4k|4g|球型|枪型)*"
    r"(?:球机|枪机|枪球|半球|摄像机|摄像头|摄像枪|监控(?:点位?|探头|头|球机|枪机|设备)?(?!室|中心|平台|大厅)"
    r"|探头|一体机|云台|鹰眼|点位|相机|机位|抓拍)"
)
_FLOW = re.compile(rf"\|?(?:由|从|自)?({_WAY})(?:向|往|到|至)({_WAY})(?:方向|侧)?(?![小大院门])")
_FACING = re.compile(
    rf"[|_-]*(?:面朝|面向|朝向|朝|向|往|看)正?({_WAY}{{1,2}})(?:方向|方|面|向)?(?![路街村巷院门大小])"
    rf"|[|_-]+正?({_WAY}{{1,2}})(?:向|方向|朝向)?(?=[|§\d#_-]|$)"
    rf"|正?({_WAY}{{1,2}})(?:方向|朝向|向)(?=[|§\d#_号通-]|$)"
)
_CORNER = re.compile(
    rf"\|?({_WAY}{{2}})(?:角落|角|侧|拐角|转角|方位|面|边|方)\|?(?!馆)"
    rf"|\|?({_WAY})(?:侧|面|边|头|端)\|?(?![馆粉包条塘村条])"
)
_GATE_SIDE = re.compile(rf"({_WAY})(?:侧|面|边)(?=大?门|出入口|入口|出口|进口)")
_NUMBER = re.compile(
    r"[-_#|]*(?:通道|ch|no|编号|镜头|机位)[-_#]*0*(\d{1,3})号?(?=[|§]|$)"
    r"|[-_#|]*0*(\d{1,3})(?:号机|机位|号|#|路)?(?=[|§]*$|§)"
    r"|(?<=§)[-_#|]*0*(\d{1,3})(?:号机|号|#|路)?"
)
_ROAD_END = r"(?:大道|国道|省道|县道|乡道|路|街|巷|弄|线)"
_ROAD = re.compile(rf".+?{_ROAD_END}(?:[东南西北中]段)?(?!道|口)|.+?{_ROAD_END}(?=口|$)")
_WHOLE_ROAD = re.compile(rf".{_ROAD_END}$")
_BESIDE = re.compile(r"[前旁边处下侧后]$")
ROAD_END = re.compile(rf"{_ROAD_END}$")
_ONLY_END = re.compile(rf"(?:{_ROAD_END})+")
_CROSSING = re.compile(
    r"(?:十字|丁字|三岔|三叉|四岔|t型|t字|交叉叉?|交汇|转盘|环岛|红绿灯)+(?:路?路口|口|处)?|交界处|交[口叉汇]处?|岔路?口|红绿灯|转盘|环岛|路路?口"
    r"|(?<=[街巷弄道])口"
)
_AND = re.compile(r"(?<=[路街巷弄道线段湾])[和及]|[与、/\-—|]+|&")
_SPOTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?:{pattern})$"), word)
    for pattern, word in (
        (rf"({_WAY})大?门(?:口|处|外)?", r"\1门"),
        (r"(\d+)号大?门(?:口|处|外)?", r"\1号门"),
        (r"后大?门(?:口|处)?", "后门"),
        (r"侧大?门(?:口|处)?", "侧门"),
        (r"大门(?:口|处|外)?|正大?门(?:口|处)?|(?<![^小中大]学)校门(?:口|处)?|前门口?|主入口|门口|门前", "大门"),
        (rf"({_WAY}?)(?:出入口|进出口)处?", r"\1出入口"),
        (rf"({_WAY}?)(?:入口|进口)处?", r"\1入口"),
        (rf"({_WAY}?)出口处?", r"\1出口"),
        (r"停车场", "停车场"),
        (r"大厅", "大厅"),
        (r"操场", "操场"),
        (r"大坝", "大坝"),
        (r"桥头", "桥头"),
        (r"对过", "对面"),
        (r"(?:站前)?广场(?<=站前广场)", "广场"),
    )
)
_NO_NAME = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in _SPOTS) + r"|[\da-z_#号|-]*")
_HOUSE = re.compile(rf"^(?P<road>.+?{_ROAD_END})(?P<house>\d+)号(?!楼|门|院|厂|车间|大棚|桥|仓)(?P<rest>.*)$")
_IS_HOUSE = re.compile(rf"{_ROAD_END}\d+号$")
_ON_ROAD = re.compile(rf"^(?P<road>[^§|]{{2,5}}?{_ROAD_END})(?P<rest>.{{3,}})$")
_UNIT_END = re.compile(r"^(?:道|口|段|边|旁|东|南|西|北|中|上|下)")


@dataclass(frozen=True, slots=True)
class Scene:
    """The parts of a name. Letters of ways are 东南西北; `flow` is a set of from-to pairs ("东西").

    `roads`: of a crossing, in the order written; `road`, `house`: of an address in front of a place's own name, `core`,
    whose last part is `spot`. `number` is the unit's own count of devices. `crossing`: it says that it is one.
    """

    core: str
    roads: tuple[str, ...]
    crossing: bool
    road: str
    house: str
    spot: str
    facing: str
    flow: frozenset[str]
    corner: str
    all_round: bool
    function: str
    number: str

    @property
    def vague(self) -> bool:
        """It names no place of its own: 大门, 停车场, 1号."""
        return not self.roads and not self.road and bool(_NO_NAME.fullmatch(self.core + self.spot))

    @property
    def headed(self) -> bool:
        """It says which way the camera looks."""
        return bool(self.facing or self.flow)


@lru_cache(maxsize=200_000)
def scene(name: str) -> Scene:
    """The scene that a name tells of. Each distinct name is read once."""
    text = plain(name)
    function = ""
    for pattern, word in _FUNCTIONS:
        if pattern.search(text):
            function = function or word
            text = pattern.sub(_HERE, text)
    all_round = bool(_ALL_ROUND.search(text))
    text = _DEVICE.sub(_HERE, _ALL_ROUND.sub(_HERE, text))
    text = without_region(one_word(counted(text)))
    text = _GATE_SIDE.sub(r"\1", text)
    flow: set[str] = set()
    while found := _FLOW.search(text):
        flow.add(found[1] + found[2])
        text = text[: found.start()] + "§" + text[found.end() :]
    text, facing = _taken(_FACING, text)
    text, number = _taken(_NUMBER, text, unless=_IS_HOUSE)
    text, corner = _taken(_CORNER, text)
    text = re.sub(rf"[{_HERE}_#]+", "", text).strip("|-—、/").rstrip("与")
    core, roads, crossing = _roads(text)
    spot = ""
    if not roads:
        core, spot = _spot(core.replace("|", "").replace("-", ""))
    elif core:
        core, spot = "", _spot(f"|{core}")[1] or core
    road, house, core = _address(core) if not roads else ("", "", "")
    return Scene(
        core, roads, crossing, road, house, spot, _in_order(facing), frozenset(flow), _in_order(corner), all_round,
        function, number,
    )  # fmt: skip


def _taken(pattern: re.Pattern[str], text: str, unless: re.Pattern[str] | None = None) -> tuple[str, str]:
    """The text without the last match, a mark in its place, and what the match says."""
    found = _last(pattern, text)
    if found is None or (unless and unless.search(text[: found.end()])) or not text[: found.start()].strip("|§"):
        return text, ""
    said = next(group for group in found.groups() if group)
    return text[: found.start()] + _HERE + text[found.end() :], said


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return deque(pattern.finditer(text), maxlen=1).pop() if pattern.search(text) else None


def _in_order(ways: str) -> str:
    """东南 and 南东 are one way."""
    return "".join(sorted(ways, key="东西南北".index))


def _roads(text: str) -> tuple[str, tuple[str, ...], bool]:
    """What is left beside a crossing, its roads, and whether it is said to be one."""
    crossing = _last(_CROSSING, text)
    if crossing is None:
        roads = _each([piece for piece in _AND.split(text) if piece])
        if len(roads) == 2 and all(_WHOLE_ROAD.search(road) for road in roads):
            return "", roads, True
        return text, (), False
    before, after = text[: crossing.start()], text[crossing.end() :]
    if not before:
        return text, (), False
    if crossing[0].startswith("路路"):
        before += "路"
    elif crossing[0].startswith("路") and not _WHOLE_ROAD.search(before):
        if not _ROAD.match(before) and (len(before) > 4 or _BESIDE.search(before)):
            return before, (), True
        before += "路"
    roads = _each([piece for piece in _AND.split(before) if piece])
    return after.strip("|-"), roads, True


def _each(pieces: list[str]) -> tuple[str, ...]:
    """The roads that the pieces name: 江店路新北路 are two."""
    found: list[str] = []
    for piece in pieces:
        at = 0
        for road in _ROAD.finditer(piece):
            found.append(road[0])
            at = road.end()
        if at < len(piece):
            found.append(piece[at:])
    return tuple(road for road in found if not _ONLY_END.fullmatch(road))


def _spot(text: str) -> tuple[str, str]:
    """The place and the spot there that the name ends in; a name that is nothing but a spot stays a place."""
    for pattern, word in _SPOTS:
        if (found := pattern.search(text)) and found.start():
            return text[: found.start()], found.expand(word)
    return text, ""


def _address(core: str) -> tuple[str, str, str]:
    """(road, house number, rest) of a place's name."""
    if found := _HOUSE.match(core):
        return found["road"], found["house"], found["rest"]
    if (found := _ON_ROAD.match(core)) and not _UNIT_END.match(found["rest"]):
        return found["road"], "", found["rest"]
    return "", "", core
