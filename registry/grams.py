"""Grams: what a text is looked up by. Every substring of a text has grams that the whole text has too.

PostgreSQL's own array index then finds a substring of two Chinese characters among a million names, with no extension.
Chinese: each character, and each pair of neighbours. Latin letters: each pair. Anything of ASCII: each run of four, for
codes and numbers, whose pairs would be everywhere. A gram is the number that its characters make, so two grams hardly
ever share one; where they do, too much is looked at and nothing is missed: the text itself is compared besides.
"""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, pinyin

from sheets.cells import narrow

_ASCII = 0x80
_RUN = 4
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_BITS = 0xFFFF
_SIGN = 1 << 31


def plain(text: str) -> str:
    """The text as it is compared: half-width, lower case."""
    return narrow(text).lower()


def grams(text: str) -> set[int]:
    """The grams of a plain text; lines share none. Each is a number of 32 bits with sign."""
    found: set[int] = set()
    for line in text.split("\n"):
        found |= _of_line(line)
    return found


@lru_cache(maxsize=20_000)
def _of_line(line: str) -> frozenset[int]:
    points = [ord(sign) for sign in line]
    found = {_number(0, point) for point in points if point >= _ASCII}
    for place in range(len(points) - 1):
        one, two = points[place], points[place + 1]
        if one >= _ASCII or two >= _ASCII or (line[place] in _LETTERS and line[place + 1] in _LETTERS):
            found.add(_number(one, two))
    for place in range(len(points) - _RUN + 1):
        run = points[place : place + _RUN]
        if max(run) < _ASCII:
            found.add(run[0] << 21 | run[1] << 14 | run[2] << 7 | run[3])
    return frozenset(found)


def _number(one: int, two: int) -> int:
    number = (one & _BITS) << 16 | two & _BITS
    return number - (1 << 32) if number & _SIGN else number


def initials(text: str) -> str:
    """First letters of the readings, one for each Chinese character: 江店路口 is jdlk; other signs stay as they are."""
    return "".join(_initial(sign) for sign in plain(text))


@lru_cache(maxsize=30_000)
def _initial(sign: str) -> str:
    if ord(sign) < _ASCII:
        return sign
    read = pinyin(sign, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][0] if read else sign
