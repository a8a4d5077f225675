"""经度 and 纬度: decimal degrees with at least six decimals, the sixth not zero (填写说明 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from sheets.cells import Cell, cell_text, narrow
from sheets.kinds import notations
from sheets.kinds.base import Field, Flag, Kind, Plain, Values
from sheets.kinds.numbers import rounded
from sheets.kinds.oddities import HIDDEN, WIDE, tell_writing
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
    says="“{column}”是 {value}，不在 {low} 到 {high} 度之间",
    fix="请写成十进制的度，例如 {example}；从平台重新导出或重新测量。",
)
ZERO = Issue(
    title="坐标是 0",
    says="“{column}”是 0，等于没有填写",
    fix="请从平台重新导出坐标或重新测量。",
)

DMS = Issue(
    title="写成了度分秒",
    says="“{column}”写的是度分秒“{value}”，应是十进制的度",
    fix="请换算成十进制的度再填；能换算到 6 位小数的，可以直接采用换算好的 {decimal}。",
)
LETTERS = Issue(
    title="坐标里多了文字或字母",
    says="“{column}”写的是“{value}”，多了文字或字母",
    fix="请只留下数字 {decimal}，东经、北纬、E、N 都不用写。",
)
PAIR = Issue(
    title="经纬度写在了一个单元格里",
    says="“{column}”写的是“{value}”，一个单元格里有两个数",
    fix="请把经度 {east} 和纬度 {north} 分别填在各自的列里。",
)
COMMA = Issue(
    title="小数点写成了逗号",
    says="“{column}”写的是“{value}”，小数点写成了逗号或句号",
    fix="请把这一格改成 {decimal}。",
)
DEGREE_MINUTES = Issue(
    title="像是度分连写",
    says="“{column}”是 {value}，像是“度分”连写（{degrees} 度 {minutes} 分），应是十进制的度",
    fix="请核对：确是度分的，可以采用换算好的 {decimal}；不是的，从平台重新导出。",
)
NO_POINT = Issue(
    title="漏了小数点",
    says="“{column}”是 {value}，像是漏了小数点或点错了位置",
    fix="请核对：是 {decimal} 的，改成 {decimal}；不是的，从平台重新导出。",
)

_PLAIN = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]*)?")
#: A text of at least six decimals, the sixth not zero, below 180; and any number of them, a line each.
_SOUND_TEXT = r"(?:1[0-7][0-9]|[0-9]{1,2})\.[0-9]{5}[1-9][0-9]{0,9}"
_SOUND = re.compile(_SOUND_TEXT)
_ALL_SOUND = re.compile(rf"(?:{_SOUND_TEXT}\n)*+")
_LIMIT = 180
_SCALE = 8


class Degrees(Kind):
    """Decimal degrees. Rules get floats; what is kept is the exact decimal as written.

    `whole`: the degrees to expect, so that a lost point and other notations are recognised; `pair`: keys of the columns
    of longitude and latitude, for both numbers in one cell. Latitudes may exceed 90 here, so that exchanged coordinates
    are seen as what they are.
    """

    issues: Mapping[str, Issue] = {
        "degrees": NOT_DEGREES,
        "dms": DMS,
        "letters": LETTERS,
        "pair": PAIR,
        "comma": COMMA,
        "few": FEW_DECIMALS,
        "sixth": SIXTH_IS_ZERO,
        "earth": NOT_ON_EARTH,
        "minutes": DEGREE_MINUTES,
        "point": NO_POINT,
        "zero": ZERO,
        "hidden": HIDDEN,
        "wide": WIDE,
    }

    def __init__(self, example: str, whole: tuple[str, ...], pair: tuple[str, str]) -> None:
        self.example = example
        self.whole = whole
        self.pair = pair
        degrees, _, decimals = example.partition(".")
        self.wrong = {
            "degrees": "不知道",
            "dms": f"{degrees}°55′48.25″",
            "letters": f"东经{example}",
            "pair": "115.934366,31.727178",
            "comma": f"{degrees}，{decimals}",
            "few": float(f"{degrees}.{decimals[:4]}"),
            "sixth": f"{degrees}.{decimals[:5]}0",
            "earth": 250.934366,
            "minutes": float(f"{degrees}55.8046"),
            "point": float(f"{degrees}{decimals}"),
            "zero": 0.0,
            "hidden": f"{example}\u200b",
            "wide": "".join(chr(ord(character) + 0xFEE0) for character in example),
        }

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "numeric(11,8)"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = self._text(cell)
        if not _PLAIN.fullmatch(text):
            self._tell_notation(cell, text, flag)
            return None
        number = float(text)
        if not number:
            flag("zero")
            return None
        if abs(number) > _LIMIT:
            self._tell_magnitude(text, flag)
            return None
        tell_writing(cell, flag, text)
        decimals = text.partition(".")[2]
        if len(decimals) <= 4:
            flag("few", decimals=len(decimals))
        elif len(decimals) == 5:
            flag("sixth", reason="只有 5 位小数" if isinstance(cell, str) else "只有 5 位小数（或末位的 0 已丢失）")
        elif decimals[5] == "0":
            flag("sixth", reason="第 6 位小数是 0")
        return number

    def _tell_notation(self, cell: Cell, text: str, flag: Flag) -> None:
        """Say what stands where plain degrees should, with the safe fix where the cell holds the whole of it."""
        if not isinstance(cell, str):
            flag("degrees", reason="不是数字", example=self.example)
        elif both := notations.pair(cell):
            east, north = both
            flag("pair", east=east, north=north, fixes=dict(zip(self.pair, both, strict=True)))
        elif decimal := notations.from_dms(cell):
            flag("dms", decimal=decimal, clean=decimal)
        elif decimal := notations.with_point(text):
            flag("comma", decimal=decimal, clean=decimal)
        elif decimal := notations.bare(text):
            flag("letters", decimal=decimal, clean=decimal)
        else:
            flag("degrees", reason=notations.reason(text), example=self.example)

    def _tell_magnitude(self, text: str, flag: Flag) -> None:
        """Say why a number is too large for degrees: degrees and minutes in one, a lost point, or nothing we know."""
        if found := notations.degree_minutes(text, self.whole):
            degrees, minutes, decimal = found
            flag("minutes", degrees=degrees, minutes=minutes, decimal=decimal, clean=decimal)
        elif decimal := notations.pointed(text, self.whole):
            flag("point", decimal=decimal, clean=decimal)
        else:
            flag("earth", low=-_LIMIT, high=_LIMIT, example=self.example)

    def plain(self, cells: Sequence[Cell]) -> Plain:
        types = set(map(type, cells))
        if types == {float}:
            numbers: Sequence[float] = cells  # type: ignore[assignment]
            # A file may hold a number beyond all, or none (1e999, NaN): no comparison is true of that one.
            if not (min(numbers) >= -_LIMIT and max(numbers) <= _LIMIT and isfinite(sum(numbers))):
                return Plain.UNSURE
            # The sixth decimal of every number, by arithmetic: a number with fewer has a zero there.
            sound = 0 not in [int(abs(number) * 1e6 + 0.001) % 10 for number in numbers]
            return Plain.FULL if sound else Plain.UNSURE
        if types != {str}:
            return Plain.UNSURE
        lines = "\n".join(cells) + "\n"  # type: ignore[arg-type]
        whole = lines.count("\n") == len(cells)
        return Plain.FULL if whole and _ALL_SOUND.fullmatch(lines) else Plain.UNSURE

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


def _is_sound(number: float) -> bool:
    return abs(number) <= _LIMIT and int(abs(number) * 1e6 + 0.001) % 10 != 0
