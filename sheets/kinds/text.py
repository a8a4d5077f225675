"""Free text: names, addresses, descriptions, and the label column with its derived yes / no / unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sheets.cells import BLANK_TOKENS, Cell, cell_text, fold, tidy, trim
from sheets.kinds.base import Field, Flag, Kind
from sheets.options import Options
from sheets.rules import Issue

TOO_LONG = Issue(
    title="文字过长",
    says="“{column}”有 {length} 个字，最多 {limit} 个字",
    fix="请缩短到 {limit} 个字以内，详细说明另附材料。",
)
TOO_SHORT = Issue(
    title="文字过短",
    says="“{column}”只有 {length} 个字，至少 {limit} 个字",
    fix="请写完整，例如“梅山镇江店路与梅山路交叉口东南角”。",
)


class Text(Kind):
    """Text of at most `limit` characters; `lines` keeps line breaks."""

    issues: ClassVar[Mapping[str, Issue]] = {"long": TOO_LONG}

    def __init__(self, limit: int, *, lines: bool = False) -> None:
        self.limit = limit
        self.lines = lines

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, f"varchar({self.limit})", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = trim(cell_text(cell), lines=self.lines)
        if len(text) > self.limit:
            flag("long", length=len(text), limit=self.limit)
            return ""
        return text

    def plain(self, cells: Sequence[Cell]) -> bool:
        try:
            joined = "|".join(cells)  # type: ignore[arg-type]
        except TypeError:
            return False
        return tidy(joined) and max(map(len, cells)) <= self.limit and BLANK_TOKENS.isdisjoint(cells)  # type: ignore[arg-type]


class Name(Text):
    """A name of `least` to `limit` characters."""

    issues: ClassVar[Mapping[str, Issue]] = {"long": TOO_LONG, "short": TOO_SHORT}

    def __init__(self, least: int, limit: int) -> None:
        super().__init__(limit)
        self.least = least

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = super().judge(cell, flag, options)
        if text and len(text) < self.least:
            flag("short", length=len(text), limit=self.least)
        return text

    def plain(self, cells: Sequence[Cell]) -> bool:
        return super().plain(cells) and min(map(len, cells)) >= self.least  # type: ignore[arg-type]


class Label(Text):
    """The on-screen label: the text itself, or only whether there is one. Yields the text and yes / no / unknown."""

    blanks = BLANK_TOKENS - {"无"}

    _yes = frozenset(map(fold, ("有", "是", "已标注", "已命名", "符合", "规范", "已规范", "Y", "TRUE", "√", "有标注")))
    _no = frozenset(map(fold, ("无", "否", "未标注", "未命名", "没有", "不符合", "N", "FALSE", "×", "无标注")))

    def fields(self, key: str) -> tuple[Field, ...]:
        return (*super().fields(key), Field("label_state", "varchar(7)", "unknown"))

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = super().judge(cell, flag, options)
        key = fold(text) or text
        if not text:
            return "", "unknown"
        return text, "no" if key in self._no else "yes"

    def plain(self, cells: Sequence[Cell]) -> bool:
        return False
