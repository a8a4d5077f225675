"""Mistakes of writing that any number or code may hold: what nobody sees, full-width characters, per cent."""

from __future__ import annotations

import re

from sheets.cells import narrow, unseen, wide
from sheets.kinds.base import Flag
from sheets.rules import WARNING, Issue

HIDDEN = Issue(
    title="夹着看不见的字符",
    says="“{column}”里夹着看不见的字符，已按 {clean} 读入",
    fix="请把这一格改成 {clean}；从网页或聊天记录复制的，先粘贴到记事本再粘贴过来。",
    severity=WARNING,
)
WIDE = Issue(
    title="用了全角字符",
    says="“{column}”写的是“{value}”，是全角字符，已按 {clean} 读入",
    fix="请把这一格改成半角的 {clean}；输入数字时先切换到英文半角。",
    severity=WARNING,
)
PERCENT = Issue(
    title="写成了百分比",
    says="“{column}”写的是“{value}”，百分比不能当作这一列的数",
    fix="请按这一列的单位填数字，例如 {example}。",
)

_PERCENT = re.compile(r"[+-]?[0-9.]+[%‰]")
_DIGITS = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]*)?")


def tell_writing(cell: object, flag: Flag, clean: str) -> None:
    """Tell of hidden or full-width characters in a text that was read as `clean` all the same."""
    if isinstance(cell, str):
        if unseen(cell):
            flag("hidden", clean=clean)
        elif wide(cell):
            flag("wide", clean=clean)


def is_percent(cell: object) -> bool:
    """Whether the cell is a text such as 50%."""
    return isinstance(cell, str) and _PERCENT.fullmatch(narrow(cell).replace(" ", "")) is not None


def ungrouped(text: str) -> str:
    """A number without its thousands separators; a comma that separates no thousands stays: it may be a point."""
    if "," not in text:
        return text
    found = _DIGITS.fullmatch(text.lstrip("+-"))
    return text.replace(",", "") if found else text
