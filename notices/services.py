"""Telling people, and ending what was told. Both are part of the act that they tell of, in its transaction.

Reading is the person's own affair: it changes nothing that anybody else could see, so the journal has no entry of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.functions import Now

from audit import journal
from audit.failures import Invalid

from .adapters import ADAPTERS
from .models import LOCAL_PATH, Address, Delivery, Notice

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


def remind(people: Iterable[Any], kind: str, *, key: str, text: str, url: str, whose: str = "") -> int:
    """As `notify`, but not for those who have a notice of this key and kind while the matter is open, read or not."""
    _in_transaction()
    people = list(people)
    told = set(
        Notice.objects.filter(
            key=key, kind=kind, settled_at=None, person__in=[person.pk for person in people]
        ).values_list("person", flat=True)
    )
    return notify(
        [person for person in people if person.pk not in told], kind, key=key, text=text, url=url, whose=whose
    )


def settle_others(prefix: str, keys: Iterable[str]) -> int:
    """End the open notices of all keys with this prefix but these; return how many that were. Any transaction."""
    others = Notice.objects.filter(key__startswith=prefix, settled_at=None).exclude(key__in=list(keys))
    return sum(_settled(key) for key in others.order_by("key").values_list("key", flat=True).distinct())


@transaction.atomic
def _settled(key: str) -> int:
    return settle(key)


def read(notice: Notice) -> None:
    """The person has opened it. Doing so again changes nothing."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=Now())


@transaction.atomic
def read_all(person: Any, until: datetime) -> int:
    """Tick off what was unread when the person looked, up to this moment; return how many that were.

    What somebody's act is renewing just now is passed over: it is news again, and nobody's act waits for a reader.
    """
    unread = Notice.objects.of(person).unread().filter(created_at__lte=until)
    ids = list(unread.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    return Notice.objects.filter(pk__in=ids).update(read_at=Now())


def forget() -> int:
    """For the daily slot: drop what is older than settings.NOTICE_KEEP_DAYS, read or not; return how many."""
    old = Now() - timedelta(days=settings.NOTICE_KEEP_DAYS)
    Delivery.objects.filter(day__lt=old).delete()
    return Notice.objects.filter(created_at__lt=old).delete()[0]


@transaction.atomic
def set_address(by: Any, channel: str, address: str, enabled: bool) -> None:
    """Where the digest goes to the person who sets it; "" for nowhere. Raises Invalid.

    It leads out of the system, so unlike reading this is recorded.
    """
    adapter = ADAPTERS[channel]
    address = address.strip()
    if address and not adapter.check(address):
        raise Invalid(f"{adapter.channel.label}地址“{address}”不对，例如 {adapter.example}。")
    held = Address.objects.select_for_update().filter(person=by.pk, channel=channel).first()
    if held is None and not address:
        return
    if held and (held.address, held.enabled) == (address, enabled):
        return
    facts = {"channel": channel, "to": masked(address or (held.address if held else ""))}
    if not address and held:
        journal.record(by, "notice.address_removed", held, agency_id=by.agency_id, **facts)
        held.delete()
        return
    told = {"address": address, "enabled": enabled}
    kept, _ = Address.objects.update_or_create(person_id=by.pk, channel=channel, defaults=told)
    journal.record(by, "notice.address_set", kept, agency_id=by.agency_id, enabled=enabled, **facts)


def masked(address: str) -> str:
    """Enough to know it again: 138****0000, n***@example.gov.cn."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***@{host}" if at else f"{name[:3]}****{name[-4:]}"


def _person_table() -> str:
    return connection.ops.quote_name(get_user_model()._meta.db_table)


def _line(text: str, longest: int) -> str:
    """One line that the database takes, not longer than this."""
    text = " ".join(text.replace("\0", "").encode("utf-8", "replace").decode().split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a notice outside the transaction of its act")
