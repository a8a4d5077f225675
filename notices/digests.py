"""The daily digest: one message a person and channel that says how much is unread, and nothing else.

Whoever has heard of everything before gets none. A failure is kept with its reason, holds up nobody else, and is tried
again for as long as the day has attempts left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Now

from .adapters import Adapter, Down, NotSent, in_use
from .models import Address, Channel, Delivery, Notice

log = logging.getLogger(__name__)
SUBJECT: Final = "金寨视频资源管理：未读通知"
MOST_ATTEMPTS: Final = 3
"""Attempts at one message."""
GIVE_UP_AFTER: Final = 3
"""Times in a row that a channel was down, after which it is left alone until the next round."""


@dataclass
class Sent:
    """What one round did; `left` were not tried, for the channel seemed to be down."""

    sent: int = 0
    failed: int = 0
    left: int = 0


class NotAllSent(Exception):
    """Some messages were not taken: the daily slot makes another round of it."""


def every_day() -> None:
    """For the daily slot. Raises NotAllSent where another round has a point."""
    done = send()
    if done.failed or done.left:
        raise NotAllSent(f"{done.sent} sent, {done.failed} failed, {done.left} not tried")


def send() -> Sent:
    """Send today's digests that have not been sent, through every channel in use. Nothing goes out without one."""
    done, today = Sent(), _today()
    for adapter in in_use():
        _prepare(adapter.channel, today)
        _send_through(adapter, today, done)
    return done


def _today() -> date:
    """The local day, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (statement_timestamp() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        day: date = cursor.fetchone()[0]
    return day


def text_of(unread: int, overdue: int) -> str:
    """Only counts: a message may leave the county's network."""
    late = f"，其中逾期提醒 {overdue} 条" if overdue else ""
    return f"您在金寨视频资源管理系统有 {unread} 条未读通知{late}。请登录系统查看。"


def _prepare(channel: Channel, today: date) -> None:
    """A row for everybody with an address and something unread that no digest has counted yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO notices_delivery (person_id, channel, day)
               SELECT a.person_id, a.channel, %s FROM notices_address a
               WHERE a.channel = %s AND a.enabled AND EXISTS (
                   SELECT FROM notices_notice n
                   WHERE n.person_id = a.person_id AND n.read_at IS NULL AND n.settled_at IS NULL
                     AND n.created_at > ALL (SELECT d.told_until FROM notices_delivery d
                         WHERE d.person_id = a.person_id AND d.channel = a.channel AND d.sent_at IS NOT NULL))
               ON CONFLICT (person_id, channel, day) DO NOTHING""",
            [today, channel.value],
        )


def _send_through(adapter: Adapter, today: date, done: Sent) -> None:
    waiting = Delivery.objects.filter(channel=adapter.channel, day=today, sent_at=None, attempt__lt=MOST_ATTEMPTS)
    ids = list(waiting.order_by("attempt", "pk").values_list("pk", flat=True))
    in_a_row = 0
    for place, pk in enumerate(ids):
        told = _send_one(adapter, pk)
        done.sent += told == "sent"
        done.failed += told in ("refused", "down")
        if told == "down":
            in_a_row += 1
        elif told:
            in_a_row = 0
        if in_a_row == GIVE_UP_AFTER:
            done.left += len(ids) - place - 1
            return


@transaction.atomic
def _send_one(adapter: Adapter, pk: int) -> Literal["", "sent", "refused", "down"]:
    """What became of it; "" when there is nothing to send any more. The row is held: nobody else sends it too."""
    mine = Delivery.objects.select_for_update(skip_locked=True)
    delivery = mine.filter(pk=pk, sent_at=None, attempt__lt=MOST_ATTEMPTS).first()
    if delivery is None:
        return ""
    address = Address.objects.filter(
        person=delivery.person_id, channel=delivery.channel, enabled=True, person__is_active=True
    ).first()
    found = (
        Notice.objects.filter(person=delivery.person_id)
        .unread()
        .aggregate(
            unread=Count("pk"), overdue=Count("pk", filter=Q(kind=Notice.Kind.OVERDUE)), newest=Max("created_at")
        )
    )
    if address is None or not found["unread"]:
        return ""
    delivery.attempt += 1
    try:
        adapter.send(
            address.address, SUBJECT, text_of(found["unread"], found["overdue"]), reference=f"digest-{delivery.pk}"
        )
    except NotSent as error:
        delivery.error = str(error).replace("\0", "")[:300]
        log.warning("digest %s by %s not sent: %s", delivery.pk, adapter.channel, delivery.error)
        delivery.save(update_fields=["attempt", "error"])
        return "down" if isinstance(error, Down) else "refused"
    delivery.unread, delivery.told_until, delivery.error = found["unread"], found["newest"], ""
    delivery.sent_at = Now()
    delivery.save(update_fields=["attempt", "error", "unread", "told_until", "sent_at"])
    return "sent"
