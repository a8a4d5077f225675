"""Numbers: the running number, counts, metres, days, money."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from sheets.cells import BLANK_TOKENS, Cell, cell_text, narrow
from sheets.kinds.base import Field, Flag, Kind, Plain
from sheets.kinds.oddities import HIDDEN, PERCENT, WIDE, is_percent, tell_writing, ungrouped
from sheets.options import Options
from sheets.rules import WARNING, Issue

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_LARGEST = 2**31 - 1
#: What public video must be kept for, at least.
LEAST_DAYS = 30

NO_NUMBER = Issue(
    title="不是数字",
    says="“{column}”写的是“{value}”，不是数字",
    fix="请只填数字，单位不用写，例如 {example}。",
)
OUT_OF_RANGE = Issue(
    title="数字超出常见范围",
    says="“{column}”是 {value}，超出常见范围 {low} 到 {high}",
    fix="请核对单位和小数点；确认无误可以保留，审核时会看到。",
    severity=WARNING,
)
BAD_SEQUENCE = Issue(
    title="序号不是整数",
    says="“序号”写的是“{value}”，不是整数",
    fix="请从 1 开始连续编号，或者留空。",
    severity=WARNING,
)
NOT_IN_DAYS = Issue(
    title="存储时长不是按天写的",
    says="“{column}”写的是“{value}”，已按 {days} 天读入",
    fix="请核对后直接写天数，例如“{clean}”；一个月按 30 天算。",
    severity=WARNING,
)
AT_LEAST_DAYS = Issue(
    title="存储时长写成了范围",
    says="“{column}”写的是“{value}”，已按最少的 {days} 天读入",
    fix="请写实际保存的天数，例如“{clean}”。",
    severity=WARNING,
)
NO_DAYS = Issue(
    title="看不出存储多少天",
    says="“{column}”写的是“{value}”，看不出是多少天",
    fix="请写天数，例如 30天、90天。",
)
FEW_DAYS = Issue(
    title="存储不足 30 天",
    says="“{column}”是 {days} 天，少于 30 天",
    fix="请核对；公共安全视频应至少保存 30 天，确实不足的请列入升级计划。",
    severity=WARNING,
)
PERHAPS_YUAN = Issue(
    title="金额过大，疑似写成了元",
    says="“{column}”是 {amount} 万元，疑似把元写成了万元",
    fix="这一列的单位是万元：125000 元请写 12.5。确认无误可以保留。",
    severity=WARNING,
)


WITH_UNIT = Issue(
    title="金额里写了单位",
    says="“{column}”写的是“{value}”，已按 {clean} 万元读入",
    fix="这一列的单位就是万元，请只写数字 {clean}。",
    severity=WARNING,
)
IN_YUAN = Issue(
    title="金额按元写的",
    says="“{column}”写的是“{value}”，已换算成 {clean} 万元读入",
    fix="这一列的单位是万元，请改写成 {clean}。",
    severity=WARNING,
)
GROUPED = Issue(
    title="金额里有千分位逗号",
    says="“{column}”写的是“{value}”，已按 {clean} 万元读入",
    fix="请去掉逗号，只写数字 {clean}。",
    severity=WARNING,
)


def chinese_number(text: str) -> int | None:
    """一 to 九十九 as an int; None for anything else."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return _CHINESE_DIGITS.get(text) if len(text) == 1 else None
    high = _CHINESE_DIGITS.get(tens, 1 if tens == "" else -1)
    low = _CHINESE_DIGITS.get(ones, 0 if ones == "" else -1)
    return None if high < 1 or low < 0 else high * 10 + low


def decimal_of(cell: Cell) -> Decimal | None:
    """The cell as an exact decimal when it is a number, or a text that is nothing but one."""
    if isinstance(cell, (date, time, timedelta, bool)):
        return None
    text = ungrouped(narrow(cell_text(cell)))
    return Decimal(text) if _NUMBER.fullmatch(text) else None


class RunningNumber(Kind):
    """The running number: a whole number, or nothing."""

    issues: Mapping[str, Issue] = {"bad": BAD_SEQUENCE}
    wrong: Mapping[str, Any] = {"bad": 1.5}

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "integer", hashed=False),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        number = decimal_of(cell)
        if number is None or number != int(number) or not 0 <= number <= _LARGEST:
            flag("bad")
            return None
        return int(number)

    def plain(self, cells: Sequence[Cell]) -> Plain:
        if set(map(type, cells)) != {float}:
            return Plain.UNSURE
        numbers: Sequence[float] = cells  # type: ignore[assignment]
        whole = all(map(float.is_integer, numbers)) and min(numbers) >= 0 and max(numbers) <= _LARGEST
        return Plain.FULL if whole else Plain.UNSURE

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        return [cell for cell in cells if type(cell) is not float or not cell.is_integer() or not 0 <= cell <= _LARGEST]

    @staticmethod
    def export(value: Any) -> Any:
        """Reader's floats as ints."""
        return None if value is None else int(value)


