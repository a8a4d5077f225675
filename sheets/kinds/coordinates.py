"""经度 and 纬度: decimal degrees with at least six decimals, the sixth not zero (填写说明 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sheets.cells import Cell, cell_text, narrow
from sheets.kinds.base import Field, Flag, Kind, Plain, Values
from sheets.kinds.numbers import rounded
from sheets.options import Options
from sheets.rules import Issue

NOT_DEGREES = Issue(
    title="不是十进制的度",
    says="“{column}”写的是“{value}”，{reason}",
    fix="请写成十进制的度，例如 {example}，一个单元格只写一个数；从平台重新导出或重新测量。",
)
FEW_DECIMALS = Issue(
    title="小数位太少",
    says="“{column}”是 {value}，只有 {decimals} 位小数，误差在十米以上；表格要求至少 6 位",
    fix="请从平台重新导出坐标或重新测量，不要自己补数字。",
)
SIXTH_IS_ZERO = Issue(
    title="第 6 位小数缺失或是 0",
    says="“{column}”是 {value}，{reason}；表格要求至少 6 位小数且第 6 位不为 0",
    fix="请从平台重新导出坐标或重新测量，不要自己补数字。",
    adjustable=True,
)
NOT_ON_EARTH = Issue(
    title="不是经纬度的数值",
    says="“{column}”是 {value}，不在 {low} 到 {high} 度之间，可能漏了小数点",
    fix="请写成十进制的度，例如 {example}；从平台重新导出或重新测量。",
)
ZERO = Issue(
    title="坐标是 0",
    says="“{column}”是 0，等于没有填写",
    fix="请从平台重新导出坐标或重新测量。",
)

_PLAIN = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]*)?")
#: A text of at least six decimals, the sixth not zero, below 180.
_SOUND = re.compile(r"(?:1[0-7][0-9]|[0-9]{1,2})\.[0-9]{5}[1-9][0-9]{0,9}")
_DMS = re.compile(r"[0-9].*[°度].*[0-9].*['′’分]?|[0-9]+[°度]|[0-9].*[′″]")
_LIMIT = 180
_SCALE = 8


class Degrees(Kind):
    """Decimal degrees. Rules get floats; what is kept is the exact decimal as written.

    Latitudes may exceed 90 here, so that exchanged coordinates are seen as what they are.
    """

    issues: Mapping[str, Issue] = {
        "degrees": NOT_DEGREES,
        "few": FEW_DECIMALS,
        "sixth": SIXTH_IS_ZERO,
        "earth": NOT_ON_EARTH,
        "zero": ZERO,
    }

    def __init__(self, example: str) -> None:
        self.example = example

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "numeric(11,8)"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = self._text(cell)
        if not _PLAIN.fullmatch(text):
            flag("degrees", reason=self._reason(text), example=self.example)
            return None
        number = float(text)
        if not number:
            flag("zero")
            return None
        if abs(number) > _LIMIT:
            flag("earth", low=-_LIMIT, high=_LIMIT, example=self.example)
            return None
        decimals = text.partition(".")[2]
        if len(decimals) <= 4:
            flag("few", decimals=len(decimals))
        elif len(decimals) == 5:
            flag("sixth", reason="只有 5 位小数（或末位的 0 已丢失）")
        elif decimals[5] == "0":
            flag("sixth", reason="第 6 位小数是 0")
        return number

    def plain(self, cells: Sequence[Cell]) -> Plain:
        types = set(map(type, cells))
        if types == {float}:
            numbers: Sequence[float] = cells  # type: ignore[assignment]
            # The sixth decimal of every number, by arithmetic: a number with fewer has a zero there.
            sound = 0 not in [int(abs(number) * 1e6 + 0.001) % 10 for number in numbers]
            return Plain.FULL if sound and min(numbers) >= -_LIMIT and max(numbers) <= _LIMIT else Plain.UNSURE
        return Plain.FULL if types == {str} and all(map(_SOUND.fullmatch, cells)) else Plain.UNSURE  # type: ignore[arg-type]

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        sound = _SOUND.fullmatch
        return [
            cell
            for cell in cells
            if (sound(cell) is None if isinstance(cell, str) else not (type(cell) is float and _is_sound(cell)))
        ]

    def take(self, cell: Any) -> Any:
        return float(cell)

    def spread(self, key: str, cells: Sequence[Cell]) -> list[Values]:
        return [lambda: cells] if isinstance(cells[0], float) else [lambda: list(map(float, cells))]  # type: ignore[arg-type]

    @staticmethod
    def export(value: Any) -> Any:
        """The exact decimal of at most eight decimals."""
        return None if value is None else rounded(Decimal(f"{value:.15g}"), _SCALE)

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, (date, time, timedelta, bool)):
            return cell_text(cell)
        if isinstance(cell, str):
            return narrow(cell).removesuffix("°").removesuffix("度").strip()
        return format(Decimal(f"{cell:.15g}"), "f") if isinstance(cell, float) else str(cell)

    def _reason(self, text: str) -> str:
        numbers = re.findall(r"[0-9]+\.[0-9]+", text)
        if len(numbers) > 1:
            return "一个单元格里有两个数"
        if _DMS.search(text):
            return "像是度分秒"
        if "," in text or "、" in text:
            return "小数点写成了逗号"
        if re.search(r"[A-Za-z东西南北经纬]", text) and numbers:
            return "多了文字或字母"
        return "不是数字"


def _is_sound(number: float) -> bool:
    return abs(number) <= _LIMIT and int(abs(number) * 1e6 + 0.001) % 10 != 0
