"""What stands in a cell of a list, and the usual columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .asked import on
from .masking import BLURRED
from .models import Life
from .names import Names
from .words import LIVES, Words, plain_number, say


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: "" plain text, "long" text of up to two lines, "code" a 20-digit code, "missing" a lack worth saying,
    "moment" a time (in `moment`). `css`: the column's. `note` stands small behind the text.
    """

    text: str = ""
    kind: str = ""
    href: str = ""
    note: str = ""
    moment: datetime | None = None
    css: str = ""


@dataclass(frozen=True)
class Show:
    """What a column may need beside the row: names, words, where a row leads, the day, counts of linked things."""

    names: Names
    words: Words
    url: Callable[[int], str]
    as_of: date | None
    counts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column of a list. `sort`: the model field it sorts by, "" when it does not."""

    key: str
    title: str
    show: Callable[[Any, Show], Cell]
    sort: str = ""
    css: str = ""


def plain(key: str, title: str, *, sort: bool = True) -> Column:
    """A short field as a person reads it."""
    return Column(key, title, lambda row, to: Cell(_said(key, row, to)), key if sort else "")


def figure(key: str, title: str) -> Column:
    """A number."""
    return Column(key, title, lambda row, to: Cell(_said(key, row, to), css="num"), key, "num")


def long(key: str, title: str, *, sort: bool = True) -> Column:
    """A text that may take two lines; all of it on focus."""
    return Column(key, title, lambda row, to: Cell(_said(key, row, to), "long", css="long"), key if sort else "")


def _said(key: str, row: Any, to: Show) -> str:
    return say(key, getattr(row, key), to.words, to.names)


def code(title: str = "20位编码") -> Column:
    """The 20-digit code, or 未编码."""

    def show(row: Any, to: Show) -> Cell:
        return Cell(row.code, "code") if row.code else Cell("未编码", "missing")

    return Column("code", title, show, "code")


def number(title: str = "登记编号") -> Column:
    """The registry number, which opens the row; rows that are not live say so."""

    def show(row: Any, to: Show) -> Cell:
        return Cell(row.number, href=to.url(row.pk), note="" if row.life == Life.LIVE else LIVES[row.life])

    return Column("number", title, show, "id")


def name(title: str) -> Column:
    """The name, which opens the row too."""
    return Column(
        "name", title, lambda row, to: Cell(row.name or "（未命名）", href=to.url(row.pk), css="wide"), "name"
    )


def agency(key: str, title: str, relation: str) -> Column:
    """An agency by its short name, in the roster's order."""
    return Column(
        key,
        title,
        lambda row, to: Cell(to.names.agency(getattr(row, f"{relation}_id"))),
        f"{relation}__position",
    )


def place_kind() -> Column:
    return Column("kind", "场所类别", lambda row, to: Cell(to.names.place(row.place_kind)), "place_kind")


def position() -> Column:
    """经度, 纬度 as the person may see them. There is no sorting by it."""

    def show(row: Any, to: Show) -> Cell:
        if row.longitude is None or row.latitude is None:
            return Cell()
        text = f"{plain_number(row.longitude)}, {plain_number(row.latitude)}"
        return Cell(text, "position", note=BLURRED if row.is_masked else "")

    return Column("position", "经度, 纬度", show)


def changed() -> Column:
    return Column("changed", "更新时间", lambda row, to: Cell(kind="moment", moment=row.changed_at), "changed_at")


def count(title: str, href: Callable[[Any], str]) -> Column:
    """How many things are linked to the row; the figure opens them."""

    def show(row: Any, to: Show) -> Cell:
        found = to.counts.get(row.pk, 0)
        return Cell(str(found), href=on(to.as_of, href(row)) if found else "", css="num")

    return Column("count", title, show, css="num")
