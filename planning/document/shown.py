"""A paper for a page: tables cut to what a browser prints in one go, and told so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from .paper import Column, Heading, Paper, Paragraph, Row, Table

MOST_ROWS: Final = 1000
"""Rows of one table on the page; the .docx holds all of them."""


@dataclass(frozen=True)
class Cut:
    """A table as the page shows it. `name`: its caption, or what it stands under; `cut`: there are more rows."""

    caption: str
    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[tuple[str, bool]]]
    total: Sequence[tuple[str, bool]] | None
    small: bool
    cut: bool

    kind = "table"


@dataclass(frozen=True)
class Page:
    """`body` up to the signature, `annexes` after it."""

    paper: Paper
    body: Sequence[Any]
    annexes: Sequence[Any]


def of(paper: Paper) -> Page:
    """The paper, walked once."""
    body: list[Heading | Paragraph | Cut] = []
    annexes: list[Heading | Paragraph | Cut] = []
    into, under = body, ""
    for block in paper:
        if isinstance(block, Heading) and block.level == 0:
            into = annexes
        under = block.text if isinstance(block, Heading) else under
        into.append(_cut(block, under) if isinstance(block, Table) else block)
    return Page(paper, body, annexes)


def _cut(table: Table, under: str) -> Cut:
    rows = list(islice(iter(table), MOST_ROWS + 1))
    cut = len(rows) > MOST_ROWS
    shown = [_cells(table, row) for row in rows[:MOST_ROWS]]
    total = _cells(table, table.total) if table.total is not None else None
    return Cut(table.caption, table.caption or under, table.columns, shown, total, table.small, cut)


def _cells(table: Table, row: Row) -> list[tuple[str, bool]]:
    """Text, and whether it is a figure."""
    return [(text, column.figure) for column, text in zip(table.columns, row, strict=True)]