class Measure(Kind):
    """A decimal with its unit, `low` to `high` being usual; beyond numeric(precision, scale) it is no number."""

    issues: Mapping[str, Issue] = {
        "number": NO_NUMBER,
        "range": OUT_OF_RANGE,
        "percent": PERCENT,
        "hidden": HIDDEN,
        "wide": WIDE,
    }
    wrong: Mapping[str, Any] = {
        "number": "很高",
        "range": 650.0,
        "percent": "50%",
        "hidden": "6.5\xa0",
        "wide": "６.５",
    }

    def __init__(self, low: str, high: str, *, units: str, precision: int, scale: int, example: str) -> None:
        self.low, self.high = Decimal(low), Decimal(high)
        self.precision, self.scale = precision, scale
        self.example = example
        self._unit = re.compile(rf"(?:{units})$", re.IGNORECASE)
        self._largest = Decimal(10) ** (precision - scale)

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, f"numeric({self.precision},{self.scale})"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        number = decimal_of(self._unit.sub("", narrow(cell)).strip() if isinstance(cell, str) else cell)
        if number is None or abs(number) >= self._largest:
            flag("percent" if is_percent(cell) else "number", example=self.example)
            return None
        tell_writing(cell, flag, f"{number:f}")
        if not self.low <= number <= self.high:
            flag("range", low=self.low, high=self.high)
        return rounded(number, self.scale)


class Count(Kind):
    """A whole number from 0; above `high` it is unusual."""

    issues: Mapping[str, Issue] = {
        "number": NO_NUMBER,
        "range": OUT_OF_RANGE,
        "percent": PERCENT,
        "hidden": HIDDEN,
        "wide": WIDE,
    }
    wrong: Mapping[str, Any] = {"number": -1.0, "range": 650.0, "percent": "50%", "hidden": "1\xa0", "wide": "１"}

    def __init__(self, high: int, *, units: str, example: str) -> None:
        self.high = high
        self.example = example
        self._unit = re.compile(rf"(?:{units})$")

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "integer"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        bare = self._unit.sub("", narrow(cell)).strip() if isinstance(cell, str) else cell
        number = decimal_of(bare)
        if number is None and isinstance(bare, str):
            spoken = {"单": 1, "双": 2}.get(bare, chinese_number(bare))
            number = None if spoken is None else Decimal(spoken)
        if number is None or number != int(number) or not 0 <= number <= _LARGEST:
            flag("percent" if is_percent(cell) else "number", example=self.example)
            return None
        tell_writing(cell, flag, str(int(number)))
        if number > self.high:
            flag("range", low=0, high=self.high)
        return int(number)


