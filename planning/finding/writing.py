"""Names as people write them, brought to one way of writing: signs, regions in front, numbers, words for one thing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from sheets.cells import trim
from sheets.kinds.places import ZONE, township_spellings, townships
from sheets.tables import table

_ABOVE = re.compile(r"^(?:安徽省?)?(?:六安市?)?(?:金寨县|金寨(?!路|大道|街|巷|桥)(?=..))?")
_GENERIC = ("路", "街", "大道", "巷", "桥", "大桥", "村", "社区")
"""What must not follow a township's stem that is taken off: 梅山大桥 is a bridge's name."""
_DIGITS = {sign: at for at, sign in enumerate("零一二三四五六七八九")}
_COUNTED = re.compile(
    r"第?([一二三四五六七八九十]{1,3})(?=号|栋|幢|单元|楼|层|期|巷|弄|组|队|路|街|大道|#|道|中学|中(?=$|[大校门正后操东西南北]))"
)
_MARKER = re.compile(r"k(\d+)\s*\+\s*(\d+)")
"""A road's marker stone, K12+300, is a place and no device's number."""
_NUMBERED = re.compile(r"第(?=\d)")

ONE_WORD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"村?村民委员会|村村委会|村部", "村委会"),
        (r"(?<=\d)中(?=$|[大校门正后操东西南北])", "中学"),
        (r"居民委员会|社区居委会", "居委会"),
        (
            r"县(?=人民医院|医院|中医院)|(?<=.)[镇乡县](?=人民政府|政府|中心|卫生院|医院|初级|中学|小学|幼儿园|敬老院|农贸|文化|客运|汽车)",
            "",
        ),
        (r"人民政府", "政府"),
        (r"中心卫生院", "卫生院"),
        (r"村(?=中?心?小学|学校|幼儿园|教学点|卫生室|诊所|文化|农贸|菜市场|水库)", ""),
        (r"初级中学", "中学"),
        (r"菜市场|集贸市场|农贸市场", "农贸市场"),
        (r"长途汽车站|汽车客运站|客运汽车站|客运站|客运中心", "汽车站"),
        (r"风景名胜区|风景区|旅游区|旅游景区", "景区"),
        (r"小学教学点", "教学点"),
        (r"国有林场", "林场"),
        (r"([路街巷道])\1(?!口)", r"\1"),
        (r"(?:正)?对面", "对过"),
        (r"公共停车场|停车场内|停车场里|停车区|停车处|车场(?<!停车场)", "停车场"),
        (r"(?<!立交)(?<!天)(?<!高架)大桥", "桥"),
        (r"项目工地|施工工地|建筑工地", "工地"),
        (r"(?<=\d)(?:栋|幢|号楼|座)", "号楼"),
        (r"(?<=茶)叶产业园", "产业园"),
        (r"运动场|操场边", "操场"),
        (r"(?:1楼)?大厅内?", "大厅"),
        (r"坝上|坝体|坝顶|大坝坝顶", "大坝"),
        (r"桥头处", "桥头"),
    )
)


def plain(name: str) -> str:
    """The name in half-width signs without white space and hidden signs; brackets and commas as "|"."""
    text = _MARKER.sub(r"桩\1加\2米", unicodedata.normalize("NFKC", trim(name)).casefold())
    text = re.sub(r"[()\[\]{}<>【】〔〕《》“”\"'‘’,，;；:：。.!！?？·•|~～]+", "|", re.sub(r"\s+", "", text))
    return text.strip("|-_、/")


def counted(text: str) -> str:
    """Chinese numbers that count something, as digits: 三号楼, 二巷, 第一中队."""
    return _NUMBERED.sub("", _COUNTED.sub(lambda found: _number(found[1]), text))


def _number(signs: str) -> str:
    """二十五 as 25; what is no number (十一二) stays as it is."""
    tens, ten, ones = signs.rpartition("十")
    if not ten:
        return "".join(str(_DIGITS[sign]) for sign in signs)
    if len(tens) > 1 or len(ones) > 1 or tens == "十":
        return signs
    return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))


def one_word(text: str) -> str:
    """Several words for one thing as one of them."""
    for pattern, word in ONE_WORD:
        text = pattern.sub(word, text)
    return text


@cache
def _townships() -> tuple[tuple[str, bool], ...]:
    """Spellings of the townships, the longest first; whether it is a bare stem."""
    ours = {name[:-1] for code, name in townships().items() if code != ZONE}
    whole = {key for key, code in township_spellings().items() if code != ZONE and len(key) >= 3 and key[-1] in "镇乡"}
    found = [(key, False) for key in whole] + [
        (key, True) for key, code in township_spellings().items()
        if code != ZONE and key not in whole and (key in ours or len(key) >= 2) and key[-1] not in "镇乡道问区"
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def without_region(text: str) -> str:
    """The name without county and township in front, as long as something is left that names a place."""
    rest = _ABOVE.sub("", text).lstrip("|-_")
    for _ in range(2):
        for spelling, bare in _townships():
            if rest.startswith(spelling):
                left = rest[len(spelling) :].lstrip("|-_镇乡")
                if len(left) >= 2 and not (bare and left.startswith(_GENERIC)):
                    rest = left
                    break
        else:
            break
    return rest or text


@cache
def _sounds() -> Mapping[int, str]:
    from pypinyin.constants import PINYIN_DICT

    known: Mapping[int, str] = PINYIN_DICT
    return known


@cache
def sounds(sign: str) -> frozenset[str]:
    """The sounds of a character as an input method takes them: no tones, in for ing, z for zh."""
    told = unicodedata.normalize("NFD", _sounds().get(ord(sign), ""))
    bare = "".join(part for part in told if not unicodedata.combining(part))
    return frozenset(re.sub(r"(?<=n)g$|(?<=^[zcs])h", "", sound) for sound in bare.split(",")) - {""}


@cache
def _taken_for_each_other() -> frozenset[frozenset[str]]:
    """Signs that are known to be mistaken for each other, as the townships' names are."""
    found = set()
    for row in table("township_aliases"):
        name, alias = townships()[row["code9"]], row["alias"]
        if len(name) == len(alias) and "错字" in row["note"] + row["note"].replace("形近字", "错字"):
            found |= {frozenset(pair) for pair in zip(name, alias, strict=True) if pair[0] != pair[1]}
    return frozenset(found)


@cache
def easily_confused(a: str, b: str) -> bool:
    """One sign is easily written for the other: it sounds alike, or is known to look alike."""
    return a == b or bool(sounds(a) & sounds(b)) or frozenset((a, b)) in _taken_for_each_other()
