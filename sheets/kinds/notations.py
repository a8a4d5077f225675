"""Other ways of writing a coordinate: degrees, minutes and seconds, letters, both numbers at once, a lost point.

A reading is given as decimal degrees with no more decimals than the cell is good for: a second is worth four, each
decimal of it one more; a minute two. So nothing looks better measured than it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sheets.cells import narrow, trim

_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("．"): "."}
_MARKS = str.maketrans(
    {"º": "°", "˚": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "分": "'", "＇": "'"}
    | {"″": '"', "”": '"', "“": '"', "秒": '"', "＂": '"'}
)
_LETTERS = "A-Za-z东西南北经纬度"
_DMS = re.compile(
    rf"[{_LETTERS}:：\s]*(?P<degrees>[0-9]{{1,3}})\s*[°:：\s]\s*(?P<minutes>[0-9]{{1,2}}(?:\.[0-9]+)?)"
    rf"(?:\s*['’:：\s]\s*(?P<seconds>[0-9]{{1,2}}(?:\.[0-9]+)?)?\s*(?:\"|''|')?)?[{_LETTERS}\s]*"
)
_NUMBER = re.compile(r"[0-9]{1,3}\.[0-9]+")
_PAIR = re.compile(rf"[{_LETTERS}:\s(\[]*([0-9]{{1,3}}\.[0-9]+)[{_LETTERS}°\s]*[,，、;；/|\s][{_LETTERS}:：\s]*"
                   rf"([0-9]{{1,3}}\.[0-9]+)[{_LETTERS}°\s)\]]*")  # fmt: skip
_COMMA = re.compile(r"([0-9]{1,3})\s*[,，。、·]\s*([0-9]+)")
_BARE = re.compile(rf"[{_LETTERS}:=\s]*([0-9]{{1,3}}\.[0-9]+)[{_LETTERS}°\s]*")
_MOST_DECIMALS = 8


def pair(cell: str) -> tuple[str, str] | None:
    """(longitude, latitude) of a cell that holds both, in either order; None unless it is clear which is which."""
    found = _PAIR.fullmatch(narrow(cell))
    if found is None:
        return None
    east, north = sorted(found.groups(), key=lambda text: -float(text))
    return (east, north) if 70 < float(east) < 140 and 0 < float(north) < 60 else None


def from_dms(cell: str) -> str:
    """Decimal degrees of 115°55′48.37″, 115度55分48秒, 115 55 48.37 or 115°55.806′; "" for anything else."""
    found = _DMS.fullmatch(trim(cell).translate(_FULL_WIDTH).translate(_MARKS).strip())
    if found is None:
        return ""
    minutes, seconds = found["minutes"], found["seconds"]
    if seconds and "." in minutes:
        return ""
    value = Fraction(found["degrees"]) + Fraction(minutes) / 60 + Fraction(seconds or "0") / 3600
    if Fraction(minutes) >= 60 or Fraction(seconds or "0") >= 60 or value > 180:
        return ""
    return _decimal(value, _decimals(seconds) + 4 if seconds else _decimals(minutes) + 2)


def with_point(text: str) -> str:
    """The number whose decimal point was typed as a comma; "" for anything else."""
    found = _COMMA.fullmatch(text)
    return f"{found[1]}.{found[2]}" if found else ""


def bare(text: str) -> str:
    """The one number among letters such as E, N, 东经, 北纬; "" for anything else."""
    found = _BARE.fullmatch(text)
    return found[1] if found else ""


def degree_minutes(text: str, whole: Sequence[str]) -> tuple[str, str, str] | None:
    """(degrees, minutes, decimal degrees) of 11555.8046, which is 115 degrees and 55.8046 minutes."""
    integer, _, decimals = text.partition(".")
    degrees, minutes = integer[:-2], integer[-2:]
    if degrees not in whole or int(minutes) >= 60:
        return None
    stated = f"{minutes}.{decimals}" if decimals else minutes
    return degrees, stated, _decimal(Fraction(degrees) + Fraction(stated) / 60, len(decimals) + 2)


def pointed(text: str, whole: Sequence[str]) -> str:
    """The digits with the point where it belongs, when they begin with degrees of the county; else ""."""
    digits = text.replace(".", "")
    start = next((degrees for degrees in whole if digits.startswith(degrees)), "")
    rest = digits[len(start) :]
    return f"{start}.{rest}" if start and rest and len(rest) <= 12 else ""


def reason(text: str) -> str:
    """What may have gone wrong with a text that is none of these."""
    if len(_NUMBER.findall(text)) > 1:
        return "一个单元格里有几个数"
    return "读不出度数" if any(character.isdigit() for character in text) else "不是数字"


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _decimal(value: Fraction, places: int) -> str:
    places = min(places, _MOST_DECIMALS)
    scaled = Decimal(value.numerator * 10 ** (places + 4) // value.denominator).scaleb(-(places + 4))
    return f"{scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