class Days(Kind):
    """A storage period in days, read from 30天, 一个月, 3个月, 半年, ≥30, 720小时, 30-90天 (the least counts)."""

    issues: Mapping[str, Issue] = {
        "unreadable": NO_DAYS,
        "few": FEW_DAYS,
        "unit": NOT_IN_DAYS,
        "range": AT_LEAST_DAYS,
        "percent": PERCENT,
    }
    wrong: Mapping[str, Any] = {
        "unreadable": "长期",
        "few": "15天",
        "unit": "三个月",
        "range": "≥30天",
        "percent": "50%",
    }
    blanks = BLANK_TOKENS - {"无"}

    _units: ClassVar[dict[str, Decimal]] = {
        **dict.fromkeys(("", "天", "日", "d", "day", "days", "个自然日"), Decimal(1)),
        **dict.fromkeys(("周", "个周", "星期", "个星期"), Decimal(7)),
        **dict.fromkeys(("月", "个月"), Decimal(30)),
        **dict.fromkeys(("年",), Decimal(365)),
        **dict.fromkeys(("小时", "个小时", "h"), Decimal(1) / 24),
    }
    _range = re.compile(r"[≥>~]|大于|不少于|不低于|至少|以上|及以上|[0-9天日月][-至到][0-9]")
    _form = re.compile(
        r"(?:≥|>=|>|大于等于|大于|不少于|不低于|至少|约|近|满|存储|保存|循环|录像)*"
        r"(?P<amount>[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十]+|半)"
        r"(?:(?:天|日|个月|月)?[-~至到][0-9]+)?"
        r"(?P<unit>个?自然日|个?小时|h|个?星期|个?周|个?月|年|天|日|days?|d|)"
        r"(?:\(?(?:以上|及以上|左右|循环|循环覆盖|含)\)?)*"
    )

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(f"{key}_days", "integer"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        days, said = self._days(cell)
        if days is None or days > 36500:
            flag("percent" if is_percent(cell) else "unreadable", example="30")
            return None
        if days < LEAST_DAYS:
            flag("few", days=days)
        elif said:
            flag(said, days=days, clean=f"{days}天")
        return days

    def show(self, *values: Any) -> Any:
        return None if values[0] is None else f"{values[0]}天"

    def _days(self, cell: Cell) -> tuple[int | None, str]:
        """The days, and the issue of saying them otherwise: in another unit, or as a range."""
        if isinstance(cell, (date, time, timedelta, bool)):
            return None, ""
        text = narrow(cell_text(cell)).replace(" ", "").lower()
        found = self._form.fullmatch(ungrouped(text))
        if found is None:
            return None, ""
        amount, unit = found["amount"], found["unit"]
        said = "unit" if amount == "半" or self._units[unit] != 1 else "range" if self._range.search(text) else ""
        if amount == "半":
            # Half a year is spoken of as six months of 30 days.
            return {"年": 180, "个月": 15, "月": 15}.get(unit), said
        spoken = chinese_number(amount)
        number = Decimal(spoken) if spoken is not None else Decimal(amount) if amount[0].isdecimal() else None
        return (None if number is None else int(number * self._units[unit])), said


class Money(Kind):
    """An amount in 万元, units understood; from `suspicious` on it may have been written in 元."""

    issues: Mapping[str, Issue] = {
        "number": NO_NUMBER,
        "yuan": PERHAPS_YUAN,
        "unit": WITH_UNIT,
        "in_yuan": IN_YUAN,
        "grouped": GROUPED,
        "percent": PERCENT,
        "hidden": HIDDEN,
        "wide": WIDE,
    }
    wrong: Mapping[str, Any] = {
        "number": "面议",
        "yuan": 1255000.0,
        "unit": "12.5万元",
        "in_yuan": "125000元",
        "grouped": "1,200.5",
        "percent": "8%",
        "hidden": "125.5\xa0",
        "wide": "１２５.５",
    }

    _form = re.compile(
        r"(?:约|近|大约|人民币|¥|￥)*(?P<amount>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<unit>亿元?|万元?|千元|元|)(?:/?每?(?:年|月))?(?:左右)?"
    )
    _units: ClassVar[dict[str, Decimal]] = {
        "亿": Decimal(10000), "亿元": Decimal(10000), "万": Decimal(1), "万元": Decimal(1), "": Decimal(1),
        "千元": Decimal("0.1"), "元": Decimal("0.0001"),
    }  # fmt: skip

    def __init__(self, suspicious: int) -> None:
        self.suspicious = suspicious

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "numeric(14,4)"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        amount, unit = self._amount(cell)
        if amount is None or amount >= 10**10:
            flag("percent" if is_percent(cell) else "number", example="12.5")
            return None
        kept = rounded(amount, 4)
        clean = f"{kept:f}".rstrip("0").rstrip(".") if "." in f"{kept:f}" else f"{kept:f}"
        if unit:
            flag("in_yuan" if unit in ("元", "千元") else "unit", clean=clean)
        elif isinstance(cell, str) and "," in narrow(cell):
            flag("grouped", clean=clean)
        else:
            tell_writing(cell, flag, clean)
        if amount >= self.suspicious and unit not in ("元", "千元", "亿", "亿元"):
            flag("yuan", amount=clean)
        return kept

    def _amount(self, cell: Cell) -> tuple[Decimal | None, str]:
        """The amount in 万元 and the unit that the text names."""
        if isinstance(cell, (date, time, timedelta, bool)):
            return None, ""
        text = narrow(cell_text(cell)).replace(" ", "")
        number = re.search(r"[0-9][0-9,]*(?:\.[0-9]*)?", text)
        if number and "," in number[0]:
            text = text.replace(number[0], ungrouped(number[0]), 1)
        found = self._form.fullmatch(text)
        if found is None or found[0].endswith("月"):
            return None, ""
        return Decimal(found["amount"]) * self._units[found["unit"]], found["unit"]


def rounded(number: Decimal, scale: int) -> Decimal:
    """At most `scale` decimals, halves away from zero; fewer stay as written."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > scale:
        return number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return number
