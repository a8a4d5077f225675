"""Choices: closed lists, open lists with aliases, yes / no, several at once, yes / no / partly with a remark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheets.cells import BLANK_TOKENS, Cell, cell_text, fold, narrow, trim
from sheets.kinds.base import Field, Flag, Kind, Plain
from sheets.kinds.text import TOO_LONG
from sheets.options import Options
from sheets.rules import WARNING, Issue

UNKNOWN_CHOICE = Issue(
    title="不在常用选项里",
    says="“{column}”写的是“{value}”，不在常用选项里",
    fix="请从下拉框里选：{choices}；确实没有合适的可以保留，审核时会看到。",
    severity=WARNING,
)
NOT_A_CHOICE = Issue(
    title="不是可选的值",
    says="“{column}”写的是“{value}”，看不出是哪一项",
    fix="请从下拉框里选：{choices}。",
)


def lookup(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Folded spelling -> canonical value, from canonical value -> aliases."""
    found: dict[str, str] = {}
    for canonical, aliases in table.items():
        for spelling in (canonical, *aliases):
            known = found.setdefault(fold(spelling) or spelling, canonical)
            if known != canonical:
                raise ValueError(f"{spelling} stands for {known} and {canonical}")
    return found


class OpenList(Kind):
    """Known values with their aliases; another text stays as it is. `warn`: an unknown one is a finding."""

    def __init__(self, table: Mapping[str, Iterable[str]], *, limit: int = 50, warn: bool = False) -> None:
        self.limit = limit
        self.warn = warn
        self.choices = tuple(table)
        self._known = lookup(table)
        self._canonical = frozenset(table) | {""}
        self.issues = {"long": TOO_LONG, **({"unknown": UNKNOWN_CHOICE} if warn else {})}
        self.wrong = {"long": "很长" * (limit // 2 + 1), "unknown": "其他情况"}

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, f"varchar({self.limit})", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = trim(cell_text(cell))
        known = self._known.get(fold(text) or text)
        if known is not None:
            return known
        if len(text) > self.limit:
            flag("long", length=len(text), limit=self.limit)
            return ""
        if self.warn:
            flag("unknown", choices="、".join(self.choices))
        return text

    def plain(self, cells: Sequence[Cell]) -> Plain:
        distinct = set(cells)
        if not distinct <= self._canonical:
            return Plain.UNSURE
        return Plain.GAPS if "" in distinct else Plain.FULL


class ManyOf(OpenList):
    """Several known values in one cell, parted by / 、 , ; or line breaks; joined again by 、 in the order written."""

    _parting = re.compile(r"[/、,，;；|\n+]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|和|及")

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        whole = trim(cell_text(cell), lines=True)
        if len(whole) > self.limit:
            flag("long", length=len(whole), limit=self.limit)
            return ""
        known = self._known.get(fold(whole) or whole)
        if known is not None:
            return known
        parts = [part for part in (trim(part) for part in self._parting.split(whole)) if part]
        found = [self._known.get(fold(part) or part) for part in parts]
        if self.warn and None in found:
            flag("unknown", choices="、".join(self.choices))
        return "、".join(dict.fromkeys(known or part for known, part in zip(found, parts, strict=True)))[: self.limit]


class Closed(Kind):
    """One of a fixed set, kept as its code. `table`: code -> (shown value, *aliases)."""

    issues: Mapping[str, Issue] = {"unreadable": NOT_A_CHOICE}
    wrong: Mapping[str, Any] = {"unreadable": "说不清"}

    def __init__(self, table: Mapping[str, Sequence[str]], *, sql: str = "varchar(20)") -> None:
        self.choices = tuple(names[0] for names in table.values())
        self.labels = {code: names[0] for code, names in table.items()}
        self._sql = sql
        self._known = lookup(table)

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, self._sql, ""),)

    def find(self, text: str) -> str:
        """The code of a value in any known spelling; "" when there is none."""
        text = narrow(text)
        return self._known.get(fold(text) or text, "")

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        code = self.find(cell_text(cell))
        if not code:
            flag("unreadable", choices="、".join(self.choices))
        return code

    def show(self, *values: Any) -> Any:
        return self.labels.get(values[0], values[0])


YES = ("是", "Y", "yes", "true", "对", "√", "✓", "☑", "1")
NO = ("否", "N", "no", "false", "不是", "×", "✗", "0")


class YesNo(Kind):
    """是 / 否 with synonyms; clean True, False or None. 无 is not 否."""

    issues: Mapping[str, Issue] = {"unreadable": NOT_A_CHOICE}
    wrong: Mapping[str, Any] = {"unreadable": "无"}
    blanks = BLANK_TOKENS - {"无"}
    choices = ("是", "否")

    def __init__(self, yes: Sequence[str] = (), no: Sequence[str] = ()) -> None:
        self._known = lookup({"是": (*YES, *yes), "否": (*NO, *no)})

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "boolean"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = narrow(cell_text(cell))
        known = self._known.get(fold(text) or text)
        if known is None:
            flag("unreadable", choices="是、否")
            return None
        return known == "是"

    def show(self, *values: Any) -> Any:
        return {True: "是", False: "否"}.get(values[0])


class Partly(Kind):
    """yes / no / partial, read from how the text begins; `remark` keeps the rest in a field of its own."""

    issues: Mapping[str, Issue] = {"unreadable": NOT_A_CHOICE, "long": TOO_LONG}
    blanks = BLANK_TOKENS - {"无"}

    def __init__(
        self, yes: Sequence[str], no: Sequence[str], partial: Sequence[str], *, remark: bool = False, limit: int = 200
    ) -> None:
        self.choices = (yes[0], no[0], partial[0])
        self.remark = remark
        self.limit = limit
        self.wrong = {"unreadable": "大概吧", "long": f"{yes[0]}，{'很长' * (limit // 2 + 1)}"}
        self._exact = lookup({"yes": (*yes, *YES), "no": (*no, *NO), "partial": partial})
        spellings = {"yes": yes, "no": no, "partial": partial}
        # The longest beginning wins: 不符合 before 不, 部分符合 before 部分.
        self._starts = sorted(
            ((word, code) for code, words in spellings.items() for word in words), key=lambda pair: -len(pair[0])
        )

    def fields(self, key: str) -> tuple[Field, ...]:
        own = Field(key, "varchar(7)", "")
        return (own, Field(f"{key}_remark", f"varchar({self.limit})", "")) if self.remark else (own,)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = narrow(cell_text(cell))
        code, rest = self._exact.get(fold(text) or text, ""), ""
        if not code:
            for word, meaning in self._starts:
                if text.startswith(word) and not text.startswith("是否"):
                    code, rest = meaning, text[len(word) :].strip(" ,.;:，。；：、()（）-")
                    break
            else:
                flag("unreadable", choices="、".join(self.choices))
        if not self.remark:
            return code
        if len(rest) > self.limit:
            flag("long", length=len(rest), limit=self.limit)
            rest = ""
        return code, rest

    def show(self, *values: Any) -> Any:
        shown = dict(zip(("yes", "no", "partial"), self.choices, strict=True)).get(values[0], "")
        remark = values[1] if self.remark else ""
        return f"{shown}，{remark}" if remark else shown
