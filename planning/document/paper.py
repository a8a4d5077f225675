"""What a document is made of, before it becomes a .docx or a page: title, addressees, headings, paragraphs, tables.

Words are literal everywhere: no template language ever reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Row = Sequence[str]


@dataclass(frozen=True)
class Heading:
    """Level 1: 一、 level 2: （一） with its number already in the text; 0: the head of an annex, on a new page."""

    text: str
    level: int = 1

    kind = "heading"


@dataclass(frozen=True)
class Paragraph:
    """Body text, first line indented by two signs; `flush`: not indented."""

    text: str
    flush: bool = False

    kind = "paragraph"


@dataclass(frozen=True)
class Column:
    """`width`: millimetres; 156 in all (210 less the margins of 28 and 26). `figure`: aligned to the right."""

    title: str
    width: float
    figure: bool = False


@dataclass(frozen=True)
class Table:
    """`rows` gives them afresh each time it is called, so that a long table is never held in memory.

    `total`: the last line, set off from the others.
    """

    caption: str
    columns: Sequence[Column]
    rows: Callable[[], Iterable[Row]]
    total: Row | None = None
    small: bool = False

    kind = "table"

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows())


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Paper:
    """A document. `blocks` may be walked once for each writing: it gives them afresh. `made`: when, for its file."""

    title: str
    subtitle: str
    addressed: str
    blocks: Callable[[], Iterator[Block]]
    annexes: Sequence[str] = field(default=())
    signed: str = ""
    dated: str = ""
    made: datetime | None = None

    def __iter__(self) -> Iterator[Block]:
        return self.blocks()


def fixed(rows: Sequence[Row]) -> Callable[[], Iterable[Row]]:
    """Rows that are at hand."""
    return lambda: rows


ORDINALS = "一二三四五六七八九十"


class Numbering:
    """一、 二、 ... and （一） （二） ... below each."""

    def __init__(self) -> None:
        self.major = self.minor = 0

    def section(self, title: str) -> Heading:
        self.major, self.minor = self.major + 1, 0
        return Heading(f"{ordinal(self.major)}、{title}", 1)

    def part(self, title: str) -> Heading:
        self.minor += 1
        return Heading(f"（{ordinal(self.minor)}）{title}", 2)


def ordinal(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{ORDINALS[tens - 1]}十"
    return head + (ORDINALS[ones - 1] if ones else "")
