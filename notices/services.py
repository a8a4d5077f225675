"""Telling people, and ending what was told. Both are part of the act that they tell of, in its transaction.

Reading is the person's own affair: it changes nothing that anybody else could see, so the journal has no entry of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.functions import Now

from .models import LOCAL_PATH, Notice

_LOCAL = re.compile(LOCAL_PATH)
LONGEST = 200
"""Signs of a text; what is longer is cut, never refused: a notice must not stop the act that it tells of."""


def notify(people: Iterable[Any], kind: str, *, key: str, text: str, url: str, whose: str = "") -> int:
    """Tell these people (once each, only enabled accounts) in the caller's transaction; return how many were told.

    The caller leaves out whoever acted. `key` names the matter and what is said of it, such as "case:12:returned":
    where the person has not yet read a notice of this key, the new text takes its place and comes up again. `whose`:
    the agency that the matter belongs to. `url`: a path of this site; ValueError otherwise. To be called before the
    journal's entry, which goes last.
    """
    _in_transaction()
    if not _LOCAL.fullmatch(url):
        raise ValueError(f"a notice leads to a path of this site, not to {url!r}")
    ids = sorted({person.pk for person in people})
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO notices_notice (person_id, kind, key, text, whose, url)
                SELECT p.id, %s, %s, %s, %s, %s FROM {_person_table()} p WHERE p.id = ANY(%s) AND p.is_active
                ORDER BY p.id
                ON CONFLICT (person_id, key) WHERE read_at IS NULL AND settled_at IS NULL DO UPDATE
                SET kind = excluded.kind, text = excluded.text, whose = excluded.whose, url = excluded.url,
                    created_at = excluded.created_at""",  # noqa: S608
            [Notice.Kind(kind).value, key, _line(text, LONGEST), _line(whose, 60), url, ids],
        )
        return int(cursor.rowcount)


def settle(key: str) -> int:
    """The matter is done: end its notices for everybody, in the caller's transaction; return how many that were."""
    _in_transaction()
    open_ = Notice.objects.select_for_update(no_key=True).filter(key=key, settled_at=None).order_by("person_id", "pk")
    return Notice.objects.filter(pk__in=list(open_.values_list("pk", flat=True))).update(settled_at=Now())


def _person_table() -> str:
    return connection.ops.quote_name(get_user_model()._meta.db_table)


def _line(text: str, longest: int) -> str:
    """One line that the database takes, not longer than this."""
    text = " ".join(text.replace("\0", "").encode("utf-8", "replace").decode().split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a notice outside the transaction of its act")
