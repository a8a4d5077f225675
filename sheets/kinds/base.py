"""What a kind of column must be able to do: judge one distinct raw value, and say which clean fields it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from sheets.cells import BLANK_TOKENS, Cell
from sheets.options import Options
from sheets.rules import Issue


@dataclass(frozen=True, slots=True)
class Field:
    """One clean value. `sql` is its PostgreSQL type; `blank` the clean value of an empty cell.

    `hashed`: part of the row hash. `nullable` follows from the blank value.
    """

    key: str
    sql: str
    blank: Any = None
    hashed: bool = True

    @property
    def nullable(self) -> bool:
        """Whether an empty cell is NULL rather than ''."""
        return self.blank is None


class Flag(Protocol):
    """Called by a judge for each thing wrong with the value; a detail `clean` is also the safe fix of the cell, and
    `fixes` (column key -> text) one that writes into several cells of the row."""

    def __call__(self, issue: str, **details: Any) -> None: ...


class Plain(IntEnum):
    """What a glance at a whole column tells: nothing, all well and filled, all well with (perhaps) empty cells."""

    UNSURE = 0
    FULL = 1
    GAPS = 2


#: A list of values in row order, made when first needed.
Values = Callable[[], Sequence[Any]]


class Kind:
    """Judges values. Stateless: one instance serves every check.

    `judge` is called once for each distinct raw value that is not blank and returns the clean value (one, or a tuple
    with one for each field). `plain` may declare a whole column fine as it stands, at the price of a glance: it is what
    makes 100,000 rows cheap. `export` turns the value that rules work on into the one that is kept, where they differ.
    """

    issues: Mapping[str, Issue] = {}
    #: For each issue a cell (or changes to the good row, or an `Example`) that shows it.
    wrong: Mapping[str, Any] = {}
    #: Signs taken as "there is none"; a kind whose words include them narrows this.
    blanks: frozenset[str] = BLANK_TOKENS
    choices: tuple[str, ...] = ()
    export: Callable[[Any], Any] | None = None

    def fields(self, key: str) -> tuple[Field, ...]:
        """The clean fields of a column of this kind."""
        raise NotImplementedError

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        """The clean value of one raw value that is not blank; problems go to `flag`."""
        raise NotImplementedError

    def show(self, *values: Any) -> Any:
        """What a template writes into the cell for these clean values (one for each field), to come back when read."""
        return values[0]

    def plain(self, cells: Sequence[Cell]) -> Plain:
        """Whether the filled cells of a column are without fault and, for `spread`, as good as clean."""
        return Plain.UNSURE

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        """The cells of a column that must be judged one by one; the others are without fault, `take` says their value.

        Worth having for kinds whose cells are nearly all different, where one bad cell would cost the whole column.
        """
        return cells

    def take(self, cell: Any) -> Any:
        """The value (a tuple where there are several fields) of a cell that `doubtful` left out."""
        return cell

    def spread(self, key: str, cells: Sequence[Cell]) -> list[Values]:
        """The value list of each field for a column that `plain` approved; cells that are "" are blank."""
        (entry,) = self.fields(key)
        if entry.blank == "" or "" not in cells:
            return [lambda: cells]
        return [lambda: [entry.blank if cell == "" else cell for cell in cells]]
