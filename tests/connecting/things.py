"""What tests of 接入 share: registered things, their pages, and saying something of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.models import Entry
from connecting import lists
from connecting.models import Statement

TOMORROW = dt.timedelta(days=1)


def db_today() -> dt.date:
    """The day in the county by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (statement_timestamp() AT TIME ZONE 'Asia/Shanghai')::date")
        day: dt.date = cursor.fetchone()[0]
    return day


def in_days(days: int) -> dt.date:
    return db_today() + dt.timedelta(days=days)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def act_url(key: str, kind: str = "camera") -> str:
    return reverse(f"connecting_{key}", args=[kind])


def post(person: Person, key: str, *things: Any, kind: str = "camera", seen: int | None = None, **data: Any) -> Any:
    """Post the form of an act for these things, as the page would; `seen` is read off the page unless given."""
    client = client_of(person)
    ids = [getattr(thing, "pk", thing) for thing in things]
    if seen is None:
        page = client.get(act_url(key, kind), {"id": ids})
        seen = page.context["seen"] if page.status_code == 200 else 0
    return client.post(act_url(key, kind), {"id": ids, "seen": seen, **data})


def stand(person: Person, thing: Any) -> Any:
    """The thing as the lists show it to this person."""
    kind = thing._meta.model_name
    return lists.annotated(kind, person).get(pk=thing.pk)


def last_entry() -> Entry:
    entry = Entry.objects.order_by("-seq").first()
    assert entry is not None
    return entry


def nothing_happened(before: int) -> bool:
    """No statement, and no entry in the journal since."""
    return not Statement.objects.exists() and Entry.objects.filter(action__startswith="connecting.").count() == before
