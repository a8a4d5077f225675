"""Free text: names, addresses, descriptions, and the label column with its derived yes / no / unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheets.cells import BLANK_TOKENS, LONGEST_BLANK, Cell, cell_text, fold, tidy, trim
from sheets.kinds.base import Field, Flag, Kind, Plain, Values
from sheets.options import Options
from sheets.rules import Issue

_SAMPLE = 40
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

    issues: Mapping[str, Issue] = {"long": TOO_LONG}

    def __init__(self, limit: int, *, lines: bool = False) -> None:
        self.limit = limit
        self.lines = lines
        self.wrong = {"long": "很长" * (limit // 2 + 1), "short": "路"}

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, f"varchar({self.limit})", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = trim(cell_text(cell), lines=self.lines)
        if len(text) > self.limit:
            flag("long", length=len(text), limit=self.limit)
            return ""
        return text

    #: The least length of a filled cell.
    least = 1

    def plain(self, cells: Sequence[Cell]) -> Plain:
        # Where a few values stand again and again it is enough to look at each of them once.
        if len(set(cells[:_SAMPLE])) < len(cells[:_SAMPLE]) / 2:
            cells = list(set(cells))
        try:
            joined = "|".join(cells)  # type: ignore[arg-type]
        except TypeError:
            return Plain.UNSURE
        if not tidy(joined) or "=" in joined or "#" in joined:
            return Plain.UNSURE
        lengths = set(map(len, cells))  # type: ignore[arg-type]
        gaps = 0 in lengths
        lengths.discard(0)
        if lengths and (max(lengths) > self.limit or min(lengths) < self.least):
            return Plain.UNSURE
        if lengths and min(lengths) <= LONGEST_BLANK and not self.blanks.isdisjoint(cells):
            return Plain.UNSURE
        return Plain.GAPS if gaps else Plain.FULL

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        least, limit, blanks = self.least, self.limit, self.blanks
        return [
            cell
            for cell in cells
            if not isinstance(cell, str)
            or not least <= len(cell) <= limit
            or cell in blanks
            or cell[0] in "=#"
            or not tidy(cell)
        ]


class Name(Text):
    """A name of `least` to `limit` characters."""

    issues: Mapping[str, Issue] = {"long": TOO_LONG, "short": TOO_SHORT}

    def __init__(self, least: int, limit: int) -> None:
        super().__init__(limit)
        self.least = least

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = super().judge(cell, flag, options)
        if text and len(text) < self.least:
            flag("short", length=len(text), limit=self.least)
        return text


_LONGEST_NO = 8


class Label(Text):
    """The on-screen label: the text itself, or only whether there is one. Yields the text and yes / no / unknown."""

    blanks = BLANK_TOKENS - {"无"}

    _no = frozenset({"无", "否", "未标注", "未命名", "没有", "不符合", "n", "false", "×", "无标注"})

    def fields(self, key: str) -> tuple[Field, ...]:
        return (*super().fields(key), Field("label_state", "varchar(7)", "unknown"))

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = super().judge(cell, flag, options)
        return text, self._state(text)

    def take(self, cell: Any) -> Any:
        return cell, self._state(cell)

    def spread(self, key: str, cells: Sequence[Cell]) -> list[Values]:
        return [lambda: cells, lambda: [self._state(cell) for cell in cells]]

    def _state(self, text: Any) -> str:
        if not text:
            return "unknown"
        return "no" if len(text) <= _LONGEST_NO and (fold(text) or text) in self._no else "yes"
