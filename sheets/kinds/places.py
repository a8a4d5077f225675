"""Townships and kinds of place: official names, former names, misspellings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from sheets.cells import Cell, cell_text, fold, narrow
from sheets.kinds.base import Field, Flag, Kind
from sheets.kinds.choices import Closed
from sheets.options import Options
from sheets.rules import Issue
from sheets.tables import table

NO_TOWNSHIP = Issue(
    title="认不出乡镇",
    says="“{column}”写的是“{value}”，认不出是本县哪个乡镇或开发区",
    fix="请从下拉框里选，写到乡镇一级，例如“金寨县梅山镇”。",
)

#: The development zone is no statistical township any more, but units still report under it.
ZONE = "341524400"
ZONE_NAME = "金寨经济开发区（现代产业园区）"

_ABOVE = re.compile(r"(?:中国)?(?:安徽省?)?(?:六安市?)?(?:金寨县?)?")


@cache
def townships() -> dict[str, str]:
    """Code -> official name of the 23 townships, then the development zone as a special area."""
    return {row["code9"]: row["name"] for row in table("jinzhai_townships")} | {ZONE: ZONE_NAME}


@cache
def township_spellings() -> dict[str, str]:
    """Every known spelling (folded, "?" kept) -> code: names, stems, former names, misspellings."""
    found: dict[str, str] = {}
    for code, name in townships().items():
        stems = (name,) if code == ZONE else (name, name[:-1], f"{name[:-1]}镇", f"{name[:-1]}乡", f"{name[:-1]}街道")
        found.update(dict.fromkeys(map(_key, stems), code))
    found.update({_key(row["alias"]): row["code9"] for row in table("township_aliases")})
    return found


@cache
def _beginnings() -> tuple[tuple[str, str], ...]:
    """Spellings long enough to be trusted at the beginning of a longer address, the longest first."""
    pairs = [(key, code) for key, code in township_spellings().items() if len(key) >= 3 and key[-1] in "镇乡区园"]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def find_township(text: str) -> str:
    """The 9-digit code of a township written with or without county, suffix, village; "" when none is recognised."""
    whole = _key(narrow(text))
    for key in dict.fromkeys((whole, _ABOVE.sub("", whole, count=1))):
        if code := township_spellings().get(key):
            return code
    rest = _ABOVE.sub("", whole, count=1)
    for key, code in _beginnings():
        if rest.startswith(key):
            return code
    return ""


def _key(text: str) -> str:
    return fold(text.replace("?", "问").replace("？", "问"))


class Township(Kind):
    """One of the county's townships or the development zone, kept as its 9-digit code."""

    issues: Mapping[str, Issue] = {"unknown": NO_TOWNSHIP}

    def __init__(self) -> None:
        self.choices = tuple(name if code == ZONE else f"金寨县{name}" for code, name in townships().items())

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "varchar(9)", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        code = find_township(cell_text(cell))
        if not code:
            flag("unknown")
        return code

    def show(self, *values: Any) -> Any:
        return dict(zip(townships(), self.choices, strict=True)).get(values[0], "")


@cache
def place_kinds() -> dict[str, str]:
    """Code -> name of the kinds of public place."""
    return {row["code"]: row["name"] for row in table("place_kinds")}


class PlaceKind(Closed):
    """A kind of public place, kept as its code."""

    def __init__(self) -> None:
        super().__init__({row["code"]: (row["name"], *row["aliases"].split()) for row in table("place_kinds")})
