"""How people write down where a camera stands: one place, and as many names for it as there are units.

Written after the ways in which such sheets really differ (long and short names, the two roads of a crossing in either
order, 朝东 / 东向 / 面向东, numbers of one's own, device words, full-width signs, stray spaces, slips of the input
method), and before anything that compares names: nothing here looks at how they are compared.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


def words(text: str) -> list[str]:
    """The words of a text, white space between them."""
    return text.split()


JUNCTIONS = words(
    "{a}与{b}交叉口 {a}与{b}路口 {a}{b}路口 {a}-{b}路口 {a}和{b}十字路口 {a}与{b}交叉路口 {a}、{b}交汇处 "
    "{a}{b}交叉口 {a}/{b}路口 {a}与{b}交口"
)
FACING = ("朝{}", "向{}", "{}向", "往{}", "面向{}", "朝{}方向", "（朝{}）", "_{}向")
FLOWING = ("{}向{}", "由{}向{}", "（{}向{}）", "{}往{}", "从{}向{}")
CORNERS = ("{}角", "{}侧", "{}拐角", "({}角)")
NUMBERS = ("{:d}号", "{:02d}", "{:d}#", "-{:d}", "（{:d}）", "{:d}号机", " {:d}", "通道{:d}")
DEVICES = ("", "", "", "球机", "枪机", "监控", "高清摄像机", "摄像头", "高清球机", "监控点", "探头")
SPOTS: dict[str, tuple[str, ...]] = {
    "大门": ("大门", "大门口", "门口", "正门", "大门处"),
    "校门": ("大门", "校门口", "门口", "正门", "校门"),
    "东门": ("东门", "东大门", "东门口"),
    "西门": ("西门", "西大门", "西门口"),
    "南门": ("南门", "南大门", "南门口"),
    "北门": ("北门", "北大门", "北门口"),
    "后门": ("后门", "后门口"),
    "停车场": ("停车场", "停车区", "停车场内"),
    "入口": ("入口", "入口处", "进口"),
    "出口": ("出口", "出口处"),
    "东出入口": ("东出入口", "东侧出入口", "东面出入口"),
    "西出入口": ("西出入口", "西侧出入口", "西面出入口"),
    "对面": ("对面",),
    "大厅": ("大厅", "一楼大厅", "大厅内"),
    "操场": ("操场", "操场边", "运动场"),
    "大坝": ("大坝", "坝上", "坝体"),
    "桥头": ("桥头", "桥头处"),
}
SLIPS = words(
    "店点 湾弯 园圆 畈坂 河合 坪平 塘堂 新心 岭领 桥侨 院苑 福富 兴星 林琳 和合 阳杨 华花 康糠 惠慧 民明 "
    "望旺 山衫 溪西 茶查 石时 青清 竹烛 松嵩 红洪 建健"
)
"""Characters typed for each other because they sound alike."""
ARABIC_TO_FULL = str.maketrans("0123456789()-", "０１２３４５６７８９（）－")


@dataclass(frozen=True, slots=True)
class View:
    """What one camera looks at. `spot`: a key of SPOTS, or words of its own; ways as 东 (`flow`: 东西 from, to)."""

    spot: str = ""
    facing: str = ""
    flow: str = ""
    corner: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the world. `names`: what it is called, the usual name first; `roads`: the two of a crossing.

    `nickname`: what some people call it that has no word in common with the name.
    """

    names: tuple[str, ...]
    views: tuple[View, ...]
    roads: tuple[str, ...] = ()
    nickname: str = ""


class Hand:
    """One unit's way of writing: its habits are drawn once, its slips each time."""

    def __init__(self, seed: str) -> None:
        self._draw = draw = random.Random(seed)  # noqa: S311
        self._prefix = draw.choice(("", "", "{full}", "{full}", "{stem}", "金寨县{full}", "金寨县{full}", "{full} "))
        self._junction = draw.sample(JUNCTIONS, 2)
        self._facing = draw.choice(FACING)
        self._flowing = draw.choice(FLOWING)
        self._corner = draw.choice(CORNERS)
        self._number = draw.choice(NUMBERS)
        self._numbers = draw.random() < 0.35
        self._devices = draw.sample(DEVICES, 3)
        self._wide = draw.random() < 0.2
        self._swaps = draw.random() < 0.5

    def write(self, place: Place, view: View, township: str, number: int = 0, *, aside: bool = False) -> str:
        """A name for the view, `number` being the unit's own count there, which must be said when it is not 0.

        `aside`: by the place's nickname.
        """
        draw = self._draw
        core = place.nickname if aside else self._core(place)
        spot = draw.choice(SPOTS[view.spot]) if view.spot in SPOTS else view.spot
        where = self._corner.format(view.corner) if view.corner else ""
        way = self._facing.format(view.facing) if view.facing else self._flowing.format(*view.flow) if view.flow else ""
        tail = view.function or draw.choice(self._devices)
        if number or (self._numbers and (view.facing or view.flow)):
            tail = self._number.format(number or draw.randrange(1, 9)) + tail if draw.random() < 0.5 else (
                tail + self._number.format(number or draw.randrange(1, 9)))  # fmt: skip
        prefix = self._prefix.format(full=township, stem=township[:-1])
        if core.startswith(township[:-1]) and draw.random() < 0.8:
            prefix = prefix.replace(township, "").replace(township[:-1], "")
        if draw.random() < 0.07:
            core = self._slip(core)
        return self._untidy(f"{prefix}{core}{spot}{where}{way}{tail}")

    def _core(self, place: Place) -> str:
        if not place.roads:
            return place.names[0] if self._draw.random() < 0.6 else self._draw.choice(place.names)
        a, b = place.roads if not self._swaps else place.roads[::-1]
        return self._draw.choice(self._junction).format(a=a, b=b)

    def _slip(self, text: str) -> str:
        """The text with one slip: a character that sounds alike, one left out, doubled, or two exchanged."""
        draw, alike = self._draw, {}
        for pair in SLIPS:
            alike[pair[0]], alike[pair[1]] = pair[1], pair[0]
        places = [at for at, sign in enumerate(text) if sign in alike]
        if places and draw.random() < 0.7:
            at = draw.choice(places)
            return text[:at] + alike[text[at]] + text[at + 1 :]
        if len(text) < 6:
            return text
        at = draw.randrange(1, len(text) - 2)
        if draw.random() < 0.5:
            return text[:at] + text[at] + text[at:]
        return text[:at] + text[at + 1 :]

    def _untidy(self, text: str) -> str:
        """Full-width signs, stray spaces and what copying leaves behind."""
        draw = self._draw
        if self._wide:
            text = text.translate(ARABIC_TO_FULL)
        chance = draw.random()
        if chance < 0.03:
            at = draw.randrange(1, len(text))
            text = f"{text[:at]} {text[at:]}"
        elif chance < 0.05:
            text = f"{text}\u200b"
        elif chance < 0.06:
            text = f" {text}　"
        return text
