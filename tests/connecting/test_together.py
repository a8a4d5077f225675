"""Several say something of the same things at the same moment: one is heard, the others look again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from connecting import filings, invariants, services
from connecting.models import CameraStanding, PlatformStanding, Statement, Topic
from connecting.saying import seen_of
from tests.connecting.things import in_days
from tests.factories_registry import register_camera, register_platform


@pytest.fixture(autouse=True)
def _stage_with_real_commits(real_db: str) -> None:
    """Threads see what was committed."""


def at_once(*acts: Callable[[], object]) -> Counter[str]:
    """How many were done, and how many found that they came too late."""
    barrier, told = threading.Barrier(len(acts)), Counter[str]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            told["done"] += 1
        except Conflict:
            told["late"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_one_of_four_is_heard(meishan_clerk: Person, meishan_colleague: Person) -> None:
    """Overlapping selections, locked in one order: nobody waits for ever, nobody overwrites unseen."""
    ids = [register_camera("meishan").pk for _ in range(3)]
    day = in_days(9)
    told = at_once(
        lambda: services.state(meishan_clerk, "camera", ids, 0, state="connected"),
        lambda: services.state(meishan_colleague, "camera", ids[::-1], 0, state="planned", by_date=day),
        lambda: services.state(meishan_clerk, "camera", [ids[2], ids[0]], 0, state="connected"),
        lambda: services.state(meishan_colleague, "camera", [ids[1], ids[2]], 0, state="connected"),
    )
    assert told["done"] + told["late"] == 4 and told["done"] >= 1
    each = Counter(Statement.objects.values_list("camera", flat=True))
    assert max(each.values()) == 1, "each camera was spoken of by one"
    assert Entry.objects.filter(action="connecting.stated").count() == told["done"]
    assert CameraStanding.objects.exclude(access=None).count() == len(each)
    assert list(invariants.standings()) == []


def test_confirmed_or_refused(meishan_clerk: Person, police_reviewer: Person, police_reviewer2: Person) -> None:
    platform = register_platform("meishan")
    filings.file(meishan_clerk, "platform", [platform.pk], 0, filed_on=in_days(-1), number="1")
    seen = seen_of(PlatformStanding.objects.all(), Topic.FILING)
    told = at_once(
        lambda: filings.confirm(police_reviewer, "platform", [platform.pk], seen),
        lambda: filings.refuse(police_reviewer2, "platform", [platform.pk], seen, text="没有收到"),
    )
    assert told == {"done": 1, "late": 1}
    assert Statement.objects.count() == 2 and list(invariants.standings()) == []
