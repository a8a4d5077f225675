"""Values that stand more than once in a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheets.declare import FileHit

#: A value repeated a thousand times names so many of its other places, not all.
NAMED = 20


def repeated(values: Sequence[str | None]) -> bool:
    """Whether any value that is not blank stands more than once."""
    distinct = set(values)
    if len(distinct) == len(values):
        return False
    filled = len(values)
    for blank in {None, ""} & distinct:
        filled -= values.count(blank)
        distinct.remove(blank)
    return len(distinct) < filled


def duplicates(key: str, values: Sequence[str | None]) -> Iterable[FileHit]:
    """A hit at every cell whose value stands elsewhere too; blanks never collide."""
    if not repeated(values):
        return
    rows_of: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if value:
            rows_of.setdefault(value, []).append(row)
    for rows in rows_of.values():
        if len(rows) > 1:
            near = rows[: NAMED + 1]
            for row in rows:
                others = tuple((other, key) for other in near if other != row)[:NAMED]
                yield FileHit(row, key, others, {"count": len(rows)})
