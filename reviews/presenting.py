"""What the owner of a case tells the workbench: neutral parts, so that the engine knows nothing of what it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from django.core.paginator import Page
from django.db.models import QuerySet

Order = Literal["risk", "place"]


@dataclass(frozen=True)
class Asked:
    """What the reviewer wants to see. `keys`: a queryset of item keys to stay within, None for all.

    `part` and `show` are codes of the owner's (see `Part` and `Figure`); an unknown one means the first, and all.
    """

    part: str = ""
    show: str = ""
    search: str = ""
    order: Order = "risk"
    keys: QuerySet[Any] | None = None
    page: str = "1"


@dataclass(frozen=True)
class Figure:
    """A total of what the version does. `show` is the filter that lists exactly these items, "" for all of them."""

    label: str
    count: int
    show: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Document:
    """A file to look at beside the figures."""

    name: str
    url: str
    note: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Ticked:
    """A side's word that the stamped paper is that of this version."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class PaperCheck:
    """Whether the stamped paper is that of this version: `state` as its own code tells (match, absent, unread, other).

    `says`: what is wrong with it, "" if nothing is known. Without a code each side ticks it at `tick_url`; `ticked` has
    the words given so far by side. `before`: the papers of earlier versions that this one only adds to.
    """

    state: str
    says: str
    tick_url: str
    longest_note: int
    ticked: Mapping[str, Ticked]
    before: Sequence[Document] = ()


@dataclass(frozen=True)
class Overview:
    """The version as a whole.

    `statement`: where the version is one sentence to be judged (a zero report), that sentence; there is no table then.
    `preview` is the address of the stamped scan's picture, `scan` of the scan itself; "" where there is none. `paper`:
    whether it is the paper of this version.
    """

    facts: Sequence[tuple[str, str]]
    figures: Sequence[Figure] = ()
    statement: str = ""
    submitted_by: str = ""
    submitted_at: datetime | None = None
    marks: Sequence[str] = ()
    preview: str = ""
    scan: str = ""
    paper: PaperCheck | None = None
    documents: Sequence[Document] = ()


@dataclass(frozen=True)
class Column:
    key: str
    title: str
    css: str = ""


@dataclass(frozen=True)
class Cell:
    """`old` is what stood there before, None when nothing changed; `kept`: the row does not say, so it stays."""

    text: str = ""
    kind: str = ""
    css: str = ""
    old: str | None = None
    kept: bool = False


@dataclass(frozen=True)
class Change:
    title: str
    old: str
    new: str


@dataclass(frozen=True)
class ItemRow:
    """One item. `state` is a badge code (new, changed ...); `blocked` says why it cannot be passed, "" if it can.

    `waived`: rules that were set aside for it, with who, until when and why.
    """

    key: int
    place: str
    name: str
    state: str
    cells: Sequence[Cell]
    changes: Sequence[Change] = ()
    warnings: Sequence[str] = ()
    blocked: str = ""
    waived: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """A tab of the table with the number of items under the filters."""

    key: str
    title: str
    count: int
    current: bool


@dataclass(frozen=True)
class Table:
    parts: Sequence[Part]
    columns: Sequence[Column]
    rows: Sequence[ItemRow]
    page: Page[Any]
    filters: Mapping[str, str] = field(default_factory=dict)
    """The owner's filters (`Figure.show`) with their labels."""


class Presented(Protocol):
    """One round's content. Each method takes a constant number of queries, however many items there are."""

    def overview(self) -> Overview: ...

    def table(self, asked: Asked) -> Table: ...

    def places(self, keys: Collection[int]) -> dict[int, str]:
        """Where each of these items stands and what it is called, in the order of the table."""
        ...
