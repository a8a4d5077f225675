"""建设时间: a year or a year and month, however Excel kept it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sheets.cells import Cell, Shown, cell_text, narrow
from sheets.kinds.base import Field, Flag, Kind
from sheets.options import Options
from sheets.rules import WARNING, Issue

UNREADABLE = Issue(
    title="时间写法看不懂",
    says="“{column}”写的是“{value}”，看不出年份和月份",
    fix="请写成 年.月，例如 2020.03；只知道年份可以只写 2020。",
)
FUTURE = Issue(
    title="时间在今天之后",
    says="“{column}”是 {time}，在今天之后",
    fix="请核对年份和月份；还没有建成的，建设时间先留空。",
)
JANUARY_OR_OCTOBER = Issue(
    title="分不清 1 月还是 10 月",
    says="“{column}”是数字 {value}，分不清是 {year}.01 还是 {year}.10（数字格式会丢掉末尾的 0），暂按 {year} 年登记",
    fix="请把单元格设为“文本”格式，再写成 {year}.01 或 {year}.10。",
    severity=WARNING,
)
SERIAL = Issue(
    title="日期变成了数字",
    says="“{column}”显示为数字 {value}，按 Excel 日期理解为 {time}",
    fix="请核对是不是 {time}；不是的话写成 年.月，例如 2020.03。",
    severity=WARNING,
)
YEAR_AS_DATE = Issue(
    title="年份变成了日期",
    says="“{column}”显示为 {value}，像是把年份 {year} 填进了日期格式的单元格，按 {year} 年登记",
    fix="请把单元格设为“文本”格式，再写成 年.月，例如 2020.03。",
    severity=WARNING,
)

_EPOCH = date(1899, 12, 30)
#: By how many days the date system of old Macintosh workbooks counts from a later one.
_DAYS_TO_1904 = 1462
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
_SERIALS = range(30000, 60001)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:年|\.|\.0+|-0+|/0+)?(?:建|建成|建设)?")
_MONTH = re.compile(
    r"((?:19|20)[0-9]{2}) ?[年./\-_] ?([0-9]{1,2}) ?"
    r"(?:月份?|[./\-_])? ?(?:[0-9]{1,2})? ?[日号]?(?: ?[0-9:]{4,8})?(?:建|建成|建设)?"
)
_DIGITS = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})(?:[0-9]{2})?")


class YearMonth(Kind):
    """A month "YYYY.MM" or a year "YYYY", from 1980 to today."""

    issues: Mapping[str, Issue] = {
        "unreadable": UNREADABLE,
        "future": FUTURE,
        "january_or_october": JANUARY_OR_OCTOBER,
        "serial": SERIAL,
        "year_as_date": YEAR_AS_DATE,
    }
    wrong: Mapping[str, Any] = {
        "unreadable": "去年",
        "future": "2099.01",
        "january_or_october": 2020.1,
        "serial": 43891,
        "year_as_date": date(1905, 7, 12),
    }

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "varchar(7)", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        year, month = self._read(cell, flag)
        if not _FIRST_YEAR <= year <= 9999 or not 0 <= month <= 12:
            flag("unreadable")
            return ""
        text = f"{year}.{month:02d}" if month else str(year)
        today = options.today
        if (year, month) > (today.year, today.month if month else 0):
            flag("future", time=text)
            return ""
        return text

    def _read(self, cell: Cell, flag: Flag) -> tuple[int, int]:
        """(year, month), month 0 when only the year is known, year 0 when nothing is."""
        if isinstance(cell, (datetime, date)):
            return self._from_date(cell.date() if isinstance(cell, datetime) else cell, flag)
        if isinstance(cell, (bool, time, timedelta)):
            return 0, 0
        if isinstance(cell, str):
            return self._from_text(narrow(cell))
        if isinstance(cell, Shown):
            return self._from_text(cell.shown)
        return self._from_number(float(cell), flag)

    def _from_date(self, day: date, flag: Flag) -> tuple[int, int]:
        serial = (day - _EPOCH).days
        for year in (serial, serial - _DAYS_TO_1904):
            if _FIRST_YEAR <= year <= _LAST_YEAR:
                flag("year_as_date", year=year, clean=str(year))
                return year, 0
        return day.year, day.month

    def _from_text(self, text: str) -> tuple[int, int]:
        if found := _MONTH.fullmatch(text):
            return int(found[1]), int(found[2])
        if found := _YEAR.fullmatch(text):
            return int(found[1]), 0
        if found := _DIGITS.fullmatch(text):
            return int(found[1]), int(found[2])
        return 0, 0

    def _from_number(self, number: float, flag: Flag) -> tuple[int, int]:
        if number.is_integer():
            whole = int(number)
            if whole in _SERIALS:
                day = _EPOCH + timedelta(days=whole)
                text = f"{day.year}.{day.month:02d}"
                flag("serial", time=text, clean=text)
                return day.year, day.month
            return (whole, 0) if whole < 10000 else self._from_text(str(whole))
        text = cell_text(number)
        year, _, decimals = text.partition(".")
        if len(year) != 4 or not decimals.isdigit() or len(decimals) > 2:
            return 0, 0
        if decimals == "1":
            flag("january_or_october", year=year)
            return int(year), 0
        return int(year), int(decimals)
