"""Acts that tell, acts that end and people who read, at the same moment: nobody waits for a reader, none deadlocks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from agencies.models import Person
from notices import services
from notices.models import Notice
from notices.queries import unread_count
from tests.factories import make_person


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Run all at once, each in a thread; return what they raised."""
    barrier, raised = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def tell(people: list[Person], key: str) -> None:
    with transaction.atomic():
        services.notify(people, "returned", key=key, text="退回", url="/")


def test_one_unread_notice_a_matter_whoever_tells(real_db: str) -> None:
    people = [make_person(f"clerk-{n}", "meishan", "clerk") for n in range(8)]
    keys = ["case:1", "case:2", "case:3"]

    def teller(seed: int) -> Callable[[], None]:
        def act() -> None:
            chance = random.Random(seed)
            for _ in range(12):
                tell(chance.sample(people, len(people)), chance.choice(keys))

        return act

    def reader(person: Person) -> Callable[[], None]:
        def act() -> None:
            for _ in range(20):
                services.read_all(person, timezone.now() + timedelta(days=1))

        return act

    def ender() -> None:
        for _ in range(6):
            for key in keys:
                with transaction.atomic():
                    services.settle(key)

    assert together(*(teller(seed) for seed in range(4)), *map(reader, people[:3]), ender) == []
    unread = Notice.objects.unread().values_list("person", "key")
    assert len(unread) == len(set(unread))
    assert Notice.objects.count() >= len(people), "they did meet"


def test_reading_everything_waits_for_nobody_and_keeps_the_news(real_db: str, meishan_clerk: Person) -> None:
    """An act is renewing one notice and has not ended: it stays unread, the others are ticked off at once."""
    for key in ("case:1", "case:2"):
        tell([meishan_clerk], key)
    told, read = threading.Event(), threading.Event()

    def act() -> None:
        with transaction.atomic():
            services.notify([meishan_clerk], "returned", key="case:1", text="又退回", url="/")
            told.set()
            assert read.wait(30), "the reader waits for the act"

    def look() -> None:
        assert told.wait(30)
        assert services.read_all(meishan_clerk, timezone.now() + timedelta(days=1)) == 1
        read.set()

    assert together(act, look) == []
    assert unread_count(meishan_clerk) == 1
    assert Notice.objects.unread().get().text == "又退回"


def test_outside_the_transaction_of_an_act_it_is_refused(real_db: str, meishan_clerk: Person) -> None:
    with pytest.raises(TransactionManagementError):
        services.notify([meishan_clerk], "returned", key="case:1", text="退回", url="/")
    with pytest.raises(TransactionManagementError):
        services.remind([meishan_clerk], "overdue", key="case:1", text="逾期", url="/")
    with pytest.raises(TransactionManagementError):
        services.settle("case:1")
    assert not Notice.objects.exists()
