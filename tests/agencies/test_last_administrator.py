"""Two administrators at the same moment, on a database of their own."""

from __future__ import annotations

import threading

from django.db import connection

from agencies import services
from agencies.models import Person, Role
from audit.failures import Conflict
from tests.factories import make_person


def test_two_administrators_who_disable_each_other(real_db: str) -> None:
    """One of them stays: the rows of the role are locked before they are counted."""
    first = make_person("sysadmin-a", "data-bureau", Role.SYSADMIN)
    second = make_person("sysadmin-b", "data-bureau", Role.SYSADMIN)
    start, outcomes = threading.Barrier(2), []

    def disable(by: Person, other: Person) -> None:
        try:
            start.wait(10)
            services.set_active(by, other, False)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=disable, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "refused"]
    assert Person.objects.filter(roles__role=Role.SYSADMIN, is_active=True).count() == 1
