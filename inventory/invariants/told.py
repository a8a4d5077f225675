"""How a check tells of what it found: the rows of a query, a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

MOST = 20
"""At most so many violations of one kind are named."""


def differ(row: Any) -> bool:
    """The last two values of the row are not the same."""
    return bool(row[-2] != row[-1])


def told(sentence: str, sql: str, keep: Callable[[Any], bool] = bool) -> Iterator[str]:
    """The sentence for each row of the query that is kept, `MOST` of them at most."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for row in [row for row in cursor.fetchall() if keep(row)][:MOST]:
            yield sentence.format(*row)
