"""What is to be marked: findings, cells changed on screen, rows removed there. One JSON object a line in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sheets.cells import letters

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Place = tuple[int, int]
"""1-based row, 0-based column."""


@dataclass(slots=True)
class Mark:
    """A finding at its place. `cell` "" concerns the row, or with row 0 the sheet or the file.

    `origin` is the place in the user's own file where that is another than `sheet` and `cell`.
    """

    code: str
    severity: str
    message: str
    fix: str
    sheet: str = ""
    cell: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    key: str = ""
    origin: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def place(self) -> Place | None:
        return place_of(self.cell)


@dataclass(slots=True)
class Order:
    """`edits`: sheet -> place -> raw value as staged; `removed`: sheet -> rows taken out on screen."""

    marks: list[Mark] = field(default_factory=list)
    edits: dict[str, dict[Place, Any]] = field(default_factory=dict)
    removed: dict[str, set[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def place_of(cell: str) -> Place | None:
    """(row, column) of an A1 address; None for anything else."""
    match = _ADDRESS.fullmatch(cell)
    return (int(match[2]), column_of(match[1])) if match else None


def column_of(name: str) -> int:
    """0-based index of column letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1


def address(place: Place) -> str:
    return f"{letters(place[1])}{place[0]}"


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_order(path: Path) -> Order:
    """The order from lines {"mark": {...}}, {"edit": [sheet, row, letters, raw]}, {"removed": [sheet, row]}."""
    order = Order()
    for line in read_lines(path):
        if "mark" in line:
            order.marks.append(Mark(**line["mark"]))
        elif "edit" in line:
            sheet, row, column, raw = line["edit"]
            order.edits.setdefault(sheet, {})[row, column_of(column)] = raw
        elif "removed" in line:
            sheet, row = line["removed"]
            order.removed.setdefault(sheet, set()).add(row)
        elif "note" in line:
            order.notes.append(line["note"])
        else:
            raise ValueError(f"unknown line {sorted(line)}")
    return order


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
