"""The last run of `make bench` as a table in docs/performance.md: each promise, what was measured, whether it held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
_AIM = re.compile(r"(<=|>=) ([0-9.]+)(?: ms)?")


def figure(line: dict[str, Any]) -> float:
    """What is held against the aim: milliseconds where the aim is in them, a value of its own unit, else the ratio."""
    if str(line["aim"]).endswith(" ms"):
        return float(line["milliseconds"])
    return float(line.get("value", line.get("ratio", 0)))


def holds(line: dict[str, Any]) -> bool:
    """Whether the aim is met. ValueError for an aim that nobody can check."""
    found = _AIM.fullmatch(line["aim"])
    if found is None:
        raise ValueError(f"no aim: {line['aim']}")
    limit = float(found[2])
    return figure(line) <= limit if found[1] == "<=" else figure(line) >= limit


def as_text(line: dict[str, Any]) -> str:
    """One line for the terminal."""
    return (
        f"{line['name']:<18}{_shown(line):>10}   aim {line['aim']:<10}{'yes' if line['held'] else 'NO':<5}{_more(line)}"
    )


def write(
    lines: Sequence[dict[str, Any]], document: Path = DOCUMENT, today: date | None = None, part: str = "bench"
) -> None:
    """Put the table in place of the last one of this part of the document."""
    start, end = f"<!-- {part}: start -->", f"<!-- {part}: end -->"
    rows = [
        f"| `{line['name']}` | {_shown(line)} | {line['aim']} | {'yes' if line['held'] else '**no**'} | {_more(line)} |"
        for line in lines
    ]
    table = "\n".join(["| name | measured | aim | held | more |", "|---|---|---|---|---|", *rows])
    text = document.read_text(encoding="utf-8")
    head, found, rest = text.partition(start)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise ValueError("docs/performance.md has lost the place of its table")
    day = today or datetime.now(UTC).date()
    document.write_text(f"{head}{start}\nLast run: {day:%Y-%m-%d}.\n\n{table}\n{end}{tail}", encoding="utf-8")


def _shown(line: dict[str, Any]) -> str:
    if str(line["aim"]).endswith(" ms"):
        return f"{line['milliseconds']} ms"
    return f"{line['value']} {line['unit']}" if "value" in line else f"{line['ratio']}"


def _more(line: dict[str, Any]) -> str:
    """What else was measured, for whoever wants to know why."""
    known = {"name", "aim", "held", "value", "unit", "milliseconds"}
    known |= set() if str(line["aim"]).endswith(" ms") else {"ratio"}
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in line.items() if key not in known)
