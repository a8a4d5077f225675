"""Statements over a whole round at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def whole_rounds() -> Iterator[CursorWrapper]:
    """A cursor for joins of a round's items with its case's verdicts, inside a transaction.

    Of a hundred thousand rows written a moment ago the planner knows nothing; it takes them for a few and goes through
    all of one table for each of the other. Joined by hashing they cost the same whatever it believes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")
