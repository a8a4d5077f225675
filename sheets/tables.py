"""Reference tables kept as CSV beside the code: divisions, kinds of place, GB/T 28181 code lists."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "codes"


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `fixtures/codes/<name>.csv`; every value is text, codes keep their zeros."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))
