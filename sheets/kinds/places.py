"""Townships and kinds of place: official names, former names, misspellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sheets.cells import Cell, cell_text, fold, narrow
from sheets.kinds.base import Field, Flag, Kind, Plain
from sheets.kinds.choices import Closed
from sheets.kinds.text import Text
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

_STATION = re.compile(
    r"(?:安徽省?)?(?:六安市?)?(?:金寨)?县?(?:公安局|公安分局)?(?P<stem>[^,，、/;；()（）]{1,12}?)(?P<kind>(?:公安)?派出所|所)?"
)
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
    wrong: Mapping[str, Any] = {"unknown": "霍邱县城关镇"}

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
def _station_stems() -> dict[str, str]:
    """Folded beginning of a police station's name -> how the station of that township is called."""
    found: dict[str, str] = {}
    for code, name in townships().items():
        if code != ZONE:
            stem = name[:-1]
            found.update(dict.fromkeys(map(_key, (stem, name, f"{stem}镇", f"{stem}乡")), f"{stem}派出所"))
            written = (row["alias"] for row in table("township_aliases") if row["code9"] == code)
            found.update(dict.fromkeys((_key(alias) for alias in written if alias[:2] == stem[:2]), f"{stem}派出所"))
    return found


def find_station(text: str) -> str:
    """A police station as it is usually called: without county and bureau, a township's under the township's name.

    Whatever else is written stays as it is.
    """
    found = _STATION.fullmatch(narrow(text).replace(" ", ""))
    if found is None:
        return text
    stem = found["stem"]
    known = _station_stems().get(_key(stem))
    if known:
        return known
    whole = (found["kind"] or "").endswith("派出所") and not stem.startswith(("金寨", "县", "派出"))
    return f"{stem}派出所" if whole else text


class PoliceStation(Text):
    """A police station's name; spellings of one station become one."""

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = super().judge(cell, flag, options)
        return find_station(text) if text else text

    def plain(self, cells: Sequence[Cell]) -> Plain:
        plain = super().plain(cells)
        if plain and any(text and find_station(str(text)) != text for text in set(cells)):
            return Plain.UNSURE
        return plain

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        return cells


@cache
def place_kinds() -> dict[str, str]:
    """Code -> name of the kinds of public place."""
    return {row["code"]: row["name"] for row in table("place_kinds")}


class PlaceKind(Closed):
    """A kind of public place, kept as its code."""

    def __init__(self) -> None:
        super().__init__({row["code"]: (row["name"], *row["aliases"].split()) for row in table("place_kinds")})
